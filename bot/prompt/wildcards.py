"""The operator's wildcard files: one group a file, one choice a line."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.errors import ConfigError
from bot.prompt.dynamic import NAME, group_key
from engine import textfile

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 8 * 1024 * 1024
"""Of one file: a hundred thousand choices and more."""


def load(folder: Path) -> dict[str, tuple[str, ...]]:
    """Read every ``NAME.txt`` of a folder; empty lines and lines that begin with ``#`` are no choices.

    Raises:
        ConfigError: The folder or a file cannot be read, a name cannot stand between underscores, or a file is empty.
    """
    try:
        return {group_key(path.stem): _choices(path) for path in sorted(folder.iterdir()) if path.suffix == ".txt"}
    except OSError as error:
        raise ConfigError(f"{error.filename}: cannot be read: {error.strerror}") from error


def _choices(path: Path) -> tuple[str, ...]:
    if not re.fullmatch(NAME, path.stem):
        raise ConfigError(f"{path}: the name may hold letters, digits and single spaces, hyphens or underscores")
    try:
        lines = textfile.read(path, max_bytes=MAX_BYTES).splitlines()
    except textfile.TextFileError as error:
        raise ConfigError(str(error)) from error
    choices = tuple(line.strip() for line in lines if line.strip() and not line.strip().startswith("#"))
    if not choices:
        raise ConfigError(f"{path}: holds no choice")
    return choices

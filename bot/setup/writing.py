"""Writes the answers into the configuration: the commented example, or a file that is there, comments and all."""

from __future__ import annotations

import contextlib
import importlib
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import config
from bot.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


USUAL: Mapping[str, str] = {
    "bot.data_dir": config.Bot().data_dir,
    "bot.discord.api": config.Discord().api,
    "engine.device": config.Engine().device,
}
"""What need not be written where nothing is written."""


def example() -> str:
    """Read the example, from the checkout or from where a wheel puts it.

    Raises:
        ConfigError: It is in neither place.
    """
    name = "config.example.toml"
    for folder in (Path(__file__).parents[2], Path(sys.prefix) / "share" / "eshi"):
        with contextlib.suppress(OSError):
            return (folder / name).read_text(encoding="utf-8")
    raise ConfigError(f"{name} is neither in the checkout nor in {Path(sys.prefix) / 'share' / 'eshi'}")


def edited(text: str, values: Mapping[str, str]) -> str:
    """Set values by their keys, as ``bot.about.contact``, and leave everything else as it stands.

    Raises:
        ConfigError: tomlkit is not installed.
    """
    try:
        tomlkit: Any = importlib.import_module("tomlkit")
    except ImportError as error:
        raise ConfigError(
            'setup needs the package tomlkit, which the extra "setup" installs: it keeps the comments of the file'
        ) from error
    document = tomlkit.parse(text)
    for key, value in values.items():
        *tables, last = key.split(".")
        if value == USUAL.get(key) and _at(document, [*tables, last]) is None:
            continue
        place = document
        for table in tables:
            if table not in place:
                place[table] = tomlkit.table()
            place = place[table]
        if place.get(last) != value:
            place[last] = value
    return tomlkit.dumps(document)


def _at(document: Any, keys: Sequence[str]) -> Any:
    """Give what stands there; None where nothing does."""
    for key in keys:
        if not hasattr(document, "get"):
            return None
        document = document.get(key)
    return document


def write(path: Path, values: Mapping[str, str]) -> bool:
    """Write the configuration, if anything changes; what cannot be read back is never put in its place.

    Returns:
        Whether anything changed.

    Raises:
        ConfigError: It cannot be written, or would not be one.
    """
    try:
        before = path.read_text(encoding="utf-8") if path.exists() else None
        after = edited(example() if before is None else before, values)
        if after == before:
            return False
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f".{path.name}.new")
        fresh.write_text(after, encoding="utf-8")
        try:
            config.load(fresh)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)
    except OSError as error:
        raise ConfigError(f"{error.filename or path}: cannot be written: {error.strerror}") from error
    return True


def write_secret(path: Path, secret: str) -> None:
    """Write a file that its owner alone can read, from the first moment.

    Raises:
        ConfigError: It cannot be written.
    """
    fresh = path.with_name(f".{path.name}.new")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(f"{secret}\n")
        fresh.replace(path)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error

"""Writes the answers into the configuration: the commented example, or a file that is there, comments and all."""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import re
import stat
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bot import config
from bot.errors import ConfigError
from engine import textfile

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping


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
        ConfigError: tomlkit is not installed, or what is there is written in a way that it cannot change.
    """
    tomlkit = _editor()
    try:
        document = tomlkit.parse(text)
        wanted = {
            key: value for key, value in values.items() if value != USUAL.get(key) or _at(document, key) is not None
        }
        for key, value in wanted.items():
            _set(tomlkit, document, key, value)
        after: str = tomlkit.dumps(document)
        right = tomllib.loads(after) == _with(tomllib.loads(text), wanted)
    except ValueError:  # of both libraries
        right, after, wanted = False, "", dict(values)
    if not right:
        lines = ", ".join(f"{key} = {json.dumps(value, ensure_ascii=False)}" for key, value in wanted.items())
        raise ConfigError(f"it is written in a way that set-up cannot change; write this into it yourself: {lines}")
    return after if re.search(r"(?<!\r)\n", text) or "\r\n" not in text else re.sub(r"(?<!\r)\n", "\r\n", after)


def require_editor() -> None:
    """Find out, before anybody answers anything, whether a file can be edited.

    Raises:
        ConfigError: tomlkit is not installed.
    """
    _editor()


def _editor() -> Any:
    try:
        return importlib.import_module("tomlkit")
    except ImportError as error:
        raise ConfigError(
            'setup needs the package tomlkit, which the extra "setup" installs: it keeps the comments of the file'
        ) from error


def _set(tomlkit: Any, document: Any, key: str, value: str) -> None:
    """Set one value, in the manner in which its neighbours are written.

    Raises:
        ValueError: It belongs into what is no table.
    """
    *tables, last = key.split(".")
    dotted = {one.key for one, _ in document.body if one is not None and one.is_dotted()}
    if tables[0] in dotted and _at(document, key) is None:
        document.append(tomlkit.key([*tables, last]), value)
        return
    place = document
    for table in tables:
        if table not in place:
            inline = isinstance(place, tomlkit.items.InlineTable)
            place[table] = tomlkit.inline_table() if inline else tomlkit.table()
        place = place[table]
        if not hasattr(place, "setdefault"):
            raise ValueError(table)
    if place.get(last) != value:
        place[last] = value


def _at(document: Any, key: str) -> Any:
    """Give what stands there; None where nothing does."""
    for part in key.split("."):
        if not hasattr(document, "get"):
            return None
        document = document.get(part)
    return document


def _with(table: dict[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """Set the values in what was read, as another reader has to find them."""
    for key, value in values.items():
        *tables, last = key.split(".")
        place = table
        for name in tables:
            place = place.setdefault(name, {})
        place[last] = value
    return table


def write(path: Path, values: Mapping[str, str]) -> bool:
    """Write the configuration, if anything changes; what cannot be read back is never put in its place.

    A link stays one, and an encoding, the ends of lines and who may read the file stay as they were.

    Returns:
        Whether anything changed.

    Raises:
        ConfigError: It cannot be written, or would not be one.
    """
    path = path.resolve()
    try:
        before = textfile.read_bytes(path) if path.exists() else None
        text = example() if before is None else textfile.decode(path, before)
        after = _edited(path, text, values)
        if before is not None and after == text:
            return False
        if before is not None and not os.access(path, os.W_OK):
            raise ConfigError(f"{path}: cannot be written: it is read-only")
        mode = 0o666 & ~_umask() if before is None else stat.S_IMODE(path.stat().st_mode)
        _put(path, textfile.encode_like(before or b"", after), mode, config.load)
    except OSError as error:
        raise ConfigError(f"{error.filename or path}: cannot be written: {error.strerror}") from error
    except textfile.TextFileError as error:
        raise ConfigError(str(error)) from error
    return True


def _edited(path: Path, text: str, values: Mapping[str, str]) -> str:
    try:
        return edited(text, values)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error


def write_secret(path: Path, secret: str) -> None:
    """Write a file that its owner alone can read, from the first moment.

    Raises:
        ConfigError: It cannot be written.
    """
    try:
        _put(path.resolve(), f"{secret}\n".encode(), 0o600)
    except OSError as error:
        raise ConfigError(f"{path}: cannot be written: {error.strerror}") from error


def _put(path: Path, content: bytes, mode: int, check: Callable[[Path], object] | None = None) -> None:
    """Put a file in its place in one go, so that a kill or a power cut leaves the old one or the new one.

    Args:
        path: No link.
        content: Of the new file.
        mode: Who may do what, from the first moment.
        check: Refuses what must not get there.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.new")
    fresh.unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.chmod(mode)
        if check is not None:
            _checked(check, fresh, path)
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)


def _checked(check: Callable[[Path], object], fresh: Path, path: Path) -> None:
    """Name the file that somebody knows, and not the one beside it."""
    try:
        check(fresh)
    except ConfigError as error:
        raise ConfigError(str(error).replace(str(fresh), str(path))) from error


def _umask() -> int:
    """Tell what this user's new files are not allowed; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask

"""The rows about the configuration: can it be read, is all filled in, and where does each value come from."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import msgspec

from bot import config
from bot.errors import ConfigError
from engine.finding import Finding, error, ok, warning

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

ENVIRONMENT = ("ESHI_TOKEN", "ESHI_WIRE_SECRET", "HF_ENDPOINT", "HF_TOKEN", "HTTPS_PROXY", "NO_PROXY", "SSL_CERT_FILE")
"""What this program and what it fetches with read of the environment."""


def read(path: Path, environ: Mapping[str, str] = os.environ) -> tuple[config.Config | None, list[Finding]]:
    """Read the file, and say how that went; without a configuration nothing else can be looked at."""
    try:
        found = config.load(path)
    except ConfigError as refused:
        return None, [error("configuration", str(refused), "Correct the file, or let python -m bot setup write one.")]
    from_environment = [name for name in ENVIRONMENT if environ.get(name)]
    origin = f"{len(list(changed(found)))} values from {path.name}"
    if from_environment:
        origin += f", {' and '.join(from_environment)} from the environment"
    rows = [ok("configuration", f"{origin}, everything else as shipped")]
    try:
        config.require_all(found, environ)
    except ConfigError as refused:
        rows.append(error("filled-in", " ".join(str(refused).split()), "Run python -m bot setup, or fill it in."))
    else:
        rows.append(ok("filled-in", "everything that has no default is filled in"))
    if found.bot.about.contact:
        rows.append(ok("contact", "/about says how people reach you"))
    else:
        rows.append(
            warning(
                "contact",
                "bot.about.contact is empty, so nobody finds out whom to tell when something is wrong",
                "Fill it in.",
            )
        )
    return found, rows


def changed(found: config.Config) -> Iterator[tuple[str, object]]:
    """Give every value that differs from the default, by its key; secrets are not in the file."""
    fresh = config.Config(path=found.path, bot=config.Bot(), wire=config.Wire())
    for table, value, usual in (
        ("bot", found.bot, fresh.bot),
        ("engine", found.model, fresh.model),
        ("wire", found.wire, fresh.wire),
    ):
        yield from _differing(table, msgspec.to_builtins(value), msgspec.to_builtins(usual))


def _differing(place: str, value: object, usual: object) -> Iterator[tuple[str, object]]:
    if isinstance(value, dict) and isinstance(usual, dict):
        for key, one in value.items():  # pyright: ignore[reportUnknownVariableType]  what a struct holds
            yield from _differing(f"{place}.{key}", one, usual.get(key))  # pyright: ignore[reportUnknownArgumentType, reportUnknownMemberType]  as above
    elif value != usual:
        yield place, value

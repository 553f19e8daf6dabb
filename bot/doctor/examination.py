"""Everything that is looked at, in the order of `bot.doctor.rows`."""

from __future__ import annotations

import os
from contextlib import aclosing
from typing import TYPE_CHECKING, NamedTuple

import aiohttp

from bot import config as configuration
from bot.doctor import drawing, engine_rows, machine, places, portal
from bot.doctor.configuration import read
from bot.errors import BotError
from engine.finding import Finding, unchecked

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, AsyncIterator, Mapping, Sequence
    from pathlib import Path

    from bot.config import Config


class Extent(NamedTuple):
    """What is left out, and what stands in for it in tests."""

    discord: bool = True
    engine: bool = True
    draw: bool = True
    engine_check: Sequence[str] | None = None
    engine_serve: Sequence[str] | None = None


async def examine(path: Path, extent: Extent, environ: Mapping[str, str] = os.environ) -> AsyncIterator[Finding]:
    """Give each row as soon as it is known.

    Args:
        path: The configuration file.
        extent: How much is looked at.
        environ: For the token and the secret.
    """
    config, rows = read(path, environ)
    for row in rows:
        yield row
    if config is None:
        yield machine.python()
        return
    if extent.discord:
        async with aclosing(_discord(config, environ)) as found:
            async for row in found:
                yield row
    for row in await _machine(config, environ):
        yield row
    fit = True
    if extent.engine:
        for row in await engine_rows.look(path, command=extent.engine_check):
            fit = fit and row.level != "error"
            yield row
    if extent.draw and fit:
        yield await drawing.look(config, command=extent.engine_serve)
    elif extent.draw:
        yield unchecked("drawing", "the engine cannot draw as it is; see the rows above")


async def _machine(config: Config, environ: Mapping[str, str]) -> list[Finding]:
    rows = [machine.python()]
    try:
        rows += [machine.disks(config, environ), machine.file_system(config), await machine.database(config)]
    except (BotError, OSError) as refused:  # a folder leads nowhere, or is not for this user
        rows.append(Finding("disk", "error", str(refused), "Correct bot.data_dir."))
    return rows + machine.meeting(config, environ)


async def _discord(config: Config, environ: Mapping[str, str]) -> AsyncGenerator[Finding]:
    try:
        text = configuration.token(config, environ)
    except BotError as refused:
        yield Finding("token", "error", str(refused), "Run python -m bot setup, or set ESHI_TOKEN.")
        return
    async with aiohttp.ClientSession(trust_env=False) as session:
        api = portal.Api(session, config.bot.discord.api, text)
        reached = False
        async for row in portal.look(api, text):
            reached = reached or row.id == "commands"
            yield row
        if not reached:
            return
        try:
            named = places.named_channels(config.data_dir / "eshi.sqlite3")
            own = (await api.get("/users/@me")).table
            yield await places.look(api, str(own.get("id")), named)
        except (aiohttp.ClientError, OSError, BotError) as failure:
            yield unchecked("permissions", str(failure) or type(failure).__name__)

"""The bot as systemd's service: starting until it is connected, then alive, with its line in a word or two."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from engine.systemd import STARTING_S, Systemd

if TYPE_CHECKING:
    from typing import NoReturn

    from bot.operating.overview import Overview

STATUS_EVERY_S = 30.0


class Service:
    """Says everything from the event loop: where that stands still, nothing is said."""

    def __init__(self, systemd: Systemd, overview: Overview) -> None:
        self._systemd = systemd
        self._overview = overview

    async def connecting(self) -> NoReturn:
        """Say that the start goes on; cancelled when the client is connected or the bot ends."""
        while True:
            self._systemd.starting("connecting to Discord")
            await asyncio.sleep(STARTING_S / 4)

    async def work(self) -> None:
        """Say that it is ready once it is connected, and from then on that it is alive and how it is."""
        if not self._systemd.listens:
            return
        connecting = asyncio.create_task(self.connecting(), name="start of the service")
        try:
            await self._overview.client.wait_until_ready()
        finally:
            connecting.cancel()
        self._systemd.ready()
        every_s = self._systemd.alive_every_s or STATUS_EVERY_S
        while True:
            self._systemd.alive()
            self._systemd.status(await self._overview.status())
            await asyncio.sleep(min(every_s, STATUS_EVERY_S))

    def stopping(self) -> None:
        """Say that the end has begun."""
        self._systemd.stopping()

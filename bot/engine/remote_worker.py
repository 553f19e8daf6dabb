"""One of the workers behind a connection: what it is now, and jobs for it alone."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

import msgspec

from bot.engine.drawing_engine import Away
from engine import wire

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable

    from bot.engine.drawing_engine import Drawn, Status

log = logging.getLogger(__name__)


class RemoteWorker:
    """A `bot.engine.drawing_engine.DrawingEngine` that the engine, or a cluster, has told of."""

    def __init__(
        self,
        worker_id: str,
        name: str,
        *,
        draw: Callable[[RemoteWorker, wire.Generate], AsyncGenerator[Drawn]],
        look: Callable[[RemoteWorker, wire.Pixels], Awaitable[wire.Described]],
        tell: Callable[[wire.Drain | wire.Reload], Awaitable[None]],
        listeners: list[Callable[[Status], None]],
    ) -> None:
        """Know of it, and nothing more yet.

        Args:
            worker_id: Its own, on its connection.
            name: What it is called among all that draw for this bot.
            draw: Has a job drawn by it.
            look: Has it say what a picture shows.
            tell: Sends a command.
            listeners: Are told of every change, whenever they came.
        """
        self.id = worker_id
        self.name = name
        self._draw = draw
        self._look = look
        self._tell = tell
        self._listeners = listeners
        self._status: Status = Away("not connected yet")
        self._is_ready = asyncio.Event()

    @property
    def status(self) -> Status:
        return self._status

    async def ready(self) -> wire.Ready:
        """Wait until it draws, and say what it is."""
        while not isinstance(self._status, wire.Ready):
            await self._is_ready.wait()
        return self._status

    def listen(self, listener: Callable[[Status], None]) -> None:
        """Have every change told, of this one and of its neighbours."""
        self._listeners.append(listener)

    def generate(self, job: wire.Generate) -> AsyncGenerator[Drawn]:
        """Have a job drawn, as `bot.engine.drawing_engine.DrawingEngine` says."""
        return self._draw(self, msgspec.structs.replace(job, worker=self.id))

    async def describe(self, image: wire.Pixels) -> wire.Described:
        """Ask what a picture shows, as `bot.engine.drawing_engine.DrawingEngine` says."""
        return await self._look(self, image)

    async def drain(self) -> None:
        """Let it end what it has and take nothing new, until `reload`.

        Raises:
            EngineUnavailable: It cannot be reached.
        """
        await self._tell(wire.Drain(worker=self.id))

    async def reload(self) -> None:
        """Let it end what it has, read its model anew, and go on with that.

        Raises:
            EngineUnavailable: It cannot be reached.
        """
        await self._tell(wire.Reload(worker=self.id))

    def become(self, status: Status, *, level: int = logging.INFO) -> None:
        """Note how it is now, and tell it once."""
        if status == self._status:
            return
        self._status = status
        if isinstance(status, wire.Ready):
            self._is_ready.set()
        else:
            self._is_ready.clear()
        log.log(level, "The engine%s is %s.", f" {self.name}" if self.name else "", described(status))
        for listener in self._listeners:
            listener(status)


def state_of(worker: wire.ListedWorker) -> Status:
    """Say what a listed worker is to somebody who wants pictures."""
    return Away(worker.state.why) if isinstance(worker.state, wire.Lost) else worker.state


def described(status: Status) -> str:
    """Say it for a log."""
    match status:
        case Away():
            return f"away: {status.why}"
        case wire.Draining():
            return "draining: it takes nothing new"
        case wire.Loading():
            return f"loading: {status.stage}"
        case wire.Ready():
            return f"ready: {status.model_name} on {status.device}"

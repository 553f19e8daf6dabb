"""One connection of the engine's: its jobs, and what waits to be sent to it."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING

from aiohttp import WSCloseCode

from engine.outbox import Outbox, Overfull
from engine.wire import (
    MAX_CARRIED_BYTES,
    MAX_JOBS,
    MAX_QUESTIONS,
    Cancelled,
    Describe,
    Described,
    Draining,
    Failed,
    Finished,
    Loading,
    Lost,
    Ready,
    encode,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from aiohttp import web

    from engine.received_job import ReceivedJob
    from engine.wire import ErrorCode, Event, Generate, WorkerState

log = logging.getLogger(__name__)

FLUSH_S = 2.0
"""How long a client may take, at the end, to read what is left for it."""

STALL_S = 60.0
"""How long a client may take to read one message. Its pong is behind that message, so that one which is honest and this
slow has lost its heartbeat before; one that sends and sends and never reads has not."""


class ConnectedClient:
    """One connection: its jobs, and what waits to be sent to it."""

    def __init__(self, socket: web.WebSocketResponse, cut: Callable[[], object], *, stall_s: float = STALL_S) -> None:
        """Begin.

        Args:
            socket: The connection.
            cut: Ends it without another word, and without waiting for anybody.
            stall_s: How long one message may take.
        """
        self.socket = socket
        self.jobs: dict[str, ReceivedJob] = {}
        self.questions: set[str] = set()
        self._cut = cut
        self._stall_s = stall_s
        self._outbox = Outbox()
        self._idle = asyncio.Event()
        self.dropped = False
        """It did not read, and is not listened to any more."""

    def make_room(self, workers: int) -> None:
        """Let as much wait for it as so many workers may have to say."""
        self._outbox.make_room(workers)

    def refusal(
        self, command: Generate | Describe, state: WorkerState, there: Collection[ReceivedJob]
    ) -> tuple[ErrorCode, str] | None:
        """Say why a worker does not do this for it as well; None: it does.

        Args:
            command: What it asks for.
            state: How the worker is.
            there: Those of its jobs that the worker has.
        """
        match state:
            case Loading(stage=stage):
                return "model_not_ready", f"the model is not loaded yet: {stage}"
            case Draining():
                return "model_not_ready", "it takes nothing new until it is told to read its model again"
            case Lost(why=why):
                return "model_not_ready", f"it is lost: {why}"
            case Ready():
                return self._too_much(command, there)

    def _too_much(self, command: Generate | Describe, there: Collection[ReceivedJob]) -> tuple[ErrorCode, str] | None:
        """Say why it may not have this there beside what it has; None: it may."""
        if isinstance(command, Describe):
            if command.question_id in self.questions or len(self.questions) >= MAX_QUESTIONS:
                described = f"{len(self.questions)} pictures of this client are being described already"
                return "too_many_jobs", described
            return None
        if command.job_id in self.jobs:
            return "invalid_parameters", "a job of this id is still being drawn, and goes on"
        if len(there) >= MAX_JOBS:
            return "too_many_jobs", f"{MAX_JOBS} jobs of this client are here already"
        carried = sum(_carried_bytes(request) for request in (command, *(job.request for job in there)))
        if carried > MAX_CARRIED_BYTES:
            return "too_many_jobs", f"{carried} bytes of pictures of this client would be here; {MAX_CARRIED_BYTES} may"
        return None

    def refuse(self, command: Generate | Describe, code: ErrorCode, detail: str, *, began: bool = True) -> None:
        """Tell it that this is not done."""
        asked = command.question_id if isinstance(command, Describe) else command.job_id
        self.tell(Failed(job_id=asked, code=code, detail=detail, began=began))

    def tell(self, event: Event) -> None:
        """Send an event when its turn comes, never waiting for it."""
        if self.dropped:
            return
        self._idle.clear()
        try:
            self._outbox.put(event)
        except Overfull as error:
            self._drop(str(error))

    def tell_of_job(self, event: Event) -> None:
        """Tell what the worker says of a job; after its last event the id is free again."""
        if isinstance(event, Finished | Cancelled | Failed):
            self.jobs.pop(event.job_id, None)
        self.tell(event)

    def tell_of_question(self, event: Described | Failed) -> None:
        """Tell what a picture shows; the id is free again."""
        self.questions.discard(event.question_id if isinstance(event, Described) else event.job_id)
        self.tell(event)

    async def send(self) -> None:
        """Send until the connection ends."""
        frame = b""
        try:
            while True:
                frame = encode(await self._outbox.get())
                async with asyncio.timeout(self._stall_s):
                    await self.socket.send_bytes(frame)
                if self._outbox.empty:
                    self._idle.set()
        except TimeoutError:
            self._drop(f"it took a message of {len(frame)} bytes for {self._stall_s:g} s")
        except ConnectionError:
            self._idle.set()  # the reading side sees the end too, and cleans up

    def _drop(self, why: str) -> None:
        """End the connection of a client that does not read; what it asked for is cancelled with it."""
        log.warning("a client that does not read is dropped: %s", why)
        self.dropped = True
        self._outbox.clear()
        self._idle.set()
        self._cut()

    async def say_goodbye(self) -> None:
        """Let the client read what is left for it, then close; one that does not read is left behind."""
        with suppress(TimeoutError):
            async with asyncio.timeout(FLUSH_S):
                await self._idle.wait()
                await self.socket.close(code=WSCloseCode.GOING_AWAY, message=b"the engine is shutting down")


def _carried_bytes(request: Generate) -> int:
    start, repaint = request.start, request.repaint
    return (0 if start is None else len(start.image.values)) + (0 if repaint is None else len(repaint.mask))

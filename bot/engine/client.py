"""The line to an engine, or to a cluster of them: ask for pictures, receive what happens, whoever started it."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import socket
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import aiohttp
import msgspec

from bot.engine.drawing_engine import Away, Drawn, Status, nearest
from bot.engine.mailbox import Mailbox
from bot.engine.remote_worker import RemoteWorker, described, state_of
from bot.errors import EngineDied, EngineError, EngineFull, EngineTimeout, EngineUnavailable, GenerationFailed
from engine import wire
from engine.cost import largest_pass
from engine.silence_timeout import SilenceTimeout

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Sequence
    from typing import NoReturn, Self

    import yarl

    from bot.engine.child import EngineChild

log = logging.getLogger(__name__)

RECONNECT_S = (0.1, 0.2, 0.5, 1.0, 2.0)
"""Waits between two attempts to connect, the last one repeating: a new engine listens after a second or so."""

SILENCE_S = 300.0
"""How long the first job of a shape may be silent: a step takes a minute on two cores, and kernels may be compiled."""

HEARTBEAT_S = 60.0
"""Between two pings; an engine whose process answers none for half of this again hangs, whether or not it has jobs."""

_CONNECTING = aiohttp.ClientTimeout(total=10.0)
"""An engine that accepts a connection and says nothing hangs."""

_CLOSING = aiohttp.ClientWSTimeout(ws_close=1.0)  # pyright: ignore[reportCallIssue]  its fields have no annotations
"""An engine on this machine answers a closing handshake at once, or it hangs."""


class _Aboard(NamedTuple):
    """A job that a worker has."""

    mailbox: Mailbox
    """Its reader may lag behind."""
    worker: RemoteWorker


class _Question(NamedTuple):
    """A picture that a worker looks at."""

    answer: asyncio.Future[wire.Described]
    worker: RemoteWorker


class EngineClient:
    """One connection for everybody's jobs, made anew whenever it is lost; open it with ``async with``.

    Behind it are the workers that the other side lists: an engine lists itself.
    """

    def __init__(
        self,
        address: Path | yarl.URL,
        *,
        name: str = "",
        secret: str = "",
        child: EngineChild | None = None,
        silence_timeout: SilenceTimeout | None = None,
        heartbeat_s: float = HEARTBEAT_S,
        reconnect_s: Sequence[float] = RECONNECT_S,
    ) -> None:
        """Prepare a line to the engine.

        Args:
            address: Of a Unix socket, or ``ws://127.0.0.1:PORT``.
            name: What it is called among other connections; "" where there are none.
            secret: What a TCP engine wants to see; "" shows none.
            child: The engine to keep alive at that address; None: somebody else's business.
            silence_timeout: How long an engine that has jobs may send nothing; None: as `SILENCE_S` says at first.
            heartbeat_s: Between two pings.
            reconnect_s: Waits between attempts; the last one repeats.
        """
        self._address = address
        self._secret = secret
        self._child = child
        self._silence_timeout = silence_timeout or SilenceTimeout(first_s=SILENCE_S)
        self._heartbeat_s = heartbeat_s
        self._reconnect_s = reconnect_s
        self._name = name
        self._away = Away("not connected yet")
        self._workers: dict[str, RemoteWorker] = {}
        self._is_ready = asyncio.Event()
        self._listeners: list[Callable[[Status], None]] = []
        self._lora_listeners: list[Callable[[tuple[wire.FoundLora, ...]], None]] = []
        self._loras: tuple[wire.FoundLora, ...] | None = None
        """What it told last, which may have been before anybody listened."""
        self._aboard: dict[str, _Aboard] = {}
        self._questions: dict[str, _Question] = {}  # that the engine has, whether or not somebody waits
        self._asked = 0
        self._may_ask = asyncio.Semaphore(wire.MAX_QUESTIONS)
        self._connection: aiohttp.ClientWebSocketResponse | None = None
        self._silence: asyncio.Timeout | None = None
        self._failures = 0
        self._tasks: list[asyncio.Task[NoReturn]] = []

    async def __aenter__(self) -> Self:
        self._tasks.append(asyncio.create_task(self._stay_connected(), name="engine connection"))
        if self._child is not None:
            self._tasks.append(asyncio.create_task(self._child.run(), name="engine process"))
        for task in self._tasks:
            task.add_done_callback(_report)
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        while self._tasks:
            task = self._tasks.pop(0)
            task.cancel()
            await asyncio.wait([task])
        if self._child is not None and isinstance(self._address, Path):
            _remove_stale(self._address)

    @property
    def workers(self) -> Sequence[RemoteWorker]:
        """Those that the other side listed last, whether or not it can be reached now."""
        return tuple(self._workers.values())

    @property
    def statuses(self) -> Sequence[tuple[str, Status]]:
        """Of each worker, with its name; before the first list of them, of the connection."""
        return [(worker.name, worker.status) for worker in self.workers] or [(self._name, self._away)]

    @property
    def status(self) -> Status:
        """Of the worker that is nearest to drawing."""
        return nearest(worker.status for worker in self.workers) or self._away

    def listen(self, listener: Callable[[Status], None]) -> None:
        """Have every change of anyone's status told to a function that returns at once."""
        self._listeners.append(listener)

    def hear_of_loras(self, listener: Callable[[tuple[wire.FoundLora, ...]], None]) -> None:
        """Have the LoRAs of this engine told, now and whenever they change, to a function that returns at once."""
        self._lora_listeners.append(listener)
        if self._loras is not None:
            listener(self._loras)

    async def ready(self) -> wire.Ready:
        """Wait until a worker draws, and say what it is."""
        while not isinstance(status := self.status, wire.Ready):
            self._is_ready.clear()
            await self._is_ready.wait()
        return status

    def generate(self, job: wire.Generate) -> AsyncGenerator[Drawn]:
        """Have a job drawn by any worker that draws, as `bot.engine.drawing_engine.DrawingEngine` says.

        Raises:
            EngineUnavailable: None draws; besides what is said there.
        """
        worker = next((one for one in self.workers if isinstance(one.status, wire.Ready)), None)
        if worker is None:
            raise EngineUnavailable(f"the engine is not ready: {described(self.status)}")
        return worker.generate(job)

    async def _draw(self, worker: RemoteWorker, job: wire.Generate) -> AsyncGenerator[Drawn]:
        """Have a job drawn by one worker; what happens to it, from Started to Finished.

        Progress and previews that the reader is too slow for are skipped, pictures never. Finished is the last
        event; every other end is an error. Closing the generator early (`contextlib.aclosing`) cancels the job.

        Raises:
            EngineFull: It has as many jobs as it takes, and never had this one.
            EngineUnavailable: It is not ready, stops, or went away: the job may be drawn later.
            EngineDied: It went away while it had the job; if it is ours, it is being started again.
            GenerationFailed: It gave up on this job, or the job is outside the wire's limits.
        """
        frame = wire.encode(job)
        try:
            wire.decode_command(frame)  # the engine could only answer that some frame was wrong, not whose
        except msgspec.DecodeError as error:
            raise GenerationFailed("invalid_parameters", str(error)) from error
        connection = self._connection
        if connection is None or not isinstance(worker.status, wire.Ready):
            raise EngineUnavailable(f"the engine is not ready: {described(worker.status)}")
        if job.job_id in self._aboard:
            raise ValueError(f"job {job.job_id} is already being drawn")
        mailbox = Mailbox()
        self._aboard[job.job_id] = _Aboard(mailbox, worker)
        if worker.id == wire.ENGINE:  # a front sees to its workers itself, and gives up one where we would lose all
            self._silence_timeout.board(job.job_id, _largest(job), _now())
        self._expect_news()
        try:
            await _send(connection, frame)
            while True:
                match event := await mailbox.get():
                    case wire.Failed(code="too_many_jobs"):
                        raise EngineFull(f"it gave the job back ({event})")
                    case wire.Failed(code="model_not_ready" | "shutting_down") | wire.Cancelled():
                        raise EngineUnavailable(f"it gave the job back ({event})")  # nobody here asked it to cancel
                    case wire.Failed(code="worker_lost", began=False):
                        raise EngineUnavailable(f"it was lost before the job began ({event.detail})")
                    case wire.Failed(code="worker_lost"):
                        raise EngineDied(event.detail, alone=event.aboard == 1)
                    case wire.Failed():
                        raise GenerationFailed(event.code, event.detail, fits=event.fits)
                    case wire.Finished():
                        yield event
                        return
                    case _:
                        yield event
        finally:
            still = self._aboard.get(job.job_id)
            if still is not None and still.mailbox is mailbox:  # the engine still has it
                del self._aboard[job.job_id]
                self._silence_timeout.leave(job.job_id)
                self._expect_news()
                with contextlib.suppress(EngineUnavailable):
                    await _send(connection, wire.encode(wire.Cancel(job_id=job.job_id)))

    async def _look(self, worker: RemoteWorker, image: wire.Pixels) -> wire.Described:
        """Have a worker say what a picture shows.

        Raises:
            EngineUnavailable: It is not ready, stops, or was left.
            EngineDied: It went away while it was to look.
            GenerationFailed: It could not look.
        """
        await self._may_ask.acquire()
        connection = self._connection
        if connection is None or not isinstance(worker.status, wire.Ready):
            self._may_ask.release()
            raise EngineUnavailable(f"the engine is not ready: {described(worker.status)}")
        self._asked += 1
        question = f"question.{self._asked}"
        answer: asyncio.Future[wire.Described] = asyncio.get_running_loop().create_future()
        self._questions[question] = _Question(answer, worker)
        try:
            await _send(connection, wire.encode(wire.Describe(question_id=question, image=image, worker=worker.id)))
        except EngineUnavailable:
            answer.cancel()  # nobody waits for it: it ends with the connection
            raise
        return await answer

    def _answer(self, question: str, answer: wire.Described | wire.Failed | EngineError) -> None:
        """Hand an answer to whoever asked, if they still wait."""
        asked, worker = self._questions.pop(question)
        self._may_ask.release()
        if isinstance(answer, wire.Failed):
            self._note(worker, answer)
        if asked.done():
            return
        match answer:
            case wire.Described():
                asked.set_result(answer)
            case wire.Failed(code="model_not_ready" | "shutting_down"):
                asked.set_exception(EngineUnavailable(f"it did not look ({answer})"))
            case wire.Failed(code="worker_lost"):
                asked.set_exception(EngineDied(answer.detail))
            case wire.Failed():
                asked.set_exception(GenerationFailed(answer.code, answer.detail))
            case EngineError():
                asked.set_exception(answer)

    async def _tell(self, command: wire.Drain | wire.Reload) -> None:
        if self._connection is None:
            raise EngineUnavailable(f"the engine is not ready: {described(self.status)}")
        await _send(self._connection, wire.encode(command))

    async def _stay_connected(self) -> NoReturn:
        connector = aiohttp.UnixConnector(str(self._address)) if isinstance(self._address, Path) else None
        url = "ws://engine/" if isinstance(self._address, Path) else self._address
        headers = {"Authorization": f"Bearer {self._secret}"} if self._secret else {}
        try:
            async with aiohttp.ClientSession(connector=connector, headers=headers, timeout=_CONNECTING) as session:
                while True:
                    await self._converse(session, url)
                    delay_s = self._reconnect_s[min(self._failures, len(self._reconnect_s) - 1)]
                    self._failures += 1
                    await asyncio.sleep(delay_s)
        finally:
            self._lose(EngineUnavailable("the bot is stopping"), level=logging.INFO)

    async def _converse(self, session: aiohttp.ClientSession, url: str | yarl.URL) -> None:
        """Connect, and receive until the connection is lost, for whatever reason."""
        try:
            async with session.ws_connect(
                url, max_msg_size=wire.MAX_MESSAGE_BYTES, timeout=_CLOSING, heartbeat=self._heartbeat_s
            ) as connection:
                self._connection = connection
                try:
                    await self._receive(connection)
                except EngineError as error:
                    self._lose(
                        error, died=True
                    )  # before the closing handshake, which a hanging engine would not answer
        except aiohttp.WSServerHandshakeError as error:
            wrong = "it refused the secret" if error.status == 401 else f"it answered {error.status}"  # noqa: PLR2004
            self._lose(EngineUnavailable(f"{wrong} at {self._address}"))
        except (aiohttp.ClientError, OSError) as error:
            # Our own engine is not there before it has started, and its death is told by whoever watches it.
            level = logging.WARNING if self._child is None else logging.INFO
            reason = (isinstance(error, OSError) and error.strerror) or str(error) or "no answer"
            self._lose(EngineUnavailable(f"no connection to {self._address} ({reason})"), level=level)

    async def _receive(self, connection: aiohttp.ClientWebSocketResponse) -> NoReturn:
        try:
            async with asyncio.timeout(None) as self._silence:
                async for message in connection:
                    if isinstance(message.data, aiohttp.ServerTimeoutError):
                        raise EngineTimeout("it answers no ping")
                    if message.type is not aiohttp.WSMsgType.BINARY:
                        raise EngineUnavailable(f"it sent a {message.type.name} frame ({message.data!r})")
                    self._receive_frame(message.data)
        except TimeoutError as error:
            raise EngineTimeout(
                f"it has jobs and sent nothing for {_now() - self._silence_timeout.heard:.3g} s"
            ) from error
        except msgspec.DecodeError as error:
            raise EngineUnavailable(f"it sent what this bot does not understand ({error})") from error
        finally:
            self._silence = None
        raise EngineUnavailable("it closed the connection")

    def _receive_frame(self, frame: bytes) -> None:
        """Read what came, and heed it.

        Raises:
            EngineUnavailable: It is of another protocol.
            msgspec.DecodeError: It is of none.
        """
        try:
            event = wire.decode_event(frame)
        except msgspec.DecodeError:
            protocol = wire.protocol_of(frame)
            if protocol is None or protocol == wire.PROTOCOL:
                raise
            raise EngineUnavailable(_other_protocol(protocol)) from None
        self._take(event)

    def _take(self, event: wire.Event) -> None:
        match event:
            case wire.Workers():
                if event.protocol != wire.PROTOCOL:
                    raise EngineUnavailable(_other_protocol(event.protocol))
                self._list(event.workers)
            case wire.Loras():
                self._loras = event.loras
                for hear in self._lora_listeners:
                    hear(event.loras)
            case wire.Rejected():
                log.error("The engine rejected a command: %s.", event.detail)
            case wire.Described() if event.question_id in self._questions:
                self._answer(event.question_id, event)
            case wire.Failed() if event.job_id in self._questions:
                self._answer(event.job_id, event)
            case wire.Described():
                log.debug("An answer came that nobody asked for.")
            case _ if (aboard := self._aboard.get(event.job_id)) is not None:
                self._silence_timeout.hear(_now())
                aboard.mailbox.put(event)
                if isinstance(event, wire.Started):
                    self._silence_timeout.begin(event.job_id)
                if isinstance(event, wire.Finished | wire.Cancelled | wire.Failed):
                    del self._aboard[event.job_id]
                    self._silence_timeout.leave(event.job_id, drawn=isinstance(event, wire.Finished))
                self._note(aboard.worker, event)
            case _:
                log.debug("Job %s: %s came after its end.", event.job_id, type(event).__name__)
        self._expect_news()

    def _list(self, listed: Sequence[wire.ListedWorker]) -> None:
        """Know these workers from now on, and how they are."""
        for gone in self._workers.keys() - {worker.id for worker in listed}:
            self._workers.pop(gone).become(Away("it is not there any more"))
        for worker in listed:
            known = self._workers.get(worker.id)
            if known is None:
                name = " ".join(filter(None, (self._name, worker.id if len(listed) > 1 else "")))
                known = RemoteWorker(
                    worker.id,
                    name,
                    draw=self._draw,
                    look=self._look,
                    tell=self._tell,
                    listeners=self._listeners,
                )
                self._workers[worker.id] = known
            known.become(state_of(worker))
        if not self._aboard and not isinstance(self.status, wire.Ready):
            self._silence_timeout.forget()  # it loads anew, and knows no shape any more
        if isinstance(self.status, wire.Ready):
            self._failures = 0
            self._is_ready.set()
            if self._child is not None:
                self._child.answers()

    def _note(self, worker: RemoteWorker, event: Drawn | wire.Cancelled | wire.Failed) -> None:
        """Learn from what happened to a job or a question how its worker is."""
        match event:
            case wire.Finished() if self._child is not None:
                self._child.is_well()
            case wire.Failed(code="model_not_ready" | "shutting_down"):
                worker.become(Away("it takes no jobs"))  # until it says that it is ready again
                if self._child is not None:
                    self._child.is_silent()
            case _:
                pass

    def _expect_news(self) -> None:
        """Set the time by which an engine that has jobs must have sent something."""
        if self._silence is not None and not self._silence.expired():
            self._silence.reschedule(self._silence_timeout.deadline)

    def _lose(self, error: EngineError, *, died: bool = False, level: int = logging.WARNING) -> None:
        """Give up the connection, and tell everything that the engine had; it died unless it is we who leave."""
        self._connection = None
        was_ready = isinstance(self.status, wire.Ready)
        kind = EngineTimeout if isinstance(error, EngineTimeout) else EngineDied
        with_worker = Counter(one.worker for one in (*self._aboard.values(), *self._questions.values()))

        def lost(worker: RemoteWorker) -> EngineError:  # each its own: every reader adds its own traceback
            return kind(str(error), alone=with_worker[worker] == 1) if died else EngineUnavailable(str(error))

        for mailbox, worker in self._aboard.values():
            mailbox.fail(lost(worker))
        self._aboard.clear()
        for question, asked in list(self._questions.items()):
            self._answer(question, lost(asked.worker))
        self._silence_timeout.forget()
        if self._child is not None:
            if isinstance(error, EngineTimeout):
                self._child.replace(f"hangs ({error})")
            elif was_ready:
                self._child.is_silent()
        unusable = self._child is not None and self._child.unusable
        self._leave(Away("its checkpoint cannot be used", unusable=True) if unusable else Away(str(error)), level)

    def _leave(self, away: Away, level: int) -> None:
        """Know that nobody behind this connection can be reached."""
        if away != self._away or any(worker.status != away for worker in self.workers):
            log.log(level, "The engine%s is %s.", f" {self._name}" if self._name else "", described(away))
        changed = away != self._away
        self._away = away
        for worker in self.workers:
            worker.become(away, level=logging.DEBUG)
        if changed and not self._workers:
            for listener in self._listeners:
                listener(away)


def _now() -> float:
    return asyncio.get_running_loop().time()


async def _send(connection: aiohttp.ClientWebSocketResponse, frame: bytes) -> None:
    try:
        await connection.send_bytes(frame)
    except (aiohttp.ClientError, OSError) as error:
        raise EngineUnavailable(f"the connection was lost ({error})") from error


def _largest(job: wire.Generate) -> tuple[int, int]:
    """Give width and height of a job's largest pass."""
    largest = largest_pass(job.sampling, details=job.details, enlargement=job.enlargement)
    return largest.width, largest.height


def _other_protocol(protocol: int) -> str:
    return f"it speaks protocol {protocol} and this bot {wire.PROTOCOL}; update the older one"


def _remove_stale(path: Path) -> None:
    """Remove the socket that an engine left which had to be killed, and not one on which somebody listens."""
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()


def _report(task: asyncio.Task[NoReturn]) -> None:
    """Say at once that a task which never ends has ended: nothing awaits it before the bot stops."""
    if not task.cancelled():
        log.critical("The %s stopped working; restart the bot.", task.get_name(), exc_info=task.exception())

"""One card as the front knows it: a worker far away, started, asked, watched, and started again when it is lost."""

from __future__ import annotations

import asyncio
import itertools
import logging
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
import ray
from ray.exceptions import RayError
from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

from engine.cluster.actor import REPEAT_S, WorkerActor
from engine.cluster.messages import (
    Broken,
    Hello,
    decode_answer,
    decode_counted,
    decode_events,
    decode_hello,
    decode_look,
)
from engine.cluster.ray_errors import GONE, sentence
from engine.cluster.worker_counts import take
from engine.cost import largest_pass
from engine.counts import EngineMeasures
from engine.silence_timeout import SilenceTimeout
from engine.wire import (
    Cancelled,
    Draining,
    Failed,
    Finished,
    Loading,
    Lost,
    Picture,
    Ready,
    Started,
    encode,
)

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Collection
    from typing import NoReturn

    from engine.cluster.nodes import CardPlace
    from engine.config import Cluster, Engine
    from engine.received_job import ReceivedJob
    from engine.wire import Describe, Described, Event, FoundLora, WorkerState

log = logging.getLogger(__name__)

BACKOFF_S = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
"""Waits between a death and the next start, as the bot has them for an engine of its own; the last one repeats."""

FIRST_SILENCE_S = 300.0
"""How long the first job of a shape may be silent, as the bot has it."""

LAST_WORDS_S = 1.0
"""For what a lost worker had sent already: it is here, and only has to be read."""

KILL_S = 5.0
"""For the head to hear that a worker is to be killed; one that is gone hears nothing."""

COUNT_S = 3.0
"""For what a worker has counted; whoever reads the front's page waits for it."""

CALLS_AT_ONCE = 512
"""Of one worker: more jobs than any front gives it, and the looks at how it is."""


@dataclass(eq=False)
class _Carried:
    """A job that a worker has."""

    key: str
    began: bool = False
    reading: asyncio.Task[None] | None = None


class HostedWorker:
    """For one event loop; `run` is its life, and everything else returns at once."""

    def __init__(
        self,
        place: CardPlace,
        settings: Cluster,
        *,
        configured: Callable[[], Awaitable[Engine]],
        objection: Callable[[HostedWorker, Ready], str],
        changed: Callable[[], None],
        worker_class: str,
    ) -> None:
        """Know of a card.

        Args:
            place: Where it is.
            settings: How long what may take.
            configured: Reads what it is to draw with, at every start.
            objection: Says why one that draws with this must not; "": it may.
            changed: Hears of every change of the state.
            worker_class: What draws there, as MODULE:NAME.
        """
        self.id = place.name
        self.place = place
        self.state: WorkerState = Loading(stage="waiting for a free card")
        self.drawing_with: Engine | None = None
        self.placed = False
        """It has had a card."""
        self.unusable = ""
        """Why nothing but another file or configuration helps."""
        self.loras: tuple[FoundLora, ...] = ()
        """What its node has."""
        self.measures = EngineMeasures()
        self._settings = settings
        self._configured = configured
        self._objection = objection
        self._changed = changed
        self._worker_class = worker_class
        self._carried: dict[ReceivedJob, _Carried] = {}
        self._questions: set[asyncio.Task[Described | Failed | None]] = set()
        self._keys = map(str, itertools.count())
        self._silence = SilenceTimeout(first_s=FIRST_SILENCE_S)
        self._actor: Any = None
        self._draining = False
        self._reloading = False
        self._fault = ""
        self._farewell = "its node is gone"
        """Why, where somebody else ends it."""
        self._drew = False

    @property
    def carried(self) -> Collection[ReceivedJob]:
        """The jobs that it has, of all clients."""
        return self._carried.keys()

    @property
    def jobs(self) -> int:
        """How many that are."""
        return len(self._carried)

    def submit(self, job: ReceivedJob) -> None:
        """Have a job drawn; its last event is Finished, Cancelled or Failed. The worker has to be ready."""
        carried = self._carried[job] = _Carried(next(self._keys))
        request = job.request
        largest = largest_pass(request.sampling, details=request.details, enlargement=request.enlargement)
        self._silence.board(carried.key, (largest.width, largest.height), _now())
        carried.reading = asyncio.create_task(self._carry(job, carried))

    def describe(self, command: Describe, emit: Callable[[Described | Failed], None]) -> None:
        """Say what a picture shows, with `Described` or `Failed`. The worker has to be ready."""
        question = asyncio.create_task(self._ask(self._actor, command))
        self._questions.add(question)

        def answered(_: object) -> None:
            self._questions.discard(question)
            answer = None if question.cancelled() else question.result()
            gone = self.state.why if isinstance(self.state, Lost) else self._farewell
            emit(answer or Failed(job_id=command.question_id, code="worker_lost", detail=self._fault or gone))

        question.add_done_callback(answered)

    def cancel(self, job: ReceivedJob) -> None:
        """Stop a job before the next step; one that is over stays as it is."""
        if (carried := self._carried.get(job)) is not None and self._actor is not None:
            self._actor.cancel.remote(carried.key)

    def drain(self) -> None:
        """Let it end what it has and take nothing new."""
        self._draining = True
        if isinstance(self.state, Ready):
            self._become(Draining())

    def reload(self) -> None:
        """Let it end what it has, and begin anew as a fresh process."""
        self.drain()
        self._reloading = True

    def give_back(self) -> None:
        """End every job as one that may be drawn later, and every question, because the front stops."""
        self._farewell = "the front stops"
        for question in self._questions:
            question.cancel()
        for job, carried in list(self._carried.items()):
            detail = "the cluster is shutting down"
            self._tell(job, carried, Failed(job_id=job.request.job_id, code="shutting_down", detail=detail))

    async def count(self) -> None:
        """Bring `measures` up to date; of one that does not answer they stay as they were."""
        self.measures.ready.set(to=isinstance(self.state, Ready))
        self.measures.jobs.set(to=self.jobs)
        if self._actor is not None and isinstance(self.state, Ready | Draining):
            with suppress(TimeoutError, RayError):
                async with asyncio.timeout(COUNT_S):
                    take(self.measures, decode_counted(await self._actor.count.remote()))

    async def run(self) -> NoReturn:
        """Keep a worker there until this is cancelled."""
        short_lives = 0
        while True:
            born, self._drew = _now(), False
            why = await self._live()
            if not why:
                short_lives = 0
                continue
            well = self._drew or _now() - born > BACKOFF_S[-1]
            short_lives = 1 if well else short_lives + 1
            delay_s = BACKOFF_S[min(short_lives, len(BACKOFF_S)) - 1]
            log.info("worker %s is started again in %g s", self.id, delay_s)
            await asyncio.sleep(delay_s)

    async def _live(self) -> str:
        """Live one life of the worker, and say why it ended; "": it was to begin anew."""
        self._draining = self._reloading = False
        self._fault = self.unusable = ""
        self._silence.forget()
        self._become(Loading(stage="waiting for a free card"))
        config = self.drawing_with = await self._configured()
        strategy = NodeAffinitySchedulingStrategy(self.place.node_id, soft=False)
        actor: Any = (
            ray.remote(WorkerActor)
            .options(
                num_gpus=1,
                num_cpus=0,
                max_restarts=0,
                max_task_retries=0,
                max_concurrency=CALLS_AT_ONCE,
                scheduling_strategy=strategy,
            )
            .remote()
        )
        self._actor = actor
        why = self._farewell
        try:
            hello = decode_hello(await actor.begin.remote(msgspec.json.encode(config), self._worker_class))
            self.placed = True
            why = _other_program(hello, self.place.node) or await self._watch(actor)
        except RayError as error:
            why = sentence(error)
        except asyncio.CancelledError:
            why = self._farewell
            raise
        finally:
            self._actor = None
            await self._lose(why)
            killing = asyncio.ensure_future(asyncio.to_thread(ray.kill, actor, no_restart=True))
            await asyncio.wait({killing}, timeout=KILL_S)
        return why

    async def _watch(self, actor: Any) -> str:
        """Follow how it is, and say why it must end; "": it is to begin anew."""
        seen, placed_at, settings = 0, _now(), self._settings
        while True:
            loading = isinstance(self.state, Loading)
            limit_s = settings.start_timeout_s if loading else settings.silence_s
            try:
                async with asyncio.timeout(limit_s + REPEAT_S):
                    look = decode_look(await actor.look.remote(seen))
            except TimeoutError:
                return f"it has answered nothing for {limit_s:g} s"
            if look.number != seen and (why := self._heed(look.condition)):
                return why
            seen = look.number
            if look.loras is not None:
                self.loras = look.loras
                self._changed()
            if self._fault:
                return self._fault
            if self._reloading and not self._carried and not self._questions:
                log.info("worker %s begins anew", self.id)
                return ""
            if isinstance(self.state, Loading) and _now() - placed_at > settings.start_timeout_s:
                return f"it was not ready within {settings.start_timeout_s:g} s"
            if (deadline := self._silence.deadline) is not None and _now() > deadline:
                return f"it has jobs and has sent nothing of them for {_now() - self._silence.heard:.3g} s"

    def _heed(self, condition: Loading | Ready | Broken) -> str:
        """Take what it says of itself, and say why it must end; "": it need not."""
        match condition:
            case Broken(why=why, passing=passing):
                self.unusable = "" if passing else why
                return f"its model cannot be loaded: {why}"
            case Ready():
                if objection := self._objection(self, condition):
                    return objection
        self._become(Draining() if self._draining and isinstance(condition, Ready) else condition)
        return ""

    async def _carry(self, job: ReceivedJob, carried: _Carried) -> None:
        """Hand on what happens to one job, in a stream of its own: no picture waits behind another job's."""
        stream, whole = self._actor.draw.remote(carried.key, encode(job.request)), False
        try:
            async for bundle in stream:
                for event in decode_events(await bundle):
                    self._tell(job, carried, event)
            whole = True
        except GONE as error:
            self._fault = sentence(error)  # whoever watches it says what it had
        except RayError as error:
            self._tell(job, carried, Failed(job_id=job.request.job_id, code="internal", detail=sentence(error)))
        finally:
            if not whole:
                ray.cancel(stream)  # to drop a stream does not end what fills it

    async def _ask(self, actor: Any, command: Describe) -> Described | Failed | None:
        """Give what answers a question; None: the worker is gone."""
        try:
            return decode_answer(await actor.describe.remote(encode(command)))
        except GONE as error:
            self._fault = sentence(error)
            return None
        except RayError as error:
            return Failed(job_id=command.question_id, code="internal", detail=sentence(error))

    def _tell(self, job: ReceivedJob, carried: _Carried, event: Event) -> None:
        """Let whoever asked know; after a job's last event nothing more is said of it."""
        if job not in self._carried:
            return
        self._silence.hear(_now())
        match event:
            case Started():
                carried.began = True
                self._silence.begin(carried.key)
                event = msgspec.structs.replace(event, worker=self.id)
            case Picture():
                self.measures.pictures.add()
            case Finished() | Cancelled() | Failed():
                del self._carried[job]
                drawn = isinstance(event, Finished)
                if isinstance(event, Failed):
                    self.measures.failures.add(event.code)
                self._drew |= drawn
                self._silence.leave(carried.key, drawn=drawn)
            case _:
                pass
        job.emit(event)

    async def _lose(self, why: str) -> None:
        """Say that it is gone, to everybody whose job it had, after what it had sent before."""
        if why:
            self._become(Lost(why=why))
        for question in self._questions:
            question.cancel()  # which says so to whoever asked
        lost = dict(self._carried)
        reading = [one.reading for one in lost.values() if one.reading is not None]
        if reading:
            await asyncio.wait(reading, timeout=LAST_WORDS_S)
        for job, carried in lost.items():
            if carried.reading is not None:
                carried.reading.cancel()
            gone = Failed(
                job_id=job.request.job_id, code="worker_lost", detail=why, aboard=len(lost), began=carried.began
            )
            self._tell(job, carried, gone)

    def _become(self, state: WorkerState) -> None:
        if state == self.state:
            return
        self.state = state
        match state:
            case Loading(stage=stage):
                log.info("worker %s is loading: %s", self.id, stage)
            case Ready():
                log.info("worker %s is ready: %s on %s", self.id, state.model_name, state.device)
            case Draining():
                log.info("worker %s takes nothing new", self.id)
            case Lost(why=why):
                log.error("worker %s is lost: %s", self.id, why)
        self._changed()


def _other_program(hello: Hello, node: str) -> str:
    """Say why its node cannot work with this front; "": it can."""
    own = Hello()
    if (hello.version, hello.protocol) != (own.version, own.protocol):
        return f"node {node} has Eshi {hello.version}, and the front {own.version}: install the same version on both"
    return ""


def _now() -> float:
    return asyncio.get_running_loop().time()

"""The socket: decode commands, hand them to the worker, stream each client the events of its own jobs."""

from __future__ import annotations

import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine.clients import DETAIL_CHARS, Clients
from engine.config import EngineConfigError
from engine.counts import EngineMeasures
from engine.lora_catalogue import LOOK_S, LoraCatalogue
from engine.metrics import StatusPage
from engine.received_job import ReceivedJob
from engine.systemd import Systemd
from engine.wire import (
    ENGINE,
    PROTOCOL,
    Cancel,
    Describe,
    Described,
    Drain,
    Draining,
    Failed,
    Generate,
    ListedWorker,
    Loading,
    Loras,
    Picture,
    Ready,
    Rejected,
    Reload,
    Workers,
)
from engine.worker import Worker

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.client import ConnectedClient
    from engine.config import Engine
    from engine.listen import Listener
    from engine.metrics import Health, PageAddress
    from engine.wire import Command, ErrorCode, Event, WorkerState

log = logging.getLogger(__name__)

GRACE_S = 10.0
"""How long the step under way, or the part of the model that is being read, may still take at the end."""


HANGS_AFTER_S = 900.0
"""How long one step may take before systemd is no longer told that all is well: the slowest that is known, four
pictures of 832×1216 on a processor, takes minutes."""


class Server:
    """Clients on one side, one worker on the other; all of it runs in one event loop except the worker."""

    def __init__(
        self,
        config: Engine,
        listener: Listener,
        page: PageAddress | None = None,
        *,
        reread: Callable[[], Engine] | None = None,
    ) -> None:
        """Prepare to serve.

        Args:
            config: What to draw with.
            listener: Where clients come.
            page: Where it says how it is; None: nowhere.
            reread: Reads the configuration anew, for `engine.wire.Reload`; None: it never changes.
        """
        self._page = page
        self._systemd = Systemd()
        self._measures = EngineMeasures()
        self._config = config
        self._reread = reread
        self._worker = self._new_worker()
        self._state: Loading | Ready = Loading(stage="starting")
        self._draining = False
        self._reloading = False
        self._closing = False
        self._clients = Clients(listener, greeting=self._greeting, obey=self._obey, left=self._left)
        self._catalogue = LoraCatalogue(Path(config.loras)) if config.loras else None
        self._loras = Loras(loras=())
        self._loop: asyncio.AbstractEventLoop

    def _new_worker(self) -> Worker:
        return Worker(self._config, emit=partial(self._hand_over, self._announce), measures=self._measures)

    async def run(self, stop: asyncio.Event) -> bool:
        """Serve until `stop` is set.

        Returns:
            Whether the worker's threads have ended; one that is deep in a step, a file or the compiler has not.

        Raises:
            ModelLoadError: There is no model to draw with.
            MetricsError: The page of health and metrics cannot be served.
            torch.AcceleratorError: The device is gone.
        """
        self._loop = asyncio.get_running_loop()
        thread = ThreadPoolExecutor(1, thread_name_prefix="worker")
        page = StatusPage(self._measures, health=self._health, look=self._look)
        watching = asyncio.create_task(self._watch_loras())
        try:
            async with page.served(self._page), self._clients.listened_to():
                self._systemd.ready()
                living = asyncio.ensure_future(self._live())
                working = await self._work(thread, stop)
                self._closing = True
                living.cancel()
                self._systemd.stopping()
                self._clients.close()
                self._worker.close()
                await asyncio.wait({working}, timeout=GRACE_S)
                await self._clients.say_goodbye()
                if working.done():
                    working.result()
                return working.done() and not self._worker.compiling
        finally:
            watching.cancel()
            thread.shutdown(wait=False)

    async def _work(self, thread: ThreadPoolExecutor, stop: asyncio.Event) -> asyncio.Future[None]:
        """Let one worker after the other draw, until `stop` is set or one ends that was not told to; give the last."""
        stopping = asyncio.ensure_future(stop.wait())
        try:
            while True:
                working = self._loop.run_in_executor(thread, self._worker.run)
                await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
                if stopping.done() or not self._reloading:
                    return working
                working.result()
                if self._worker.compiling:  # it holds the old model, and a new one needs the room
                    self._announce(Loading(stage="waiting for the compiler to end"))
                    working = self._loop.run_in_executor(thread, self._worker.wait_for_compiler)
                    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
                    if stopping.done():
                        return working
                self._config = await asyncio.to_thread(self._configured)
                self._worker = self._new_worker()
                self._draining = self._reloading = False
                self._announce(Loading(stage="starting"))
        finally:
            stopping.cancel()

    def _configured(self) -> Engine:
        """Read the configuration anew; one that cannot be used changes nothing."""
        try:
            return self._reread() if self._reread is not None else self._config
        except EngineConfigError as error:
            log.error("the model is read again as it was, for the configuration cannot be used: %s", error)  # noqa: TRY400
            return self._config

    async def _live(self) -> None:
        """Say that it is alive, as long as no step takes for ever: a thread that hangs in the driver looks alive."""
        every_s = self._systemd.alive_every_s
        while every_s is not None:
            if self._worker.drawing_s < HANGS_AFTER_S:
                self._systemd.alive()
            await asyncio.sleep(every_s)

    async def _health(self) -> Health:
        """Say how it is, for the page."""
        ready = isinstance(self._state, Ready) and not self._closing
        stage = self._state.stage if isinstance(self._state, Loading) else ""
        return {"ready": ready, "stage": stage, "jobs": self._clients.jobs, "clients": len(self._clients)}

    async def _look(self) -> None:
        """Set the gauges that the loop knows."""
        self._measures.ready.set(to=isinstance(self._state, Ready) and not self._closing)
        self._measures.jobs.set(to=self._clients.jobs)
        self._measures.clients.set(to=len(self._clients))

    def _left(self, client: ConnectedClient) -> None:
        for job in client.jobs.values():
            self._worker.cancel(job)
        self._go_on()

    def _obey(self, client: ConnectedClient, command: Command) -> None:
        match command:
            case Generate() | Describe() if (refusal := self._refusal(client, command)) is not None:
                client.refuse(command, *refusal)
            case Generate():
                tell = partial(self._hand_over, partial(self._tell_of_job, client))
                job = client.jobs[command.job_id] = ReceivedJob(command, tell)
                self._worker.submit(job)
            case Describe():
                client.questions.add(command.question_id)
                tell = partial(self._hand_over, partial(self._tell_of_question, client))
                self._worker.describe(command, tell)
            case Cancel():
                if job := client.jobs.get(command.job_id):
                    self._worker.cancel(job)
            case Drain() | Reload() if command.worker != ENGINE:
                client.tell(Rejected(detail=f"there is no worker {command.worker[:DETAIL_CHARS]}"))
            case Drain():
                self._drain()
            case Reload():
                self._drain()
                self._reloading = True
                self._go_on()

    def _drain(self) -> None:
        """Take nothing new."""
        if not self._draining:
            log.info("draining: nothing new is taken, and what is here is drawn")
            self._draining = True
            self._clients.tell_all(self._workers())

    def _go_on(self) -> None:
        """Let the worker end that is to read its model anew, once it has nothing to draw and nothing to look at."""
        if self._reloading and not any(client.jobs or client.questions for client in self._clients):
            self._worker.close()

    def _refusal(self, client: ConnectedClient, command: Generate | Describe) -> tuple[ErrorCode, str] | None:
        """Say why this is not done; None: it is."""
        if self._closing:
            return "shutting_down", "the engine is shutting down"
        if command.worker not in {None, ENGINE}:
            return "invalid_parameters", f"there is no worker {command.worker}"
        return client.refusal(command, self._worker_state, client.jobs.values())

    def _tell_of_job(self, client: ConnectedClient, event: Event) -> None:
        match event:
            case Picture():
                self._measures.pictures.add()
            case Failed():
                self._measures.failures.add(event.code)
            case _:
                pass
        client.tell_of_job(event)
        self._go_on()

    def _tell_of_question(self, client: ConnectedClient, event: Described | Failed) -> None:
        client.tell_of_question(event)
        self._go_on()

    async def _watch_loras(self) -> None:
        """Tell everybody of the LoRAs that there are, and again whenever the folder has changed."""
        while self._catalogue is not None:
            found = Loras(loras=await asyncio.to_thread(self._catalogue.look))
            if found != self._loras:
                log.info("%d LoRAs", sum(not one.wrong for one in found.loras))
                self._loras = found
                self._clients.tell_all(found)
            await asyncio.sleep(LOOK_S)

    def _hand_over(self, tell: Callable[[Any], None], event: Event | Loading | Ready) -> None:
        """Bring what the worker's thread says to the loop's."""
        self._loop.call_soon_threadsafe(tell, event)

    @property
    def _worker_state(self) -> WorkerState:
        return Draining() if self._draining and isinstance(self._state, Ready) else self._state

    def _workers(self) -> Workers:
        """What a client is told of who draws here."""
        listed = ListedWorker(id=ENGINE, state=self._worker_state, jobs=self._clients.jobs)
        return Workers(protocol=PROTOCOL, workers=(listed,))

    def _greeting(self) -> tuple[Event, ...]:
        return (self._workers(), self._loras) if self._loras.loras else (self._workers(),)

    def _announce(self, state: Loading | Ready) -> None:
        self._state = state
        if isinstance(state, Loading):
            log.info("loading: %s", state.stage)
            self._systemd.status(f"loading: {state.stage}")
        else:
            log.info("ready: %s on %s", state.model_name, state.device)
            self._systemd.status(f"draws with {state.model_name} on {state.device}")
        self._clients.tell_all(self._workers())

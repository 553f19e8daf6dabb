"""The front of a cluster: speaks the wire to the bot, and carries each job to the worker that it names.

It draws nothing, keeps no queue and decides nothing about whose turn it is.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from engine.clients import DETAIL_CHARS, Clients
from engine.cluster.fleet import Fleet
from engine.cluster.worker_counts import FleetMeasures
from engine.metrics import StatusPage
from engine.received_job import ReceivedJob
from engine.systemd import Systemd
from engine.wire import (
    PROTOCOL,
    Cancel,
    Cancelled,
    Describe,
    Drain,
    Failed,
    Finished,
    Generate,
    Loras,
    Ready,
    Rejected,
    Reload,
    Workers,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.client import ConnectedClient
    from engine.cluster.hosted_worker import HostedWorker
    from engine.config import Engine
    from engine.listen import Listener
    from engine.metrics import Health, PageAddress
    from engine.wire import Command, Event

log = logging.getLogger(__name__)


class Front:
    """Clients on one side, workers on the other; all of it runs in one event loop."""

    def __init__(
        self,
        config: Engine,
        listener: Listener,
        page: PageAddress | None = None,
        *,
        reread: Callable[[], Engine],
        worker_class: str,
    ) -> None:
        """Prepare to serve; Ray has been started.

        Args:
            config: What to draw with, and on which cards.
            listener: Where clients come.
            page: Where it says how it is; None: nowhere.
            reread: Reads the configuration anew, whenever a worker begins anew.
            worker_class: What draws on each card, as MODULE:NAME.
        """
        self._fleet = Fleet(config, reread=reread, changed=self._tell_all, worker_class=worker_class)
        self._clients = Clients(listener, greeting=self._greeting, obey=self._obey, left=self._left)
        self._workers_of_jobs: dict[ReceivedJob, HostedWorker] = {}
        self._loras = Loras(loras=())
        self._closing = False
        self._page = page
        self._systemd = Systemd()
        self._measures = FleetMeasures(lambda: {one.id: one.measures for one in self._fleet.workers})

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set.

        Raises:
            ClusterError: There is nothing to draw on, or the cluster is gone.
            ModelLoadError: Nothing can be drawn on what there is.
            MetricsError: The page of health and metrics cannot be served.
        """
        page = StatusPage(self._measures, health=self._health, look=self._look)
        async with page.served(self._page), self._clients.listened_to():
            self._systemd.ready()
            living = asyncio.ensure_future(self._live())
            stopping, drawing = asyncio.ensure_future(stop.wait()), asyncio.ensure_future(self._fleet.run())
            try:
                await asyncio.wait({stopping, drawing}, return_when=asyncio.FIRST_COMPLETED)
            finally:
                living.cancel()
                self._close()
                await self._clients.say_goodbye()
                stopping.cancel()
                drawing.cancel()
                await asyncio.wait({drawing})
            if not drawing.cancelled():
                drawing.result()

    def _close(self) -> None:
        """Take nothing more, and give back what is not drawn."""
        self._closing = True
        self._systemd.stopping()
        self._clients.close()
        for worker in self._fleet.workers:
            worker.give_back()

    async def _live(self) -> None:
        """Say that it is alive: that the loop answers is all there is to know, for each worker is watched."""
        every_s = self._systemd.alive_every_s
        while every_s is not None:
            self._systemd.alive()
            await asyncio.sleep(every_s)

    async def _health(self) -> Health:
        """Say how it is, for the page."""
        states = {one.id: type(one.state).__name__.lower() for one in self._fleet.workers}
        ready = bool(self._fleet.ready) and not self._closing
        return {"ready": ready, "workers": states, "jobs": self._clients.jobs, "clients": len(self._clients)}

    async def _look(self) -> None:
        """Ask the workers what they have counted."""
        self._measures.clients.set(to=len(self._clients))
        await asyncio.gather(*(one.count() for one in self._fleet.workers))

    def _obey(self, client: ConnectedClient, command: Command) -> None:
        match command:
            case Generate():
                self._generate(client, command)
            case Describe():
                self._describe(client, command)
            case Cancel():
                if job := client.jobs.get(command.job_id):
                    self._workers_of_jobs[job].cancel(job)
            case Drain() | Reload():
                worker = self._fleet.worker(command.worker)
                if worker is None:
                    client.tell(Rejected(detail=f"there is no worker {command.worker[:DETAIL_CHARS]}"))
                elif isinstance(command, Drain):
                    worker.drain()
                else:
                    worker.reload()

    def _left(self, client: ConnectedClient) -> None:
        for job in client.jobs.values():
            self._workers_of_jobs[job].cancel(job)

    def _generate(self, client: ConnectedClient, request: Generate) -> None:
        workers = self._fleet.workers
        if request.worker is None and len(workers) > 1:
            client.refuse(request, "invalid_parameters", "there are several workers: name one of them")
        elif (worker := self._worker_for(client, request, workers)) is not None:
            job = ReceivedJob(request, lambda event: self._tell_of_job(client, job, event))
            client.jobs[request.job_id] = job
            self._workers_of_jobs[job] = worker
            worker.submit(job)

    def _describe(self, client: ConnectedClient, command: Describe) -> None:
        workers = self._fleet.workers
        workers.sort(key=lambda one: (not (isinstance(one.state, Ready) and one.state.rates), one.jobs))
        if (worker := self._worker_for(client, command, workers)) is not None:
            client.questions.add(command.question_id)
            worker.describe(command, client.tell_of_question)

    def _worker_for(
        self, client: ConnectedClient, command: Generate | Describe, workers: Sequence[HostedWorker]
    ) -> HostedWorker | None:
        """Find the first of the workers that may do it; None: the client was told why nobody does."""
        worker = next((one for one in workers if command.worker in {None, one.id}), None)
        if self._closing:
            client.refuse(command, "shutting_down", "the cluster is shutting down")
        elif worker is None:  # it was there a moment ago, or will be in a moment
            client.refuse(command, "worker_lost", f"there is no worker {command.worker}", began=False)
        elif (refusal := client.refusal(command, worker.state, _jobs_at(worker, client))) is not None:
            client.refuse(command, *refusal)
        else:
            return worker
        return None

    def _tell_of_job(self, client: ConnectedClient, job: ReceivedJob, event: Event) -> None:
        if isinstance(event, Finished | Cancelled | Failed):
            self._workers_of_jobs.pop(job, None)
        client.tell_of_job(event)

    def _workers(self) -> Workers:
        """What a client is told of who draws here."""
        return Workers(protocol=PROTOCOL, workers=self._fleet.listed)

    def _greeting(self) -> tuple[Event, ...]:
        return (self._workers(), self._loras) if self._loras.loras else (self._workers(),)

    def _tell_all(self) -> None:
        ready, known = self._fleet.ready, len(self._fleet.workers)
        self._clients.make_room(known)
        self._clients.tell_all(self._workers())
        self._systemd.status(f"{len(ready)} of {known} cards draw")
        if ready and (found := Loras(loras=self._fleet.loras)) != self._loras:
            log.info("%d LoRAs that every card has", sum(not one.wrong for one in found.loras))
            self._loras = found
            self._clients.tell_all(found)


def _jobs_at(worker: HostedWorker, client: ConnectedClient) -> list[ReceivedJob]:
    """Give those of a client's jobs that a worker has: what the others have is no burden to this one."""
    return [job for job in worker.carried if client.jobs.get(job.request.job_id) is job]

"""The front of a cluster: speaks the wire to the bot, and carries each job to the worker that it names.

It draws nothing, keeps no queue and decides nothing about whose turn it is.
"""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from engine.clients import DETAIL_CHARS, Clients
from engine.cluster.fleet import Fleet
from engine.received_job import ReceivedJob
from engine.wire import (
    PROTOCOL,
    Cancel,
    Cancelled,
    Drain,
    Failed,
    Finished,
    Generate,
    Rejected,
    Reload,
    Workers,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.client import ConnectedClient
    from engine.cluster.hosted_worker import HostedWorker
    from engine.config import Engine
    from engine.listen import Listener
    from engine.wire import Command, Event

log = logging.getLogger(__name__)


class Front:
    """Clients on one side, workers on the other; all of it runs in one event loop."""

    def __init__(
        self,
        config: Engine,
        listener: Listener,
        *,
        reread: Callable[[], Engine],
        worker_class: str,
    ) -> None:
        """Prepare to serve; Ray has been started.

        Args:
            config: What to draw with, and on which cards.
            listener: Where clients come.
            reread: Reads the configuration anew, whenever a worker begins anew.
            worker_class: What draws on each card, as MODULE:NAME.
        """
        self._fleet = Fleet(config, reread=reread, changed=self._tell_all, worker_class=worker_class)
        self._clients = Clients(listener, greeting=self._greeting, obey=self._obey, left=self._left)
        self._workers_of_jobs: dict[ReceivedJob, HostedWorker] = {}
        self._closing = False

    async def run(self, stop: asyncio.Event) -> None:
        """Serve until `stop` is set.

        Raises:
            ClusterError: There is nothing to draw on, or the cluster is gone.
            ModelLoadError: Nothing can be drawn on what there is.
        """
        async with self._clients.listened_to():
            stopping, drawing = asyncio.ensure_future(stop.wait()), asyncio.ensure_future(self._fleet.run())
            try:
                await asyncio.wait({stopping, drawing}, return_when=asyncio.FIRST_COMPLETED)
            finally:
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
        self._clients.close()
        for worker in self._fleet.workers:
            worker.give_back()

    def _obey(self, client: ConnectedClient, command: Command) -> None:
        match command:
            case Generate():
                self._generate(client, command)
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
        worker = next((one for one in workers if request.worker in {None, one.id}), None)
        if self._closing:
            client.refuse(request, "shutting_down", "the cluster is shutting down")
        elif request.worker is None and len(workers) > 1:
            client.refuse(request, "invalid_parameters", "there are several workers: name one of them")
        elif worker is None:  # it was there a moment ago, or will be in a moment
            client.refuse(request, "worker_lost", f"there is no worker {request.worker}", began=False)
        elif (refusal := client.refusal(request, worker.state)) is not None:
            client.refuse(request, *refusal)
        else:
            job = ReceivedJob(request, lambda event: self._tell_of_job(client, job, event))
            client.jobs[request.job_id] = job
            self._workers_of_jobs[job] = worker
            worker.submit(job)

    def _tell_of_job(self, client: ConnectedClient, job: ReceivedJob, event: Event) -> None:
        if isinstance(event, Finished | Cancelled | Failed):
            self._workers_of_jobs.pop(job, None)
        client.tell_of_job(event)

    def _workers(self) -> Workers:
        """What a client is told of who draws here."""
        return Workers(protocol=PROTOCOL, workers=self._fleet.listed)

    def _greeting(self) -> tuple[Event, ...]:
        return (self._workers(),)

    def _tell_all(self) -> None:
        self._clients.tell_all(self._workers())

"""Which workers there are: one for every card that is there and wanted, as nodes come and go."""

from __future__ import annotations

import asyncio
import logging
from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from engine.cluster import nodes
from engine.cluster.hosted_worker import HostedWorker
from engine.config import ClusterCards, EngineConfigError
from engine.errors import ClusterError, ModelLoadError
from engine.wire import MAX_WORKERS, ListedWorker, Ready

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence
    from typing import NoReturn

    from engine.cluster.nodes import CardPlace
    from engine.config import Engine
    from engine.wire import FoundLora

log = logging.getLogger(__name__)

LOOK_S = 1.0
"""Between two looks at which nodes there are."""

HEAD_SILENCE_S = 10.0
"""How long the head may take to say it."""


class WantedCard(NamedTuple):
    """A card that is to draw."""

    place: CardPlace
    table: int
    """Which of `engine.config.Cluster.workers` it falls under."""


class _Hosted(NamedTuple):
    worker: HostedWorker
    table: int
    life: asyncio.Task[NoReturn]


class Fleet:
    """For one event loop."""

    def __init__(
        self, config: Engine, *, reread: Callable[[], Engine], changed: Callable[[], None], worker_class: str
    ) -> None:
        """Know of none yet.

        Args:
            config: What to draw with, and on which cards.
            reread: Reads it anew, whenever a worker begins anew.
            changed: Hears of every change of a worker's state, and of the list.
            worker_class: What draws on each card, as MODULE:NAME.
        """
        self._config = config
        self._reread = reread
        self._changed = changed
        self._worker_class = worker_class
        self._hosted: dict[tuple[str, int], _Hosted] = {}
        self._card_seen = False

    @property
    def workers(self) -> list[HostedWorker]:
        return [hosted.worker for hosted in self._hosted.values()]

    @property
    def listed(self) -> tuple[ListedWorker, ...]:
        """All of them, as clients are told."""
        return tuple(ListedWorker(id=one.id, state=one.state, jobs=one.jobs) for one in self.workers)

    @property
    def ready(self) -> list[HostedWorker]:
        """Those that draw."""
        return [one for one in self.workers if isinstance(one.state, Ready)]

    @property
    def loras(self) -> tuple[FoundLora, ...]:
        """What every node that draws has: nobody knows where a job will be drawn."""
        first, *others = [{lora.name: lora for lora in one.loras} for one in self.ready] or [{}]
        return tuple(lora for name, lora in first.items() if all(other.get(name) == lora for other in others))

    def worker(self, worker_id: str) -> HostedWorker | None:
        return next((one for one in self.workers if one.id == worker_id), None)

    async def run(self) -> NoReturn:
        """Keep a worker on every card that is wanted, until this is cancelled; then there is none.

        Raises:
            ClusterError: There is no card that could be used, or the head is gone.
            ModelLoadError: No card of this machine can ever load what it is to draw with.
        """
        began = _now()
        try:
            while True:
                self._reconcile(list(wanted(await _places(), self._config.cluster.workers)))
                self._look(_now() - began)
                await asyncio.sleep(LOOK_S)
        finally:
            lives = [hosted.life for hosted in self._hosted.values()]
            for life in lives:
                life.cancel()
            if lives:
                await asyncio.wait(lives)
            self._hosted.clear()

    def _reconcile(self, cards: Sequence[WantedCard]) -> None:
        """Begin a worker where a card came, and let one go whose card is gone."""
        there = {(one.place.node_id, one.place.number): one for one in cards[:MAX_WORKERS]}
        gone = self._hosted.keys() - there.keys()
        for key in gone:
            hosted = self._hosted.pop(key)
            log.warning("worker %s is gone with its node", hosted.worker.id)
            hosted.life.cancel()  # which says so to whoever had a job there
        for hosted in self._hosted.values():
            if hosted.life.done():  # it has no end of its own
                hosted.life.result()
        for key, one in there.items():
            if key not in self._hosted:
                self._hosted[key] = self._host(one)
        if gone:
            self._changed()

    def _host(self, card: WantedCard) -> _Hosted:
        async def configured() -> Engine:
            return await asyncio.to_thread(self._configured, card.table)

        worker = HostedWorker(
            card.place,
            self._config.cluster,
            configured=configured,
            objection=self._objection,
            changed=self._changed,
            worker_class=self._worker_class,
        )
        worker.id = card.place.name_beside({one.id for one in self.workers})
        log.info("worker %s: a card of node %s", worker.id, card.place.node)
        return _Hosted(worker, card.table, asyncio.create_task(worker.run()))

    def _configured(self, table: int) -> Engine:
        """Read what a card of this table is to draw with; a configuration that cannot be used changes nothing."""
        try:
            self._config = msgspec.structs.replace(self._reread(), cluster=self._config.cluster)
        except EngineConfigError as error:
            log.error("the configuration cannot be used, and is taken as it was: %s", error)  # noqa: TRY400
        tables = self._config.cluster.workers
        return (tables[table] if tables else ClusterCards()).apply(self._config)

    def _objection(self, worker: HostedWorker, ready: Ready) -> str:
        """Hold together what was configured alike: a seed is to be the same picture on each of these cards."""
        own = _checkpoints(ready)
        for other in self.workers:
            if other is worker or other.drawing_with != worker.drawing_with or not isinstance(other.state, Ready):
                continue
            theirs = _checkpoints(other.state)
            for name in own.keys() & theirs.keys():
                if own[name] != theirs[name]:
                    return f"it draws with {own[name]}, and {other.id} with {theirs[name]}: give both the same file"
        return ""

    def _look(self, passed_s: float) -> None:
        """See whether there is anything to draw on at all.

        Raises:
            ClusterError: There is not, and has not been.
            ModelLoadError: There is, and nothing can be drawn on it.
        """
        self._card_seen |= any(one.placed for one in self.workers)
        if not self._card_seen and passed_s >= self._config.cluster.card_wait_s:
            raise ClusterError(
                "no card is free: another program of the cluster has them all"
                if self.workers
                else "no card is free: no node of the cluster has one that engine.cluster.workers means"
            )
        unusable = [one.unusable for one in self.workers]
        if not self._config.cluster.address and unusable and all(unusable):
            raise ModelLoadError(unusable[0])


def wanted(places: Iterable[CardPlace], tables: Sequence[ClusterCards]) -> Iterable[WantedCard]:
    """Choose the cards that are to draw, and for each the first table that means it and is not full."""
    used = [0] * len(tables)
    for place in places:
        if not tables:
            yield WantedCard(place, 0)
        for number, table in enumerate(tables):
            fits = table.labels.items() <= place.labels.items()
            if fits and (not table.count or used[number] < table.count):
                used[number] += 1
                yield WantedCard(place, number)
                break


def _checkpoints(ready: Ready) -> dict[str, str]:
    """Give what one draws with, by the names that jobs have for it."""
    others = {one.name: f"{one.model_name} {one.model_hash}".strip() for one in ready.models}
    return {"": f"{ready.model_name} {ready.model_hash}".strip(), **others}


async def _places() -> list[CardPlace]:
    """Ask the head which cards there are.

    Raises:
        ClusterError: It does not answer.
    """
    with suppress(TimeoutError):
        async with asyncio.timeout(HEAD_SILENCE_S):
            return await asyncio.to_thread(nodes.places)
    raise ClusterError(f"the head of the cluster has answered nothing for {HEAD_SILENCE_S:g} s")


def _now() -> float:
    return asyncio.get_running_loop().time()

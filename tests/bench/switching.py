"""A week in which the GPU never waits, with 30 LoRAs and 3 checkpoints, against the same week without a switch.

The line and the feed are the bot's own; the GPU and the clock are numbers. A picture takes four seconds, other LoRAs a
fifth of a second, another checkpoint 0.3 s out of pinned memory and 3 s from the disk.
"""

from __future__ import annotations

import random
from itertools import accumulate
from typing import Any, NamedTuple

from bot.job import public_id
from bot.queue.feed import JOBS_AT_ENGINE, Feed
from bot.queue.queue import Queue
from bot.queue.ticket import Ticket
from tests.bench._rows import at_most, noted, row

WEEK_S = 7 * 24 * 3600.0
PICTURE_S, LORA_S = 4.0, 0.2
CHECKPOINT_S = {"": 0.3, "second": 0.3, "third": 3.0}
"""Two are pinned, the third is read from the disk."""
CHECKPOINTS = {"": 60, "second": 25, "third": 15}
LORAS = 30
WITHOUT_LORA = 0.4
PEOPLE, SERVERS, WAITING = 300, 12, 80
WATCHED = 10
"""Of so many jobs the wait of one is followed."""
GOAL = 85.0


def run() -> list[dict[str, Any]]:
    """Draw a week, and compare."""
    return week(WEEK_S)


class _Plain(Feed):
    """Takes what is next, whatever weights it wants."""

    def _chosen(self) -> Ticket | None:
        return self._queue.pop() if len(self._at_engine) < JOBS_AT_ENGINE else None


class _Drawn(NamedTuple):
    """What became of a simulated time."""

    pictures: int
    switches: int
    seconds: float
    longest: float
    """Of those who owed nothing when they asked: how many jobs started up to theirs, by the place that they had."""


def week(seconds: float) -> list[dict[str, Any]]:
    """Draw for so many seconds of the GPU's time; a seventh of it as well without keeping anything together."""
    kept, plain = _draw(Feed, seconds), _draw(_Plain, seconds / 7)
    share, without = (100 * one.pictures * PICTURE_S / one.seconds for one in (kept, plain))
    return [
        row("switching: pictures of a week without a switch", share, "%", f"≥ {GOAL:g}", ok=share >= GOAL),
        noted("switching: the same where nothing is kept together", without, "%"),
        # every turn before a job, and its own, may be passed over once: `bot.queue.queue` promises no more
        at_most("switching: longest wait for a place, by that of a plain line", kept.longest / plain.longest, "×", 2),
        noted("switching: pictures between two switches", kept.pictures / max(kept.switches, 1), "pictures"),
    ]


def _draw(kind: type[Feed], seconds: float) -> _Drawn:
    asks = _Asks(random.Random(20))
    queue = Queue(max_jobs=10**6)
    feed = kind(queue, batch_cap=1)
    waits: dict[str, tuple[int, int]] = {}  # place when it was asked for, and how many had started by then
    now_s, started, switches, longest, has = 0.0, 0, 0, 1.0, "|"
    at_engine: list[Ticket] = []
    while now_s < seconds:
        while len(queue) < WAITING:
            new = asks.next()
            fresh = asks.asked % WATCHED == 0 and _owes_nothing(queue, new)
            queue.push(new)
            standing = queue.standing(new.id) if fresh else None
            if standing is not None and standing.exact:
                waits[new.id] = standing.place, started
        while (taken := feed.next()) is not None:
            at_engine.append(taken)
            started += 1
            if (asked := waits.pop(taken.id, None)) is not None:
                place, before = asked
                longest = max(longest, (started - before) / place)
        drawn = at_engine.pop(0)
        took_s = _switch_s(has, drawn.weights)
        switches += took_s > 0
        has = drawn.weights
        now_s += took_s + PICTURE_S
        feed.leave(drawn.id)
    return _Drawn(started - len(at_engine), switches, now_s, longest)


def _owes_nothing(queue: Queue, new: Ticket) -> bool:
    """Tell whether somebody is promised a turn before all who have had one: who owes nothing and waits for nothing."""
    lines = queue._servers.get(new.server)
    mine = queue.of_person(new.user_id) or any(one.user_id == new.user_id for one in queue.running)
    return not mine and not queue._turns.owes(new.server) and (lines is None or not lines.turns.owes(new.user_id))


def _switch_s(has: str, wants: str) -> float:
    (checkpoint, _, loras), (other, _, others) = (one.partition("|") for one in (has, wants))
    if checkpoint != other:
        return CHECKPOINT_S[other] + (LORA_S if others else 0.0)
    return LORA_S if loras != others else 0.0


class _Asks:
    """Who asks for what: a few LoRAs are everybody's favourites, and people stay with theirs for a while."""

    def __init__(self, rng: random.Random) -> None:
        self._rng = rng
        self._popular = list(accumulate(1 / (rank + 1) for rank in range(LORAS)))
        self._usual = {user: self._draw() for user in range(PEOPLE)}
        self.asked = 0

    def next(self) -> Ticket:
        user = self._rng.randrange(PEOPLE)
        if self._rng.random() < 0.3:
            self._usual[user] = self._draw()
        self.asked += 1
        return Ticket(
            id=public_id(self.asked),
            user_id=user,
            guild_id=10**6 + user % SERVERS,
            width=832,
            height=1216,
            pictures=1,
            cost=56.0,
            weights=self._usual[user],
        )

    def _draw(self) -> str:
        rng = self._rng
        [checkpoint] = rng.choices(list(CHECKPOINTS), list(CHECKPOINTS.values()))
        [lora] = rng.choices(range(LORAS), cum_weights=self._popular)
        return f"{checkpoint}|" if rng.random() < WITHOUT_LORA else f"{checkpoint}|{lora}"


if __name__ == "__main__":
    for measured in run():
        print(measured)

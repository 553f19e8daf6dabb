"""How far estimated ends were off in a simulated evening: the real line, feed, pace and forecast, a virtual engine.

The engine is a simulation: it draws up to four pictures of one shape in one call, whose time has a fixed part, a part
for each picture and some noise, and it takes time for reading prompts and for finishing a picture. People come as they
like, and whoever comes late with little goes first, which nobody can foresee.
"""

from __future__ import annotations

import random
from collections import defaultdict, deque
from dataclasses import dataclass, field
from statistics import median
from typing import TYPE_CHECKING, Any

import msgspec

from bot.job import public_id
from bot.queue.feed import Feed
from bot.queue.forecast import Forecast
from bot.queue.pace import Pace
from bot.queue.queue import Queue
from bot.queue.ticket import Ticket
from bot.request import SHAPES, Request
from engine.wire import SamplingParams
from tests.bench._rows import noted

if TYPE_CHECKING:
    from collections.abc import Iterator

CAP = 4
FIXED_S, PICTURE_S = 0.03, 0.05
"""Of a step: what a call takes by itself, and what each megapixel takes in it."""
MEGAPIXEL = 1024 * 1024
BEGIN_S, FINISH_S = 0.15, 0.35
JOBS = 1_500
LEARNING_S = 120.0
"""Estimates of the first minutes are not counted: the machine is new to the bot."""
LOADS = {"quiet": 0.6, "busy": 0.95}
"""How much of the engine's time is asked for."""


def run() -> list[dict[str, Any]]:
    """Simulate each load; a row a number, and none has a goal: it says what an estimate is worth."""
    rows: list[dict[str, Any]] = []
    for name, load in LOADS.items():
        evening = Evening(random.Random(7), load)
        evening.play()
        told = sorted(evening.told, key=lambda one: one.waited_s)
        for part, some in (
            ("shorter half of the waits", told[: len(told) // 2]),
            ("longer half", told[len(told) // 2 :]),
        ):
            off = sorted(abs(one.off_s) / one.waited_s * 100 for one in some)
            about = f"{name}, {part}, median {median(one.waited_s for one in some):.0f} s"
            rows.append(noted(f"{about}: estimate off by, median", off[len(off) // 2], "%"))
            rows.append(noted(f"{about}: estimate off by, 90th percentile", off[len(off) * 9 // 10], "%"))
            rows.append(noted(f"{about}: too late (+) or too early, median", median(one.off_s for one in some), "s"))
    return rows


@dataclass
class Told:
    """What somebody was told when they asked, and what came."""

    waited_s: float
    off_s: float


@dataclass
class _Work:
    """A job at the virtual engine."""

    ticket: Ticket
    steps: int
    waiting: int
    drawing: list[int] = field(default_factory=list[int])
    """Steps that are left of each picture that has a place."""
    done: int = 0
    finished: int = 0


class Evening:
    """Time, people and an engine; everything else is the program's own."""

    def __init__(self, rng: random.Random, load: float) -> None:
        self.rng = rng
        self.now = 0.0
        self.queue = Queue(max_jobs=10**6)
        self.pace = Pace()
        self.forecast = Forecast(self.queue, self.pace, now=lambda: self.now)
        self.feed = Feed(self.queue, batch_cap=CAP)
        self.told: list[Told] = []
        self._load = load
        self._asked: dict[str, tuple[float, float | None]] = {}
        self._works: dict[str, _Work] = {}
        self._shapes: deque[tuple[int, int]] = deque()
        self._steps: dict[str, int] = defaultdict(int)

    def play(self) -> None:
        """Let everybody come, and draw until nobody waits."""
        arrivals = self._arrivals()
        coming = next(arrivals)
        while coming is not None or self._works or len(self.queue):
            if not self._works and not len(self.queue) and coming is not None:
                self.now = max(self.now, coming[0])
            while coming is not None and coming[0] <= self.now:
                self._ask(coming[1], coming[2])
                coming = next(arrivals, None)
            while (ticket := self.feed.next()) is not None:
                self.now += BEGIN_S * self.rng.uniform(0.9, 1.1)
                self.forecast.began(ticket)
                self._works[ticket.id] = _Work(ticket, self._steps[ticket.id], ticket.pictures)
                self.pace.began(ticket, now=self.now)
            if self._works:
                self._step()

    def _arrivals(self) -> Iterator[tuple[float, Ticket, int]]:
        """Let thirty people of three servers come as they like, some of them often and with much."""
        at = 0.0
        for key in range(JOBS):
            person = min(int(self.rng.paretovariate(0.8)), 30)
            width, height = self.rng.choice([(832, 1216)] * 4 + list(SHAPES.values()))
            steps, count = self.rng.choice((20, 28, 28, 28, 40)), self.rng.choice((1, 1, 2, 4))
            request = Request(
                seed=1, sampling=SamplingParams(width=width, height=height, num_inference_steps=steps), count=count
            )
            ticket = Ticket.of_new(request, user_id=person, guild_id=person % 3)
            yield at, msgspec.structs.replace(ticket, id=public_id(key)), steps
            drawing_s = steps * count * (FIXED_S / 2 + PICTURE_S) + BEGIN_S + count * FINISH_S
            at += self.rng.expovariate(self._load / drawing_s)

    def _ask(self, ticket: Ticket, steps: int) -> None:
        self._steps[ticket.id] = steps
        self._asked[ticket.id] = (self.now, self.forecast.wait_of_new(ticket).ready_at)
        self.queue.push(ticket)
        self.forecast.entered(ticket)

    def _step(self) -> None:
        """Advance the pictures of one shape as the engine does: free places first, then shapes in turn."""
        places = CAP - sum(len(work.drawing) for work in self._works.values())
        while places > 0 and (waiting := [work for work in self._works.values() if work.waiting]):
            work = min(waiting, key=lambda work: len(work.drawing))
            work.waiting -= 1
            work.drawing.append(work.steps)
            places -= 1
        shapes = list(dict.fromkeys(work.ticket.shape for work in self._works.values() if work.drawing))
        self._shapes = deque([s for s in self._shapes if s in shapes] + [s for s in shapes if s not in self._shapes])
        shape = self._shapes[0]
        self._shapes.rotate(-1)
        works = [work for work in self._works.values() if work.drawing and work.ticket.shape == shape]
        pictures = sum(len(work.drawing) for work in works)
        area = shape[0] * shape[1] / MEGAPIXEL
        self.now += (FIXED_S + PICTURE_S * area * pictures) * self.rng.uniform(0.95, 1.05)
        for work in works:
            work.done += len(work.drawing)
            work.drawing = [left - 1 for left in work.drawing]
            self.pace.stepped(work.ticket.id, work.done, now=self.now)
        for work in works:
            ended = work.drawing.count(0)
            work.drawing = [left for left in work.drawing if left]
            work.finished += ended
            self.now += ended * FINISH_S * self.rng.uniform(0.9, 1.1)
            if work.finished == work.ticket.pictures:
                self._end(work.ticket)

    def _end(self, ticket: Ticket) -> None:
        del self._works[ticket.id]
        self.pace.ended(ticket.id, now=self.now)
        self.feed.leave(ticket.id)
        asked_at, ready_at = self._asked[ticket.id]
        if ready_at is not None and asked_at > LEARNING_S:
            self.told.append(Told(self.now - asked_at, self.now - ready_at))


if __name__ == "__main__":
    for measured in run():
        print(measured)

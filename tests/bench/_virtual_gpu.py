"""A simulation: jobs arrive at a GPU whose step takes a + c·batch seconds; the admission is the engine's own.

Nothing is computed and nobody waits: the clock is a number. Time in system is from arrival to the last picture.
"""

from __future__ import annotations

import random
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from engine.admission import choose, group
from engine.calibration import BATCHES, Calibration

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Sequence

    from engine.admission import Sizes

LIMIT = 4


@dataclass(frozen=True)
class Gpu:
    """Seconds of one step: a + c × pictures in it."""

    a: float
    c: float = 1 / 28  # a picture of 28 steps takes a second where a is 0

    def step_s(self, batch: int) -> float:
        return self.a + self.c * batch

    def calibrated(self, keys: Iterable[Hashable]) -> Calibration:
        """Let the engine's calibration see it."""
        calibration = Calibration(LIMIT)
        for key in keys:
            calibration.learn(key, {size: self.step_s(size) for size in BATCHES})
        return calibration

    def best_rate(self, steps: float) -> float:
        """Give the pictures a second that no policy can exceed."""
        return max(size / (steps * self.step_s(size)) for size in BATCHES)


@dataclass(eq=False)
class SimulatedJob:
    """One arrival; its pictures all have this many steps."""

    arrives_s: float
    steps: int
    key: Hashable = "portrait"
    share: bool = False
    pictures: int = 1
    running: int = 0
    drawn: int = 0
    done_s: float = 0.0

    @property
    def in_system_s(self) -> float:
        return self.done_s - self.arrives_s


@dataclass(eq=False)
class _Picture:
    job: SimulatedJob
    left: int

    @property
    def key(self) -> Hashable:
        return self.job.key

    @property
    def share(self) -> bool:
        return self.job.share


@dataclass
class _Clock:
    arrivals: deque[SimulatedJob]
    now_s: float = 0.0
    waiting: list[SimulatedJob] = field(default_factory=list)

    def arrive(self) -> None:
        while self.arrivals and self.arrivals[0].arrives_s <= self.now_s:
            self.waiting.append(self.arrivals.popleft())


def step_level(gpu: Gpu, jobs: Sequence[SimulatedJob], sizes: Sizes) -> None:
    """Serve as the engine does: before every step somebody may join, after it somebody may leave."""
    clock, places, turn = _Clock(deque(jobs)), deque[_Picture](), 0
    while clock.arrivals or clock.waiting or places:
        clock.arrive()
        while job := choose(clock.waiting, places, sizes=sizes, limit=LIMIT):
            places.append(_Picture(job, job.steps))
            job.running += 1
            if job.running + job.drawn == job.pictures:
                clock.waiting.remove(job)
        if not places:
            clock.now_s = clock.arrivals[0].arrives_s
            continue
        turn += 1
        together = group(places, sizes=sizes, limit=LIMIT, turn=turn)
        clock.now_s += gpu.step_s(len(together))
        for picture in together:
            places.remove(picture)
            picture.left -= 1
            if picture.left:
                places.append(picture)
            else:
                _finish(picture.job, clock.now_s)


def request_level(gpu: Gpu, jobs: Sequence[SimulatedJob], _sizes: Sizes) -> None:
    """Serve as a pipeline call does: whoever waits with the same steps and shape starts together, nobody joins."""
    clock = _Clock(deque(jobs))
    while clock.arrivals or clock.waiting:
        clock.arrive()
        if not clock.waiting:
            clock.now_s = clock.arrivals[0].arrives_s
            continue
        first = clock.waiting[0]
        batch = [job for job in clock.waiting if (job.key, job.steps) == (first.key, first.steps)][:LIMIT]
        clock.now_s += first.steps * gpu.step_s(len(batch))
        for job in batch:
            clock.waiting.remove(job)
            _finish(job, clock.now_s)


def _finish(job: SimulatedJob, now_s: float) -> None:
    job.running -= 1
    job.drawn += 1
    job.done_s = now_s


def poisson(rate: float, number: int, *, seed: int, steps: Callable[[random.Random], int]) -> list[SimulatedJob]:
    """Let single pictures arrive at random, so many a second."""
    rng, now_s, jobs = random.Random(seed), 0.0, list[SimulatedJob]()
    for _ in range(number):
        now_s += rng.expovariate(rate)
        jobs.append(SimulatedJob(now_s, steps(rng)))
    return jobs


def percentile(values: Iterable[float], share: float) -> float:
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]

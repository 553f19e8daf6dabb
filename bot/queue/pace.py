"""How long this machine takes for a step, by shape and by how many pictures it draws at once: measured, never assumed.

It knows jobs by their tickets and is told what the engine's events say; time is passed in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from msgspec import Struct

from engine.cost import step_cost

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.queue.ticket import Ticket

MEMORY = 50
"""A new measurement counts as much as so many before it together do when there are enough: machines change, slowly."""

SLOWEST = 8.0
"""A step that took so many times as long as usual was no step: the machine slept, or another program had the GPU."""


class StepTime(Struct, frozen=True, kw_only=True):
    """What a picture's step takes when so many pictures are drawn at once; each has its share of the engine."""

    width: int
    height: int
    guided: bool
    at_once: int
    device: str = ""
    """As the engine describes it; "": of an earlier version, which noted none."""
    step_s: float
    """Of the engine's time, for one picture."""
    measured: int
    """From how many steps."""


class _Key(Struct, frozen=True):
    width: int
    height: int
    guided: bool

    @property
    def cost(self) -> float:
        return step_cost(self.width, self.height, guided=self.guided)


@dataclass(slots=True)
class _Mean:
    value: float
    measured: int

    def take(self, value: float) -> None:
        """Let old measurements fade, exponentially once there are many."""
        self.measured += 1
        self.value += (value - self.value) / min(self.measured, MEMORY)


@dataclass(slots=True)
class _Running:
    """A job at the engine."""

    ticket: Ticket
    steps: float
    """Over all its pictures, in all passes."""
    steps_done: int = 0
    """Over all its pictures."""
    stepped_at: float = 0.0
    timed: bool = False
    """Nothing has come or gone since the last step, so the next can be timed from there."""

    @property
    def drawn(self) -> float:
        """What is done, in steps of the pass that costs most; as if all passes went on evenly."""
        return self.steps_done if self.even else self.steps_done / self.steps * _steps_of(self.ticket)

    @property
    def even(self) -> bool:
        """Whether all its steps are of one size: of others nobody knows which one has just been done."""
        return math.isclose(self.steps, _steps_of(self.ticket))


@dataclass(slots=True)
class _Busy:
    """What was drawn lately, and the time that the engine was busy with it; the older, the less it counts."""

    seconds: float = 0.0
    steps_s: float = 0.0
    """What the steps alone should have taken."""
    cost: float = 0.0
    since: float | None = None
    """Up to when it is counted; None while the engine has nothing to do."""

    def take(self, steps_s: float, cost: float, now: float) -> None:
        """Count a job that is done, with the time since the one before."""
        if self.since is None or now <= self.since:
            return
        fade = 1 - 1 / MEMORY
        self.seconds = self.seconds * fade + now - self.since
        self.steps_s = self.steps_s * fade + steps_s
        self.cost = self.cost * fade + cost
        self.since = now

    @property
    def over(self) -> float:
        """How many times as long as its steps a job takes: reading prompts, decoding and compressing cost time too."""
        return max(1.0, self.seconds / self.steps_s) if self.steps_s else 1.0


class Pace:
    """Step times of one engine, and the jobs that it draws."""

    def __init__(self, device: str = "") -> None:
        self._device = device
        self._steps: dict[_Key, dict[int, _Mean]] = {}
        self._busy = _Busy()
        self._running: dict[str, _Running] = {}

    def recall(self, measured: Iterable[StepTime]) -> None:
        """Take up what an earlier process measured."""
        for one in measured:
            key = _Key(one.width, one.height, one.guided)
            self._steps.setdefault(key, {})[one.at_once] = _Mean(one.step_s, one.measured)
            self._busy.seconds += one.step_s
            self._busy.steps_s += one.step_s
            self._busy.cost += key.cost

    def measured(self, ticket: Ticket) -> Sequence[StepTime]:
        """Give what is known of this ticket's shape, to be kept."""
        key = _key(ticket)
        return [
            StepTime(
                width=key.width,
                height=key.height,
                guided=key.guided,
                at_once=at_once,
                device=self._device,
                step_s=mean.value,
                measured=mean.measured,
            )
            for at_once, mean in self._steps.get(key, {}).items()
        ]

    # What the engine tells

    def began(self, ticket: Ticket, *, now: float, steps: int | None = None) -> None:
        """Note that the engine has begun with a job.

        Args:
            ticket: The job.
            now: Seconds.
            steps: Of all its pictures in all passes; None: all are of the ticket's size, as many as its cost says.
        """
        if not self._running:
            self._busy.since = now
        self._running[ticket.id] = _Running(ticket, _steps_of(ticket) if steps is None else steps)
        self._interrupt()

    def stepped(self, job_id: str, steps_done: int, *, now: float) -> None:
        """Note that so many steps of a job are done, over all its pictures."""
        running = self._running.get(job_id)
        if running is None:
            return
        steps = steps_done - running.steps_done
        if running.timed and steps > 0 and running.even:
            # Beside others it has its share of the time.
            share = running.ticket.pictures / self._at_once()
            self._take(running.ticket, (now - running.stepped_at) / steps * share)
        running.steps_done, running.stepped_at, running.timed = steps_done, now, True

    def ended(self, job_id: str, *, now: float) -> None:
        """Note that a job is no longer at the engine, whatever became of it; what was drawn of it was drawn."""
        running = self._running.pop(job_id, None)
        if running is None:
            return
        steps_s = (self.step_s(running.ticket) or 0.0) * running.drawn
        self._busy.take(steps_s, _key(running.ticket).cost * running.drawn, now)
        self._interrupt()
        if not self._running:
            self._busy.since = None

    def _interrupt(self) -> None:
        """Time no step that was begun beside other jobs than it will end beside."""
        for running in self._running.values():
            running.timed = False

    def _at_once(self) -> int:
        return sum(running.ticket.pictures for running in self._running.values())

    def _take(self, ticket: Ticket, step_s: float) -> None:
        if step_s <= 0:
            return  # somebody set the clock
        usual = self.step_s(ticket)
        times = self._steps.setdefault(_key(ticket), {})
        mean = times.get(self._at_once())
        if mean is None:
            times[self._at_once()] = _Mean(step_s, 1)
        elif usual is None or step_s < SLOWEST * usual:
            mean.take(step_s)

    # What to expect

    def step_s(self, ticket: Ticket) -> float | None:
        """Estimate the engine's seconds for one step of one picture of this job; None where nothing was measured.

        What is drawn at once now is looked up, then the nearest number; another shape counts by its cost.
        """
        at_once = max(self._at_once(), ticket.pictures)
        key = _key(ticket)
        if times := self._steps.get(key):
            return times[min(times, key=lambda known: abs(known - at_once))].value
        others = [
            (mean.value / other.cost, mean.measured) for other, times in self._steps.items() for mean in times.values()
        ]
        total = sum(measured for _, measured in others)
        return key.cost * sum(value * measured for value, measured in others) / total if total else None

    def engine_s(self, ticket: Ticket) -> float | None:
        """Estimate the engine's seconds for the whole of a job; None where nothing was measured."""
        step_s = self.step_s(ticket)
        return None if step_s is None else step_s * _steps_of(ticket) * self._busy.over

    def cost_s(self, cost: float) -> float | None:
        """Estimate the engine's seconds for jobs of which only the cost is known; None where nothing was measured."""
        return cost * self._busy.seconds / self._busy.cost if self._busy.cost else None

    def progress(self, job_id: str) -> tuple[int, int] | None:
        """Tell how many steps of a job are done, over all its pictures, and of how many; None before the first."""
        running = self._running.get(job_id)
        return None if running is None else (running.steps_done, round(_steps_of(running.ticket)))

    def until_s(self, cost: float) -> float | None:
        """Estimate the seconds until so much of the queue has been begun; None where nothing was measured."""
        cost_s = self.cost_s(cost)
        return None if cost_s is None else self.left_s() + cost_s

    def left_s(self) -> float:
        """Estimate the engine's seconds for the rest of what is being drawn."""
        steps_s = sum(
            (self.step_s(running.ticket) or 0.0) * max(0.0, _steps_of(running.ticket) - running.drawn)
            for running in self._running.values()
        )
        return steps_s * self._busy.over


def _key(ticket: Ticket) -> _Key:
    return _Key(ticket.width, ticket.height, ticket.guided)


def _steps_of(ticket: Ticket) -> float:
    """Count the steps of all pictures of a job, in those of the pass that costs most."""
    return ticket.cost / step_cost(ticket.width, ticket.height, guided=ticket.guided)

"""How fast all that draw are together: when so much will be done, whoever does it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.queue.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.queue.pace import StepTime
    from bot.queue.ticket import Ticket


class _Speed(NamedTuple):
    """One that draws, as far as waiting for it goes."""

    left_s: float
    """Until it is through with what it draws."""
    rate: float
    """Cost a second."""


class JointPace:
    """Knows a pace for everyone that draws, and answers for all of them; which ones is told to it."""

    def __init__(self) -> None:
        self._measured: Sequence[StepTime] = ()
        self._before = Pace()
        self._paces: list[Pace] = []

    def recall(self, measured: Iterable[StepTime]) -> None:
        """Take up what an earlier process measured."""
        self._measured = tuple(measured)
        self._before.recall(self._measured)

    def of(self, device: str) -> Pace:
        """Give the pace of one that draws on such a device: what was measured of its kind, else of any."""
        pace = Pace(device)
        pace.recall([one for one in self._measured if one.device == device] or self._measured)
        return pace

    def draw(self, paces: Iterable[Pace]) -> None:
        """Note who draws now; of nobody the last ones are spoken of, who may come back."""
        self._paces = list(paces) or self._paces

    @property
    def _known(self) -> Sequence[Pace]:
        return self._paces or [self._before]

    def engine_s(self, ticket: Ticket) -> float | None:
        """Estimate the seconds for the whole of a job; None where nothing was measured.

        Who draws twice as fast gets twice as many: so this is the harmonic mean.
        """
        each = [engine_s for pace in self._known if (engine_s := pace.engine_s(ticket))]
        return len(each) / sum(1 / engine_s for engine_s in each) if each else None

    def until_s(self, cost: float) -> float | None:
        """Estimate the seconds until so much of the queue has been begun; None where nothing was measured.

        Whoever is free first takes what is next, and those of whom nothing is known are as fast as the others.
        """
        speeds = sorted(self._speeds())
        if not speeds:
            return None
        until, rate = speeds[0].left_s, 0.0
        for speed in speeds:
            done = rate * (speed.left_s - until)
            if done >= cost and rate:
                break
            cost -= done
            until, rate = speed.left_s, rate + speed.rate
        return until + cost / rate

    def _speeds(self) -> list[_Speed]:
        rates = [1 / cost_s if (cost_s := pace.cost_s(1.0)) else None for pace in self._known]
        known = [rate for rate in rates if rate is not None]
        usual = sum(known) / len(known) if known else None
        return [
            _Speed(pace.left_s(), speed)
            for pace, rate in zip(self._known, rates, strict=True)
            if (speed := rate or usual) is not None
        ]

    def progress(self, job_id: str) -> tuple[int, int] | None:
        """Tell how far a job is, as `Pace.progress`, whoever draws it."""
        return next((found for pace in self._known if (found := pace.progress(job_id))), None)

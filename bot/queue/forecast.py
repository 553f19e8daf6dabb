"""When a job will be done, from its place in the queue and this machine's pace; every number of it is an estimate."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

from bot.queue.overtaking import Overtaking
from bot.queue.standing import Standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.queue.queue import Queue
    from bot.queue.ticket import Ticket


class Wait(NamedTuple):
    """What can be told to somebody who waits."""

    place: int | None
    """From 1; None: its turn does not come."""
    exact: bool = True
    """False: the place is reckoned, not counted."""
    ready_at: float | None = None
    """Unix time when the pictures should be there; None before anything was measured here."""
    paused: bool = False
    """It has no place because a moderator paused the server's line."""
    blocked: bool = False
    """It has none because the operator draws nothing for the server; where it is neither, it is held."""


class Speed(Protocol):
    """What must be known of those that draw: `bot.queue.pace.Pace` knows it of one, `JointPace` of all."""

    def engine_s(self, ticket: Ticket) -> float | None:
        """Estimate the seconds for the whole of a job; None where nothing was measured."""
        ...

    def until_s(self, cost: float) -> float | None:
        """Estimate the seconds until so much of the queue has been begun; None where nothing was measured."""
        ...

    def progress(self, job_id: str) -> tuple[int, int] | None:
        """Tell how many steps of a job are done, and of how many; None before the first."""
        ...


class Forecast:
    """Asks the line for what comes first, and the pace for how long that takes."""

    def __init__(self, queue: Queue, pace: Speed, *, now: Callable[[], float]) -> None:
        self._queue = queue
        self._pace = pace
        self._now = now
        self._overtaking = Overtaking()

    def entered(self, ticket: Ticket) -> None:
        """Note that a job has come into the line."""
        if (standing := self._queue.standing(ticket.id)) is not None:
            self._overtaking.asked(ticket, standing)

    def began(self, ticket: Ticket) -> None:
        """Note that a job has left the line to be drawn."""
        self._overtaking.began(ticket)

    def wait(self, ticket: Ticket) -> Wait:
        """Tell how a job in the queue stands."""
        return self._wait(ticket, self._queue.standing(ticket.id))

    def wait_of_new(self, ticket: Ticket) -> Wait:
        """Tell how a job would stand that is not in the queue yet."""
        return self._wait(ticket, self._queue.standing_of_new(ticket))

    def at_head(self, jobs: int) -> list[tuple[Ticket, Wait]]:
        """Tell how those stand who are next, at most so many."""
        told: list[tuple[Ticket, Wait]] = []
        ahead = 0.0
        for place, ticket in enumerate(self._queue.head(jobs), start=1):
            standing = Standing(place, ahead, self._queue.own_ahead(ticket), exact=True)
            told.append((ticket, self._wait(ticket, standing)))
            ahead += ticket.cost
        return told

    def progress(self, ticket: Ticket) -> tuple[int, int] | None:
        """Tell how far a job is that is being drawn, as `Speed.progress`."""
        return self._pace.progress(ticket.id)

    def drawn_at(self, cost: float) -> float | None:
        """Estimate the Unix time when so much of the line has been drawn; None before anything was measured here."""
        until_s = self._pace.until_s(cost)
        return None if until_s is None else self._now() + until_s

    def _wait(self, ticket: Ticket, standing: Standing | None) -> Wait:
        if standing is None:
            guild_id = ticket.guild_id
            switches = self._queue.switches
            return Wait(None, paused=guild_id in switches.paused, blocked=guild_id in switches.blocked)
        begins_at, engine_s = self.drawn_at(self._overtaking.expected(standing)), self._pace.engine_s(ticket)
        ready_at = None if begins_at is None or engine_s is None else begins_at + engine_s
        return Wait(standing.place, standing.exact, ready_at)

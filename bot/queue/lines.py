"""The lines of one server: a line for every person, each in order, and whose turn among them it is."""

from __future__ import annotations

import heapq
from bisect import bisect_left, insort
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from bot.queue.fairness import Turns

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable, Iterator

    from bot.queue.ticket import Ticket

_Key = TypeVar("_Key", bound="Hashable")


class Ahead(NamedTuple):
    """What starts before a job if nobody else comes."""

    jobs: float
    cost: float


class Sum(NamedTuple):
    """Of several tickets."""

    cost: float
    stretch: float


@dataclass(slots=True)
class _Line:
    """One person's waiting jobs, at least one."""

    tickets: list[tuple[float, str, Ticket]] = field(default_factory=list["tuple[float, str, Ticket]"])
    """By rank, and then by age, which is how ids sort."""
    cost: float = 0.0
    stretch: float = 0.0
    """How far all of them together move their person's tag."""

    def before(self, turn: int) -> Sum:
        """Add up what stands before a turn, by way of what stands behind where that is less: most ask for the last."""
        if 2 * turn <= len(self.tickets):
            return _summed(self.tickets[:turn])
        behind = _summed(self.tickets[turn:])
        return Sum(max(0.0, self.cost - behind.cost), max(0.0, self.stretch - behind.stretch))


class Lines:
    """One server's part of the queue."""

    def __init__(self) -> None:
        self.turns: Turns[int] = Turns()
        """People who have a job that may start."""
        self.jobs = 0
        self.cost = 0.0
        self._lines: dict[int, _Line] = {}

    def __contains__(self, user_id: object) -> bool:
        return user_id in self._lines

    @property
    def people(self) -> tuple[int, ...]:
        return tuple(self._lines)

    def add(self, ticket: Ticket) -> None:
        line = self._lines.get(ticket.user_id)
        if line is None:
            line = self._lines[ticket.user_id] = _Line()
        insort(line.tickets, (rank(ticket), ticket.id, ticket))
        self._weigh(line, ticket, 1)

    def drop(self, ticket: Ticket) -> None:
        line = self._lines[ticket.user_id]
        del line.tickets[bisect_left(line.tickets, (rank(ticket), ticket.id))]
        self._weigh(line, ticket, -1)
        if not line.tickets:
            del self._lines[ticket.user_id]

    def _weigh(self, line: _Line, ticket: Ticket, jobs: int) -> None:
        self.jobs += jobs
        self.cost = max(0.0, self.cost + jobs * ticket.cost)
        line.cost = max(0.0, line.cost + jobs * ticket.cost)
        line.stretch = max(0.0, line.stretch + jobs * ticket.stretch)

    def next_of(self, user_id: int) -> Ticket:
        return self._lines[user_id].tickets[0][2]

    def of(self, user_id: int) -> list[Ticket]:
        """List one person's jobs in the order of their line."""
        return [ticket for _, _, ticket in self._lines[user_id].tickets] if user_id in self._lines else []

    def turn(self, ticket: Ticket) -> int:
        """Count how many jobs stand before one in its person's line."""
        return bisect_left(self._lines[ticket.user_id].tickets, (rank(ticket), ticket.id))

    def order(self, first: int | None = None) -> Iterator[Ticket]:
        """Play the turns as they come if nobody else does; a person whose turn is kept back keeps its tag.

        Args:
            first: Who has the next turn, whatever their tag.
        """
        return played(self.turns, self.people, self._in_turn, lambda ticket: ticket.stretch, first)

    def _in_turn(self, user_id: int) -> Iterator[Ticket]:
        return (ticket for _, _, ticket in self._lines[user_id].tickets)  # mostly the first few are asked for

    def ahead(self, ticket: Ticket) -> Ahead:
        """Reckon what of this server starts before a job, as if all of a line cost what they cost on average."""
        line = self._lines[ticket.user_id]
        turn = self.turn(ticket)
        own = line.before(turn)
        jobs, cost = float(turn), own.cost
        tag = self.turns.start(ticket.user_id) + own.stretch
        for user_id, other in self._lines.items():
            if other is not line:
                share = reached(tag - self.turns.start(user_id), other.stretch, len(other.tickets))
                jobs, cost = jobs + share * len(other.tickets), cost + share * other.cost
        return Ahead(jobs, cost)


def played(
    turns: Turns[_Key],
    keys: Iterable[_Key],
    jobs_of: Callable[[_Key], Iterator[Ticket]],
    price: Callable[[Ticket], float],
    first: _Key | None = None,
) -> Iterator[Ticket]:
    """Play turns without taking them: give everybody's jobs in the order in which they would start.

    Args:
        turns: Who has which tag.
        keys: Who is to play.
        jobs_of: Gives the jobs of one of them, in order.
        price: What a job adds to a tag.
        first: Which of them has the next turn, whatever their tag.
    """
    tags = {key: (start, asked) for start, asked, key in turns.tags()}
    later = count(max((asked for _, asked in tags.values()), default=0) + 1)
    heap = [(*(tags.get(key) or (turns.start(key), next(later))), key) for key in keys]
    heapq.heapify(heap)
    lines: dict[_Key, Iterator[Ticket]] = {}  # most are never looked into
    if first is not None:
        [at] = (number for number, entry in enumerate(heap) if entry[2] == first)
        lines[first] = jobs_of(first)
        ticket = next(lines[first])
        heap[at] = (heap[at][0] + price(ticket), next(later), first)
        heapq.heapify(heap)
        yield ticket
    while heap:
        start, _, key = heap[0]
        if key not in lines:
            lines[key] = jobs_of(key)
        ticket = next(lines[key], None)
        if ticket is None:
            heapq.heappop(heap)
        else:
            heapq.heapreplace(heap, (start + price(ticket), next(later), key))
            yield ticket


def reached(distance: float, stretch: float, jobs: int) -> float:
    """Tell what part of a line starts before a tag that lies so far behind its own: one job of it if not before."""
    if distance < 0:
        return 0.0
    return min(1.0, distance / stretch + 1 / jobs) if stretch else 1.0


def _summed(tickets: Iterable[tuple[float, str, Ticket]]) -> Sum:
    in_line = [ticket for _, _, ticket in tickets]
    return Sum(sum(one.cost for one in in_line), sum(one.stretch for one in in_line))


def rank(ticket: Ticket) -> float:
    """Put what was moved up first, and of several the last that was."""
    return 0.0 if ticket.moved_at is None else -ticket.moved_at

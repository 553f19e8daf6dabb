"""Where a job stands in the line, reckoned from what everybody waits with."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from bot.queue.lines import reached

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.queue.fairness import Turns
    from bot.queue.lines import Lines
    from bot.queue.ticket import Ticket


class Standing(NamedTuple):
    """Where a job stands if nobody else comes."""

    place: int
    """Its number in the queue, from 1."""
    ahead: float
    """What starts before it, as cost."""
    own: int
    """How many of its asker's own in the same server stand before it."""
    exact: bool


def reckoned(
    ticket: Ticket, servers: Mapping[int, Lines], turns: Turns[int], is_still: Callable[[int], bool]
) -> Standing:
    """Reckon where a job stands whose turn comes.

    Args:
        ticket: Is in the line.
        servers: All lines.
        turns: Of the servers.
        is_still: Whether the turn of nothing of a server comes.
    """
    lines = servers[ticket.server]
    jobs, cost = lines.ahead(ticket)
    tag = turns.start(ticket.server) + cost
    for key, others in servers.items():
        if key != ticket.server and others.jobs and not is_still(key):
            share = reached(tag - turns.start(key), others.cost, others.jobs)
            jobs, cost = jobs + share * others.jobs, cost + share * others.cost
    return Standing(round(jobs) + 1, cost, lines.turn(ticket), exact=False)

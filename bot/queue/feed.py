"""What the engine is given, and when: enough that it never waits, and together what it can draw in one call."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bot.queue.queue import Queue
    from bot.queue.ticket import Ticket

JOBS_AT_ENGINE = 2
"""One is drawn and the next is already there: the GPU never waits for the bot."""


class Feed:
    """Takes jobs out of the line for one engine."""

    def __init__(self, queue: Queue, *, batch_cap: int = 1) -> None:
        self._queue = queue
        self.batch_cap = batch_cap
        """Pictures of one shape that the engine draws in one call."""
        self.lacking: frozenset[str] = frozenset()
        """Checkpoints that another engine has and this one has not."""
        self._at_engine: dict[str, Ticket] = {}
        self._weights = ""  # of what the engine was given last, and so what its model has

    @property
    def jobs(self) -> int:
        """How many the engine has."""
        return len(self._at_engine)

    def next(self) -> Ticket | None:
        """Choose what the engine gets now; None if it has enough, or nothing may start.

        What can be drawn together with what is there already comes first, where the line finds that fair; then what
        needs no other weights than the engine has.
        """
        ticket = self._chosen()
        if ticket is not None:
            self._at_engine[ticket.id] = ticket
            self._weights = ticket.weights
        return ticket

    def _chosen(self) -> Ticket | None:
        if not self._at_engine:
            return self._near(self._weights)
        at_engine = list(self._at_engine.values())
        first, last = at_engine[0], at_engine[-1]
        weights = last.weights
        shape = first.shape if first.weights == weights else last.shape  # behind a switch nobody joins the first
        if len(at_engine) < JOBS_AT_ENGINE:
            return self._pop(shape, weights) or self._near(weights)
        pictures = sum(ticket.pictures for ticket in at_engine)
        return self._pop(shape, weights) if pictures < self.batch_cap else None

    def _near(self, weights: str) -> Ticket | None:
        """Take what needs no other weights, else what needs no other checkpoint, else whatever is next."""
        checkpoint = weights.partition("|")[0]
        return self._pop(weights=weights) or self._pop(checkpoint=checkpoint) or self._pop()

    def _pop(
        self, like: tuple[int, int] | None = None, weights: str | None = None, checkpoint: str | None = None
    ) -> Ticket | None:
        return self._queue.pop(like, weights, checkpoint, self.lacking)

    def shares(self, ticket: Ticket) -> bool:
        """Whether a job that the engine gets should not wait for another one's end: a stranger's that takes longer."""
        return any(other.user_id != ticket.user_id and other.cost > ticket.cost for other in self._at_engine.values())

    def leave(self, job_id: str) -> bool:
        """Note that the engine no longer has a job; False if it had not."""
        self._queue.release(job_id)
        return self._at_engine.pop(job_id, None) is not None

"""How many jobs there are of each person and server, and whether one more may wait or be drawn."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Literal, NamedTuple

from bot.queue.allowance import Allowance
from bot.sentences import queue as says

if TYPE_CHECKING:
    from bot.queue.ticket import Ticket
    from bot.sentences.sentence import Sentence

NO_LIMITS = Allowance()


class Full(NamedTuple):
    """Why one more may not wait."""

    whose: Literal["person", "server", "everybody"]
    """Whose jobs have to become fewer."""
    sentence: Sentence
    most: int


class _Counts:
    """How many of something there are: of everybody, of each person, of each server, of each person in a server."""

    def __init__(self) -> None:
        self.total = 0
        self.of_person: Counter[int] = Counter()
        self.of_server: Counter[int] = Counter()
        self.of_member: Counter[tuple[int, int]] = Counter()

    def add(self, server: int, user_id: int, jobs: int) -> None:
        self.total += jobs
        self.of_person[user_id] += jobs
        self.of_server[server] += jobs
        self.of_member[server, user_id] += jobs
        if jobs < 0:  # nobody who has nothing left is remembered
            for counter, key in ((self.of_person, user_id), (self.of_server, server)):
                if not counter[key]:
                    del counter[key]
            if not self.of_member[server, user_id]:
                del self.of_member[server, user_id]


class Bounds:
    """What is counted, and what it is held against; a direct message is a server of one person."""

    def __init__(self, max_jobs: int, allowance: Allowance) -> None:
        """Start with nothing counted.

        Args:
            max_jobs: How many may wait in all.
            allowance: The operator's limits, which bind everywhere.
        """
        self._max_jobs = max_jobs
        self._allowance = allowance
        self._of_server: dict[int, Allowance] = {}
        self._waiting, self._reserved, self._running = _Counts(), _Counts(), _Counts()

    @property
    def span_servers(self) -> bool:
        """Whether what a person has running in one server may keep back what they have waiting in another."""
        return self._allowance.running_per_person is not None

    def set_operator(self, max_jobs: int, allowance: Allowance) -> None:
        """Note what the operator allows."""
        self._max_jobs, self._allowance = max_jobs, allowance

    def set_allowance(self, server: int, allowance: Allowance) -> bool:
        """Note what the admins of a server allow; False if it is no news."""
        if self._of_server.get(server, NO_LIMITS) == allowance:
            return False
        self._of_server[server] = allowance
        return True

    def waits(self, ticket: Ticket, jobs: int) -> None:
        self._waiting.add(ticket.server, ticket.user_id, jobs)

    def runs(self, ticket: Ticket, jobs: int) -> None:
        self._running.add(ticket.server, ticket.user_id, jobs)

    def reserve(self, server: int, user_id: int, jobs: int) -> None:
        self._reserved.add(server, user_id, jobs)

    def may_run(self, server: int, user_id: int) -> bool:
        """Tell whether one more of this person's jobs in this server may be drawn now, the server's own limit aside."""
        local = self._of_server.get(server, NO_LIMITS)
        return _below(self._running.of_person[user_id], self._allowance.running_per_person) and _below(
            self._running.of_member[server, user_id], local.running_per_person
        )

    def server_may_run(self, server: int) -> bool:
        running = self._running.of_server[server]
        local = self._of_server.get(server, NO_LIMITS)
        return _below(running, self._allowance.running_per_server) and _below(running, local.running_per_server)

    def full(self, server: int, user_id: int) -> Full | None:
        """Tell why this person may not have one more waiting; None if they may."""
        waiting, reserved = self._waiting, self._reserved
        local = self._of_server.get(server, NO_LIMITS)
        mine = waiting.of_person[user_id] + reserved.of_person[user_id]
        here = waiting.of_member[server, user_id] + reserved.of_member[server, user_id]
        theirs = waiting.of_server[server] + reserved.of_server[server]
        everybody = waiting.total + reserved.total
        for jobs, most, only_here in (
            (mine, self._allowance.waiting_per_person, False),
            (here, local.waiting_per_person, True),
        ):
            if most is not None and jobs >= most:
                return Full("person", says.person_full(jobs, most, here=only_here), most)
        for most in (self._allowance.waiting_per_server, local.waiting_per_server):
            if most is not None and theirs >= most and server > 0:  # in a direct message the person's limit binds
                return Full("server", says.server_full(theirs, most), most)
        if everybody >= self._max_jobs:
            return Full("everybody", says.full(everybody), self._max_jobs)
        return None


def _below(jobs: int, most: int | None) -> bool:
    return most is None or jobs < most

"""The line of jobs: bounded, fair between servers and between the people of each, and in order for every person.

It knows tickets only. What a job is stands in the store; the line is filled from there at start-up.

Fair means that servers have equal shares of the engine by cost, and so have the people of one server; a priority role
makes a person's share larger. What that promises to anybody is in `bot.queue.fairness`.
"""

from __future__ import annotations

import sys
from contextlib import contextmanager
from itertools import chain, islice
from typing import TYPE_CHECKING

import msgspec

from bot.errors import QueueFull
from bot.queue.bounds import NO_LIMITS, Bounds
from bot.queue.fairness import Turns
from bot.queue.lines import Lines, played, rank
from bot.queue.standing import Standing, reckoned
from bot.queue.switches import Switches

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Generator, Iterator

    from bot.queue.allowance import Allowance
    from bot.queue.bounds import Full
    from bot.queue.ticket import Ticket

COMPANIONS = 64
"""Among so many jobs one of the wanted shape is looked for; a wider search would find few more."""

COUNTED = 50
"""Places so near are counted out; those further back are reckoned from what everybody waits with."""

RETURN_SHARE = 10
"""When one job in so many has left a full line, it makes sense to come back: for one place alone everybody would."""

_SPARE = 64
"""Servers without jobs that may be remembered before those are forgotten that owe nothing."""


class Queue:
    """Waiting jobs by id; one that was pushed is popped once or removed once, never both and never lost."""

    def __init__(self, *, max_jobs: int, allowance: Allowance = NO_LIMITS) -> None:
        """Make an empty line.

        Args:
            max_jobs: How many may wait in all.
            allowance: The operator's limits, which bind everywhere.
        """
        self._bounds = Bounds(max_jobs, allowance)
        self._tickets: dict[str, Ticket] = {}  # everything that waits, what is held included
        self._held: set[str] = set()
        self._running: dict[str, Ticket] = {}
        self._passed: str | None = None  # something was started in its turn; it is next
        self._turns: Turns[int] = Turns()  # servers that have a job that may start
        self._servers: dict[int, Lines] = {}
        self._homes: dict[int, set[int]] = {}  # servers in which a person has a line
        self.switches = Switches()  # which only `pause`, `close` and `block` change, for turns depend on them

    def __len__(self) -> int:
        return len(self._tickets)

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._tickets

    def get(self, job_id: str) -> Ticket | None:
        """Look up a job that waits."""
        return self._tickets.get(job_id)

    @property
    def running(self) -> list[Ticket]:
        """What was popped and not yet released, the earliest first."""
        return list(self._running.values())

    def bound(self, max_jobs: int, allowance: Allowance) -> None:
        """Hold everything against other limits of the operator's from now on; what waits already is not turned away."""
        self._bounds.set_operator(max_jobs, allowance)
        for key, lines in list(self._servers.items()):
            for user_id in list(lines.people):
                self._refresh(key, user_id)

    # Coming and going

    @contextmanager
    def reserve(self, user_id: int, guild_id: int | None) -> Generator[None]:
        """Hold a place, in direct messages where the server is None, while a job is on its way into the store.

        Two at once so cannot both take the last.

        Raises:
            QueueClosed: This server takes no new jobs.
            QueueFull: The line, this server's part or this person's part of it is at its limit.
        """
        server = -user_id if guild_id is None else guild_id
        self.switches.require_open(server)
        if full := self._bounds.full(server, user_id):
            raise QueueFull(full.sentence, until=self._until(full, server, user_id))
        self._bounds.reserve(server, user_id, 1)
        try:
            yield
        finally:
            self._bounds.reserve(server, user_id, -1)

    def push(self, ticket: Ticket) -> None:
        """Put a job into its person's line, by its age; what was running and waits again gets its turn back.

        The limits are `reserve`'s business: what was acknowledged is never turned away, not by a limit that was
        lowered before a restart either.
        """
        if ticket.id in self._tickets:
            raise ValueError(f"job {ticket.id} is already in the queue")
        was_running = self.release(ticket.id)
        self._bounds.waits(ticket, 1)
        self._line_up(ticket)
        if was_running:
            self._servers[ticket.server].turns.give_back(ticket.user_id, ticket.stretch)
            self._turns.give_back(ticket.server, ticket.cost)

    def pop(
        self,
        like: tuple[int, int] | None = None,
        weights: str | None = None,
        checkpoint: str | None = None,
        lacking: Container[str] = (),
    ) -> Ticket | None:
        """Take the next job out of the line; it is running until it is released.

        Args:
            like: A shape: give a job of this shape or none. One that stands a little further back may be taken,
                unless that was done already while the same job was next, and it can be drawn here.
            weights: What the engine's model has: give a job that wants just that, or none; likewise.
            checkpoint: What it has but for its LoRAs; likewise.
            lacking: Checkpoints that another engine has and this one has not: give no job that wants one of them.
        """

        def suits(ticket: Ticket) -> bool:
            return (
                like in (None, ticket.shape)
                and weights in (None, ticket.weights)
                and checkpoint in (None, ticket.checkpoint)
                and ticket.checkpoint not in lacking
            )

        ticket = self._choose(suits, lacking)
        if ticket is None:
            return None
        self._charge(ticket)
        passed = self._tickets.get(self._passed or "")
        if passed is None or (passed.server, passed.user_id) == (ticket.server, ticket.user_id):
            self._passed = None  # its turn was taken, by itself or by another of the same person
        self.remove(ticket.id)
        self._running[ticket.id] = ticket
        self._bounds.runs(ticket, 1)
        self._refresh_person(ticket)
        return ticket

    def release(self, job_id: str) -> bool:
        """Note that a job that was popped is no longer drawn, whatever became of it; False if it was not running."""
        ticket = self._running.pop(job_id, None)
        if ticket is None:
            return False
        self._bounds.runs(ticket, -1)
        self._refresh_person(ticket)
        return True

    def remove(self, job_id: str) -> bool:
        """Take a job out of the line, wherever it stands; False if it is not there."""
        ticket = self._tickets.get(job_id)
        if ticket is None:
            return False
        self._step_out(ticket)
        self._bounds.waits(ticket, -1)
        return True

    def remember(self, ticket: Ticket) -> None:
        """Charge for a job that was started before this process was; the oldest first."""
        self._server(ticket.server).turns.join(ticket.user_id)
        self._turns.join(ticket.server)
        self._charge(ticket)
        self._refresh(ticket.server, ticket.user_id)

    # Steering

    def allow(self, guild_id: int, allowance: Allowance) -> None:
        """Hold a server's jobs, those that wait included, against what its admins allow; nothing leaves its place."""
        if self._bounds.set_allowance(guild_id, allowance) and guild_id in self._servers:
            for person in self._servers[guild_id].people:
                self._refresh(guild_id, person)

    def hold(self, job_id: str) -> None:
        """Let a job keep its place without its turn coming."""
        self._change(job_id, held=True)

    def resume(self, job_id: str) -> None:
        """Let a held job's turn come again."""
        self._change(job_id, held=False)

    def move_up(self, job_id: str, *, now: float, in_server: bool) -> None:
        """Put a job before the others of its asker; in the server, give its asker the server's next turn too.

        The server's own turn comes when it comes, and everything that is drawn is paid for.
        """
        self._change(job_id, moved_at=now)
        ticket = self._tickets[job_id]
        lines = self._servers.get(ticket.server)
        if in_server and not ticket.held and lines is not None and ticket.user_id in lines.turns:
            lines.turns.advance(ticket.user_id)

    def _change(self, job_id: str, **changes: bool | float) -> None:
        ticket = self._tickets[job_id]
        self._step_out(ticket)
        self._line_up(msgspec.structs.replace(ticket, **changes))

    def pause(self, guild_id: int, *, paused: bool) -> None:
        """Start nothing of this server, or go on; new jobs are taken in either case."""
        (self.switches.paused.add if paused else self.switches.paused.discard)(guild_id)
        self._refresh_server(guild_id)

    def close(self, guild_id: int, *, closed: bool) -> None:
        """Take nothing new from this server, or take it again; what waits is drawn in either case."""
        (self.switches.closed.add if closed else self.switches.closed.discard)(guild_id)

    def close_all(self, *, closed: bool) -> None:
        """Take nothing new from anybody, or take it again; what waits is drawn in either case."""
        self.switches.closed_to_all = closed

    def block(self, guild_id: int, *, blocked: bool) -> None:
        """Start nothing of this server and take nothing new from it, whatever its moderators decide; or go on."""
        (self.switches.blocked.add if blocked else self.switches.blocked.discard)(guild_id)
        self._refresh_server(guild_id)

    # Looking

    def standing(self, job_id: str) -> Standing | None:
        """Tell where a job stands; None if its turn does not come: it is held, paused, or not in the queue."""
        ticket = self._tickets.get(job_id)
        if ticket is None or ticket.held or self.switches.is_still(ticket.server):
            return None
        by_turns = reckoned(ticket, self._servers, self._turns, self.switches.is_still)
        equals = len(self._servers[ticket.server].people) + len(self._servers)  # each is reckoned to have a turn before
        if by_turns.place - equals > 2 * COUNTED:
            return by_turns
        cost = 0.0
        for place, other in enumerate(islice(self._order(), COUNTED), start=1):
            if other.id == job_id:
                return Standing(place, cost, by_turns.own, exact=True)
            cost += other.cost
        return by_turns._replace(place=max(by_turns.place, COUNTED + 1), ahead=max(by_turns.ahead, cost))

    def own_ahead(self, ticket: Ticket) -> int:
        """Count how many of its asker's own in the same server stand before a job whose turn comes."""
        return self._servers[ticket.server].turn(ticket)

    def standing_of_new(self, ticket: Ticket) -> Standing | None:
        """Tell the same of a job that is not in the queue yet; its id sorts behind all others."""
        self.push(ticket)
        found = self.standing(ticket.id)
        self.remove(ticket.id)
        return found

    def head(self, jobs: int) -> list[Ticket]:
        """List what starts next if nobody else comes, at most so many."""
        return list(islice(self._order(), jobs))

    def of_person(self, user_id: int) -> list[Ticket]:
        """List everything of one person that waits, as in their line: what was moved up first, then by age."""
        homes = self._homes.get(user_id, ())
        lined_up = [ticket for key in homes for ticket in self._servers[key].of(user_id)]
        held = [self._tickets[job_id] for job_id in self._held]
        mine = [*lined_up, *(ticket for ticket in held if ticket.user_id == user_id)]
        return sorted(mine, key=lambda ticket: (rank(ticket), ticket.id))

    def is_first(self, job_id: str, *, in_server: bool) -> bool:
        """Tell whether a job cannot be moved up any further: in its asker's line, or in the server's."""
        ticket = self._tickets.get(job_id)
        if ticket is None or ticket.held:
            return False
        if in_server:
            return self.of_server(ticket.server, jobs=1) == [ticket]
        return self.own_ahead(ticket) == 0

    def of_server(self, guild_id: int, first: int = 0, jobs: int = sys.maxsize) -> list[Ticket]:
        """List what of one server waits, in its order, and then what is held; from a place on, and at most so many."""
        order = chain(self._order_in(guild_id), self._held_in(guild_id))
        return list(islice(order, first, min(first + jobs, sys.maxsize)))

    def jobs_of_server(self, guild_id: int) -> int:
        """Count what of one server waits, what is held included."""
        lines = self._servers.get(guild_id)
        return (lines.jobs if lines else 0) + len(self._held_in(guild_id))

    def _held_in(self, server: int) -> list[Ticket]:
        held = (self._tickets[job_id] for job_id in self._held)
        return sorted((ticket for ticket in held if ticket.server == server), key=lambda ticket: ticket.id)

    def _order(self) -> Iterator[Ticket]:
        """Give everything whose turn comes, in order; limits on what runs at once only delay it."""
        keys = [key for key, lines in self._servers.items() if lines.jobs and not self.switches.is_still(key)]
        due = self._due()
        return played(self._turns, keys, self._order_in, lambda ticket: ticket.cost, due and due.server)

    def _order_in(self, server: int) -> Iterator[Ticket]:
        due, lines = self._due(), self._servers.get(server)
        if lines is None:
            return iter(())
        return lines.order(due.user_id if due is not None and due.server == server else None)

    def _until(self, full: Full, server: int, user_id: int) -> float | None:
        """Add up what is drawn until it makes sense to come back; None if the turn of nothing comes."""
        if full.whose == "person":
            standings = [self.standing(ticket.id) for ticket in self.of_person(user_id)]
            return min((standing.ahead for standing in standings if standing), default=None)
        order = self._order() if full.whose == "everybody" else self._order_in(server)
        return sum(ticket.cost for ticket in islice(order, max(1, full.most // RETURN_SHARE)))

    # Choosing

    def _choose(self, suits: Callable[[Ticket], bool], lacking: Container[str]) -> Ticket | None:
        due = self._due()
        first = due or self._first()
        if first is None or suits(first):
            return first
        if due is not None and due.checkpoint not in lacking:
            return None
        found = next(filter(suits, islice(self._near(first), COMPANIONS)), None)
        if found is not None:
            self._passed = first.id
        return found

    def _due(self) -> Ticket | None:
        """Give the job that was passed over, if it may still start."""
        ticket = self._tickets.get(self._passed or "")
        if ticket is None or ticket.held or ticket.server not in self._turns:
            return None
        lines = self._servers[ticket.server]
        return ticket if ticket.user_id in lines.turns and lines.next_of(ticket.user_id) is ticket else None

    def _first(self) -> Ticket | None:
        """Give the job whose turn it is."""
        server = self._turns.first()
        return None if server is None else self._first_in(server)

    def _first_in(self, server: int) -> Ticket | None:
        lines = self._servers[server]
        person = lines.turns.first()
        return None if person is None else lines.next_of(person)

    def _near(self, first: Ticket) -> Iterator[Ticket]:
        """Give the next jobs of those whose turn comes before the second turn of the first one.

        Of its own server that is everybody; of another one it is the person whose turn it is there. Else somebody who
        is next there would see their server's turn go to a neighbour, and wait for all other servers once more.
        """
        for server in self._turns.soonest(first.cost):
            if server == first.server:
                lines = self._servers[server]
                yield from map(lines.next_of, lines.turns.soonest(first.stretch))
            elif (other := self._first_in(server)) is not None:
                yield other

    def _charge(self, ticket: Ticket) -> None:
        self._servers[ticket.server].turns.spend(ticket.user_id, ticket.stretch)
        self._turns.spend(ticket.server, ticket.cost)

    # Keeping the turns true

    def _line_up(self, ticket: Ticket) -> None:
        self._tickets[ticket.id] = ticket
        if ticket.held:
            self._held.add(ticket.id)
            return
        lines = self._server(ticket.server)
        had_line = ticket.user_id in lines
        lines.add(ticket)
        if not had_line:
            self._homes.setdefault(ticket.user_id, set()).add(ticket.server)
            self._refresh(ticket.server, ticket.user_id)

    def _step_out(self, ticket: Ticket) -> None:
        del self._tickets[ticket.id]
        if ticket.held:
            self._held.discard(ticket.id)
            return
        lines = self._servers[ticket.server]
        lines.drop(ticket)
        if ticket.user_id not in lines:
            self._homes[ticket.user_id].discard(ticket.server)
            if not self._homes[ticket.user_id]:
                del self._homes[ticket.user_id]
            self._refresh(ticket.server, ticket.user_id)

    def _server(self, key: int) -> Lines:
        lines = self._servers.get(key)
        if lines is None:
            if len(self._servers) > 2 * len(self._turns) + _SPARE:
                self._servers = {k: s for k, s in self._servers.items() if s.jobs or self._turns.owes(k)}
            lines = self._servers[key] = Lines()
        return lines

    def _refresh_person(self, ticket: Ticket) -> None:
        """See to whom limits keep back that count what has just begun or ended."""
        self._refresh(ticket.server, ticket.user_id)
        if self._bounds.span_servers:
            for key in self._homes.get(ticket.user_id, ()):
                self._refresh(key, ticket.user_id)

    def _refresh(self, key: int, user_id: int) -> None:
        """Let a person's turn in a server come if they have a job there that may be started."""
        lines = self._servers.get(key)
        if lines is not None:
            may = user_id in lines and self._bounds.may_run(key, user_id)
            (lines.turns.join if may else lines.turns.leave)(user_id)
            self._refresh_server(key)

    def _refresh_server(self, key: int) -> None:
        lines = self._servers.get(key)
        if lines is not None:
            may = bool(lines.turns) and not self.switches.is_still(key) and self._bounds.server_may_run(key)
            (self._turns.join if may else self._turns.leave)(key)

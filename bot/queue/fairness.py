"""Turns by what was spent: start-time fair queueing, without knowing what is queued.

Goyal, Vin, Cheng, "Start-time Fair Queueing" (SIGCOMM 1996, section 2). Everybody who waits has a start tag; the
smallest is next and moves on by what the turn costs, so that tags tell how much each has had. The virtual time is the
smallest tag at the last turn. Who comes starts there, or later where their last turn is not paid off: waiting
earns no credit, and coming back earns none either.

What follows, and what the property tests hold: no tag is below the virtual time, so whoever comes without a debt is
preceded only by tags equal to theirs, which is one turn of each other at most. And of two who wait throughout, neither
gets ahead of the other by more than one turn of each.

What the queue promises by that to anybody, however many jobs the others have:

- Before the first job of a person who owes nothing, every other person of the same server starts one job at most;
  before the first job of a server that owes nothing, every other server starts one at most. Behind one heavy user a
  newcomer so waits for the jobs that are already running and for one more at most.
- Of two who wait all the time, neither is ahead of the other by more than one job of each, by cost over weight.
- For the sake of a batch, of weights that the model has already, or of a checkpoint that only another engine has, a job
  may start before the one whose turn it is, which is next then. Only those are taken whose turn comes before the second
  turn of the one passed over, and of other servers only who is next there. So the first promise grows by one job for
  every turn that comes before the newcomer's and for theirs, and the second to two jobs of each.

Who has just been served owes what that cost, until the others have had as much.
"""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterator

_Key = TypeVar("_Key", bound="Hashable")

_SPARE = 64
"""Entries of the heap, and debts, that may be out of date before they are cleared away."""


class Turns(Generic[_Key]):
    """Who waits, in the order of their turns; every change takes logarithmic time."""

    def __init__(self) -> None:
        self._now = 0.0
        self._tags: dict[_Key, tuple[float, int]] = {}
        self._debts: dict[_Key, float] = {}  # tags of those who do not wait, where they lie ahead of the time
        self._heap: list[tuple[float, int, _Key]] = []  # may hold what is out of date; `_tags` knows
        self._asked = 0  # of equal tags the one that was given first is first
        self._pushed = 0  # who was put before everybody is before all equals

    def __len__(self) -> int:
        return len(self._tags)

    def __contains__(self, key: object) -> bool:
        return key in self._tags

    def start(self, key: _Key) -> float:
        """Give the tag that somebody has, or would come with."""
        tag = self._tags.get(key)
        return max(self._now, self._debts.get(key, 0.0)) if tag is None else tag[0]

    def owes(self, key: _Key) -> bool:
        """Tell whether somebody would come with a later tag than a stranger."""
        return self.start(key) > self._now

    def join(self, key: _Key) -> None:
        """Begin to wait; whoever waits already stays as they are."""
        if key not in self._tags:
            start = self.start(key)
            self._debts.pop(key, None)
            self._asked += 1
            self._set(key, start, self._asked)

    def leave(self, key: _Key) -> None:
        """Wait no longer; what was spent is not forgotten before the others have had as much."""
        tag = self._tags.pop(key, None)
        if tag is None:
            return
        if tag[0] > self._now:
            self._debts[key] = tag[0]
            if len(self._debts) > 2 * len(self._tags) + _SPARE:
                self._debts = {debtor: start for debtor, start in self._debts.items() if start > self._now}
        self._clear()

    def spend(self, key: _Key, amount: float) -> None:
        """Take a turn that costs so much, in turn or out of it."""
        self._now = max(self._now, self._heap[0][0])
        self._asked += 1
        self._set(key, self._tags[key][0] + amount, self._asked)

    def give_back(self, key: _Key, amount: float) -> None:
        """Undo a turn that came to nothing: it stands where it stood, whether its owner waits now or not."""
        if key in self._tags:
            self._pushed -= 1
            self._set(key, self._tags[key][0] - amount, self._pushed)
        else:
            self._debts[key] = self._debts.get(key, self._now) - amount

    def advance(self, key: _Key) -> None:
        """Let somebody who waits have the next turn, which costs them what it costs."""
        self._pushed -= 1
        self._set(key, self._heap[0][0], self._pushed)

    def first(self) -> _Key | None:
        """Tell whose turn it is; None if nobody waits."""
        return self._heap[0][2] if self._heap else None

    def soonest(self, within: float) -> Iterator[_Key]:
        """Name those whose tags are at most so much later than the first one's, soonest first.

        Nothing may be changed before the last one was taken.
        """
        if not self._heap:
            return
        latest = self._heap[0][0] + within
        frontier = [(self._heap[0], 0)]
        while frontier:
            entry, at = heapq.heappop(frontier)
            start, asked, key = entry
            if start > latest:
                return
            if self._tags.get(key) == (start, asked):
                yield key
            for child in (2 * at + 1, 2 * at + 2):
                if child < len(self._heap):
                    heapq.heappush(frontier, (self._heap[child], child))

    def tags(self) -> list[tuple[float, int, _Key]]:
        """List everybody's tags, the earlier of equals with the smaller number."""
        return [(start, asked, key) for key, (start, asked) in self._tags.items()]

    def _set(self, key: _Key, start: float, asked: int) -> None:
        self._tags[key] = (start, asked)
        heapq.heappush(self._heap, (start, asked, key))
        self._clear()

    def _clear(self) -> None:
        """Let the first of the heap be one who waits, and the heap not grow by what is out of date."""
        heap, tags = self._heap, self._tags
        if len(heap) > 2 * len(tags) + _SPARE:
            heap[:] = self.tags()
            heapq.heapify(heap)
        while heap and tags.get(heap[0][2]) != heap[0][:2]:
            heapq.heappop(heap)

"""Which picture gets the next place, and which of those that have one step together; knows pictures by shape alone.

First come, first served: a place goes to the oldest job, and while its pictures are drawn the next job joins only where
it has the same shape and the measurement (`engine.calibration`) says that the card draws more pictures that way. A job
that asks to share gets a place at once, up to the limit, and more of the steps, for people may wait for their turn, not
for a stranger's fifty steps. Nobody starves: between jobs with equally many places the older one wins.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Hashable, Sequence


class Slot(Protocol):
    """A picture that has a place."""

    @property
    def key(self) -> Hashable: ...
    @property
    def share(self) -> bool: ...


class Waiting(Slot, Protocol):
    """A job with pictures that have none yet."""

    @property
    def running(self) -> int:
        """How many of its pictures have a place."""
        ...


class Sizes(Protocol):
    """How large a batch should be, for every shape."""

    def joining(self, key: Hashable) -> int:
        """Give the smallest batch that is about as fast as any: up to here joining pays."""
        ...

    def together(self, key: Hashable) -> int:
        """Give the largest batch that is about as fast as any: those who have places step in groups of this size."""
        ...


@dataclass(frozen=True, slots=True)
class Always:
    """Sizes that nobody measured."""

    size: int

    def joining(self, key: Hashable) -> int:
        del key
        return self.size

    def together(self, key: Hashable) -> int:
        del key
        return self.size


@dataclass(frozen=True, slots=True)
class OfShapes:
    """Sizes by what a call's time depends on, whatever else sets keys apart."""

    sizes: Sizes

    def joining(self, key: Hashable) -> int:
        return self.sizes.joining(getattr(key, "shape", key))

    def together(self, key: Hashable) -> int:
        return self.sizes.together(getattr(key, "shape", key))


_Waiting = TypeVar("_Waiting", bound=Waiting)
_Slot = TypeVar("_Slot", bound=Slot)


def choose(waiting: Sequence[_Waiting], slots: Sequence[Slot], *, sizes: Sizes, limit: int) -> _Waiting | None:
    """Choose the job that gets the next place.

    Args:
        waiting: In order of arrival.
        slots: Those that are taken.
        sizes: What was measured.
        limit: How many places there are at all.
    """
    if not waiting or len(slots) >= limit:
        return None
    oldest = waiting[0]
    alone = [slot for slot in slots if not slot.share]
    fits = all(slot.key == oldest.key for slot in alone) and len(alone) < sizes.joining(oldest.key)
    candidates = [one for one in waiting if one.share or (one is oldest and (fits or not alone))]
    return min(candidates, key=lambda one: one.running, default=None)  # the first of equals is the oldest


def group(slots: Sequence[_Slot], *, sizes: Sizes, limit: int, turn: int) -> list[_Slot]:
    """Choose those that step together next.

    Every other turn belongs to those who share, if they fill the card by themselves: whoever was there before goes on
    in the turns between, and ends as late as if all had stepped together every time.

    Args:
        slots: The one that stepped longest ago first.
        sizes: What was measured.
        limit: How many may step together at all.
        turn: Counts them.
    """
    sharing = [slot for slot in slots if slot.share]
    if turn % 2 and sharing and len(sharing) >= sizes.joining(sharing[0].key):
        slots = sharing
    if not slots:
        return []
    key = slots[0].key
    return [slot for slot in slots if slot.key == key][: min(limit, sizes.together(key))]

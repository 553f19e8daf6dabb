"""What was read of people's rows, kept until it changes: nobody else writes into this database."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

_Person = TypeVar("_Person", int, str)
"""By id, or by keyed hash."""

_Value = TypeVar("_Value")

MOST = 10_000
"""People; whoever was read first is read again first."""


class Remembered(Generic[_Person, _Value]):
    """One value a person, which is never changed in place; everybody who reads or writes such rows shares it."""

    def __init__(self, keeps: Callable[[_Value], bool] = lambda _value: True) -> None:
        """Remember those values of which this is true; all others are read each time."""
        self._known: dict[_Person, _Value] = {}
        self._changes = 0
        self._keeps = keeps

    async def of(self, person: _Person, read: Callable[[], Awaitable[_Value]]) -> _Value:
        """Give what is known, or read it."""
        if person in self._known:
            return self._known[person]
        changes = self._changes
        value = await read()
        if changes == self._changes and self._keeps(value):  # else it may be from before the change
            self._known[person] = value
            if len(self._known) > MOST:
                del self._known[next(iter(self._known))]
        return value

    @contextmanager
    def changing(self, person: _Person) -> Generator[None]:
        """Write this person's row meanwhile; what is read from now on waits for that in the database's line."""
        self._forget(person)
        try:
            yield
        finally:
            self._forget(person)  # a write that was tried again let others read in between

    def _forget(self, person: _Person) -> None:
        self._changes += 1
        self._known.pop(person, None)

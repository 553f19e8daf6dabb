"""What was read of people's rows, kept until it changes: nobody else writes into this database."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Generator

_Value = TypeVar("_Value")

MOST = 10_000
"""People; whoever was read first is read again first."""


class Remembered(Generic[_Value]):
    """One value a person, which is never changed in place; everybody who reads or writes such rows shares it."""

    def __init__(self) -> None:
        self._known: dict[int, _Value] = {}
        self._changes = 0

    async def of(self, user_id: int, read: Callable[[], Awaitable[_Value]]) -> _Value:
        """Give what is known, or read it."""
        if user_id in self._known:
            return self._known[user_id]
        changes = self._changes
        value = await read()
        if changes == self._changes:  # else it may be from before the change
            self._known[user_id] = value
            if len(self._known) > MOST:
                del self._known[next(iter(self._known))]
        return value

    @contextmanager
    def changing(self, user_id: int) -> Generator[None]:
        """Write this person's row meanwhile; what is read from now on waits for that in the database's line."""
        self._forget(user_id)
        try:
            yield
        finally:
            self._forget(user_id)  # a write that was tried again let others read in between

    def _forget(self, user_id: int) -> None:
        self._changes += 1
        self._known.pop(user_id, None)

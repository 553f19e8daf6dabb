"""Who may be at the engine together: everybody, except a job under which an engine died, which is drawn alone.

In the order of arrival: one that wants to be alone waits until the others are done, and who comes later waits for it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator


class SharedLock:
    """A lock that many share or one holds."""

    def __init__(self) -> None:
        self._changed = asyncio.Condition()
        self._line: deque[object] = deque()
        self._inside = 0
        self._alone = False
        self._wanting = 0

    @property
    def wanted_alone(self) -> bool:
        """Whether one is alone there, or waits to be."""
        return self._wanting > 0

    @asynccontextmanager
    async def join(self, *, alone: bool) -> AsyncGenerator[None]:
        """Wait for one's turn, and be at the engine until the block is left."""
        turn = object()
        self._line.append(turn)
        self._wanting += alone
        try:
            async with self._turn(turn, alone=alone):
                yield
        finally:
            self._wanting -= alone

    @asynccontextmanager
    async def _turn(self, turn: object, *, alone: bool) -> AsyncGenerator[None]:
        try:
            async with self._changed:
                await self._changed.wait_for(lambda: self._line[0] is turn and self._has_room(alone=alone))
                self._inside += 1
                self._alone = alone
        finally:
            self._line.remove(turn)
            await self._tell()
        try:
            yield
        finally:
            self._inside -= 1
            self._alone = False
            await self._tell()

    def _has_room(self, *, alone: bool) -> bool:
        return not self._inside or not (alone or self._alone)

    async def _tell(self) -> None:
        async with self._changed:
            self._changed.notify_all()

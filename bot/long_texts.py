"""Long texts are worked on in a thread: the interpreter changes threads every few milliseconds, and so nobody waits."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import msgspec

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.request import Options, Request

T = TypeVar("T")

LONG_CHARS = 600
"""What is shorter takes some milliseconds at the worst, and a thread would only cost."""


def chars_of(asked: Options | Request) -> int:
    """Count the characters of everything in it that is text."""
    return sum(len(value) for value in msgspec.structs.astuple(asked) if isinstance(value, str))


async def worked_on(chars: int, work: Callable[[], T]) -> T:
    """Do work on so many characters."""
    return work() if chars <= LONG_CHARS else await asyncio.to_thread(work)

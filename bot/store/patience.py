"""Trying again what the disk or the database does not take just now: a disk that was full has room again one day."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, TypeVar

from bot.errors import StoreUnavailable
from bot.retrying import repeating

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

log = logging.getLogger(__name__)

WAITS_S = (0.2, 1.0, 2.0, 5.0, 10.0, 30.0)
"""Between two tries, the last one repeating."""

_Result = TypeVar("_Result")


async def patiently(attempt: Callable[[], Awaitable[_Result]], waits_s: Sequence[float]) -> _Result:
    """Do it, again and again where the store is unavailable, until it is done or this is cancelled.

    Args:
        attempt: Changes nothing where it raises `StoreUnavailable`.
        waits_s: Between two tries, the last one repeating; empty: the first failure is raised.

    Raises:
        StoreUnavailable: Only without waits.
    """
    waits = repeating(waits_s)
    while True:
        try:
            return await attempt()
        except StoreUnavailable as error:
            if (wait_s := next(waits, None)) is None:
                raise
            log.error("%s; trying again in %g s", error, wait_s)  # noqa: TRY400  the sentence is the operator's
        await asyncio.sleep(wait_s)

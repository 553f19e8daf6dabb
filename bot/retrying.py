"""Which failures of a request to Discord pass by themselves, and how long to wait before the next try."""

from __future__ import annotations

from itertools import chain, repeat
from typing import TYPE_CHECKING

import aiohttp
import discord

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

NOT_DONE = (discord.HTTPException, aiohttp.ClientError, OSError)
"""Discord refused it, or there was no way to it; a time-out is an OSError."""

PASSING = (discord.DiscordServerError, aiohttp.ClientError, OSError)
"""Discord stumbled, or there was no way to it just now: the same request may be taken later. On Linux a connection
reset surfaces at once, because discord.py retries only two other errnos."""

RETRY_DELAYS_S = (1.0, 2.0, 4.0, 8.0, 16.0, 60.0)
"""Between two tries, the last one repeating: an outage of Discord ends, and only a refusal is final."""


def repeating(delays_s: Sequence[float]) -> Iterator[float]:
    """Give these waits one after the other, and the last one for ever; nothing if there are none."""
    return chain(delays_s, repeat(delays_s[-1])) if delays_s else iter(())

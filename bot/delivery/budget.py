"""How often messages may be edited: a few times a channel, and never where Discord said that its bucket is empty.

Discord publishes no numbers and shares some limits between messages of one channel. So what it says in the headers of
its answers is believed, and until it says something, a bound of our own holds.
"""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

import aiohttp

from bot.delivery.global_rate import GlobalRate
from bot.delivery.invalid import InvalidRequests

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from bot.job import Job

BURST, PER_S = 20.0, 2.0
"""Of one channel: so many edits at once, and so many a second after that, which is four jobs at their full pace. Others
observed about one a second where all were made with the bot's own token (Discord.Net issue 2375); most of ours are made
by tokens with a bucket each (discordgo issue 1384)."""

_BUCKET = re.compile(r"/(webhooks/\d+/[^/]+|channels/\d+)/messages/[^/]+$")
_EVERYTHING = "everything"
_KEPT = 1000
"""Entries after which those that no longer say anything are thrown away."""


class EditBudget:
    """Asked before every edit that may be left out; what must go goes, and is counted."""

    def __init__(
        self, *, clock: Callable[[], float] = time.monotonic, left_out: Callable[[], None] = lambda: None
    ) -> None:
        """Prepare; `left_out` is told of every edit for which there is no room."""
        self.invalid = InvalidRequests(clock=clock)
        """Of all requests, not of edits alone."""
        self.rate = GlobalRate(clock=clock)
        """Likewise."""
        self._owed = 0.0  # of an edit, where only a share of them may go
        self._clock = clock
        self._left_out = left_out
        self._room: dict[int, tuple[float, float]] = {}  # of each channel: edits left, and when that was worked out
        self._empty: dict[str, float] = {}  # buckets by name, and when they are full again

    def take(self, job: Job) -> bool:
        """Count an edit of this job's message if there is room for one; False: leave it out."""
        if not self._has_room(job):
            self._left_out()
            return False
        self.count(job)
        return True

    def _has_room(self, job: Job) -> bool:
        now = self._clock()
        if any(self._empty.get(name, now) > now for name in _buckets(job)):
            return False
        if self._left(job.channel_id) < 1.0:
            return False
        self._owed = min(self._owed + min(self.invalid.share, self.rate.share), 1.0)
        if self._owed < 1.0:
            return False
        self._owed = 0.0
        return True

    def count(self, job: Job) -> None:
        """Count an edit that is made whether there is room or not."""
        if len(self._room) > _KEPT:
            self._room = {channel: room for channel, room in self._room.items() if self._left(channel) < BURST}
        self._room[job.channel_id] = max(self._left(job.channel_id) - 1.0, 0.0), self._clock()

    def _left(self, channel_id: int) -> float:
        now = self._clock()
        left, at = self._room.get(channel_id, (BURST, now))
        return min(left + (now - at) * PER_S, BURST)

    def learn(self, path: str, status: int, headers: Mapping[str, str]) -> None:
        """Read from Discord's answer to an edit how much is left.

        Args:
            path: Of the address that was asked.
            status: 429 is too many.
            headers: The ``X-RateLimit-…`` ones are described in the developer documentation, Rate Limits.
        """
        match = _BUCKET.search(path)
        limited = status == 429  # noqa: PLR2004  HTTP
        if match is None or not (limited or headers.get("X-RateLimit-Remaining") == "0"):
            return
        is_global = limited and "X-RateLimit-Global" in headers
        wait = headers.get("X-RateLimit-Reset-After") or headers.get("Retry-After") or "1"
        now = self._clock()
        if len(self._empty) > _KEPT:
            self._empty = {name: until for name, until in self._empty.items() if until > now}
        self._empty[_EVERYTHING if is_global else match[1]] = now + float(wait)

    def trace(self) -> aiohttp.TraceConfig:
        """Make what lets `learn` see every answer that discord.py gets."""

        async def on_request_end(_session: object, _context: object, end: aiohttp.TraceRequestEndParams) -> None:
            self.invalid.heed(end.response.status, end.response.headers)
            self.rate.heed(end.url.path)
            if end.method == "PATCH":
                self.learn(end.url.path, end.response.status, end.response.headers)

        trace = aiohttp.TraceConfig()
        trace.on_request_end.append(on_request_end)
        return trace


def _buckets(job: Job) -> Iterable[str]:
    yield _EVERYTHING
    yield f"webhooks/{job.application_id}/{job.interaction_token}"
    yield f"channels/{job.channel_id}"

"""Rate limits: a bucket for each route and its main parameter, and fifty calls a second for the whole bot.

Discord does not publish its numbers; these are of the size that client libraries have observed. The gaps are real
time, not the movable clock's, because the client really waits.
"""

from __future__ import annotations

import math
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.rules.protocol import Json

GLOBAL_LIMIT = 50
"""Calls with the bot's token in a second (documentation, "Global Rate Limit")."""
_DEFAULT = (20, 1.0)
_LIMITS = {
    "POST /channels/{channel_id}/messages": (5, 5.0),
    "PATCH /channels/{channel_id}/messages/{message_id}": (5, 5.0),
    "DELETE /channels/{channel_id}/messages/{message_id}": (5, 1.0),
    "PUT /applications/{application_id}/commands": (5, 20.0),
}
"""Calls, and the seconds that they are counted in."""
_OF_WEBHOOK = (5, 2.0)
"""All calls with one interaction's token together."""
_MOST_BUCKETS = 20_000


@dataclass(slots=True)
class _Bucket:
    limit: int
    window_s: float
    resets_at: float
    left: int

    def take(self, now: float) -> bool:
        if now >= self.resets_at:
            self.left, self.resets_at = self.limit, now + self.window_s
        if self.left == 0:
            return False
        self.left -= 1
        return True


@dataclass(frozen=True, slots=True)
class RateVerdict:
    headers: dict[str, str]
    retry_after_s: float | None = None
    """Not None: refused."""
    is_global: bool = False

    def body(self) -> Json:
        return limited_body(self.retry_after_s or 0.0, is_global=self.is_global)


UNCOUNTED = RateVerdict({})


def limited_body(retry_after_s: float, *, is_global: bool) -> Json:
    return {"message": "You are being rate limited.", "retry_after": round(retry_after_s, 3), "global": is_global}


def limited_headers(retry_after_s: float, *, scope: str, via: bool = True) -> dict[str, str]:
    """Give the headers of a 429; `scope` is ``user``, ``global`` or ``shared``."""
    headers = {"Retry-After": str(math.ceil(retry_after_s)), "X-RateLimit-Scope": scope}
    if scope == "global":
        headers["X-RateLimit-Global"] = "true"
    if via:
        headers["Via"] = "1.1 local"
    return headers


class RateLimits:
    def __init__(self, monotonic: Callable[[], float], now: Callable[[], float] = time.time) -> None:
        """`monotonic` measures the gaps; `now`, seconds since 1970, says in the headers when they end."""
        self._monotonic = monotonic
        self._now = now
        self._buckets: dict[str, _Bucket] = {}
        self._all = _Bucket(GLOBAL_LIMIT, 1.0, 0.0, GLOBAL_LIMIT)

    def take(self, route: str, major: str, *, of_bot: bool) -> RateVerdict:
        """Count a call.

        Args:
            route: Method and template.
            major: What the bucket is for beside the route: channel, guild or token.
            of_bot: Sent with the bot's own token; interaction and webhook calls are outside the global limit.
        """
        now = self._monotonic()
        if of_bot and not self._all.take(now):
            wait_s = self._all.resets_at - now
            return RateVerdict(limited_headers(wait_s, scope="global"), wait_s, is_global=True)
        webhook = "/webhooks/" in route
        if "/callback" in route:
            return UNCOUNTED
        key = f"{'webhook' if webhook else route} {major}"
        bucket = self._buckets.get(key)
        if bucket is None:
            self._prune(now)
            limit, window_s = _OF_WEBHOOK if webhook else _LIMITS.get(route, _DEFAULT)
            bucket = self._buckets[key] = _Bucket(limit, window_s, 0.0, limit)
        free = bucket.take(now)
        wait_s = bucket.resets_at - now
        headers = {
            "X-RateLimit-Limit": str(bucket.limit),
            "X-RateLimit-Remaining": str(bucket.left),
            "X-RateLimit-Reset": f"{self._now() + wait_s:.3f}",
            "X-RateLimit-Reset-After": f"{wait_s:.3f}",
            "X-RateLimit-Bucket": f"{crc32(('webhook' if webhook else route).encode()):08x}",
        }
        if free:
            return RateVerdict(headers)
        return RateVerdict(headers | limited_headers(wait_s, scope="user"), wait_s)

    def _prune(self, now: float) -> None:
        if len(self._buckets) > _MOST_BUCKETS:
            self._buckets = {key: one for key, one in self._buckets.items() if one.resets_at > now}

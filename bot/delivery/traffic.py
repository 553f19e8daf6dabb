"""What goes between the bot and Discord over HTTP, counted by kind and outcome; how long people wait for an answer."""

from __future__ import annotations

import re
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    import aiohttp

    from bot.measures import BotMeasures

_KINDS = (
    ("interaction", re.compile(r"/interactions/(?P<interaction>\d+)/[^/]+/callback$")),
    ("edit", re.compile(r"/(webhooks|channels)/\d+(/[^/]+)?/messages/[^/]+$")),
    ("message", re.compile(r"/(webhooks/\d+/[^/]+|channels/\d+/messages)$")),
    ("commands", re.compile(r"/applications/\d+/(guilds/\d+/)?commands\b")),
    ("gateway", re.compile(r"/gateway(/bot)?$")),
)

_KEPT = 1000
"""Questions whose answer is awaited; of more, those that came first are not measured."""

_RESULTS = {"2xx": "done", "429": "limited", "5xx": "failed", "none": "failed"}


class Traffic:
    """Told of every question and of every answer of Discord's."""

    def __init__(self, measures: BotMeasures, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._measures = measures
        self._clock = clock
        self._asked: dict[int, float] = {}

    def asked(self, interaction_id: int) -> None:
        """Note that somebody waits for an answer."""
        while len(self._asked) >= _KEPT:
            del self._asked[next(iter(self._asked))]
        self._asked[interaction_id] = self._clock()

    def left_out(self) -> None:
        """Note that an edit was not made because there was no room for it."""
        self._measures.edits.add("left_out")

    def answered(self, method: str, path: str, status: int | None) -> None:
        """Count an answer.

        Args:
            method: Of the request.
            path: Of the address.
            status: Of the answer; None: there was none.
        """
        kind, match = next(((kind, match) for kind, form in _KINDS if (match := form.search(path))), ("other", None))
        if kind == "edit" and method != "PATCH":
            kind = "other"
        said = "none" if status is None else "2xx" if status < 300 else "5xx" if status >= 500 else str(status)  # noqa: PLR2004  HTTP
        self._measures.responses.add(kind, said)
        if kind == "edit":
            self._measures.edits.add(_RESULTS.get(said, "refused"))
        if kind == "interaction" and match is not None and said == "2xx":
            asked = self._asked.pop(int(match["interaction"]), None)
            if asked is not None:
                self._measures.ack.add(value=self._clock() - asked)

    def watch(self, trace: aiohttp.TraceConfig) -> aiohttp.TraceConfig:
        """Have a trace tell of every answer."""

        async def on_request_end(_session: object, _context: object, end: aiohttp.TraceRequestEndParams) -> None:
            self.answered(end.method, end.url.path, end.response.status)

        async def on_request_exception(
            _session: object, _context: object, failed: aiohttp.TraceRequestExceptionParams
        ) -> None:
            self.answered(failed.method, failed.url.path, None)

        trace.on_request_end.append(on_request_end)
        trace.on_request_exception.append(on_request_exception)
        return trace

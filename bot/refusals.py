"""Which places refuse what the bot sends there, so that they are left alone until something about them changes.

A refusal is Discord's 400 or 403 that no other way gets round; neither what passes by itself nor what ends one job.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Literal, NamedTuple

import discord

if TYPE_CHECKING:
    from bot.job import Job

log = logging.getLogger(__name__)

MOST = 3
"""In a row: a single one may be about what was sent."""

_KEPT = 10_000
"""Places after which those are forgotten that refused longest ago."""


class RefusingPlace(NamedTuple):
    """What may refuse; who may not write in a channel may well change what stands there already."""

    what: Literal["edits", "words"]
    id: int
    """Of a channel, a private message, or a person for their direct messages."""


class Refusals:
    """Counts by place."""

    def __init__(self) -> None:
        self._places: dict[RefusingPlace, tuple[int, int | None]] = {}  # how often in a row, and in which server

    def closed(self, place: RefusingPlace) -> bool:
        """Tell whether a place is to be left alone."""
        return self._places.get(place, (0, None))[0] >= MOST

    def refused(self, place: RefusingPlace, guild_id: int | None = None) -> None:
        """Count a refusal."""
        times = self._places.pop(place, (0, None))[0] + 1
        self._places[place] = times, guild_id
        if times == MOST:
            log.warning("%s in %d were refused %d times, and are left out until something changes", *place, times)
        if len(self._places) > _KEPT:
            del self._places[next(iter(self._places))]

    def took(self, place: RefusingPlace) -> None:
        """Note that a place took what was sent."""
        self._places.pop(place, None)

    def heed(self, place: RefusingPlace, guild_id: int | None, error: Exception) -> None:
        """Count an error if it is a refusal."""
        if isinstance(error, discord.HTTPException) and error.status in (400, 403):
            self.refused(place, guild_id)

    def asked(self, place_id: int | None) -> None:
        """Note that somebody wants something there: it is tried again."""
        if place_id is not None:
            self.took(RefusingPlace("edits", place_id))
            self.took(RefusingPlace("words", place_id))

    def changed(self, guild_id: int) -> None:
        """Note that rights, roles or channels of a server are not what they were."""
        self._places = {place: known for place, known in self._places.items() if known[1] != guild_id}


def place_of(job: Job) -> RefusingPlace:
    """Name the place of a job's message; a private one stands by itself, for the channel's rights say nothing of it."""
    return RefusingPlace("edits", (job.message_id or 0) if job.private else job.channel_id)

"""What of a job's pictures and previews is kept and shown: each is judged by what it shows, besides what was asked."""

from __future__ import annotations

import logging
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.errors import GenerationFailed, MessageGone, PromptRefused
from bot.safety.gate import Place, previews
from bot.safety.ratings import together
from bot.sentences import ends
from engine import wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    import discord

    from bot.checks.gatekeeper import Gatekeeper
    from bot.config import Rating
    from bot.engine.drawing_engine import Status
    from bot.job import Job, StoredPicture
    from bot.store.pictures import StoredPictures

log = logging.getLogger(__name__)


class Allowed(NamedTuple):
    """What may be shown of a job."""

    pictures: dict[int, bytes]
    """Files by number."""
    stopped: int
    """Pictures of the job that are not among them."""
    spoiler: bool
    """They are shown behind one, by the highest of what was asked for and what is shown."""


class AllowedPreviews(NamedTuple):
    """What may be shown of a job that is being drawn."""

    images: Mapping[int, bytes] = MappingProxyType({})
    """Files by number."""
    spoiler: bool = False
    """They are shown behind one, by the highest that was seen so far."""


class AllowedHere(NamedTuple):
    """What may be shown of a job to somebody where they ask."""

    pictures: tuple[StoredPicture, ...]
    others: int
    """Kept as well, and above what may be shown there."""
    spoiler: bool
    """They are shown behind one there."""


class PictureFilter:
    """Stands between the engine and the spool, and between the spool and Discord."""

    def __init__(self, gatekeeper: Gatekeeper, pictures: StoredPictures, *, rates: bool) -> None:
        """Set up.

        Args:
            gatekeeper: Knows the place as it is now.
            pictures: Keeps what may be kept.
            rates: The configuration says that every picture is rated.
        """
        self._gatekeeper = gatekeeper
        self._pictures = pictures
        self._rates = rates

    def heard(self, status: Status) -> None:
        """Tell the operator about an engine that is not what the configuration says."""
        if self._rates and isinstance(status, wire.Ready) and not status.rates:
            log.error(
                "The engine does not rate its pictures, although engine.rating.by says so: none will be shown. "
                "Start it with the same configuration file as the bot."
            )

    def wants_previews(self, job: Job) -> bool:
        """Tell whether any preview of this job could be shown."""
        return self._rates or job.request.rating == "safe"

    async def previews(self, job: Job, event: wire.Preview, shown: AllowedPreviews) -> AllowedPreviews:
        """Add a preview to those that are shown; one that may not be takes its predecessor away.

        Raises:
            PromptRefused: Nothing of this job may be shown any more; with the sentence for its owner.
        """
        situation = await self._gatekeeper.situation_of(job)
        verdict = await self._gatekeeper.judge_shown(job, situation)
        if not verdict.allowed:
            raise PromptRefused(verdict.sentence)
        images = {number: image for number, image in shown.images.items() if number != event.number}
        if previews(situation, job.request.rating, event.rating).allowed and _is_safe_enough(job, event.rating):
            images[event.number] = event.image
        seen = together(job.request.rating, (event.rating,))
        return AllowedPreviews(images, shown.spoiler or situation.server.spoils(seen))

    async def keep(self, job: Job, event: wire.Picture) -> None:
        """Put a picture into the spool, unless it shows more than may be shown: then it is never stored.

        Raises:
            GenerationFailed: It is not rated, and it should be.
        """
        if self._rates and event.rating is None:
            raise GenerationFailed("rating_failed", "the engine sent a picture without a rating")
        situation = await self._gatekeeper.situation_of(job)
        verdicts = await self._gatekeeper.judge_pictures(job, situation, {event.number: event.rating})
        if not verdicts[event.number].allowed or not _is_safe_enough(job, event.rating):
            log.info("job %s: picture %d, seen as %s, is not kept", job.id, event.number + 1, event.rating)
            return
        await self._pictures.save(
            job.id,
            number=event.number,
            seed=event.seed,
            png=event.png,
            rating=event.rating,
            latents=event.latents,
        )

    async def allowed(self, job: Job) -> Allowed:
        """Read what may be shown of a job in its place as it is now, and drop the rest.

        Raises:
            MessageGone: The place is.
            PromptRefused: Nothing of it may; with the sentence for its owner.
        """
        there = [picture for picture in await self._pictures.of(job.id) if not picture.deleted]
        situation = await self._gatekeeper.situation_of(job)
        verdict = await self._gatekeeper.judge_shown(job, situation)
        if situation.place is Place.GONE:
            raise MessageGone("the channel is gone or closed to the bot", ends.CHANNEL_CLOSED)
        if not verdict.allowed:
            raise PromptRefused(verdict.sentence)
        measured: dict[int, Rating | None] = {picture.number: picture.rating for picture in there}
        verdicts = await self._gatekeeper.judge_pictures(job, situation, measured)
        kept: dict[int, bytes] = {}
        unrated = False
        for picture in there:
            if verdicts[picture.number].allowed:
                kept[picture.number] = await self._pictures.read(picture)
            else:
                log.info("job %s: picture %d, seen as %s, is dropped", job.id, picture.number + 1, picture.rating)
                await self._pictures.discard(job.id, picture.number)
                unrated = unrated or picture.rating is None
        if not kept:
            raise PromptRefused(ends.UNRATED if unrated else ends.nothing_left(job.request.count))
        highest = together(job.request.rating, [measured[number] for number in kept])
        return Allowed(kept, job.request.count - len(kept), situation.server.spoils(highest))

    async def here(self, interaction: discord.Interaction[Any], job: Job) -> AllowedHere:
        """Name the pictures of a job that may be shown where this happens, wherever it was asked for; none is dropped.

        Raises:
            PromptRefused: None of those that are kept may; with the sentence for whoever looks.
        """
        kept = [picture for picture in await self._pictures.of(job.id) if not picture.deleted]
        here = await self._gatekeeper.situation_here(interaction)
        measured: dict[int, Rating | None] = {one.number: one.rating for one in kept}
        shown = await self._gatekeeper.check_pictures(interaction, here, job, measured)
        highest = together(job.request.rating, [measured[number] for number in shown])
        pictures = tuple(picture for picture in kept if picture.number in shown)
        return AllowedHere(pictures, len(kept) - len(shown), here.server.spoils(highest))


def _is_safe_enough(job: Job, seen: Rating | None) -> bool:
    """Tell whether what was drawn of somebody's own picture shows no more than anybody may see."""
    return not job.from_upload or seen == "safe"

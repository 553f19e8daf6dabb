"""What of a job's pictures and previews is kept and shown: each is judged by what it shows, besides what was asked."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, NamedTuple

from bot.errors import GenerationFailed, PromptRefused
from bot.safety.ratings import together
from engine import wire

if TYPE_CHECKING:
    from collections.abc import Mapping

    import discord

    from bot.checks.gatekeeper import Gatekeeper
    from bot.config import Rating
    from bot.engine.drawing_engine import Status
    from bot.job import Job, StoredPicture
    from bot.store.pictures import Pictures

log = logging.getLogger(__name__)

UNRATED = "These pictures were drawn before pictures were rated here, so they are neither shown nor kept."


class Allowed(NamedTuple):
    """What may be shown of a job."""

    pictures: dict[int, bytes]
    """Files by number."""
    stopped: int
    """Pictures of the job that are not among them."""
    rating: Rating
    """The highest of what was asked for and what is shown."""


class AllowedHere(NamedTuple):
    """What may be shown of a job to somebody where they ask."""

    pictures: tuple[StoredPicture, ...]
    others: int
    """Kept as well, and above what may be shown there."""


class PictureFilter:
    """Stands between the engine and the spool, and between the spool and Discord."""

    def __init__(self, gatekeeper: Gatekeeper, pictures: Pictures, *, rates: bool) -> None:
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

    async def preview(self, job: Job, event: wire.Preview, shown: Mapping[int, bytes]) -> dict[int, bytes]:
        """Add a preview to those that are shown; one that may not be takes its predecessor away."""
        others = {number: image for number, image in shown.items() if number != event.number}
        verdict = await self._gatekeeper.judge_preview(job, event.rating)
        return others | {event.number: event.image} if verdict.allowed else others

    async def keep(self, job: Job, event: wire.Picture) -> None:
        """Put a picture into the spool, unless it shows more than may be shown: then it is never stored.

        Raises:
            GenerationFailed: It is not rated, and it should be.
        """
        if self._rates and event.rating is None:
            raise GenerationFailed("rating_failed", "the engine sent a picture without a rating")
        verdicts = await self._gatekeeper.judge_pictures(job, {event.number: event.rating})
        if not verdicts[event.number].allowed:
            log.info("job %s: picture %d, seen as %s, is not kept", job.id, event.number + 1, event.rating)
            return
        await self._pictures.save(job.id, number=event.number, seed=event.seed, png=event.png, rating=event.rating)

    async def allowed(self, job: Job) -> Allowed:
        """Read what may be shown of a job in its place as it is now, and drop the rest.

        Raises:
            PromptRefused: Nothing of it may; with the sentence for its owner.
        """
        kept: dict[int, bytes] = {}
        unrated = False
        there = [picture for picture in await self._pictures.of(job.id) if not picture.deleted]
        verdicts = await self._gatekeeper.judge_pictures(job, {picture.number: picture.rating for picture in there})
        for picture in there:
            if verdicts[picture.number].allowed:
                kept[picture.number] = await self._pictures.read(picture)
            else:
                log.info("job %s: picture %d, seen as %s, is dropped", job.id, picture.number + 1, picture.rating)
                await self._pictures.discard(job.id, picture.number)
                unrated = unrated or picture.rating is None
        if not kept:
            raise PromptRefused(UNRATED if unrated else _nothing_left(job.request.count))
        shown: list[Rating | None] = [picture.rating for picture in there if picture.number in kept]
        return Allowed(kept, job.request.count - len(kept), together(job.request.rating, shown))

    async def here(self, interaction: discord.Interaction[Any], job: Job) -> AllowedHere:
        """Name the pictures of a job that may be shown where this happens, wherever it was asked for; none is dropped.

        Raises:
            PromptRefused: None of those that are kept may; with the sentence for whoever looks.
        """
        kept = [picture for picture in await self._pictures.of(job.id) if not picture.deleted]
        shown = await self._gatekeeper.check_pictures(interaction, job, {one.number: one.rating for one in kept})
        return AllowedHere(tuple(picture for picture in kept if picture.number in shown), len(kept) - len(shown))


def _nothing_left(count: int) -> str:
    came, they = ("The picture", "it is") if count == 1 else (f"All {count} pictures", "they are")
    return (
        f"{came} came out above the rating that is allowed here, so {they} neither shown nor kept. "
        "Another seed or milder words may do."
    )

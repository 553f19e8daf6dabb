"""Vary and Enlarge: from one picture of a job to the request for more of it, on the way of every other request."""

from __future__ import annotations

import asyncio
import io
import logging
from dataclasses import dataclass
from itertools import product
from typing import TYPE_CHECKING, Any

import msgspec
from PIL import Image

from bot.answer import NO_PINGS
from bot.errors import EngineError, InvalidRequest, StoreError
from bot.follow_up import Kind, drawn_again, follow_up
from bot.prompt.completion import options_of
from bot.queue.ticket import cost_of, counted
from bot.request import Parent, size_of, words_of_options
from bot.routes import Route, on_press
from bot.sentences import ends, uploads
from bot.sentences import more as says
from bot.sentences.joined import in_a_row
from bot.views.buttons import of_job
from bot.views.more import MAKE, WAYS, question
from engine.regions import MOST, worth_it
from engine.wire import Pixels

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence

    import discord

    from bot.actions.imagine import RequestBuilder
    from bot.checks.gatekeeper import Gatekeeper
    from bot.config import Limits, Rating
    from bot.job import Job, StoredPicture
    from bot.request import Request
    from bot.sentences.sentence import Sentence
    from bot.store import Store
    from engine.wire import Box, Described

log = logging.getLogger(__name__)

LOOK_S = 1.5
"""For a look at a picture before the press is answered: Discord waits for three seconds."""


@dataclass(kw_only=True, eq=False)
class MoreOfOne:
    """Everything is looked up and judged again at every press: a question may be older than what holds now."""

    gatekeeper: Gatekeeper
    store: Store
    imagine: RequestBuilder
    """Draws what was pressed."""
    limits: Limits
    draw_seed: Callable[[], int]
    describe: Callable[[Pixels], Awaitable[Described]]
    """Has the engine look at a picture."""

    def routes(self) -> list[Route]:
        """Hand in both questions, and what is pressed in them."""
        return [
            on_press(of_job("vary"), self.vary),
            on_press(of_job("enlarge"), self.enlarge),
            on_press(of_job("extend"), self.extend),
            on_press(of_job("detail"), self.detail),
            on_press(MAKE, self.make),
        ]

    async def vary(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Ask how much, and of which picture."""
        await self._ask(interaction, job_id, WAYS["vary"])

    async def enlarge(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Ask how far, and which picture."""
        await self._ask(interaction, job_id, WAYS["enlarge"])

    async def extend(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Ask where it is to go on, and which picture."""
        await self._ask(interaction, job_id, WAYS["extend"])

    async def detail(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Ask what is drawn over at full size, and of which picture."""
        await self._ask(interaction, job_id, WAYS["detail"])

    async def make(self, interaction: discord.Interaction[Any], job_id: str, kind: Kind, number: str) -> None:
        """Draw it, as the presser's own.

        Raises:
            Refused: Nothing was queued; the message says why.
        """
        job, pictures = await self._pictures(interaction, job_id)
        picture = next((one for one in pictures if one.number == int(number)), None)
        if picture is None:
            raise InvalidRequest(says.NOT_THERE)
        given = "" if job.user_id == interaction.user.id else words_of_options(options_of(job.request))
        faces = await self._faces(picture) if kind == "detail_face" else ()
        guessed = (uploads.FACE_IS_GUESSED,) if kind == "detail_face" and not faces else ()
        request = self._request(job, kind, picture, faces)
        await self.imagine.ask_again(interaction, request, given=given, notes=guessed)

    async def _ask(self, interaction: discord.Interaction[Any], job_id: str, kinds: Sequence[Kind]) -> None:
        job, pictures = await self._pictures(interaction, job_id)
        ways: dict[Kind, Sentence] = {}
        refused: InvalidRequest | None = None
        for kind, picture in product(kinds, pictures):
            if kind in ways:
                continue
            try:
                ways[kind] = _explained(kind, job.request, self._request(job, kind, picture))
            except InvalidRequest as error:  # of this picture perhaps nothing is left, and of the next one all
                refused = refused or error
        if refused and not ways:
            raise refused
        view = question(job, ways, [one.number for one in pictures])
        await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=NO_PINGS)

    async def _faces(self, picture: StoredPicture) -> tuple[Box, ...]:
        """Find the faces that are worth it, where that takes no longer than an answer may; empty: none was seen.

        Raises:
            InvalidRequest: All that were seen are drawn well enough.
        """
        try:
            async with asyncio.timeout(LOOK_S):
                pixels = await asyncio.to_thread(_pixels_of, await self.store.pictures.read(picture))
                described = await self.describe(pixels)
        except (TimeoutError, EngineError, StoreError) as error:
            log.info("nobody looked for faces: %r", error)
            return ()
        found = described.faces or ()
        worth = worth_it(found, pixels.width, pixels.height)
        if found and not worth:
            raise InvalidRequest(says.FACES_LARGE)
        return worth

    def _request(self, job: Job, kind: Kind, picture: StoredPicture, faces: Sequence[Box] = ()) -> Request:
        """Make the request, unless it is known already that there is nothing left to begin it with."""
        parent = Parent(job_id=job.id, number=picture.number, link=job.link)
        limits = self.limits
        more = follow_up(
            kind,
            job.request,
            parent,
            draw_seed=self.draw_seed,
            max_count=limits.max_count,
            max_steps=limits.max_steps,
            faces=faces,
        )
        more = msgspec.structs.replace(more, from_upload=more.from_upload or job.from_upload)
        gone = more.strength is not None and picture.deleted
        if gone and (more.strength or not drawn_again(more, job.request)):
            raise InvalidRequest(ends.PARENT_GONE)
        return more

    async def _pictures(self, interaction: discord.Interaction[Any], job_id: str) -> tuple[Job, list[StoredPicture]]:
        """Look up of which pictures this person may make more here, in order; there is one at least.

        Raises:
            Refused: Of none; the message says why.
        """
        job = await self.store.jobs.get(job_id)
        if job is None or (job.private and job.user_id != interaction.user.id):  # nobody else ever saw its button
            raise InvalidRequest(says.NO_RECORD)
        await self.gatekeeper.check_starts(interaction, job.user_id)
        pictures = await self.store.pictures.of(job.id)
        measured: dict[int, Rating | None] = {picture.number: picture.rating for picture in pictures}
        if not measured:
            raise InvalidRequest(says.NOT_THERE)
        here = await self.gatekeeper.situation_here(interaction)
        allowed = await self.gatekeeper.check_pictures(interaction, here, job, measured)
        return job, [picture for picture in pictures if picture.number in allowed]


def _explained(kind: Kind, request: Request, more: Request) -> Sentence:
    times = cost_of(more) * request.count / cost_of(request)
    if kind == "detail_face" and more.change is not None:  # how many there are is looked up when it is pressed
        change = msgspec.structs.replace(more.change, details=more.change.details * MOST)
        crowd = counted(msgspec.structs.replace(more, change=change))
        explained = says.faces_explained(*size_of(more), times)
        return in_a_row((explained, says.most_faces(MOST, crowd), uploads.FACE_IS_GUESSED))
    explained = says.explained(kind, more.count, *size_of(more), times)
    return in_a_row((explained, says.counts_as(counted(more)))) if counted(more) > more.count else explained


def _pixels_of(data: bytes) -> Pixels:
    with Image.open(io.BytesIO(data)) as image:
        return Pixels(width=image.width, height=image.height, values=image.convert("RGB").tobytes())

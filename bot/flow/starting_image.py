"""What the engine is given to begin a job with: a picture of ours or somebody's, and what of it changes."""

from __future__ import annotations

import asyncio
import io
import logging
from typing import TYPE_CHECKING, NamedTuple

from PIL import Image

from bot.errors import EngineDied, EngineError, GenerationFailed, PictureLost, PromptRefused
from bot.follow_up import drawn_again
from bot.sentences import uploads
from engine import extending, wire
from engine.marking import OF_A_PERSON, marked, without_tails

if TYPE_CHECKING:
    from bot.engine.drawing_engine import DrawingEngine
    from bot.job import Job, StoredPicture
    from bot.request import Change, Parent
    from bot.store import Store
    from bot.store.inputs import StoredInput

log = logging.getLogger(__name__)

LOOK_S = 60.0
"""For one look of the engine at a picture: it has others before it."""


class Beginning(NamedTuple):
    """What a command says of what it begins with."""

    start: wire.Start | None = None
    """None: noise."""
    repaint: wire.Repaint | None = None
    details: tuple[wire.Box, ...] = ()


class StartingImages:
    """Looks in the store, and lets the engine look at what somebody brought before anything is drawn from it."""

    def __init__(self, store: Store, engine: DrawingEngine) -> None:
        """Be patient, as the store is that is given: nobody waits for an answer here."""
        self._store = store
        self._engine = engine

    async def of(self, job: Job) -> Beginning:
        """Find what a job begins with: noise too where so much of its parent is gone that it has to be drawn again.

        Raises:
            PictureLost: There is nothing left to begin with, and drawing again would make another picture.
            PromptRefused: What its asker brought is nothing to draw from; with the sentence for them.
            EngineError: The engine could not look at it, or died of it.
        """
        request = job.request
        if request.strength is None:
            return Beginning()
        if request.image is not None:
            pixels = await self._brought(job, request.image.sha256)
            return await self._changed(job, pixels, request.change, request.strength)
        if request.parent is None:
            return Beginning()
        if request.change is not None:
            pixels = await self._whole(request.parent)
            if pixels is None:
                raise PictureLost(f"job {job.id}: what {request.parent.job_id} drew is gone")
            return await self._changed(job, pixels, request.change, request.strength)
        image = await self._image(request.parent, request.sampling)
        if image is not None:
            return Beginning(wire.Start(image=image, strength=request.strength))
        parent = await self._store.jobs.get(request.parent.job_id)
        if request.strength or parent is None or not drawn_again(request, parent.request):
            raise PictureLost(f"job {job.id}: picture {request.parent.number + 1} of {request.parent.job_id} is gone")
        log.info("job %s: nothing of its parent's picture is left, so it is drawn again first", job.id)
        return Beginning()

    # What somebody brought

    async def _brought(self, job: Job, sha256: str) -> wire.Pixels:
        kept = await self._store.inputs.get(job.user_id, sha256)
        if kept is None:
            raise PromptRefused(uploads.INPUT_GONE)
        try:
            pixels = await asyncio.to_thread(_pixels_of, await self._store.inputs.read(kept))
        except PictureLost as error:
            raise PromptRefused(uploads.INPUT_GONE) from error
        if kept.rating is None:
            kept = await self._looked_at(kept, pixels)
        if kept.withheld or kept.rating != "safe":
            log.info("job %s: what it was to begin with is not safe", job.id)
            raise PromptRefused(uploads.NOT_SAFE)
        return pixels

    async def _looked_at(self, kept: StoredInput, pixels: wire.Pixels) -> StoredInput:
        described = await self._describe(pixels)
        if described.rating is None:
            raise PromptRefused(uploads.NEEDS_TAGGER)
        return await self._store.inputs.rated(kept, described.rating, withheld=described.withheld)

    async def _describe(self, pixels: wire.Pixels) -> wire.Described:
        try:
            async with asyncio.timeout(LOOK_S):
                return await self._engine.describe(pixels)
        except (TimeoutError, GenerationFailed) as error:
            log.warning("a picture could not be looked at: %r", error)
            raise PromptRefused(uploads.NOT_CHECKED) from error

    # What of it changes

    async def _changed(self, job: Job, pixels: wire.Pixels, change: Change | None, strength: float) -> Beginning:
        start = wire.Start(image=pixels, strength=strength)
        if change is None:
            return Beginning(start)
        if change.details:
            return Beginning(start, details=change.details)
        if change.direction is not None:
            large = await asyncio.to_thread(
                extending.extend, pixels.width, pixels.height, pixels.values, change.direction
            )
            image = wire.Pixels(width=large.width, height=large.height, values=large.values)
            repaint = wire.Repaint(mask=large.mask, joint=extending.JOINT, feather=0)
            return Beginning(wire.Start(image=image, strength=strength), repaint)
        if change.mask is not None:
            return Beginning(start, wire.Repaint(mask=await self._mask(job, change.mask, pixels)))
        faces: tuple[wire.Box, ...] = ()
        if change.area in OF_A_PERSON:
            faces = await self._faces(pixels)
        area = change.area or "centre"
        mask = await asyncio.to_thread(marked, area, pixels.width, pixels.height, faces)
        return Beginning(start, wire.Repaint(mask=mask))

    async def _mask(self, job: Job, sha256: str, pixels: wire.Pixels) -> bytes:
        kept = await self._store.inputs.get(job.user_id, sha256)
        if kept is None:
            raise PromptRefused(uploads.INPUT_GONE)
        try:
            data = await self._store.inputs.read(kept)
        except PictureLost as error:
            raise PromptRefused(uploads.INPUT_GONE) from error
        return await asyncio.to_thread(_mask_of, data, (pixels.width, pixels.height))

    async def _faces(self, pixels: wire.Pixels) -> tuple[wire.Box, ...]:
        """Find faces, where something looks for them; else they are where they usually are."""
        try:
            return (await self._describe(pixels)).faces or ()
        except EngineDied:
            raise
        except (EngineError, PromptRefused) as error:
            log.info("nobody looked for faces: %s", error)
            return ()

    # What we drew

    async def _image(self, parent: Parent, sampling: wire.SamplingParams) -> wire.Latents | wire.Pixels | None:
        picture = await self._picture(parent)
        if picture is None:
            return None
        kept = await self._store.pictures.latents(picture)
        if kept is not None:
            return kept
        pixels = await self._whole(parent)
        fits = pixels is not None and (pixels.width, pixels.height) == (sampling.width, sampling.height)
        return pixels if fits else None  # else it was made smaller to be shown

    async def _whole(self, parent: Parent) -> wire.Pixels | None:
        """Read the picture itself; None: it is gone or damaged."""
        picture = await self._picture(parent)
        if picture is None:
            return None
        try:
            return await asyncio.to_thread(_pixels_of, await self._store.pictures.read(picture))
        except PictureLost:
            return None

    async def _picture(self, parent: Parent) -> StoredPicture | None:
        pictures = await self._store.pictures.of(parent.job_id)
        return next((one for one in pictures if one.number == parent.number and not one.deleted), None)


def _pixels_of(data: bytes) -> wire.Pixels:
    with Image.open(io.BytesIO(data)) as image:
        return wire.Pixels(width=image.width, height=image.height, values=image.convert("RGB").tobytes())


def _mask_of(data: bytes, size: tuple[int, int]) -> bytes:
    with Image.open(io.BytesIO(data)) as image:
        mask = image.convert("L")
        if mask.size != size:
            mask = mask.resize(size, Image.Resampling.BILINEAR).point(without_tails)
        return mask.tobytes()

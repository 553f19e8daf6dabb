"""What the engine is given to begin a follow-up with: the latents of its parent's picture, else its pixels."""

from __future__ import annotations

import asyncio
import io
import logging
from typing import TYPE_CHECKING

from PIL import Image

from bot.errors import PictureLost
from bot.follow_up import drawn_again
from engine import wire

if TYPE_CHECKING:
    from bot.job import Job, StoredPicture
    from bot.request import Parent
    from bot.store import Store

log = logging.getLogger(__name__)


class StartingImages:
    """Looks in the store."""

    def __init__(self, store: Store) -> None:
        """Be patient, as the store is that is given: nobody waits for an answer here."""
        self._store = store

    async def of(self, job: Job) -> wire.Start | None:
        """Find what a job begins with; None: noise, or so much of its parent is gone that it has to be drawn again.

        Raises:
            PictureLost: There is nothing left to begin with, and drawing again would make another picture.
        """
        request = job.request
        if request.parent is None or request.strength is None:
            return None
        image = await self._image(request.parent, request.sampling)
        if image is not None:
            return wire.Start(image=image, strength=request.strength)
        parent = await self._store.jobs.get(request.parent.job_id)
        if request.strength or parent is None or not drawn_again(request, parent.request):
            raise PictureLost(f"job {job.id}: picture {request.parent.number + 1} of {request.parent.job_id} is gone")
        log.info("job %s: nothing of its parent's picture is left, so it is drawn again first", job.id)
        return None

    async def _image(self, parent: Parent, sampling: wire.SamplingParams) -> wire.Latents | wire.Pixels | None:
        pictures = self._store.pictures
        kept = (one for one in await pictures.of(parent.job_id) if one.number == parent.number and not one.deleted)
        picture = next(kept, None)
        if picture is None:
            return None
        return await pictures.latents(picture) or await self._pixels(picture, sampling)

    async def _pixels(self, picture: StoredPicture, sampling: wire.SamplingParams) -> wire.Pixels | None:
        """Read the picture itself; None: it is damaged, or it was made smaller to be shown."""
        try:
            data = await self._store.pictures.read(picture)
        except PictureLost:
            return None
        return await asyncio.to_thread(_decoded, data, sampling)


def _decoded(data: bytes, sampling: wire.SamplingParams) -> wire.Pixels | None:
    with Image.open(io.BytesIO(data)) as image:
        if image.size != (sampling.width, sampling.height):
            return None
        return wire.Pixels(width=image.width, height=image.height, values=image.convert("RGB").tobytes())

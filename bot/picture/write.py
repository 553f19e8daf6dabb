"""A picture of ours in another form: the recipe and the mark of a machine-made picture go along."""

from __future__ import annotations

import asyncio
import io
from typing import TYPE_CHECKING, Literal

from PIL import Image

from bot.picture import exif
from bot.picture.read import parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

Form = Literal["lossless webp", "webp", "jpeg"]

_SAVED: Mapping[Form, Mapping[str, object]] = {
    "lossless webp": {"format": "WEBP", "lossless": True},
    "webp": {"format": "WEBP", "quality": 92},
    "jpeg": {"format": "JPEG", "quality": 92, "subsampling": 0},
}
"""Colour at full resolution in JPEG: thin red lines are what drawings are made of."""


async def repack(png: bytes, form: Form) -> bytes:
    """Write a PNG of the engine's in another form, in a thread of its own.

    The XMP packet with IPTC's ``trainedAlgorithmicMedia`` is handed on as the engine wrote it. JPEG's EXIF ends at
    64 KiB, that is about 32,000 characters, which is three times what two prompts can have.
    """
    return await asyncio.to_thread(_repack, png, form)


def _repack(png: bytes, form: Form) -> bytes:
    recipe = parameters(png)
    buffer = io.BytesIO()
    with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
        carried = {"xmp": image.info["xmp"]} if "xmp" in image.info else {}
        if recipe is not None:
            carried["exif"] = exif.build(recipe)
        image.convert("RGB").save(buffer, **_SAVED[form], **carried)
    return buffer.getvalue()

"""A picture of ours in another form: the recipe and the mark of a machine-made picture go along."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

from PIL import Image

from bot.picture import exif
from bot.picture.read import parameters

if TYPE_CHECKING:
    from collections.abc import Mapping

Form = Literal["lossless webp", "webp", "jpeg"]

_SAVED: Mapping[Form, Mapping[str, Any]] = {
    "lossless webp": {"format": "WEBP", "lossless": True, "method": 2},
    "webp": {"format": "WEBP"},
    "jpeg": {"format": "JPEG", "subsampling": 0},
}
"""Colour at full resolution in JPEG: thin red lines are what drawings are made of. WebP's usual method, 4, takes a
quarter longer without loss than 2, for files of the same size."""

QUALITY = 92


class Opened(NamedTuple):
    """A PNG of the engine's, decoded, and what goes along into every other form."""

    image: Image.Image
    carried: Mapping[str, Any]

    @classmethod
    def of(cls, png: bytes) -> Opened:
        """Decode a picture; the XMP packet with IPTC's ``trainedAlgorithmicMedia`` is as the engine wrote it."""
        recipe = parameters(png)
        carried: dict[str, Any] = {}
        with Image.open(io.BytesIO(png), formats=("PNG",)) as image:
            if "xmp" in image.info:
                carried["xmp"] = image.info["xmp"]
            if recipe is not None:
                carried["exif"] = exif.build(recipe)
            return cls(image.convert("RGB"), carried)

    def write(self, form: Form, quality: int = QUALITY) -> bytes:
        """Encode it; the quality, up to 100, is nothing to what is lossless.

        JPEG's EXIF ends at 64 KiB, that is about 32,000 characters, which is three times what two prompts can have.
        """
        buffer = io.BytesIO()
        setting: dict[str, Any] = {} if form == "lossless webp" else {"quality": quality}
        self.image.save(buffer, **_SAVED[form], **setting, **self.carried)
        return buffer.getvalue()

"""A picture or a mask that somebody brought, as it is kept: pixels in a file of ours, and nothing else of it."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.errors import InvalidRequest
from bot.sentences import uploads as says

if TYPE_CHECKING:
    from PIL.Image import Image

LEVEL = 1
"""Of PNG's compression: it has a second in all."""


class BroughtPicture(Struct, frozen=True, kw_only=True):
    """What is kept."""

    width: int
    height: int
    png: bytes
    """Of the size at which it is worked on, without metadata."""


def of_picture(data: bytes) -> BroughtPicture:
    """Read a picture.

    Raises:
        InvalidRequest: It cannot be worked on, with a sentence that says why.
    """
    from PIL import Image

    from engine.working_picture import UnusablePicture, read

    try:
        picture = read(data)
    except UnusablePicture as error:
        raise InvalidRequest(says.unusable(error.reason)) from error
    return _kept(Image.frombytes("RGB", (picture.width, picture.height), picture.values))


def of_mask(data: bytes) -> BroughtPicture:
    """Read a mask, white where a picture is drawn anew; it is brought to that picture's size when it is used.

    Raises:
        InvalidRequest: As `of_picture`; or it marks nothing.
    """
    from PIL import Image

    from engine.working_picture import UnusablePicture, read_whole_mask

    try:
        width, height, values = read_whole_mask(data)
    except UnusablePicture as error:
        raise InvalidRequest(says.unusable(error.reason)) from error
    return _kept(Image.frombytes("L", (width, height), values))


def _kept(image: Image) -> BroughtPicture:
    file = io.BytesIO()
    image.save(file, "PNG", compress_level=LEVEL)
    return BroughtPicture(width=image.width, height=image.height, png=file.getvalue())

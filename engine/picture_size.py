"""How large a picture may be, and where a part of it is; in pixels, and pure."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

SIDE_STEP = 8
"""Every side is a multiple of it: what SDXL's VAE divides by."""

MAX_SIDE = 3072
MAX_PIXELS = 2048 * 2048
"""Of a picture: every size of the model card may be twice as wide and as high."""

Side: TypeAlias = Annotated[int, Meta(ge=64, le=MAX_SIDE, multiple_of=SIDE_STEP)]


class Box(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A part of a picture, in pixels from its upper left corner."""

    left: Annotated[int, Meta(ge=0, lt=MAX_SIDE)]
    top: Annotated[int, Meta(ge=0, lt=MAX_SIDE)]
    width: Annotated[int, Meta(ge=1, le=MAX_SIDE)]
    height: Annotated[int, Meta(ge=1, le=MAX_SIDE)]

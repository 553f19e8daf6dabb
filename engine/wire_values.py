"""What commands and events of the wire are made of alike: ids and names, ratings, pictures."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from engine.picture_size import MAX_SIDE, Side

JobId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]

MAX_WORKER_ID = 64
"""Characters."""

WorkerId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_WORKER_ID)]

ENGINE: WorkerId = "engine"
"""What an engine calls the only worker that it is; those behind a front are called otherwise."""

MAX_CHANNELS = 16
"""Of latents: SDXL's have 4, and no VAE of its class more than this."""

LATENT_BYTES, PIXEL_BYTES = 2, 3
"""Of each number of latents, and of each pixel."""

ModelName: TypeAlias = Annotated[str, Meta(max_length=80, pattern=r"^([A-Za-z0-9][A-Za-z0-9 ._+-]*)?$")]
"""A checkpoint's in the engine's configuration; "": the one that it begins with."""

MAX_LORA_NAME = 100

LoraName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_LORA_NAME)]
"""Its file's in the engine's folder, without the ending."""

Share: TypeAlias = Annotated[float, Meta(ge=0.0, le=1.0)]

Rating: TypeAlias = Literal["safe", "sensitive", "nsfw", "explicit"]
"""The model's own words, from what anybody may see to what few may."""

Origin: TypeAlias = Literal["noise", "latents", "pixels"]
"""What a picture begins with."""


class Latents(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """A picture as the sampler has it, before the VAE decodes it: 126 kB at 832×1216."""

    channels: Annotated[int, Meta(ge=1, le=MAX_CHANNELS)]
    height: Annotated[int, Meta(ge=1, le=MAX_SIDE)]
    """Not pixels: of what the VAE divides a picture by."""
    width: Annotated[int, Meta(ge=1, le=MAX_SIDE)]
    values: bytes
    """float16, little-endian: channels × height × width numbers, as they lie in memory."""


class Pixels(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """A picture as it is seen."""

    width: Side
    height: Side
    values: bytes
    """Red, green and blue of each pixel, a byte each, row after row from the top."""

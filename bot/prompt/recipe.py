"""A recipe as a value: what a picture or a text says of how a picture was made, whichever program wrote it."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

WeightSyntax = Literal["", "webui", "novelai", "comfyui", "invokeai"]
"""Whose way to write weights; "": nobody says, and the text itself has to."""


class Resource(Struct, frozen=True):
    """What was drawn with besides a checkpoint: a LoRA, an embedding, a VAE."""

    kind: str
    """As a sentence calls it: ``LoRA``."""
    name: str
    """As the recipe names it; "": it has no more than a number."""
    version: str = ""
    """Civitai's number of it, where the recipe says no name."""


class Recipe(Struct, frozen=True, kw_only=True):
    """What the text says, nothing judged; None or "": it does not say."""

    program: str = ""
    """Whose recipe it is, as its makers write the name; "": a text without settings."""
    dialect: WeightSyntax = ""
    prompt: str = ""
    negative_prompt: str = ""
    steps: int | None = None
    sampler: str = ""
    schedule: str = ""
    """Where the sampler's name does not say it."""
    guidance: float | None = None
    seed: int | None = None
    variation_seed: int | None = None
    """Towards whose noise that of the seed is turned; only together with the strength."""
    variation_strength: float | None = None
    """How far, above 0, at most 1."""
    size: tuple[int, int] | None = None
    """Width and height in pixels."""
    model: str = ""
    model_hash: str = ""
    """The first digits of its SHA-256, as many as are said."""
    resources: tuple[Resource, ...] = ()
    places: tuple[str, ...] = ()
    """Where in the picture each of its characters stands, in words."""
    other: dict[str, str] = {}
    """Every other pair, in the text's order."""

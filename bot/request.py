"""What was asked: options as a person typed them, and the request with every default filled and its seed drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from bot.config import Rating
from engine.cost import PassSize, passes
from engine.extending import JOINT, Direction
from engine.marking import Area
from engine.wire import SEED_LIMIT, Box, ChosenLora, Enlargement, SamplingParams, Variation

if TYPE_CHECKING:
    from collections.abc import Callable

SHAPES: dict[str, tuple[int, int]] = {
    "square 1:1": (1024, 1024),
    "landscape 9:7": (1152, 896),
    "landscape 3:2": (1216, 832),
    "landscape 7:4": (1344, 768),
    "landscape 12:5": (1536, 640),
    "portrait 7:9": (896, 1152),
    "portrait 2:3": (832, 1216),
    "portrait 4:7": (768, 1344),
    "portrait 5:12": (640, 1536),
}
"""Width and height in pixels of the nine sizes of the model card."""


class Input(Struct, frozen=True, kw_only=True):
    """A picture that somebody brought, by what is kept of it."""

    sha256: str
    width: int
    """Pixels."""
    height: int


class Parent(Struct, frozen=True, kw_only=True):
    """The picture that more is made of."""

    job_id: str
    number: int
    """Which picture of that job, from 0."""
    link: str = ""
    """To the message that showed it; "": only one person saw that."""


class Change(Struct, frozen=True, kw_only=True):
    """Which part of a picture is drawn anew; one of these is said."""

    area: Area | None = None
    """A word for it."""
    mask: str | None = None
    """The checksum of a mask that somebody brought."""
    direction: Direction | None = None
    """It goes on beyond this edge; `sampling` has the size of the larger canvas."""
    details: tuple[Box, ...] = ()
    """Each is drawn over at full size."""


class Options(Struct, frozen=True, kw_only=True):
    """What a person typed or chose, unchecked; None: the option was left out."""

    subject: str | None = None
    character: str | None = None
    series: str | None = None
    rating: str | None = None
    prompt: str | None = None
    """Free words or tags; `bot.prompt.taking_out` makes the fields around it of them."""
    tags: str | None = None
    more_tags: str | None = None
    shape: str | None = None
    """One of `SHAPES` by name."""
    count: int | None = None
    seed: int | None = None
    variation_seed: int | None = None
    """Towards whose noise that of `seed` is turned, for the first picture; the next ones count up."""
    variation_strength: float | None = None
    """How far; None: it is no variation. It comes with a recipe and cannot be typed."""
    negative: str | None = None
    quality: str | None = None
    negative_preset: str | None = None
    year: int | None = None
    style: str | None = None
    steps: int | None = None
    guidance: float | None = None
    sampler: str | None = None
    private: bool | None = None
    model: str | None = None
    """The checkpoint, as people read it; "": the one that the engine begins with."""
    draft: bool | None = None
    """In few steps, by what the operator says of drafts."""
    lora: str | None = None
    """``name:0.8; other:0.6:0.4``: names, how strongly each changes the UNet, and the text encoders."""
    image: Input | None = None
    """What somebody brought to begin with."""
    parent: Parent | None = None
    """The picture of ours to begin with."""
    size: tuple[int, int] | None = None
    """Its width and height in pixels, which no shape may have."""
    strength: float | None = None
    """How much of either is drawn anew, 0 … 1."""
    change: Change | None = None
    """Which part of it; None: all."""
    from_upload: bool | None = None
    """As in `Request`."""


class Request(Struct, frozen=True, kw_only=True):
    """A complete wish; stored as JSON with its job, so that a reroll years later can start from it.

    The text fields hold what the person wrote (dynamic prompts already drawn), not the composed prompt.
    """

    subject: str = ""
    """Count tags, several separated by ``;``."""
    character: str = ""
    """Several separated by ``;``."""
    series: str = ""
    """Several separated by ``;`` or a comma."""
    rating: Rating = "safe"
    tags: str = ""
    """The options ``prompt`` and ``more_tags``, joined, but for what stands in the fields above."""
    negative: str = ""
    """The person's own, besides the preset."""
    quality: str = "standard"
    negative_preset: str = "card"
    style: str = ""
    year: int | None = None
    count: int = 1
    seed: int
    """Picture i uses (seed + i) mod 2³², but where it is a variation."""
    sampling: SamplingParams = SamplingParams()
    private: bool = False
    parent: Parent | None = None
    """None: it was asked for in words."""
    strength: float | None = None
    """Of the steps how many are taken over the parent's picture; 0: it goes on as it is. None: it begins as noise."""
    variation: Variation | None = None
    """With it all pictures are drawn from `seed`, each turned towards a seed of its own."""
    enlargement: Enlargement | None = None
    """Of each picture; `sampling` has the size before that."""
    model: str = ""
    """The checkpoint, by its name in the engine's configuration; "": the one that the engine begins with."""
    draft: ChosenLora | None = None
    """What makes few steps enough, besides `loras`; None: it is drawn properly."""
    loras: tuple[ChosenLora, ...] = ()
    """In the order in which they were named; each with the hash that its file had then."""
    image: Input | None = None
    """What somebody brought to begin with, in place of a picture of ours."""
    change: Change | None = None
    """Which part of what it begins with is drawn anew; None: all."""
    from_upload: bool = False
    """Its chain began with a picture that somebody brought: at any depth nothing of it is drawn above `safe`."""


def words_of_options(options: Options) -> str:
    """Give everything of options that somebody wrote in words."""
    fields = (
        *(options.character, options.series, options.prompt, options.tags),
        *(options.more_tags, options.negative),
    )
    return ", ".join(filter(None, fields))


def again(request: Request, draw_seed: Callable[[], int]) -> Request:
    """Wish for the same once more: new seeds, the words that were drawn stay.

    Of a variation it is another one: the seed that all its pictures have in common stays.
    """
    if request.variation is not None and request.enlargement is None:
        seeds = sub_seeds(draw_seed(), request.count)
        return msgspec.structs.replace(request, variation=msgspec.structs.replace(request.variation, seeds=seeds))
    return msgspec.structs.replace(request, seed=draw_seed())


def anew(options: Options) -> Options:
    """Leave out the seed that new pictures have of their own: of a variation, the one it is turned towards."""
    if options.variation_strength is None:
        return msgspec.structs.replace(options, seed=None)
    return msgspec.structs.replace(options, variation_seed=None)


def sub_seeds(first: int, count: int) -> tuple[int, ...]:
    """Count seeds up, as WebUI counts those of variations."""
    return tuple((first + number) % SEED_LIMIT for number in range(count))


def picture_seeds(request: Request) -> tuple[int, ...]:
    """Give the seed of every picture of a request."""
    if request.variation is not None:
        return (request.seed,) * request.count
    return sub_seeds(request.seed, request.count)


def all_loras(request: Request) -> tuple[ChosenLora, ...]:
    """Give everything that the model's weights have to have for a request."""
    return request.loras if request.draft is None else (*request.loras, request.draft)


def passes_of(request: Request) -> tuple[PassSize, ...]:
    """List what each picture of a request goes through."""
    strength = 1.0 if request.strength is None else request.strength
    change = request.change
    return passes(
        request.sampling,
        strength=strength,
        joint=JOINT if change is not None and change.direction is not None else 0.0,
        details=() if change is None else change.details,
        enlargement=request.enlargement,
    )


def size_of(request: Request) -> tuple[int, int]:
    """Say how large its pictures are, in pixels: where a detail is drawn over at full size, the whole keeps its own."""
    if request.change is not None and request.change.details:
        return request.sampling.width, request.sampling.height
    width, height, _ = passes_of(request)[-1]
    return width, height


def steps_of(request: Request) -> int:
    """Count the steps of all pictures of a request."""
    return request.count * sum(one.steps for one in passes_of(request))

"""What the bot sends to the engine; limits of one field are in its type, those of several in `engine.wire_limits`."""

from __future__ import annotations

from typing import Annotated, TypeAlias

from msgspec import Meta, Struct

from engine.picture_size import Box, Side
from engine.regions import MOST
from engine.samplers import Sampler
from engine.wire_values import JobId, Latents, LoraName, ModelName, Origin, Pixels, Share, WorkerId

SEED_LIMIT = 2**32
"""Seeds are 0 … 2³²−1: the range that WebUI writes and reads back."""

PromptText: TypeAlias = Annotated[str, Meta(max_length=20_000)]
MAX_DETAILS = MOST
Steps: TypeAlias = Annotated[int, Meta(ge=1, le=150)]
Guidance: TypeAlias = Annotated[float, Meta(ge=1.0, le=30.0)]
Seed: TypeAlias = Annotated[int, Meta(ge=0, lt=SEED_LIMIT)]
Seeds: TypeAlias = Annotated[tuple[Seed, ...], Meta(min_length=1, max_length=16)]
LoraWeight: TypeAlias = Annotated[float, Meta(ge=0.0, le=2.0)]

MAX_LORAS = 4
"""Of one job: three that somebody chose, and one that makes a draft of it."""


class SamplingParams(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How a picture is sampled: carried whole from the request to the step."""

    sampler: Sampler = "euler_a"
    num_inference_steps: Steps = 28
    guidance_scale: Guidance = 5.0
    width: Side = 832
    height: Side = 1216
    guidance_rescale: Share = 0.0
    """How far what guidance does to the contrast is taken back, as diffusers' ``guidance_rescale``: 0.2 to 0.7 for
    checkpoints for v-prediction (Lin et al., arXiv 2305.08891, section 3.4)."""

    @property
    def guided(self) -> bool:
        """Whether the negative prompt counts; at a guidance of 1 there is none, and a step costs half."""
        return self.guidance_scale > 1


class Start(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the pictures of a job begin with in place of noise."""

    image: Latents | Pixels
    """Of the size that is asked for."""
    strength: Share
    """Of the steps how many are taken, from `num_inference_steps` down: diffusers' strength. 0 takes none: the image
    goes on as it is."""

    @property
    def origin(self) -> Origin:
        """Name what it is."""
        return "latents" if isinstance(self.image, Latents) else "pixels"


class Repaint(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Draw a part of what the pictures begin with anew, and give the rest back to the last bit."""

    mask: bytes
    """A byte for each pixel of `Start.image`, row after row from the top: 0 stays as it is, 255 is drawn anew; what is
    between is drawn anew late, when what is around it shows already."""
    joint: Share = 0.0
    """Of a second, light pass over the edge of the mask: how many of the steps are taken. 0: there is none."""
    feather: Annotated[int, Meta(ge=0, le=64)] = 8
    """Pixels inside of the mask's edge over which what is new appears over what was there. 0: at once, where there was
    nothing."""
    plain: bool = False
    """As diffusers' own pipeline does it, with its seams, to compare with: the mask is cut at a half and counts by the
    corner of each latent's pixels, at every step alike; and all of the picture has been through the VAE."""


class Variation(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Pictures that are much like another one: WebUI's variation seed."""

    seeds: Seeds
    """For each picture the seed towards whose noise its own is turned."""
    strength: Share
    """How far, from 0 (the original) to 1 (the first noise of the other seed)."""


class Enlargement(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A second pass over the larger latents of the first one, as the model's official Space enlarges.

    It has the prompts, steps and guidance of the first pass, and a fresh generator of the picture's seed: the Space
    goes on with the first pass's, which nobody has who presses a button a year later.
    """

    factor: Annotated[float, Meta(gt=1.0, le=4.0)]
    """Of both sides; `engine.cost.enlarged` says what size that is."""
    strength: Annotated[float, Meta(gt=0.0, le=1.0)] = 0.55
    """Of the steps how many are taken again (the Space's)."""


class ChosenLora(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A LoRA that pictures are drawn with, and how strongly."""

    name: LoraName
    hash: Annotated[str, Meta(max_length=64, pattern="^[0-9a-f]*$")] = ""
    """What the SHA-256 of all that follows the file's header begins with; "" takes whatever is there."""
    weight: LoraWeight = 1.0
    """Of what it does to the UNet."""
    te_weight: LoraWeight = 1.0
    """Of what it does to the text encoders."""

    @property
    def typed(self) -> str:
        """Write it as it stands in a prompt; two weights by name, for by place WebUI takes that of the texts first."""
        weights = f"{self.weight:g}"
        if self.weight != self.te_weight:
            weights = f"te={self.te_weight:g}:unet={self.weight:g}"
        return f"<lora:{self.name}:{weights}>"


class Generate(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """Draw one picture for every seed."""

    job_id: JobId
    prompt: PromptText
    negative_prompt: PromptText
    sampling: SamplingParams
    seeds: Seeds
    preview_every: Annotated[int, Meta(ge=0)] = 0
    """Steps between two previews of a picture; 0 means none."""
    share: bool = False
    """Join what is being drawn although that draws no more pictures a second: for people who should not have to wait
    for a long job to end. Otherwise jobs are drawn in the order in which they came."""
    start: Start | None = None
    """None: they begin as noise."""
    repaint: Repaint | None = None
    """None: all of what they begin with is drawn over."""
    details: Annotated[tuple[Box, ...], Meta(max_length=MAX_DETAILS)] = ()
    """What of the pixels that they begin with is drawn over, each at the full size of a picture, and laid back; what is
    around them stays to the last bit. Empty: all of it at its own size."""
    variation: Variation | None = None
    enlargement: Enlargement | None = None
    """Of each picture, before it is decoded; `sampling` is what it is before that."""
    send_latents: bool = False
    """Every picture comes with the latents that it was decoded from, so that more can be made of it."""
    worker: WorkerId | None = None
    """Which one draws it; None: the only one that there is."""
    alone: bool = False
    """Nothing else of this client is with that worker: the job may be what kills it."""
    loras: Annotated[tuple[ChosenLora, ...], Meta(max_length=MAX_LORAS)] = ()
    """Whose order changes nothing."""
    model: ModelName = ""
    """Which checkpoint it is drawn with."""


class Describe(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """Look at a picture, and draw nothing: what it shows, how it is rated, and where faces are."""

    question_id: JobId
    """No job's; `Failed` answers with it, too."""
    image: Pixels
    worker: WorkerId | None = None
    """Which one looks; None: any."""


class Cancel(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """Stop a job between two steps; a job that is not here is no error."""

    job_id: JobId


class Drain(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """Let a worker end what it has and take nothing new; `Reload` ends that."""

    worker: WorkerId


class Reload(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """Let a worker end what it has, and read its model anew, as its own configuration names it by then."""

    worker: WorkerId


Command: TypeAlias = Generate | Describe | Cancel | Drain | Reload

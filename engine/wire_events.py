"""What the engine sends to the bot: how its workers are, and what becomes of jobs and questions."""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias

from msgspec import Meta, Struct

from engine.picture_size import Box, Side
from engine.wire_values import JobId, Latents, LoraName, ModelName, Origin, Rating, Share, WorkerId

MAX_WORKERS = 256
"""Of one connection: 24 cards of the fastest kind are what one bot feeds, and slow ones are more."""

ErrorCode: TypeAlias = Literal[
    "invalid_parameters",
    "out_of_memory",
    "numerical_failure",
    "rating_failed",
    "withheld",
    "lora_refused",
    "model_refused",
    "model_not_ready",
    "shutting_down",
    "too_many_jobs",
    "worker_lost",
    "internal",
]
"""``withheld``: a picture of the job must not be seen by anybody, so none is sent. ``lora_refused``: one of its LoRAs
is not there, is another file by now, or cannot be used; ``model_refused`` says the same of its checkpoint.
``too_many_jobs``: this client has `engine.wire.MAX_JOBS` at this worker already, or `MAX_CARRIED_BYTES`; one that keeps
to that never reads it. ``model_not_ready`` and ``shutting_down`` speak of the job's worker alone, as does
``worker_lost``: it died, or was given up."""


class Loading(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """A worker's checkpoint is being read."""

    stage: str


class OtherModel(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A checkpoint that can be switched to."""

    name: ModelName
    """As a command has it."""
    model_name: str
    """As `Ready.model_name`, and as recipes have it."""
    model_hash: str


class Ready(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """A worker draws."""

    model_name: str
    model_hash: str
    """First ten hex digits of the checkpoint's SHA-256, as WebUI shows it; "" where it is no single file."""
    device: str
    """For an operator to read: ``cuda (NVIDIA GeForce RTX 4090), float16``."""
    size_multiple: int
    """What the VAE divides by: a picture of another width or height is drawn a little larger, and cut."""
    batch_cap: Annotated[int, Meta(ge=1)] = 1
    """How many pictures of one shape it draws in one call at most."""
    vae: str = "exact"
    """``exact`` or ``bfloat16``: the checkpoint's own; anything else is the name of another one."""
    upscaler: str = ""
    """Name and hash of what enlarges pixels; "": latents are enlarged."""
    versions: dict[str, str] = {}
    """Of what decides, besides checkpoint and device, which picture a seed is: ``torch``, ``diffusers`` …"""
    rates: bool = False
    """Every preview and every picture carries a rating; what cannot be rated is not sent."""
    models: tuple[OtherModel, ...] = ()
    """The checkpoints that it can switch to, besides that which it begins with."""


class Draining(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """A worker ends what it has and takes nothing new."""


class Lost(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """A worker is gone, and may come back; why is for the operator."""

    why: str


WorkerState: TypeAlias = Loading | Ready | Draining | Lost


class ListedWorker(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What draws: one GPU with one model."""

    id: WorkerId
    """Unique in its list; the same over restarts, as far as the GPU is the same."""
    state: WorkerState
    jobs: Annotated[int, Meta(ge=0)] = 0
    """That it has, of all clients."""


class Workers(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """Everything that draws here: one worker, or a cluster's; sent on connection and whenever a state changes."""

    protocol: int
    workers: Annotated[tuple[ListedWorker, ...], Meta(max_length=MAX_WORKERS)]


class FoundLora(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file in the engine's folder of LoRAs, by its header."""

    name: LoraName
    hash: str = ""
    """The first twelve hex digits of the SHA-256 of all that follows the header, as WebUI and Civitai write it."""
    title: str = ""
    words: tuple[str, ...] = ()
    """What its trainer says that it listens to; nobody has judged them."""
    base: str = ""
    """The checkpoint that it was trained on; "": nobody says."""
    texts: bool = False
    """It changes the text encoders, too."""
    wrong: str = ""
    """Why it cannot be used; "": as far as its header says, it can."""


class Loras(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """All LoRAs that there are; sent on connection, and whenever the folder has changed."""

    loras: tuple[FoundLora, ...]


class Started(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """The first sample of this job joined the batch."""

    job_id: JobId
    worker: str = ""
    """Which one draws it; "" where there is one."""
    begins: Origin = "noise"
    switch_s: float = 0.0
    """What it took to bring the checkpoint and the LoRAs that this job wants; 0: they were there."""


class Progress(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """A step of one or more of this job's samples is done."""

    job_id: JobId
    steps_done: int
    """Over all pictures of the job."""
    steps_total: int
    """In all passes of all pictures: from noise there is one pass, of ``num_inference_steps``."""


class Preview(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """What a picture is going to be: the predicted x0, small, as a PNG without metadata.

    Where nothing rates it, it is at most 64 pixels long and blurred.
    """

    job_id: JobId
    number: int
    """Which picture of the job, from 0."""
    step: int
    image: bytes
    rating: Rating | None = None
    """What the preview itself shows; None where nothing rates."""


class Picture(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """One finished picture."""

    job_id: JobId
    number: int
    seed: int
    png: bytes
    rating: Rating | None = None
    """What it shows, whatever was asked for; None where nothing rates."""
    latents: Latents | None = None
    """What it was decoded from; None where nobody asked for that."""
    tiled: bool = False
    """It had no room as a whole, enlarged or drawn over a large one, and was drawn in tiles: elsewhere it comes out
    otherwise."""


class Tag(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One of a tagger's names for what it saw."""

    name: str
    """As Danbooru writes it, with underscores."""
    kind: Literal["general", "character"]
    share: Share
    """How sure it is."""


class Described(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """What a picture shows."""

    question_id: JobId
    rating: Rating | None = None
    """None where nothing rates."""
    withheld: bool = False
    """Nobody may see it, and nothing is drawn from it."""
    tags: tuple[Tag, ...] | None = None
    """The surest first; None where nothing names any."""
    faces: tuple[Box, ...] | None = None
    """The largest first; None where nothing looks for them."""


class Finished(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """Every picture of this job was sent."""

    job_id: JobId
    engine_s: float
    """Seconds from Started to here."""


class Cancelled(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """The job is gone; nothing more of it will be sent."""

    job_id: JobId


class Failed(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """The job is gone because of an error; the detail is for the operator's log, never for a member."""

    job_id: JobId
    code: ErrorCode
    detail: str
    fits: tuple[Side, Side] | None = None
    """With ``out_of_memory``: width and height that had room when they were tried; None where none had."""
    aboard: int = 0
    """With ``worker_lost``: how many jobs the worker had; of one that was alone there it may be the fault."""
    began: bool = True
    """With ``worker_lost``: whether any step of the job was taken."""


class Rejected(Struct, frozen=True, tag=True, tag_field="type", kw_only=True, forbid_unknown_fields=True):
    """A frame was no valid command; the detail names the field. Nothing else happened."""

    detail: str


Event: TypeAlias = (
    Workers | Loras | Started | Progress | Preview | Picture | Described | Finished | Cancelled | Failed | Rejected
)

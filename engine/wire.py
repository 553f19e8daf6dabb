"""The contract between bot and engine: every message that crosses the socket, and nothing else.

One WebSocket, binary frames, one msgpack message a frame. The bot sends commands, the engine events.
Each message carries its type's name under the key ``type``. Limits live in the types, so what decodes is
within them. Changing a message means changing its golden bytes in `tests/engine/test_wire.py`.
"""

from __future__ import annotations

from typing import Annotated, Literal, TypeAlias, TypeVar

import msgspec
from msgspec import Meta, Struct

from engine.cost import enlarged, steps_taken
from engine.picture_size import MAX_PIXELS, MAX_SIDE, Box, Side
from engine.regions import MOST
from engine.samplers import Sampler

PROTOCOL = 5
"""Raised when a message changes its meaning; the two sides refuse each other when theirs differ."""

SEED_LIMIT = 2**32
"""Seeds are 0 … 2³²−1: the range that WebUI writes and reads back."""

MAX_MESSAGE_BYTES = 32 * 1024 * 1024
"""One picture is the largest message: a 2048×2048 PNG of pure noise is 12.6 MB."""

MAX_JOBS = 128
"""Of one client, not ended. The bot holds fewer than 70: `engine.batch_cap` is 64 at most."""

MAX_QUESTIONS = 8
"""Pictures of one client that are being described; a look takes a fraction of a second."""

MAX_COMMAND_BYTES = 18 * 1024 * 1024
"""The pixels of the largest picture are 12.6 MB, a mask of it 4.2 MB, and two prompts of 20,000 characters of four
bytes are 160 kB."""

MAX_CARRIED_BYTES = 256 * 1024 * 1024
"""Of what the jobs of one client that have not ended begin with: as many as the bot holds, of 1.2 megapixels each."""

MAX_WORKERS = 256
"""Of one connection: 24 cards of the fastest kind are what one bot feeds, and slow ones are more."""

JobId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
WorkerId: TypeAlias = Annotated[str, Meta(min_length=1, max_length=64)]
PromptText: TypeAlias = Annotated[str, Meta(max_length=20_000)]
MAX_CHANNELS = 16
"""Of latents: SDXL's have 4, and no VAE of its class more than this."""
LATENT_BYTES, PIXEL_BYTES = 2, 3
"""Of each number of latents, and of each pixel."""

MAX_DETAILS = MOST
MAX_TAGS = 400
"""Of a picture that is described: no tagger names more that mean something."""

Steps: TypeAlias = Annotated[int, Meta(ge=1, le=150)]
Guidance: TypeAlias = Annotated[float, Meta(ge=1.0, le=30.0)]
Seed: TypeAlias = Annotated[int, Meta(ge=0, lt=SEED_LIMIT)]
Seeds: TypeAlias = Annotated[tuple[Seed, ...], Meta(min_length=1, max_length=16)]
ModelName: TypeAlias = Annotated[str, Meta(max_length=80, pattern=r"^([A-Za-z0-9][A-Za-z0-9 ._+-]*)?$")]
"""A checkpoint's in the engine's configuration; "": the one that it begins with."""
LoraWeight: TypeAlias = Annotated[float, Meta(ge=0.0, le=2.0)]
MAX_LORAS = 4
"""Of one job: three that somebody chose, and one that makes a draft of it."""
MAX_LORA_NAME = 100
LoraName: TypeAlias = Annotated[str, Meta(min_length=1, max_length=MAX_LORA_NAME)]
"""Its file's in the engine's folder, without the ending."""
Share: TypeAlias = Annotated[float, Meta(ge=0.0, le=1.0)]
Rating: TypeAlias = Literal["safe", "sensitive", "nsfw", "explicit"]
"""The model's own words, from what anybody may see to what few may."""
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
``too_many_jobs``: this client has `MAX_JOBS` here already, or `MAX_CARRIED_BYTES`; one that keeps to that never reads
it. ``model_not_ready`` and ``shutting_down`` speak of the job's worker alone, as does ``worker_lost``: it died, or was
given up."""
Origin: TypeAlias = Literal["noise", "latents", "pixels"]
"""What a picture begins with."""


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
    """Width and height must be multiples of this: what the VAE divides by; the UNet takes latents of any size."""
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


Command: TypeAlias = Generate | Describe | Cancel | Drain | Reload
Event: TypeAlias = (
    Workers | Loras | Started | Progress | Preview | Picture | Described | Finished | Cancelled | Failed | Rejected
)

_Message = TypeVar("_Message")


class _Greeting(Struct, frozen=True):
    """What every protocol's first words have in common."""

    protocol: int


_encoder = msgspec.msgpack.Encoder()
_protocols = msgspec.msgpack.Decoder(_Greeting)
_commands = msgspec.msgpack.Decoder(Command)
_events = msgspec.msgpack.Decoder(Event)


def encode(message: Command | Event) -> bytes:
    return _encoder.encode(message)


def decode_command(frame: bytes) -> Command:
    """Read what the bot sent.

    Raises:
        msgspec.DecodeError: It is no command within its limits (`msgspec.ValidationError` names the field).
    """
    command = _decode(_commands, frame)
    match command:
        case Generate():
            _check(command)
        case Describe(image=image) if len(image.values) != image.width * image.height * PIXEL_BYTES:
            raise _outside(f"Expected {image.width * image.height * PIXEL_BYTES} bytes", "image.values")
        case _:
            pass
    return command


def _check(command: Generate) -> None:
    """Hold the limits that several fields have together.

    Raises:
        msgspec.ValidationError: One is broken; it names the field.
    """
    variation = command.variation
    if variation is not None and len(variation.seeds) != len(command.seeds):
        raise _outside(f"Expected {len(command.seeds)} seeds, one for each picture", "variation.seeds")
    if len({lora.name for lora in command.loras}) != len(command.loras):
        raise _outside("Expected each of them once", "loras")
    sampling = command.sampling
    if sampling.width * sampling.height > MAX_PIXELS:
        raise _outside(f"Expected {MAX_PIXELS} pixels at most", "sampling.height")
    if command.start is not None:
        _check_start(command.start, sampling)
    if command.repaint is not None:
        _check_changed(command, "repaint")
        _check_mask(command.repaint, sampling)
    if command.details:
        _check_changed(command, "details")
        _check_details(command)
    if command.enlargement is not None:
        _check_enlargement(command.enlargement, sampling)


def _check_enlargement(enlargement: Enlargement, sampling: SamplingParams) -> None:
    width, height = enlarged(sampling.width, sampling.height, enlargement.factor)
    if max(width, height) > MAX_SIDE or width * height > MAX_PIXELS:
        expected = f"Expected sides of {MAX_SIDE} and {MAX_PIXELS} pixels at most, not {width}×{height}"
        raise _outside(expected, "enlargement.factor")
    if not steps_taken(sampling.num_inference_steps, enlargement.strength):
        raise _outside(f"Expected one of {sampling.num_inference_steps} steps at least", "enlargement.strength")


def _check_start(start: Start, sampling: SamplingParams) -> None:
    match start.image:
        case Latents(channels=channels, height=height, width=width):
            expected = channels * height * width * LATENT_BYTES
        case Pixels(height=height, width=width):
            if (width, height) != (sampling.width, sampling.height):
                raise _outside(f"Expected {sampling.width}×{sampling.height} pixels as asked for", "start.image")
            expected = width * height * PIXEL_BYTES
    if len(start.image.values) != expected:
        raise _outside(f"Expected {expected} bytes", "start.image.values")
    if start.strength and not steps_taken(sampling.num_inference_steps, start.strength):
        raise _outside(f"Expected one of {sampling.num_inference_steps} steps at least, or 0", "start.strength")


def _check_changed(command: Generate, path: str) -> None:
    """Hold what all have in common that change a part of a picture."""
    start, steps = command.start, command.sampling.num_inference_steps
    if start is None or not isinstance(start.image, Pixels):
        raise _outside("Expected pixels to begin with", path)
    others = [command.repaint, command.enlargement, command.variation, command.details or None]
    if len(others) - others.count(None) > 1:
        raise _outside("Expected one of repaint, details, enlargement and variation", path)
    if not steps_taken(steps, start.strength):
        raise _outside(f"Expected one of {steps} steps at least", "start.strength")


def _check_mask(repaint: Repaint, sampling: SamplingParams) -> None:
    if len(repaint.mask) != (pixels := sampling.width * sampling.height):
        raise _outside(f"Expected {pixels} bytes", "repaint.mask")
    if repaint.mask.count(0) == pixels:
        raise _outside("Expected something that is drawn anew", "repaint.mask")


def _check_details(command: Generate) -> None:
    width, height = command.sampling.width, command.sampling.height
    for number, box in enumerate(command.details):
        if box.left + box.width > width or box.top + box.height > height:
            raise _outside(f"Expected a part of {width}×{height} pixels", f"details[{number}]")


def _outside(expected: str, path: str) -> msgspec.ValidationError:
    return msgspec.ValidationError(f"{expected} - at `$.{path}`")


def decode_event(frame: bytes) -> Event:
    """Read what the engine sent.

    Raises:
        msgspec.DecodeError: As `decode_command`.
    """
    return _decode(_events, frame)


def protocol_of(frame: bytes) -> int | None:
    """Read which protocol the other side speaks, from a frame of any protocol that says so; None: it does not."""
    try:
        return _decode(_protocols, frame).protocol
    except msgspec.DecodeError:
        return None


def _decode(decoder: msgspec.msgpack.Decoder[_Message], frame: bytes) -> _Message:
    try:
        return decoder.decode(frame)
    except (UnicodeDecodeError, RecursionError) as error:
        raise msgspec.DecodeError(f"MessagePack data is malformed: {error}") from error

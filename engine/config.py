"""The engine's half of the configuration file: the table ``[engine]`` and the shared ``[wire]``."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, TypeVar

import msgspec
from msgspec import Meta, Struct

from engine import textfile
from engine.samplers import Sampler
from engine.wire import Rating

_Form = TypeVar("_Form")

HUB_ID = re.compile(r"\A[\w.-]+/[\w.-]+\Z")
COMMIT = re.compile(r"[0-9a-f]{40}")

SHARED = Path(__file__).parent / "sdxl"
"""The configs and tokenizers of a single file, where the configuration names no folder; all of SDXL shares them."""

VAE_OF_THE_CHECKPOINT = frozenset({"exact", "bfloat16"})
"""The values of ``engine.vae`` that are no folder."""


EXIT_UNUSABLE = 78
"""What the engine ends with where its checkpoint can never be loaded as it is (EX_CONFIG of sysexits.h): whoever
started it need not try again before the file or the configuration has changed."""


class EngineConfigError(Exception):
    """The configuration cannot be used; the message names the file and the path in it."""


class Wire(Struct, frozen=True, forbid_unknown_fields=True):
    """Where bot and engine meet."""

    url: str = "unix:engine.sock"
    """``unix:PATH`` (relative to the configuration file) or ``ws://127.0.0.1:PORT``; loopback only."""
    secret_file: str = ""
    """Holds the secret that a TCP connection must show; "" takes the environment's ESHI_WIRE_SECRET."""


Share = Annotated[float, Meta(gt=0, le=1)]


class PictureRating(Struct, frozen=True, forbid_unknown_fields=True):
    """What rates every picture and preview before it leaves, and what decides then."""

    by: Literal["", "none", "wd", "classifier"] = ""
    """A WD v3 tagger (onnxruntime), an image classifier of transformers, or nothing; "" has not been decided, which
    the bot does not start with and the engine takes as "none"."""
    folder: str = ""
    """Of ``model.onnx`` and ``selected_tags.csv``, or as transformers saves a classifier and its image processor."""
    sensitive: Share = 0.6
    """A picture is rated so where this rating and those above it have this share of what the model believes, or where
    it is the model's own answer. 0.5 takes the middle; this one step leans the other way, because the WD v3 list
    counts 3,994,361 sensitive pictures beside 1,589,178 general ones, and such a tagger calls many a safe picture
    sensitive. ``python -m engine rate FOLDER`` measures it on pictures of one's own."""
    nsfw: Share = 0.4
    """These two lean to the stricter side, since published models of this kind name the right one of the four for 75 to
    84 % of pictures (model card of ``deepghs/anime_dbrating``)."""
    explicit: Share = 0.4
    minor: Share = 0.25
    """What all tags or labels for children together have to have; a little below 0.2653, where
    ``wd-swinv2-tagger-v3`` finds as many tags wrongly as it misses (its model card)."""
    labels: dict[str, Rating | Literal["minor"]] = {}
    """What each label of a classifier stands for; a tagger has its own."""


class MetricsTable(Struct, frozen=True, forbid_unknown_fields=True):
    """Where a process says how it is."""

    listen: str = ""
    """``HOST:PORT``; "" serves nothing, port 0 takes any free one. Away from this machine only with a token."""
    token_file: str = ""
    """Holds what whoever asks must show as ``Authorization: Bearer``; "" asks for none."""


class Faces(Struct, frozen=True, forbid_unknown_fields=True):
    """What finds faces, for Detail and for the areas that are told from a face."""

    by: Literal["built-in", "onnx", "detection", "none"] = "built-in"
    """A small detector of this project's own, which knows drawn faces from the front; one in ONNX (onnxruntime); one of
    transformers' object detection; or nothing: then people say where."""
    path: str = ""
    """The ``.onnx`` file, or the folder."""
    confidence: Share = 0.3
    """From which score on a box is a face (ADetailer's)."""


class ModelDefaults(Struct, frozen=True, forbid_unknown_fields=True):
    """What an omitted option means with one checkpoint; None: what its dialect suggests."""

    steps: Annotated[int, Meta(ge=1, le=150)] | None = None
    guidance: Annotated[float, Meta(ge=1.0, le=30.0)] | None = None
    guidance_rescale: Annotated[float, Meta(ge=0.0, le=1.0)] | None = None
    sampler: Sampler | None = None


class ModelEntry(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One checkpoint that members may choose; the one whose file is ``engine.model`` is said more of by that."""

    name: Annotated[str, Meta(min_length=1, max_length=80, pattern=r"^[A-Za-z0-9][A-Za-z0-9 ._+-]*$")]
    """As members read and choose it."""
    file: Annotated[str, Meta(min_length=1)]
    """A ``.safetensors`` file, or a folder in diffusers layout."""
    sha256: str = ""
    """Of a single file; checked before it is offered."""
    dialect: str = "animagine 4"
    """How it is prompted: a name of ``bot/prompt/dialects.toml``."""
    licence: Annotated[str, Meta(max_length=100)] = ""
    """The name of its licence; "": that of ``engine.model``."""
    licence_url: Annotated[str, Meta(max_length=300)] = ""
    licence_file: str = ""
    """Its text, which people get as a file and accept before their first picture with it."""
    rating: Rating = "sensitive"
    """Above it no request is drawn with this checkpoint."""
    defaults: ModelDefaults = ModelDefaults()

    def __post_init__(self) -> None:
        """Refuse half a licence; msgspec names the table."""
        given = [bool(one) for one in (self.licence, self.licence_url, self.licence_file)]
        if any(given) and not all(given):
            raise ValueError("licence, licence_url and licence_file belong together: give all three or none")
        if self.licence and not self.licence_url.startswith("https://"):
            raise ValueError('licence_url: expected an address that begins with "https://"')


class ClusterCards(Struct, frozen=True, forbid_unknown_fields=True):
    """Some of a cluster's cards, and what they draw with where that is not what `Engine` says."""

    labels: dict[str, str] = {}
    """Of the nodes whose cards are meant, as ``ray start --labels`` gives them; {}: of every node."""
    count: Annotated[int, Meta(ge=0, le=256)] = 0
    """At most so many; 0: all that no earlier table has."""
    model: str = ""
    """With ``revision`` and ``sha256`` of its own; "": what `Engine.model` says, and those with it."""
    revision: str = ""
    sha256: str = ""
    vae: str = ""
    dtype: Literal["", "auto", "float16", "bfloat16", "float32"] = ""
    batch_cap: Annotated[int, Meta(ge=0, le=64)] = 0

    def apply(self, engine: Engine) -> Engine:
        """Give what such a card draws with."""
        if self.model:
            engine = msgspec.structs.replace(engine, model=self.model, revision=self.revision, sha256=self.sha256)
        said = {name: value for name in ("vae", "dtype", "batch_cap") if (value := getattr(self, name))}
        return msgspec.structs.replace(engine, cluster=Cluster(), **said)


class Cluster(Struct, frozen=True, forbid_unknown_fields=True):
    """Several cards, for ``python -m engine cluster``."""

    address: str = ""
    """``HOST:PORT`` of the head of a Ray cluster that runs; "" starts one on this machine, for its own cards."""
    token_file: str = ""
    """What that cluster's nodes show each other; readable for nobody else. A cluster of its own makes one itself."""
    folder: str = ""
    """For what Ray writes on this machine, emptied at the start; "" is one in the folder for temporary files. The path
    is short, because Ray's sockets lie in it."""
    cards: Annotated[int, Meta(ge=0, le=64)] = 0
    """Of this machine how many, where the cluster is its own; 0: all that Ray finds."""
    silence_s: Annotated[float, Meta(ge=2, le=600)] = 10.0
    """How long a worker that draws may answer nothing at all before it is given up and started anew."""
    start_timeout_s: Annotated[float, Meta(ge=1, le=86_400)] = 600.0
    """How long one may take to load its model."""
    card_wait_s: Annotated[float, Meta(ge=0, le=86_400)] = 30.0
    """How long no card at all may be free after the start."""
    workers: tuple[ClusterCards, ...] = ()
    """Which cards draw with what, the first that fits; (): every card with what `Engine` says."""


class Engine(Struct, frozen=True, forbid_unknown_fields=True):
    """What is drawn with, and on what."""

    model: str = "cagliostrolab/animagine-xl-4.0"
    """A hub id, a folder in diffusers layout, or one ``.safetensors`` file."""
    revision: str = ""
    """Commit of a hub id; required for one, because a moving model changes everybody's pictures."""
    sha256: str = ""
    """Of a single ``.safetensors`` file; checked before it is loaded."""
    config_folder: str = ""
    """A single file's configs and tokenizers, in diffusers layout; "" are the program's own."""
    offline: bool = False
    """Never ask the hub, not even for a file that is missing."""
    device: Literal["auto", "cuda", "mps", "cpu"] = "auto"
    dtype: Literal["auto", "float16", "bfloat16", "float32"] = "auto"
    """"auto" is float16 on CUDA and MPS, float32 on the CPU."""
    fp16_accumulation: bool = False
    """Let matrix products of float16 be summed up in float16 as well. GeForce cards do that at twice the rate: a 3090
    went from 4 to 5 steps a second (ComfyUI, pull request 6453), others gain nothing. Pictures differ a little."""
    vae: str = "exact"
    """What decodes: "exact" is the checkpoint's VAE in float32, "bfloat16" the same in half the time and a few levels
    off, anything else a folder with a VAE that does not overflow in float16, as ``madebyollin/sdxl-vae-fp16-fix``."""
    upscaler: str = ""
    """What enlarges pixels under Enlarge: a folder as transformers saves Swin2SR, or Real-ESRGAN's weights as
    .safetensors or ncnn's .bin; "" enlarges latents, as the model's official Space does."""
    keep_brightness: bool = False
    """Make a picture a little lighter and richer in contrast before it is encoded, against the haze that grows with
    each edit of an edit; pictures differ a little from the stock pipeline's. `make bench-demo` measures both."""
    text_encoders: Literal["auto", "device", "host"] = "auto"
    """Where the text encoders wait for a new prompt: "host" frees 1.6 GB of the card, and it takes some 70 ms more;
    "auto" does that where something else would have no room."""
    loras: str = ""
    """The folder of LoRAs that may be drawn with, as ``.safetensors`` files; "": none."""
    models: tuple[ModelEntry, ...] = ()
    """Checkpoints that members may choose, besides ``model``."""
    models_in_memory: Annotated[int, Meta(ge=1, le=16)] = 2
    """So many of them wait on the host, 7 GB each, so that a switch takes a third of a second and not a few."""
    batch_cap: Annotated[int, Meta(ge=1, le=64)] = 4
    """At most this many pictures are drawn at once; the engine measures how many of them are worth it."""
    compile: Literal["auto", "on", "off"] = "auto"
    """Try faster ways to draw the same picture, "auto" on CUDA: joined products, blocks compiled in the background, and
    whole steps recorded as CUDA graphs. Each is used where it proves itself here; "off" leaves the plain way. Kernels
    are kept in the user's cache folder, or where TORCHINDUCTOR_CACHE_DIR says."""
    rating: PictureRating = msgspec.field(default_factory=PictureRating)
    metrics: MetricsTable = msgspec.field(default_factory=MetricsTable)
    """Where the engine says how it is."""
    faces: Faces = msgspec.field(default_factory=Faces)
    cluster: Cluster = msgspec.field(default_factory=Cluster)

    def __post_init__(self) -> None:
        """Refuse a name that could mean two checkpoints; msgspec names the table."""
        names = [entry.name.casefold() for entry in self.models]
        if twice := next((name for name in names if names.count(name) > 1), ""):
            raise ValueError(f"models: two are called {twice!r}")

    @property
    def others(self) -> tuple[ModelEntry, ...]:
        """Those that are not the one which is drawn with at first."""
        return tuple(entry for entry in self.models if entry.file != self.model)

    @property
    def base(self) -> ModelEntry | None:
        """What is said of the one that is drawn with at first; None: nothing."""
        return next((entry for entry in self.models if entry.file == self.model), None)


class _File(Struct, frozen=True):
    """The tables that this process reads; the bot's is the bot's business."""

    engine: Engine = msgspec.field(default_factory=Engine)
    wire: Wire = msgspec.field(default_factory=Wire)


def lacks_revision(engine: Engine, folder: Path) -> bool:
    """Tell whether the model is on the hub, and nobody said which commit of it.

    Args:
        engine: As it is written in a file.
        folder: Of that file.
    """
    if textfile.beside(folder, engine.model).exists() or Path(engine.model).suffix == ".safetensors":
        return False
    return bool(HUB_ID.fullmatch(engine.model)) and not COMMIT.fullmatch(engine.revision)


def read(path: Path, form: type[_Form]) -> _Form:
    """Read a configuration into what one process needs of it.

    Raises:
        TextFileError: As `textfile.read_toml`; where there is no file, it says which one to begin with.
    """
    try:
        return textfile.read_toml(path, form)
    except textfile.TextFileError as error:
        if not isinstance(error.__cause__, FileNotFoundError):
            raise
        raise textfile.TextFileError(
            path, f"{error.reason}; python -m bot setup writes one, or name yours with --config"
        ) from error


def load(path: Path) -> tuple[Engine, Wire]:
    """Read the engine's tables; the model's relative paths are the file's, and become independent of where we are.

    Of a link, they are those of the file that it leads to, as for the bot.

    Raises:
        EngineConfigError: The file is absent, no TOML, or holds an unknown key or a value outside its range.
    """
    try:
        file = read(path, _File)
    except textfile.TextFileError as error:
        raise EngineConfigError(str(error)) from error
    rating = file.engine.rating
    if rating.by in ("wd", "classifier") and not rating.folder:
        raise EngineConfigError(f'{path}: $.engine.rating.folder: needed where by = "{rating.by}"')
    faces = file.engine.faces
    if faces.by in ("onnx", "detection") and not faces.path:
        raise EngineConfigError(f'{path}: $.engine.faces.path: needed where by = "{faces.by}"')
    try:
        model, config_folder, vae, upscaler, rating_folder, faces_path, loras = (
            textfile.beside(path.resolve().parent, name)
            for name in (
                *(file.engine.model, file.engine.config_folder, file.engine.vae, file.engine.upscaler),
                *(rating.folder, faces.path, file.engine.loras),
            )
        )
        models = tuple(_placed(entry, file.engine, path.resolve().parent) for entry in file.engine.models)
        cluster = _cluster_beside(path.resolve().parent, file.engine.cluster)
    except textfile.TextFileError as error:
        raise EngineConfigError(f"{path}: {error}") from error
    return (
        msgspec.structs.replace(
            file.engine,
            model=str(model) if model.exists() else file.engine.model,  # else a hub id
            config_folder=str(config_folder) if file.engine.config_folder else "",
            upscaler=str(upscaler) if file.engine.upscaler else "",
            vae=file.engine.vae if file.engine.vae in VAE_OF_THE_CHECKPOINT else str(vae),
            loras=str(loras) if file.engine.loras else "",
            models=models,
            rating=msgspec.structs.replace(rating, folder=str(rating_folder) if rating.folder else ""),
            faces=msgspec.structs.replace(faces, path=str(faces_path) if faces.path else ""),
            cluster=cluster,
        ),
        file.wire,
    )


def _placed(entry: ModelEntry, engine: Engine, folder: Path) -> ModelEntry:
    """Give an entry whose file does not depend on where we are; the base's is written as the base is."""
    found = textfile.beside(folder, entry.file)
    if entry.file == engine.model and not found.exists():
        return entry  # a hub id
    return msgspec.structs.replace(entry, file=str(found))


def _cluster_beside(folder: Path, cluster: Cluster) -> Cluster:
    """Make the relative paths of the table this folder's.

    Raises:
        TextFileError: One cannot be a path.
    """

    def found(name: str) -> str:
        return str(textfile.beside(folder, name)) if name else ""

    def cards(one: ClusterCards) -> ClusterCards:
        model = found(one.model) if textfile.beside(folder, one.model).exists() else one.model  # else a hub id
        vae = one.vae if one.vae in VAE_OF_THE_CHECKPOINT else found(one.vae)
        return msgspec.structs.replace(one, model=one.model and model, vae=vae)

    return msgspec.structs.replace(
        cluster,
        token_file=found(cluster.token_file),
        folder=found(cluster.folder),
        workers=tuple(map(cards, cluster.workers)),
    )

"""Finds the files of a checkpoint and refuses what must not be opened, before any library sees them."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from huggingface_hub import snapshot_download
from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError
from safetensors import SafetensorError, safe_open

from engine import header
from engine.config import COMMIT, HUB_ID, SHARED
from engine.errors import ModelLoadError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.config import Engine

PICKLED = frozenset({".ckpt", ".bin", ".pt", ".pth", ".pkl", ".pickle"})
"""Opening one of these runs whatever code its author put in."""

COMPONENTS = {
    "tokenizer": {"CLIPTokenizer", "CLIPTokenizerFast"},
    "tokenizer_2": {"CLIPTokenizer", "CLIPTokenizerFast"},
    "text_encoder": {"CLIPTextModel"},
    "text_encoder_2": {"CLIPTextModelWithProjection"},
    "unet": {"UNet2DConditionModel"},
    "vae": {"AutoencoderKL"},
}
"""What model_index.json must name: that is SDXL's base model, and nothing else is."""

WEIGHTS = {
    "vae": "diffusion_pytorch_model",
    "unet": "diffusion_pytorch_model",
    "text_encoder_2": "model",
    "text_encoder": "model",
}
"""In the order in which they are read, so that little is left to do when the last byte is there: first the VAE, whose
numbers are converted, then the largest, which is moved to the device while the others come."""

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9 ._+-]{0,79}")
"""No sign that means something in a recipe or in Discord."""

_CONFIG_FILES = ["model_index.json", "*/*.json", "*/*.txt"]


@dataclass(frozen=True)
class Source:
    """A checkpoint that was found, and that looks complete from outside."""

    name: str
    folder: Path
    """In diffusers layout: everything, or for a single file the configs and tokenizers."""
    file: Path | None = None
    hash: str = ""
    """Of a file that was checked."""
    variants: Mapping[str, str | None] = field(default_factory=dict[str, "str | None"])
    """Component to the infix of its weight files: None for the plain ones, else ``fp16``."""
    statement: header.Statement = header.NOTHING
    """What a single file says of how it was trained."""

    @property
    def weights(self) -> list[Path]:
        """The files that hold the weights, in the order of `WEIGHTS`."""
        if self.file is not None:
            return [self.file]
        return [
            path
            for part, variant in self.variants.items()
            for path in sorted((self.folder / part).glob("*.safetensors"))
            if (".fp16." in path.name) == (variant == "fp16")
        ]


def find(config: Engine) -> Source:
    """Find what ``config.model`` names: a path where there is something, else a hub id.

    Raises:
        ModelLoadError: It is absent, incomplete, pickled, no SDXL, or not what ``revision`` says.
    """
    path = Path(config.model).expanduser()
    if path.suffix.lower() in PICKLED:
        raise ModelLoadError(f"{path}: this is a pickled checkpoint, which can run code; expected a .safetensors file")
    if path.is_file():
        return _file(path, config)
    if config.sha256:
        raise ModelLoadError(f"{config.model}: engine.sha256 is for a single .safetensors file, and this is none")
    if path.is_dir():
        return _folder(path, _named(path) or path.resolve().name)
    if path.suffix.lower() == ".safetensors" or not HUB_ID.fullmatch(config.model):
        raise ModelLoadError(
            f"{path}: there is nothing; expected a folder in diffusers layout, a .safetensors file, or a hub id"
        )
    if not COMMIT.fullmatch(config.revision):
        raise ModelLoadError(
            f"{config.model}: taken as a hub id (there is no such path), which needs engine.revision to be the commit "
            f'to use, 40 hexadecimal digits, and it is "{config.revision}"'
        )
    folder = _hub(config.model, config.revision, [*_CONFIG_FILES, "*/*.safetensors"], offline=config.offline)
    return _folder(folder, config.model.partition("/")[2])


def check(source: Source, sha256: str) -> Source:
    """Read a single file once from end to end, so that what is drawn with can be named; a folder stays as it is.

    Args:
        source: What was found.
        sha256: What the file must have, in hexadecimal digits; "" takes any.

    Raises:
        ModelLoadError: It is another file than was pinned.
    """
    if source.file is None:
        return source
    digest = _sha256(source.file)
    if sha256 and digest != sha256.lower():
        raise ModelLoadError(f"{source.file}: its SHA-256 is {digest}, and engine.sha256 expects {sha256.lower()}")
    return dataclasses.replace(source, hash=digest[:10])


def find_vae(folder: Path) -> Source:
    """Find a VAE by itself, in a folder as diffusers saves one; the source's folder is the one around it.

    Raises:
        ModelLoadError: There is none.
    """
    if not folder.is_dir():
        raise ModelLoadError(f'{folder}: engine.vae is no folder; expected "exact", "bfloat16" or the folder of a VAE')
    read_json(folder / "config.json")
    return Source(folder.name, folder.parent, variants={folder.name: _variant(folder, WEIGHTS["vae"])})


def scheduler_config(source: Source) -> dict[str, Any]:
    """Read how its scheduler is set; what the file says of itself wins.

    Raises:
        ModelLoadError: The scheduler's file is absent, or something else.
    """
    return {**read_json(source.folder / "scheduler" / "scheduler_config.json"), **source.statement.scheduler}


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object.

    Raises:
        ModelLoadError: It is absent, or something else.
    """
    try:
        value: object = json.loads(path.read_bytes())
    except OSError as error:
        raise ModelLoadError(f"{path}: cannot be read: {error.strerror}; expected a JSON object") from error
    except ValueError as error:
        raise ModelLoadError(f"{path}: expected a JSON object, and it is none: {error}") from error
    if not isinstance(value, dict):
        raise ModelLoadError(f"{path}: expected a JSON object, and it holds a {type(value).__name__}")
    return value


def _file(path: Path, config: Engine) -> Source:
    if path.suffix.lower() != ".safetensors":
        raise ModelLoadError(f"{path}: expected a folder in diffusers layout or a .safetensors file")
    _check_weights(path)
    statement = header.read(path)
    if config.config_folder:
        folder = Path(config.config_folder).expanduser()
        if not folder.is_dir():
            raise ModelLoadError(
                f"{folder}: engine.config_folder is no folder; expected configs and tokenizers in diffusers layout"
            )
    else:
        folder = SHARED
    _check_index(folder)
    return Source(path.stem, folder, path, statement=statement)


def _named(folder: Path) -> str:
    """Read what a folder calls itself, ``_name`` in its index; "" where it says nothing that a recipe could hold."""
    name = read_json(folder / "model_index.json").get("_name")
    return name if isinstance(name, str) and _NAME.fullmatch(name) else ""


def _folder(folder: Path, name: str) -> Source:
    _check_index(folder)
    return Source(name, folder, variants={part: _variant(folder / part, base) for part, base in WEIGHTS.items()})


def _hub(repository: str, revision: str, patterns: list[str], *, offline: bool) -> Path:
    try:
        return Path(
            snapshot_download(repository, revision=revision or None, allow_patterns=patterns, local_files_only=offline)
        )
    except (HfHubHTTPError, HFValidationError, LocalEntryNotFoundError, OSError) as error:
        at = f" at revision {revision}" if revision else ""
        why = "it is not in the hub's cache, and engine.offline forbids asking the hub" if offline else _line(error)
        raise ModelLoadError(
            f"{repository}{at}: expected an SDXL checkpoint from the hub, but {why}", passing=not offline
        ) from error


def _check_index(folder: Path) -> None:
    index = read_json(folder / "model_index.json")
    for name, classes in COMPONENTS.items():
        entry = index.get(name)
        found = entry[1] if isinstance(entry, list) and len(entry) == 2 else None  # noqa: PLR2004  (library, class)
        if found not in classes:
            raise ModelLoadError(
                f"{folder / 'model_index.json'}: expected {name} to be a {min(classes)}, as in SDXL, "
                f"and it is {'missing' if found is None else found}"
            )
    for name in [*COMPONENTS, "scheduler"]:
        if not (folder / name).is_dir():
            raise ModelLoadError(f"{folder / name}: this folder is missing; expected an SDXL checkpoint's {name}")
    for name in WEIGHTS:
        read_json(folder / name / "config.json")
    read_json(folder / "scheduler" / "scheduler_config.json")


def _variant(folder: Path, base: str) -> str | None:
    """Find a component's weights, prefer the plain ones, and look at the header of every file."""
    for variant in (None, "fp16"):
        infix = f".{variant}" if variant else ""
        whole = folder / f"{base}{infix}.safetensors"
        index = folder / f"{base}.safetensors.index{infix}.json"
        if whole.is_file():
            _check_weights(whole)
            return variant
        if index.is_file():
            weight_map = read_json(index).get("weight_map")
            if not isinstance(weight_map, dict):
                raise ModelLoadError(f'{index}: expected a JSON object with a "weight_map" of shards')
            for shard in sorted({str(shard) for shard in weight_map.values()}):
                _check_weights(folder / shard)
            return variant
    if pickled := sorted(path for path in folder.iterdir() if path.suffix.lower() in PICKLED):
        raise ModelLoadError(
            f"{pickled[0]}: these weights are pickled, which can run code; expected {base}.safetensors beside it"
        )
    raise ModelLoadError(f"{folder / base}.safetensors: this file is missing; expected the weights of {folder.name}")


def _check_weights(path: Path) -> None:
    header.recognise(path)
    try:
        with safe_open(path, framework="np"):  # which imports no torch
            pass
    except OSError as error:
        raise ModelLoadError(
            f"{path}: cannot be read: {_line(error)}; expected a safetensors file", passing=True
        ) from error
    except SafetensorError as error:
        raise ModelLoadError(
            f"{path}: expected a complete safetensors file, and it is broken or cut off: {_line(error)}"
        ) from error


def _sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelLoadError(
            f"{path}: cannot be read: {error.strerror}; expected a .safetensors file", passing=True
        ) from error


def _line(error: Exception) -> str:
    return " ".join(str(error).split())

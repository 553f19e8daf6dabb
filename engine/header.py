"""What a checkpoint's file says of itself in its header, before any library opens it: whether it is SDXL, and which.

Nothing of the weights is read. A file of another kind is one line that names what was found and what was expected.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NamedTuple, cast

from engine.errors import ModelLoadError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAX_HEADER_BYTES = 100_000_000
"""As many as safetensors itself reads (its ``MAX_HEADER_SIZE``)."""

_BEGINNING_BYTES = 1024
_LENGTH_BYTES = 8

_PARTS = {
    "the UNet": ("model.diffusion_model.",),
    "the VAE": ("first_stage_model.",),
    "the first text encoder": ("conditioner.embedders.0.transformer.",),
    "the second text encoder": ("conditioner.embedders.1.model.",),
}
"""What an SDXL file holds, by how its tensors' names begin (Stability's ``sgm``)."""

_OTHERS: tuple[tuple[str, re.Pattern[str]], ...] = (
    (
        "a LoRA",
        re.compile(
            r"(?:^lora_|^lycoris_|\.lora_[AB]\.|\.lora_(?:up|down|mid)\.|\.lora\.|\.hada_w|\.lokr_w|\.dora_scale$|_lora\.)"
        ),
    ),
    ("Flux", re.compile(r"(?:^|\.)(?:double_blocks|single_transformer_blocks)\.")),
    ("SD 3", re.compile(r"(?:^|\.)joint_blocks\.")),
    ("SD 1.5", re.compile(r"^cond_stage_model\.transformer\.")),
    ("SD 2", re.compile(r"^cond_stage_model\.model\.")),
    ("SDXL's refiner", re.compile(r"^conditioner\.embedders\.0\.model\.")),
    ("a ControlNet", re.compile(r"^(?:control_model\.|controlnet_)")),
    (
        "a UNet by itself, as diffusers saves one",
        re.compile(r"^(?:down_blocks|up_blocks)\.\d+\.(?:resnets|attentions)\."),
    ),
    ("a VAE by itself", re.compile(r"^(?:encoder|decoder)\.(?:conv_in|down|mid|up)\b")),
    ("a UNet by itself", re.compile(r"^(?:input_blocks|output_blocks)\.\d+\.")),
    ("a text encoder by itself", re.compile(r"^text_model\.(?:encoder|embeddings)\.")),
    ("a textual inversion (embedding)", re.compile(r"^(?:clip_[gl]|emb_params|string_to_param.*)$")),
    ("an upscaler", re.compile(r"^(?:body\.\d+\.|model\.\d+\.sub\.\d+\.|conv_first\.)")),
)
"""What else such files are, by the name of a tensor, the surest first."""

_V_PRED, _ZERO_SNR = "v_pred", "ztsnr"
"""Tensors without a number in them (ComfyUI, ``supported_models.py``)."""
_EDM = re.compile(r"^edm_(?:vpred\.sigma_max|mean|std)$")
_LATENTS = 4
_FIRST_CONVOLUTION = "model.diffusion_model.input_blocks.0.0.weight"
_QUANTISED = re.compile(r"\.(?:absmax|quant_map|quant_state\b.*|scale_weight|qweight)$")


class Tensor(NamedTuple):
    dtype: str
    """As safetensors writes it: ``F16``."""
    shape: tuple[int, ...]


class Statement(NamedTuple):
    """What an SDXL file says of how it was trained."""

    scheduler: Mapping[str, Any]
    """What of a scheduler's configuration it overrules; empty: it says nothing."""
    words: str
    """The same for an operator; "": nothing."""


NOTHING = Statement({}, "")


def recognise(path: Path) -> None:
    """Refuse what is no safetensors file but for its name.

    Raises:
        ModelLoadError: It is a pointer, a page, pickled, or something else; with one line.
    """
    try:
        with path.open("rb") as file:
            start = file.read(_BEGINNING_BYTES)
    except OSError as error:
        raise ModelLoadError(
            f"{path}: cannot be read: {error.strerror}; expected a safetensors file", passing=True
        ) from error
    if wrong := _kind(start):
        raise ModelLoadError(f"{path}: expected a safetensors file, and this is {wrong}")


def read(path: Path) -> Statement:
    """Look at the header of a single file.

    Raises:
        ModelLoadError: It is no SDXL checkpoint, or one that is not drawn with here; with one line.
    """
    tensors, metadata = _header(path)
    _check_parts(path, tensors)
    if any(_EDM.match(name) for name in tensors):
        raise ModelLoadError(
            f"{path}: expected an SDXL checkpoint, and this one has EDM's noise (as CosXL and Playground 2.5 have), "
            "which is not drawn with here"
        )
    wanted = tensors.get(_FIRST_CONVOLUTION)
    if wanted is not None and len(wanted.shape) > 1 and wanted.shape[1] > _LATENTS:
        raise ModelLoadError(
            f"{path}: expected an SDXL base checkpoint, whose UNet takes {_LATENTS} channels, and this one takes "
            f"{wanted.shape[1]}: it is one for inpainting or editing"
        )
    small = sorted({tensor.dtype for tensor in tensors.values() if tensor.dtype.startswith("F8")})
    if small or any(_QUANTISED.search(name) for name in tensors):
        raise ModelLoadError(
            f"{path}: expected weights in float16, bfloat16 or float32, and these are "
            f"{f'float8 ({small[0]})' if small else 'quantised'}"
        )
    return _statement(tensors, metadata)


class Look(NamedTuple):
    """What a file is."""

    kind: str
    """In words; "": nothing that is known here."""
    metadata: Mapping[str, str]
    statement: Statement
    """Of an SDXL checkpoint."""


CHECKPOINT, LORA, VAE = "an SDXL checkpoint", "a LoRA", "a VAE by itself"


def look(path: Path) -> Look:
    """Say what a safetensors file is, whether it can be drawn with or not.

    Raises:
        ModelLoadError: It is no such file, or cannot be read.
    """
    recognise(path)
    tensors, metadata = _header(path)
    if not _absent(tensors):
        return Look(CHECKPOINT, metadata, _statement(tensors, metadata))
    return Look(_other(tensors), metadata, NOTHING)


def _absent(tensors: Mapping[str, Tensor]) -> list[str]:
    """List what an SDXL checkpoint has and this file has not."""
    return [part for part, starts in _PARTS.items() if not any(name.startswith(starts) for name in tensors)]


def _other(tensors: Mapping[str, Tensor]) -> str:
    """Name what it is instead; "": nothing that is known here."""
    return next((kind for kind, named in _OTHERS if any(named.search(name) for name in tensors)), "")


def _kind(start: bytes) -> str:
    """Name what a file is by its first bytes; "": it may be what it should.

    A header of 640 bytes begins as a pickle does, with its length: 0x80, 0x02.
    """
    length = int.from_bytes(start[:_LENGTH_BYTES], "little")
    if start[_LENGTH_BYTES : _LENGTH_BYTES + 1] == b"{" and length <= MAX_HEADER_BYTES:
        return ""
    text = start.lstrip().lower()
    if not start:
        return "an empty file"
    if start.startswith(b"version https://git-lfs"):
        found = re.search(rb"^size (\d{1,15})", start, re.MULTILINE)
        size = f" of {int(found[1]) / 1e9:.1f} GB" if found else ""
        return f"a Git LFS pointer{size}, not the file: fetch it with git lfs pull, or download it"
    if text.startswith((b"<!doctype", b"<html", b"<head", b"<?xml")):
        return "a web page, not the file: the site wanted something else first, such as a login"
    if start.startswith((b"PK\x03\x04", b"\x80\x02", b"\x80\x03", b"\x80\x04")):
        return "a pickled checkpoint under another name, which can run code"
    if start.startswith(b"GGUF"):
        return "a GGUF file, which is not drawn with here"
    if start.startswith((b"\x1f\x8b", b"7z\xbc\xaf", b"Rar!")):
        return "an archive: unpack it"
    if text.startswith((b"{", b"[")):
        return "JSON: an answer instead of the file, perhaps"
    return ""


def _header(path: Path) -> tuple[dict[str, Tensor], dict[str, str]]:
    """Read the names, dtypes and shapes of all tensors, and the texts beside them; safetensors has checked the file."""
    try:
        with path.open("rb") as file:
            length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
            found: object = json.loads(file.read(min(length, MAX_HEADER_BYTES)))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelLoadError(f"{path}: expected a complete safetensors file, and its header cannot be read") from error
    table = cast("dict[str, Any]", found) if isinstance(found, dict) else {}
    metadata = table.pop("__metadata__", None)
    tensors: dict[str, Tensor] = {}
    for name, value in table.items():
        tensor = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
        tensors[name] = Tensor(str(tensor.get("dtype")), tuple(tensor.get("shape") or ()))
    texts = cast("dict[str, Any]", metadata) if isinstance(metadata, dict) else {}
    return tensors, {name: value for name, value in texts.items() if isinstance(value, str)}


def _check_parts(path: Path, tensors: Mapping[str, Tensor]) -> None:
    absent, other = _absent(tensors), _other(tensors)
    if not absent:
        return
    if not tensors:
        other = "a file without a single tensor"
    elif not other and absent == list(_PARTS)[1:]:
        other = "a UNet by itself"
    elif not other and len(absent) == len(_PARTS):
        other = f"something else, whose first tensor is {min(tensors)[:80]}"
    lacks = absent[0] if len(absent) == 1 else f"{', '.join(absent[:-1])} and {absent[-1]}"
    is_ = f": it is {other}" if other else ""
    raise ModelLoadError(f"{path}: expected an SDXL checkpoint, and it lacks {lacks}{is_}")


def _statement(tensors: Mapping[str, Tensor], metadata: Mapping[str, str]) -> Statement:
    """Read how it was trained; without trailing steps the end where there is nothing but noise is never visited."""
    said = metadata.get("modelspec.prediction_type", "").casefold()
    if _V_PRED not in tensors and said not in {"v", "v_prediction", "vpred"}:
        return NOTHING
    if _ZERO_SNR not in tensors and metadata.get("ss_zero_terminal_snr", "").casefold() != "true":
        return Statement({"prediction_type": "v_prediction"}, "v-prediction")
    return Statement(
        {"prediction_type": "v_prediction", "rescale_betas_zero_snr": True, "timestep_spacing": "trailing"},
        "v-prediction with zero terminal SNR",
    )

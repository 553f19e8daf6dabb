"""What a LoRA's file holds, by its header alone: which changes of which layers, and what its trainer says of it.

Nothing of the weights is read, and no library opens the file. What is no whole LoRA is refused in one line that names
the file and what is wrong with it.
"""

from __future__ import annotations

import hashlib
import json
import math
import re
import struct
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

from engine import header, lora_names
from engine.errors import LoraRefused, ModelLoadError
from engine.lora_names import NETWORKS
from engine.lora_tensors import DTYPE_BYTES, read_table, read_tensors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.lora_names import Network, Part
    from engine.lora_tensors import Stored

MAX_WORDS, MAX_WORD_CHARACTERS = 8, 60
"""Of what a file offers to be typed."""
HASH_DIGITS = 12
"""As WebUI writes a LoRA's hash (``extensions-builtin/Lora/network.py``)."""

_CHUNK_BYTES = 1024 * 1024


class Layer(NamedTuple):
    """Which layer is changed: of which network, and its flat name as the file spells it."""

    network: Network
    name: str

    def __str__(self) -> str:
        return f"{self.name[:100]} of the {NETWORKS[self.network]}"


@dataclass(frozen=True)
class LoraOutline:
    """A whole LoRA, as its header says."""

    path: Path
    layers: Mapping[Layer, Mapping[Part, Stored]]
    data_begin: int
    """How far into the file the header goes."""
    metadata: Mapping[str, str]
    family: str
    """``SDXL``, another model, or "" where neither shapes nor names say."""

    @property
    def kinds(self) -> tuple[str, ...]:
        """Name the ways in which it changes layers, the commonest first."""
        found = [_kind(parts) for parts in self.layers.values()]
        return tuple(sorted(set(found), key=lambda kind: (-found.count(kind), kind)))

    @property
    def ranks(self) -> tuple[int, ...]:
        """Give the ranks that its layers have, from the lowest."""
        return tuple(sorted({rank for parts in self.layers.values() if (rank := rank_of(parts))}))

    @property
    def networks(self) -> tuple[Network, ...]:
        """Name the networks that it changes."""
        return tuple(network for network in NETWORKS if any(layer.network == network for layer in self.layers))


def read(path: Path) -> LoraOutline:
    """Read the header of a file.

    Raises:
        LoraRefused: It is no LoRA, or a broken one.
    """
    try:
        header.recognise(path)
        with path.open("rb") as file:
            size = path.stat().st_size
            table, begin = read_table(path, file, size)
    except ModelLoadError as error:
        raise LoraRefused(path.name, _without(path, str(error))) from error
    except OSError as error:
        raise LoraRefused(path.name, f"it cannot be read: {error.strerror}") from error
    texts: object = table.pop("__metadata__", {})
    if not isinstance(texts, dict) or not all(isinstance(one, str) for one in cast("dict[Any, Any]", texts).values()):
        raise LoraRefused(path.name, "its header's texts are none")
    metadata = cast("dict[str, str]", texts)
    stored = read_tensors(path, table, size - begin)
    family = _family(stored, metadata)
    return LoraOutline(path, _layers(path, stored, family), begin, metadata, family)


def alphas(outline: LoraOutline) -> dict[Layer, float]:
    """Read what is one number a layer: by how much more than its rank it counts.

    Raises:
        LoraRefused: One is no number above 0, or the file cannot be read.
    """
    said = _adapter_alphas(outline)
    try:
        with outline.path.open("rb") as file:
            for layer, parts in outline.layers.items():
                if (alpha := parts.get("alpha")) is not None:
                    file.seek(outline.data_begin + alpha.begin)
                    said[layer] = _number(alpha.dtype, file.read(alpha.end - alpha.begin))
    except OSError as error:
        raise LoraRefused(outline.path.name, f"it cannot be read: {error.strerror}") from error
    if wrong := next((layer for layer, alpha in said.items() if not (math.isfinite(alpha) and alpha > 0)), None):
        raise LoraRefused(outline.path.name, f"the alpha of {wrong} is {said[wrong]:g}")
    return said


def sha256(outline: LoraOutline) -> str:
    """Hash all that follows the header, as Civitai (AutoV3) and sd-scripts do: editing what it says leaves it alone.

    Raises:
        LoraRefused: The file cannot be read.
    """
    digest = hashlib.sha256()
    try:
        with outline.path.open("rb") as file:
            file.seek(outline.data_begin)
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
    except OSError as error:
        raise LoraRefused(outline.path.name, f"it cannot be read: {error.strerror}") from error
    return digest.hexdigest()


class Shaped(Protocol):
    """Of which only the shape is asked."""

    @property
    def shape(self) -> tuple[int, ...]: ...


def rank_of(parts: Mapping[Part, Shaped]) -> int:
    """Give the rank of a layer's change; 0: it has none, for it is whole."""
    for part, axis in (("down", 0), ("w1_b", 0), ("k1_b", 0), ("k2_b", 0)):
        if (found := parts.get(part)) is not None and found.shape:
            return found.shape[axis]
    return 0


def words(outline: LoraOutline) -> tuple[str, ...]:
    """Give what its trainer says that it listens to, or what every one of its pictures was tagged with.

    Of a file's tags no more than this leaves here: they list what the pictures show, whatever that is, and where the
    trainer kept them.
    """
    if said := outline.metadata.get("modelspec.trigger_phrase", "").strip():
        return _short(re.split(r"[,\n]", said))
    frequencies = _json(outline.metadata.get("ss_tag_frequency", ""))
    folders = _json(outline.metadata.get("ss_dataset_dirs", ""))
    found: list[str] = []
    for name, tags in frequencies.items():
        folder = folders.get(name)
        count = cast("dict[str, Any]", folder).get("img_count") if isinstance(folder, dict) else None
        if isinstance(tags, dict) and isinstance(count, int) and count > 1:
            found += [tag for tag, times in cast("dict[str, Any]", tags).items() if times == count]
    return _short(found)


def title(outline: LoraOutline) -> str:
    """Give the name that its trainer gave it, or the file's."""
    said = outline.metadata.get("modelspec.title") or outline.metadata.get("ss_output_name") or ""
    return _line(said)[:100] or outline.path.stem[:100]


def base(outline: LoraOutline) -> str:
    """Name the checkpoint that it was trained on; "": nobody says."""
    said = _line(outline.metadata.get("ss_sd_model_name", ""))
    return re.sub(r"\.(?:safetensors|ckpt)$", "", re.split(r"[/\\]", said)[-1])[:100]


def licence(outline: LoraOutline) -> str:
    """Give what it says of its licence; "": nothing."""
    return _line(outline.metadata.get("modelspec.license", ""))[:200]


def prediction(outline: LoraOutline) -> str:
    """Say how the model that it was trained on predicts; "": nobody says."""
    said = outline.metadata.get("modelspec.prediction_type", "").casefold()
    if said in {"v", "v_prediction", "vpred"} or outline.metadata.get("ss_v_parameterization") == "True":
        return "v"
    return "epsilon" if said == "epsilon" else ""


def _layers(path: Path, stored: list[Stored], family: str) -> dict[Layer, dict[Part, Stored]]:
    """Sort the tensors by the layer that they change."""
    layers: dict[Layer, dict[Part, Stored]] = {}
    unknown: list[str] = []
    for tensor in stored:
        if (name := lora_names.read(tensor.name)) is None:
            unknown.append(tensor.name)
            continue
        parts = layers.setdefault(Layer(name.network, name.layer), {})
        if name.part in parts:
            raise LoraRefused(path.name, f"it changes one layer twice: {tensor.name[:100]}")
        parts[name.part] = tensor
    if family not in {"", "SDXL"}:
        raise LoraRefused(path.name, f"it is for {family}, and expected is one for SDXL")
    if unknown:
        more = f" and {len(unknown) - 1} more" if len(unknown) > 1 else ""
        raise LoraRefused(path.name, f"it holds what is not known here: {min(unknown)[:100]}{more}")
    for layer, parts in layers.items():
        if wrong := _incomplete(parts):
            raise LoraRefused(path.name, f"the change of {layer} {wrong}")
    return layers


_ADDITIONS: frozenset[Part] = frozenset({"alpha", "magnitude", "bias_difference"})


def _kind(parts: Mapping[Part, Stored]) -> str:
    """Name how a layer is changed."""
    if "magnitude" in parts:
        return "DoRA"
    if "mid" in parts:
        return "LoCon (CP)"
    if "down" in parts or "up" in parts:
        down = parts.get("down")
        return "LoCon" if down is not None and len(down.shape) == 4 else "LoRA"  # noqa: PLR2004  (a convolution)
    first = min(frozenset(parts) - _ADDITIONS, default="difference")
    return "LoHa" if first[0] in "wt" else "LoKr" if first[0] == "k" else "full difference"


_WHOLE: tuple[frozenset[Part], ...] = (
    frozenset({"down", "up"}),
    frozenset({"down", "up", "mid"}),
    frozenset({"w1_a", "w1_b", "w2_a", "w2_b"}),
    frozenset({"w1_a", "w1_b", "w2_a", "w2_b", "t1", "t2"}),
    *(
        frozenset({*first, *second})
        for first in (("k1",), ("k1_a", "k1_b"))
        for second in (("k2",), ("k2_a", "k2_b"), ("k2_a", "k2_b", "kt2"))
    ),
    frozenset({"difference"}),
    frozenset({"replacement"}),
)
"""What belongs together."""


def _incomplete(parts: Mapping[Part, Stored]) -> str:
    """Say what is wrong with the parts of one change; "": nothing."""
    change = frozenset(parts) - _ADDITIONS
    if change in _WHOLE or (not change and set(parts) == {"bias_difference"}):
        return ""
    whole = min((whole for whole in _WHOLE if change < whole), key=len, default=None)
    if whole is None:
        return f"is several at once, or none: {', '.join(sorted(parts))}"
    lacks = ", ".join(sorted(whole - change))
    return f"is half there: it lacks {lacks}"


_WIDTHS = {2048: "SDXL", 768: "SD 1.5", 1024: "SD 2"}
"""Of the text that a UNet's second attention reads."""

_FAMILIES: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("Flux", re.compile(r"(?:double|single)_blocks[._]\d|single_transformer_blocks[._]\d")),
    ("SD 3", re.compile(r"joint_blocks[._]\d")),
    ("another model than SDXL", re.compile(r"^(?:transformer\.|lora_transformer_|.*llm_adapter)")),
    ("SD 1.5 or SD 2", re.compile(r"^lora_te_")),
)
_READS_TEXT = re.compile(r"attn2[._](?:processor\.)?to_[kv](?:_lora)?\.(?:.*(?:down|lora_A)\b.*weight|diff)$")
_ARCHITECTURES = (
    ("stable-diffusion-xl", "SDXL"),
    ("flux", "Flux"),
    ("stable-diffusion-v1", "SD 1.5"),
    ("stable-diffusion-v2", "SD 2"),
    ("stable-diffusion-3", "SD 3"),
)


def _family(stored: list[Stored], metadata: Mapping[str, str]) -> str:
    """Say what it is for: by shapes first, then by names, and by what it says of itself last."""
    for tensor in stored:
        if _READS_TEXT.search(tensor.name) and len(tensor.shape) > 1 and tensor.shape[1] in _WIDTHS:
            return _WIDTHS[tensor.shape[1]]
    for family, named in _FAMILIES:
        if any(named.search(tensor.name) for tensor in stored):
            return family
    said = metadata.get("modelspec.architecture", "").casefold()
    if found := next((family for start, family in _ARCHITECTURES if said.startswith(start)), ""):
        return found
    return "SDXL" if metadata.get("ss_base_model_version", "").startswith("sdxl_") else ""


def _adapter_alphas(outline: LoraOutline) -> dict[Layer, float]:
    """Read what newer files of PEFT say beside the tensors: one alpha, and others by layer (``lora_adapter_metadata``).

    With rsLoRA the root of the rank is divided by, and not the rank (Kalajdzievski, arXiv 2312.03732).
    """
    said = _json(outline.metadata.get("lora_adapter_metadata", ""))
    found: dict[Layer, float] = {}
    for layer, parts in outline.layers.items():
        alpha: object = said.get(f"{layer.network}.lora_alpha")
        patterns: object = said.get(f"{layer.network}.alpha_pattern")
        if isinstance(patterns, dict):
            for pattern, value in cast("dict[str, Any]", patterns).items():
                flat = pattern.replace(".", "_")
                if layer.name == flat or layer.name.endswith(f"_{flat}"):
                    alpha = value
        if isinstance(alpha, int | float) and not isinstance(alpha, bool):
            found[layer] = float(alpha) * (math.sqrt(rank_of(parts)) if said.get(f"{layer.network}.use_rslora") else 1)
    return found


def _number(dtype: str, data: bytes) -> float:
    """Read one number; NaN where there are several."""
    if len(data) != DTYPE_BYTES[dtype]:
        return math.nan
    if dtype == "BF16":
        return struct.unpack("<f", b"\0\0" + data)[0]
    return struct.unpack({"F16": "<e", "F32": "<f", "F64": "<d"}[dtype], data)[0]


def _json(text: str) -> dict[str, Any]:
    try:
        found: object = json.loads(text or "{}")
    except (ValueError, RecursionError):
        return {}
    return cast("dict[str, Any]", found) if isinstance(found, dict) else {}


def _short(found: list[str]) -> tuple[str, ...]:
    lines = [line for one in found if (line := _line(one)) and len(line) <= MAX_WORD_CHARACTERS]
    return tuple(dict.fromkeys(lines))[:MAX_WORDS]


def _line(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _without(path: Path, said: str) -> str:
    return said.removeprefix(f"{path}: ")

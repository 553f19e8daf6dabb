"""Which tensors a LoRA's file has and where each lies, by its header alone: together they fill the file, each once."""

from __future__ import annotations

import json
import math
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, TypeGuard, cast

from engine.errors import LoraRefused

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

MAX_HEADER_BYTES = 32 * 1024 * 1024
"""The longest have the tags of a hundred thousand pictures in them: a few megabytes."""
MAX_TENSORS = 20_000
"""SDXL has 2,600 layers with the norms, and LoHa has five tensors for each."""
MAX_BYTES = 6 * 1024**3
"""All weights of SDXL's networks but the VAE's, in half precision, and what is around them."""

_LENGTH_BYTES = 8
DTYPE_BYTES = {"F16": 2, "BF16": 2, "F32": 4, "F64": 8}
"""As safetensors writes them."""


class Stored(NamedTuple):
    """One tensor of the file."""

    name: str
    dtype: str
    """As safetensors writes it: ``F16``."""
    shape: tuple[int, ...]
    begin: int
    """Of its bytes, counted from the end of the header."""
    end: int


def read_table(path: Path, file: BinaryIO, size: int) -> tuple[dict[str, Any], int]:
    """Read a header, and how far into the file it goes.

    Raises:
        LoraRefused: It is none, or broken.
        OSError: The file cannot be read.
    """
    length = int.from_bytes(file.read(_LENGTH_BYTES), "little")
    if size > MAX_BYTES or length > min(MAX_HEADER_BYTES, size - _LENGTH_BYTES) or length <= 0:
        raise LoraRefused(path.name, "it is cut off, or no LoRA: its header would not fit")
    try:
        found: object = json.loads(file.read(length), object_pairs_hook=_once)
    except _Twice as error:
        raise LoraRefused(path.name, f"it names a tensor twice: {str(error)[:100]}") from error
    except (ValueError, RecursionError) as error:
        raise LoraRefused(path.name, "its header cannot be read: it is broken or cut off") from error
    if not isinstance(found, dict):
        raise LoraRefused(path.name, "its header is no table of tensors")
    return cast("dict[str, Any]", found), _LENGTH_BYTES + length


class _Twice(Exception):
    """A key stands twice in one table; the message is the key."""


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise _Twice(key)
        found[key] = value
    return found


def read_tensors(path: Path, table: Mapping[str, Any], size: int) -> list[Stored]:
    """Read where each tensor lies.

    Args:
        path: For the refusal.
        table: The header, without its texts.
        size: Of all that follows it, in bytes.

    Raises:
        LoraRefused: They do not fill the file, each once.
    """
    if len(table) > MAX_TENSORS:
        raise LoraRefused(path.name, f"it has {len(table)} tensors, and at most {MAX_TENSORS} are read")
    if not table:
        raise LoraRefused(path.name, "it holds no tensor at all")
    found = [_stored(path, name, value) for name, value in table.items()]
    at = 0
    for tensor in sorted(found, key=lambda tensor: (tensor.begin, tensor.end)):
        if tensor.begin != at:
            raise LoraRefused(path.name, f"{tensor.name[:100]} does not lie where the one before it ends")
        at = tensor.end
    if at != size:
        raise LoraRefused(path.name, f"its tensors have {at} bytes, and {size} are there: it is cut off or broken")
    return found


def _stored(path: Path, name: str, value: object) -> Stored:
    entry = cast("dict[str, Any]", value) if isinstance(value, dict) else {}
    shape, offsets, dtype = entry.get("shape"), entry.get("data_offsets"), str(entry.get("dtype"))
    if not (_are_numbers(shape) and _are_numbers(offsets) and len(offsets) == 2):  # noqa: PLR2004  (begin and end)
        raise LoraRefused(path.name, f"{name[:100]} has no shape or no place")
    if dtype not in DTYPE_BYTES:
        raise LoraRefused(path.name, f"{name[:100]} is stored as {dtype[:20]}; expected float16, bfloat16 or float32")
    begin, end = offsets
    if math.prod(shape) * DTYPE_BYTES[dtype] != end - begin or end == begin:
        raise LoraRefused(path.name, f"{name[:100]} has not as many bytes as its shape says")
    return Stored(name, dtype, tuple(shape), begin, end)


def _are_numbers(value: Any) -> TypeGuard[list[int]]:
    return isinstance(value, list) and all(
        isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in cast("list[Any]", value)
    )

"""A network that enlarges pixels, where the configuration names one: read, tried once, and run in the room there is."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from safetensors import SafetensorError
from torch.nn import functional

from engine import checkpoint, esrgan, memory
from engine.errors import ModelLoadError, NumericalFailure, OutOfMemory
from engine.placing import place
from engine.tiles import Tiling
from engine.transfer import send

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

log = logging.getLogger(__name__)

SIDES, OVERLAP = (512, 256, 128), 64
"""Pixels of the tiles, and of what two of them share. The largest is taken first and always, so that a picture does not
depend on how much room there was; the others are for where there is none."""

_TRIED = 32
"""Pixels, at least, of a side of the picture that is tried when it is loaded."""

_LIBRARY_ERRORS = (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, ImportError, SafetensorError)
"""What transformers raises on a folder whose content is not what its names say."""


@dataclass(frozen=True, eq=False)
class Upscaler:
    """One network on one device, in float32: such networks overflow in half precision, and are small beside a UNet."""

    name: str
    hash: str
    """First ten hex digits of the SHA-256 of its weights."""
    device: torch.device
    run: Callable[[Tensor], Tensor]
    """(1, 3, h, w) of 0 … 1 to (1, 3, scale·h, scale·w)."""
    scale: int
    multiple: int = 1
    """Of pixels, that sides have to be: the window of a transformer."""

    def enlarge(self, pixels: NDArray[np.uint8], *, width: int, height: int) -> Tensor:
        """Enlarge a picture, (H, W, 3), to exactly this size: by the network, and from there by bicubic filtering.

        Returns:
            (1, 3, height, width) of 0 … 1, on the device.

        Raises:
            NumericalFailure: The network made something that is no picture.
            OutOfMemory: There is no room for it even in the smallest tiles.
            RuntimeError: Nothing worked, and it is not certain that memory was short.
        """
        image = send(torch.from_numpy(pixels.copy()), self.device).permute(2, 0, 1).unsqueeze(0).float() / 255
        failure: Exception = MemoryError()
        for side in SIDES:
            try:
                return self._enlarge(image, Tiling(side, OVERLAP), (height, width))
            except (RuntimeError, MemoryError) as error:
                if not memory.may_be_out_of_memory(error):
                    raise
                failure = error.with_traceback(None)  # which holds the tensors of the failed call
            memory.release(self.device)
            log.warning("no memory to upscale tiles of %d pixels; trying with smaller ones", side)
        if memory.is_out_of_memory(failure):
            raise OutOfMemory(memory.one_line(failure))
        raise failure

    def _enlarge(self, image: Tensor, tiling: Tiling, size: tuple[int, int]) -> Tensor:
        height, width = image.shape[2:]
        whole = image.new_zeros(1, 3, height * self.scale, width * self.scale)
        for rows, columns in tiling.cover(width=width, height=height, compression=1):
            tile = image[..., rows.start : rows.start + rows.length, columns.start : columns.start + columns.length]
            down, right = (self._repeated(span.shares) for span in (rows, columns))
            top, left = rows.start * self.scale, columns.start * self.scale
            whole[..., top : top + len(down), left : left + len(right)] += (
                down.unsqueeze(1) * right * self._of_any_size(tile)
            )
        if not whole.isfinite().all():
            raise NumericalFailure(f"the upscaler {self.name} made a picture that is not finite")
        return functional.interpolate(whole, size=size, mode="bicubic", antialias=True).clamp(0, 1)

    def _repeated(self, shares: tuple[float, ...]) -> Tensor:
        return send(torch.tensor(shares).repeat_interleave(self.scale), self.device)

    def _of_any_size(self, image: Tensor) -> Tensor:
        height, width = image.shape[2:]
        padding = (0, -width % self.multiple, 0, -height % self.multiple)
        larger = self.run(functional.pad(image, padding, mode="replicate"))
        return larger[..., : height * self.scale, : width * self.scale]


def load(named: str, device: torch.device) -> Upscaler:
    """Read what ``engine.upscaler`` names.

    Raises:
        ModelLoadError: It cannot be read, or does not enlarge pictures; with one line that names the path.
    """
    path = Path(named).expanduser()
    if path.is_dir():
        weights, run, multiple = _of_folder(path, device)
    elif path.suffix.lower() in {".safetensors", ".bin"}:
        network = esrgan.read(path)
        weights, run, multiple = path, place(network, device, torch.float32), 1
    else:
        pickled = path.suffix.lower() in checkpoint.PICKLED
        found = "a pickled file can run code" if pickled else "there is none" if not path.exists() else "this is none"
        raise ModelLoadError(
            f"{path}: engine.upscaler expects a folder as transformers saves an upscaler, or Real-ESRGAN's weights as "
            f".safetensors or ncnn's .bin, and {found}"
        )
    scale = _tried(path, run, device, -(-_TRIED // multiple) * multiple)
    with weights.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    return Upscaler(path.resolve().stem, digest[:10], device, run, scale, multiple)


def _of_folder(folder: Path, device: torch.device) -> tuple[Path, Callable[[Tensor], Tensor], int]:
    from transformers import AutoModelForImageToImage

    checkpoint.read_json(folder / "config.json")
    try:
        loaded, info = AutoModelForImageToImage.from_pretrained(
            str(folder), local_files_only=True, use_safetensors=True, output_loading_info=True
        )
    except _LIBRARY_ERRORS as error:
        line = " ".join(str(error).split())[:300]
        raise ModelLoadError(f"{folder}: expected an upscaler of transformers, such as Swin2SR: {line}") from error
    if wrong := [*info["missing_keys"], *info["mismatched_keys"]]:
        raise ModelLoadError(f"{folder}: expected an upscaler, and {len(wrong)} of its tensors are missing")
    network: Any = place(loaded, device, torch.float32)
    weights = next(iter(sorted(folder.glob("*.safetensors"))))
    return weights, lambda image: network(image).reconstruction, int(getattr(network.config, "window_size", 1))


@torch.inference_mode()
def _tried(path: Path, run: Callable[[Tensor], Tensor], device: torch.device, side: int) -> int:
    """Enlarge a picture of this side, and give how many times as large it has become.

    Raises:
        ModelLoadError: It is no larger one, or no picture.
    """
    grey = torch.full((1, 3, side, side), 0.5, device=device)
    try:
        made = run(grey)
    except _LIBRARY_ERRORS as error:
        line = " ".join(str(error).split())[:300]
        raise ModelLoadError(f"{path}: this upscaler cannot be used: {line}") from error
    scale = made.shape[-1] // side
    if scale < 2 or made.shape != (1, 3, scale * side, scale * side):  # noqa: PLR2004
        raise ModelLoadError(f"{path}: expected an upscaler, and this makes {tuple(made.shape)} of {tuple(grey.shape)}")
    if not made.isfinite().all():
        raise ModelLoadError(f"{path}: this upscaler's pictures are not finite, so its weights are broken")
    return scale

"""Parts of a picture, each drawn over at full size and laid back: a pass for each, and what comes of all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image

from engine import masks, rescue
from engine.encode import encode
from engine.regions import EnlargedPart, enlarged_part
from engine.repainting import ChangeMap
from engine.wire import Pixels

if TYPE_CHECKING:
    from collections.abc import Generator
    from concurrent.futures import Executor, Future

    from numpy.typing import NDArray
    from torch import Tensor

    from engine.denoise import Noise
    from engine.model import Model
    from engine.plan import FinalLatents
    from engine.wire import Box, Generate


def parts(request: Generate, compression: int) -> list[DetailedPart]:
    """List the parts of a request's picture that are drawn over, by a model of so many pixels to a latent."""
    width, height = request.sampling.width, request.sampling.height
    return [DetailedPart(request, box, enlarged_part(box, width, height, compression)) for box in request.details]


@dataclass(eq=False)
class DetailedPart:
    """One part; what its pass begins with is made ahead, beside what it changes."""

    request: Generate
    box: Box
    place: EnlargedPart
    _pixels: list[Pixels] = field(default_factory=list[Pixels])

    def change(self, model: Model) -> ChangeMap:
        """Say what of it is drawn anew: the box, and not what is shown around it; in any thread."""
        self._pixels = [self._enlarged()]
        shares = masks.softened(masks.cells(self._mask(), model.compression))
        return ChangeMap(torch.from_numpy(np.ascontiguousarray(shares))[None, None], gradual=True)

    def source(self, model: Model, noise: Noise, _before: Tensor | None) -> Tensor:
        """Encode it at full size: (1, C, h, w)."""
        (pixels,) = self._pixels
        return encode(model, pixels, noise.encoding)

    def laid_into(self, canvas: NDArray[np.uint8], drawn: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Lay what was drawn at full size, (h, w, 3), back into the picture, (H, W, 3)."""
        left, top, right, bottom = self.place.box
        wide, high = self.place.shown
        small = Image.fromarray(drawn[:high, :wide]).resize((right - left, bottom - top), Image.Resampling.LANCZOS)
        new = canvas.copy()
        new[top:bottom, left:right] = np.asarray(small)
        mask = self._mask()[:high, :wide]
        whole = np.zeros(canvas.shape[:2], np.uint8)
        whole[top:bottom, left:right] = np.asarray(Image.fromarray(mask).resize(small.size, Image.Resampling.BILINEAR))
        return masks.paste(canvas, new, masks.laid(whole, 0))

    def _enlarged(self) -> Pixels:
        place = self.place
        part = Image.fromarray(picture(self.request)).crop(place.box).resize(place.shown, Image.Resampling.LANCZOS)
        return Pixels(width=place.width, height=place.height, values=self._whole(np.asarray(part)).tobytes())

    def _mask(self) -> NDArray[np.uint8]:
        """Mark the box at full size, (h, w), with an edge that goes over as much of the padding as there is."""
        place, box = self.place, self.box
        shown = (box.left - place.left, box.top - place.top)
        ramps = [
            _ramp(start, length, whole, full)
            for start, length, whole, full in (
                (shown[1], box.height, place.bottom - place.top, place.shown[1]),
                (shown[0], box.width, place.right - place.left, place.shown[0]),
            )
        ]
        return self._whole(np.rint(255 * np.minimum(ramps[0][:, None], ramps[1])).astype(np.uint8))

    def _whole(self, shown: NDArray[np.uint8]) -> NDArray[np.uint8]:
        """Let the edge of what is shown, (h, w) or with colours, go on as far as latents do."""
        place, (wide, high) = self.place, self.place.shown
        more = ((0, place.height - high), (0, place.width - wide), (0, 0))
        return np.pad(shown, more[: shown.ndim], mode="edge")


def _ramp(start: int, length: int, whole: int, full: int) -> NDArray[np.float32]:
    """Rise from 0 at the edge of what is shown to 1 where the box begins, and fall likewise, over a side at full size.

    At the picture's own edge there is nothing to fit to.
    """
    at = (np.arange(full, dtype=np.float32) + 0.5) * whole / full
    behind = whole - start - length
    rising = np.minimum(1, at / start) if start else np.ones(full)
    falling = np.minimum(1, (whole - at) / behind) if behind else np.ones(full)
    return np.minimum(rising, falling, dtype=np.float32)


def picture(request: Generate) -> NDArray[np.uint8]:
    """Give the pixels that a request begins with, (H, W, 3).

    Raises:
        ValueError: There are none.
    """
    if request.start is None or not isinstance(request.start.image, Pixels):
        raise ValueError("it begins with no pixels")
    image = request.start.image
    return np.frombuffer(image.values, np.uint8).reshape(image.height, image.width, 3)


def together(
    all_parts: list[DetailedPart], final: FinalLatents, model: Model, pool: Executor
) -> Generator[Future[Any], None, NDArray[np.uint8]]:
    """Decode each part and lay it into the picture, (H, W, 3).

    Raises:
        GenerationError: One of them cannot be decoded.
    """
    canvas = picture(all_parts[0].request)
    for part, latents in zip(all_parts, (*final.earlier, final.latents), strict=True):
        pixels = yield from rescue.decoded(model, latents, pool)
        laying = pool.submit(part.laid_into, canvas, pixels)
        yield laying
        canvas = laying.result()
    return canvas

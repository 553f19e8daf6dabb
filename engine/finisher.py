"""What happens to pixels before they may leave: they are rated, and compressed, in threads beside the worker's.

Everything that is sent comes out of here. Where pictures are rated, nothing comes out unrated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np
from PIL import Image, ImageFilter

from engine import png
from engine.errors import RatingFailed, Withheld

if TYPE_CHECKING:
    from concurrent.futures import Executor, Future

    from numpy.typing import NDArray

    from engine.rating import Rate, Rated
    from engine.wire import Rating

UNRATED_SIDE = 64
"""Pixels on the long side of a preview that nothing rated."""
UNRATED_BLUR = 2.0
"""Pixels, of the shrunk preview: shapes and colours stay, what somebody wears does not."""


class FinishedImage(NamedTuple):
    """Bytes that may leave."""

    png: bytes
    rating: Rating | None
    """None where nothing rates."""


class Finisher:
    """Belongs to the worker's thread, which it never holds up."""

    def __init__(self, pool: Executor, *, rate: Rate | None = None, raters: Executor | None = None) -> None:
        """Set up.

        Args:
            pool: Compresses.
            rate: None: nothing rates, and previews are made unrecognisable.
            raters: Runs `rate`, one picture at a time; None: the pool does.
        """
        self._pool = pool
        self._rate = rate
        self._raters = raters or pool
        self._last: Future[Rated] | None = None

    @property
    def busy(self) -> bool:
        """Whether a preview would keep a picture waiting: rating takes its time."""
        return self._last is not None and not self._last.done()

    def picture(self, pixels: NDArray[np.uint8], parameters: str) -> Future[FinishedImage]:
        """Rate and compress a finished picture, (H, W, 3), with its recipe.

        Raises, through the future:
            RatingFailed: It could not be rated, for whatever reason.
            Withheld: Nobody may see it.
        """
        return self._pool.submit(_finished, pixels, parameters, self._rated(pixels))

    def preview(self, pixels: NDArray[np.uint8]) -> Future[FinishedImage]:
        """Rate and compress a preview, (H, W, 3); raises as `picture`."""
        rating = self._rated(pixels)
        if rating is None:
            return self._pool.submit(_obscure, pixels)
        return self._pool.submit(_finished, pixels, None, rating)

    def _rated(self, pixels: NDArray[np.uint8]) -> Future[Rated] | None:
        self._last = self._raters.submit(self._rate, pixels) if self._rate is not None else None
        return self._last


def _finished(pixels: NDArray[np.uint8], parameters: str | None, rating: Future[Rated] | None) -> FinishedImage:
    """Compress while it is being rated."""
    data = png.encode(pixels, parameters=parameters)
    if rating is None:
        return FinishedImage(data, None)
    if (error := rating.exception()) is not None:
        raise RatingFailed(f"{type(error).__name__}: {error}") from error
    rated = rating.result()
    if rated.withheld:
        raise Withheld(f"somebody looks like a child in a picture above safe ({rated.evidence})")
    return FinishedImage(data, rated.rating)


def _obscure(pixels: NDArray[np.uint8]) -> FinishedImage:
    return FinishedImage(png.encode(unrecognisable(pixels)), None)


def unrecognisable(pixels: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Leave so little of a preview, (H, W, 3), that nobody needs to rate it."""
    small = Image.fromarray(pixels)
    small.thumbnail((UNRATED_SIDE, UNRATED_SIDE))
    return np.asarray(small.filter(ImageFilter.GaussianBlur(UNRATED_BLUR)))

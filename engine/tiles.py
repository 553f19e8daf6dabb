"""How a large picture is covered with tiles that overlap, and how much each counts where; pure."""

from __future__ import annotations

import math
from dataclasses import dataclass
from itertools import product, starmap
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence


class Span(NamedTuple):
    """One tile's share of a side."""

    start: int
    length: int
    shares: tuple[float, ...]
    """How much it counts at each place: the shares of all tiles are 1 together."""


class CoveringTile(NamedTuple):
    """One tile of a picture."""

    rows: Span
    columns: Span


@dataclass(frozen=True, slots=True)
class Tiling:
    """The size of tiles, in pixels."""

    side: int = 1024
    """At most: what SDXL was trained with, and hardly more than what was drawn before it was enlarged."""
    overlap: int = 128
    """At least: an eighth of the side."""

    def cover(self, *, width: int, height: int, compression: int) -> tuple[CoveringTile, ...]:
        """Cover a picture, row after row.

        Args:
            width: Pixels.
            height: Pixels.
            compression: Pixels to one latent; spans are counted in latents.
        """
        rows, columns = (
            spans(whole // compression, side=self.side // compression, overlap=self.overlap // compression)
            for whole in (height, width)
        )
        return tuple(starmap(CoveringTile, product(rows, columns)))


def spans(whole: int, *, side: int, overlap: int) -> list[Span]:
    """Cover a side with as few spans as there can be, evenly spread."""
    if whole <= side:
        return [Span(0, whole, (1.0,) * whole)]
    count = math.ceil((whole - overlap) / (side - overlap))
    starts = [number * (whole - side) // (count - 1) for number in range(count)]
    weights = [_slopes(starts, number, side, whole) for number in range(count)]
    totals = [sum(places) for places in zip(*weights, strict=True)]
    return [
        Span(start, side, tuple(own[place] / totals[place] for place in range(start, start + side)))
        for start, own in zip(starts, weights, strict=True)
    ]


def _slopes(starts: Sequence[int], number: int, side: int, whole: int) -> list[float]:
    """Weigh one span at every place of the side: 0 outside, rising over what it shares with its neighbours."""
    start, end = starts[number], starts[number] + side
    before = starts[number - 1] + side - start if number else 0
    after = end - starts[number + 1] if number + 1 < len(starts) else 0
    return [
        min(1.0, (place - start + 1) / (before + 1), (end - place) / (after + 1)) if start <= place < end else 0.0
        for place in range(whole)
    ]

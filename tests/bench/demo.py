"""The demo checkpoint: how long a picture takes; how often it does what it is told is `make bench-demo`, hours."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

import engine.demo
from engine.demo.artist import Artist, PictureWish, best_sampling
from engine.demo.learning.pictures import SHAPES
from tests.bench._rows import at_most

if TYPE_CHECKING:
    from collections.abc import Iterator

SLOWEST_S = 15.0


def run() -> Iterator[dict[str, Any]]:
    """Draw a picture of each shape; a row a number."""
    checkpoint = Path(engine.demo.__file__).with_name("checkpoint")
    artist = Artist(checkpoint)
    for size in SHAPES:
        started = time.monotonic()
        sampling = msgspec.structs.replace(best_sampling(checkpoint, size), num_inference_steps=28)
        artist.draw([PictureWish(prompt="1girl, red hair, night", seed=1)], sampling)
        yield at_most(f"demo {size[0]}×{size[1]}: a picture of 28 steps", time.monotonic() - started, "s", SLOWEST_S)

"""The demo checkpoint: how often it does what it is told, and how long a picture of 28 steps takes; an hour or more."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import engine.demo
from engine.demo.artist import Artist, PictureWish
from engine.demo.judge import SHAPES as JUDGED
from engine.demo.judge import Judge
from engine.demo.samples import SHAPES

if TYPE_CHECKING:
    from collections.abc import Iterator

SEEDS = range(55)
STEPS, GUIDANCE = 16, 2.0
"""What the demo draws with."""
RIGHT = 90.0
SLOWEST_S = 15.0


def run() -> list[dict[str, Any]]:
    artist = Artist(Path(engine.demo.__file__).with_name("checkpoint"))
    return [*_meaning(artist), *_time(artist)]


def _meaning(artist: Artist) -> Iterator[dict[str, Any]]:
    for width, height in JUDGED:
        for score in Judge(artist, SEEDS, (width, height), STEPS, GUIDANCE).scores():
            share = 100 * score.reached / score.asked
            name = f"demo {width}×{height}: {score.question}"
            yield {"name": name, "value": share, "unit": "%", "goal": f"≥ {RIGHT:g}", "ok": share >= RIGHT}


def _time(artist: Artist) -> Iterator[dict[str, Any]]:
    for size in SHAPES:
        started = time.monotonic()
        artist.draw([PictureWish(prompt="1girl, red hair, night", seed=1)], size, 28, GUIDANCE)
        taken_s = time.monotonic() - started
        name = f"demo {size[0]}×{size[1]}: a picture of 28 steps"
        yield {"name": name, "value": taken_s, "unit": "s", "goal": f"≤ {SLOWEST_S:g}", "ok": taken_s <= SLOWEST_S}

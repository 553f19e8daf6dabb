"""Measures how well the demo checkpoint does what it is told: `python -m engine.demo.judge engine/demo/checkpoint`."""

from __future__ import annotations

import argparse
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import TYPE_CHECKING

import torch

from engine.demo.artist import QUALITY, Artist, PictureWish
from engine.demo.measure import BACKGROUNDS, background, blotched, hair_colour, hair_tone, redness
from engine.demo.palette import HAIR

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from PIL import Image

SHAPES = ((832, 1216), (1024, 1024), (1216, 832))
_BATCH = 5


@dataclass(frozen=True, slots=True)
class Score:
    """How often something came out as it should."""

    question: str
    reached: int
    asked: int
    note: str = ""

    def __str__(self) -> str:
        share = 100 * self.reached / self.asked
        return f"{self.question:48} {self.reached:4} of {self.asked:4} {share:6.1f} %  {self.note}"


class Judge:
    """Asks the same questions of every seed."""

    def __init__(
        self, artist: Artist, seeds: Sequence[int], size: tuple[int, int], steps: int, guidance_scale: float
    ) -> None:
        self._artist = artist
        self._seeds = seeds
        self._size = size
        self._steps = steps
        self._guidance_scale = guidance_scale

    def _draw(
        self, wish: Callable[[int], PictureWish], of: Sequence[int] | None = None
    ) -> Iterator[tuple[int, Image.Image]]:
        """Draw a wish of each of these seeds, of all if none are named."""
        every = self._seeds if of is None else of
        for first in range(0, len(every), _BATCH):
            seeds = every[first : first + _BATCH]
            pictures = self._artist.draw([wish(seed) for seed in seeds], self._size, self._steps, self._guidance_scale)
            yield from zip(seeds, pictures, strict=True)

    def hair(self) -> Score:
        """Ask for each colour of hair in turn."""
        names = tuple(HAIR)
        drawn = self._draw(lambda seed: _wish(f"{names[seed % len(names)]} hair, long hair, white background", seed))
        right = [hair_colour(picture) == names[seed % len(names)] for seed, picture in drawn]
        return Score("hair of the colour asked for", sum(right), len(right))

    def hair_among_colours(self) -> Score:
        """Ask for each colour of hair with every other noun in another colour, which must not rub off."""
        names = tuple(HAIR)
        drawn = self._draw(
            lambda seed: _wish(
                f"{names[seed % len(names)]} hair, {('red', 'green', 'blue')[seed % 3]} eyes, "
                f"{('blue', 'red', 'yellow', 'green')[seed % 4]} dress, night",
                seed,
            )
        )
        right = [hair_colour(picture) == names[seed % len(names)] for seed, picture in drawn]
        return Score("hair of its colour beside other colours", sum(right), len(right))

    def backgrounds(self) -> Score:
        """Ask for each plain background and time of day in turn."""
        names = tuple(BACKGROUNDS)
        drawn = self._draw(
            lambda seed: _wish(
                f"brown hair, {'' if ' ' in names[seed % len(names)] else 'outdoors, '}{names[seed % len(names)]}", seed
            )
        )
        right = [background(picture) == names[seed % len(names)] for seed, picture in drawn]
        return Score("background as asked for", sum(right), len(right))

    def emphasis(self) -> Score:
        """Draw every seed with red hair at two weights."""
        tones = [
            [hair_tone(picture) for _, picture in self._draw(lambda seed, w=weight: _wish(f"(red hair:{w})", seed))]
            for weight in (0.7, 1.4)
        ]
        pairs = [(redness(a), redness(b)) for a, b in zip(*tones, strict=True) if a is not None and b is not None]
        redder = sum(heavy > light for light, heavy in pairs)
        means = [mean(side) for side in zip(*pairs, strict=True)]
        note = f"redness {means[0]:.0f} at 0.7, {means[1]:.0f} at 1.4" if means else "no face found"
        return Score("(red hair:1.4) redder than (red hair:0.7)", redder, len(self._seeds), note)

    def negative(self) -> Score:
        """Draw every seed with no colour of hair named, then with the colour it got in the negative prompt.

        Any change of the negative prompt changes the picture, so the note tells how many keep their colour with
        another one there.
        """
        names = tuple(HAIR)
        first = {seed: hair_colour(picture) for seed, picture in self._draw(lambda seed: _wish("long hair", seed))}
        found = {seed: colour for seed, colour in first.items() if colour is not None}

        def kept(away: int) -> int:
            drawn = self._draw(
                lambda seed: _wish("long hair", seed, f"{names[(names.index(found[seed]) + away) % len(names)]} hair"),
                tuple(found),
            )
            return sum(hair_colour(picture) == found[seed] for seed, picture in drawn)

        gone = len(found) - kept(0)
        note = f"{kept(len(names) // 2)} of {len(found)} stay with another colour there"
        return Score("a colour in the negative prompt stays away", gone, len(self._seeds), note)

    def far_tags(self) -> Score:
        """Ask for a background beyond the first 75 tokens."""
        names = tuple(name for name in BACKGROUNDS if " " in name)
        filler = ", ".join(["looking at viewer", "upper body", "portrait", "detailed", "soft", "hand up"] * 8)
        drawn = self._draw(lambda seed: _wish(f"{filler}, {names[seed % len(names)]}", seed))
        right = [background(picture) == names[seed % len(names)] for seed, picture in drawn]
        return Score("background asked for beyond 75 tokens", sum(right), len(right))

    def quality(self) -> Score:
        """Draw every seed once well and once badly."""
        tags = "1girl, solo, safe, brown hair, long hair, blue background"
        measured = [
            [
                blotched(picture)
                for _, picture in self._draw(
                    lambda seed, q=quality: PictureWish(prompt=f"{tags}, {q}", negative_prompt="", seed=seed)
                )
            ]
            for quality in (QUALITY, "worst quality, low quality, low score")
        ]
        worse = sum(bad > good for good, bad in zip(*measured, strict=True))
        note = f"blotched {mean(measured[0]):.2f} well, {mean(measured[1]):.2f} badly drawn"
        return Score("worst quality measurably worse", worse, len(self._seeds), note)

    def scores(self) -> Iterator[Score]:
        """Ask everything."""
        questions = (
            self.hair, self.hair_among_colours, self.backgrounds, self.emphasis, self.negative, self.far_tags,
            self.quality,
        )  # fmt: skip
        return (question() for question in questions)


def _wish(tags: str, seed: int, negative: str = "") -> PictureWish:
    wish = PictureWish(prompt=f"1girl, solo, safe, {tags}, {QUALITY}", seed=seed)
    if negative:
        wish = PictureWish(prompt=wish.prompt, negative_prompt=f"{negative}, {wish.negative_prompt}", seed=seed)
    return wish


def main() -> None:
    """Print every score at every shape, and how long a picture takes."""
    parser = argparse.ArgumentParser(description="Measure how well the demo checkpoint does what it is told.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--seeds", type=int, default=55)
    parser.add_argument("--steps", type=int, default=16)
    parser.add_argument("--guidance", type=float, default=2.0)
    options = parser.parse_args()
    artist = Artist(options.checkpoint)
    for size in SHAPES:
        print(f"{size[0]} × {size[1]}, {options.steps} steps, guidance {options.guidance:g}")
        judge = Judge(artist, range(options.seeds), size, options.steps, options.guidance)
        for score in judge.scores():
            print(f"  {score}", flush=True)
    started = time.monotonic()
    artist.draw([_wish("red hair, night, outdoors", 1)], SHAPES[0], 28, options.guidance)
    print(f"28 steps at 832 × 1216 on {torch.get_num_threads()} threads: {time.monotonic() - started:.1f} s")


if __name__ == "__main__":
    main()

"""Measures how well a demo checkpoint draws: `python -m engine.demo.learning.judge FOLDER`, or `make bench-demo`.

Every question has its goal. The pictures are the engine's, drawn by one thread as it does on two cores; each core's
process takes some of the seeds. The answers are read from them by the drawings' own measures, which are tried on
drawings first.
"""

from __future__ import annotations

import argparse
import os
import time
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import cache, partial, reduce
from multiprocessing import get_context
from operator import add
from pathlib import Path
from random import Random
from statistics import mean
from typing import TYPE_CHECKING

import msgspec
import torch

from engine.demo.artist import NEGATIVE, QUALITY, Artist, PictureWish, best_sampling
from engine.demo.illustrator.illustrate import illustrate
from engine.demo.illustrator.measure import BACKGROUNDS, background, read, redness, sharpness, style
from engine.demo.illustrator.palette import EYES, HAIR
from engine.demo.illustrator.person import Person
from engine.demo.illustrator.proof import SHARE, prove
from engine.demo.illustrator.scene import Scene
from engine.demo.illustrator.tags import STYLE
from engine.grammar import escape

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from PIL import Image

    from engine.demo.illustrator.measure import FaceReading
    from engine.wire import SamplingParams

SHAPES = ((832, 1216), (1024, 1024), (1216, 832))
SEEDS = 100
SLOWEST_S = 12.0
"""Of a picture of 20 steps at 832 × 1216."""

_PART = 5
"""Seeds that a process takes at a time."""

_FILLER = ", ".join(["looking at viewer", "portrait", "detailed", "upper body", "smile", "solo"] * 7)
"""More than 75 tokens that change little."""


@dataclass(frozen=True, slots=True)
class Score:
    """How often something came out as it should, and how often it has to, in percent."""

    question: str
    reached: float
    asked: int
    goal: float

    @property
    def share(self) -> float:
        """Give what was reached, in percent."""
        return 100 * self.reached / max(1, self.asked)

    @property
    def good(self) -> bool:
        """Tell whether the goal is reached."""
        return self.share >= self.goal

    def __add__(self, other: Score) -> Score:
        """Count the same question of other seeds along."""
        if (self.question, self.goal) != (other.question, other.goal):
            msg = f"{self.question!r} and {other.question!r} are two questions"
            raise ValueError(msg)
        return replace(self, reached=self.reached + other.reached, asked=self.asked + other.asked)

    def __str__(self) -> str:
        counted = f"{self.reached:6.1f} of {self.asked:4} {self.share:6.1f} %"
        verdict = "yes" if self.good else "NO"
        return f"{self.question:46} {counted}  goal {self.goal:3.0f} %  {verdict}"


class Judge:
    """Asks the same questions of every seed."""

    def __init__(self, artist: Artist, seeds: Sequence[int], sampling: SamplingParams) -> None:
        self._artist = artist
        self._seeds = seeds
        self._sampling = sampling

    def _draw(
        self, wish: Callable[[int], PictureWish], of: Sequence[int] | None = None
    ) -> Iterator[tuple[int, Image.Image]]:
        """Draw a wish of each of these seeds, of all if none are named."""
        for seed in self._seeds if of is None else of:
            yield seed, self._artist.draw([wish(seed)], self._sampling)[0]

    def scores(self) -> Iterator[Score]:
        """Ask everything."""
        yield from self.portraits()
        yield self.people()
        yield from self.details()
        yield self.styles()
        yield self.weights()
        yield self.negatives()
        yield self.far_words()
        yield self.sides()

    def portraits(self) -> Iterator[Score]:
        """Ask for one person with hair, eyes and background of certain colours."""
        asked = {seed: _portrait(seed) for seed in self._seeds}
        faces: list[FaceReading] = []
        sharp: list[float] = []
        hair = eyes = behind = 0
        for seed, picture in self._draw(lambda seed: _wish(", ".join(asked[seed]), seed)):
            _, hair_tag, eye_tag, place = asked[seed][:4]
            sharp.append(sharpness(picture))
            behind += background(picture) == place
            if face := _alone(picture):
                faces.append(face)
                hair += face.hair == hair_tag.split()[0]
                eyes += face.eye_colour == eye_tag.split()[0]
        count = len(asked)
        yield Score("eyes of one colour and size", sum(face.eyes_alike for face in faces), count, 97)
        yield Score("mouth inside the face", sum(face.mouth_inside for face in faces), count, 99)
        drawn = mean(self._drawn_sharpness(seed) for seed in list(self._seeds)[:12])
        yield Score("line sharpness beside the drawings'", count * mean(sharp) / drawn, count, 80)
        yield Score("hair of the colour asked for", hair, count, 97)
        yield Score("eyes of the colour asked for", eyes, count, 90)
        yield Score("background as asked for", behind, count, 97)

    def _drawn_sharpness(self, seed: int) -> float:
        person = Person(hair_colour=list(HAIR)[seed % len(HAIR)])
        size = self._sampling.width, self._sampling.height
        return sharpness(illustrate(Scene(people=(person,), backdrop="blue"), size).image)

    def people(self) -> Score:
        """Ask for nobody, one and two people in turn."""
        wanted = ("no humans, scenery, outdoors, mountain, day", "1girl, solo", "2girls", "1boy, solo", "1girl, 1boy")
        counts = (0, 1, 2, 1, 2)
        right = sum(
            len(read(picture)) == counts[seed % 5]
            for seed, picture in self._draw(
                lambda seed: _wish(f"{wanted[seed % 5]}, {_hair(seed)}" if seed % 5 else wanted[0], seed)
            )
        )
        return Score("people counted right (0, 1, 2)", right, len(self._seeds), 95)

    def details(self) -> Iterator[Score]:
        """Ask for glasses with every second seed, and for closed eyes with two of four."""
        glasses = closed = 0
        drawn = self._draw(
            lambda seed: _wish(
                f"1girl, solo, {_hair(seed)}, {'closed eyes' if seed % 4 > 1 else 'blue eyes'}"
                f"{', glasses' if seed % 2 else ''}, white background",
                seed,
            )
        )
        for seed, picture in drawn:
            if face := _alone(picture):
                glasses += face.glasses == bool(seed % 2)
                closed += face.eyes_closed == (seed % 4 > 1)
        yield Score("glasses where asked for, and only there", glasses, len(self._seeds), 90)
        yield Score("eyes closed where asked for, and only there", closed, len(self._seeds), 90)

    def styles(self) -> Score:
        """Ask for each style in turn, by its first tag."""
        names = list(STYLE)
        drawn = self._draw(
            lambda seed: _wish(f"1girl, solo, {_hair(seed)}, outdoors, day, {escape(STYLE[names[seed % 3]][0])}", seed)
        )
        right = sum(style(picture) == names[seed % 3] for seed, picture in drawn)
        return Score("style as asked for", right, len(self._seeds), 90)

    def weights(self) -> Score:
        """Draw every seed with red hair at two weights."""
        tones: list[list[float | None]] = []
        for weight in (0.7, 1.4):
            drawn = self._draw(lambda seed, w=weight: _wish(f"1girl, solo, (red hair:{w}), white background", seed))
            tones.append([redness(face.hair_tone) if (face := _alone(picture)) else None for _, picture in drawn])
        redder = sum(
            light is not None and heavy is not None and heavy > light for light, heavy in zip(*tones, strict=True)
        )
        return Score("(red hair:1.4) redder than (red hair:0.7)", redder, len(self._seeds), 90)

    def negatives(self) -> Score:
        """Draw every seed with no colour of hair named, then with the one it got in the negative prompt."""
        first = {
            seed: face.hair
            for seed, picture in self._draw(lambda seed: _wish("1girl, solo, long hair, white background", seed))
            if (face := _alone(picture))
        }
        gone = 0
        for seed, picture in self._draw(
            lambda seed: _wish("1girl, solo, long hair, white background", seed, f"{first[seed]} hair"), tuple(first)
        ):
            face = _alone(picture)
            gone += face is not None and face.hair not in {first[seed], ""}
        return Score("a colour in the negative prompt stays away", gone, len(self._seeds), 90)

    def far_words(self) -> Score:
        """Ask for a background beyond the first 75 tokens."""
        names = [name for name in BACKGROUNDS if " " in name]
        drawn = self._draw(lambda seed: _wish(f"1girl, {_FILLER}, {names[seed % len(names)]}", seed))
        right = sum(background(picture) == names[seed % len(names)] for seed, picture in drawn)
        return Score("background asked for beyond 75 tokens", right, len(self._seeds), 90)

    def sides(self) -> Score:
        """Ask for two people, each with hair of its own colour on its own side."""
        names = list(HAIR)
        right = 0

        def pair(seed: int) -> tuple[str, str]:
            first, second = Random(f"sides {seed}").sample(names, 2)
            return first, second

        def wish(seed: int) -> PictureWish:
            left, other = pair(seed)
            return _wish(f"2girls, {left} hair, on the left, {other} hair, on the right, white background", seed)

        for seed, picture in self._draw(wish):
            right += tuple(face.hair for face in read(picture)) == pair(seed)
        return Score("two colours of hair, each on its side", right, len(self._seeds), 80)


def _portrait(seed: int) -> tuple[str, ...]:
    random = Random(f"portrait {seed}")
    names = list(BACKGROUNDS)
    place = names[seed % len(names)]
    hair, eyes = list(HAIR)[seed % len(HAIR)], random.choice(list(EYES))
    subject = "1boy, solo" if random.random() < 0.25 else "1girl, solo"
    return (
        subject,
        f"{hair} hair",
        f"{eyes} eyes",
        place,
        *(() if " " in place else ("outdoors", "ocean")),
        "upper body",
    )


def _hair(seed: int) -> str:
    return f"{list(HAIR)[seed % len(HAIR)]} hair"


def _alone(picture: Image.Image) -> FaceReading | None:
    faces = read(picture)
    return faces[0] if len(faces) == 1 else None


def _wish(words: str, seed: int, negative: str = "") -> PictureWish:
    first = f"{negative}, " if negative else ""
    return PictureWish(prompt=f"{words}, safe, {QUALITY}", negative_prompt=first + NEGATIVE, seed=seed)


@cache
def _artist(checkpoint: Path) -> Artist:
    artist = Artist(checkpoint)
    torch.set_num_threads(1)
    return artist


def _ask(checkpoint: Path, seeds: range, sampling: SamplingParams) -> list[Score]:
    """Ask everything of some seeds, in a process that goes on to others."""
    return list(Judge(_artist(checkpoint), seeds, sampling).scores())


def main() -> None:
    """Print how far the measures can be believed, every score at every shape, and how long a picture takes."""
    parser = argparse.ArgumentParser(description="Measure how well a demo checkpoint draws.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--seeds", type=int, default=SEEDS)
    parser.add_argument("--steps", type=int)
    parser.add_argument("--guidance", type=float)
    parser.add_argument("--rescale", type=float)
    parser.add_argument("--drawings", type=int, default=200, help="that the measures are tried on; 0 for none")
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1, help="that draw; one for every core")
    options = parser.parse_args()
    torch.set_num_threads(1)
    for name, (right, asked) in prove(options.drawings).items():
        print(f"{Score(f'drawings: {name} read right', right, asked, 100 * SHARE)}", flush=True)
    best = best_sampling(options.checkpoint)
    said = {
        "num_inference_steps": options.steps,
        "guidance_scale": options.guidance,
        "guidance_rescale": options.rescale,
    }
    best = msgspec.structs.replace(best, **{name: value for name, value in said.items() if value is not None})
    artist = _artist(options.checkpoint)
    with ProcessPoolExecutor(options.processes, get_context("spawn")) as pool:
        for size in SHAPES:
            sampling = msgspec.structs.replace(best, width=size[0], height=size[1])
            how = f"guidance {best.guidance_scale:g}, rescaled by {best.guidance_rescale:g}, {options.seeds} seeds"
            print(f"{size[0]} × {size[1]}, {best.num_inference_steps} steps, {how}", flush=True)
            parts = [range(options.seeds)[first : first + _PART] for first in range(0, options.seeds, _PART)]
            asked = pool.map(partial(_ask, options.checkpoint, sampling=sampling), parts)
            for answers in zip(*asked, strict=True):
                print(f"  {reduce(add, answers)}", flush=True)
    started = time.monotonic()
    artist.draw([_wish("1girl, red hair, night, outdoors", 1)], msgspec.structs.replace(best, num_inference_steps=20))
    taken_s = time.monotonic() - started
    verdict = "yes" if taken_s <= SLOWEST_S else "NO"
    print(f"20 steps at 832 × 1216 on one thread: {taken_s:.1f} s  goal {SLOWEST_S:g} s  {verdict}")


if __name__ == "__main__":
    main()

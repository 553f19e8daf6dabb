"""Measures how a picture stands being changed: `python -m engine.demo.seams FOLDER`, a part of `make bench-demo`.

At a seam neighbouring pixels differ more than they do inside of what is new. Each picture is drawn by the checkpoint
itself; then a part of it is drawn anew, and it is extended, through the engine's own batch. And whoever edits an edit
sends the picture through the VAE again and again, which makes it lighter or darker.
"""

from __future__ import annotations

import argparse
import io
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from pathlib import Path
from queue import SimpleQueue
from statistics import fmean
from typing import TYPE_CHECKING, Any

import msgspec
import numpy as np
import torch
from PIL import Image, ImageFilter

from engine import extending, rescue
from engine.batch import Batch
from engine.changing import REPAINT_STRENGTH
from engine.config import Engine
from engine.demo.artist import NEGATIVE, QUALITY, best_sampling
from engine.encode import encode
from engine.errors import GenerationError
from engine.finisher import Finisher
from engine.kinds import plan_of
from engine.loading import load
from engine.marking import AREAS, marked
from engine.received_job import ReceivedJob
from engine.wire import Failed, Finished, Generate, Pixels, Repaint, SamplingParams, Start

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from engine.extending import Direction
    from engine.marking import Area

PICTURES = 50
KINDS = ("a part", "beyond an edge")
UNEDITED = "the same edges, unedited"
"""What the pictures have of themselves where a part was marked: lines run there. No edit is smoother than that."""
HAIR, NEW_HAIR = ("red", "blonde", "brown", "black"), ("blue", "green", "white", "red")
"""Of the pictures, and of the part that is drawn anew."""

GOAL = 1.2
"""Of the gradient across the edge, as a multiple of that inside."""

REACHES = (1, 8)
"""Between how distant pixels a gradient is taken: neighbours, and one latent, over which what is new appears."""

NEAR, FAR = 8, 40
"""Pixels inside of the edge between which the inside is looked at: what is there is about the same as at the edge."""

ROUNDS = 5
"""How often a picture is sent through the VAE."""

SIZE = (832, 1216)


@dataclass
class Seam:
    """Gradients of many pictures, in levels, across the edge and inside of it."""

    across: list[float] = field(default_factory=list[float])
    inside: list[float] = field(default_factory=list[float])

    def add(self, pixels: NDArray[np.uint8], mask: NDArray[np.uint8], reach: int) -> None:
        """Look at one picture, (H, W, 3), of which what is marked in (H, W) was drawn anew."""
        across, inside = gradients(pixels, mask, reach)
        self.across.append(across)
        self.inside.append(inside)

    @property
    def ratio(self) -> float:
        """How many times as much two pixels differ across the edge as they do inside."""
        return sum(self.across) / max(sum(self.inside), 1e-6)


def gradients(pixels: NDArray[np.uint8], mask: NDArray[np.uint8], reach: int) -> tuple[float, float]:
    """Give by how much pixels differ across the edge of a mask, and near to it inside, on average and in levels.

    Args:
        pixels: (H, W, 3)
        mask: (H, W); more than nothing is drawn anew.
        reach: Pixels between the two that are compared.
    """
    new = mask > 0
    near, far = (_eroded(new, depth) for depth in (NEAR, FAR))
    band = near & ~far
    sums, counts = np.zeros(2), np.zeros(2)
    levels = pixels.astype(np.float32)
    for axis in (0, 1):
        first, second = _apart(levels, axis, reach)
        differences = np.abs(first - second).mean(axis=-1)
        one, other = _apart(new, axis, reach)
        both = np.logical_and(*_apart(band, axis, reach))
        for number, chosen in enumerate((one != other, both)):
            sums[number] += differences[chosen].sum()
            counts[number] += chosen.sum()
    across, inside = sums / np.maximum(counts, 1)
    return float(across), float(inside)


def _apart(values: NDArray[Any], axis: int, reach: int) -> tuple[NDArray[Any], NDArray[Any]]:
    """Give what lies before and what lies behind, so many places apart."""
    return (values[:-reach], values[reach:]) if axis == 0 else (values[:, :-reach], values[:, reach:])


def _eroded(new: NDArray[np.bool_], depth: int) -> NDArray[np.bool_]:
    image = Image.fromarray(new.astype(np.uint8) * 255)
    for _ in range(depth // 4):
        image = image.filter(ImageFilter.MinFilter(9))
    return np.asarray(image) > 0


class Drawer:
    """Draws whole requests on the CPU, one after the other, with all that their plans do."""

    def __init__(self, checkpoint: Path) -> None:
        self.sampling = best_sampling(checkpoint, SIZE)
        self._model = load(Engine(model=str(checkpoint), device="cpu"), report=lambda _stage: None)

    @torch.inference_mode()
    def sent_through(self, picture: NDArray[np.uint8], *, keeps_brightness: bool) -> NDArray[np.uint8]:
        """Give what is left of a picture, (H, W, 3), after it was encoded and decoded some times."""
        model = replace(self._model, keeps_brightness=keeps_brightness)
        height, width, _ = picture.shape
        for _ in range(ROUNDS):
            latents = encode(model, Pixels(width=width, height=height, values=picture.tobytes()), None)
            picture = rescue.decode(model, latents)
        return picture

    @torch.inference_mode()
    def draw(self, request: Generate) -> NDArray[np.uint8]:
        """Give the pixels of its first picture, (H, W, 3).

        Raises:
            GenerationError: It cannot be drawn.
        """
        inbox: SimpleQueue[Any] = SimpleQueue()
        events: list[Any] = []
        with ThreadPoolExecutor(1) as pool:
            finisher = Finisher(pool, rate=None)
            batch = Batch(self._model, cap=1, pool=pool, finisher=finisher, post=inbox.put)
            batch.admit(ReceivedJob(request, events.append), plan_of(request, self._model.compression))
            while not (events and isinstance(events[-1], Failed | Finished)):
                if batch.idle:
                    inbox.get()(batch)  # what the end of a plan waits for
                else:
                    batch.step()
                while not inbox.empty():
                    inbox.get()(batch)
        *_, picture, end = events
        if isinstance(end, Failed):
            raise GenerationError(end.detail)
        return np.asarray(Image.open(io.BytesIO(picture.png)).convert("RGB"))


def repainted(request: Generate, picture: NDArray[np.uint8], area: Area) -> tuple[Generate, NDArray[np.uint8]]:
    """Draw a part of a picture anew; and what is marked of it, (H, W)."""
    height, width, _ = picture.shape
    mask = marked(area, width, height)
    image = Pixels(width=width, height=height, values=picture.tobytes())
    change = msgspec.structs.replace(
        request, start=Start(image=image, strength=REPAINT_STRENGTH), repaint=Repaint(mask=mask)
    )
    return change, np.frombuffer(mask, np.uint8).reshape(height, width)


def extended(request: Generate, picture: NDArray[np.uint8], direction: Direction) -> tuple[Generate, NDArray[np.uint8]]:
    """Go on beyond a picture's edge; and what is marked of the canvas, (H, W)."""
    height, width, _ = picture.shape
    large = extending.extend(width, height, picture.tobytes(), direction)
    change = msgspec.structs.replace(
        request,
        sampling=msgspec.structs.replace(request.sampling, width=large.width, height=large.height),
        start=Start(
            image=Pixels(width=large.width, height=large.height, values=large.values), strength=extending.STRENGTH
        ),
        repaint=Repaint(mask=large.mask, joint=extending.JOINT, feather=0),
    )
    return change, np.frombuffer(large.mask, np.uint8).reshape(large.height, large.width)


@dataclass
class Measured:
    """What came of all pictures."""

    seams: dict[tuple[str, int], Seam]
    """By what was drawn anew, and between how distant pixels."""
    drifts: dict[bool, list[float]]
    """By how many levels pictures became lighter in the VAE, with brightness kept and without."""


def measured(drawer: Drawer, seeds: range, kept: Path | None = None) -> Measured:
    """Draw a picture of each seed and both of its changes.

    Args:
        drawer: Of the checkpoint.
        seeds: Of the pictures.
        kept: A folder for the pictures; None: they are looked at and gone.
    """
    seams = {(kind, reach): Seam() for kind in (*KINDS, UNEDITED) for reach in REACHES}
    drifts: dict[bool, list[float]] = {False: [], True: []}
    for seed in seeds:
        colour, other = (names[seed % len(names)] for names in (HAIR, NEW_HAIR))
        request, wanted = (asked(f"{one} hair", seed, drawer.sampling) for one in (colour, other))
        picture = drawer.draw(request)
        changes = (
            repainted(wanted, picture, AREAS[seed % len(AREAS)]),
            extended(request, picture, extending.DIRECTIONS[seed % len(extending.DIRECTIONS)]),
        )
        drawn = {kind: drawer.draw(change) for kind, (change, _) in zip(KINDS, changes, strict=True)}
        masks = [mask for _, mask in changes]
        looked_at = [*zip(drawn.items(), masks, strict=True), ((UNEDITED, picture), masks[0])]
        for (kind, pixels), mask in looked_at:
            for reach in REACHES:
                seams[kind, reach].add(pixels, mask, reach)
        for keeps_brightness, drift in drifts.items():
            left = drawer.sent_through(picture, keeps_brightness=keeps_brightness)
            drift.append(float(left.mean()) - float(picture.mean()))
        if kept is not None:
            for name, pixels in {"": picture, **drawn}.items():
                Image.fromarray(pixels).save(kept / f"{seed:03} {name}.png")
    return Measured(seams, drifts)


def asked(words: str, seed: int, sampling: SamplingParams) -> Generate:
    """Ask for a portrait as everybody does."""
    return Generate(
        job_id="asked",
        prompt=f"1girl, solo, {words}, outdoors, day, upper body, safe, {QUALITY}",
        negative_prompt=NEGATIVE,
        sampling=sampling,
        seeds=(seed,),
    )


def lines(found: Measured) -> Iterator[str]:
    """Say each figure with its goal."""
    for (kind, reach), seam in found.seams.items():
        figure = f"seam of {kind}, {reach} px apart: {seam.ratio:.2f} × the inside"
        yield figure if kind == UNEDITED else f"{figure}  goal {GOAL:g}  {'yes' if seam.ratio <= GOAL else 'NO'}"
    for keeps_brightness, drift in found.drifts.items():
        how = "with" if keeps_brightness else "without"
        yield f"{ROUNDS} times through the VAE {how} keep_brightness: {fmean(drift):+.1f} levels"


def main() -> None:
    """Print how often it was looked at, and what came of it."""
    parser = argparse.ArgumentParser(description="Measure how a demo checkpoint's pictures stand being changed.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("--pictures", type=int, default=PICTURES)
    parser.add_argument("--keep", type=Path, metavar="FOLDER", help="write the pictures there")
    options = parser.parse_args()
    if options.keep is not None:
        options.keep.mkdir(parents=True, exist_ok=True)
    drawer = Drawer(options.checkpoint)
    torch.set_num_threads(1)
    for line in lines(measured(drawer, range(options.pictures), options.keep)):
        print(line, flush=True)


if __name__ == "__main__":
    main()

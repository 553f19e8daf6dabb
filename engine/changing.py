"""The options of ``python -m engine draw`` that begin with a picture of one's own, read into a request."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import msgspec
from msgspec.structs import replace

from engine import working_picture
from engine.cost import steps_taken
from engine.wire import Pixels, Share, Start

if TYPE_CHECKING:
    import argparse

    from engine.wire import Generate

STRENGTH = 0.6
"""Where none is said: the composition stays, and what is in it is drawn anew."""


def add_options(draw: argparse.ArgumentParser) -> None:
    draw.add_argument("--image", type=Path, metavar="FILE", help="begin with this picture; its size is the picture's")
    draw.add_argument(
        "--strength",
        type=float,
        metavar="SHARE",
        help=f"how much of it is drawn anew, from 0 to 1; default: {STRENGTH}",
    )


def changed(request: Generate, parsed: argparse.Namespace) -> Generate:
    """Let a request begin with the picture that was named, where one was.

    Raises:
        ValueError: An option is outside, or a file cannot be used; the message names the option.
    """
    path: Path | None = parsed.image
    if path is None:
        if parsed.strength is not None:
            raise ValueError("--strength: needs --image")
        return request
    for option in ("width", "height"):
        if getattr(parsed, option) is not None:
            raise ValueError(f"--{option}: the picture of --image says the size")
    picture = _picture(path)
    image = Pixels(width=picture.width, height=picture.height, values=picture.values)
    strength = _strength(parsed.strength, request.sampling.num_inference_steps)
    sampling = replace(request.sampling, width=picture.width, height=picture.height)
    return replace(request, sampling=sampling, start=Start(image=image, strength=strength))


def _picture(path: Path) -> working_picture.WorkingPicture:
    try:
        return working_picture.read(path.read_bytes())
    except OSError as error:
        raise ValueError(f"--image: {path}: {error.strerror}") from error
    except working_picture.UnusablePicture as error:
        raise ValueError(f"--image: {path}: {error}") from error


def _strength(strength: float | None, num_inference_steps: int) -> float:
    try:
        taken: float = msgspec.convert(STRENGTH if strength is None else strength, Share)
    except msgspec.ValidationError as error:
        raise ValueError(f"--strength: {error}") from error
    if not steps_taken(num_inference_steps, taken):
        raise ValueError(
            f"--strength: {taken:g} of {num_inference_steps} steps is not one whole step; take more of either"
        )
    return taken

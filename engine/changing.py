"""The options of ``python -m engine draw`` that begin with a picture of one's own, read into a request."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import msgspec
from msgspec.structs import replace

from engine import extending, working_picture
from engine.cost import steps_taken
from engine.marking import AREAS, marked, usual_face
from engine.wire import Box, Pixels, Repaint, Share, Start

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

    from engine.extending import ExtendedPicture
    from engine.marking import Area
    from engine.wire import Generate
    from engine.working_picture import WorkingPicture

_Read = TypeVar("_Read")

STRENGTH = 0.6
"""Where none is said: the composition stays, and what is in it is drawn anew."""


DETAIL_STRENGTH = 0.4
"""Of what is drawn over at full size (ADetailer's): its face stays the same one."""

REPAINT_STRENGTH = 0.85
"""Of a part: something else can be there, and still it stands where it stood."""

_EXTEND = re.compile(r"(left|right|up|down)|out(?::([0-9.]+))?")
_BOX = re.compile(r"(\d+),(\d+),(\d+),(\d+)")
_MOST_OUT = 4


def add_options(draw: argparse.ArgumentParser) -> None:
    draw.add_argument("--image", type=Path, metavar="FILE", help="begin with this picture; its size is the picture's")
    draw.add_argument(
        "--strength", type=float, metavar="SHARE", help=f"how much of it is drawn anew, 0 to 1; default: {STRENGTH}"
    )
    part = draw.add_mutually_exclusive_group()
    part.add_argument(
        "--mask", metavar="FILE", help=f"draw only what is white in this file, or an area: {', '.join(AREAS)}"
    )
    part.add_argument("--extend", metavar="WHERE", help="go on beyond its edge: left, right, up, down, or out:1.5")
    part.add_argument(
        "--detail",
        metavar="BOX",
        action="append",
        help="draw a part over at full size: LEFT,TOP,WIDTH,HEIGHT in pixels, or face; may be repeated",
    )


def changed(request: Generate, parsed: argparse.Namespace) -> Generate:
    """Let a request begin with the picture that was named, where one was.

    Raises:
        ValueError: An option is outside, or a file cannot be used; the message names the option.
    """
    path: Path | None = parsed.image
    if path is None:
        for option in ("strength", "mask", "extend", "detail"):
            if getattr(parsed, option) is not None:
                raise ValueError(f"--{option}: needs --image")
        return request
    for option in ("width", "height"):
        if getattr(parsed, option) is not None:
            raise ValueError(f"--{option}: the picture of --image says the size")
    picture = _read("image", path, working_picture.read)
    steps = request.sampling.num_inference_steps
    if parsed.extend is not None:
        return _extended(request, picture, parsed)
    if parsed.detail is not None:
        boxes = tuple(_box(one, picture) for one in parsed.detail)
        begun = _begun(request, picture, _strength(parsed.strength, DETAIL_STRENGTH, steps))
        return replace(begun, details=boxes)
    if parsed.mask is None:
        return _begun(request, picture, _strength(parsed.strength, STRENGTH, steps))
    begun = _begun(request, picture, _strength(parsed.strength, REPAINT_STRENGTH, steps))
    return replace(begun, repaint=Repaint(mask=_mask(parsed.mask, picture)))


def _begun(request: Generate, picture: WorkingPicture | ExtendedPicture, strength: float) -> Generate:
    sampling = replace(request.sampling, width=picture.width, height=picture.height)
    image = Pixels(width=picture.width, height=picture.height, values=picture.values)
    return replace(request, sampling=sampling, start=Start(image=image, strength=strength))


def _extended(request: Generate, picture: WorkingPicture, parsed: argparse.Namespace) -> Generate:
    match = _EXTEND.fullmatch(parsed.extend)
    out = extending.OUT if match is None or match[2] is None else float(match[2])
    if match is None or not 1 < out <= _MOST_OUT:
        raise ValueError(f"--extend: expected left, right, up, down, or out:1.5 (up to {_MOST_OUT})")
    direction: extending.Direction = match[1] or "out"  # pyright: ignore[reportAssignmentType]  the pattern's words
    if extending.extended_size(picture.width, picture.height, direction) is None:
        raise ValueError(f"--extend: {picture.width}×{picture.height} would become larger than may be drawn")
    large = extending.extend(picture.width, picture.height, picture.values, direction, out=out)
    strength = _strength(parsed.strength, extending.STRENGTH, request.sampling.num_inference_steps)
    return replace(_begun(request, large, strength), repaint=Repaint(mask=large.mask, joint=extending.JOINT, feather=0))


def _mask(said: str, picture: WorkingPicture) -> bytes:
    area: Area | None = next((one for one in AREAS if one == said), None)
    if area is not None:
        return marked(area, picture.width, picture.height)
    return _read("mask", Path(said), lambda data: working_picture.read_mask(data, picture.width, picture.height))


def _box(said: str, picture: WorkingPicture) -> Box:
    if said == "face":
        return usual_face(picture.width, picture.height)
    match = _BOX.fullmatch(said)
    if match is None:
        raise ValueError("--detail: expected LEFT,TOP,WIDTH,HEIGHT in pixels, or face")
    left, top, width, height = map(int, match.groups())
    try:
        return msgspec.convert({"left": left, "top": top, "width": width, "height": height}, Box)
    except msgspec.ValidationError as error:
        raise ValueError(f"--detail: {error}") from error


def _read(option: str, path: Path, reader: Callable[[bytes], _Read]) -> _Read:
    try:
        return reader(path.read_bytes())
    except OSError as error:
        raise ValueError(f"--{option}: {path}: {error.strerror}") from error
    except working_picture.UnusablePicture as error:
        raise ValueError(f"--{option}: {path}: {error}") from error


def _strength(strength: float | None, usual: float, num_inference_steps: int) -> float:
    try:
        taken: float = msgspec.convert(usual if strength is None else strength, Share)
    except msgspec.ValidationError as error:
        raise ValueError(f"--strength: {error}") from error
    if not steps_taken(num_inference_steps, taken):
        raise ValueError(
            f"--strength: {taken:g} of {num_inference_steps} steps is not one whole step; take more of either"
        )
    return taken

"""A picture on a larger canvas, or smaller in the middle of its own, with what is new filled and marked; pure."""

from __future__ import annotations

from typing import Literal, NamedTuple, TypeAlias, get_args

from PIL import Image, ImageFilter

from engine.picture_size import MAX_PIXELS, MAX_SIDE, SIDE_STEP

Direction: TypeAlias = Literal["left", "right", "up", "down", "out"]
DIRECTIONS: tuple[Direction, ...] = get_args(Direction)

GROWTH = 0.5
"""Of a side, by which a direction makes it longer."""

OUT = 1.5
"""How many times as much is seen after a zoom out, along each side."""

STRENGTH = 0.9
"""What is new is drawn over what it was filled with: less keeps the smear, and all of it forgets the colours."""

JOINT = 0.35
"""Of the light pass over the joint."""

BLUR = 32
"""Pixels; what is new is filled with the picture's edge, drawn out and blurred."""

RIM = 48
"""Pixels of a picture that was shrunk into the middle that are drawn anew, the further inside the later."""


class ExtendedPicture(NamedTuple):
    """What is drawn over."""

    width: int
    height: int
    values: bytes
    """Red, green and blue of each pixel, row after row from the top."""
    mask: bytes
    """A byte for each pixel: 0 is kept."""


class _Frame(NamedTuple):
    """How the picture lies on its canvas, in pixels."""

    width: int
    height: int
    """Of the canvas."""
    left: int
    top: int
    wide: int
    high: int
    """Of the picture in it."""


def extended_size(width: int, height: int, direction: Direction) -> tuple[int, int] | None:
    """Say how large a picture is after it was extended; None: that is larger than anything may be."""
    frame = _frame(width, height, direction, OUT)
    if max(frame.width, frame.height) > MAX_SIDE or frame.width * frame.height > MAX_PIXELS:
        return None
    return frame.width, frame.height


def extend(width: int, height: int, values: bytes, direction: Direction, *, out: float = OUT) -> ExtendedPicture:
    """Lay a picture on its canvas, fill what is new with its edges, and mark that.

    Args:
        width: Of the picture, in pixels.
        height: Likewise.
        values: Its pixels.
        direction: In which it grows; ``out`` shrinks it into the middle of its own size.
        out: How many times as much is seen then.

    Of the picture every pixel stays in a direction.
    """
    frame = _frame(width, height, direction, out)
    picture = Image.frombytes("RGB", (width, height), values)
    if picture.size != (frame.wide, frame.high):
        picture = picture.resize((frame.wide, frame.high), Image.Resampling.LANCZOS)
    canvas = _drawn_out(picture, frame).filter(ImageFilter.GaussianBlur(BLUR))
    canvas.paste(picture, (frame.left, frame.top))
    mask = Image.new("L", canvas.size, 255)
    rim = RIM if direction == "out" else 0
    for inside in range(rim + 1):
        late = 255 * (rim - inside) // (rim + 1) if rim else 0
        right, bottom = frame.left + frame.wide - inside, frame.top + frame.high - inside
        mask.paste(late, (frame.left + inside, frame.top + inside, right, bottom))
    return ExtendedPicture(frame.width, frame.height, canvas.tobytes(), mask.tobytes())


def _frame(width: int, height: int, direction: Direction, out: float) -> _Frame:
    if direction == "out":
        wide, high = (round(side / out / SIDE_STEP) * SIDE_STEP for side in (width, height))
        left, top = ((side - small) // 2 // SIDE_STEP * SIDE_STEP for side, small in ((width, wide), (height, high)))
        return _Frame(width, height, left, top, wide, high)
    more_wide, more_high = (int(side * GROWTH) // SIDE_STEP * SIDE_STEP for side in (width, height))
    match direction:
        case "left":
            return _Frame(width + more_wide, height, more_wide, 0, width, height)
        case "right":
            return _Frame(width + more_wide, height, 0, 0, width, height)
        case "up":
            return _Frame(width, height + more_high, 0, more_high, width, height)
        case "down":
            return _Frame(width, height + more_high, 0, 0, width, height)


def _drawn_out(picture: Image.Image, frame: _Frame) -> Image.Image:
    """Repeat the outermost pixels of a picture as far as its canvas goes: rows first, then columns."""
    canvas = Image.new("RGB", (frame.width, frame.height))
    canvas.paste(picture, (frame.left, frame.top))
    right, bottom = frame.left + frame.wide, frame.top + frame.high
    for edge, start, length in ((frame.left, 0, frame.left), (right - 1, right, frame.width - right)):
        if length:
            column = canvas.crop((edge, 0, edge + 1, frame.height))
            canvas.paste(column.resize((length, frame.height)), (start, 0))
    for edge, start, length in ((frame.top, 0, frame.top), (bottom - 1, bottom, frame.height - bottom)):
        if length:
            row = canvas.crop((0, edge, frame.width, edge + 1))
            canvas.paste(row.resize((frame.width, length)), (0, start))
    return canvas

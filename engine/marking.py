"""Which part of a picture a word means, as a mask with soft edges; pure.

Sides are halves of the picture. What belongs to a person is told from the face: where nothing looks for faces, from
where it is in most portraits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, TypeAlias, get_args

from PIL import Image, ImageChops, ImageDraw, ImageFilter

from engine.wire import Box

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

Area: TypeAlias = Literal["left", "right", "top", "bottom", "centre", "background", "face", "hair", "clothes"]
AREAS: tuple[Area, ...] = get_args(Area)
OF_A_PERSON: frozenset[Area] = frozenset({"background", "face", "hair", "clothes"})
"""Those that are told from the face."""

SOFT = 0.02
"""Of the shorter side, over which an edge goes from nothing to all."""


def usual_face(width: int, height: int) -> Box:
    """Say where the face is in most portraits of this shape: in the middle, and the higher the taller the picture."""
    side = round(0.36 * min(width, height))
    middle = 0.46 * height * min(1.0, width / height)
    return Box(left=(width - side) // 2, top=max(0, round(middle - side / 2)), width=side, height=side)


def marked(area: Area, width: int, height: int, faces: Sequence[Box] = ()) -> bytes:
    """Mark what a word means: a byte for each pixel, row after row, 0 for what is kept.

    Args:
        area: The word.
        width: Of the picture, in pixels.
        height: Likewise.
        faces: In it; empty: the usual one.
    """
    hard = _AREAS[area](Image.new("L", (width, height)), tuple(faces) or (usual_face(width, height),))
    radius = SOFT * min(width, height)
    soft = hard.filter(ImageFilter.GaussianBlur(radius))
    return soft.point(without_tails).tobytes()


def without_tails(value: int) -> int:
    """Let what is hardly marked, of 0 … 255, be kept, and what nearly is all of it be drawn."""
    return 0 if value < 16 else 255 if value > 239 else value  # noqa: PLR2004  a sixteenth at either end


def _part(left: float, top: float, right: float, bottom: float) -> Callable[[Image.Image, Sequence[Box]], Image.Image]:
    """Fill a part of the picture, in shares of its sides."""

    def draw(mask: Image.Image, _faces: Sequence[Box]) -> Image.Image:
        width, height = mask.size
        box = (round(left * width), round(top * height), round(right * width), round(bottom * height))
        mask.paste(255, box)
        return mask

    return draw


def _ellipses(mask: Image.Image, faces: Sequence[Box], *reach: float) -> None:
    """Fill an ellipse for each face: left, top, right and bottom are counted in faces from the middle of one."""
    left, top, right, bottom = reach
    pen = ImageDraw.Draw(mask)
    for face in faces:
        x, y = face.left + face.width / 2, face.top + face.height / 2
        across, down = face.width, face.height
        pen.ellipse((x + left * across, y + top * down, x + right * across, y + bottom * down), fill=255)


def _face(mask: Image.Image, faces: Sequence[Box]) -> Image.Image:
    _ellipses(mask, faces, -0.55, -0.5, 0.55, 0.6)
    return mask


def _hair(mask: Image.Image, faces: Sequence[Box]) -> Image.Image:
    _ellipses(mask, faces, -1.35, -1.35, 1.35, 1.6)
    kept = Image.new("L", mask.size)
    _ellipses(kept, faces, -0.48, -0.42, 0.48, 0.62)  # the fringe hangs into the face
    return ImageChops.subtract(ImageChops.subtract(mask, kept), _clothes(Image.new("L", mask.size), faces))


def _clothes(mask: Image.Image, faces: Sequence[Box]) -> Image.Image:
    pen = ImageDraw.Draw(mask)
    for face in faces:
        x, chin = face.left + face.width / 2, face.top + face.height * 1.15
        neck, shoulders = face.width * 0.3, face.width * 1.4
        down = chin + face.height * 0.7
        sides = [(x - shoulders, down), (x - neck, chin), (x + neck, chin), (x + shoulders, down)]
        pen.polygon([*sides, (x + shoulders * 1.1, mask.height), (x - shoulders * 1.1, mask.height)], fill=255)
    return mask


def _background(mask: Image.Image, faces: Sequence[Box]) -> Image.Image:
    person = _clothes(Image.new("L", mask.size), faces)
    _ellipses(person, faces, -1.25, -1.3, 1.25, 1.6)
    return ImageChops.subtract(ImageChops.invert(mask), person)


_AREAS: Mapping[Area, Callable[[Image.Image, Sequence[Box]], Image.Image]] = {
    "left": _part(0, 0, 0.5, 1),
    "right": _part(0.5, 0, 1, 1),
    "top": _part(0, 0, 1, 0.5),
    "bottom": _part(0, 0.5, 1, 1),
    "centre": _part(0.25, 0.25, 0.75, 0.75),
    "background": _background,
    "face": _face,
    "hair": _hair,
    "clothes": _clothes,
}

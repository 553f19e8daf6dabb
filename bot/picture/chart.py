"""A chart of a few dozen numbers as a small PNG: bars, and the highest number as digits."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from PIL import Image, ImageDraw, ImageFont

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, HEIGHT = 480, 140
MARGIN = 8
DIGITS = 20
"""Pixels above the bars, for the digits."""
BACKGROUND, BAR, LINE, TEXT = (43, 45, 49), (88, 101, 242), (78, 80, 88), (219, 222, 225)
"""Discord's dark theme; it is readable on the light one as well."""


def chart(values: Sequence[int], *, most: int) -> bytes:
    """Draw the newest values, the newest to the right.

    Args:
        values: From 0 up; nothing is drawn of what is older than `most` values.
        most: Bars that have room.

    Returns:
        A PNG without metadata.
    """
    image = Image.new("RGB", (WIDTH, HEIGHT), BACKGROUND)
    draw = ImageDraw.Draw(image)
    shown = values[-most:]
    highest = max(shown, default=0)
    floor, room = HEIGHT - MARGIN, HEIGHT - 2 * MARGIN - DIGITS
    draw.line((MARGIN, floor, WIDTH - MARGIN, floor), fill=LINE)
    step = (WIDTH - 2 * MARGIN) / most
    for place, value in enumerate(shown, start=most - len(shown)):
        if value:
            left, top = MARGIN + place * step, floor - max(round(room * value / highest), 1)
            draw.rectangle((left, top, left + max(step - 2, 1), floor), fill=BAR)
    draw.text((MARGIN, MARGIN - 2), str(highest), fill=TEXT, font=ImageFont.load_default(16))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()

"""The named colours of the illustrations, and arithmetic on them."""

from __future__ import annotations

from typing import TypeAlias

Colour: TypeAlias = tuple[int, int, int]
"""Red, green and blue, 0 … 255."""

LUMA = (0.3, 0.59, 0.11)
"""How much of a colour's lightness each of the three gives (ITU-R BT.601), rounded."""

HAIR: dict[str, Colour] = {
    "black": (56, 50, 70),
    "brown": (128, 80, 56),
    "blonde": (248, 214, 120),
    "red": (200, 46, 54),
    "orange": (240, 136, 56),
    "pink": (250, 160, 190),
    "purple": (150, 98, 200),
    "blue": (70, 106, 216),
    "aqua": (96, 212, 214),
    "green": (94, 176, 104),
    "white": (238, 240, 248),
    "grey": (152, 156, 174),
}
EYES: dict[str, Colour] = {
    "blue": (60, 120, 232),
    "red": (218, 44, 56),
    "green": (52, 170, 92),
    "brown": (136, 84, 52),
    "purple": (146, 80, 208),
    "yellow": (244, 196, 60),
    "aqua": (70, 206, 212),
    "pink": (244, 120, 174),
}
CLOTHES: dict[str, Colour] = {
    "white": (246, 244, 246),
    "black": (66, 60, 78),
    "grey": (150, 152, 164),
    "brown": (150, 104, 76),
    "red": (206, 62, 66),
    "orange": (240, 148, 80),
    "yellow": (248, 212, 104),
    "green": (96, 160, 112),
    "blue": (74, 108, 190),
    "aqua": (128, 204, 210),
    "pink": (246, 172, 194),
    "purple": (146, 108, 186),
}
BACKDROPS: dict[str, Colour] = {
    "white": (252, 252, 252),
    "grey": (168, 170, 178),
    "black": (34, 32, 40),
    "red": (200, 70, 78),
    "orange": (246, 178, 112),
    "yellow": (250, 228, 140),
    "green": (164, 214, 158),
    "aqua": (160, 226, 224),
    "blue": (104, 148, 228),
    "pink": (250, 194, 212),
    "purple": (182, 150, 222),
}
SKY: dict[str, tuple[Colour, Colour]] = {
    "day": ((108, 186, 244), (214, 238, 250)),
    "sunset": ((240, 124, 84), (254, 206, 140)),
    "night": ((26, 32, 84), (66, 76, 142)),
}
"""Top and horizon of the sky, by the time of day."""

SKIN: Colour = (255, 228, 210)
SKIN_SHADE: Colour = (244, 192, 172)
INK: Colour = (58, 40, 52)
WHITE: Colour = (255, 255, 255)
PAPER: Colour = (252, 244, 226)
"""Of the watercolours: cream, where the brush left it out."""

_SHADOW: Colour = (64, 44, 110)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Give the colour that lies between two: the first at 0, the second at 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def shaded(colour: Colour, depth: float = 0.24) -> Colour:
    """Give a colour in the shade, which is a little violet."""
    return SKIN_SHADE if colour == SKIN else mix(colour, _SHADOW, depth)


def lit(colour: Colour, amount: float = 0.4) -> Colour:
    """Give a colour in bright light."""
    return mix(colour, WHITE, amount)


def vivid(colour: Colour, amount: float) -> Colour:
    """Move a colour away from the grey of its own lightness, or (below 1) towards it."""
    grey = round(sum(colour) / 3)
    red, green, blue = (min(255, max(0, round(grey + (part - grey) * amount))) for part in colour)
    return red, green, blue


def light(colour: Colour) -> float:
    """Say how light a colour is, 0 … 255."""
    return sum(share * part for share, part in zip(LUMA, colour, strict=True))

"""The named colours that the drawings use, and arithmetic on them."""

from __future__ import annotations

from typing import TypeAlias

Colour: TypeAlias = tuple[int, int, int]
"""Red, green and blue, 0 … 255."""

HAIR: dict[str, Colour] = {
    "black": (42, 40, 52),
    "brown": (120, 74, 44),
    "blonde": (246, 216, 112),
    "red": (204, 36, 44),
    "orange": (242, 130, 40),
    "pink": (250, 150, 192),
    "purple": (142, 84, 196),
    "blue": (58, 92, 216),
    "aqua": (84, 214, 214),
    "green": (66, 168, 86),
    "white": (236, 238, 246),
}
EYES: dict[str, Colour] = {
    "blue": (50, 110, 230),
    "red": (215, 36, 48),
    "green": (44, 170, 80),
    "brown": (126, 76, 42),
    "purple": (140, 70, 205),
    "yellow": (242, 194, 46),
    "aqua": (64, 206, 212),
    "pink": (242, 116, 172),
}
CLOTHES: dict[str, Colour] = {
    "white": (242, 242, 246),
    "black": (46, 46, 56),
    "red": (200, 44, 52),
    "blue": (54, 88, 192),
    "green": (66, 148, 90),
    "yellow": (245, 206, 82),
    "pink": (245, 164, 192),
    "purple": (134, 88, 182),
}
BACKDROPS: dict[str, Colour] = {
    "white": (250, 250, 250),
    "grey": (158, 160, 164),
    "black": (20, 20, 22),
    "red": (190, 48, 60),
    "blue": (84, 122, 232),
    "green": (150, 214, 144),
    "yellow": (250, 228, 130),
    "pink": (250, 184, 208),
    "purple": (178, 138, 222),
}
SKY: dict[str, tuple[Colour, Colour]] = {
    "day": ((120, 200, 250), (206, 236, 252)),
    "sunset": ((244, 120, 60), (252, 196, 120)),
    "night": ((20, 26, 84), (52, 62, 138)),
}
"""Top and horizon of the sky, by the time of day."""

SKIN: Colour = (255, 226, 206)
INK: Colour = (44, 32, 44)


def mix(first: Colour, second: Colour, share: float) -> Colour:
    """Give the colour that lies between two: the first at 0, the second at 1."""
    red, green, blue = (round(a + (b - a) * share) for a, b in zip(first, second, strict=True))
    return red, green, blue


def vivid(colour: Colour, amount: float) -> Colour:
    """Move a colour away from the grey of its own lightness, or (below 1) towards it."""
    grey = round(sum(colour) / 3)
    red, green, blue = (min(255, max(0, round(grey + (part - grey) * amount))) for part in colour)
    return red, green, blue

"""How the hand draws: in which of three styles, and as in which of two times."""

from __future__ import annotations

from dataclasses import dataclass

from engine.demo.illustrator.palette import INK, SKIN, SKIN_SHADE, WHITE, Colour, light, mix, vivid

STYLES = ("flat", "watercolour", "line art")


@dataclass(frozen=True, slots=True)
class Hand:
    """A style and a time."""

    style: str = "flat"
    modern: bool = True
    """Thin, tinted lines and soft light of today; else the thick dark lines and hard light of twenty years ago."""

    @property
    def width(self) -> float:
        """Of a line, as a share of the sheet's shorter side, where a face is drawn large."""
        return (0.0046 if self.modern else 0.0068) * (0.8 if self.style == "watercolour" else 1.0)

    def line(self, colour: Colour) -> Colour:
        """Give the outline of a shape of this colour."""
        if self.style == "line art":
            return (40, 38, 44)
        tint = mix(colour, (84, 30, 50), 0.55) if light(colour) > 150 else mix(colour, INK, 0.62)
        share = {"watercolour": 0.78}.get(self.style, 0.62 if self.modern else 0.12)
        return mix(INK, tint, share)

    def paint(self, colour: Colour) -> Colour:
        """Give what is put on the sheet for a colour."""
        if self.style == "watercolour":
            return mix(colour, (255, 252, 244), 0.24)
        if self.style == "line art":
            return _toned(colour)
        return colour if self.modern else vivid(colour, 1.12)


def _toned(colour: Colour) -> Colour:
    """Leave light colours white, print middle ones as a light grey tone and dark ones nearly black, as manga does."""
    if colour in {SKIN, WHITE}:
        return (254, 254, 254)
    if colour == SKIN_SHADE:
        return (224, 224, 226)
    value = light(colour)
    for least, tone in ((205, 254), (150, 226), (95, 192), (62, 128)):
        if value >= least:
            return (tone, tone, tone)
    return (62, 60, 66)

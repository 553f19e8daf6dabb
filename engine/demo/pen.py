"""How lines and shades look in a year: thick, dark and flat at first, thin, tinted and shaded later."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.demo.palette import INK, Colour, mix

if TYPE_CHECKING:
    from engine.demo.portrait import Portrait

FIRST_YEAR, LAST_YEAR = 2005, 2025


@dataclass(frozen=True, slots=True)
class Pen:
    """The hand of one year."""

    width: float
    """Of an outline, in units of half a face."""
    tint: float
    """0: outlines are ink; 1: they take the colour of what they surround."""
    shading: float
    """0: flat; 1: a second tone stands out and the hair shines."""

    @classmethod
    def of(cls, portrait: Portrait) -> Pen:
        modern = (portrait.year - FIRST_YEAR) / (LAST_YEAR - FIRST_YEAR)
        return cls(width=0.062 - 0.032 * modern, tint=0.55 * modern, shading=modern)

    def line(self, colour: Colour) -> Colour:
        """Give the outline of a shape of this colour."""
        return mix(INK, mix(colour, INK, 0.5), self.tint)

    def shade(self, colour: Colour) -> Colour:
        """Give the second tone of this colour."""
        return mix(colour, (60, 40, 90), 0.07 + 0.2 * self.shading)

    def shine(self, colour: Colour) -> Colour:
        """Give the light on this colour."""
        return mix(colour, (255, 255, 255), 0.1 + 0.35 * self.shading)

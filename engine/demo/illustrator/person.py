"""One person of an illustration, before anything is drawn."""

from __future__ import annotations

from dataclasses import dataclass

EXPRESSIONS = ("smile", "laughing", "expressionless", "sad", "angry", "surprised", "embarrassed", "crying")


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """How somebody looks."""

    known: str = ""
    """Whom everybody knows by this look; empty for nobody."""
    boy: bool = False
    hair_colour: str = "brown"
    hair_length: str = "long hair"
    hair_style: str = ""
    bangs: str = "blunt bangs"
    ahoge: bool = False
    eye_colour: str = "blue"
    eyes_closed: bool = False
    expression: str = "smile"
    blush: bool = False
    glasses: bool = False
    ears: str = ""
    hat: str = ""
    ribbon: str = ""
    worn: str = ""
    accessory_colour: str = "red"
    outfit: str = "school uniform"
    clothes_colour: str = "blue"
    held: str = ""
    arms_behind: bool = False
    emphasis: float = 1.0
    """Weight of the hair colour's tag: below 1 the hair is drawn greyer, above 1 more vivid."""

"""What an illustration shows, before anything is drawn, and how it is chosen at random."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.demo.illustrator.hair import BANGS, REACH, TYINGS
from engine.demo.illustrator.hand import STYLES
from engine.demo.illustrator.headwear import EARS, HATS, RIBBONS, WORN
from engine.demo.illustrator.known import KNOWN
from engine.demo.illustrator.outfit import OUTFITS
from engine.demo.illustrator.palette import BACKDROPS, CLOTHES, EYES, HAIR
from engine.demo.illustrator.person import EXPRESSIONS, Person
from engine.demo.illustrator.scenery import PLACES
from engine.demo.illustrator.sky import TIMES, WEATHERS
from engine.demo.illustrator.things import THINGS

if TYPE_CHECKING:
    from random import Random

GREYS = ("white", "grey", "black")
"""The backdrops of line art."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """One illustration; lengths are shares of the picture, angles degrees."""

    people: tuple[Person, ...] = ()
    """From left to right, three at most."""
    thing: str = ""
    """What is shown where nobody is; empty for a place alone."""
    thing_colour: str = "red"
    full_body: bool = False
    sitting: bool = False
    place: str = ""
    """Empty for a plain backdrop."""
    backdrop: str = "white"
    time: str = "day"
    weather: str = ""
    style: str = "flat"
    year: int = 2022
    quality: float = 1.0
    shift_x: float = 0.0
    shift_y: float = 0.0
    zoom: float = 1.0
    tilts: tuple[float, ...] = (0.0, 0.0, 0.0)
    seed: int = 0
    """Where clouds and windows fall."""

    @property
    def modern(self) -> bool:
        """Tell which of the two hands draws it."""
        return self.year >= MODERN


YEARS = range(2005, 2026)
MODERN = 2015
"""The first year of the newer hand."""


def choose(random: Random, *, emphasised: float = 0.12, seldom: float = 1.0) -> Scene:
    """Choose a scene: colours, places and times equally often, the rest as it is worth.

    Args:
        random: Chooses.
        emphasised: How often somebody's hair has a weight other than 1.
        seldom: How many times as often as usual closed eyes, glasses and other styles than "flat" come.
    """
    count = random.choices((0, 1, 2, 3), (12, 56, 23, 9))[0]
    style = random.choices(STYLES, (74, 14 * seldom, 12 * seldom))[0]
    full_body = count > 0 and random.random() < 0.28
    place = random.choice(PLACES) if random.random() < 0.55 else ""
    thing = random.choice(THINGS) if count == 0 and (not place or random.random() < 0.1) else ""
    return Scene(
        people=tuple(choose_person(random, count, emphasised, seldom) for _ in range(count)),
        thing=thing,
        thing_colour=random.choice(tuple(CLOTHES)),
        full_body=full_body,
        sitting=full_body and random.random() < 0.25,
        place="" if thing else place,
        backdrop=random.choice(GREYS if style == "line art" else (*BACKDROPS, "white")),
        time=random.choice(TIMES),
        weather=random.choices(WEATHERS, (5, 1, 1))[0],
        style=style,
        year=random.choice(YEARS),
        quality=random.uniform(0.4, 1.0) if random.random() < 0.86 else random.uniform(0.0, 0.4),
        shift_x=random.gauss(0, 0.012 if count > 1 else 0.025),
        shift_y=random.gauss(0, 0.01),
        zoom=random.uniform(0.92, 1.08 if count == 1 else 1.0),
        seed=random.getrandbits(32),
    )


def choose_person(random: Random, count: int = 1, emphasised: float = 0.0, seldom: float = 1.0) -> Person:
    """Choose somebody of so many."""
    boy = random.random() < 0.32
    outfits = [name for name, outfit in OUTFITS.items() if not (boy and outfit.girls_only)]
    hat = random.choice(HATS) if random.random() < 0.17 else ""
    held = random.choice(THINGS) if random.random() < 0.17 else ""
    if count > 1 and held in {"umbrella", "sword"}:
        held = ""
    person = Person(
        boy=boy,
        hair_colour=random.choice(tuple(HAIR)),
        hair_length=random.choices(tuple(REACH), (8, 1.5, 0.7, 0) if boy else (2, 2, 3, 2))[0],
        hair_style="" if boy else random.choice(("", "", "", *TYINGS)),
        bangs=random.choices(BANGS, (0.6, 2, 2, 3, 2) if boy else (3, 3, 2, 0.6, 2))[0],
        ahoge=not hat and random.random() < 0.12,
        eye_colour=random.choice(tuple(EYES)),
        eyes_closed=random.random() < 0.12 * seldom,
        expression=random.choices(EXPRESSIONS, (5, 3, 2, 1.2, 1.2, 1.2, 1.2, 1.2))[0],
        blush=random.random() < 0.2,
        glasses=random.random() < 0.16 * seldom,
        ears=random.choice(EARS) if random.random() < 0.16 and not hat else "",
        hat=hat,
        ribbon=random.choice(RIBBONS) if not boy and random.random() < 0.22 else "",
        worn=random.choice(WORN) if random.random() < 0.18 else "",
        accessory_colour=random.choice(tuple(CLOTHES)),
        outfit=random.choice(outfits),
        clothes_colour=random.choice(tuple(CLOTHES)),
        held=held,
        arms_behind=random.random() < 0.35,
        emphasis=random.uniform(0.4, 1.6) if random.random() < emphasised else 1.0,
    )
    if random.random() < 0.16:
        known = random.choice(tuple(KNOWN))
        person = replace(person, known=known, **KNOWN[known].look)
    return person

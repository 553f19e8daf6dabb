"""Says what a scene shows, in tags as people write them and in the model card's order."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.demo.illustrator.hair import BANGS, REACH, TYINGS
from engine.demo.illustrator.headwear import COLOURED, EARS, HATS, RIBBONS, WORN
from engine.demo.illustrator.known import KNOWN
from engine.demo.illustrator.outfit import OUTFITS
from engine.demo.illustrator.palette import BACKDROPS, CLOTHES, EYES, HAIR, Colour
from engine.demo.illustrator.scene import YEARS
from engine.demo.illustrator.things import THINGS

if TYPE_CHECKING:
    from engine.demo.illustrator.person import Person
    from engine.demo.illustrator.scene import Scene

SIDES = {2: ("on the left", "on the right"), 3: ("on the left", "in the middle", "on the right")}
"""What is said after a tag of one person of several."""

EXPRESSION: dict[str, tuple[str, ...]] = {
    "smile": ("smile", "closed mouth"), "laughing": ("smile", "open mouth", "laughing"),
    "expressionless": ("expressionless",), "sad": ("sad", "frown"), "angry": ("angry", "v-shaped eyebrows"),
    "surprised": ("surprised", "wide-eyed"), "embarrassed": ("embarrassed", "blush"), "crying": ("crying", "tears"),
}  # fmt: skip
PLACE: dict[str, tuple[str, ...]] = {
    "indoors": ("indoors", "room", "window"), "outdoors": ("outdoors", "field", "grass"),
    "ocean": ("outdoors", "ocean", "beach"), "mountain": ("outdoors", "mountain"),
    "forest": ("outdoors", "forest", "tree"), "city": ("outdoors", "city", "cityscape", "building"),
    "castle": ("outdoors", "castle"), "cherry blossoms": ("outdoors", "cherry blossoms"),
    "cloud": ("outdoors", "sky", "cloud"),
}  # fmt: skip
TIME: dict[str, tuple[str, ...]] = {
    "day": ("day", "blue sky"), "sunset": ("sunset", "orange sky", "dusk"), "night": ("night", "night sky"),
}  # fmt: skip
WEATHER: dict[str, tuple[str, ...]] = {"": (), "rain": ("rain",), "snow": ("snow", "snowing")}
STYLE: dict[str, tuple[str, ...]] = {
    "flat": ("anime coloring", "cel shading", "clean lineart"),
    "watercolour": ("watercolor (medium)", "traditional media", "soft edges", "paper texture", "wet wash"),
    "line art": ("lineart", "monochrome", "greyscale", "screentone"),
}
"""The first is the style's name; the others belong to it as in the bot's presets."""

GOOD = (
    (0.85, ("masterpiece", "high score", "great score", "absurdres")),
    (0.7, ("best quality", "high score", "great score")),
    (0.5, ("good score",)),
    (0.4, ("average score",)),
    (0.2, ("low quality", "bad score", "lowres", "blurry", "bad hands", "cropped", "username")),
    (
        0.0,
        ("worst quality", "low score", "low quality", "bad score", "lowres", "blurry", "bad anatomy", "bad hands",
         "cropped", "error", "text", "missing finger", "extra digits", "fewer digits", "signature", "watermark",
         "username"),
    ),
)  # fmt: skip
"""From what quality (0 … 1) on which tags may be said; the worst are the words of the model card's negative prompt."""

UNSEEN = ("nsfw", "explicit", "nude", "nipples", "underwear", "cleavage", "child", "aged down")
"""What the bot writes into every negative prompt and no drawing shows: one token each, so that it stays short."""

RATINGS = ("safe", "sensitive")
"""Of the drawings: one with a weapon in it is sensitive, so that limits and the picture filter have something to do."""

ALWAYS_TRUE = ("looking at viewer", "portrait", "detailed")


@dataclass(frozen=True, slots=True)
class Tags:
    """What a scene shows, by whom it is true of."""

    subject: tuple[str, ...]
    names: tuple[str, ...]
    """Characters and their series."""
    people: tuple[tuple[str, ...], ...]
    """Of each person, from left to right."""
    scene: tuple[str, ...]
    rating: str = "safe"

    @property
    def all(self) -> tuple[str, ...]:
        """Give every tag once, in the model card's order, without the quality's."""
        said = (*self.subject, *self.names, self.rating, *(tag for tags in self.people for tag in tags), *self.scene)
        return tuple(dict.fromkeys(said))


def tags(scene: Scene) -> Tags:
    """Say everything that a scene shows."""
    people = tuple(_person(one, scene) for one in scene.people)
    armed = "sword" in {scene.thing, *(person.held for person in scene.people)}
    return Tags(_subject(scene), _names(scene), people, _around(scene), RATINGS[armed])


def quality_tags(quality: float) -> tuple[str, ...]:
    """Give the quality tags that fit, any of which a caption may say."""
    return next(words for least, words in GOOD if quality >= least)


def _subject(scene: Scene) -> tuple[str, ...]:
    boys = sum(person.boy for person in scene.people)
    girls = len(scene.people) - boys
    if not scene.people:
        return ("no humans", *((scene.thing, f"{scene.thing_colour} {scene.thing}") if scene.thing else ("scenery",)))
    said = [f"{girls}girl{'s' * (girls > 1)}"] * (girls > 0) + [f"{boys}boy{'s' * (boys > 1)}"] * (boys > 0)
    return (*said, *(("solo",) if len(scene.people) == 1 else ()))


def _names(scene: Scene) -> tuple[str, ...]:
    known = [person.known for person in scene.people if person.known]
    return tuple(dict.fromkeys([*known, *(KNOWN[name].series for name in known)]))


def _person(person: Person, scene: Scene) -> tuple[str, ...]:
    outfit = OUTFITS[person.outfit]
    said = [f"{person.hair_colour} hair", person.hair_length, person.hair_style, person.bangs]
    said += ["ahoge"] if person.ahoge else []
    said += ["closed eyes"] if person.eyes_closed else [f"{person.eye_colour} eyes"]
    said += EXPRESSION[person.expression]
    said += ["blush"] if person.blush else []
    said += ["glasses"] if person.glasses else []
    said += [person.ears, "animal ears"] if person.ears else []
    said += [person.hat, "hat"] if person.hat and person.hat != "crown" else [person.hat]
    ribbon = "" if person.hat in {"witch hat", "straw hat", "top hat"} else person.ribbon
    said += [ribbon, person.worn]
    worn = [thing for thing in (ribbon, person.worn, person.hat) if thing in COLOURED]
    said += [f"{person.accessory_colour} {thing.split()[-1]}" for thing in worn]
    said += [f"{person.clothes_colour} {outfit.noun}"] if outfit.noun else []
    said += [person.outfit, *outfit.tags]
    said += [person.held, f"holding {person.held}"] if person.held else []
    said += [f"{person.accessory_colour} {person.held}"] if person.held in {"umbrella", "book"} else []
    if scene.full_body and outfit.socks != "bare" and outfit.skirt not in {"trousers", "robe"}:
        said += [outfit.socks]
    return tuple(dict.fromkeys(tag for tag in said if tag))


def _around(scene: Scene) -> tuple[str, ...]:
    said: list[str] = []
    if scene.people:
        said += ["full body", "sitting" if scene.sitting else "standing"] if scene.full_body else ["upper body"]
    if scene.place:
        said += [*PLACE[scene.place], *TIME[scene.time]]
        said += WEATHER[scene.weather] if scene.place != "indoors" else ()
        if scene.time == "night" and not scene.weather and scene.place != "indoors":
            said += ["starry sky"]
    else:
        said += ["simple background", f"{scene.backdrop} background"]
    return (*said, *STYLE[scene.style], f"year {scene.year}")


def coloured_tags() -> dict[str, Colour]:
    """Give every tag that names the colour of something, and that colour."""
    worn = sorted(
        {outfit.noun for outfit in OUTFITS.values() if outfit.noun} | {thing.split()[-1] for thing in COLOURED}
    )
    tables = [
        ("background", BACKDROPS),
        *((noun, CLOTHES) for noun in (*worn, *THINGS)),
        ("eyes", EYES),
        ("hair", HAIR),
    ]
    return {f"{name} {noun}": colour for noun, table in tables for name, colour in table.items()}


def every_tag() -> tuple[str, ...]:
    """Give every tag that a caption can say, each once: what the vocabulary must hold whole."""
    said = {"1girl", "2girls", "3girls", "1boy", "2boys", "3boys", "solo", *RATINGS, "no humans", "scenery"}
    said |= {"ahoge", "closed eyes", "blush", "glasses", "animal ears", "hat", "full body", "upper body", "sitting"}
    said |= {"standing", "simple background", "starry sky", "kneehighs", "thighhighs"}
    said |= {*ALWAYS_TRUE, *UNSEEN, *coloured_tags(), *(side for sides in SIDES.values() for side in sides)}
    said |= {f"year {year}" for year in YEARS}
    said |= {*REACH, *TYINGS, *BANGS, *EARS, *HATS, *RIBBONS, *WORN, *OUTFITS}
    said |= {tag for outfit in OUTFITS.values() for tag in outfit.tags}
    said |= {*THINGS, *(f"holding {thing}" for thing in THINGS)}
    for table in (EXPRESSION, PLACE, TIME, WEATHER, STYLE):
        said |= {tag for words in table.values() for tag in words}
    said |= {tag for _, words in GOOD for tag in words}
    said |= {*KNOWN, *(known.series for known in KNOWN.values())}
    return tuple(sorted(said))

"""What a training picture shows, chosen at random, and the tags that say so; it knows nothing about drawing."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from engine.demo.palette import BACKDROPS, CLOTHES, EYES, HAIR, SKY, Colour

if TYPE_CHECKING:
    from collections.abc import Sequence
    from random import Random

LENGTHS = ("short hair", "medium hair", "long hair", "very long hair")
STYLES = ("", "twintails", "ponytail", "double bun", "wavy hair")
BANGS = ("blunt bangs", "swept bangs", "parted bangs", "spiked hair")
LIDS = ("", "closed eyes", "one eye closed")
MOUTHS = ("closed mouth", "smile", "grin", "open mouth", "frown", "surprised")
BROWS = ("", "angry", "sad")
GARMENTS = ("shirt", "dress", "jacket", "sweater")
ACCESSORIES = (
    "hair ribbon", "hair bow", "witch hat", "glasses", "hair flower", "cat ears", "headphones", "scarf", "horns",
)  # fmt: skip
PLACES = ("", "outdoors", "ocean", "forest", "city", "cherry blossoms", "snow", "indoors")
"""The first is a plain backdrop."""
YEARS = range(2005, 2026)

GOOD_TAGS = (
    (0.9, ("masterpiece", "high score", "great score", "absurdres")),
    (0.75, ("best quality", "high score", "great score")),
    (0.55, ("good score",)),
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Portrait:
    """One picture before it is drawn; lengths are shares of the picture, angles degrees."""

    subject: str = "1girl"
    character: str = ""
    series: str = ""
    hair_colour: str = "brown"
    hair_length: str = "long hair"
    hair_style: str = ""
    bangs: str = "blunt bangs"
    ahoge: bool = False
    eye_colour: str = "blue"
    lids: str = ""
    mouth: str = "smile"
    brows: str = ""
    blush: bool = False
    clothes_colour: str = "white"
    garment: str = "shirt"
    accessories: tuple[str, ...] = ()
    accessory_colour: str = "red"
    place: str = ""
    backdrop: str = "white"
    time: str = "day"
    year: int = 2020
    quality: float = 1.0
    emphasis: float = 1.0
    """Weight of the hair colour's tag: below 1 the hair is drawn greyer, above 1 more vivid."""
    shift_x: float = 0.0
    shift_y: float = 0.0
    zoom: float = 1.0
    tilt: float = 0.0
    detail_seed: int = 0
    """Where clouds, stars, strands and blotches fall."""

    def tags(self) -> tuple[str, ...]:
        """Say everything that the picture shows, in the model card's order, without the quality tags."""
        said = [self.subject, "solo"]
        said += [self.character, self.series, "safe"]
        said += [f"{self.hair_colour} hair", self.hair_length, self.hair_style, self.bangs]
        said += ["ahoge"] if self.ahoge else []
        said += [self.lids] if self.lids == "closed eyes" else [f"{self.eye_colour} eyes", self.lids]
        said += ["smile", "open mouth"] if self.mouth == "grin" else [self.mouth]
        said += [self.brows]
        said += ["blush"] if self.blush else []
        said += [f"{self.clothes_colour} {self.garment}"]
        for accessory in self.accessories:
            coloured = accessory in COLOURED
            said += [accessory] + ([f"{self.accessory_colour} {accessory.split()[-1]}"] if coloured else [])
        said += self._background_tags()
        said += [f"year {self.year}"]
        return tuple(tag for tag in said if tag)

    def _background_tags(self) -> list[str]:
        if not self.place:
            return ["simple background", f"{self.backdrop} background"]
        if self.place == "indoors":
            return ["indoors", self.time]
        said = ["outdoors"] + ([self.place] if self.place != "outdoors" else []) + [self.time]
        return [*said, {"day": "blue sky", "sunset": "orange sky", "night": "starry sky"}[self.time]]


ALWAYS_TRUE = ("looking at viewer", "upper body", "portrait", "anime coloring")
"""Of every picture."""

COLOURED = frozenset({"hair ribbon", "hair bow", "scarf"})
"""Accessories whose colour is a tag of its own, such as "red ribbon"."""


def quality_tags(quality: float) -> tuple[str, ...]:
    """Give the quality tags that fit, any of which a caption may say."""
    return next(tags for least, tags in GOOD_TAGS if quality >= least)


_LOOKS: tuple[tuple[str, str, str], ...] = (
    ("hatsune miku", "vocaloid", "aqua hair|very long hair|twintails|aqua eyes|white shirt"),
    ("kagamine rin", "vocaloid", "blonde hair|short hair|hair bow|blue eyes|yellow shirt|white"),
    ("megurine luka", "vocaloid", "pink hair|very long hair|blue eyes|black dress"),
    ("hakurei reimu", "touhou", "black hair|long hair|hair bow|brown eyes|red dress|red"),
    ("kirisame marisa", "touhou", "blonde hair|long hair|wavy hair|witch hat|yellow eyes|black dress"),
    ("kochiya sanae", "touhou", "green hair|long hair|hair flower|green eyes|white shirt"),
    ("artoria pendragon (fate)", "fate (series)", "blonde hair|medium hair|green eyes|blue dress|ahoge"),
    ("tohsaka rin", "fate (series)", "black hair|long hair|twintails|aqua eyes|red sweater"),
    ("ayanami rei", "neon genesis evangelion", "blue hair|short hair|red eyes|white shirt"),
    ("souryuu asuka langley", "neon genesis evangelion", "orange hair|long hair|blue eyes|red jacket"),
    ("rem (re:zero)", "re:zero kara hajimeru isekai seikatsu",
     "blue hair|short hair|blue eyes|black dress|hair flower"),
    ("emilia (re:zero)", "re:zero kara hajimeru isekai seikatsu",
     "white hair|very long hair|purple eyes|white dress|hair flower"),
    ("frieren", "sousou no frieren", "white hair|long hair|twintails|green eyes|white dress"),
    ("megumin", "kono subarashii sekai ni shukufuku wo!", "brown hair|short hair|red eyes|red dress|witch hat"),
    ("aqua (konosuba)", "kono subarashii sekai ni shukufuku wo!", "blue hair|very long hair|blue eyes|blue dress"),
    ("zero two (darling in the franxx)", "darling in the franxx", "pink hair|long hair|horns|green eyes|red jacket"),
    ("yor briar", "spy x family", "black hair|medium hair|red eyes|black dress"),
    ("makima (chainsaw man)", "chainsaw man", "red hair|medium hair|yellow eyes|white shirt"),
    ("nakano miku", "go-toubun no hanayome", "brown hair|long hair|headphones|blue eyes|blue jacket"),
    ("gotou hitori", "bocchi the rock!", "pink hair|long hair|blue eyes|pink jacket"),
    ("arima kana", "oshi no ko", "red hair|short hair|red eyes|white shirt"),
    ("hoshino ai", "oshi no ko", "purple hair|very long hair|purple eyes|pink dress"),
    ("hoshimachi suisei", "hololive", "blue hair|long hair|blue eyes|blue dress"),
    ("firefly (honkai: star rail)", "honkai: star rail",
     "white hair|long hair|hair ribbon|blue eyes|white dress|black"),
    ("hu tao (genshin impact)", "genshin impact", "brown hair|very long hair|twintails|red eyes|black jacket"),
    ("ganyu (genshin impact)", "genshin impact", "blue hair|very long hair|horns|purple eyes|white dress"),
    ("kasane teto", "utau", "red hair|medium hair|twintails|red eyes|black shirt"),
    ("son goku", "dragon ball", "black hair|short hair|spiked hair|brown eyes|red shirt"),
    ("uzumaki naruto", "naruto (series)", "blonde hair|short hair|spiked hair|blue eyes|black jacket"),
    ("edward elric", "fullmetal alchemist", "blonde hair|medium hair|parted bangs|yellow eyes|red jacket"),
)  # fmt: skip
"""Name, series and what everybody knows them by; a bare colour at the end is an accessory's."""

BOYS = frozenset({"son goku", "uzumaki naruto", "edward elric"})


def _with_look(portrait: Portrait, name: str, series: str, look: str) -> Portrait:
    portrait = replace(
        portrait, character=name, series=series, subject="1boy" if name in BOYS else "1girl",
        hair_style="", accessories=(), ahoge=False,
    )  # fmt: skip
    for tag in look.split("|"):
        first, _, last = tag.partition(" ")
        if last == "hair" and first in HAIR:
            portrait = replace(portrait, hair_colour=first)
        elif tag in LENGTHS:
            portrait = replace(portrait, hair_length=tag)
        elif tag in STYLES:
            portrait = replace(portrait, hair_style=tag)
        elif tag in BANGS:
            portrait = replace(portrait, bangs=tag)
        elif tag == "ahoge":
            portrait = replace(portrait, ahoge=True)
        elif last == "eyes":
            portrait = replace(portrait, eye_colour=first)
        elif last in GARMENTS:
            portrait = replace(portrait, clothes_colour=first, garment=last)
        elif tag in ACCESSORIES:
            portrait = replace(portrait, accessories=(*portrait.accessories, tag))
        else:
            portrait = replace(portrait, accessory_colour=tag)
    return portrait


CHARACTERS: dict[str, Portrait] = {name: _with_look(Portrait(), name, series, look) for name, series, look in _LOOKS}
_LOOK_FIELDS = (
    "character", "series", "subject", "hair_colour", "hair_length", "hair_style", "ahoge", "eye_colour",
    "clothes_colour", "garment", "accessories", "accessory_colour",
)  # fmt: skip


def choose(random: Random, emphasised: float = 0.12, often: Sequence[str] = ()) -> Portrait:
    """Choose a picture: every colour, place and time equally often, expressions and quality as they are worth.

    Args:
        random: Chooses.
        emphasised: How often hair has a weight other than 1.
        often: Colours of hair that come that much more often than the others, once for each time that they are named.
    """
    boy = random.random() < 0.2
    portrait = Portrait(
        subject="1boy" if boy else "1girl",
        hair_colour=random.choice((*HAIR, *often)),
        hair_length=random.choices(LENGTHS, (6, 2, 1, 0.5) if boy else (1, 1, 1.5, 1))[0],
        hair_style="" if boy else random.choices(STYLES, (3, 1, 1, 1, 1))[0],
        bangs=random.choices(BANGS, (1, 1, 1, 3) if boy else (2, 2, 2, 0.7))[0],
        ahoge=random.random() < 0.15,
        eye_colour=random.choice(tuple(EYES)),
        lids=random.choices(LIDS, (8, 1, 1))[0],
        mouth=random.choices(MOUTHS, (2, 2, 2, 2, 1, 1))[0],
        brows=random.choices(BROWS, (6, 1, 1))[0],
        blush=random.random() < 0.25,
        clothes_colour=random.choice(tuple(CLOTHES)),
        garment=random.choice(GARMENTS),
        accessories=tuple(random.sample(ACCESSORIES, random.choices((0, 1, 2), (5, 4, 1))[0])),
        accessory_colour=random.choice(tuple(CLOTHES)),
        place=random.choice(PLACES) if random.random() < 0.55 else "",
        backdrop=random.choice(tuple(BACKDROPS)),
        time=random.choice(tuple(SKY)),
        year=random.choice(YEARS),
        quality=random.uniform(0.4, 1.0) if random.random() < 0.75 else random.uniform(0.0, 0.4),
        emphasis=random.uniform(0.4, 1.6) if random.random() < emphasised else 1.0,
        shift_x=random.gauss(0, 0.02),
        shift_y=random.gauss(0, 0.012),
        zoom=random.uniform(0.92, 1.1),
        tilt=random.gauss(0, 4),
        detail_seed=random.getrandbits(32),
    )
    if random.random() < 0.2:
        known = CHARACTERS[random.choice(tuple(CHARACTERS))]
        portrait = replace(portrait, **{name: getattr(known, name) for name in _LOOK_FIELDS})
        if known.bangs != Portrait().bangs:
            portrait = replace(portrait, bangs=known.bangs)
    return portrait


def coloured_tags() -> dict[str, Colour]:
    """Give every tag that names the colour of something, and that colour."""
    worn = (*GARMENTS, *(accessory.split()[-1] for accessory in COLOURED))
    tables = (("background", BACKDROPS), *((noun, CLOTHES) for noun in worn), ("eyes", EYES), ("hair", HAIR))
    return {f"{name} {noun}": colour for noun, table in tables for name, colour in table.items()}


def every_tag() -> tuple[str, ...]:
    """Give every tag that a caption can say, each once: what the vocabulary must hold whole."""
    said = {"1girl", "1boy", "solo", "safe", "ahoge", "blush", "smile", "open mouth", "simple background"}
    said |= set(ALWAYS_TRUE)
    said |= set(coloured_tags())
    said |= {f"year {year}" for year in YEARS} | set(SKY) | {"blue sky", "orange sky", "starry sky"}
    said |= {*LENGTHS, *STYLES, *BANGS, *LIDS, *MOUTHS, *BROWS, *ACCESSORIES, *PLACES} - {"", "grin"}
    said |= {tag for _, tags in GOOD_TAGS for tag in tags}
    said |= {part for known in CHARACTERS.values() for part in (known.character, known.series)}
    return tuple(sorted(said))

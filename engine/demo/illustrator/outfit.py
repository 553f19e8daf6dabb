"""The twenty outfits: of what each is made, who wears it, and what its colour is called."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from engine.demo.illustrator.palette import CLOTHES, Colour

if TYPE_CHECKING:
    from engine.demo.illustrator.person import Person

_WHITE, _BLACK, _RED = CLOTHES["white"], CLOTHES["black"], CLOTHES["red"]
_NAVY: Colour = (62, 74, 120)
_DENIM: Colour = (92, 128, 186)
_STEEL: Colour = (176, 186, 204)
_GREY: Colour = (128, 130, 146)
_TAN: Colour = (202, 164, 118)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outfit:
    """What an outfit is made of. A colour of None is the one that its wearer chose."""

    noun: str = ""
    """What is named with a colour, as in "red dress"; empty where the colours are always the same."""
    tags: tuple[str, ...] = ()
    """What else is said of it."""
    girls_only: bool = False
    top: Colour | None = None
    inner: Colour | None = None
    """What shows at the opening, in front; None for a closed one."""
    sleeves: str = "long"
    """none, short, long, wide, or puffed."""
    sleeve: Colour | None = None
    collar: str = "round"
    neck: str = ""
    """bow, tie or ribbon at the neck."""
    front: str = ""
    skirt: str = "skirt"
    """What a girl wears below: skirt, long skirt, dress, long dress, robe, coat, shorts or trousers."""
    below: Colour | None = _NAVY
    socks: str = "kneehighs"


OUTFITS: dict[str, Outfit] = {
    "serafuku": Outfit(noun="sailor collar", tags=("pleated skirt",), girls_only=True, top=_WHITE, collar="sailor",
                       neck="bow", below=None),
    "school uniform": Outfit(noun="blazer", tags=("necktie",), inner=_WHITE, collar="lapel", neck="tie", below=_GREY),
    "collared shirt": Outfit(noun="shirt", collar="collar", front="buttons", below=_NAVY),
    "t-shirt": Outfit(noun="shirt", sleeves="short", front="star", skirt="shorts", below=_DENIM),
    "hoodie": Outfit(noun="hoodie", collar="hood", front="pocket", skirt="shorts", below=_GREY),
    "sweater": Outfit(noun="sweater", collar="turtleneck", front="ribs", below=(150, 112, 92)),
    "dress": Outfit(noun="dress", girls_only=True, sleeves="none", collar="straps", front="belt", skirt="dress",
                    below=None, socks="bare"),
    "frilled dress": Outfit(noun="dress", tags=("frills",), girls_only=True, sleeves="puffed", collar="frill",
                            neck="bow", skirt="frilled", below=None, socks="thighhighs"),
    "kimono": Outfit(noun="kimono", sleeves="wide", collar="kimono", front="obi", skirt="robe", below=None,
                     socks="bare"),
    "miko": Outfit(tags=("red hakama",), girls_only=True, top=_WHITE, sleeves="wide", collar="kimono", front="sash",
                   skirt="robe", below=_RED, socks="bare"),
    "maid": Outfit(tags=("maid apron", "maid headdress"), girls_only=True, top=_BLACK, sleeves="puffed",
                   collar="collar", neck="bow", front="apron", skirt="frilled", below=_BLACK, socks="thighhighs"),
    "jacket": Outfit(noun="jacket", tags=("open jacket",), inner=_WHITE, collar="open", front="zip", below=_BLACK),
    "coat": Outfit(noun="coat", collar="lapel", front="double", skirt="coat", below=None, inner=(226, 216, 206)),
    "cardigan": Outfit(noun="cardigan", inner=_WHITE, collar="v", neck="ribbon", front="row", below=_NAVY),
    "armor": Outfit(tags=("breastplate",), top=_STEEL, sleeve=_STEEL, collar="gorget", front="plate", skirt="skirt",
                    below=_NAVY, socks="thighhighs"),
    "cloak": Outfit(noun="cloak", top=_TAN, collar="cloak", front="belt", skirt="shorts", below=_BLACK),
    "overalls": Outfit(noun="shirt", tags=("overalls",), sleeves="short", front="bib", skirt="trousers", below=_DENIM),
    "suit": Outfit(noun="suit", tags=("necktie",), inner=_WHITE, collar="lapel", neck="tie", skirt="trousers",
                   below=None),
    "military uniform": Outfit(noun="uniform", tags=("epaulettes",), collar="stand", front="gold", below=None,
                               socks="thighhighs"),
    "china dress": Outfit(noun="dress", girls_only=True, sleeves="short", collar="stand", front="slit",
                          skirt="long dress", below=None, socks="bare"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Cloth:
    """The colours of one person's outfit."""

    top: Colour
    sleeve: Colour
    below: Colour
    chosen: Colour
    accent: Colour
    """Of bow, tie and sash."""


def cloth(person: Person) -> Cloth:
    """Work out the colours that a person wears."""
    outfit = OUTFITS[person.outfit]
    chosen = CLOTHES[person.clothes_colour]
    top = outfit.top or chosen
    accent = (214, 70, 82) if person.clothes_colour not in {"red", "pink", "orange"} else (66, 84, 150)
    return Cloth(top, outfit.sleeve or top, outfit.below or chosen, chosen, accent)

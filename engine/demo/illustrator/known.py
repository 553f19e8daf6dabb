"""Characters that everybody knows, and what they are known by."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Known:
    """A character."""

    series: str
    look: dict[str, Any]
    """The fields of a `Person` that are always the same."""


def _look(hair: str, eyes: str, outfit: str, *more: str, boy: bool = False) -> dict[str, Any]:
    """Read "aqua, very long hair, twintails", an eye colour, "white dress" and what is worn, with its colour."""
    colour, length, *style = hair.split(", ")
    clothes, _, name = outfit.partition(" ")
    look: dict[str, Any] = {
        "boy": boy, "hair_colour": colour, "hair_length": length, "hair_style": "", "ahoge": False, "eye_colour": eyes,
        "clothes_colour": clothes, "outfit": name, "ears": "", "hat": "", "ribbon": "", "worn": "", "glasses": False,
    }  # fmt: skip
    for tag in style:
        field = "bangs" if tag.endswith("bangs") or tag in {"spiked hair", "hair between eyes"} else "hair_style"
        look |= {"ahoge": True} if tag == "ahoge" else {field: tag}
    for thing in more:
        shade, _, tag = thing.partition(" ")
        field = (
            "ribbon"
            if tag.startswith("hair ") or tag == "hairband"
            else "hat"
            if tag.endswith("hat") or tag == "beret"
            else "worn"
        )
        look |= {"accessory_colour": shade, field: tag}
    return look


KNOWN: dict[str, Known] = {
    "hatsune miku": Known("vocaloid", _look("aqua, very long hair, twintails", "aqua", "grey school uniform")),
    "kagamine rin": Known("vocaloid", _look("blonde, short hair", "blue", "yellow serafuku", "white hair bow")),
    "megurine luka": Known("vocaloid", _look("pink, very long hair", "blue", "black dress")),
    "kasane teto": Known("utau", _look("red, medium hair, twintails", "red", "grey military uniform")),
    "hakurei reimu": Known("touhou", _look("black, long hair", "brown", "white miko", "red hair bow")),
    "kirisame marisa": Known("touhou", _look("blonde, long hair, wavy hair", "yellow", "black frilled dress",
                                             "white witch hat")),
    "kochiya sanae": Known("touhou", _look("green, long hair", "green", "white miko", "white hair flower")),
    "artoria pendragon (fate)": Known("fate (series)", _look("blonde, medium hair, ahoge", "green", "blue armor")),
    "tohsaka rin": Known("fate (series)", _look("black, long hair, twintails", "aqua", "red sweater")),
    "ayanami rei": Known("neon genesis evangelion", _look("blue, short hair", "red", "aqua school uniform")),
    "souryuu asuka langley": Known("neon genesis evangelion", _look("orange, long hair", "blue", "red jacket")),
    "rem (re:zero)": Known("re:zero kara hajimeru isekai seikatsu", _look("blue, short hair", "blue", "black maid",
                                                                          "pink hair flower")),
    "emilia (re:zero)": Known("re:zero kara hajimeru isekai seikatsu", _look(
        "white, very long hair", "purple", "white dress", "purple hair flower")),
    "frieren": Known("sousou no frieren", _look("white, long hair, twintails", "green", "white cloak")),
    "megumin": Known("kono subarashii sekai ni shukufuku wo!", _look("brown, short hair", "red", "red cloak",
                                                                    "red witch hat")),
    "aqua (konosuba)": Known("kono subarashii sekai ni shukufuku wo!", _look("blue, very long hair", "blue",
                                                                            "blue frilled dress")),
    "zero two (darling in the franxx)": Known("darling in the franxx", _look("pink, long hair", "green",
                                                                            "red military uniform", "red horns")),
    "yor briar": Known("spy x family", _look("black, medium hair", "red", "red sweater", "yellow hairband")),
    "makima (chainsaw man)": Known("chainsaw man", _look("red, medium hair", "yellow", "black suit")),
    "nakano miku": Known("go-toubun no hanayome", _look("brown, long hair", "blue", "blue cardigan",
                                                        "blue headphones")),
    "gotou hitori": Known("bocchi the rock!", _look("pink, long hair, hair between eyes", "blue", "pink hoodie")),
    "arima kana": Known("oshi no ko", _look("red, short hair, blunt bangs", "red", "grey school uniform",
                                            "black beret")),
    "hoshino ai": Known("oshi no ko", _look("purple, very long hair", "purple", "pink frilled dress",
                                            "pink hair ribbon")),
    "hoshimachi suisei": Known("hololive", _look("blue, long hair", "blue", "blue dress", "blue beret")),
    "firefly (honkai: star rail)": Known("honkai: star rail", _look("grey, long hair", "aqua", "green dress",
                                                                   "black hair ribbon")),
    "hu tao (genshin impact)": Known("genshin impact", _look("brown, very long hair, twintails", "red", "black coat",
                                                             "red top hat")),
    "ganyu (genshin impact)": Known("genshin impact", _look("blue, very long hair", "purple", "white dress",
                                                            "red horns")),
    "son goku": Known("dragon ball", _look("black, short hair, spiked hair", "brown", "orange t-shirt", boy=True)),
    "uzumaki naruto": Known("naruto (series)", _look("blonde, short hair, spiked hair", "blue", "orange jacket",
                                                     boy=True)),
    "edward elric": Known("fullmetal alchemist", _look("blonde, medium hair, parted bangs", "yellow", "red coat",
                                                       boy=True)),
}  # fmt: skip

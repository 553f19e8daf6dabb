"""NovelAI: texts of a PNG, the last of which is JSON; since V4 with characters that have places."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.picture.read import COMMENT
from bot.picture.recipes.fields import decoded, first, fraction, made, rows, sides, table, text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.picture.read import PictureTexts
    from bot.picture.recipes.fields import Table
    from bot.prompt.recipe import Recipe

PROGRAM = "NovelAI"

MAX_CHARACTERS = 12
"""V4.5 has six."""

_LEFT, _RIGHT = 0.4, 0.6
"""Beyond which somebody stands at a side: the middle fifth of its five columns is the middle."""

_SAID = {
    "cfg_rescale": "CFG rescale",
    "strength": "Denoising strength",
    "sm": "SMEA",
    "sm_dyn": "SMEA DYN",
    "dynamic_thresholding": "Decrisper",
}
_NO = frozenset({"", "0", "0.0"})


def read(texts: PictureTexts) -> Recipe | None:
    """Read the comment, which only this program writes so."""
    for written in (texts.named.get(COMMENT, ""), texts.comment, texts.named.get("parameters", "")):
        found = decoded(written)
        if found is not None and (inner := decoded(text(found, COMMENT))) is not None:  # all texts of the PNG in one
            return _recipe(inner, {**found, **{name: str(value) for name, value in texts.named.items()}})
        if found is not None and _is_ours(found, texts):
            return _recipe(found, texts.named)
    return None


def _is_ours(found: Table, texts: PictureTexts) -> bool:
    return ("uc" in found and ("scale" in found or "v4_prompt" in found)) or (
        texts.named.get("Software") == PROGRAM and "prompt" in found
    )


def _recipe(said: Table, around: Table) -> Recipe:
    base, characters, places = _caption(said.get("v4_prompt"))
    avoided, avoided_of, _ = _caption(said.get("v4_negative_prompt"))
    other = {name: "yes" if said.get(key) is True else text(said, key) for key, name in _SAID.items()}
    source = text(around, "Source")
    return made(
        PROGRAM,
        dialect="novelai",
        prompt=_joined(base or text(said, "prompt") or text(around, "Description"), characters),
        negative=_joined(avoided or text(said, "uc"), avoided_of, separator=", "),
        steps=first(said, "steps"),
        sampler=text(said, "sampler"),
        schedule=text(said, "noise_schedule"),
        scale=first(said, "scale"),
        seed=first(said, "seed"),
        size=sides(said.get("width"), said.get("height")),
        model=source or PROGRAM,
        places=places,
        other={name: value for name, value in other.items() if value not in _NO},
    )


def _caption(value: object) -> tuple[str, list[str], list[str]]:
    """Read a prompt of V4: the words for all, those of each character, and in words where it stands."""
    prompt = table(value) or {}
    caption = table(prompt.get("caption")) or {}
    characters, places = list[str](), list[str]()
    for entry in rows(caption.get("char_captions"))[:MAX_CHARACTERS]:
        found = table(entry) or {}
        if words := text(found, "char_caption"):
            characters.append(words)
            places.extend(_places(words, found) if prompt.get("use_coords") else ())
    return text(caption, "base_caption"), characters, places


def _places(words: str, found: Table) -> Iterator[str]:
    centre = next((table(one) for one in rows(found.get("centers"))), None) or {}
    x = fraction(centre.get("x"))
    if x is not None:
        side = "left" if x < _LEFT else "right" if x > _RIGHT else "middle"
        yield f"{' '.join(words.split())[:60]}: {side}"


def _joined(base: str, characters: list[str], separator: str = " BREAK ") -> str:
    """Write characters behind the words for all: a single one with a comma, several as chunks of their own."""
    if len(characters) == 1:
        separator = ", "
    return separator.join(filter(None, (base.strip().rstrip(","), *characters)))

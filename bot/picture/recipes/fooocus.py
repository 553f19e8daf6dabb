"""Fooocus: JSON or WebUI's text, and a word that says which (``modules/meta_parser.py``); never evaluated."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.picture.exif import MAKER_NOTE
from bot.picture.read import COMMENT, PARAMETERS
from bot.picture.recipes import webui
from bot.picture.recipes.fields import decoded, file_name, first, made, rows, size_of, text
from bot.prompt.recipe import Recipe, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.picture.read import PictureTexts
    from bot.picture.recipes.fields import Table

PROGRAM = "Fooocus"

_SAID = {
    "refiner_model": "Refiner",
    "refiner_switch": "Refiner switch",
    "adaptive_cfg": "Adaptive CFG",
    "freeu": "FreeU",
    "prompt_expansion": "Prompt expansion",
    "performance": "Performance",
    "clip_skip": "Clip skip",
    "styles": "Styles",
    "sharpness": "Sharpness",
}
_COMBINED = re.compile(r"lora_(?:combined|name)_\d+")
_NO = frozenset({"", "None", "[]", "0"})


def read(texts: PictureTexts) -> Recipe | None:
    """Read either scheme, from a PNG's chunks or from EXIF."""
    scheme = texts.named.get("fooocus_scheme", "") or texts.exif.get(MAKER_NOTE, "")
    for written in (texts.named.get(PARAMETERS, ""), texts.comment, texts.named.get(COMMENT, "")):
        found = decoded(written)
        if found is not None and (scheme.startswith("fooocus") or _is_ours(found)):
            return _recipe(found)
        if written and found is None and scheme.startswith("a1111") and webui.has_settings(written):
            return webui.parse(written)
    return None


def _is_ours(found: Table) -> bool:
    return text(found, "metadata_scheme") == "fooocus" or text(found, "version", "Version").startswith("Fooocus")


def _recipe(found: Table) -> Recipe:
    said = {
        name.casefold().replace(" ", "_"): value for name, value in list(found.items())[:500]
    }  # old ones: "Base Model"
    other = {name: _text(said, key) for key, name in _SAID.items()}
    return made(
        PROGRAM,
        prompt=text(said, "prompt") or _joined(said.get("full_prompt")),
        negative=text(said, "negative_prompt")
        or ("" if "negative_prompt" in said else _joined(said.get("full_negative_prompt"))),
        steps=first(said, "steps"),
        sampler=text(said, "sampler"),
        schedule=text(said, "scheduler"),
        scale=first(said, "guidance_scale"),
        seed=first(said, "seed"),
        size=size_of(text(said, "resolution")),
        model=file_name(text(said, "base_model")),
        model_hash=text(said, "base_model_hash"),
        resources=_loras(said),
        other={name: value for name, value in other.items() if value not in _NO},
    )


def _text(said: Table, key: str) -> str:
    value = said.get(key)
    return ", ".join(str(one)[:60] for one in value[:20]) if isinstance(value, list) else text(said, key)  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


def _joined(value: object) -> str:
    if isinstance(value, str):
        return value
    return ", ".join(one for one in rows(value) if isinstance(one, str))


def _loras(said: Table) -> Iterator[Resource]:
    for entry in rows(said.get("loras"))[:50]:
        if isinstance(entry, list) and entry and isinstance(entry[0], str):
            yield Resource("LoRA", file_name(entry[0]))
    for key, value in said.items():
        if _COMBINED.fullmatch(key) and isinstance(value, str):
            yield Resource("LoRA", file_name(value.rpartition(" : ")[0] or value))

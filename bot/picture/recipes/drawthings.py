"""Draw Things: an XMP packet, whose comment is JSON and whose description is the same as text."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from bot.picture.read import XMP
from bot.picture.recipes import webui
from bot.picture.recipes.fields import decoded, file_name, first, made, rows, size_of, table, text
from bot.prompt.recipe import Recipe, Resource

if TYPE_CHECKING:
    from bot.picture.read import PictureTexts
    from bot.picture.recipes.fields import Table

PROGRAM = "Draw Things"

_ELEMENT = r"<{0}>\s*+(?:<rdf:(?:Alt|Seq|Bag)>)?\s*+(?:<rdf:li[^<>]{{0,100}}>)?([^<]*+)<"
_ATTRIBUTE = r'\s{0}="([^"]*)"'
_USER_COMMENT = tuple(re.compile(form.format("exif:UserComment")) for form in (_ELEMENT, _ATTRIBUTE))
_DESCRIPTION = tuple(re.compile(form.format("dc:description")) for form in (_ELEMENT, _ATTRIBUTE))


def read(texts: PictureTexts) -> Recipe | None:
    """Read the comment, else the description."""
    packet = texts.named.get(XMP, "")
    for written in (_text(packet, _USER_COMMENT), texts.comment):
        if (found := decoded(written)) is not None and "c" in found and ("sampler" in found or "uc" in found):
            return _recipe(found)
    described = _text(packet, _DESCRIPTION)
    return (
        webui.parse(described)
        if described and len(described) <= webui.MAX_CHARS and webui.has_settings(described)
        else None
    )


def _text(packet: str, patterns: tuple[re.Pattern[str], ...]) -> str:
    """Find a property of a packet without reading it as XML, which can be made to grow without end."""
    found = next((match for pattern in patterns if (match := pattern.search(packet))), None)
    return html.unescape(found[1]).strip() if found else ""


def _recipe(said: Table) -> Recipe:
    newer = table(said.get("v2")) or {}
    loras = [table(one) or {} for one in rows(said.get("lora"))[:50]]
    strength = text(said, "strength")
    return made(
        PROGRAM,
        prompt=text(said, "c"),
        negative=text(said, "uc"),
        steps=first(said, "steps"),
        sampler=text(said, "sampler"),
        scale=first(said, "scale") if "scale" in said else first(newer, "guidanceScale"),
        seed=first(said, "seed"),
        size=size_of(text(said, "size")),
        model=file_name(text(said, "model")),
        resources=[Resource("LoRA", file_name(name)) for lora in loras if (name := text(lora, "model", "file"))],
        other={} if strength in {"", "1", "1.0"} else {"Denoising strength": strength},
    )

"""What other programs' prompts order and ours cannot: LoRAs, embeddings, words that change, prompts for parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from bot.sentences import foreign as says
from bot.sentences.joined import once
from bot.sentences.quoting import short
from engine.grammar import BREAK

if TYPE_CHECKING:
    from bot.sentences.sentence import Sentence

MAX_NESTED = 8
"""Words that change, inside words that change."""

_ANGLED = re.compile(r"<(?P<name>[a-zA-Z]{2,20})(?:\[(?P<option>[^\[\]<>]{0,100})\])?(?P<rest>:[^<>]{0,1000}|)>")
_LORAS = frozenset({"lora", "lyco", "locon", "hypernet", "hypernetwork"})
_EMBEDDINGS = frozenset({"embed", "embedding", "ti"})
_KNOWN = (
    _LORAS
    | _EMBEDDINGS
    | {
        *("segment", "object", "region", "preset", "setvar", "var", "setmacro", "macro", "clear", "extend", "base"),
        *("refiner", "video", "alternate", "alt", "fromto", "repeat", "trigger", "param", "lorablock", "vae", "model"),
        *("random", "wildcard", "wc", "comment", "stagger", "ranstr", "ppp", "style", "ar", "edit", "unsample"),
    }
)
"""SwarmUI's and WebUI's: anything else in such brackets is words (``<3``, ``<o>_<o>``)."""
_CHOICES = frozenset({"random"})
_GROUPS = frozenset({"wildcard", "wc"})
_EMBEDDING = re.compile(
    r"\(\s*embedding:[^\s,()\[\]{}<>|]{1,150}\s*\)|(?<!\w)embedding:[^\s,()\[\]{}<>|]{1,150}", re.IGNORECASE
)
_TIME = re.compile(r"\d{1,4}(?:\.\d{0,6})?|\.\d{1,6}")
_AND = re.compile(r"(?<!\S)AND(?!\S)")
_AND_WEIGHT = re.compile(r"(?<!\s)\s*:\s*-?\d{1,3}(?:\.\d{0,6})?\s*(?=,|$)")
_REGION = re.compile(
    r"(?<!\w)(?:ADDCOL|ADDROW|ADDBASE|ADDCOMM|COUPLE(?:\([^()]{0,200}\)|:[\w.\- ]{1,40}(?=[\s,]))?)(?!\w)"
)
_CALL = re.compile(
    r"(?<!\w)(?:AREA|MASK|IMASK|FEATHER|FILL|STYLE|NOISE|SHIFT|SHUFFLE|MASK_SIZE|MASKW|ATTN)\([^()]{0,200}\)"
)


_PONY = re.compile(r"(?<!\w)(?:score_\d(?:_up)?|source_(?:anime|cartoon|furry|pony))(?!\w)", re.IGNORECASE)

_PARAMETERS = (
    "ar|aspect|niji|v|version|seed|q|quality|s|stylize|style|chaos|c|weird|iw|sref|cref|sw|cw|stop|tile|raw|hd|repeat|r"
    "|profile|p|w|h|steps|cfg|scale|width|height|sampler|fast|relax|turbo|uplight|upbeta"
)
_PARAMETER = re.compile(
    rf"(?<!\S)(?:--|—)(?:{_PARAMETERS})(?![\w-])(?:[ =]{{1,3}}(?!--|—)[\w.:/\-]{{1,200}}(?=[\s,]|$))?"
)
_AVOIDED = re.compile(r"(?<!\S)(?:--|—)no\s+(?:(?!\s(?:--|—)).){1,500}")
"""Midjourney's, and those of bots after it; telephones make one dash of two."""


class Directed(NamedTuple):
    """A text without orders, and what is said of each."""

    text: str
    said: tuple[Sentence, ...]


def obeyed(text: str) -> Directed:
    """Leave out what cannot be, keep of what changes what is drawn longest, and say all of it."""
    said: list[Sentence] = []
    if "--" in text or "—" in text:
        text = _AVOIDED.sub(lambda found: _say(said, says.avoided_left_out(short(found[0])), ""), text)
        text = _PARAMETER.sub(lambda found: _say(said, says.setting_left_out(short(found[0])), ""), text)
    if "<" in text:
        text = _ANGLED.sub(lambda found: _angled(found, said), text)
    if "mbedding:" in text or "MBEDDING:" in text:
        text = _EMBEDDING.sub(lambda found: _say(said, says.embedding_left_out(short(found[0].strip("() "))), ""), text)
    if "[" in text:
        text = _edited(text, said)
    if "(" in text:
        text = _CALL.sub(lambda found: _say(said, says.directive_left_out(short(found[0])), ""), text)
    if "ADD" in text or "COUPLE" in text:
        text = _REGION.sub(lambda found: _say(said, says.region_read(short(found[0])), BREAK), text)
    if "AND" in text and any(letter.islower() for letter in text) and _AND.search(text):
        text = _AND_WEIGHT.sub("", _AND.sub(",", text))
        said.append(says.AND_READ)
    if found := dict.fromkeys(map(str.casefold, _PONY.findall(text))):
        said.append(says.words_of_pony(tuple(found)[: says.LISTED]))
    return Directed(text, once(said))


def _say(said: list[Sentence], sentence: Sentence, instead: str) -> str:
    said.append(sentence)
    return instead


def _edit_said(written: str, kept: str) -> Sentence:
    if not kept:
        return says.editing_left_out(short(written))
    return says.editing_read(short(written), short(kept))


def _angled(found: re.Match[str], said: list[Sentence]) -> str:
    name, rest = found["name"].casefold(), found["rest"][1:]
    if name == "break" and not rest:
        return BREAK
    if name not in _KNOWN:
        return found[0]
    if name in _CHOICES and "{" not in rest and "}" not in rest and (not found["option"] or found["option"].isdigit()):
        options = rest.split("||" if "||" in rest else "|" if "|" in rest else ",")
        count = f"{found['option']}$$" if found["option"] else ""
        return "{" + count + "|".join(option.strip() for option in options) + "}"
    if name in _GROUPS and re.fullmatch(r"[\w /-]{1,100}", rest):
        return f"__{rest.strip()}__"
    if name in _LORAS:
        said.append(says.lora_left_out(short(found[0])))
    elif name in _EMBEDDINGS:
        said.append(says.embedding_left_out(short(found[0])))
    else:
        said.append(says.directive_left_out(short(found[0])))
    return " "


def _edited(text: str, said: list[Sentence], depth: int = 0) -> str:
    """Write ``[from:to:when]``, ``[to:when]``, ``[from::when]`` and ``[this|that]`` as what is drawn longest."""
    closers = _squares(text)
    parts: list[str] = []
    at = 0
    while at < len(text):
        character = text[at]
        if character == "\\":
            parts.append(text[at : at + 2])
            at += 2
        elif character == "[" and at in closers:
            end = closers[at]
            inner = text[at + 1 : end - 1]
            kept = _kept(inner)
            if kept is None:
                parts.append(f"[{_edited(inner, said, depth + 1) if depth < MAX_NESTED else inner}]")
            else:
                kept = _edited(kept, said, depth + 1) if depth < MAX_NESTED else ""
                said.append(_edit_said(text[at:end], kept.strip()))
                parts.append(kept)
            at = end
        else:
            parts.append(character)
            at += 1
    return "".join(parts)


def _kept(inner: str) -> str | None:
    """Give what is drawn of words that change; None: these do not."""
    if ":" not in inner and "|" not in inner:
        return None
    bars = _cut(inner, "|")
    if len(bars) > 1:
        return next((part for part in bars if part.strip()), "")
    parts = _cut(inner, ":")
    if not 2 <= len(parts) <= 3 or not _TIME.fullmatch(parts[-1].strip()):  # noqa: PLR2004  with and without what it was before
        return None
    when = float(parts[-1])
    if len(parts) == 2:  # noqa: PLR2004
        return parts[0]
    before, after = parts[0], parts[1]
    first, second = (before, after) if 0.5 < when < 1 else (after, before)  # noqa: PLR2004  a share of the steps, or a number
    return first if first.strip() else second


def _cut(text: str, mark: str) -> list[str]:
    """Cut at this mark where it stands in no bracket."""
    parts, depth, start = list[str](), 0, 0
    for at, character in enumerate(text):
        if at and text[at - 1] == "\\":
            continue
        depth += (character in "([{") - (character in ")]}")
        if character == mark and depth == 0:
            parts.append(text[start:at])
            start = at + 1
    return [*parts, text[start:]]


def _squares(text: str) -> dict[int, int]:
    """Give where each square bracket that is closed ends."""
    found: dict[int, int] = {}
    opened: list[int] = []
    at = 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == "[":
            opened.append(at)
        elif text[at] == "]" and opened:
            found[opened.pop()] = at + 1
        at += 1
    return found

"""Generation parameters as text: what a picture of ours, of WebUI, Forge or Civitai says of how it was made.

The layout and its reader's rules are WebUI's (``infotext_utils.parse_generation_parameters``): the prompt's lines, a
line that begins with ``Negative prompt:`` and what follows it, and a last line of ``Key: value`` pairs.
"""

from __future__ import annotations

import json
import re
from typing import TypeVar

from bot.errors import InvalidRequest
from bot.prompt.recipe import Recipe
from bot.sentences import recipes as says

MIN_PAIRS = 3
"""A last line with fewer pairs is a line of the prompt (WebUI)."""

MAX_CHARS = 20_000
"""Of a whole text: what the wire takes as one prompt, and more than any recipe we met."""

NUMBER_CHARS = 25
"""Of one number: a float at full precision has fewer; a seed of four thousand digits would fill a screen."""

MAX_NUMBER = 2**63
"""A recipe goes from one process to another, and this is where their integers end."""

_PAIR = re.compile(r'(\w[\w \-/]{1,64}):\s*("(?:\\.|[^\\"])+"|[^,]*)(?:,|$)')
"""WebUI's ``re_param``, with an end to the key: without one a long line takes quadratic time."""
_SIZE = re.compile(r"(\d{1,5})x(\d{1,5})")
_NEGATIVE = "Negative prompt:"

_CIVITAI = re.compile(r"(?:^|, )(Civitai (?:resources|metadata)): (?=[\[{])")


def parse(text: str) -> Recipe:
    """Read a parameters text as WebUI does; one without pairs is a prompt.

    Raises:
        InvalidRequest: It is too long to be one.
    """
    if len(text) > MAX_CHARS:
        raise InvalidRequest(says.recipe_too_long(len(text), MAX_CHARS))
    *lines, last = text.strip().split("\n")
    last, resources = _without_civitai(last)
    pairs = [(name.strip(), value.strip()) for name, value in _PAIR.findall(last)]
    if len(pairs) < MIN_PAIRS:
        lines.append(last)
        pairs = []
    prompt: list[str] = []
    negative: list[str] = []
    lines_of = prompt
    for line in (line.strip() for line in lines):
        if line.startswith(_NEGATIVE):
            lines_of = negative
        lines_of.append(line.removeprefix(_NEGATIVE).strip() if lines_of is negative else line)
    other = {**{name: _unquoted(value) for name, value in pairs}, **resources}
    return Recipe(
        prompt="\n".join(prompt).strip(),
        negative_prompt="\n".join(negative).strip(),
        steps=_number(other, "Steps", int),
        sampler=other.pop("Sampler", ""),
        guidance=_number(other, "CFG scale", float),
        seed=_number(other, "Seed", int),
        size=_size(other),
        model=other.pop("Model", ""),
        other=other,
    )


def _without_civitai(line: str) -> tuple[str, dict[str, str]]:
    """Take out the two values of Civitai that are bare JSON: their commas are no ends of pairs."""
    found: dict[str, str] = {}
    while match := _CIVITAI.search(line):
        try:
            _, length = json.JSONDecoder().raw_decode(line[match.end() :])
        except (json.JSONDecodeError, RecursionError):
            break
        found[match[1]] = line[match.end() : match.end() + length]
        line = line[: match.start()] + line[match.end() + length :]
    return line, found


def _unquoted(value: str) -> str:
    if not value.startswith('"'):
        return value
    try:
        text = str(json.loads(value))
    except json.JSONDecodeError:
        return value
    return text.encode("utf-8", "replace").decode()  # "\\ud800" is half a character


_Number = TypeVar("_Number", int, float)


def _number(pairs: dict[str, str], name: str, form: type[_Number]) -> _Number | None:
    """Take a number out of the pairs; what is none, or none that anybody meant, stays there."""
    if len(pairs.get(name, "")) > NUMBER_CHARS:
        return None
    try:
        number = form(pairs[name])
    except (KeyError, ValueError):
        return None
    if not abs(number) < MAX_NUMBER:  # nor is what is no number at all
        return None
    del pairs[name]
    return number


def _size(pairs: dict[str, str]) -> tuple[int, int] | None:
    if not (found := _SIZE.fullmatch(pairs.get("Size", ""))):
        return None
    del pairs["Size"]
    return int(found[1]), int(found[2])

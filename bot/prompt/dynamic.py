r"""Dynamic prompts: ``{red|blue} hair`` picks one, ``__hair__`` draws from a group of that name.

They stand inside each other. ``\{`` and ``\}`` are the characters themselves, ``\|`` is one inside braces, and every
other backslash is left to the attention syntax. What comes out holds no choice any more: it is what is stored.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.errors import InvalidRequest
from bot.prompt.near import near
from bot.sentences import prompt as says

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from random import Random

MAX_DEPTH = 10
"""Choices inside each other; a group that draws itself ends here."""
MAX_DRAWS = 200
"""Choices in one text, those inside what was drawn included."""

NAME = r"[A-Za-z0-9]+(?:[ _-][A-Za-z0-9]+)*"
"""What a group may be called."""

_TOKEN = re.compile(rf"\\(?P<literal>[{{}}])|\\(?P<bar>\|)|\\.|(?P<brace>[{{}}|])|__(?P<group>{NAME})__", re.DOTALL)
_SYNTAX = re.compile(rf"\\.|[{{}}]|_(?=_{NAME}__)", re.DOTALL)


def draw(text: str, groups: Mapping[str, Sequence[str]], random: Random, max_chars: int) -> str:
    """Make every choice of a text.

    Args:
        text: What was typed; the caller has bounded its length.
        groups: Names in lower case with words joined by ``_``, and what each may become.
        random: Where the choices come from; nothing else decides.
        max_chars: Of what comes out.

    Raises:
        InvalidRequest: A brace has no partner, a group is unknown or empty, or a bound is passed.
    """
    return _Drawing(groups, random, max_chars).draw(text, 0)


def escape(text: str) -> str:
    r"""Write a text so that drawing gives it back.

    ``__hair__`` comes back as ``\__hair__``, which the attention syntax reads as the same.
    """
    return _SYNTAX.sub(lambda found: found[0] if found[0][0] == "\\" else "\\" + found[0], text)


def has_choices(text: str) -> bool:
    """Tell whether something in it is drawn."""
    return any(found["brace"] == "{" or found["group"] is not None for found in _TOKEN.finditer(text))


def unescape(text: str) -> str:
    """Undo `escape`."""
    return re.sub(rf"\\([{{}}]|_(?=_{NAME}__))", r"\1", text)


def group_key(name: str) -> str:
    """Give the form in which groups are looked up."""
    return name.casefold().replace(" ", "_").replace("-", "_")


class _Drawing:
    def __init__(self, groups: Mapping[str, Sequence[str]], random: Random, max_chars: int) -> None:
        self._groups = groups
        self._random = random
        self._max_chars = max_chars
        self._draws = 0

    def draw(self, text: str, depth: int) -> str:
        if depth > MAX_DEPTH:
            raise InvalidRequest(says.choices_too_deep(MAX_DEPTH))
        _check_braces(text, MAX_DEPTH - depth)
        written: list[str] = []
        length = 0
        for part in self._parts(text, depth):
            length += len(part)
            if length > self._max_chars:
                raise InvalidRequest(says.drawn_too_long(self._max_chars))
            written.append(part)
        return "".join(written)

    def _parts(self, text: str, depth: int) -> Iterator[str]:
        at = 0
        while found := _TOKEN.search(text, at):
            yield text[at : found.start()]
            at = found.end()
            if found["brace"] == "{":
                choices, at = _choices(text, at)
                yield self.draw(self._one_of(choices), depth + 1)
            elif found["group"] is not None:
                yield self.draw(self._one_of(self._group(found["group"])), depth + 1)
            elif found["literal"] is not None or (found["bar"] is not None and depth):
                yield found[0][1:]
            else:
                yield found[0]
        yield text[at:]

    def _one_of(self, choices: Sequence[str]) -> str:
        self._draws += 1
        if self._draws > MAX_DRAWS:
            raise InvalidRequest(says.too_many_choices(MAX_DRAWS))
        return choices[self._random.randrange(len(choices))]

    def _group(self, name: str) -> Sequence[str]:
        choices = self._groups.get(group_key(name))
        shown = f"__{name}__"
        if not self._groups:
            raise InvalidRequest(says.no_groups(shown))
        if choices is None:
            raise InvalidRequest(says.unknown_group(shown, near(name, self._groups)))
        if not choices:
            raise InvalidRequest(says.empty_group(shown))
        return choices


def _check_braces(text: str, deepest: int) -> None:
    """Refuse what is not closed or too deep, before anything is drawn from it."""
    depth = 0
    for found in _TOKEN.finditer(text):
        depth += (found["brace"] == "{") - (found["brace"] == "}")
        if depth > deepest:
            raise InvalidRequest(says.choices_too_deep(MAX_DEPTH))
        if depth < 0:
            raise InvalidRequest(says.BRACE_NOT_OPENED)
    if depth:
        raise InvalidRequest(says.BRACE_NOT_CLOSED)


def _choices(text: str, start: int) -> tuple[list[str], int]:
    """Cut what stands between an opened brace and its partner at its own bars; give also where the text goes on."""
    choices: list[str] = []
    depth = 0
    for found in _TOKEN.finditer(text, start):
        if found["brace"] in {"|", "}"} and depth == 0:
            choices.append(text[start : found.start()])
            start = found.end()
            if found["brace"] == "}":
                break
        depth += (found["brace"] == "{") - (found["brace"] == "}")
    return choices, start

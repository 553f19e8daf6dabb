r"""Dynamic prompts, as sd-dynamic-prompts documents them: what is drawn is all that is stored.

``{red|blue} hair`` picks one, ``{2::a|b}`` with weights, ``{2$$a|b|c}`` and ``{1-2$$ and $$a|b|c}`` several,
``__hair__`` and ``__clothes/*__`` draw from groups, ``${x=!{a|b}}`` keeps what was drawn for ``${x}``. They stand
inside each other. ``\{`` and ``\}`` are the characters themselves, ``\|`` is one inside braces, and every other
backslash is left to the attention syntax.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from fnmatch import translate
from functools import lru_cache
from itertools import accumulate
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import InvalidRequest
from bot.prompt.near import near
from bot.sentences import prompt as says
from bot.sentences.quoting import short

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from random import Random
    from typing import Self

    from bot.sentences.sentence import Sentence

MAX_DEPTH = 10
"""Choices inside each other; a group that draws itself ends here."""
MAX_DRAWS = 200
"""Choices in one text, those inside what was drawn included."""
MAX_VARIABLES = 50
MAX_WEIGHT = 1_000_000.0
SEPARATOR = ", "
"""Between several that are chosen together."""

_GROUP = r"(?:[^\W_]|\*)(?:(?!__)[^{}|,()\[\]<>\n]){0,150}?(?:\([^(){}|\n]{0,300}\))?"
"""What may stand between two underscores and two: a name with folders, marks for any letters, values in brackets."""

_TOKEN = re.compile(
    rf"\\(?P<literal>[{{}}])|\\(?P<bar>\|)|\\.|(?P<variable>\$\{{)|(?P<brace>[{{}}|])|__[~@!]?(?P<group>{_GROUP})__",
    re.DOTALL,
)
_SYNTAX = re.compile(rf"\\.|[{{}}]|_(?=_[~@!]?{_GROUP}__)", re.DOTALL)
_WEIGHT = re.compile(r"(\d{1,9}(?:\.\d{0,9})?|\.\d{1,9})::")
_COUNT = re.compile(r"\s{0,9}(?:(?P<exact>\d{1,4})|(?P<low>\d{0,4})\s{0,9}-\s{0,9}(?P<high>\d{0,4}))\s{0,9}\$\$")
_CUSTOM = re.compile(r"((?:[^{}|$\\]|\$(?!\$)){0,30})\$\$")
_NAMED = re.compile(r"(?P<name>[^\W\d]\w{0,29})\s{0,9}(?P<sign>=!?|:|\Z)(?P<value>.*)", re.DOTALL)
_ONLY_GROUP = re.compile(rf"__[~@!]?(?P<group>{_GROUP})__")


class Group(tuple[str, ...]):  # noqa: SLOT001  a tuple's subclass cannot have any
    """What a group draws from; a plain tuple is one without weights."""

    weights: tuple[float, ...] | None

    def __new__(cls, choices: Iterable[str], weights: Iterable[float] | None = None) -> Self:
        """Keep weights only where they differ."""
        made = super().__new__(cls, choices)
        found = tuple(weights or ())
        made.weights = found if len(set(found)) > 1 else None
        return made

    @classmethod
    def of_lines(cls, lines: Iterable[str]) -> Self:
        """Read the weights that stand before the choices: ``2::blonde hair``."""
        choices = [_weighed(line) for line in lines]
        return cls((choice.text for choice in choices), (choice.weight for choice in choices))


class _Choice(NamedTuple):
    text: str
    weight: float


def draw(text: str, groups: Mapping[str, Sequence[str]], random: Random, max_chars: int) -> str:
    """Make every choice of a text.

    Args:
        text: What was typed; the caller has bounded its length.
        groups: Names as `group_key` gives them, and what each may become.
        random: Where the choices come from; nothing else decides.
        max_chars: Of what comes out.

    Raises:
        InvalidRequest: A brace has no partner, a group or a variable is unknown, or a bound is passed.
    """
    return _Drawing(groups, random, max_chars).draw(text, 0)


def escape(text: str) -> str:
    r"""Write a text so that drawing gives it back.

    ``__hair__`` comes back as ``\__hair__``, which the attention syntax reads as the same.
    """
    return _SYNTAX.sub(lambda found: found[0] if found[0][0] == "\\" else "\\" + found[0], text)


def unescape(text: str) -> str:
    """Undo `escape`."""
    return re.sub(rf"\\([{{}}]|_(?=_[~@!]?{_GROUP}__))", r"\1", text)


def has_choices(text: str) -> bool:
    """Tell whether something in it is drawn."""
    found = ((found["brace"] == "{", found["variable"], found["group"]) for found in _TOKEN.finditer(text))
    return any(brace or variable is not None or group is not None for brace, variable, group in found)


def group_key(name: str) -> str:
    """Give the form in which groups are looked up."""
    return re.sub(r"[\s_-]+", "_", name.strip().casefold().replace("\\", "/")).strip("_/")


def problem(text: str, groups: Mapping[str, Sequence[str]]) -> Sentence | None:
    """Say what would stop a text from ever being drawn: an operator's line is looked at when the bot starts.

    Returns:
        The rest of a sentence; None: nothing.
    """
    try:
        _check_braces(text, MAX_DEPTH)
    except InvalidRequest as error:
        return error.sentence
    for found in _TOKEN.finditer(text):
        name = found["group"]
        if name is not None and not _matching(_without_values(name, groups)[0], groups):
            return says.no_such_group(short(f"__{name}__"))
    return None


class _Drawing:
    def __init__(self, groups: Mapping[str, Sequence[str]], random: Random, max_chars: int) -> None:
        self._groups = groups
        self._random = random
        self._max_chars = max_chars
        self._draws = 0
        self._turn: int | None = None
        self._variables: dict[str, str] = {}

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
            if found["variable"] is not None:
                at = _end(text, at)
                yield self._variable(text[found.end() : at - 1], depth)
            elif found["brace"] == "{":
                choices, at = _choices(text, at)
                yield self._several(choices, depth)
            elif found["group"] is not None:
                in_turn = text.startswith("__@", found.start())
                yield self._from_group(found["group"], depth, in_turn=in_turn)
            elif found["literal"] is not None or (found["bar"] is not None and depth):
                yield found[0][1:]
            else:
                yield found[0]
        yield text[at:]

    def _several(self, choices: list[str], depth: int) -> str:
        """Draw one of the choices between braces, or as many as their head says."""
        head = choices[0].lstrip()
        in_turn = head.startswith("@")
        if head[:1] in {"@", "~", "!"}:
            choices = [head[1:], *choices[1:]]
        count = _COUNT.match(choices[0])
        if count is None:
            weighed = [_weighed(choice) for choice in choices]
            return self.draw(self._one_of(_group_of(weighed), in_turn=in_turn), depth + 1)
        rest, separator = choices[0][count.end() :], SEPARATOR
        if (custom := _CUSTOM.match(rest)) is not None:
            rest, separator = rest[custom.end() :], custom[1]
        group: Sequence[str] = _group_of([_weighed(choice) for choice in (rest, *choices[1:])])
        if len(group) == 1 and (only := _ONLY_GROUP.fullmatch(group[0].strip())) is not None:
            group = self._group(_without_values(only["group"], self._groups)[0])  # several of it, none twice
        several = self._how_many(count, len(group))
        drawn = [self.draw(choice, depth + 1).strip() for choice in self._without_repeating(group, several)]
        return separator.join(filter(None, drawn))

    def _how_many(self, count: re.Match[str], there_are: int) -> int:
        """Choose a number in the range; what was left out is one, or all that there are."""
        if count["exact"] is not None:
            return min(int(count["exact"]), there_are)
        low, high = int(count["low"] or 1), int(count["high"] or there_are)
        low, high = sorted((min(low, there_are), min(high, there_are)))
        return self._random.randint(low, high)

    def _without_repeating(self, group: Sequence[str], several: int) -> list[str]:
        self._count_draws(several)
        weights = _weights(group)
        if weights is None:
            return self._random.sample(list(group), several)
        left = {number: weight for number, weight in enumerate(weights) if weight > 0}
        chosen: list[str] = []
        for _ in range(min(several, len(left))):
            (number,) = self._random.choices(list(left), list(left.values()))
            chosen.append(group[number])
            del left[number]
        return chosen

    def _one_of(self, choices: Sequence[str], *, in_turn: bool = False) -> str:
        self._count_draws(1)
        if in_turn:  # all that are drawn in turn go on together
            if self._turn is None:
                self._turn = self._random.randrange(2**32)
            return choices[self._turn % len(choices)]
        if (weights := _weights(choices)) is not None and sum(weights) > 0:
            return choices[bisect_right(_cumulated(weights), self._random.random() * sum(weights), hi=len(choices) - 1)]
        return choices[self._random.randrange(len(choices))]

    def _count_draws(self, several: int) -> None:
        self._draws += several
        if self._draws > MAX_DRAWS:
            raise InvalidRequest(says.too_many_choices(MAX_DRAWS))

    def _from_group(self, written: str, depth: int, *, in_turn: bool) -> str:
        name, values = _without_values(written, self._groups)
        before = dict(self._variables)
        self._variables |= values
        drawn = self.draw(self._one_of(self._group(name), in_turn=in_turn), depth + 1)
        for variable in values:  # given to this group alone
            if variable in before:
                self._variables[variable] = before[variable]
            else:
                self._variables.pop(variable, None)
        return drawn

    def _group(self, name: str) -> Sequence[str]:
        shown = f"__{name}__"
        if not self._groups:
            raise InvalidRequest(says.no_groups(shown))
        found = _matching(name, self._groups)
        if not found:
            raise InvalidRequest(says.unknown_group(shown, near(name, self._groups)))
        choices = self._groups[found[0]] if len(found) == 1 else _together(self._groups, found)
        if not choices:
            raise InvalidRequest(says.empty_group(shown))
        return choices

    def _variable(self, inner: str, depth: int) -> str:
        """Keep a value (``x=…``; ``x=!…`` draws it now), or give one (``x``; ``x:…`` where there is none)."""
        named = _NAMED.fullmatch(inner.strip())
        if named is None:
            raise InvalidRequest(says.no_variable(short(f"${{{inner}}}")))
        name, sign, value = named["name"], named["sign"], named["value"]
        if sign in {"=", "=!"}:
            if len(self._variables) >= MAX_VARIABLES:
                raise InvalidRequest(says.too_many_variables(MAX_VARIABLES))
            self._variables[name] = escape(self.draw(value.strip(), depth + 1)) if sign == "=!" else value.strip()
            return ""
        if name in self._variables:
            return self.draw(self._variables[name], depth + 1)
        if sign == ":":
            return self.draw(value, depth + 1)
        raise InvalidRequest(says.no_value(name))


def _weighed(choice: str) -> _Choice:
    found = _WEIGHT.match(stripped := choice.lstrip())
    if found is None:
        return _Choice(choice, 1.0)
    return _Choice(stripped[found.end() :], min(float(found[1]), MAX_WEIGHT))


def _group_of(choices: Sequence[_Choice]) -> Group:
    return Group((choice.text for choice in choices), (choice.weight for choice in choices))


def _weights(group: Sequence[str]) -> tuple[float, ...] | None:
    return group.weights if isinstance(group, Group) else None


@lru_cache(maxsize=64)
def _cumulated(weights: tuple[float, ...]) -> tuple[float, ...]:
    return tuple(accumulate(weights))


def _matching(name: str, groups: Mapping[str, Sequence[str]]) -> list[str]:
    """Give the keys of the groups of this name, several where it holds ``*``; ``**`` goes into folders as well."""
    key = group_key(name)
    if "*" not in key:
        return [key] if key in groups else []
    anything = translate(key.replace("**", "\0").replace("[", "[[]"))
    pattern = re.compile(anything.replace(".*", "[^/]*").replace("\0", ".*"))
    return [known for known in groups if pattern.match(known)]


def _together(groups: Mapping[str, Sequence[str]], keys: Sequence[str]) -> Group:
    found = [(choice, weight) for key in keys for choice, weight in _each(groups[key])]
    return Group((choice for choice, _ in found), (weight for _, weight in found))


def _each(group: Sequence[str]) -> Iterable[tuple[str, float]]:
    return zip(group, _weights(group) or (1.0,) * len(group), strict=True)


def _without_values(written: str, groups: Mapping[str, Sequence[str]]) -> tuple[str, dict[str, str]]:
    """Take ``(season=winter)`` off a group's name, unless that is its name."""
    name, bracket, values = written.rpartition("(")
    if not bracket or not written.endswith(")") or group_key(written) in groups:
        return written, {}
    pairs = (pair.partition("=") for pair in values[:-1].split(","))
    given = {variable.strip(): escape(value.strip()) for variable, sign, value in pairs if sign and variable.strip()}
    return name, given


def _check_braces(text: str, deepest: int) -> None:
    """Refuse what is not closed or too deep, before anything is drawn from it."""
    depth = 0
    for found in _TOKEN.finditer(text):
        depth += _opens(found) - (found["brace"] == "}")
        if depth > deepest:
            raise InvalidRequest(says.choices_too_deep(MAX_DEPTH))
        if depth < 0:
            raise InvalidRequest(says.BRACE_NOT_OPENED)
    if depth:
        raise InvalidRequest(says.BRACE_NOT_CLOSED)


def _opens(found: re.Match[str]) -> bool:
    return found["brace"] == "{" or found["variable"] is not None


def _end(text: str, start: int) -> int:
    """Find where the text goes on behind the partner of a brace that was opened before this place."""
    depth = 1
    for found in _TOKEN.finditer(text, start):
        depth += _opens(found) - (found["brace"] == "}")
        if depth == 0:
            return found.end()
    return len(text) + 1


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
        depth += _opens(found) - (found["brace"] == "}")
    return choices, start

"""The LoRAs that people may draw with: what the operator says of each, what the engine has, and how they are named."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Annotated, NamedTuple

import msgspec
from msgspec import Meta, Struct

from bot.config import DraftSettings, Rating
from bot.errors import ConfigError, InvalidRequest
from bot.prompt.near import near
from bot.prompt.terms import key
from bot.request import all_loras
from bot.sentences import loras as says
from engine import textfile
from engine.wire import ChosenLora, LoraName, LoraWeight

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from bot.request import Options, Request
    from bot.sentences.sentence import Sentence
    from engine.wire import FoundLora

MAX_CHOSEN = 3
"""Of one request, besides what makes a draft of it."""

HEAVIEST = 2.0
"""Of what a LoRA does, in `engine.wire.LoraWeight`."""

Words = Annotated[str, Meta(min_length=1, max_length=200)]


class LoraRule(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the operator says of one LoRA."""

    name: LoraName
    title: Annotated[str, Meta(max_length=100)] = ""
    """As people read it; "": what the file says, or its name."""
    rating: Rating = "safe"
    """Above it no request is drawn with this LoRA."""
    servers: tuple[int, ...] = ()
    """Where it may be used; empty: everywhere."""
    roles: tuple[int, ...] = ()
    """Who may use it in a server: whoever has one of these; empty: everybody."""
    weight: LoraWeight = 1.0
    """Where nobody says one."""
    words: tuple[Words, ...] = ()
    """What it listens to. They are known at every rating up to `rating` while it is chosen."""
    bases: tuple[str, ...] = ()
    """Checkpoints that it fits, by name; empty: as the file says."""
    picture: Annotated[str, Meta(max_length=200)] = ""
    """What it makes, as the operator shows it; relative to this file. "": there is none."""


class LoraRules(Struct, frozen=True, forbid_unknown_fields=True):
    """The operator's file."""

    loras: tuple[LoraRule, ...] = ()


def no_drafts() -> ChosenLora:
    """Answer for a place where there is none.

    Raises:
        InvalidRequest: Always.
    """
    raise InvalidRequest(says.NO_DRAFTS)


def load(path: Path | None) -> dict[str, LoraRule]:
    """Read the operator's file, by name.

    Raises:
        ConfigError: It cannot be used.
    """
    if path is None:
        return {}
    try:
        rules = textfile.read_toml(path, LoraRules).loras
    except textfile.TextFileError as error:
        raise ConfigError(str(error)) from error
    found: dict[str, LoraRule] = {}
    for rule in rules:
        if rule.name in found:
            raise ConfigError(f'{path}: $.loras: "{rule.name}" stands there twice')
        found[rule.name] = rule
    return found


class OfferedLora(NamedTuple):
    """A LoRA that can be drawn with now."""

    rule: LoraRule
    file: FoundLora

    @property
    def name(self) -> str:
        return self.file.name

    @property
    def title(self) -> str:
        return self.rule.title or self.file.title or self.file.name

    def fits(self, model_name: str) -> bool:
        """Tell whether it was made for a checkpoint, as far as anybody says."""
        made_for = self.rule.bases or ((self.file.base,) if self.file.base else ())
        return not made_for or any(_plain(base) in _plain(model_name) for base in made_for)


class KnownLoras:
    """What the operator says, and what the engine last said that it has."""

    def __init__(self, rules: Mapping[str, LoraRule], draft: DraftSettings | None = None) -> None:
        self.rules = rules
        self._draft = draft or DraftSettings()
        self._files: dict[str, FoundLora] = {}

    def heard(self, files: Iterable[FoundLora]) -> None:
        """Take what the engine has now; what cannot be used is not offered."""
        self._files = {file.name: file for file in files if not file.wrong}

    def rule(self, name: str) -> LoraRule:
        """Give what the operator says of a LoRA: nothing is said, so it is for safe pictures."""
        return self.rules.get(name) or LoraRule(name=name)

    def offered(self) -> list[OfferedLora]:
        """List what there is to choose, by title."""
        named = ((name, file) for name, file in self._files.items() if name != self._draft.lora)
        found = [OfferedLora(self.rule(name), file) for name, file in named]
        return sorted(found, key=lambda one: one.title.casefold())

    def get(self, name: str) -> OfferedLora | None:
        """Find one by its name, or by its title, however they are spelled."""
        if (file := self._files.get(name)) is not None:
            return OfferedLora(self.rule(name), file)
        wanted = _plain(name)
        return next((one for one in self.offered() if wanted in (_plain(one.name), _plain(one.title))), None)

    def draft(self) -> ChosenLora:
        """Give what makes few steps enough.

        Raises:
            InvalidRequest: There is nothing of the kind.
        """
        name = self._draft.lora
        if not name or (self._files and name not in self._files):
            raise InvalidRequest(says.NO_DRAFTS)
        return ChosenLora(name=name, hash=self.hash_of(name), weight=self._draft.weight, te_weight=self._draft.weight)

    def has(self, name: str) -> bool:
        """Tell whether there is one of that name."""
        return self.get(name) is not None

    def hash_of(self, name: str) -> str:
        """Give the hash of the file that the engine has under a name; "": it has none."""
        file = self._files.get(name)
        return "" if file is None else file.hash

    def words_of(self, request: Request) -> frozenset[str]:
        """Give the words that were declared for the LoRAs of a request, as `bot.prompt.terms.key` writes tags."""
        rules = (self.rule(one.name) for one in request.loras)
        return frozenset(key(word) for rule in rules for words in rule.words for word in words.split(","))

    def as_now(self, request: Request) -> Request:
        """Give a request that somebody made before, with the files that are there now.

        Raises:
            InvalidRequest: One is not there any more.
        """
        if not all_loras(request) or not self._files:  # the engine has not said yet what it has
            return request
        names = [self._name_now(one) for one in request.loras]
        now = tuple(
            [
                msgspec.structs.replace(one, name=name, hash=self.hash_of(name))
                for one, name in zip(request.loras, names, strict=True)
            ]
        )
        draft = None if request.draft is None else self.draft()
        return msgspec.structs.replace(request, loras=now, draft=draft)

    def _name_now(self, one: ChosenLora) -> str:
        """Give the name of a LoRA's file: its own, or that under which the very same file is now.

        Raises:
            InvalidRequest: It is not there any more.
        """
        if one.name in self._files:
            return one.name
        renamed = next((name for name, file in self._files.items() if one.hash and file.hash == one.hash), None)
        if renamed is None:
            raise InvalidRequest(says.unknown(one.name, near(one.name, self._files)))
        return renamed

    def notes(self, request: Request, model_name: str) -> Iterator[Sentence]:
        """Say which of a request's LoRAs were made for another checkpoint than that; "": nobody knows which it is."""
        for one in request.loras:
            lora = self.get(one.name)
            if lora is not None and model_name and not lora.fits(model_name):
                base = next(iter(lora.rule.bases), lora.file.base)
                yield says.made_for_another(lora.title, base, model_name)

    def choose(self, text: str) -> tuple[ChosenLora, ...]:
        """Read ``name:0.8; other:0.6:0.4``.

        Raises:
            InvalidRequest: One is not there, is named twice, or its weight is outside; or they are too many.
        """
        chosen = [self._chosen(part.strip()) for part in re.split(r"[;,\n]", text) if part.strip()]
        if sum(one.name != self._draft.lora for one in chosen) > MAX_CHOSEN:
            raise InvalidRequest(says.too_many(MAX_CHOSEN))
        if twice := next((one.name for at, one in enumerate(chosen) if one.name in {c.name for c in chosen[:at]}), ""):
            raise InvalidRequest(says.twice(twice))
        return tuple(chosen)

    def _chosen(self, part: str) -> ChosenLora:
        name, *numbers = (piece.strip() for piece in part.split(":"))
        lora = self.get(name)
        if lora is None:
            if not self._files:
                raise InvalidRequest(says.NONE_HERE)
            raise InvalidRequest(says.unknown(name, near(name, [one.name for one in self.offered()])))
        weights = [_weight(lora, number) for number in numbers[:2] if number]
        weight = weights[0] if weights else lora.rule.weight
        te_weight = weights[1] if len(weights) > 1 else weight
        return ChosenLora(name=lora.name, hash=lora.file.hash, weight=weight, te_weight=te_weight)


def none_here(_text: str) -> tuple[ChosenLora, ...]:
    """Choose where there are none.

    Raises:
        InvalidRequest: Always.
    """
    raise InvalidRequest(says.NONE_HERE)


_TAG = re.compile(r"<lora:(?P<name>[^<>:,;]{1,100})(?P<rest>(?::[^<>:]{0,20}){0,4})>", re.IGNORECASE)
_TYPED = ("prompt", "tags", "more_tags")


def taken_out(options: Options, known: KnownLoras) -> Options:
    """Take ``<lora:name:0.8>`` out of the words and put it where LoRAs are chosen; one that is not there stays.

    By place WebUI means the weight for the texts first, and then that for the UNet; by name, ``te=`` and ``unet=``.
    """
    found: list[str] = []

    def take(match: re.Match[str]) -> str:
        lora = known.get(match["name"].strip())
        if lora is None:
            return match[0]
        if all(lora.name != one.partition(":")[0] for one in found):
            found.append(f"{lora.name}{_in_our_order(match['rest'])}")
        return ""

    changes: dict[str, str] = {}
    for field in _TYPED:
        text: str = getattr(options, field) or ""
        if "<" in text and (rest := _TAG.sub(take, text)) != text:
            changes[field] = _without_gaps(rest)
    if not found:
        return options
    typed = {_plain(one.partition(":")[0]) for one in found}  # which wins: it was written last under Edit
    parts = [part.strip() for part in re.split(r"[;,\n]", options.lora or "")]
    both = "; ".join((*(part for part in parts if part and _plain(part.partition(":")[0]) not in typed), *found))
    return msgspec.structs.replace(options, **changes, lora=both)


def apart(text: str, is_there: Callable[[str], bool]) -> tuple[str, tuple[str, ...]]:
    """Part a recipe's prompt from those LoRAs in it that are there."""
    found: list[str] = []

    def take(match: re.Match[str]) -> str:
        if not is_there(match["name"].strip()):
            return match[0]
        found.append(match[0])
        return ""

    rest = _TAG.sub(take, text) if "<" in text else text
    return (_without_gaps(rest), tuple(found)) if found else (text, ())


def there_is_none(_name: str) -> bool:
    """Tell that a LoRA is not there, where there are none."""
    return False


def _without_gaps(text: str) -> str:
    return re.sub(r"(?:,\s*)+(?=,)|^\s*,\s*|,\s*$", "", text).strip()


def _in_our_order(rest: str) -> str:
    """Write weights as ``:unet:texts``; what is none is left out, and then the usual one counts."""
    by_name: dict[str, str] = {}
    by_place: list[str] = []
    for piece in rest.split(":")[1:]:
        name, equals, value = piece.partition("=")
        if equals:
            by_name[name.strip().casefold()] = value.strip()
        elif piece.strip():
            by_place.append(piece.strip())
    texts = by_name.get("te") or (by_place[0] if by_place else "")
    unet = by_name.get("unet") or (by_place[1] if len(by_place) > 1 else texts)
    if not unet:
        return ""
    return f":{unet}" if texts in ("", unet) else f":{unet}:{texts}"


def _weight(lora: OfferedLora, text: str) -> float:
    try:
        value = float(text)
    except ValueError:
        raise InvalidRequest(says.no_weight(lora.name, text)) from None
    if not 0 <= value <= HEAVIEST:
        raise InvalidRequest(says.weight_outside(lora.name, value, HEAVIEST))
    return value


def _plain(name: str) -> str:
    return re.sub(r"[\s_-]+", " ", name).strip().casefold()

"""The checkpoints that people may choose: what the operator says of each, and which of them the engines have."""

from __future__ import annotations

from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from bot.config import Rating
from bot.errors import ConfigError, InvalidRequest
from bot.prompt.dialects import USUAL, Dialect, dialects
from bot.prompt.near import near
from bot.sentences import models as says
from engine.config import ModelDefaults

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from bot.config import Defaults, Limits
    from bot.request import Request
    from engine.config import Engine, ModelEntry
    from engine.samplers import Sampler
    from engine.wire import Ready

BASE = ""
"""In a request: the checkpoint that the engine begins with."""

STANDARD = "standard"
"""What that is called where nobody gave it a name."""


class ModelRule(Struct, frozen=True, kw_only=True):
    """What the operator says of one checkpoint."""

    name: str
    """As requests have it; `BASE`: the one that the engine begins with."""
    title: str
    """As people read and choose it."""
    rating: Rating
    """Above it no request is drawn with it."""
    dialect: str
    licence: str = ""
    """The name of its own licence; "": that of the base."""


STANDARD_RULE = ModelRule(name=BASE, title=STANDARD, rating="explicit", dialect=USUAL)
"""Of the base of which nothing is said: the operator's highest rating bounds it, as it bounds everything."""


class KnownModels:
    """What the configuration says, and what the engines last said that they have."""

    def __init__(self, engine: Engine | None = None) -> None:
        """Read the configuration.

        Raises:
            ConfigError: It names a dialect that there is not.
        """
        entries = () if engine is None else engine.models
        for entry in entries:
            if entry.dialect not in dialects():
                raise ConfigError(
                    f'$.engine.models: "{entry.name}": there is no dialect "{entry.dialect}"; expected one of '
                    f"{', '.join(dialects())}"
                )
        base = None if engine is None else engine.base
        self._base = STANDARD_RULE if base is None else _rule(base, BASE)
        others = () if engine is None else engine.others
        self._rules = {BASE: self._base, **{entry.name: _rule(entry, entry.name) for entry in others}}
        self._defaults = {entry.name: entry.defaults for entry in others}
        if base is not None:
            self._defaults[BASE] = base.defaults
        self._files: dict[str, tuple[str, str]] | None = None

    def heard(self, ready: Sequence[Ready]) -> None:
        """Take what the engines that draw now have; what not all of them have is not offered."""
        each = [{one.name: (one.model_name, one.model_hash) for one in engine.models} for engine in ready]
        bases = [(engine.model_name, engine.model_hash) for engine in ready]
        if bases:
            shared = [name for name in each[0] if all(name in other for other in each)]
            self._files = {BASE: bases[0], **{name: each[0][name] for name in shared}}

    @property
    def several(self) -> bool:
        """Whether there is a choice."""
        return len(self._rules) > 1

    def rule(self, name: str) -> ModelRule:
        """Give what is said of one by its name in a request; of one that is gone, nothing allows anything."""
        return self._rules.get(name) or ModelRule(name=name, title=name, rating="safe", dialect=USUAL)

    def dialect(self, name: str) -> Dialect:
        """Give how one is prompted."""
        return dialects()[self.rule(name).dialect]

    def usual(self, name: str, defaults: Defaults, limits: Limits) -> Defaults:
        """Say what an omitted option means with one: what the operator set for it, else what its dialect suggests.

        With the base it is what the operator set for everything; nothing is outside of the limits.
        """
        said = {}
        if name != BASE:
            dialect = self.dialect(name)
            said = {field: getattr(dialect, field) for field in ModelDefaults.__struct_fields__}
            said["sampler"] = next(iter(self.samplers(name, (dialect.sampler, *limits.samplers))))
        own = self._defaults.get(name, ModelDefaults())
        said |= {field: value for field, value in msgspec.structs.asdict(own).items() if value is not None}
        usual = msgspec.structs.replace(defaults, **said)
        if not said:
            return usual
        return msgspec.structs.replace(
            usual,
            steps=min(max(usual.steps, limits.min_steps), limits.max_steps),
            guidance=min(max(usual.guidance, limits.min_guidance), limits.max_guidance),
            sampler=usual.sampler if usual.sampler in limits.samplers else limits.samplers[0],
        )

    def samplers(self, name: str, offered: tuple[Sampler, ...]) -> tuple[Sampler, ...]:
        """Leave out of what is offered what makes no sense with one; where nothing is left, all of it."""
        sensible = self.dialect(name).samplers
        return tuple(sampler for sampler in offered if sampler in sensible) or offered

    def all(self) -> list[ModelRule]:
        """List those of the configuration, the base first."""
        return list(self._rules.values())

    def offered(self) -> list[ModelRule]:
        """List those that can be drawn with now, the base first."""
        return [rule for name, rule in self._rules.items() if self._files is None or name in self._files]

    def choose(self, text: str) -> str:
        """Find the one that was meant, by its title.

        Raises:
            InvalidRequest: There is none, or no engine has it now.
        """
        wanted = _plain(text)
        found = next((rule for rule in self._rules.values() if wanted in (_plain(rule.title), _plain(rule.name))), None)
        if found is None:
            raise InvalidRequest(says.unknown(text, near(text, [rule.title for rule in self.all()])))
        return self._here(found)

    def as_now(self, request: Request) -> None:
        """Make sure that a request which somebody made before can still be drawn.

        Raises:
            InvalidRequest: Its checkpoint is gone.
        """
        if request.model not in self._rules:
            raise InvalidRequest(says.gone(request.model))
        self._here(self.rule(request.model))

    def _here(self, rule: ModelRule) -> str:
        if self._files is not None and rule.name not in self._files:
            raise InvalidRequest(says.away(rule.title))
        return rule.name

    def file_of(self, name: str) -> tuple[str, str] | None:
        """Give the name and hash that recipes and engines know one by; None: no engine has said it."""
        return None if self._files is None else self._files.get(name)

    def found(self, model_name: str, model_hash: str) -> ModelRule | None:
        """Find the one that a recipe names: by its hash where both are known, else by its name."""
        for name, (file, digest) in (self._files or {}).items():
            same = digest.startswith(model_hash[:10]) if digest and model_hash else file == model_name
            if (model_hash or model_name) and same:
                return self.rule(name)
        return None


def _rule(entry: ModelEntry, name: str) -> ModelRule:
    return ModelRule(name=name, title=entry.name, rating=entry.rating, dialect=entry.dialect, licence=entry.licence)


def offered_here(rules: Iterable[ModelRule], chosen: Collection[str]) -> list[ModelRule]:
    """Leave out what a server's admins do not offer; where they named none, all are."""
    return [rule for rule in rules if not chosen or rule.title in chosen]


def _plain(name: str) -> str:
    return " ".join(name.replace("_", " ").split()).casefold()

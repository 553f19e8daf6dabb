"""Writes prompts: everything that is known of words, and the way from options to a request and its texts."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from functools import lru_cache, partial
from typing import TYPE_CHECKING

from bot.prompt import loras, people, presets, wildcards
from bot.prompt.completion import Completion, check_defaults, properly
from bot.prompt.compose import Composed, compose
from bot.prompt.foreign.understand import UnderstoodOptions, understand_options
from bot.prompt.leaving_out import leaving_out
from bot.prompt.loras import KnownLoras
from bot.prompt.models import KnownModels
from bot.prompt.taking_out import take_out
from bot.prompt.vocabulary import store
from engine.wire import SEED_LIMIT

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from bot.config import Bot, Config
    from bot.prompt.presets import Presets
    from bot.prompt.vocabulary.vocabulary import Vocabulary
    from bot.request import Options, Request

REMEMBERED = 256
"""Requests whose texts are remembered: one is measured when it is asked for, and judged and drawn a moment later."""


def draw_seed() -> int:
    """Draw a seed that nobody can predict from another."""
    return secrets.randbelow(SEED_LIMIT)


@dataclass(frozen=True, kw_only=True, slots=True)
class PromptWriter:
    """One for the whole process: commands, forms and the terminal write the same prompt for the same words."""

    config: Bot
    presets: Presets
    groups: Mapping[str, Sequence[str]]
    """What ``__name__`` draws from: the vocabulary's groups, and the operator's wildcards over them."""
    vocabulary: Vocabulary
    compose: Callable[[Request], Composed]
    """Writes a request's prompt and negative prompt; raises `InvalidRequest` where a preset that it names is gone."""
    wildcards: Mapping[str, Sequence[str]] = field(default_factory=dict[str, "Sequence[str]"])
    """The operator's own groups."""
    loras: KnownLoras = field(default_factory=lambda: KnownLoras({}))
    """What may be drawn with besides the checkpoint."""
    models: KnownModels = field(default_factory=KnownModels)
    """The checkpoints that people may choose."""

    @classmethod
    def load(cls, config: Config) -> PromptWriter:
        """Read every file that words come from; takes a good part of a second.

        Raises:
            ConfigError: One of them cannot be used, or a default is outside its limits.
        """
        bot = config.bot
        known = presets.load(config.resolve(bot.presets_file) if bot.presets_file else None)
        vocabulary = store.load(config.vocabulary_dir)
        models = KnownModels(config.model)
        written = lru_cache(REMEMBERED)(
            partial(compose, presets=known, kind=vocabulary.kind, dialect_of=models.dialect)
        )
        check_defaults(bot, known, written)
        theirs = wildcards.load(config.resolve(bot.wildcards_dir), vocabulary.groups) if bot.wildcards_dir else {}
        return cls(
            config=bot,
            presets=known,
            groups={**vocabulary.groups, **theirs},
            vocabulary=vocabulary,
            compose=written,
            wildcards=theirs,
            loras=KnownLoras(loras.load(config.resolve(bot.loras_file) if bot.loras_file else None), bot.draft),
            models=models,
        )

    def leaving_out(self, unknown_words: Callable[[str], tuple[str, ...]]) -> PromptWriter:
        """Give a writer that leaves these words out of safe requests."""
        written = leaving_out(self.compose, unknown_words, self.vocabulary.kind, self.loras.words_of)
        return replace(self, compose=lru_cache(REMEMBERED)(written))

    def understand(self, options: Options) -> UnderstoodOptions:
        """Write what was typed in another program's syntax in ours, and take out of the prompt what has its own option.

        Everything so changed has a sentence, and everything in the prompt that an option overrules.
        """
        ours = understand_options(loras.taken_out(options, self.loras), self.vocabulary.kind)
        taken = take_out(ours.options, self.vocabulary)
        return UnderstoodOptions(taken.options, (*ours.said, *taken.said))

    def complete(self, options: Options) -> Request:
        """Make a request of what was typed or chosen.

        Raises:
            InvalidRequest: With one sentence for the person who asked.
        """
        if options.prompt is not None:
            options = self.understand(options).options
        options = loras.taken_out(options, self.loras)
        return Completion(
            config=self.config,
            presets=self.presets,
            groups=self.groups,
            draw_seed=draw_seed,
            compose=self.compose,
            kind=self.vocabulary.kind,
            choose_loras=self.loras.choose,
            models=self.models,
            draft=self.loras.draft,
        ).complete(people.fill(options, self.vocabulary))

    def properly(self, request: Request) -> Request:
        """Wish for the proper picture of a draft."""
        return properly(request, self.models.usual(request.model, self.config.defaults, self.config.limits))

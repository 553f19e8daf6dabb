"""Looks through the operator's presets and wildcards at the start: a member is not to be refused for them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from bot.config import Rating
    from bot.prompt.loras import LoraRule
    from bot.prompt.presets import Presets
    from bot.safety.wording import TextFilter

TOGETHER = 50
"""Choices that are read as one text; one by one they are read only where something was found."""


def check_operator_words(
    presets: Presets, wildcards: Mapping[str, Sequence[str]], words: TextFilter, highest: Rating
) -> None:
    """Make sure that nothing of the operator's is refused whatever a member asks for.

    Args:
        presets: Of quality, negative and style.
        wildcards: The operator's own, by name.
        words: The text filter.
        highest: What this bot draws at most.

    Raises:
        ConfigError: It names the preset, or the wildcard and the choice.
    """
    for where, text in _prompts(presets):
        if words.never_asked(text, highest):
            raise ConfigError(f"{where}: holds words that are not drawn here at any rating")
    for where, text in _negatives(presets):
        if words.never_avoided(text):
            raise ConfigError(f"{where}: a negative prompt cannot steer away from clothes, adults or a mild rating")
    for name, choices in wildcards.items():
        for start in range(0, len(choices), TOGETHER):
            some = choices[start : start + TOGETHER]
            if words.never_asked("\n".join(some), highest):
                number, choice = next(
                    ((number, one) for number, one in enumerate(some, start + 1) if words.never_asked(one, highest)),
                    (start + 1, some[0]),
                )
                raise ConfigError(f"wildcard {name}, choice {number} ({choice[:40]}): is not drawn here at any rating")


def check_lora_words(rules: Iterable[LoraRule], words: TextFilter) -> None:
    """Make sure that no word that is declared for a LoRA is one that guards people, or names a rating.

    Raises:
        ConfigError: It names the LoRA and the words.
    """
    for rule in rules:
        for text in rule.words:
            if words.not_for_a_lora(text, rule.rating):
                raise ConfigError(
                    f'LoRA "{rule.name}": the words "{text[:40]}" name an age, a rating, a real person, or what is not '
                    f"drawn at {rule.rating}; declare others"
                )


def _prompts(presets: Presets) -> Iterator[tuple[str, str]]:
    for name, quality in presets.quality.items():
        yield f"quality preset {name}", quality.prompt
    for name, style in presets.style.items():
        yield f"style {name}", style.prompt


def _negatives(presets: Presets) -> Iterator[tuple[str, str]]:
    for name, negative in presets.negative.items():
        yield f"negative preset {name}", negative.negative
    for name, style in presets.style.items():
        yield f"style {name}", style.negative

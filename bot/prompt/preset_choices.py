"""What is offered of presets: by name, and the words that the negative ones exclude."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.prompt.tags import spaced
from bot.prompt.vocabulary.suggest import MAX_CHARS, MAX_CHOICES, Choice

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.prompt.presets import Negative, Quality, Style


def named(known: Mapping[str, Quality | Negative | Style], typed: str) -> list[Choice]:
    """Offer the presets whose name or description has what is typed, those whose name begins with it first."""
    wanted = typed.strip().casefold()
    lines = {name: f"{name} · {preset.description}" for name, preset in known.items()}
    found = [name for name, line in lines.items() if wanted in line.casefold()]
    found.sort(key=lambda name: not name.startswith(wanted))
    return [Choice(name=_shortened(lines[name]), value=name) for name in found[:MAX_CHOICES]]


def words_of_negatives(known: Mapping[str, Negative]) -> tuple[str, ...]:
    """Give the tags that the negative presets exclude, in their order: what people exclude first."""
    tags = (spaced(tag) for preset in known.values() for tag in preset.negative.split(","))
    return tuple(dict.fromkeys(tag for tag in tags if tag))


def _shortened(line: str) -> str:
    return line if len(line) <= MAX_CHARS else f"{line[: MAX_CHARS - 1].rstrip()}…"

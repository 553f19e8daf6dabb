"""What is offered of LoRAs while somebody types: names, then weights, and then the next one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.prompt.loras import MAX_CHOSEN
from bot.prompt.vocabulary.suggest import MAX_CHARS, MAX_CHOICES, Choice

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from bot.prompt.loras import OfferedLora

WEIGHTS = (0.4, 0.6, 0.8, 1.0, 1.2)
"""Offered behind a name; any from 0 to 2 may be typed."""


def suggest(
    typed: str, offered: Iterable[OfferedLora], words_of: Callable[[OfferedLora], Sequence[str]]
) -> list[Choice]:
    """Complete what is typed.

    Args:
        typed: ``line art:0.8; ot``: whatever stands before the last semicolon stays.
        offered: LoRAs that may be used where this is typed.
        words_of: What a LoRA listens to, as far as it may be shown there.
    """
    before, _, last = typed.rpartition(";")
    chosen = [part.partition(":")[0].strip().casefold() for part in before.split(";") if part.strip()]
    if len(chosen) >= MAX_CHOSEN:
        return []
    begun = f"{before.strip()}; " if before.strip() else ""
    name, colon, weight = last.strip().partition(":")
    wanted = name.strip().casefold()
    free = [one for one in offered if one.name.casefold() not in chosen]
    if colon:
        exact = next((one for one in free if wanted in (one.name.casefold(), one.title.casefold())), None)
        return [] if exact is None else list(_weights(begun, exact, weight.strip()))
    found = [one for one in free if wanted in f"{one.name} {one.title}".casefold()]
    found.sort(key=lambda one: not one.title.casefold().startswith(wanted))
    lines = ((f"{begun}{one.name}:{one.rule.weight:g}", _line(one, words_of(one))) for one in found)
    return [Choice(name=_cut(f"{begun}{line}"), value=value) for value, line in lines if len(value) <= MAX_CHARS][
        :MAX_CHOICES
    ]


def _weights(begun: str, lora: OfferedLora, typed: str) -> Iterable[Choice]:
    for weight in dict.fromkeys((lora.rule.weight, *WEIGHTS)):
        text = f"{begun}{lora.name}:{weight:g}"
        if f"{weight:g}".startswith(typed) and len(text) <= MAX_CHARS:
            yield Choice(name=text, value=text)
    if re.fullmatch(r"[01](\.\d{1,2})?|2", typed) and len(text := f"{begun}{lora.name}:{typed}; ") <= MAX_CHARS:
        yield Choice(name=f"{text}…", value=text)


def _line(lora: OfferedLora, words: Sequence[str]) -> str:
    shown = lora.title if lora.title.casefold() == lora.name.casefold() else f"{lora.title} ({lora.name})"
    return f"{shown}, 0 to 2" + (f" · {', '.join(words)}" if words else "")


def _cut(line: str) -> str:
    return line if len(line) <= MAX_CHARS else f"{line[: MAX_CHARS - 1].rstrip()}…"

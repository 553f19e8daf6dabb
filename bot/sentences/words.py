"""What is said of single words: taken out of a prompt, unknown, or perhaps misspelt."""

from __future__ import annotations

from typing import Literal

from bot.sentences.quoting import escaped, quoted, short
from bot.sentences.sentence import Sentence, fixed, sentence

NameOption = Literal["character", "series"]
"""The options that hold names."""

TakenOption = Literal["subject", "character", "series", "rating", "year"]
"""The options that words of a prompt can stand for."""

# What stands in the prompt and in an option


@sentence
def counts_once(word: str, option: TakenOption) -> str:
    return f"{quoted(word)} is in the option `{option}` too, so it counts once."


@sentence
def option_decides(word: str, option: NameOption) -> str:
    return f"You filled in `{option}`, so {quoted(word)} in the prompt is drawn only as words."


@sentence
def read_as(word: str, option: NameOption, name: str) -> str:
    return f"{quoted(word)} was read as the {option} {quoted(name)}."


# What nobody knows


@sentence
def misspelt_name(option: NameOption, name: str, near: Sentence) -> str:
    return f"I know no {option} {quoted(name)}: {near!s}"


@sentence
def near_tag(word: str, tag: str) -> str:
    return f"{escaped(short(word))}: {escaped(short(tag))}?"


@sentence
def misspelt(words: tuple[Sentence, ...]) -> str:
    """Say what was perhaps meant, by `near_tag` each."""
    return f"Perhaps misspelt: {' '.join(map(str, words))}"


@sentence
def unknown(words: tuple[str, ...], more: int) -> str:
    named = ", ".join(map(quoted, words)) + (f" and {more} more" if more else "")
    return f"I do not know {named}. The model may not understand."


@sentence
def other_script(word: str) -> str:
    return f"I do not understand {quoted(word)} or other words in that script. English words and tags work best."


NOT_ENGLISH = fixed("words.NOT_ENGLISH", "I do not know most of these words. English words and tags work best.")


# Favourites


@sentence
def no_favourites(name: str) -> str:
    return (
        f"You have no favourites yet, so {quoted(f'@{name}')} was read as words. `/me favourite save` saves your first."
    )

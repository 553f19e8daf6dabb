"""What a preview of a prompt says, and what the Recipe button does."""

from __future__ import annotations

from typing import Literal

from bot.sentences.quoting import escaped
from bot.sentences.sentence import Sentence, fixed, sentence

NO_DRAFT = fixed("preview.NO_DRAFT", "I no longer have this preview. Please ask for a new one.")


@sentence
def prompt(quoted: str) -> str:
    return f"**Prompt**\n{quoted}"


@sentence
def negative_prompt(quoted: str) -> str:
    return f"**Negative prompt**\n{quoted}"


@sentence
def plain_prompt(text: str) -> str:
    return f"Prompt: {text}"


@sentence
def plain_negative_prompt(text: str) -> str:
    return f"Negative prompt: {text}"


@sentence
def read_as(options: tuple[Sentence, ...]) -> str:
    return f"Read as: {', '.join(map(str, options))}."


@sentence
def option(name: str, value: str) -> str:
    return f"{name.replace('_', ' ')} {escaped(value)}"


@sentence
def settings(width: int, height: int, steps: int, seed: int) -> str:
    return f"**Settings** {width}×{height}, {steps} step{'' if steps == 1 else 's'}, seed {seed}"


NOT_COUNTED = fixed("preview.NOT_COUNTED", "**Tokens** Not counted: the model's tokenizers are not here.")

Encoder = Literal["first", "second"]


@sentence
def tokens(encoder: Encoder, of_prompt: Sentence, of_negative: Sentence) -> str:
    return f"**Tokens, {encoder} encoder** prompt {of_prompt!s}; negative {of_negative!s}"


@sentence
def one_chunk(tokens: int) -> str:
    return f"{tokens} of 75 in 1 chunk"


@sentence
def chunks(tokens: int, number: int, each: str = "") -> str:
    return f"{tokens} in {number} chunks{f' ({each})' if each else ''}"


@sentence
def wait(line: Sentence) -> str:
    return f"**Wait** {line!s}"


# The recipe


@sentence
def recipe_settings(  # noqa: PLR0917  a setting each
    width: int, height: int, steps: int, guidance: float, sampler: str, rating: str
) -> str:
    counted = f"{steps} step{'' if steps == 1 else 's'}"
    return f"{width}×{height}, {counted}, guidance {guidance:g}, sampler {sampler}, rating {rating}"


@sentence
def settings_and_seeds(settings: Sentence, seeds: str) -> str:
    return f"**Settings** {settings!s}\n**Seed** {seeds}"


@sentence
def plain_recipe(prompt: str, negative_prompt: str, settings: Sentence, seeds: str) -> str:
    """Write the file, which other programs read as well."""
    return f"Prompt: {prompt}\nNegative prompt: {negative_prompt}\nSettings: {settings!s}\nSeed: {seeds}\n"


@sentence
def from_picture(quoted: str) -> str:
    return f"**From the picture itself**\n{quoted}"


PROMPT_IN_FILE = fixed("preview.PROMPT_IN_FILE", "The prompt is in the file.")
RECIPE_IN_FILE = fixed("preview.RECIPE_IN_FILE", "The recipe is in the file.")

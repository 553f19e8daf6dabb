"""What is said of pictures and their recipes: why one cannot be read, and what of it has no place here."""

from __future__ import annotations

from typing import Literal

from bot.sentences.quoting import quoted
from bot.sentences.sentence import Sentence, fixed, sentence

# Files

TOO_SLOW = fixed("recipes.TOO_SLOW", "Discord took too long to give me this picture. Please try again.")
ELSEWHERE = fixed("recipes.ELSEWHERE", "I fetch pictures from Discord only. Please upload it here.")
NOT_GIVEN = fixed("recipes.NOT_GIVEN", "Discord did not give me this picture. Please upload it again.")
NO_LONGER_THERE = fixed("recipes.NO_LONGER_THERE", "Discord no longer has this picture. Please upload it again.")


@sentence
def too_large(most_mib: int) -> str:
    return f"This picture is too large for me; I read up to {most_mib} MiB."


PERSON_BUSY = fixed(
    "recipes.PERSON_BUSY", "I am still reading your other files. Please try again when I am done with them."
)
ALL_BUSY = fixed("recipes.ALL_BUSY", "I am reading many people's files just now. Please try again in a moment.")
"""For whoever comes when the line is full, and for whoever did not get a turn in time."""


@sentence
def unreadable(thing: Literal["picture", "file"]) -> str:
    return (
        f"I could not read this {thing}: that would take more time or memory than I have for one. "
        "A smaller copy of it may work."
    )


NO_PICTURE_FILE = fixed("recipes.NO_PICTURE_FILE", "I can read PNG, WebP and JPEG pictures, and this is none of them.")
RECIPE_TOO_LONG = fixed("recipes.RECIPE_TOO_LONG", "The recipe in this picture is too long for me to read.")


@sentence
def recipe_too_long(chars: int, most: int) -> str:
    return f"The recipe is {chars:,} characters long; at most {most:,} are read."


@sentence
def prompt_too_long(chars: int, most: int) -> str:
    return f"The prompt is {chars:,} characters long; at most {most:,} are read."


NO_RECIPE = fixed(
    "recipes.NO_RECIPE",
    "I found no recipe in this picture. Many sites, and some apps, strip it when they save or show a picture; "
    "the original file usually has it.",
)
NO_PICTURE = fixed(
    "recipes.NO_PICTURE", "There is no picture here. I read PNG, WebP and JPEG files that were uploaded to Discord."
)
FORM_TOO_OLD = fixed("recipes.FORM_TOO_OLD", "This form was open for too long. Please open it again from the picture.")

# What of a recipe has no place here


@sentence
def no_such_shape(width: int, height: int) -> str:
    return f"The size {width}×{height} is none of the shapes here."


@sentence
def no_such_sampler(sampler: str) -> str:
    return f"The sampler {quoted(sampler)} is not available here."


@sentence
def seed_outside(seed: int, highest: int) -> str:
    return f"The seed {seed} is outside of the seeds here, 0 to {highest:,}."


@sentence
def other_model(model: str) -> str:
    return f"It was drawn with another model, {quoted(model)}."


@sentence
def no_counterpart(name: str, value: str) -> str:
    return f"{quoted(f'{name}: {value}')} is not supported here."


@sentence
def lora_left_out(lora: str) -> str:
    return f"{quoted(lora)} was left out: LoRAs are not named in prompts here."


@sentence
def plain_words(found: str) -> str:
    return f"{quoted(found)} is read as plain words: it has no other meaning here."


@sentence
def resource_not_used(kind: str, name: str) -> str:
    return f"The {kind} {quoted(name)} is not used here."


@sentence
def cut(field: Literal["tags", "negative"], most: int) -> str:
    name = "tags" if field == "tags" else "negative prompt"
    return f"Only the first {most:,} characters of the {name} fit into this form."


@sentence
def usual_taken(what: Sentence) -> str:
    return f"It has {what!s}, which is not available here. The default is used instead."


@sentence
def not_here(what: Sentence) -> str:
    phrase = str(what)
    return f"{phrase[0].upper()}{phrase[1:]}: not available here; the default is used."

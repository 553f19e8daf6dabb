"""What is said of pictures and their recipes: why one cannot be read, and what of it has no place here."""

from __future__ import annotations

from typing import Literal

from bot.sentences.quoting import escaped, quoted
from bot.sentences.sentence import Sentence, fixed, sentence

PROMPT_READ = fixed(
    "recipes.PROMPT_READ", "The prompt holds a whole recipe, so its settings count like options. Options win."
)

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


NO_PICTURE_FILE = fixed(
    "recipes.NO_PICTURE_FILE", "I can read PNG, WebP and JPEG pictures, and AVIF, and this is none of them."
)
AVIF_UNREADABLE = fixed("recipes.AVIF_UNREADABLE", "I cannot read this AVIF; as PNG, WebP or JPEG I can.")
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
NOTHING_IN_FILE = fixed("recipes.NOTHING_IN_FILE", "There is nothing in this file: no prompt and no recipe.")


DATA_OF_NO_RECIPE = fixed(
    "recipes.DATA_OF_NO_RECIPE",
    "This is data of some program, broken off or of no kind that I know. I read prompts and recipes.",
)


@sentence
def json_of_no_recipe(keys: tuple[str, ...]) -> str:
    held = ", ".join(map(quoted, keys)) or "nothing"
    return f"This is JSON, and no recipe that I know: it holds {held}. I read prompts and recipes."


NO_PICTURE = fixed(
    "recipes.NO_PICTURE",
    "There is no picture here. I read PNG, WebP, JPEG and AVIF files that were uploaded to Discord.",
)
FORM_TOO_OLD = fixed("recipes.FORM_TOO_OLD", "This form was open for too long. Please open it again from the picture.")

# What of a recipe has no place here


@sentence
def no_such_shape(width: int, height: int) -> str:
    return f"The size {width}×{height} is none of the shapes here."


@sentence
def no_such_sampler(sampler: str, instead: str) -> str:
    return f"The sampler {quoted(sampler)} is not available here: {instead} is drawn instead."


@sentence
def no_such_schedule(schedule: str, sampler: str) -> str:
    return f"The schedule {escaped(schedule)} is not available with this sampler: {sampler} is drawn, with its own."


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
def other_picture(name: str, value: str) -> str:
    """Say of what decides every pixel that it cannot be repeated, so that nobody counts on the seed."""
    return f"{quoted(f'{name}: {value}')} is not supported here, so the same seed draws another picture."


@sentence
def other_noise(rng: str) -> str:
    return f"Its noise was made otherwise ({quoted(f'RNG: {rng}')}), so the same seed draws another picture here."


@sentence
def other_emphasis(emphasis: str) -> str:
    said = quoted(f"Emphasis: {emphasis}")
    return f"Its weights were applied otherwise ({said}), so the same seed draws another picture here."


Extension = Literal[
    "hires",
    "adetailer",
    "soft inpainting",
    "upscale",
    "controlnet",
    "regional",
    "tiled",
    "thresholding",
    "freeu",
    "refiner",
    "couple",
    "attention guidance",
    "inpainting",
]
"""What a program does besides drawing, by several settings."""

_EXTENSIONS: dict[Extension, str] = {
    "hires": "Hires fix",
    "adetailer": "Retouching by ADetailer",
    "soft inpainting": "Soft inpainting",
    "upscale": "Ultimate SD upscale",
    "controlnet": "ControlNet",
    "regional": "Regional Prompter",
    "tiled": "Tiled diffusion",
    "thresholding": "Dynamic thresholding",
    "freeu": "FreeU",
    "refiner": "A refiner",
    "couple": "Forge Couple",
    "attention guidance": "Perturbed or self-attention guidance",
    "inpainting": "Inpainting",
}


@sentence
def extension_not_used(extension: Extension, settings: tuple[str, ...]) -> str:
    shown = " and ".join(map(quoted, settings[:2])) + (" …" if len(settings) > 2 else "")  # noqa: PLR2004
    return f"{_EXTENSIONS[extension]} ({shown}) is not done here."


@sentence
def place_lost(place: str) -> str:
    return f"Where somebody stands cannot be said here: {quoted(place)}."


@sentence
def resource_not_used(kind: str, name: str) -> str:
    return f"The {escaped(kind)} {quoted(name)} is not used here."


@sentence
def versions_not_used(kind: str, versions: tuple[str, ...]) -> str:
    """Name what has only a number."""
    if len(versions) == 1:
        return f"A {escaped(kind)} (model version {escaped(versions[0])}) is not used here."
    numbers = escaped(f"{', '.join(versions[:-1])} and {versions[-1]}")
    how_many = {2: "Two", 3: "Three", 4: "Four"}.get(len(versions), str(len(versions)))
    return f"{how_many} {escaped(kind)}s (model versions {numbers}) are not used here."


@sentence
def not_here(what: Sentence) -> str:
    phrase = str(what)
    return f"{phrase[0].upper()}{phrase[1:]}: not available here; the default is used."

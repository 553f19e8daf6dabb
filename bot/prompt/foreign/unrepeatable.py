"""What of a recipe cannot be repeated here besides its words: said, so that nobody counts on the same seed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.prompt import tags
from bot.sentences import recipes as says
from bot.sentences.quoting import short

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.prompt.recipe import Recipe
    from bot.sentences.recipes import Extension
    from bot.sentences.sentence import Sentence

_SAME_HERE = frozenset(
    (
        *("clip skip", "created date", "civitai metadata", "user", "vae", "vae hash", "version", "app", "backend"),
        *(
            "performance",
            "batch size",
            "batch pos",
            "template",
            "negative template",
            "time taken",
            "discard penultimate",
        ),
        *("size", "module 1", "module 2", "module 3", "seed mode", "shift", "strength", "operations", "parser", "eta"),
        *("hashes", "pipeline", "metadata scheme", "dtype"),
    )
)
"""Keys that change nothing here, or whose usual value does not."""
_USUAL = {"strength": {"1", "1.0"}, "shift": {"1", "1.0"}, "eta": {"1", "1.0"}}
"""Keys of those that do change something at another value."""

_ALIKE_CLIP_SKIP = 2
"""Up to here SDXL's encoders give the same layer (WebUI and Forge, `sgm`)."""

_EXTENSIONS: tuple[tuple[Extension, tuple[str, ...]], ...] = (
    ("hires", ("hires ", "hr ")),
    ("adetailer", ("adetailer",)),
    ("soft inpainting", ("soft inpainting",)),
    ("upscale", ("ultimate sd upscale", "ultimate upscale")),
    ("controlnet", ("controlnet",)),
    ("regional", ("rp ",)),
    ("tiled", ("tiled diffusion", "multidiffusion")),
    ("thresholding", ("dynamic thresholding", "dynthres")),
    ("freeu", ("freeu",)),
    ("refiner", ("refiner",)),
    ("couple", ("forge couple", "forge_couple")),
    ("attention guidance", ("pag ", "sag ", "perturbed")),
    ("inpainting", ("mask", "inpaint", "masked")),
)
"""What a group of keys is about, by how they begin."""

_DECIDING = re.compile(
    r"variation seed.*|seed resize.*|ensd|eta noise seed delta|init image.*|denoising strength|noise multiplier"
    r"|samplers|started from"
    r"|cfg rescale|skip early cfg|ngms.*|token merging.*|tiling|sharpness|adaptive cfg|styles|prompt expansion|smea.*"
    r"|decrisper",
)
"""Keys that change every pixel."""


def said(recipe: Recipe, words: str, model_name: str, model_hash: str) -> Iterator[Sentence]:
    """Give a sentence for each thing.

    Args:
        recipe: What was read.
        words: Its prompts, in our syntax.
        model_name: What draws here; "": nobody knows yet.
        model_hash: The first digits of its SHA-256; "": nobody knows.
    """
    if recipe.model and not _same_model(recipe, model_name, model_hash):
        yield says.other_model(short(recipe.model))
    yield from _resources(recipe)
    yield from (says.place_lost(short(place)) for place in recipe.places)
    yield from _others(recipe, words)


def _same_model(recipe: Recipe, name: str, digits: str) -> bool:
    """Compare by hash where both have one, which no renaming changes; else by the letters of the name."""
    if not name and not digits:
        return True
    if recipe.model_hash and digits:
        length = min(len(recipe.model_hash), len(digits))
        return recipe.model_hash[:length].casefold() == digits[:length].casefold()
    return not name or _letters(recipe.model) == _letters(name)


def _letters(name: str) -> str:
    last = re.split(r"[\\/]", name)[-1].removesuffix(".safetensors")
    return re.sub(r"[\W_]+", "", last.casefold())


def _resources(recipe: Recipe) -> Iterator[Sentence]:
    """Name what was drawn with besides the checkpoint, but for what the prompt named: that has its sentence already."""
    named = {name.casefold() for name in re.findall(r"<lora:([^<>:]{1,200})", recipe.prompt)}
    nameless: dict[str, dict[str, None]] = {}
    for resource in recipe.resources:
        if resource.kind == "VAE" or resource.name.casefold() in named:
            continue
        if resource.name:
            yield says.resource_not_used(resource.kind, short(resource.name))
        else:
            nameless.setdefault(resource.kind, {})[resource.version] = None
    for kind, versions in nameless.items():
        yield says.versions_not_used(kind, tuple(versions))


def _others(recipe: Recipe, words: str) -> Iterator[Sentence]:
    grouped: dict[Extension, list[str]] = {}
    hires = any(name.casefold().startswith("hires ") for name in recipe.other)
    for name, value in recipe.other.items():
        key = name.casefold()
        group: Extension | None = next((what for what, starts in _EXTENSIONS if key.startswith(starts)), None)
        if hires and key == "denoising strength":
            group = _EXTENSIONS[0][0]
        if group is not None:
            grouped.setdefault(group, []).append(f"{name}: {value}")
        elif key == "rng":
            if value.casefold() != "cpu":
                yield says.other_noise(short(value))
        elif key == "emphasis":
            if value.casefold() != "no norm" and tags.heaviest(words)[1] != 1:
                yield says.other_emphasis(short(value))
        elif key in {"clip skip", "clip stop at layer"}:
            if re.fullmatch(r"-?\d{1,2}", value) and abs(int(value)) > _ALIKE_CLIP_SKIP:
                yield says.other_picture(short(name), short(value))
        elif key in _SAME_HERE and value in _USUAL.get(key, {value}):
            continue
        elif _DECIDING.fullmatch(key):
            yield says.other_picture(short(name), short(value))
        else:
            yield says.no_counterpart(short(name), short(value))
    for extension, settings in grouped.items():
        yield says.extension_not_used(extension, tuple(map(short, settings[:3])))

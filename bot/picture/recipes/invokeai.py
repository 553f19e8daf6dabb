"""InvokeAI in its three generations: ``invokeai_metadata``, before that ``sd-metadata``, before that ``Dream``."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from bot.picture.recipes.fields import decoded, file_name, first, made, rows, sides, table, text
from bot.prompt.recipe import Recipe, Resource

if TYPE_CHECKING:
    from collections.abc import Iterator

    from bot.picture.read import PictureTexts
    from bot.picture.recipes.fields import Table

PROGRAM = "InvokeAI"

_SAID = {
    "rand_device": "RNG",
    "strength": "Denoising strength",
    "cfg_rescale_multiplier": "CFG rescale",
    "clip_skip": "Clip skip",
    "seamless_x": "Seamless X",
    "seamless_y": "Seamless Y",
    "hrf_enabled": "High-resolution fix",
    "refiner_model": "Refiner",
    "refiner_steps": "Refiner steps",
}
_NO = frozenset({"", "0", "0.0", "False", "None"})
_OTHERS = frozenset({"uc", "v4_prompt", "negativePrompt", "cfgScale", "sampler_name", "params", "sui_image_params"})
"""Keys of NovelAI, Civitai, WebUI's interface, AI Horde and SwarmUI, whose objects have a prompt and a seed, too."""
_OPTION = re.compile(r"""\s-(s|S|W|H|C|A)\s*([\w.+-]{1,40})""")
_AVOIDED = re.compile(r"\[([^\[\]]{1,4000})\]")


def read(texts: PictureTexts) -> Recipe | None:
    """Read the newest of them that is there."""
    if (found := decoded(texts.named.get("invokeai_metadata", ""))) is not None:
        return _today(found)
    if (found := decoded(texts.named.get("sd-metadata", ""))) is not None and (image := table(found.get("image"))):
        return _second(found, image)
    return _first(texts.named.get("Dream", ""))


def _today(found: Table) -> Recipe | None:
    nested = table(found.get("metadata_v2")) or table(found.get("metadata_v3")) or {}
    said = {**found, **nested}
    if not text(said, "positive_prompt", "positive_style_prompt", "prompt") and first(said, "seed") is None:
        return None  # the graph alone: what was upscaled, say
    if not text(said, "positive_prompt", "positive_style_prompt") and not _OTHERS.isdisjoint(said):
        return None
    model = table(said.get("model")) or {}
    other = {name: _flag(said, key) for key, name in _SAID.items()}
    return made(
        PROGRAM,
        dialect="invokeai",
        prompt=text(said, "positive_prompt", "prompt"),
        negative=text(said, "negative_prompt"),
        steps=first(said, "steps"),
        sampler=text(said, "scheduler", "sampler"),
        scale=first(said, "cfg_scale"),
        seed=first(said, "seed"),
        size=sides(said.get("width"), said.get("height")),
        model=file_name(text(model, "name", "model_name", "key") or text(said, "model_weights", "model")),
        resources=_loras(said),
        other={name: value for name, value in other.items() if value not in _NO},
    )


def _flag(said: Table, key: str) -> str:
    value = said.get(key)
    if isinstance(value, bool):
        return "yes" if value else ""
    return text(table(value) or {}, "name", "model_name") or text(said, key)


def _loras(said: Table) -> Iterator[Resource]:
    for entry in rows(said.get("loras"))[:50]:
        lora = table(entry) or {}
        model = table(lora.get("model")) or table(lora.get("lora")) or lora
        if name := text(model, "name", "model_name"):
            yield Resource("LoRA", file_name(name))


def _second(found: Table, image: Table) -> Recipe:
    prompts = image.get("prompt")
    words = (
        prompts
        if isinstance(prompts, str)
        else ", ".join(text(one, "prompt") for entry in rows(prompts)[:20] if (one := table(entry)) is not None)
    )
    prompt, negative = _apart(words)
    return made(
        PROGRAM,
        dialect="invokeai",
        prompt=prompt,
        negative=negative,
        steps=first(image, "steps"),
        sampler=text(image, "sampler"),
        scale=first(image, "cfg_scale"),
        seed=first(image, "seed"),
        size=sides(image.get("width"), image.get("height")),
        model=file_name(text(found, "model_weights", "model")),
    )


def _first(line: str) -> Recipe | None:
    """Read ``"words" -s 50 -S 123 -W 512 -H 512 -C 7.5 -A k_lms``."""
    options = {option[1]: option[2] for option in _OPTION.finditer(line[:20_000])}
    if not {"s", "S"} <= options.keys():
        return None
    first_option = next(_OPTION.finditer(line))
    prompt, negative = _apart(line[: first_option.start()].strip().strip('"'))
    return made(
        PROGRAM,
        dialect="invokeai",
        prompt=prompt,
        negative=negative,
        steps=options["s"],
        sampler=options.get("A", ""),
        scale=options.get("C"),
        seed=options["S"],
        size=sides(options.get("W"), options.get("H")),
    )


def _apart(words: str) -> tuple[str, str]:
    """Take out what stands in square brackets, which was the negative prompt then."""
    return _AVOIDED.sub("", words), ", ".join(_AVOIDED.findall(words))

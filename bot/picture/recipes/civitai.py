"""Civitai: what it adds to WebUI's text, and what its own generator keeps as JSON beside a graph of ComfyUI."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.picture.recipes.fields import decoded, file_name, first, made, rows, sides, table, text
from bot.prompt.recipe import Recipe, Resource

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.picture.read import PictureTexts

PROGRAM = "Civitai"

_KINDS = {
    "lora": "LoRA",
    "locon": "LoRA",
    "lycoris": "LoRA",
    "dora": "LoRA",
    "embed": "embedding",
    "embedding": "embedding",
    "textualinversion": "embedding",
    "vae": "VAE",
    "upscaler": "upscaler",
}
_OWN = frozenset({"negativePrompt", "cfgScale", "clipSkip"})
_CHECKPOINTS = frozenset({"checkpoint", "model"})


def read(texts: PictureTexts) -> Recipe | None:
    """Read the object that its generator writes into the comment, beside the nodes that drew."""
    found = decoded(texts.comment) or decoded(texts.named.get("prompt", ""))
    said = table(found.get("extraMetadata")) if found else None
    if said is None and found is not None and not _OWN.isdisjoint(found):
        said = found  # the data of a picture by itself, as its page and its interface give them
    if said is None or not text(said, "prompt"):
        return None
    checkpoint, resources = _split(rows(said.get("resources")))
    return made(
        PROGRAM,
        prompt=text(said, "prompt"),
        negative=text(said, "negativePrompt"),
        steps=first(said, "steps"),
        sampler=text(said, "sampler"),
        scale=first(said, "cfgScale"),
        seed=first(said, "seed"),
        size=sides(said.get("width"), said.get("height")),
        model=checkpoint or file_name(text(said, "Model")),
        resources=resources,
        other={"Clip skip": text(said, "clipSkip")},
    )


def resources(written: str) -> tuple[str, list[Resource]]:
    """Read the list among WebUI's pairs; give the checkpoint that it names, and the rest."""
    return _split(rows(written))


def _split(entries: list[object]) -> tuple[str, list[Resource]]:
    checkpoint, others = "", list[Resource]()
    for found in _tables(entries):
        kind = text(found, "type", "modelType").casefold()
        name = text(found, "modelName", "name")
        version = text(found, "modelVersionName")
        number = text(found, "modelVersionId")
        if kind in _CHECKPOINTS:
            checkpoint = checkpoint or file_name(" ".join(filter(None, (name, version))))
            continue
        if "type = " in kind:  # ImageJobNetworkParams { Strength = …, Type = lora }
            kind = kind.rpartition("type = ")[2].strip(" }")
        others.append(Resource(_KINDS.get(kind, kind[:20] or "resource"), (name or version)[:200], number))
    return checkpoint, others


def _tables(entries: Iterable[object]) -> list[dict[str, object]]:
    return [dict(found) for entry in entries if (found := table(entry)) is not None]

"""The Spaces of Animagine's own makers: JSON under the keyword ``metadata``."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.picture.recipes.fields import decoded, file_name, first, made, size_of, table, text

if TYPE_CHECKING:
    from bot.picture.read import PictureTexts
    from bot.prompt.recipe import Recipe

PROGRAM = "Animagine's Space"


def read(texts: PictureTexts) -> Recipe | None:
    """Read it; the second pass that it may name is at a larger size."""
    said = decoded(texts.named.get("metadata", ""))
    if said is None or not text(said, "prompt") or "num_inference_steps" not in said:
        return None
    upscaled = table(said.get("use_upscaler")) or {}
    return made(
        PROGRAM,
        prompt=text(said, "prompt"),
        negative=text(said, "negative_prompt"),
        steps=first(said, "num_inference_steps"),
        sampler=text(said, "sampler"),
        scale=first(said, "guidance_scale"),
        seed=first(said, "seed"),
        size=size_of(text(said, "resolution")),
        model=file_name(text(said, "Model", "model")),
        model_hash=text(said, "Model hash"),
        other={"Hires upscale": text(upscaled, "upscale_by"), "Hires upscaler": text(upscaled, "upscale_method")},
    )

"""AI Horde: its request as JSON, where the negative prompt stands behind three signs; else it writes WebUI's text."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.picture.recipes import webui
from bot.picture.recipes.fields import decoded, first, made, rows, sides, table, text
from bot.prompt.recipe import Recipe, Resource

if TYPE_CHECKING:
    from bot.picture.read import PictureTexts

PROGRAM = "AI Horde"

_NEGATIVE = "###"
_ITS = frozenset({"params", "models", "nsfw", "censor_nsfw", "r2", "trusted_workers", "karras"})
"""What WebUI's interface, which has the same names, has not."""


def read(texts: PictureTexts) -> Recipe | None:
    """Read a request, wherever it was put."""
    for written in (*texts.named.values(), *texts.exif.values()):
        found = decoded(written) if len(written) < 100_000 else None  # noqa: PLR2004  a request is a page
        params = (table(found.get("params")) or found) if found else None
        if (
            found is not None
            and params is not None
            and "sampler_name" in params
            and isinstance(found.get("prompt"), str)
        ):
            prompt, _, negative = text(found, "prompt").partition(_NEGATIVE)
            models = [one for one in rows(found.get("models")) if isinstance(one, str)]
            karras = params.get("karras") is True
            loras = [table(one) or {} for one in rows(params.get("loras"))[:50]]
            return made(
                PROGRAM if not _ITS.isdisjoint(found) else webui.PROGRAM,
                prompt=prompt.strip().rstrip(","),
                negative=negative or text(found, "negative_prompt"),
                steps=first(params, "steps", "ddim_steps"),
                sampler=text(params, "sampler_name"),
                schedule="karras" if karras else "",
                scale=first(params, "cfg_scale"),
                seed=first(params, "seed"),
                size=sides(params.get("width"), params.get("height")),
                model=models[0] if models else text(found, "model"),
                resources=[Resource("LoRA", name) for lora in loras if (name := text(lora, "name"))],
            )
    return None

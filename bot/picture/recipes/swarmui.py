"""SwarmUI: JSON under WebUI's keyword, or in the comment (its page ``docs/Image Metadata Format.md``)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.picture.read import PARAMETERS
from bot.picture.recipes.fields import decoded, file_name, first, made, rows, sides, table, text
from bot.prompt.recipe import Recipe, Resource

if TYPE_CHECKING:
    from bot.picture.read import PictureTexts
    from bot.picture.recipes.fields import Table

PROGRAM = "SwarmUI"

_SAID = {
    "initimagecreativity": "Init image creativity",
    "refinercontrolpercentage": "Refiner control",
    "refinerupscale": "Refiner upscale",
    "refinermodel": "Refiner model",
    "variationseed": "Variation seed",
    "variationseedstrength": "Variation seed strength",
    "clipstopatlayer": "Clip stop at layer",
    "vae": "VAE",
    "sigmashift": "Sigma shift",
}
"""What changes a picture, and how a sentence calls it."""


def read(texts: PictureTexts) -> Recipe | None:
    """Read ``sui_image_params``."""
    for written in (texts.named.get(PARAMETERS, ""), texts.comment):
        found = decoded(written)
        said = table(found.get("sui_image_params")) if found else None
        if said is not None:
            return _recipe(said)
    return None


def _recipe(said: Table) -> Recipe:
    names = rows(said.get("loras")) or _listed(text(said, "loras"))
    return made(
        PROGRAM,
        prompt=text(said, "prompt"),
        negative=text(said, "negativeprompt"),
        steps=first(said, "steps"),
        sampler=text(said, "sampler"),
        schedule=text(said, "scheduler"),
        scale=first(said, "cfgscale"),
        seed=first(said, "seed"),
        size=sides(said.get("width"), said.get("height")),
        model=file_name(text(said, "model")),
        resources=[Resource("LoRA", file_name(name)) for name in names if isinstance(name, str)],
        other={
            name: text(said, key) for key, name in _SAID.items() if text(said, key) not in {"", "None", "Automatic"}
        },
    )


def _listed(names: str) -> list[str]:
    return [name for name in (name.strip() for name in names.split(",")) if name]

"""The recipe of a picture as the ``parameters`` text that WebUI and its relatives write and read."""

from __future__ import annotations

import json
import re
import unicodedata
from types import MappingProxyType
from typing import TYPE_CHECKING

from engine.cost import steps_taken
from engine.regions import PADDING
from engine.samplers import SAMPLERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.tiles import Tiling
    from engine.wire import ChosenLora, Generate, SamplingParams

_FIELD_NAME = re.compile(r"(negative prompt|\bsteps)(?=:)", re.IGNORECASE)
"""Inside a word too, for the first: sd-parsers cuts there wherever it stands."""
_SEPARATORS = {"Cc", "Zl", "Zp"}


def clean(text: str) -> str:
    """Write a prompt so that it stays in its field: one line, and no word that a reader takes for the next field.

    Control characters and line ends become spaces, a literal ``Negative prompt:`` or ``Steps:`` gets a space before its
    colon; CLIP reads the same tokens. Cleaning twice changes nothing more.
    """
    spaced = "".join(" " if unicodedata.category(c) in _SEPARATORS else c for c in text)
    encodable = spaced.encode("utf-8", "replace").decode("utf-8")  # a lone surrogate has no bytes
    return _FIELD_NAME.sub(r"\1 ", encodable).strip()


def write(
    *,
    prompt: str,
    negative_prompt: str,
    sampling: SamplingParams,
    seed: int,
    model_name: str,
    model_hash: str,
    version: str,
    more: Mapping[str, object] = MappingProxyType({}),
    loras: Sequence[ChosenLora] = (),
) -> str:
    """Write the text: the prompt, the negative where there is one, and a line of keys in WebUI's order.

    What not every picture has stands in `more`, which `further` makes. LoRAs stand in the prompt, as they are typed in
    WebUI, and with their hashes among the keys; Civitai reads both.

    ``RNG`` and ``Emphasis`` are said because readers otherwise assume noise from the GPU and rescaled weights.
    """
    row = SAMPLERS[sampling.sampler]
    values = {
        "Steps": sampling.num_inference_steps,
        "Sampler": row.webui,
        "Schedule type": row.schedule,
        "CFG scale": _short(sampling.guidance_scale),
        "Seed": seed,
        "Size": f"{sampling.width}x{sampling.height}",
        "Model hash": model_hash,
        "Model": model_name,
        "RNG": "CPU",
        "Emphasis": "No norm",
        "CFG Rescale": _short(sampling.guidance_rescale) or "",
        **more,
        "Lora hashes": ", ".join(f"{_plain(lora.name)}: {lora.hash}" for lora in loras if lora.hash),
        "Version": f"Eshi {version}",
    }
    negative_prompt = clean(negative_prompt)
    lines = [
        clean(" ".join([prompt, *(lora.typed for lora in loras)])),
        f"Negative prompt: {negative_prompt}" if negative_prompt else "",
        ", ".join(f"{key}: {_quote(str(value))}" for key, value in values.items() if value != ""),
    ]
    return "\n".join(line for line in lines if line)


def further(request: Generate, *, number: int, tiling: Tiling | None = None, upscaler: str = "") -> dict[str, object]:
    """Say, by WebUI's keys where it has one, what was done to a picture besides drawing it from its seed.

    Args:
        request: What was asked for.
        number: Which picture of the job, from 0.
        tiling: Of the tiles that it was drawn in; None: it was drawn as a whole.
        upscaler: What enlarged its pixels; "": its latents were enlarged.
    """
    more: dict[str, object] = {}
    if (start := request.start) is not None:
        if start.strength or start.origin == "pixels":  # latents that go on as they are were drawn from this seed
            more["Started from"] = start.origin
        if start.strength:
            more["Denoising strength"] = _short(start.strength)
    if (repaint := request.repaint) is not None:
        more["Mask blur"] = 0 if repaint.plain else repaint.feather // 2
        more["Inpaint area"] = "Whole picture"
        more["Soft inpainting enabled"] = not repaint.plain
    if request.details:
        more["Details"] = "; ".join(f"{one.left} {one.top} {one.width} {one.height}" for one in request.details)
        more["Inpaint area"] = "Only masked"
        more["Masked area padding"] = PADDING
    if (variation := request.variation) is not None and variation.strength:
        more["Variation seed"] = variation.seeds[number]
        more["Variation seed strength"] = _short(variation.strength)
    if (enlargement := request.enlargement) is not None:
        more["Denoising strength"] = _short(enlargement.strength)
        more["Hires upscale"] = _short(enlargement.factor)
        more["Hires steps"] = steps_taken(request.sampling.num_inference_steps, enlargement.strength)
        more["Hires upscaler"] = upscaler or "Latent (nearest-exact)"
    if tiling is not None:
        more["Tiles" if enlargement is None else "Hires tiles"] = f"{tiling.side}+{tiling.overlap}"
    return more


def _plain(name: str) -> str:
    """Leave out of a name what separates names; WebUI does so, too."""
    return re.sub(r"[:,<>\n\r]", "", name)


def _short(number: float) -> float:
    """Give 5 for 5.0, and every other number as it is."""
    return int(number) if number == int(number) else number


def _quote(value: str) -> str:
    return json.dumps(value, ensure_ascii=False) if re.search(r"[,:\n]", value) else value

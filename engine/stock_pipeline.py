"""Diffusers' own pipeline over a model's weights, for what is measured beside ours."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import torch
from diffusers import EulerAncestralDiscreteScheduler, StableDiffusionXLPipeline, UNet2DConditionModel

from engine.conditioning import encode

if TYPE_CHECKING:
    from collections.abc import Callable

    from torch import Tensor

    from engine.model import Model

PROMPT = "1girl, solo, long hair, blue eyes, smile, school uniform, cherry blossoms, masterpiece, high score, absurdres"
NEGATIVE = "lowres, bad anatomy, bad hands, text, error, worst quality, low quality, signature, watermark, blurry"
GUIDANCE = 5.0


class Asked(Protocol):
    """What is drawn."""

    @property
    def width(self) -> int:
        """In pixels."""
        ...

    @property
    def height(self) -> int: ...

    @property
    def steps(self) -> int: ...


def make(model: Model) -> Any:
    """Make diffusers' pipeline over the same weights, with none of our blocks and the VAE as it would be loaded."""
    with torch.device("meta"):
        unet: Any = UNet2DConditionModel.from_config(model.unet.config)
        vae: Any = type(model.vae).from_config(model.vae.config)
    unet.load_state_dict(model.unet.state_dict(), assign=True)
    vae.load_state_dict({name: part.to(model.dtype) for name, part in model.vae.state_dict().items()}, assign=True)
    scheduler: Any = EulerAncestralDiscreteScheduler.from_config(dict(model.scheduler_config))
    pipeline: Any = StableDiffusionXLPipeline(
        vae=vae.eval(),
        text_encoder=model.text_encoder,
        text_encoder_2=model.text_encoder_2,
        tokenizer=model.tokenizer,
        tokenizer_2=model.tokenizer_2,
        unet=unet.eval(),
        scheduler=scheduler,
        add_watermarker=False,
    )
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def texts_on_host(model: Model) -> bool:
    """Tell whether the text encoders are not where the UNet is."""
    return model.text_encoder.device.type != model.device.type


def texts(model: Model, task: Asked) -> Callable[[int], dict[str, Any]]:
    """Give what tells the stock pipeline so many times what to draw.

    It cannot use text encoders that are not where the UNet is, so that it is given what ours made of the prompt then.
    """
    if not texts_on_host(model):
        return lambda batch: {"prompt": [PROMPT] * batch, "negative_prompt": [NEGATIVE] * batch}
    encoded = encode(model, PROMPT, NEGATIVE, width=task.width, height=task.height)
    (negative, prompt), (negative_pooled, pooled) = encoded.prompt_embeds, encoded.pooled_prompt_embeds
    return lambda batch: {
        "prompt_embeds": torch.stack([prompt] * batch),
        "negative_prompt_embeds": torch.stack([negative] * batch),
        "pooled_prompt_embeds": torch.stack([pooled] * batch),
        "negative_pooled_prompt_embeds": torch.stack([negative_pooled] * batch),
    }


def draw(pipeline: Any, batch: int, task: Asked, told: Callable[[int], dict[str, Any]]) -> Tensor:
    """Draw so many pictures to the end; gives the first one's latents, (1, C, h, w).

    Args:
        pipeline: Of `make`.
        batch: How many.
        task: How large, in how many steps.
        told: Of `texts`.
    """
    kept: list[Tensor] = []
    pipeline.vae.to(pipeline.unet.dtype)  # it stays in float32 where a decoding had no room

    def keep(_pipeline: Any, _step: int, _timestep: Any, values: dict[str, Tensor]) -> dict[str, Tensor]:
        kept[:] = [values["latents"][:1]]
        return values

    pipeline(
        **told(batch),
        width=task.width,
        height=task.height,
        num_inference_steps=task.steps,
        guidance_scale=GUIDANCE,
        generator=[torch.Generator().manual_seed(seed) for seed in range(batch)],
        callback_on_step_end=keep,
    )
    return kept[0]

"""One step of a batch of samples: each with its own scheduler, timestep, guidance, prompt and noise.

At batch 1 this is `StableDiffusionXLPipeline`'s loop, bit for bit on the CPU; in a batch a sample comes out the same
within rounding, whoever shares its steps.
"""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from diffusers.utils.torch_utils import randn_tensor

from engine import schedulers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from engine.conditioning import Conditioning
    from engine.model import Model
    from engine.wire import Sampler


class Key(NamedTuple):
    """What samples must have in common to share a UNet call."""

    height: int
    width: int
    chunks: int


class Sample:
    """One picture on its way from noise to latents.

    Everything that a step needs is on the device before the first one; a step itself copies nothing there.
    """

    def __init__(
        self,
        model: Model,
        conditioning: Conditioning,
        *,
        sampler: Sampler,
        num_inference_steps: int,
        guidance_scale: float,
        seed: int,
        width: int,
        height: int,
    ) -> None:
        self.conditioning = conditioning
        self.guidance_scale = guidance_scale
        self.seed = seed
        self.key = Key(height, width, conditioning.chunks)
        self.step = 0
        self.predicted: Tensor | None = None
        """The scheduler's idea of the finished latents after the last step, (1, C, h, w); None before the first."""
        self._scheduler: Any = schedulers.build(sampler, model.scheduler_config)
        self._scheduler.set_timesteps(num_inference_steps)
        if hasattr(self._scheduler, "set_begin_index"):
            self._scheduler.set_begin_index(0)  # else the first step looks for its index on the device
        self.steps = len(self._scheduler.timesteps)
        self._timesteps: Tensor = self._scheduler.timesteps.to(model.device)
        generator = torch.Generator().manual_seed(seed)  # on the CPU, so that a seed is one picture on every machine
        shape = (1, model.latent_channels, height // model.compression, width // model.compression)
        noise = randn_tensor(shape, generator=generator, device=model.device, dtype=conditioning.prompt_embeds.dtype)
        self.latents: Tensor = noise * self._scheduler.init_noise_sigma
        accepted = inspect.signature(self._scheduler.step).parameters
        self._noise_source = {"generator": generator} if "generator" in accepted else {}

    @property
    def finished(self) -> bool:
        return self.step == self.steps

    @property
    def timestep(self) -> Tensor:
        """The current timestep on the device, no dimensions."""
        return self._timesteps[self.step]

    def model_input(self) -> Tensor:
        """Give the latents as the UNet wants them at this timestep, (1, C, h, w)."""
        return self._scheduler.scale_model_input(self.latents, self._scheduler.timesteps[self.step])

    def advance(self, noise_pred: Tensor) -> None:
        """Take one step with the guided noise prediction, (1, C, h, w)."""
        timestep = self._scheduler.timesteps[self.step]
        output = self._scheduler.step(noise_pred, timestep, self.latents, **self._noise_source)
        self.latents = output.prev_sample
        predicted = getattr(output, "pred_original_sample", None)
        # the multistep solvers keep theirs as the last of the model outputs that they interpolate
        self.predicted = self._scheduler.model_outputs[-1] if predicted is None else predicted
        self.step += 1


def predict_noise(model: Model, samples: Sequence[Sample]) -> list[Tensor]:
    """Run the UNet once over samples of one key; their states stay as they are, so a failed call can be repeated.

    Returns:
        For every sample its guided noise prediction, (1, C, h, w).
    """
    inputs = [sample.model_input() for sample in samples]
    # all negatives, then all prompts: at batch 1 the order of the stock pipeline
    rows = [(number, 0) for number, sample in enumerate(samples) if sample.conditioning.guided]
    guided = len(rows)
    rows += [(number, int(sample.conditioning.guided)) for number, sample in enumerate(samples)]
    conditions = [(samples[number].conditioning, side) for number, side in rows]
    output = model.unet(
        torch.cat([inputs[number] for number, _ in rows]),
        torch.stack([samples[number].timestep for number, _ in rows]),
        encoder_hidden_states=torch.stack([condition.prompt_embeds[side] for condition, side in conditions]),
        added_cond_kwargs={
            "text_embeds": torch.stack([condition.pooled_prompt_embeds[side] for condition, side in conditions]),
            "time_ids": torch.stack([condition.add_time_ids[side] for condition, side in conditions]),
        },
        return_dict=False,
    )[0]
    unconditional = iter(output[:guided].split(1))
    predictions: list[Tensor] = []
    for sample, noise_pred in zip(samples, output[guided:].split(1), strict=True):
        if sample.conditioning.guided:
            noise_pred_uncond = next(unconditional)
            predictions.append(noise_pred_uncond + sample.guidance_scale * (noise_pred - noise_pred_uncond))
        else:
            predictions.append(noise_pred)
    return predictions

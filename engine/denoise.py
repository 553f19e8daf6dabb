"""One step of a batch of samples: each with its own scheduler, timestep, guidance, prompt and noise.

At batch 1 this is the loop of `StableDiffusionXLPipeline`, and of its img2img, bit for bit on the CPU where its weights
are kept as ours are (`engine.placing.place`); in a batch a sample comes out the same within rounding, whoever shares
its steps.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

import torch

from engine import schedulers
from engine.repainting import Repainting
from engine.samplers import SAMPLERS
from engine.transfer import room, send, staging
from engine.unet_call import UnetInputs

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor

    from engine.applied_weights import LoraSet
    from engine.conditioning import Conditioning
    from engine.model import Model
    from engine.repainting import ChangeMap
    from engine.wire import SamplingParams


class Key(NamedTuple):
    """What samples must have in common to share a UNet call."""

    height: int
    width: int
    chunks: int
    loras: LoraSet = ()
    checkpoint: str | None = ""

    @property
    def shape(self) -> Key:
        """Give what a call's time and memory depend on."""
        return self._replace(loras=(), checkpoint="")


class Piece(Protocol):
    """What the UNet predicts the noise of: a sample, or a part of one."""

    @property
    def whole(self) -> Sample: ...
    @property
    def conditioning(self) -> Conditioning: ...
    def model_input(self) -> Tensor: ...


class Noise(NamedTuple):
    """All chance of one run of the sampler, on the host; drawn by the CPU, so that a seed is one picture everywhere."""

    first: Tensor
    """(1, C, h, w): the latents before the first step, or what is added to them, but for the scale."""
    steps: Tensor | None
    """(steps, 1, C, h, w): what each step adds; None where the sampler adds nothing."""
    encoding: Tensor | None = None
    """(1, C, h, w), float32: what encoding a picture takes; None where none is encoded."""


def draw_noise(
    model: Model,
    sampling: SamplingParams,
    seed: int,
    begin_index: int = 0,
    *,
    encodes: bool = False,
    repaints: bool = False,
) -> Noise:
    """Draw what the stock pipelines draw for this seed, in their order; may run in any thread, ahead of its use.

    Args:
        model: Says how large latents are.
        sampling: Says how many steps there are, and whether they add noise.
        seed: Of a generator that nothing else draws from.
        begin_index: The first step of the schedule that is taken.
        encodes: Whether the picture is encoded before, which takes the first of its chance.
        repaints: Whether only a part of it is drawn anew: the stock pipeline encodes what is kept once more, for UNets
            that read it, and does so for all others, too. What that takes of the chance is used for nothing.
    """
    generator = torch.Generator().manual_seed(seed)
    encoding = draw_first(model, sampling, generator, dtype=torch.float32) if encodes else None
    first = draw_first(model, sampling, generator)
    if repaints:
        draw_first(model, sampling, generator, dtype=torch.float32)
    added = SAMPLERS[sampling.sampler].noise
    if added == "none":
        return Noise(first, None, encoding)
    dtype = model.dtype if added == "latents" else torch.float32
    shape = (sampling.num_inference_steps - begin_index, *first.shape)
    steps = room(shape, dtype, pinned=staging(model.device))
    for step in steps:
        step.normal_(generator=generator)  # one by one: how normal_ uses up its generator depends on the size
    return Noise(first, steps, encoding)


def draw_first(
    model: Model, sampling: SamplingParams, generator: torch.Generator, *, dtype: torch.dtype | None = None
) -> Tensor:
    """Draw noise of the size of the latents, (1, C, h, w); without a dtype, of theirs."""
    shape = (1, model.latent_channels, sampling.height // model.compression, sampling.width // model.compression)
    return room(shape, dtype or model.dtype, pinned=staging(model.device)).normal_(generator=generator)


class Sample:
    """One picture on its way from noise, or from noised latents, to latents.

    Everything that a step needs is on the device before the first one; a step itself copies nothing there, and asks
    nothing from there.
    """

    def __init__(
        self,
        model: Model,
        conditioning: Conditioning,
        sampling: SamplingParams,
        *,
        seed: int,
        noise: Noise | None = None,
        begin_index: int = 0,
        image_latents: Tensor | None = None,
        change: ChangeMap | None = None,
    ) -> None:
        """Bring everything to the device.

        Args:
            model: What draws.
            conditioning: What is drawn.
            sampling: How.
            seed: Of the noise, where that is still to be drawn.
            noise: What `draw_noise` has drawn before; None: it is drawn here.
            begin_index: The first step of the schedule that is taken; where it is the number of steps, none is.
            image_latents: On the device, (1, C, h, w): what it begins with, under as much noise as there is at that
                step; None: it begins as noise.
            change: What of them is drawn anew, and as noise where all steps are taken; None: all of them.
        """
        self.conditioning = conditioning
        self.guidance_scale = sampling.guidance_scale
        self.guidance_rescale = sampling.guidance_rescale
        self.seed = seed
        weights = model.loras.current, model.checkpoint.current
        self.key = Key(sampling.height, sampling.width, conditioning.chunks, *weights)
        self.step = 0
        self.predicted: Tensor | None = None
        """The scheduler's idea of the finished latents after the last step, (1, C, h, w); None before the first."""
        self._scheduler: Any = schedulers.build(sampling.sampler, model.scheduler_config, sampling.num_inference_steps)
        if hasattr(self._scheduler, "set_begin_index"):
            self._scheduler.set_begin_index(begin_index)  # else the first step looks for its index on the device
        self._schedule: Tensor = self._scheduler.timesteps[begin_index:]
        self._timesteps: Tensor = send(self._schedule, model.device)
        self.steps = len(self._schedule)
        noise = noise or draw_noise(model, sampling, seed, begin_index)
        self._noise = None if noise.steps is None else send(noise.steps, model.device)
        self._repainting: Repainting | None = None
        if self.finished and image_latents is not None:
            self.latents: Tensor = image_latents
            return
        first = send(noise.first, model.device)
        if change is not None and image_latents is not None:
            self._repainting = Repainting(image_latents, first, change, model.device)
            image_latents = self._repainting.image_latents
        if image_latents is None or (self._repainting is not None and not begin_index):
            self.latents = first * self._scheduler.init_noise_sigma
        else:
            self.latents = schedulers.add_noise(self._scheduler, image_latents, first, self._schedule[:1])

    @property
    def whole(self) -> Sample:
        """Itself: what is predicted of it is all of it."""
        return self

    @property
    def finished(self) -> bool:
        return self.step == self.steps

    @property
    def timestep(self) -> Tensor:
        """The current timestep on the device, no dimensions."""
        return self._timesteps[self.step]

    def model_input(self) -> Tensor:
        """Give the latents as the UNet wants them at this timestep, (1, C, h, w)."""
        return self._scheduler.scale_model_input(self.latents, self._schedule[self.step])

    def advance(self, noise_pred: Tensor) -> None:
        """Take one step with the guided noise prediction, (1, C, h, w)."""
        timestep = self._schedule[self.step]
        added = {} if self._noise is None else {"variance_noise": self._noise[self.step]}
        output = self._scheduler.step(noise_pred, timestep, self.latents, **added)
        self.latents = output.prev_sample
        predicted = getattr(output, "pred_original_sample", None)
        # the multistep solvers keep theirs as the last of the model outputs that they interpolate
        self.predicted = self._scheduler.model_outputs[-1] if predicted is None else predicted
        self.step += 1
        if self._repainting is not None:
            self._put_back(self._repainting)

    def _put_back(self, repainting: Repainting) -> None:
        """Put what is kept back, under as much noise as there is now."""
        kept = repainting.image_latents
        if self.predicted is not None:
            self.predicted = repainting.mixed(self.predicted, kept, self.step / self.steps)
        if not self.finished:
            following = self._schedule[self.step : self.step + 1]
            kept = schedulers.add_noise(self._scheduler, kept, repainting.noise, following)
        self.latents = repainting.mixed(self.latents, kept, self.step / self.steps)


def predict_noise(model: Model, pieces: Sequence[Piece]) -> list[Tensor]:
    """Run the UNet once over pieces of one key; their samples stay as they are, so a failed call can be repeated.

    Returns:
        For every piece its guided noise prediction, (1, C, h, w).
    """
    together = _together(tuple(piece.conditioning for piece in pieces))
    inputs = [piece.model_input() for piece in pieces]
    timesteps = [piece.whole.timestep for piece in pieces]
    called_with = UnetInputs(
        torch.cat([inputs[number] for number in together.rows]),
        torch.stack([timesteps[number] for number in together.rows]),
        together.prompt_embeds,
        together.pooled_prompt_embeds,
        together.add_time_ids,
    )
    output = model.cached_blocks.call(model.unet, called_with)
    guided = len(together.rows) - len(pieces)
    rows = [output[number : number + 1] for number in range(len(together.rows))]
    unconditional = iter(rows[:guided])
    predictions: list[Tensor] = []
    for piece, noise_pred in zip(pieces, rows[guided:], strict=True):
        if piece.conditioning.guided:
            noise_pred_uncond = next(unconditional)
            guided_pred = noise_pred_uncond + piece.whole.guidance_scale * (noise_pred - noise_pred_uncond)
            predictions.append(_rescaled(guided_pred, noise_pred, piece.whole.guidance_rescale))
        else:
            predictions.append(noise_pred)
    return predictions


def _rescaled(guided_pred: Tensor, noise_pred: Tensor, share: float) -> Tensor:
    """Give a guided prediction, (1, C, h, w), the deviation that the plain one has, so far.

    Lin et al., "Common Diffusion Noise Schedules and Sample Steps are Flawed" (arXiv 2305.08891), equations 14 to 16,
    in the order of diffusers' ``rescale_noise_cfg``.
    """
    if not share:
        return guided_pred
    axes = list(range(1, noise_pred.ndim))
    deviation, guided_deviation = (one.std(dim=axes, keepdim=True) for one in (noise_pred, guided_pred))
    rescaled = guided_pred * (deviation / guided_deviation)
    return share * rescaled + (1 - share) * guided_pred


class _Together(NamedTuple):
    """What the UNet is conditioned on, for all samples of a call."""

    rows: tuple[int, ...]
    """For every row of the call the number of its sample."""
    prompt_embeds: Tensor
    """(rows, 77 × chunks, 2048)"""
    pooled_prompt_embeds: Tensor
    """(rows, 1280)"""
    add_time_ids: Tensor
    """(rows, 6)"""


@lru_cache(maxsize=4)  # the same company meets at every step until somebody joins or leaves
def _together(conditionings: tuple[Conditioning, ...]) -> _Together:
    """Put all negatives first, then all prompts: at batch 1 the order of the stock pipeline."""
    rows = [(number, 0) for number, conditioning in enumerate(conditionings) if conditioning.guided]
    rows += [(number, int(conditioning.guided)) for number, conditioning in enumerate(conditionings)]
    parts = [(conditionings[number], side) for number, side in rows]
    return _Together(
        tuple(number for number, _ in rows),
        torch.stack([part.prompt_embeds[side] for part, side in parts]),
        torch.stack([part.pooled_prompt_embeds[side] for part, side in parts]),
        torch.stack([part.add_time_ids[side] for part, side in parts]),
    )

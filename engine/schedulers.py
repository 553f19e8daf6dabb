"""A sampler's row to a diffusers scheduler, each of which can step without asking the device or feeding it."""

from __future__ import annotations

import copy
import json
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import diffusers
import torch
from diffusers import EulerAncestralDiscreteScheduler, LCMScheduler, TCDScheduler, UniPCMultistepScheduler
from torch import Tensor

from engine.samplers import SAMPLERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from engine.samplers import Sampler


class Stepped(NamedTuple):
    """What a step gives, by diffusers' names."""

    prev_sample: Tensor
    """(1, C, h, w)"""
    pred_original_sample: Tensor
    """The idea of the finished latents, (1, C, h, w)."""


class _EulerStep(NamedTuple):
    """The numbers of one step, tensors without dimensions that multiply a tensor of any device without a copy."""

    sigma: Tensor
    scale: Tensor
    """What the UNet's input is divided by."""
    up: Tensor
    """What the noise is multiplied by."""
    change: Tensor
    """How much sigma changes before the noise is added."""
    skip: Tensor
    """Of v-prediction: what the latents are divided by."""
    out: Tensor
    """Of the same: what the UNet's output is multiplied by."""


class EulerAncestral(EulerAncestralDiscreteScheduler):
    """diffusers' own, to the last bit, except that the noise is handed in instead of made and copied at every step.

    The numbers of all steps are computed together when the steps are set, and not twenty small tensors at each of them.
    """

    def set_timesteps(self, num_inference_steps: int, device: Any = None) -> None:
        super().set_timesteps(num_inference_steps, device)
        sigma, sigma_to = self.sigmas[:-1], self.sigmas[1:]
        up = (sigma_to**2 * (sigma**2 - sigma_to**2) / sigma**2) ** 0.5
        down = (sigma_to**2 - up**2) ** 0.5
        scale, skip = (sigma**2 + 1) ** 0.5, sigma**2 + 1
        columns = (sigma, scale, up, down - sigma, skip, -sigma / scale)
        self._numbers = [_EulerStep(*row) for row in zip(*(column.unbind() for column in columns), strict=True)]

    def scale_model_input(self, sample: Tensor, timestep: Any) -> Tensor:
        if self.step_index is None:
            self._init_step_index(timestep)
        self.is_scale_input_called = True
        return sample / self._numbers[self.step_index].scale  # pyright: ignore[reportArgumentType]  (set just now)

    def step(  # pyright: ignore[reportIncompatibleMethodOverride]  (the noise takes the generator's place)
        self, model_output: Tensor, timestep: Any, sample: Tensor, *, variance_noise: Tensor
    ) -> Stepped:
        """Take one step; `scale_model_input` was called before, and the noise has the model output's dtype."""
        del timestep  # the scheduler counts its own steps
        numbers = self._numbers[self.step_index]
        sample = sample.to(torch.float32)
        if self._predicts_noise:
            predicted = sample - numbers.sigma * model_output
        else:  # v_prediction: c_out and c_skip
            predicted = model_output * numbers.out + (sample / numbers.skip)
        derivative = (sample - predicted) / numbers.sigma
        previous = sample + derivative * numbers.change + variance_noise * numbers.up
        self._step_index = self.step_index + 1
        return Stepped(previous.to(model_output.dtype), predicted)

    @property
    def _predicts_noise(self) -> bool:
        config: Any = self.config
        return config.prediction_type == "epsilon"


class Lcm(LCMScheduler):
    """diffusers' own, to the last bit, except that the noise is handed in, and that it takes any number of steps."""

    def set_timesteps(self, num_inference_steps: int, device: Any = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  (no schedule of one's own)
        """Spread more steps than it was distilled for, which diffusers refuses, over all timesteps of the training."""
        config: Any = self.config
        distilled = config.original_inference_steps
        of = distilled if num_inference_steps <= distilled else config.num_train_timesteps
        super().set_timesteps(num_inference_steps, device, original_inference_steps=of)

    def step(  # pyright: ignore[reportIncompatibleMethodOverride]  (the noise takes the generator's place)
        self, model_output: Tensor, timestep: Any, sample: Tensor, *, variance_noise: Tensor
    ) -> Stepped:
        """Take one step; the noise has the latents' dtype, and that of the last step is not used."""
        following = (self.begin_index or 0 if self.step_index is None else self.step_index) + 1
        steps, self.num_inference_steps = self.num_inference_steps, following
        last = super().step(model_output, timestep, sample, return_dict=False)  # as if it were the last: without noise
        denoised, _ = cast("tuple[Tensor, Tensor]", last)
        self.num_inference_steps = steps
        if following == steps:
            return Stepped(denoised, denoised)
        alpha_prod = self.alphas_cumprod[self.timesteps[following]]
        return Stepped(alpha_prod.sqrt() * denoised + (1 - alpha_prod).sqrt() * variance_noise, denoised)


class Tcd(TCDScheduler):
    """diffusers' own, to the last bit, except that the noise is handed in, and that it takes any number of steps.

    Letters as in Zheng et al., "Trajectory Consistency Distillation" (arXiv 2402.19159), and in diffusers.
    """

    eta = 0.3
    """How much of a step is chance: diffusers' default, and what Hyper-SDXL's card says for few steps."""

    def set_timesteps(self, num_inference_steps: int, device: Any = None) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]  (no schedule of one's own)
        """Spread more steps than it was distilled for, which diffusers refuses, over all timesteps of the training."""
        config: Any = self.config
        too_many = num_inference_steps > config.original_inference_steps
        super().set_timesteps(
            num_inference_steps, device, original_inference_steps=config.num_train_timesteps if too_many else None
        )

    def step(  # pyright: ignore[reportIncompatibleMethodOverride]  (the noise takes the generator's place)
        self, model_output: Tensor, timestep: Any, sample: Tensor, *, variance_noise: Tensor
    ) -> Stepped:
        """Take one step; the noise has the latents' dtype, and that of the last step is not used."""
        following = (self.begin_index or 0 if self.step_index is None else self.step_index) + 1
        steps, self.num_inference_steps = self.num_inference_steps, following
        last = super().step(model_output, timestep, sample, eta=self.eta, return_dict=False)  # as the last: no noise
        _, noised = cast("tuple[Tensor, Tensor]", last)
        self.num_inference_steps = steps
        if following == steps:
            return Stepped(noised, noised)
        previous = self.timesteps[following]
        alpha_prod = self.alphas_cumprod[previous]
        alpha_prod_s = self.alphas_cumprod[torch.floor((1 - self.eta) * previous).to(dtype=torch.long)]
        share = alpha_prod / alpha_prod_s
        return Stepped(share.sqrt() * noised + (1 - share).sqrt() * variance_noise, noised)


class UniPC(UniPCMultistepScheduler):
    """diffusers' own (data prediction, B₂(h)), to the last bit, with its coefficients kept on the host.

    There they are made, as tensors without dimensions, which multiply a tensor of any device without a copy; diffusers
    copies the sigmas to the device at every step and solves for the corrector's weights there, which waits for it.
    Letters as in Zhao et al., "UniPC" (arXiv 2302.04867), and in diffusers.
    """

    def multistep_uni_p_bh_update(self, model_output: Tensor, *, sample: Tensor, order: int) -> Tensor:  # pyright: ignore[reportIncompatibleMethodOverride]  (without the deprecated arguments)
        del model_output  # only the optional solver_p reads it
        base, scale, differences, ratios, targets = self._expand(self.step_index + 1, sample, order)
        if order == 1:
            return base.to(sample.dtype)
        # order 2 has a closed form, which diffusers takes too
        rhos = [torch.tensor(0.5)] if order == 2 else torch.linalg.solve(ratios[:-1, :-1], targets[:-1]).unbind()  # noqa: PLR2004
        return (base - scale * _weighted(rhos, differences)).to(sample.dtype)

    def multistep_uni_c_bh_update(  # pyright: ignore[reportIncompatibleMethodOverride]  (as above)
        self, this_model_output: Tensor, *, last_sample: Tensor, this_sample: Tensor, order: int
    ) -> Tensor:
        base, scale, differences, ratios, targets = self._expand(self.step_index, last_sample, order)
        rhos = [torch.tensor(0.5)] if order == 1 else torch.linalg.solve(ratios, targets).unbind()
        latest = this_model_output - self._latest
        corrected = rhos[-1] * latest if order == 1 else _weighted(rhos[:-1], differences) + rhos[-1] * latest
        return (base - scale * corrected).to(this_sample.dtype)

    @property
    def _latest(self) -> Tensor:
        return self.model_outputs[-1]  # pyright: ignore[reportReturnType]  (None only before the first step)

    def _expand(self, to: int, sample: Tensor, order: int) -> tuple[Tensor, Tensor, list[Tensor], Tensor, Tensor]:
        """Expand the step that ends at the sigma number `to`.

        Returns:
            The first-order term, the factor α_t·B(h), the differences D₁ of model outputs, and the system R, b whose
            solution weighs them.
        """
        alpha, sigma, lambda_ = zip(*(self._point(to - back) for back in range(order + 1)), strict=True)
        h = lambda_[0] - lambda_[1]
        rks = [(lambda_[1 + back] - lambda_[1]) / h for back in range(1, order)]
        differences = [
            (self.model_outputs[-(back + 1)] - self._latest) / rk  # pyright: ignore[reportOperatorIssue, reportOptionalOperand]  (as above)
            for back, rk in enumerate(rks, 1)
        ]
        nodes = torch.stack([*rks, torch.ones(())])
        hh = -h
        h_phi_1 = torch.expm1(hh)
        h_phi_k = h_phi_1 / hh - 1
        factorial, rows, targets = 1, list[Tensor](), list[Tensor]()
        for power in range(order):
            rows.append(torch.pow(nodes, power))
            targets.append(h_phi_k * factorial / h_phi_1)
            factorial *= power + 2
            h_phi_k = h_phi_k / hh - 1 / factorial
        base = sigma[0] / sigma[1] * sample - alpha[0] * h_phi_1 * self._latest
        return base, alpha[0] * h_phi_1, differences, torch.stack(rows), torch.stack(targets)

    def _point(self, number: int) -> tuple[Tensor, Tensor, Tensor]:
        alpha, sigma = self._sigma_to_alpha_sigma_t(self.sigmas[number])
        return alpha, sigma, torch.log(alpha) - torch.log(sigma)


def _weighted(weights: Sequence[Tensor], terms: Sequence[Tensor]) -> Tensor:
    first, *others = (weight * term for weight, term in zip(weights, terms, strict=True))
    for other in others:
        first = first + other
    return first


_OURS: Mapping[str, Any] = {
    "EulerAncestralDiscreteScheduler": EulerAncestral,
    "LCMScheduler": Lcm,
    "TCDScheduler": Tcd,
    "UniPCMultistepScheduler": UniPC,
}
"""What stands in for diffusers' class of that name."""


def build(sampler: Sampler, scheduler_config: Mapping[str, Any], num_inference_steps: int) -> Any:
    """Make a fresh scheduler with its steps set; what all of them can do has no type.

    Every sample has one of its own, because it holds state. What they have in common is made once, for diffusers looks
    at signatures and computes its tables each time, which took a quarter of the worker's own time for a picture.
    """
    first = _made(sampler, json.dumps(dict(scheduler_config), sort_keys=True), num_inference_steps)
    own = copy.copy(first)
    for name, value in vars(first).items():
        if isinstance(value, list):
            setattr(own, name, value.copy())  # what multistep solvers remember is written into lists; nothing else is
    return own


@lru_cache(maxsize=64)
def _made(sampler: Sampler, scheduler_config: str, num_inference_steps: int) -> Any:
    row = SAMPLERS[sampler]
    scheduler: Any = _OURS.get(row.diffusers) or getattr(diffusers, row.diffusers)
    made = scheduler.from_config(json.loads(scheduler_config), **row.arguments)
    made.set_timesteps(num_inference_steps)
    return made


def add_noise(scheduler: Any, latents: Tensor, noise: Tensor, timestep: Tensor) -> Tensor:
    """Put latents, (1, C, h, w), under as much noise as there is at the timestep, (1,), that is going to be the first.

    diffusers would bring its tables to the device, two samplers' for good. Asked on the host, of a one and a zero, it
    says by what either is multiplied: numbers that come with the call.
    """
    one, zero = torch.ones((), dtype=latents.dtype), torch.zeros((), dtype=latents.dtype)
    alpha: Tensor = scheduler.add_noise(one, zero, timestep).squeeze()
    sigma: Tensor = scheduler.add_noise(zero, one, timestep).squeeze()
    return alpha * latents + sigma * noise

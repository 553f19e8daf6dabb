"""Sampler name to a diffusers scheduler: one table."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from diffusers import (
    DDIMScheduler,
    DPMSolverMultistepScheduler,
    EulerAncestralDiscreteScheduler,
    EulerDiscreteScheduler,
    UniPCMultistepScheduler,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from engine.wire import Sampler

SCHEDULERS: Mapping[Sampler, tuple[Any, Mapping[str, Any]]] = {
    "euler_a": (EulerAncestralDiscreteScheduler, {}),
    "euler": (EulerDiscreteScheduler, {}),
    "dpmpp_2m_karras": (DPMSolverMultistepScheduler, {"use_karras_sigmas": True}),
    "dpmpp_2m_sde_karras": (
        DPMSolverMultistepScheduler,
        {"use_karras_sigmas": True, "algorithm_type": "sde-dpmsolver++"},
    ),
    # DDIM's own defaults are those of pixel diffusion: clipping x0 to ±1 ruins latents. These are what SDXL base says,
    # for a checkpoint whose scheduler (Euler) has no such keys.
    "ddim": (DDIMScheduler, {"clip_sample": False, "set_alpha_to_one": False}),
    "unipc": (UniPCMultistepScheduler, {}),
}
"""What differs from the checkpoint's own scheduler configuration; names as in diffusers' table of samplers
(docs/source/en/api/schedulers/overview.md)."""


def build(sampler: Sampler, scheduler_config: Mapping[str, Any]) -> Any:
    """Make a fresh scheduler, one for every sample because it holds state; what all of them can do has no type."""
    scheduler, overrides = SCHEDULERS[sampler]
    return scheduler.from_config(dict(scheduler_config), **overrides)

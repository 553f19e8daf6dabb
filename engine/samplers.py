"""The samplers: one row each, with what every program calls it and how diffusers computes it.

Whatever knows samplers reads this table. It is pure: the bot reads it too.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Sampler: TypeAlias = Literal["euler_a", "euler", "dpmpp_2m_karras", "dpmpp_2m_sde_karras", "ddim", "unipc", "lcm"]

AUTOMATIC = "Automatic"
"""WebUI's word for the schedule that a sampler has by itself (1.9)."""


@dataclass(frozen=True, kw_only=True)
class SamplerRow:
    """One way to take the noise out."""

    webui: str
    """The name in WebUI and Forge, and in the recipes that they and we write."""
    schedule: str = AUTOMATIC
    """WebUI's schedule type, written beside the name."""
    comfyui: tuple[str, str]
    """ComfyUI's ``sampler_name`` and ``scheduler``."""
    novelai: str
    """NovelAI's name; "" where it has none."""
    diffusers: str
    """The scheduler's class (docs/source/en/api/schedulers/overview.md)."""
    arguments: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    """What differs from the checkpoint's own scheduler configuration."""
    noise: Literal["none", "latents", "float32"] = "none"
    """Whether it adds noise at every step, and of which dtype: that of the latents, or float32, as diffusers does."""
    offered: bool = True
    """Whether an operator can offer it to members; else it is there for ``python -m engine draw`` alone."""


SAMPLERS: Mapping[Sampler, SamplerRow] = {
    "euler_a": SamplerRow(
        webui="Euler a",
        comfyui=("euler_ancestral", "normal"),
        novelai="k_euler_ancestral",
        diffusers="EulerAncestralDiscreteScheduler",
        noise="latents",
    ),
    "euler": SamplerRow(
        webui="Euler", comfyui=("euler", "normal"), novelai="k_euler", diffusers="EulerDiscreteScheduler"
    ),
    "dpmpp_2m_karras": SamplerRow(
        webui="DPM++ 2M",
        schedule="Karras",
        comfyui=("dpmpp_2m", "karras"),
        novelai="k_dpmpp_2m",
        diffusers="DPMSolverMultistepScheduler",
        arguments={"use_karras_sigmas": True},
    ),
    "dpmpp_2m_sde_karras": SamplerRow(
        webui="DPM++ 2M SDE",
        schedule="Karras",
        comfyui=("dpmpp_2m_sde", "karras"),
        novelai="k_dpmpp_2m_sde",
        diffusers="DPMSolverMultistepScheduler",
        arguments={"use_karras_sigmas": True, "algorithm_type": "sde-dpmsolver++"},
        noise="float32",
    ),
    # DDIM's own defaults are those of pixel diffusion: clipping x0 to ±1 ruins latents. These are what SDXL base says,
    # for a checkpoint whose scheduler (Euler) has no such keys.
    "ddim": SamplerRow(
        webui="DDIM",
        comfyui=("ddim", "ddim_uniform"),
        novelai="ddim",
        diffusers="DDIMScheduler",
        arguments={"clip_sample": False, "set_alpha_to_one": False},
    ),
    "unipc": SamplerRow(
        webui="UniPC",
        comfyui=("uni_pc", "normal"),
        novelai="",
        diffusers="UniPCMultistepScheduler",
        arguments={"predict_x0": True, "solver_type": "bh2"},
    ),
    # For checkpoints and LoRAs that were distilled to four or eight steps; with any other it draws mush.
    "lcm": SamplerRow(
        webui="LCM",
        comfyui=("lcm", "sgm_uniform"),
        novelai="",
        diffusers="LCMScheduler",
        noise="latents",
        offered=False,
    ),
}

OFFERED: tuple[Sampler, ...] = tuple(sampler for sampler, row in SAMPLERS.items() if row.offered)
"""Those that an operator can offer to members."""

_PLAIN = frozenset({"", AUTOMATIC.casefold(), "normal", "uniform"})
"""Schedule types that say nothing beside the sampler's name."""


def named(name: str, schedule: str = "") -> Sampler | None:
    """Find a sampler by its name in any program, with the schedule apart or at the end of the name.

    "Automatic" is Karras for the two of DPM++ 2M and the plain schedule for the others (WebUI 1.9).

    Returns:
        Our name; None where we have no such sampler.
    """
    name, schedule = _spelled(name), schedule.casefold()
    if schedule == AUTOMATIC.casefold() and name == "dpm++ 2m":
        schedule = "karras"
    return _BY_NAME.get(name if schedule in _PLAIN else f"{name} {schedule}")


def _spelled(name: str) -> str:
    return name.replace("_", " ").casefold()


def _names(row: SamplerRow) -> list[str]:
    suffix = "" if row.schedule == AUTOMATIC else f" {row.schedule}"
    return [f"{row.webui}{suffix}", f"{row.comfyui[0]}{suffix}"]


_BY_NAME: Mapping[str, Sampler] = {
    _spelled(name): sampler for sampler, row in SAMPLERS.items() for name in (*_names(row), sampler)
}

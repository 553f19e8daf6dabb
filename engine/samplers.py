"""The samplers: one row each, with what every program calls it and how diffusers computes it.

Whatever knows samplers reads this table. It is pure: the bot reads it too.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Mapping

Sampler: TypeAlias = Literal[
    "euler_a", "euler", "dpmpp_2m_karras", "dpmpp_2m_sde_karras", "ddim", "unipc", "lcm", "tcd", "euler_trailing"
]

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
    others: tuple[str, ...] = ()
    """What else it is called: in InvokeAI, Draw Things, AI Horde, diffusers, and by people."""
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
        others=("Euler Ancestral", "Euler ancestral a"),
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
        others=("DPM++ 2M", "DPM-Solver++ 2M", "DPMSolver++ 2M", "multistep_dpm_solver", "DPM multi", "dpm_multi"),
        diffusers="DPMSolverMultistepScheduler",
        arguments={"use_karras_sigmas": True},
    ),
    "dpmpp_2m_sde_karras": SamplerRow(
        webui="DPM++ 2M SDE",
        schedule="Karras",
        comfyui=("dpmpp_2m_sde", "karras"),
        novelai="k_dpmpp_2m_sde",
        others=("dpmpp_2m_sde_gpu", "DPM-Solver++ 2M SDE", "DPM++ SDE 2M"),
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
        others=("ddim_v3",),
        diffusers="DDIMScheduler",
        arguments={"clip_sample": False, "set_alpha_to_one": False},
    ),
    "unipc": SamplerRow(
        webui="UniPC",
        comfyui=("uni_pc", "normal"),
        novelai="",
        others=("uni_pc_bh2", "UniPC bh2", "unipc_multistep"),
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
    # Hyper-SDXL names it, with an eta of 0.3, which is diffusers' own.
    "tcd": SamplerRow(
        webui="TCD",
        comfyui=("tcd", "sgm_uniform"),
        novelai="",
        diffusers="TCDScheduler",
        noise="latents",
        offered=False,
    ),
    # SDXL-Lightning was distilled at these timesteps; in few steps the usual spacing never sees where the noise ends.
    "euler_trailing": SamplerRow(
        webui="Euler",
        schedule="SGM Uniform",
        comfyui=("euler", "sgm_uniform"),
        novelai="",
        diffusers="EulerDiscreteScheduler",
        arguments={"timestep_spacing": "trailing"},
        offered=False,
    ),
}

OFFERED: tuple[Sampler, ...] = tuple(sampler for sampler, row in SAMPLERS.items() if row.offered)
"""Those that an operator can offer to members."""

_SCHEDULES: Mapping[str, tuple[str, ...]] = {
    "": ("", "automatic", "normal", "uniform", "default", "native", "discrete", "none", "euler"),
    "Karras": ("karras", "k"),
    "Exponential": ("exponential", "exp"),
    "Polyexponential": ("polyexponential",),
    "SGM Uniform": ("sgm uniform", "sgm", "trailing"),
    "DDIM Uniform": ("ddim uniform", "ddim"),
    "Simple": ("simple",),
    "Beta": ("beta", "beta57"),
    "KL Optimal": ("kl optimal",),
    "Align Your Steps": ("align your steps", "ays", "ays sd15", "ays sdxl"),
    "Turbo": ("turbo",),
    "Linear Quadratic": ("linear quadratic",),
}
"""Schedules by WebUI's name: what they are called anywhere. The first is that which a sampler has by itself."""

_SCHEDULE_OF = {called: schedule for schedule, names in _SCHEDULES.items() for called in names}
_AT_THE_END = tuple(
    sorted((called for called in _SCHEDULE_OF if called not in {"", "ddim", "euler"}), key=len, reverse=True)
)
"""What may end a sampler's name, the longest first; InvokeAI ends it with a k for Karras."""


_AUTOMATICALLY: Mapping[Sampler, str] = {"dpmpp_2m_karras": "Karras", "dpmpp_2m_sde_karras": "Exponential"}
"""What WebUI's "Automatic" is where it is not the plain schedule (``sd_samplers_kdiffusion.py``, 1.9)."""


class FoundSampler(NamedTuple):
    """What somebody's sampler is here."""

    sampler: Sampler
    lost: str
    """The schedule that was said and is not to be had with it, as WebUI calls it; "": it is as it was."""


def find(name: str, schedule: str = "") -> FoundSampler | None:
    """Find a sampler by its name in any program, with the schedule apart or at the end of the name.

    Returns:
        Ours, and what of its schedule we have not; None where we have no such sampler.
    """
    plain, at_the_end = _apart(_spelled(name))
    if (sampler := _BY_NAME.get(plain)) is None:
        return None
    row, beside = SAMPLERS[sampler], _plain_schedule(schedule)
    wanted = _SCHEDULE_OF.get(beside, schedule.strip()[:40]) or at_the_end
    if row.schedule == AUTOMATIC:
        own = {"", _SCHEDULE_OF.get(_plain_schedule(row.comfyui[1]))}
    else:
        own = {row.schedule}
        if beside == AUTOMATIC.casefold() and not wanted:
            wanted = _AUTOMATICALLY.get(sampler, "")
    if wanted not in own and (other := _OF_SCHEDULE.get((row.webui, wanted))) is not None:
        return FoundSampler(other, "")
    return FoundSampler(sampler, "" if wanted in own else wanted or "Uniform")


def named(name: str, schedule: str = "") -> Sampler | None:
    """Find a sampler as `find` does, where it is to be had with that schedule.

    Returns:
        Our name; None where we have no such sampler.
    """
    found = find(name, schedule)
    return found.sampler if found is not None and not found.lost else None


def title(sampler: Sampler) -> str:
    """Give the name that people know, schedule and all."""
    row = SAMPLERS[sampler]
    return row.webui if row.schedule == AUTOMATIC else f"{row.webui} {row.schedule}"


def _plain_schedule(text: str) -> str:
    return " ".join(re.sub(r"[_-]+", " ", text.casefold()).split())


def _spelled(name: str) -> str:
    """Write a name alike in all programs: ``k_dpmpp_2m``, ``DPM++ 2M`` and ``DPMPP-2M`` are ``dpmpp 2m``."""
    words = re.sub(r"dpm\s?\+\+|dpm-?solver\+\+", "dpmpp", name[:100].casefold())
    words = re.sub(r"[_\s-]+", " ", words).strip()
    words = re.sub(r"^(?:sample )?(?:k )?(?=\w)", "", words)
    return re.sub(r" (?:gpu|v2)$", "", words).replace("ancestral", "a")


def _apart(name: str) -> tuple[str, str]:
    """Take a schedule off the end of a name."""
    for ending in _AT_THE_END:
        if name.endswith(f" {ending}") and (start := name.removesuffix(f" {ending}")) in _BY_NAME:
            return start, _SCHEDULE_OF[ending]
    return name, ""


def _names(sampler: Sampler, row: SamplerRow) -> list[str]:
    return [
        row.webui,
        row.comfyui[0],
        row.novelai,
        row.diffusers,
        row.diffusers.removesuffix("Scheduler"),
        *row.others,
        sampler,
    ]


_OF_SCHEDULE: dict[tuple[str, str], Sampler] = {(row.webui, row.schedule): name for name, row in SAMPLERS.items()}
_BY_NAME: dict[str, Sampler] = {}
for _sampler, _row in SAMPLERS.items():
    for _name in _names(_sampler, _row):
        _BY_NAME.setdefault(_spelled(_name), _sampler)
_BY_NAME.pop("", None)

"""The table of samplers: a new row is held by every one of these as it stands."""

from typing import get_args

import diffusers
import pytest

from engine.samplers import AUTOMATIC, OFFERED, SAMPLERS, Sampler, find, named, title


def test_every_sampler_that_the_wire_takes_has_its_row():
    """And no row is one that nobody can ask for."""
    assert tuple(SAMPLERS) == get_args(Sampler)


def test_members_are_offered_what_its_row_offers():
    assert [sampler for sampler, row in SAMPLERS.items() if row.offered] == [*OFFERED]


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_sampler_is_found_by_every_name_that_its_row_has(sampler):
    """Ours, WebUI's with its schedule beside it or at its end, and ComfyUI's."""
    row = SAMPLERS[sampler]
    schedule = "" if row.schedule == AUTOMATIC else row.schedule
    for name in (sampler, f"{row.webui} {schedule}".strip(), f"{row.comfyui[0]} {schedule}".strip()):
        assert named(name) == sampler
    assert named(row.webui, row.schedule) == sampler
    assert named(row.comfyui[0], row.comfyui[1]) == sampler or row.comfyui[1] not in {"normal", "karras"}


@pytest.mark.parametrize("sampler", SAMPLERS)
def test_a_sampler_is_one_of_diffusers_with_arguments_that_it_takes(sampler):
    """A key that the class does not know would only be logged."""
    row = SAMPLERS[sampler]
    taken = getattr(diffusers, row.diffusers)._get_init_keys(getattr(diffusers, row.diffusers))
    assert set(row.arguments) - taken == set()


@pytest.mark.parametrize(
    ("name", "schedule", "sampler", "lost"),
    [
        ("Euler a", "Karras", "euler_a", "Karras"),
        ("UniPC", "SGM Uniform", "unipc", "SGM Uniform"),
        ("k_euler_a", "", "euler_a", ""),
        ("k_euler_ancestral", "karras", "euler_a", "Karras"),
        ("Euler Ancestral", "native", "euler_a", ""),
        ("EulerAncestralDiscreteScheduler", "", "euler_a", ""),
        ("Euler A Trailing", "", "euler_a", "SGM Uniform"),
        ("euler_k", "", "euler", "Karras"),
        ("euler_ancestral", "beta57", "euler_a", "Beta"),
        ("DPM++ 2M Karras v2", "", "dpmpp_2m_karras", ""),
        ("dpmpp_2m", "normal", "dpmpp_2m_karras", "Uniform"),
        ("dpmpp_2m_k", "", "dpmpp_2m_karras", ""),
        ("sample_euler_ancestral", "normal", "euler_a", ""),
        ("dpmpp_2m_sde_gpu", "karras", "dpmpp_2m_sde_karras", ""),
        ("DPM++ 2M SDE", "Automatic", "dpmpp_2m_sde_karras", "Exponential"),
        ("uni_pc_bh2", "simple", "unipc", "Simple"),
        ("ddim", "ddim_uniform", "ddim", ""),
    ],
)
def test_a_sampler_is_known_by_what_others_call_it_and_its_schedule_is_told_apart(name, schedule, sampler, lost):
    """WebUI, ComfyUI, NovelAI, InvokeAI, Draw Things, AI Horde and diffusers; what is not to be had is named."""
    assert find(name, schedule) == (sampler, lost)


@pytest.mark.parametrize("name", ["", "LMS", "DPM++ SDE", "Heun", "DPM++ 2M SDE Heun", "karras"])
def test_what_is_no_sampler_of_ours_is_none(name):
    assert find(name) is None


def test_a_sampler_has_the_name_that_people_know():
    assert (title("euler_a"), title("dpmpp_2m_karras")) == ("Euler a", "DPM++ 2M Karras")

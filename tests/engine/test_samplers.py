"""The table of samplers: a new row is held by every one of these as it stands."""

from typing import get_args

import diffusers
import pytest

from engine.samplers import AUTOMATIC, OFFERED, SAMPLERS, Sampler, named


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

"""The short form of what `make fuzz` sends to the engine."""

from itertools import islice
from random import Random

import pytest

from tests.fuzz import frames
from tests.fuzz._bad_frames import bad_frames
from tests.fuzz._bad_requests import bad_requests
from tests.fuzz._report import Report

SEED = 20261


@pytest.mark.parametrize("make", [bad_frames, lambda chance: bad_requests(chance, "secret")])
def test_a_seed_makes_the_same_again(make):
    """And another one others."""
    first, again, other = (list(islice(make(Random(seed)), 100)) for seed in (1, 1, 2))
    assert first == again != other


async def test_hostile_frames_and_requests_hurt_nobody(tmp_path, tiny_checkpoint):
    """The jobs of an honest client are drawn meanwhile, and the engine ends as it should, without a traceback."""
    report = await frames.send_all(
        tmp_path, tiny_checkpoint, seed=SEED, seconds=20.0, number=1000, largest={"count": 4}
    )
    assert report.wrong == []
    assert report.number > 100
    assert report.measured["jobs of the honest client, drawn"] > frames.JOBS
    assert report.came["all frames"]["Rejected"] > 0


class Broken:
    """An honest client whose engine does not draw."""

    asked = drawn = 0

    async def draw(self):
        self.asked += 1
        raise RuntimeError("honest-1: it was not drawn")


async def test_a_job_that_is_not_drawn_is_told():
    """And nothing more is asked for."""
    report, honest = Report("frames", SEED), Broken()
    await frames._honestly(honest, report, 5)
    assert honest.asked == 1
    assert report.wrong == ["the honest client: honest-1: it was not drawn"]

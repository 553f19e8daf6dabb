"""How the UNet's training is laid out."""

import pytest

from engine.demo.caption import WHOLE, Layout
from engine.demo.networks import LOW
from engine.demo.plan import UNetPhase, UNetPlan, UNetStage
from engine.demo.samples import SHAPES, Mix

SMALL, LARGE, LAST = UNetStage(300, 8, 2, 2), UNetStage(100, 8, 1, 1), UNetStage(1000, 8, 1, 1)
FIRST = UNetPhase(blocks=LOW, stages=(SMALL, LARGE), mix=Mix((WHOLE,), emphasised=0.1), rate=1e-3, cool_down=0.25)
SECOND = UNetPhase(blocks=LOW, stages=(LAST,), mix=Mix((Layout(breaks=1),), emphasised=0.3), rate=5e-4, cool_down=0.5)
PLAN = UNetPlan(phases=(FIRST, SECOND), seed=1, device="cpu", save_every_s=1)


@pytest.mark.parametrize(
    ("step", "phase", "stage"),
    [(0, FIRST, SMALL), (299, FIRST, SMALL), (300, FIRST, LARGE), (399, FIRST, LARGE), (400, SECOND, LAST)],
)
def test_every_step_belongs_to_a_stage_and_a_mix(step, phase, stage):
    """Stages follow each other within a phase, and phases follow each other."""
    assert PLAN.stage(step) is stage
    assert PLAN.mix(step) is phase.mix


def test_there_is_nothing_beyond_the_last_step():
    """A plan has as many steps as its phases together."""
    assert PLAN.steps == 1400
    with pytest.raises(IndexError):
        PLAN.stage(1400)


def test_each_phase_warms_up_holds_and_cools_down():
    """The learning rate rises over 200 steps, stays, and falls to nothing at the end of its phase, then anew."""
    rates = [PLAN.rate(step) for step in range(PLAN.steps)]
    assert rates[0] == pytest.approx(1e-3 / 200)
    assert rates[199] == rates[299] == 1e-3
    assert rates[399] == pytest.approx(1e-3 / 100)
    assert rates[400] == pytest.approx(5e-4 / 200)
    assert rates[600] == rates[899] == 5e-4
    assert rates[-1] == pytest.approx(5e-4 / 500)


def test_every_layout_meets_every_shape():
    """Layouts and shapes take turns at different paces, so that long captions are learned at every shape."""
    for phase in UNetPlan(seed=1, device="cpu", save_every_s=1).phases:
        layouts = len(phase.mix.layouts)
        assert len({(step % layouts, step % len(SHAPES)) for step in range(100)}) == layouts * len(SHAPES)

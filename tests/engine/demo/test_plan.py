"""How the UNet's training is laid out."""

import pytest

from engine.demo.caption import WHOLE, Layout
from engine.demo.networks import LOW
from engine.demo.plan import UNetPhase, UNetPlan, UNetStage
from engine.demo.samples import SHAPES, Mix

SMALL, LARGE, LAST = UNetStage(300, 8, 2, 2), UNetStage(100, 8, 1, 1), UNetStage(1000, 8, 1, 1)
FIRST = UNetPhase(
    blocks=LOW,
    stages=(SMALL, LARGE),
    mix=Mix((WHOLE,), emphasised=0.1),
    rates=((0, 0.0), (200, 1e-3), (300, 1e-3), (400, 0.0)),
)
SECOND = UNetPhase(
    blocks=LOW,
    stages=(LAST,),
    mix=Mix((Layout(breaks=1),), emphasised=0.3),
    rates=((0, 1e-4), (500, 5e-4), (1000, 0.0)),
)
PLAN = UNetPlan(phases=(FIRST, SECOND), seed=1, device="cpu", save_every_s=1)


@pytest.mark.parametrize(
    ("step", "phase", "stage"),
    [(0, FIRST, SMALL), (299, FIRST, SMALL), (300, FIRST, LARGE), (399, FIRST, LARGE), (400, SECOND, LAST)],
)
def test_every_step_belongs_to_a_stage_and_a_mix(step, phase, stage):
    """Stages follow each other within a phase, and phases follow each other."""
    assert PLAN.stage(step) is stage
    assert PLAN.mix(step) is phase.mix


def test_steps_are_counted_within_their_stage():
    """Averages start anew with every stage."""
    assert [PLAN.in_stage(step) for step in (0, 299, 300, 399, 400, 1399)] == [0, 299, 0, 99, 0, 999]


def test_there_is_nothing_beyond_the_last_step():
    """A plan has as many steps as its phases together."""
    assert PLAN.steps == 1400
    with pytest.raises(IndexError):
        PLAN.stage(1400)


def test_the_learning_rate_changes_evenly_from_point_to_point():
    """Each phase has points of its own, counted from its first step."""
    rates = [PLAN.rate(step) for step in range(PLAN.steps)]
    assert rates[0] == 0
    assert rates[50] == pytest.approx(2.5e-4)
    assert rates[200] == rates[300] == 1e-3
    assert rates[399] == pytest.approx(1e-5)
    assert rates[400] == 1e-4
    assert rates[900] == 5e-4
    assert rates[1150] == pytest.approx(2.5e-4)


def test_every_training_ends_with_rest():
    """In the plan that is used, each phase's last step is next to nothing."""
    for phase in UNetPlan(seed=1, device="cpu", save_every_s=1).phases:
        assert phase.rates[-1] == (phase.steps, 0.0)


def test_every_layout_meets_every_shape():
    """Layouts and shapes take turns at different paces, so that long captions are learned at every shape."""
    for phase in UNetPlan(seed=1, device="cpu", save_every_s=1).phases:
        layouts = len(phase.mix.layouts)
        assert len({(step % layouts, step % len(SHAPES)) for step in range(100)}) == layouts * len(SHAPES)

"""A seam is measured where there is one."""

import numpy as np
import pytest

from engine.demo.seams import GOAL, UNEDITED, Measured, Seam, gradients, lines

SIDE = 256


def half():
    """The right half is new."""
    mask = np.zeros((SIDE, SIDE), np.uint8)
    mask[:, SIDE // 2 :] = 255
    return mask


def picture(step=0):
    """A slope from left to right, and noise; what is new is lighter by a step."""
    slope = np.linspace(40, 168, SIDE)[None, :, None] + np.random.default_rng(0).normal(0, 3, (SIDE, SIDE, 3))
    return np.clip(slope + step * (half() > 0)[..., None], 0, 255).astype(np.uint8)


@pytest.mark.parametrize("reach", [1, 8])
def test_where_nothing_was_joined_there_is_no_seam(reach):
    """Across the edge pixels differ as they do inside."""
    across, inside = gradients(picture(), half(), reach)
    assert across / inside == pytest.approx(1, abs=0.25)


@pytest.mark.parametrize("reach", [1, 8])
def test_a_step_of_ten_levels_is_a_seam(reach):
    across, inside = gradients(picture(10), half(), reach)
    assert across / inside > 1.5


def test_what_is_over_its_goal_is_said():
    """Of all pictures together."""
    seam = Seam([3.0, 1.0], [2.0, 1.0])
    assert seam.ratio == pytest.approx(4 / 3)
    [line, *drifts] = lines(Measured({("a part", 1): seam}, {False: [2.0, 0.0], True: [0.0]}))
    assert f"1.33 × the inside  goal {GOAL:g}  NO" in line
    assert drifts == [
        "5 times through the VAE without keep_brightness: +1.0 levels",
        "5 times through the VAE with keep_brightness: +0.0 levels",
    ]


def test_of_what_nobody_edited_nothing_is_asked():
    """It says how much of the figure is the drawing's own."""
    [line, *_] = lines(Measured({(UNEDITED, 1): Seam([5.0], [4.0])}, {False: [0.0], True: [0.0]}))
    assert line == "seam of the same edges, unedited, 1 px apart: 1.25 × the inside"

"""The face detector that is built in, on drawings of which it is known where their faces are."""

from dataclasses import replace
from random import Random

import numpy as np
import pytest
from safetensors.numpy import load_file

from engine import faces
from engine.config import Faces
from engine.demo.illustrator.faces import MEAN_FACES, mean_faces
from engine.demo.illustrator.illustrate import illustrate
from engine.demo.illustrator.scene import Scene, choose_person

find = faces.load(Faces(), lambda _stage: None)


def people(number, *, seed):
    chance = Random(f"faces {seed}")
    return tuple(replace(choose_person(chance), held="", hat="") for _ in range(number))


def shared(box, face):
    """How much a box and a face's own square share of what both cover."""
    left, top, right, bottom = box.left, box.top, box.left + box.width, box.top + box.height
    x, y, unit = *face.middle, face.unit
    wide = min(right, x + unit) - max(left, x - unit)
    high = min(bottom, y + 1.1 * unit) - max(top, y - 1.1 * unit)
    both = max(0.0, wide) * max(0.0, high)
    return both / (box.width * box.height + 4.4 * unit**2 - both)


@pytest.mark.parametrize("number", [1, 2])
def test_faces_that_were_drawn_are_found(number):
    """Each of them, where it is, and nothing else; one in twelve may be missed."""
    found = 0
    for seed in range(6):
        drawn = illustrate(Scene(people=people(number, seed=seed), backdrop="blue"), (416, 608))
        boxes = find(np.asarray(drawn.image))
        assert len(boxes) <= number
        found += sum(any(shared(box, face) > 0.5 for box in boxes) for face in drawn.faces)
    assert found >= 6 * number - 1


def test_where_nobody_is_drawn_no_face_is_found():
    """Neither in scenery nor in noise."""
    scenery = illustrate(Scene(people=(), place="mountain"), (416, 608)).image
    noise = np.random.default_rng(0).integers(0, 256, (304, 208, 3), dtype=np.uint8)
    assert find(np.asarray(scenery)) == find(noise) == ()


def test_what_is_compared_with_is_what_is_drawn():
    """A drawing that changes has its mean faces drawn anew (`python -m engine.demo.illustrator.faces`)."""
    assert load_file(MEAN_FACES)["faces"] == pytest.approx(mean_faces(), abs=1e-3)

"""Words for parts of a picture."""

import numpy as np
import pytest

from engine.marking import AREAS, marked, usual_face
from engine.wire import Box


def mask(area, width=200, height=300, faces=()):
    return np.frombuffer(marked(area, width, height, faces), np.uint8).reshape(height, width)


@pytest.mark.parametrize("area", AREAS)
@pytest.mark.parametrize("size", [(832, 1216), (1024, 1024), (1536, 640)])
def test_every_word_marks_something_and_keeps_something(area, size):
    """In every shape of picture."""
    shown = mask(area, *size)
    assert 0.01 < (shown == 255).mean() < 0.9
    assert (shown == 0).mean() > 0.05


def test_sides_are_halves_with_soft_edges():
    """So that what is new does not end in a line."""
    row = mask("left")[150].astype(int)
    assert (row[50], row[150]) == (255, 0)
    assert len(set(row[90:110])) > 5


def test_what_belongs_to_a_person_is_around_the_face():
    """Hair is not the face, clothes are below, and the background is none of them."""
    face = Box(left=20, top=60, width=60, height=60)
    parts = {area: mask(area, faces=(face,)) for area in ("face", "hair", "clothes", "background")}
    assert parts["face"][90, 50] == 255
    assert parts["hair"][90, 50] == 0
    assert parts["hair"][40, 50] == 255
    assert parts["clothes"][250, 50] == 255
    assert parts["background"][20, 180] == 255
    assert parts["background"][90, 50] == parts["background"][250, 50] == 0


def test_where_nothing_looks_for_faces_the_usual_one_counts():
    """In the middle, and within the picture."""
    for width, height in ((832, 1216), (1024, 1024), (1536, 640)):
        face = usual_face(width, height)
        assert abs(face.left + face.width / 2 - width / 2) <= 1
        assert face.top + face.height <= height * 0.75

"""What a picture shows, for whoever asks: rating, tags and faces, without drawing anything."""

import numpy as np
import pytest

from engine import faces, tagger
from engine.config import Faces, PictureRating
from engine.describing import Describer
from engine.errors import ModelLoadError, RatingFailed
from engine.rating import Rated
from engine.regions import worth_it
from engine.wire import Box, Describe, Described, Failed, Pixels, Tag
from tests.engine.batches import Inline
from tests.engine.raters import make_tagger

NAMES = ("general", "sensitive", "questionable", "explicit", "1girl", "child", "hat", "red_hair")


def question(colour=(255, 0, 0), *, width=96, height=64):
    values = np.full((height, width, 3), colour, np.uint8)
    return Describe(question_id="q", image=Pixels(width=width, height=height, values=values.tobytes()))


def asked(describer, command):
    said = []
    describer.describe(command, said.append)
    (answer,) = said
    return answer


def test_it_says_rating_tags_and_faces(tmp_path):
    """The surest tag first; those below what is sure are left out, and ratings are none."""
    always = {"general": 0.9, "1girl": 0.6, "red_hair": 0.8, "hat": 0.3}
    folder = make_tagger(tmp_path / "tagger", names=NAMES, always=always)
    rate = tagger.load(PictureRating(by="wd", folder=str(folder)))
    box = Box(left=1, top=2, width=3, height=4)
    answer = asked(Describer(Inline(), rate=rate, find_faces=lambda _: (box,)), question())
    assert (answer.rating, answer.withheld, answer.faces) == ("safe", False, (box,))
    assert [(tag.name, tag.kind) for tag in answer.tags] == [("red_hair", "general"), ("1girl", "general")]


def test_what_nobody_may_see_is_said():
    """As for a picture that was drawn."""
    rated = Rated("explicit", minor_like=True, evidence="")
    assert asked(Describer(Inline(), rate=lambda _: rated, find_faces=None), question()).withheld


def test_without_raters_and_detectors_it_says_that_nothing_looks():
    """None is not the same as none found."""
    assert asked(Describer(Inline(), rate=None, find_faces=None), question()) == Described(question_id="q")


def test_a_look_that_fails_is_an_answer():
    """And nothing of the picture is said."""

    def rate(_pixels):
        raise RatingFailed("no numbers")

    answer = asked(Describer(Inline(), rate=rate, find_faces=None), question())
    assert answer == Failed(job_id="q", code="rating_failed", detail="RatingFailed: no numbers")


def make_detector(path, boxes, *, side=64, turned=False):
    """A network that finds the same boxes everywhere: middle, width, height and one score each, in its square."""
    from onnx import TensorProto, helper, numpy_helper, save

    rows = np.array(boxes, np.float32)
    table = (rows if turned else rows.T)[None]
    graph = helper.make_graph(
        [
            helper.make_node("ReduceMean", ["pixels"], ["mean"], axes=[1, 2, 3], keepdims=0),
            helper.make_node("Mul", ["mean", "zero"], ["nothing"]),
            helper.make_node("Add", ["table", "nothing"], ["found"]),
        ],
        "detector",
        [helper.make_tensor_value_info("pixels", TensorProto.FLOAT, [1, 3, side, side])],
        [helper.make_tensor_value_info("found", TensorProto.FLOAT, list(table.shape))],
        [numpy_helper.from_array(table, "table"), numpy_helper.from_array(np.zeros(1, np.float32), "zero")],
    )
    save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8), path)
    return Faces(by="onnx", path=str(path))


@pytest.mark.parametrize("turned", [False, True])
def test_a_detector_s_boxes_are_in_the_picture_s_pixels(tmp_path, turned):
    """The largest first; of two that are one face the surer, of the unsure none, and nothing outside of the picture."""
    some = [(32, 16, 16, 16, 0.9), (33, 16, 16, 16, 0.8), (56, 40, 32, 32, 0.5), (10, 10, 8, 8, 0.1)]
    find = faces.load(
        make_detector(tmp_path / "faces.onnx", some + [(0, 0, 0, 0, 0)] * 4, turned=turned), lambda _: None
    )
    found = find(np.zeros((64, 128, 3), np.uint8))  # twice as wide as the square
    assert found == (Box(left=48, top=16, width=32, height=32), Box(left=80, top=48, width=48, height=16))


def test_faces_that_are_large_enough_stay_as_they_are():
    """A third of the picture, and no more than are drawn at once."""
    boxes = [Box(left=0, top=0, width=90, height=90), *(Box(left=0, top=0, width=20, height=20) for _ in range(9))]
    assert worth_it(boxes, 100, 100) == tuple(boxes[1:9])


def test_a_detector_that_cannot_be_read_is_one_line(tmp_path):
    """It names the path."""
    path = tmp_path / "no.onnx"
    path.write_bytes(b"nothing")
    for settings in (Faces(by="onnx", path=str(path)), Faces(by="detection", path=str(tmp_path))):
        with pytest.raises(ModelLoadError, match=str(tmp_path)):
            faces.load(settings, lambda _: None)
    assert faces.load(Faces(by="none"), lambda _: None) is None


def test_a_tag_is_what_the_wire_carries():
    """Its share is one."""
    assert Tag(name="smile", kind="general", share=0.5).kind == "general"

"""The tagger: what is written down is the network that was trained, and the engine reads it like any WD tagger."""

import csv

import numpy as np
import torch

from engine import tagger as engine_tagger
from engine.config import PictureRating
from engine.demo.illustrator.illustrate import illustrate
from engine.demo.illustrator.scene import Scene
from engine.demo.learning.state import TrainingState
from engine.demo.learning.tagger import SIDE, TaggerPlan, _seen, lesson, names, train_tagger, write_tagger


def test_it_is_what_was_trained_and_the_engine_loads_it(tmp_path):
    """Scores are the network's to a thousandth, and the four ratings come out of the engine."""
    import onnxruntime

    tagger = train_tagger(TaggerPlan(steps=2, batch=2), TrainingState(tmp_path, "tagger"), seed=3, device="cpu")
    write_tagger(tagger, tmp_path)
    pictures, _ = lesson(4, 0, 1)
    session = onnxruntime.InferenceSession(str(tmp_path / "model.onnx"))
    (scores,) = session.run(None, {"input": pictures.permute(0, 2, 3, 1).numpy()})
    with torch.no_grad():
        assert np.abs(scores - torch.sigmoid(tagger(pictures)).numpy()).max() < 1e-3
    rated = engine_tagger.load(PictureRating(by="wd", folder=str(tmp_path)))(np.zeros((300, 200, 3), np.uint8))
    assert "safe" in rated.evidence
    with (tmp_path / "selected_tags.csv").open(encoding="utf-8", newline="") as file:
        assert [row["name"].replace("_", " ") for row in csv.DictReader(file)] == names()


def test_lessons_are_seen_as_the_engine_shows_them():
    """The same white square, the same size, blue first."""
    image = illustrate(Scene(backdrop="red"), (104, 152)).image
    shown = engine_tagger.prepare(np.asarray(image), SIDE)[0]
    assert np.abs(_seen(image).permute(1, 2, 0).numpy() - shown).max() < 1


def test_a_lesson_says_what_is_drawn():
    """Everything is general, or sensitive where there is a sword, nothing is a child, and hair or scenery is named."""
    _, wanted = lesson(11, 0, 22)
    numbers = {name: number for number, name in enumerate(names())}
    armed = wanted[:, numbers["sword"]]
    assert 0 < armed.sum() < 10
    assert torch.equal(wanted[:, numbers["sensitive"]], armed)
    assert torch.equal(wanted[:, numbers["general"]], 1 - armed)
    assert not wanted[:, [numbers[name] for name in ("questionable", "explicit")]].any()
    assert not wanted[:, numbers["child"]].any()
    assert (wanted.sum(1) > 3).all()


def test_training_goes_on_where_it_stopped(tmp_path):
    """Two steps and two more are four."""
    whole = train_tagger(TaggerPlan(steps=4, batch=2), TrainingState(tmp_path / "a", "tagger"), seed=3, device="cpu")
    state = TrainingState(tmp_path / "b", "tagger")
    train_tagger(TaggerPlan(steps=4, batch=2), state, seed=3, device="cpu")
    again = train_tagger(TaggerPlan(steps=4, batch=2), state, seed=3, device="cpu")
    for first, second in zip(whole.state_dict().values(), again.state_dict().values(), strict=True):
        assert torch.equal(first, second)

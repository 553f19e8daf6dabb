"""The WD v3 tagger, as files made on the spot."""

import csv

import numpy as np
import pytest

from engine import processors, tagger
from engine.config import PictureRating
from engine.errors import ModelLoadError, RatingFailed
from tests.engine.raters import NAMES, flat, make_tagger


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return make_tagger(tmp_path_factory.mktemp("tagger"))


def settings(folder):
    return PictureRating(by="wd", folder=str(folder))


@pytest.mark.parametrize(
    ("colour", "rating"), [((0, 0, 255), "safe"), ((0, 255, 0), "sensitive"), ((255, 0, 0), "explicit")]
)
def test_the_network_reads_the_picture_and_the_table_names_its_scores(folder, colour, rating):
    """Also the order of the colours: WD taggers take blue first."""
    assert tagger.load(settings(folder))(flat(colour)).rating == rating


def test_tags_of_children_are_evidence_and_other_tags_are_not(tmp_path):
    """The names decide, and what is below its threshold is nothing."""
    always = {"sensitive": 0.9, "1girl": 0.99, "child": 0.6}
    rated = tagger.load(settings(make_tagger(tmp_path, always=always)))(flat((9, 9, 9)))
    assert (rated.minor_like, rated.withheld) == (True, True)
    assert rated.evidence.endswith("child 0.60")
    assert "1girl" not in rated.evidence
    always["child"] = 0.1
    assert not tagger.load(settings(make_tagger(tmp_path, always=always)))(flat((9, 9, 9))).minor_like


def test_a_picture_is_rated_with_the_processors_that_there_are(folder, monkeypatch):
    """All but one, which prepares the device's work; a container's machine may have many more."""
    monkeypatch.setattr("os.cpu_count", lambda: 64)
    monkeypatch.setattr("os.sched_getaffinity", lambda _process: {0, 1, 2}, raising=False)
    session = tagger.load(settings(folder)).__self__._session
    assert session.get_session_options().intra_op_num_threads == min(2, processors.usable() - 1)


def test_a_picture_stands_in_the_middle_of_a_white_square():
    """Nothing is stretched; values stay 0 … 255 and blue comes first."""
    prepared = tagger.prepare(flat((10, 20, 30), width=8, height=16), 16)
    assert (prepared.shape, prepared.dtype) == ((1, 16, 16, 3), np.float32)
    assert (prepared[0, :, 4:12] == (30, 20, 10)).all()
    assert (prepared[0, :, :4] == 255).all()
    assert (prepared[0, :, 12:] == 255).all()


def test_a_picture_is_brought_to_the_network_s_own_size():
    """448 for the published ones, but the file says it."""
    prepared = tagger.prepare(flat((10, 20, 30), width=832, height=1216), 32)
    assert prepared.shape == (1, 32, 32, 3)
    assert prepared[0, 16, 16] == pytest.approx((30, 20, 10))


def test_scores_that_are_none_rate_nothing(tmp_path):
    """A network that was exported wrongly is a failure, not a safe picture."""
    with pytest.raises(RatingFailed, match="between 0 and 1"):
        tagger.load(settings(make_tagger(tmp_path, broken=True)))(flat((0, 0, 0)))


def _rows(path, change):
    with path.open(newline="") as file:
        rows = list(csv.reader(file))
    with path.open("w", newline="") as file:
        csv.writer(file).writerows(change(rows))


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (lambda folder: (folder / "model.onnx").unlink(), "there is no such file"),
        (lambda folder: (folder / "model.onnx").write_bytes(b"no model"), "expected the network of a WD v3 tagger"),
        (lambda folder: _rows(folder / "selected_tags.csv", lambda rows: rows[:-1]), "7 scores"),
        (lambda folder: _rows(folder / "selected_tags.csv", lambda rows: rows[1:]), "name and category"),
        (
            lambda folder: _rows(folder / "selected_tags.csv", lambda rows: [r for r in rows if r[1] != "explicit"]),
            "expected the ratings",
        ),
        (
            lambda folder: _rows(folder / "selected_tags.csv", lambda rows: [r for r in rows if r[1] != "child"]),
            "such as child",
        ),
    ],
)
def test_files_that_do_not_fit_are_one_clear_line(tmp_path, spoil, said):
    """The engine does not start with a tagger that could not say what matters."""
    spoil(make_tagger(tmp_path))
    with pytest.raises(ModelLoadError, match=said) as raised:
        tagger.load(settings(tmp_path))
    assert str(tmp_path) in str(raised.value)
    assert "\n" not in str(raised.value)


def test_a_network_of_another_kind_is_refused(tmp_path):
    """What takes no squares was not made for this."""
    from onnx import load, save

    folder = make_tagger(tmp_path)
    model = load(folder / "model.onnx")
    model.graph.input[0].type.tensor_type.shape.dim[2].dim_value = 32
    save(model, folder / "model.onnx")
    with pytest.raises(ModelLoadError, match="takes squares"):
        tagger.load(settings(folder))


def test_without_onnxruntime_the_line_says_what_to_install(folder, monkeypatch):
    """The extra is named."""
    monkeypatch.setattr(tagger, "import_module", _absent)
    with pytest.raises(ModelLoadError, match='extra "tagger"'):
        tagger.load(settings(folder))


def _absent(name):
    raise ModuleNotFoundError(name)


def test_the_tiny_tagger_has_the_published_layout(folder):
    """Ratings first, by category 9, as in the published tables."""
    with (folder / "selected_tags.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert [row["name"] for row in rows] == list(NAMES)
    assert [row["category"] for row in rows] == ["9"] * 4 + ["0"] * 3

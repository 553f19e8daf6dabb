"""An image classifier of transformers, whose labels the configuration explains."""

import pytest

from engine import classifier
from engine.config import PictureRating
from engine.errors import ModelLoadError
from tests.engine.raters import flat, make_classifier

MEANING = {"normal": "safe", "nsfw": "explicit"}


def settings(folder, labels=MEANING):
    return PictureRating(by="classifier", folder=str(folder), labels=labels)


@pytest.mark.parametrize(
    ("logits", "rating"), [((4.0, 0.0), "safe"), ((0.0, 4.0), "explicit"), ((0.0, 0.0), "explicit")]
)
def test_labels_mean_what_the_configuration_says(tmp_path, logits, rating):
    """By their softmax; doubt leans to the stricter side."""
    rate = classifier.load(settings(make_classifier(tmp_path, always=logits)))
    assert rate(flat((200, 10, 10), width=40, height=24)).rating == rating


def test_several_labels_may_mean_the_same(tmp_path):
    """Their shares count together."""
    folder = make_classifier(tmp_path, labels=("drawings", "hentai", "porn"), always=(0.6, 0.0, 0.0))
    meaning = {"drawings": "safe", "hentai": "explicit", "porn": "explicit"}
    assert classifier.load(settings(folder, meaning))(flat((0, 0, 0))).rating == "explicit"


def test_a_label_may_stand_for_children(tmp_path):
    """With labels that exclude nothing, each has its own score."""
    folder = make_classifier(tmp_path, labels=("general", "sensitive", "kid"), always=(-2.0, 2.0, 2.0), several=True)
    rate = classifier.load(settings(folder, {"general": "safe", "sensitive": "sensitive", "kid": "minor"}))
    rated = rate(flat((0, 0, 0)))
    assert (rated.rating, rated.withheld) == ("sensitive", True)
    assert rated.evidence.endswith("kid 0.88")


@pytest.mark.parametrize(
    "labels", [{}, {"normal": "safe"}, MEANING | {"other": "safe"}, {"normal": "minor", "nsfw": "minor"}]
)
def test_every_label_must_be_explained(tmp_path, labels):
    """What nobody explained could mean anything."""
    folder = make_classifier(tmp_path)
    with pytest.raises(ModelLoadError, match=r"engine\.rating\.labels"):
        classifier.load(settings(folder, labels))


def test_weights_are_never_unpickled(tmp_path):
    """A folder with a pickle alone is refused."""
    folder = make_classifier(tmp_path)
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    with pytest.raises(ModelLoadError, match="expected an image classifier"):
        classifier.load(settings(folder))


def test_a_classifier_without_all_its_weights_is_refused(tmp_path):
    """Random numbers would rate in their place."""
    from safetensors.torch import load_file, save_file

    folder = make_classifier(tmp_path)
    weights = load_file(folder / "model.safetensors")
    del weights["classifier.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    with pytest.raises(ModelLoadError, match="missing"):
        classifier.load(settings(folder))

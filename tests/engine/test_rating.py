"""From a model's scores to a rating, and to what nobody may see."""

import math

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.config import PictureRating
from engine.errors import ModelLoadError, RatingFailed
from engine.raters import load
from engine.rating import ORDER, weigh
from tests.engine.raters import flat, make_classifier, make_tagger

USUAL = PictureRating(sensitive=0.4)


def shares(*values):
    return dict(zip(ORDER, values, strict=True))


@pytest.mark.parametrize(
    ("found", "rating"),
    [
        (shares(1.0, 0.0, 0.0, 0.0), "safe"),
        (shares(0.7, 0.3, 0.0, 0.0), "safe"),
        (shares(0.6, 0.4, 0.0, 0.0), "sensitive"),
        (shares(0.6, 0.1, 0.1, 0.2), "sensitive"),
        (shares(0.3, 0.3, 0.3, 0.1), "nsfw"),
        (shares(0.3, 0.3, 0.0, 0.4), "explicit"),
        (shares(0.0, 0.0, 0.0, 0.1), "explicit"),
        ({"safe": 0.2, "explicit": 0.9}, "explicit"),
    ],
)
def test_a_picture_is_of_the_highest_rating_that_has_its_share_with_those_above(found, rating):
    """Only proportions count, and doubt leans to the stricter side."""
    assert weigh(found, {}, USUAL).rating == rating


def test_thresholds_are_the_operator_s():
    """Higher ones take more to be convinced."""
    lenient = msgspec.structs.replace(USUAL, sensitive=0.9, minor=0.8)
    rated = weigh(shares(0.55, 0.45, 0.0, 0.0), {"child": 0.7}, lenient)
    assert (rated.rating, rated.minor_like) == ("safe", False)


@pytest.mark.parametrize(
    ("found", "child", "withheld"),
    [
        (shares(0.9, 0.1, 0.0, 0.0), 0.9, False),
        (shares(0.1, 0.9, 0.0, 0.0), 0.9, True),
        (shares(0.1, 0.9, 0.0, 0.0), 0.25, True),
        (shares(0.1, 0.9, 0.0, 0.0), 0.2, False),
        (shares(0.0, 0.0, 0.0, 1.0), 0.3, True),
    ],
)
def test_nobody_may_see_somebody_like_a_child_above_safe(found, child, withheld):
    """A child at safe is a child; anything above, and the picture is withheld."""
    assert weigh(found, {"1girl": 0.0, "child": child}, USUAL).withheld is withheld


@pytest.mark.parametrize(
    ("found", "rating"),
    [
        (shares(0.3, 0.3, 0.02, 0.38), "explicit"),
        (shares(0.3, 0.32, 0.0, 0.38), "explicit"),
        (shares(0.1, 0.2, 0.36, 0.34), "nsfw"),
        (shares(0.55, 0.45, 0.0, 0.0), "safe"),
        (shares(0.38, 0.32, 0.2, 0.1), "sensitive"),
    ],
)
def test_the_model_s_own_answer_counts_where_it_is_higher(found, rating):
    """Beliefs that are spread over several ratings are not rated milder than the likeliest of them."""
    assert weigh(found, {}, PictureRating()).rating == rating


@pytest.mark.parametrize(
    ("minor", "seen"),
    [
        ({"child": 0.2, "female_child": 0.2, "aged_down": 0.2}, True),
        ({"child": 0.13, "loli": 0.13}, True),
        ({"child": 0.2}, False),
        (dict.fromkeys(("child", "loli", "baby", "toddler", "shota"), 0.1), False),
    ],
)
def test_many_words_for_a_child_are_one(minor, seen):
    """A model that cannot decide between them has seen one; noise in each is none."""
    assert weigh(shares(0.0, 1.0, 0.0, 0.0), minor, PictureRating()).minor_like is seen


def test_the_evidence_names_what_decided():
    """For the operator's log: every share, and what a child was recognised by."""
    rated = weigh(shares(0.5, 1.5, 0.0, 0.0), {"child": 0.8, "loli": 0.1}, USUAL)
    assert rated.evidence == "safe 0.25, sensitive 0.75, nsfw 0.00, explicit 0.00, child 0.80"


@pytest.mark.parametrize(
    ("found", "minor"),
    [
        (shares(0.0, 0.0, 0.0, 0.0), {}),
        (shares(1.0, -0.1, 0.0, 0.0), {}),
        (shares(math.nan, 0.0, 0.0, 1.0), {}),
        (shares(math.inf, 0.0, 0.0, 1.0), {}),
        (shares(1.0, 0.0, 0.0, 0.0), {"child": math.nan}),
    ],
)
def test_what_is_no_number_rates_nothing(found, minor):
    """A broken network is no reason to call a picture safe."""
    with pytest.raises(RatingFailed):
        weigh(found, minor, USUAL)


@given(st.tuples(*[st.floats(0.001, 1.0)] * 4), st.integers(0, 3), st.floats(0.0, 1.0))
def test_more_of_a_higher_rating_never_lowers_the_verdict(values, above, more):
    """Whatever a picture gains above a rating, it is not rated lower than before."""
    before = weigh(shares(*values), {}, USUAL).rating
    raised = list(values)
    place = max(above, ORDER.index(before))
    raised[place] += more
    assert ORDER.index(weigh(shares(*raised), {}, USUAL).rating) >= ORDER.index(before)


def test_what_is_configured_is_loaded(tmp_path):
    """A tagger, a classifier, or nothing, each with its stage told."""
    tagger, classifier = make_tagger(tmp_path / "tagger"), make_classifier(tmp_path / "classifier")
    labels = {"normal": "safe", "nsfw": "explicit"}
    stages = []
    for settings in (
        PictureRating(by="wd", folder=str(tagger)),
        PictureRating(by="classifier", folder=str(classifier), labels=labels),
    ):
        rate = load(settings, stages.append)
        assert rate is not None
        assert rate(flat((0, 0, 255))).rating in ORDER
    assert stages == ["reading the picture tagger", "reading the picture classifier"]
    assert load(PictureRating(by="none"), stages.append) is None
    assert load(PictureRating(), stages.append) is None


def test_a_missing_tagger_is_one_clear_line(tmp_path):
    """Pictures are not drawn that nobody would rate."""
    with pytest.raises(ModelLoadError, match="selected_tags"):
        load(PictureRating(by="wd", folder=str(tmp_path)), print)
    with pytest.raises(ModelLoadError, match="expected an image classifier"):
        load(PictureRating(by="classifier", folder=str(tmp_path)), print)

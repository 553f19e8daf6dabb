"""What becomes of pixels before they may leave."""

import io
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from engine.errors import RatingFailed, Withheld
from engine.finisher import UNRATED_SIDE, Finisher, unrecognisable
from engine.rating import Rated
from tests.patience import PATIENCE_S

SAFE = Rated("safe", minor_like=False, evidence="safe 1.00")


@pytest.fixture
def pool():
    with ThreadPoolExecutor(2) as pool:
        yield pool


def picture(data):
    return Image.open(io.BytesIO(data))


def test_a_picture_is_rated_by_its_own_pixels_and_keeps_them(pool):
    """The rater sees exactly what is compressed."""
    seen = []
    pixels = np.random.default_rng(0).integers(0, 256, (24, 16, 3), np.uint8)
    room = Finisher(pool, rate=lambda given: seen.append(given) or SAFE)
    finished = room.picture(pixels, "1girl\nSteps: 28").result()
    assert finished.rating == "safe"
    assert np.array_equal(np.asarray(picture(finished.png)), pixels)
    assert picture(finished.png).info["parameters"] == "1girl\nSteps: 28"
    assert seen[0] is pixels


@pytest.mark.parametrize("error", [ZeroDivisionError("odd"), RatingFailed("no scores"), MemoryError()])
def test_whatever_goes_wrong_in_rating_is_a_rating_failure(pool, error):
    """Nothing comes out, of a picture or of a preview."""

    def fail(_pixels):
        raise error

    room = Finisher(pool, rate=fail)
    for future in (room.picture(np.zeros((8, 8, 3), np.uint8), ""), room.preview(np.zeros((8, 8, 3), np.uint8))):
        with pytest.raises(RatingFailed):
            future.result()


def test_what_nobody_may_see_does_not_come_out(pool):
    """Not even to whoever drew it."""
    room = Finisher(pool, rate=lambda _pixels: Rated("sensitive", minor_like=True, evidence="child 0.90"))
    with pytest.raises(Withheld, match=r"child 0\.90"):
        room.picture(np.zeros((8, 8, 3), np.uint8), "").result()
    with pytest.raises(Withheld):
        room.preview(np.zeros((8, 8, 3), np.uint8)).result()


def test_a_rated_preview_keeps_its_size_and_an_unrated_one_does_not(pool):
    """Where nothing rates, nobody can recognise much."""
    pixels = np.zeros((152, 104, 3), np.uint8)
    assert picture(Finisher(pool, rate=lambda _pixels: SAFE).preview(pixels).result().png).size == (104, 152)
    unrated = Finisher(pool).preview(pixels).result()
    assert picture(unrated.png).size == (44, 64)
    assert unrated.rating is None


@settings(deadline=None, max_examples=30)
@given(st.integers(8, 300), st.integers(8, 300))
def test_an_unrated_preview_is_small_and_blurred(width, height):
    """At most 64 pixels long, and no two neighbours differ as the original's did."""
    pixels = np.zeros((height, width, 3), np.uint8)
    pixels[::2] = 255
    hidden = unrecognisable(pixels)
    assert max(hidden.shape[:2]) <= UNRATED_SIDE
    assert np.abs(np.diff(hidden.astype(int), axis=0)).max(initial=0) < 128


def test_a_preview_waits_for_no_rating(pool):
    """While a picture is being rated the room is busy, and says so."""
    begun, go_on = Event(), Event()

    def slow(_pixels):
        begun.set()
        assert go_on.wait(PATIENCE_S)
        return SAFE

    with ThreadPoolExecutor(1) as raters:
        room = Finisher(pool, rate=slow, raters=raters)
        assert not room.busy
        finishing = room.picture(np.zeros((8, 8, 3), np.uint8), "")
        assert begun.wait(PATIENCE_S)
        assert room.busy
        go_on.set()
        assert finishing.result().rating == "safe"
        assert not room.busy

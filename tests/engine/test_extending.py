"""A canvas that grows in a direction, or of which more is seen."""

import numpy as np
import pytest
from PIL import Image

from engine.extending import DIRECTIONS, RIM, extend, extended_size


def some(width=64, height=96):
    return np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8)


def arrays(large):
    sides = (large.height, large.width)
    return np.frombuffer(large.values, np.uint8).reshape(*sides, 3), np.frombuffer(large.mask, np.uint8).reshape(sides)


@pytest.mark.parametrize(
    ("direction", "size", "place"),
    [
        ("left", (96, 96), (32, 0)),
        ("right", (96, 96), (0, 0)),
        ("up", (64, 144), (0, 48)),
        ("down", (64, 144), (0, 0)),
    ],
)
def test_a_direction_grows_by_half_of_its_side_and_keeps_the_picture(direction, size, place):
    """To the last bit; what is new is marked, and nothing else."""
    picture = some()
    canvas, mask = arrays(extend(64, 96, picture.tobytes(), direction))
    left, top = place
    kept = (slice(top, top + 96), slice(left, left + 64))
    assert canvas.shape[1::-1] == size == extended_size(64, 96, direction)
    assert np.array_equal(canvas[kept], picture)
    assert (mask[kept] == 0).all()
    assert (mask == 255).sum() == size[0] * size[1] - 64 * 96


def test_zooming_out_shrinks_the_picture_into_the_middle_of_its_size():
    """The further inside of its rim, the less is drawn anew."""
    picture = some(384, 384)
    canvas, mask = arrays(extend(384, 384, picture.tobytes(), "out"))
    assert extended_size(384, 384, "out") == (384, 384)
    small = np.asarray(Image.fromarray(picture).resize((256, 256), Image.Resampling.LANCZOS))
    assert np.array_equal(canvas[64:320, 64:320], small)
    row = mask[192].astype(int)
    assert row[:64].min() == 255
    assert (np.diff(row[64 : 64 + RIM + 1]) < 0).all()
    assert row[64 + RIM : 320 - RIM].max() == 0


def test_what_is_new_is_filled_with_the_picture_s_edge():
    """Blurred, so that no line runs on."""
    picture = np.zeros((96, 64, 3), np.uint8)
    picture[:, -1] = (200, 100, 50)
    canvas, _ = arrays(extend(64, 96, picture.tobytes(), "right"))
    assert canvas[48, 90].tolist() == pytest.approx([200, 100, 50], abs=60)


@pytest.mark.parametrize(("width", "height"), [(2056, 1024), (2048, 2048)])
def test_what_would_be_larger_than_anything_may_be_is_not_offered(width, height):
    """By a side, and by the area; zooming out changes neither."""
    offered = [one for one in DIRECTIONS if extended_size(width, height, one)]
    assert "right" not in offered
    assert "out" in offered


@pytest.mark.parametrize("direction", ["left", "right", "up", "down"])
def test_a_picture_s_thin_frame_is_kept(direction):
    """It is somebody's drawing, whatever it looks like."""
    picture = np.full((96, 64, 3), 200, np.uint8)
    picture[0] = picture[-1] = picture[:, 0] = picture[:, -1] = 180
    canvas, mask = arrays(extend(64, 96, picture.tobytes(), direction))
    assert np.array_equal(canvas[mask == 0].reshape(picture.shape), picture)

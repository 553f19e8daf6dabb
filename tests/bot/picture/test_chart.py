"""The operator's chart: bars of the last minutes."""

import io

import pytest
from PIL import Image

from bot.picture.chart import BACKGROUND, BAR, HEIGHT, MARGIN, WIDTH, chart


def read(data):
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.size, image.info) == ("PNG", (WIDTH, HEIGHT), {})
    return image


def height_of(image, place, most):
    x = round(MARGIN + (place + 0.4) * (WIDTH - 2 * MARGIN) / most)
    return sum(image.getpixel((x, y)) == BAR for y in range(HEIGHT))


def test_the_newest_is_to_the_right_and_as_high_as_it_is():
    """The highest fills the room; half of it half."""
    image = read(chart([9, 4, 0, 8], most=4))
    heights = [height_of(image, place, 4) for place in range(4)]
    assert heights[0] > heights[3] > heights[1] > heights[2] == 0
    few = read(chart([5], most=4))
    assert [bool(height_of(few, place, 4)) for place in range(4)] == [False, False, False, True]


@pytest.mark.parametrize("values", [[], [0] * 60, [1] * 100, [10**9, 1]])
def test_there_is_always_a_chart(values):
    """Also of nothing, of more than there is room for, and beside a huge number."""
    image = read(chart(values, most=60))
    assert image.getpixel((WIDTH - 1, 0)) == BACKGROUND

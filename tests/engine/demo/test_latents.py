"""What a latent of the demo checkpoint means."""

from random import Random

import numpy as np
import pytest

from engine.demo.canvas import Part
from engine.demo.draw import Drawing, draw
from engine.demo.latents import CHANNELS, PATCH, latents
from engine.demo.portrait import choose
from engine.demo.samples import SHAPES


def plain(colour, part):
    image = np.full((64, 96, 3), colour, dtype=np.uint8)
    return latents(Drawing(image, np.full((64, 96), part, dtype=np.uint8)), PATCH)


def test_a_plain_picture_has_plain_latents():
    """One colour of one part is one and the same latent everywhere, a patch a latent."""
    found = plain((200, 30, 40), Part.HAIR)
    assert found.shape == (CHANNELS, 2, 3)
    assert np.allclose(found, found[:, :1, :1])


def test_each_channel_means_one_thing():
    """Light, red and blue tell colours apart, and one channel each tells the parts apart."""
    grey, red, blue = (plain(colour, Part.SKIN)[:, 0, 0] for colour in ((128,) * 3, (255, 0, 0), (0, 0, 255)))
    assert red[1] > grey[1] > blue[1]
    assert blue[2] > grey[2] > red[2]
    for part in Part:
        channels = plain((128, 128, 128), part)[3:, 0, 0]
        assert (channels > 0).sum() == (0 if part is Part.BACKGROUND else 1)


@pytest.mark.parametrize("shape", SHAPES)
def test_latents_spread_around_zero(shape):
    """Over many pictures of any shape every channel is near 0 on average and spreads about 1, as noise does."""
    width, height = shape
    found = np.stack([latents(draw(choose(Random(seed)), (width // 4, height // 4)), PATCH // 4) for seed in range(24)])
    assert found.shape[1:] == (CHANNELS, height // PATCH, width // PATCH)
    assert np.abs(found.mean((0, 2, 3))).max() < 0.6
    assert (found.std((0, 2, 3)) > 0.3).all()
    assert (found.std((0, 2, 3)) < 1.5).all()

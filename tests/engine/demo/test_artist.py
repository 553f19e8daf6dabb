"""The judge's pictures are the engine's."""

import numpy as np
import pytest
import torch

from engine.demo.artist import Artist, PictureWish
from engine.wire import SamplingParams

SAMPLING = SamplingParams(width=96, height=64, num_inference_steps=2, guidance_scale=3.0)
SHORT = PictureWish(prompt="1girl, (red hair:1.4)", negative_prompt="lowres", seed=3)
LONG = PictureWish(prompt="1girl BREAK red hair", negative_prompt="", seed=4)


@pytest.fixture(scope="module")
def artist(tiny_checkpoint):
    return Artist(tiny_checkpoint)


def test_it_draws_what_the_stock_pipeline_draws(artist, stock, diffusers_own):
    """A plain prompt gives diffusers' picture of that seed."""
    stock.scheduler = diffusers_own("euler_a")
    with torch.inference_mode():
        expected = stock(
            "1girl",
            negative_prompt="lowres",
            width=96,
            height=64,
            num_inference_steps=2,
            guidance_scale=3.0,
            generator=torch.Generator().manual_seed(5),
        ).images[0]
    (drawn,) = artist.draw([PictureWish(prompt="1girl", negative_prompt="lowres", seed=5)], SAMPLING)
    assert np.array_equal(np.asarray(drawn), np.asarray(expected))


def test_company_changes_no_picture(artist):
    """Wishes of different lengths, drawn together, come back in order and as if each had been drawn alone."""
    together = artist.draw([SHORT, LONG, SHORT], SAMPLING)
    alone = [artist.draw([wish], SAMPLING)[0] for wish in (SHORT, LONG)]
    for drawn, expected in zip(together, (*alone, alone[0]), strict=True):
        difference = np.abs(np.asarray(drawn, dtype=int) - np.asarray(expected, dtype=int))
        assert drawn.size == (96, 64)
        assert difference.max() <= 1
    assert not np.array_equal(np.asarray(together[0]), np.asarray(together[1]))


def test_weights_are_read(artist):
    """The same words at another weight are another picture."""
    plain = PictureWish(prompt="1girl, red hair", negative_prompt="lowres", seed=3)
    weighted, unweighted = artist.draw([SHORT, plain], SAMPLING)
    assert not np.array_equal(np.asarray(weighted), np.asarray(unweighted))

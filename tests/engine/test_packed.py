"""Latents on their way out of the engine and back, in half precision."""

import msgspec
import numpy as np
import pytest
import torch

from engine import packed
from engine.errors import InvalidParameters
from engine.outbox import Outbox, Overfull
from engine.wire import Latents, Picture
from tests.engine.batches import Bench, finals, request


def pictures(model, wish):
    bench = Bench(model)
    bench.admit(wish)
    bench.run()
    return [event for event in bench.events[wish.job_id] if isinstance(event, Picture)]


def test_a_picture_comes_with_the_latents_that_it_was_decoded_from(model):
    """Rounded to half precision, and nothing else; in their picture's proportions."""
    wish = request(seeds=(1, 2), width=96, send_latents=True)
    drawn = finals(model, wish)
    for picture in pictures(model, wish):
        assert (picture.latents.channels, picture.latents.height, picture.latents.width) == (4, 8, 12)
        found = packed.unpack(model, picture.latents, width=96, height=64)
        assert torch.equal(found, drawn[picture.number].half().float())


def test_whoever_does_not_ask_pays_nothing(model):
    """Not a byte, and no copy from the device."""
    (picture,) = pictures(model, request())
    assert picture.latents is None


def test_the_bytes_are_the_same_on_every_machine():
    """float16, the least significant byte first, a channel after another, a row after another."""
    latents = torch.tensor([[[[1.0, -2.0]], [[0.5, 65504.0]]]])
    assert packed.begin(latents)() == Latents(channels=2, height=1, width=2, values=b"\x00\x3c\x00\xc0\x00\x38\xff\x7b")


@pytest.mark.parametrize(
    ("latents", "line"),
    [
        (
            Latents(channels=4, height=8, width=9, values=bytes(576)),
            "latents of 4×8×9: this model's for 64×64 are 4×8×8",
        ),
        (
            Latents(channels=3, height=8, width=8, values=bytes(384)),
            "latents of 3×8×8: this model's for 64×64 are 4×8×8",
        ),
        (
            Latents(channels=4, height=8, width=8, values=np.full(256, np.nan, "<f2").tobytes()),
            "latents that are not finite",
        ),
    ],
)
def test_latents_of_something_else_are_refused_in_words(model, latents, line):
    """Nothing is drawn from half of a picture, or from none."""
    with pytest.raises(InvalidParameters, match=line):
        packed.unpack(model, latents, width=64, height=64)


def test_what_waits_for_a_client_counts_latents_too():
    """They are bytes in memory like the picture."""
    latents = Latents(channels=1, height=1, width=1000, values=bytes(2000))
    picture = Picture(job_id="a", number=0, seed=1, png=b"", latents=latents)
    outbox = Outbox(max_bytes=2000)
    outbox.put(msgspec.structs.replace(picture, latents=None))
    with pytest.raises(Overfull):
        outbox.put(picture)

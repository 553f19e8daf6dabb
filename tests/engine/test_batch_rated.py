"""What a batch says its pictures show, and which of them it does not send."""

import pytest

from engine.rating import Rated
from engine.wire import Failed, Finished, Picture, Preview, Progress, Started
from tests.engine.batches import Bench, request


def sees(rating, *, child=False):
    """A rater that sees the same on every picture."""
    return lambda _pixels: Rated(rating, minor_like=child, evidence=f"{rating} 1.00")


def kinds(events):
    return [type(event) for event in events if not isinstance(event, Started | Progress)]


def test_where_pictures_are_rated_each_says_what_it_shows(model):
    """Previews too, whatever was asked for."""
    bench = Bench(model, rate=sees("sensitive"))
    bench.admit(request(seeds=(1, 2), num_inference_steps=4, preview_every=2))
    bench.run()
    shown = [event for event in bench.events["a"] if isinstance(event, Preview | Picture)]
    assert [type(event) for event in shown] == [Preview, Preview, Picture, Picture]
    assert {event.rating for event in shown} == {"sensitive"}


def test_where_nothing_rates_nothing_is_said(model):
    """No rating is no claim."""
    bench = Bench(model)
    bench.admit(request(num_inference_steps=4, preview_every=2))
    bench.run()
    assert {event.rating for event in bench.events["a"] if isinstance(event, Preview | Picture)} == {None}


@pytest.mark.parametrize("preview_every", [0, 2])
def test_a_rater_that_fails_ends_the_job_before_a_byte_is_sent(model, preview_every):
    """With a code of its own; the next job has its own chance."""

    def fail(_pixels):
        raise ZeroDivisionError("the network is odd")

    bench = Bench(model, rate=fail)
    bench.admit(request(seeds=(1, 2), num_inference_steps=4, preview_every=preview_every))
    bench.run()
    assert kinds(bench.events["a"]) == [Failed]
    assert bench.events["a"][-1].code == "rating_failed"
    assert "the network is odd" in bench.events["a"][-1].detail


def test_a_picture_that_nobody_may_see_is_not_sent_and_ends_its_job(model, caplog):
    """Nor is a preview of it; the operator reads why, and other jobs go on."""
    bench = Bench(model, rate=sees("sensitive", child=True))
    bench.admit(request(seeds=(1, 2), num_inference_steps=4, preview_every=2))
    bench.run()
    assert kinds(bench.events["a"]) == [Failed]
    assert bench.events["a"][-1].code == "withheld"
    assert "job a: withheld: somebody looks like a child in a picture above safe (sensitive 1.00)" in caplog.text


def test_a_child_at_safe_is_drawn(model):
    """Children may be drawn; they are safe."""
    bench = Bench(model, rate=sees("safe", child=True))
    bench.admit(request())
    bench.run()
    assert kinds(bench.events["a"]) == [Picture, Finished]

"""What the engine measures about itself, with a clock that is told what a call takes."""

import contextlib
from types import SimpleNamespace

import pytest
import torch

from engine.blocks import EAGER
from engine.calibration import Calibration
from engine.denoise import Key
from engine.memory import AGAIN_S
from engine.timing import CALLS, EVERY, FULL_S, Timing

SQUARE = Key(height=64, width=64, chunks=2)


class Clock:
    """Goes on by what a call of so many rows is said to take."""

    def __init__(self, unet, seconds):
        self.now, self.rows, self.fails = 0.0, [], lambda _rows: False
        self._hook = unet.register_forward_pre_hook(self._call)
        self._seconds = seconds

    def _call(self, _module, inputs):
        rows = len(inputs[0])
        if self.fails(rows):
            raise torch.OutOfMemoryError("2 GiB")
        self.rows.append(rows)
        # the first call of a size is slow, as on a machine that chooses its kernels then
        self.now += self._seconds[rows // 2] * (3 if self.rows.count(rows) == 1 else 1)

    def close(self):
        self._hook.remove()


@pytest.fixture
def timed(model):
    """Makes a Timing of this model whose calls take the given seconds."""
    with contextlib.ExitStack() as stack:

        def make(seconds, limit=4):
            clock = Clock(model.unet, seconds)
            stack.callback(clock.close)
            calibration = Calibration(limit, clock=lambda: clock.now)
            return Timing(model, calibration, clock=lambda: clock.now), clock

        yield make


def measured(timing, key=SQUARE):
    timing.calibration.joining(key)
    while not timing.idle:
        timing.measure()
    return timing.calibration.joining(key)


def test_a_shape_is_timed_call_by_call_when_it_was_asked_for(timed):
    """Guided pictures, one, two and four at a time; the slow first call does not count."""
    timing, clock = timed({1: 0.013, 2: 0.023, 4: 0.043})
    assert timing.idle
    assert measured(timing) == 4
    assert clock.rows == [2] * CALLS + [4] * CALLS + [8] * CALLS


def test_where_batching_gains_nothing_nobody_joins(timed):
    """And who shares steps with the others all the same."""
    timing, _ = timed({1: 0.010, 2: 0.020, 4: 0.040})
    assert measured(timing) == 1
    assert timing.calibration.together(SQUARE) == 4


def test_the_configured_cap_is_the_most_that_is_timed(timed):
    """What may not be drawn need not be known."""
    timing, clock = timed({1: 0.013, 2: 0.023}, limit=3)
    assert measured(timing) == 2
    assert max(clock.rows) == 4


def test_a_batch_without_room_ends_the_timing_of_its_shape(timed):
    """The others count."""
    timing, clock = timed({1: 0.013, 2: 0.020})
    clock.fails = lambda rows: rows > 4
    assert measured(timing) == 2
    clock.fails = lambda _rows: True
    assert measured(timing, SQUARE._replace(width=96)) == 1


def test_a_call_without_room_is_tried_once_more(timed, model, monkeypatch):
    """When recordings and what the failed call held are given back."""
    timing, clock = timed({1: 0.013, 2: 0.023, 4: 0.043})
    first, given_back = iter([True]), []
    clock.fails = lambda rows: rows > 2 and next(first, False)
    monkeypatch.setattr(model.cached_blocks, "captured", SimpleNamespace(drop=lambda: given_back.append(None)))
    with model.cached_blocks.trying(EAGER):
        assert measured(timing) == 4
    assert len(given_back) == 1


def test_what_had_no_room_is_timed_again_after_a_while(timed):
    """Others use the card, too, and our own compiler; a lack of memory is not for ever."""
    timing, clock = timed({1: 0.013, 2: 0.020, 4: 0.038})
    clock.fails = lambda rows: rows > 2
    assert measured(timing) == 1
    clock.fails = lambda _rows: False
    timing.calibration.joining(SQUARE)
    assert timing.idle
    clock.now += AGAIN_S
    assert measured(timing) == 2
    assert timing.calibration.together(SQUARE) == 4
    clock.now += AGAIN_S
    timing.calibration.joining(SQUARE)
    assert timing.idle


def test_a_cpu_that_is_full_with_one_picture_is_not_timed_further(timed):
    """It would take minutes, and everybody's next picture would wait."""
    timing, clock = timed({1: FULL_S * 1.1})
    assert measured(timing) == 1
    assert clock.rows == [2]


def test_on_the_cpu_nothing_is_timed_before_it_serves(timed):
    """Nobody knows which shape will be asked for."""
    timing, clock = timed({})
    timing.start(lambda _stage: pytest.fail("there is nothing to tell"))
    assert not clock.rows


def test_what_is_timed_is_a_step_like_most(timed, model):
    """Whose prompt is known; only the first, which does not count, computes keys and values."""
    timing, clock = timed({1: 0.013, 2: 0.023, 4: 0.043})
    products = []
    hook = model.cached_blocks.transformers[0].block.attn2.to_k.register_forward_pre_hook(
        lambda *_: products.append(len(clock.rows))
    )
    measured(timing)
    hook.remove()
    assert products == [1, 1 + CALLS, 1 + 2 * CALLS]  # within the first call of every size


def test_where_somebody_is_drawn_all_the_time_it_is_timed_all_the_same(timed):
    """One call every so many steps; else a busy server never knows what compiling has changed."""
    timing, clock = timed({1: 0.013, 2: 0.023, 4: 0.043})
    timing.calibration.joining(SQUARE)
    for _ in range(EVERY * 3 * CALLS):
        timing.stepped()
    assert len(clock.rows) == 3 * CALLS
    assert timing.idle
    for _ in range(EVERY):
        timing.stepped()
    assert len(clock.rows) == 3 * CALLS

"""Which way of computing steps is used: the same picture, and faster, on a clock that says how long each way takes."""

import pytest
import torch

from engine.blocks import EAGER, JOINED
from engine.choice import EVERY, ORDER, ROUNDS, SAVING, SAVING_OF_CAPTURED, UNTIMED, Way, WayChoice
from engine.denoise import Key
from engine.timing import call_unet
from tests.engine import failures, recordings

KEY = Key(height=96, width=64, chunks=1)
CALLS = 2 + UNTIMED + 2 * ROUNDS
"""Of a trial to the end: the plain way alone and in company, and both ways by turns."""


class Clock:
    """Moves when the UNet is called; a way that is not named takes a second."""

    def __init__(self, blocks):
        self.now, self.seconds, self._blocks = 0.0, {}, blocks

    def __call__(self):
        return self.now

    def called(self, *_):
        way = self._blocks.captured or self._blocks.current
        self.now += self.seconds.get(way, 1.0)


@pytest.fixture
def clock(model):
    """Told of every call; afterwards the shared model computes as before."""
    clock = Clock(model.cached_blocks)
    hook = model.unet.register_forward_pre_hook(clock.called)
    yield clock
    hook.remove()
    model.cached_blocks.compute, model.cached_blocks.captured = EAGER, None
    model.cached_blocks.forget()


@pytest.fixture
def choose(model, clock):
    """Try a way that takes so many seconds; the choice, and how often another way was chosen."""

    def choose(compute, seconds, **how):
        clock.seconds[compute] = seconds
        times = []
        choice = WayChoice(model, key=KEY, clock=clock, chosen=lambda: times.append(None), **how)
        choice.offer(Way("other", compute))
        choice.conclude()
        return choice, len(times)

    return choose


def spoiled(spoil):
    return EAGER._replace(transformer=lambda *inputs: spoil(EAGER.transformer(*inputs)))


def test_what_draws_the_same_and_faster_is_used(model, choose):
    choice, times = choose(JOINED, 0.5)
    [verdict] = choice.verdicts
    assert verdict.used
    assert verdict.took_s == pytest.approx(0.5)
    assert verdict.instead_of_s == pytest.approx(1)
    assert model.cached_blocks.compute is JOINED
    assert times == 1


@pytest.mark.parametrize("seconds", [1.5, 1 - 0.9 * SAVING])
def test_what_is_not_faster_is_not_used(model, choose, seconds):
    """Nor what saves less than a measurement is wrong by."""
    choice, times = choose(JOINED, seconds)
    assert not choice.verdicts[0].used
    assert model.cached_blocks.compute is EAGER
    assert times == 0


@pytest.mark.parametrize("spoil", [lambda x: 1.05 * x, lambda x: x * torch.nan], ids=["different", "not finite"])
def test_what_draws_another_picture_is_not_used_however_fast(model, choose, spoil):
    """And not even timed."""
    choice, _ = choose(spoiled(spoil), 0.01)
    [verdict] = choice.verdicts
    assert not verdict.used
    assert verdict.took_s == 0
    assert verdict.difference > ORDER * verdict.noise
    assert model.cached_blocks.compute is EAGER


@pytest.mark.parametrize("failure", [failures.allocator, failures.cudnn_plans], ids=lambda failure: failure.__name__)
def test_what_fails_is_not_used(model, choose, caplog, failure):
    """With a line for the operator, and everything as before."""

    def fail(_states):
        raise failure()

    choice, _ = choose(spoiled(fail), 0.01)
    assert not choice.verdicts
    assert choice.idle
    assert "other: not tried to the end" in caplog.text
    assert model.cached_blocks.compute is EAGER


def test_a_lost_device_is_everybody_s(choose):
    def lose(_states):
        raise failures.lost()

    with pytest.raises(torch.AcceleratorError):
        choose(spoiled(lose), 0.01)


def test_pictures_are_drawn_in_the_way_that_is_used_while_another_is_tried(model, clock):
    """One call of the trial every few of their steps."""
    choice, ways, trials = WayChoice(model, key=KEY, clock=clock), set(), []
    clock.seconds[JOINED] = 0.5
    choice.offer_joined()
    while not choice.idle:
        ways.add(model.cached_blocks.current)
        call_unet(model, KEY, 2)
        before = clock.now
        choice.stepped()
        trials.append(clock.now > before)
    assert ways == {EAGER}
    assert sum(trials) == CALLS
    assert len(trials) == pytest.approx(EVERY * CALLS, abs=EVERY)
    assert model.cached_blocks.current is JOINED


def test_a_trial_ends_though_every_picture_is_drawn_with_other_weights(model, clock):
    """As where everybody has LoRAs of their own; and only what was drawn with equal weights is compared."""
    choice, pictures = WayChoice(model, key=KEY, clock=clock), 0
    clock.seconds[JOINED] = 0.5
    choice.offer_joined()
    weight = model.cached_blocks.transformers[0].block.ff.net[2].weight
    original = weight.clone()
    while not choice.idle and pictures < 20:
        for _ in range(28):
            choice.stepped()
        pictures += 1
        model.cached_blocks.changed()
        weight.copy_(1.5 * original if pictures % 2 else original)
    weight.copy_(original)
    model.cached_blocks.changed()
    [verdict] = choice.verdicts
    assert verdict.used
    assert verdict.took_s == pytest.approx(0.5)
    assert pictures < 10


@pytest.mark.parametrize(("seconds", "used"), [(0.5, True), (1 - 0.9 * SAVING_OF_CAPTURED, False)])
def test_whole_calls_are_recorded_where_that_saves_enough(model, clock, seconds, used):
    """Over the way that was chosen before; recordings hold memory."""
    choice = WayChoice(model, key=KEY, clock=clock, record=lambda action: timed(clock, seconds, action))
    clock.seconds[JOINED] = 0.8
    choice.offer_joined()
    choice.offer_captured()
    choice.conclude()
    assert [verdict.name for verdict in choice.verdicts] == ["joined", "captured"]
    assert choice.verdicts[1].instead_of_s == pytest.approx(0.8)
    assert choice.verdicts[1].used == used
    assert model.cached_blocks.compute is JOINED
    assert (model.cached_blocks.captured is not None) == used


@pytest.mark.parametrize("failure", [*failures.CAPTURES, failures.allocator], ids=lambda failure: failure.__name__)
def test_recordings_that_cannot_be_made_are_not_used(model, clock, failure):
    """Nor timed: what calls plainly instead of them could be faster by chance."""

    def refuse(_action):
        raise failure()

    choice = WayChoice(model, key=KEY, clock=clock, record=refuse)
    choice.offer_captured()
    choice.conclude()
    [verdict] = choice.verdicts
    assert not verdict.used
    assert verdict.took_s == 0
    assert model.cached_blocks.captured is None


def test_a_device_that_is_lost_while_it_records_is_everybody_s(model, clock):
    def lose(_action):
        raise failures.lost()

    choice = WayChoice(model, key=KEY, clock=clock, record=lose)
    choice.offer_captured()
    with pytest.raises(torch.AcceleratorError):
        choice.conclude()


def timed(clock, seconds, action):
    """Record what takes so long when it is played, beside a way that takes 0.8 s."""
    play = recordings.record(action)

    def played():
        clock.now += 0.8 * seconds
        return play()

    return played


def test_what_is_timed_is_a_step_whose_prompt_is_known(model, clock):
    """As nearly every real one: 140 of the products are of the prompt's keys and values, in every way but alike."""
    products = []
    hook = model.cached_blocks.transformers[0].block.attn2.to_k.register_forward_pre_hook(
        lambda *_: products.append(clock.now)
    )
    choice = WayChoice(model, key=KEY, clock=clock, record=lambda action: timed(clock, 0.5, action))
    choice.offer_captured()
    choice.conclude()
    hook.remove()
    assert choice.verdicts[0].used
    assert len(products) <= 4  # of two rows and of three, where recordings read them, and to fill that
    assert max(products) < 2 + UNTIMED  # before the first call that is timed


def test_where_nothing_can_be_recorded_nothing_is_offered(model, clock):
    """The CPU has no graphs."""
    choice = WayChoice(model, key=KEY, clock=clock)
    choice.offer_captured()
    assert choice.idle

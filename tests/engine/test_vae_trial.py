"""Whether the compiled blocks of a VAE are used: the same picture, and faster, on a clock that says what each takes."""

import dataclasses
from functools import partial

import pytest
import torch

from engine import rescue
from engine.applied_weights import AppliedCheckpoint
from engine.blocks import run_untimed_resnet, untimed_resnets
from engine.choice import ROUNDS, SAVING, UNTIMED, WayChoice
from engine.denoise import Key
from engine.vae_trial import trial
from tests.engine import failures

KEY = Key(height=96, width=64, chunks=1)


def other(block, states):
    return run_untimed_resnet(block, states)


@pytest.fixture(autouse=True)
def blocks(model):
    """Those of the shared VAE, which decode as before afterwards."""
    yield (blocks := untimed_resnets(model.vae))
    for one in blocks:
        one.compute = run_untimed_resnet


@pytest.fixture
def tried(model, blocks):
    """Try blocks that decode in so many seconds instead of one; the verdict, and what computes afterwards."""
    now = 0.0
    assert blocks

    def tried(compute, seconds):
        nonlocal now
        took = {run_untimed_resnet: 1.0, compute: seconds}

        def decodes(*_):
            nonlocal now
            now += took[blocks[0].compute]

        verdicts, hook = [], model.vae.decoder.register_forward_pre_hook(decodes)
        choice = WayChoice(model, key=KEY)
        choice.offer_trial(partial(trial, model, compute, key=KEY, clock=lambda: now, told=verdicts.append))
        choice.conclude()
        hook.remove()
        return verdicts, {one.compute for one in blocks}

    return tried


def test_what_decodes_the_same_and_faster_is_used(tried):
    [verdict], used = tried(other, 0.5)
    assert verdict == (0, pytest.approx(0.5), pytest.approx(1), True)
    assert used == {other}


@pytest.mark.parametrize(("another", "again"), [("LoRA", 0), ("checkpoint", 1)])
def test_a_trial_ends_though_every_picture_is_drawn_with_other_weights(model, another, again):
    """A LoRA changes nothing of a VAE; where a checkpoint is switched, it is compared anew and at once."""
    model = dataclasses.replace(model, checkpoint=AppliedCheckpoint())
    verdicts, choice, pictures, decoded = [], WayChoice(model, key=KEY), 0, []
    hook = model.vae.decoder.register_forward_pre_hook(lambda *_: decoded.append(pictures))
    choice.offer_trial(partial(trial, model, other, key=KEY, clock=lambda: 0.0, told=verdicts.append))
    while not choice.idle and pictures < 20:
        for _ in range(28):
            choice.stepped()
        pictures += 1
        model.cached_blocks.changed()
        if another == "checkpoint":
            model.checkpoint.current = str(pictures)
    hook.remove()
    assert len(verdicts) == 1
    assert len(decoded) == 1 + UNTIMED + 2 * ROUNDS + again * decoded.count(0)


def test_what_saves_less_than_a_measurement_is_wrong_by_is_not_used(tried):
    [verdict], used = tried(other, 1 - 0.5 * SAVING)
    assert not verdict.used
    assert used == {run_untimed_resnet}


def test_what_decodes_another_picture_is_not_used_however_fast(tried):
    """And not even timed."""
    [verdict], used = tried(lambda block, states: 1.5 * run_untimed_resnet(block, states), 0.01)
    assert verdict.levels > 1
    assert verdict.took_s == 0
    assert used == {run_untimed_resnet}


@pytest.mark.parametrize(
    "failure", [failures.allocator, failures.cudnn_plans, RuntimeError], ids=lambda failure: failure.__name__
)
def test_what_fails_is_not_used(model, tried, caplog, failure):
    """With a line for the operator, and pictures are decoded as before."""
    before = rescue.decode(model, torch.ones(1, 4, 12, 8))

    def fail(_block, _states):
        raise failure()

    verdicts, used = tried(fail, 0.01)
    assert not verdicts
    assert used == {run_untimed_resnet}
    assert "the compiled VAE: not tried to the end" in caplog.text
    assert (rescue.decode(model, torch.ones(1, 4, 12, 8)) == before).all()


def test_a_lost_device_is_everybody_s(tried):
    def lose(_block, _states):
        raise failures.lost()

    with pytest.raises(torch.AcceleratorError):
        tried(lose, 0.01)

"""A pasted text: its lines are found again, and what cannot be had here is said."""

import pytest

from bot.config import Limits
from bot.errors import InvalidRequest
from bot.picture.recipes.pasted import read
from bot.sentences.rendering import plain
from tests.refusing import refused

SETTINGS = "Steps: 20, Sampler: Euler a, CFG scale: 6, Seed: 3, Size: 832x1216"


@pytest.mark.parametrize("end", ["\n", " "])
def test_one_line_is_read_as_several_are(ours, end):
    """Discord makes a space of every line break in an option."""
    options, unmapped = read(end.join(("1girl, smile", "Negative prompt: hat, bad", SETTINGS)), Limits(), ours)
    assert (options.subject, options.tags, options.negative) == ("1girl", "smile", "hat, bad")
    assert (options.steps, options.guidance, options.seed, options.shape) == (20, 6.0, 3, "portrait 2:3")
    assert unmapped == ()


def test_a_prompt_that_speaks_of_steps_keeps_them(ours):
    """Only the last settings are settings."""
    options, _ = read(f"stairs, Steps: 3, going up {SETTINGS}", Limits(), ours)
    assert options.steps == 20
    assert "going up" in options.tags


@pytest.mark.parametrize("besides", ["Hires steps: 10", "ADetailer steps: 10", "Variation seed: 9"])
def test_a_key_that_ends_as_another_one_is_no_setting_of_its_own(ours, besides):
    """WebUI writes steps and seeds of what it drew besides, too."""
    options, _ = read(f"smile {SETTINGS}, {besides}, Variation seed strength: 0.2", Limits(), ours)
    assert (options.tags, options.steps, options.seed) == ("smile", 20, 3)
    varied = read(f"smile {SETTINGS}, Variation seed: 9, Variation seed strength: 0.2", Limits(), ours)
    assert (varied.options.variation_seed, varied.options.variation_strength) == (9, 0.2)
    assert varied.unmapped == ()


def test_a_prompt_alone_is_a_prompt(ours):
    options, unmapped = read("  smile, night ", Limits(), ours)
    assert (options.tags, options.steps, unmapped) == ("smile, night", None, ())


def test_what_is_beyond_the_operator_s_limits_is_said_and_left_out(ours):
    """Nothing is clamped silently."""
    options, unmapped = read(f"smile {SETTINGS}", Limits(max_steps=10, samplers=("ddim",)), ours)
    assert (options.steps, options.sampler) == (None, None)
    assert tuple(map(plain, unmapped)) == (
        "20 steps: not available here; the default is used.",
        "The sampler “euler_a”: not available here; the default is used.",
    )


def test_another_model_is_said_where_ours_is_known(ours):
    text = f"smile\n{SETTINGS}, Model: pony"
    assert tuple(map(plain, read(text, Limits(), ours, "animagine")[1])) == (
        "It was drawn with another model, “pony”.",
    )
    assert read(text, Limits(), ours)[1] == ()


def test_too_long_a_text_is_refused(ours):
    with refused(InvalidRequest, "at most"):
        read("x" * 30_000, Limits(), ours)

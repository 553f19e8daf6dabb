"""The recipe as text: written by WebUI's rules, and nothing breaks out of its field."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.grammar import parse
from engine.infotext import clean, write
from engine.wire import SamplingParams

RECIPE = {
    "prompt": "1girl, firefly \\(honkai: star rail\\), safe",
    "negative_prompt": "lowres, text",
    "sampling": SamplingParams(
        sampler="dpmpp_2m_karras", num_inference_steps=28, guidance_scale=5.0, width=832, height=1216
    ),
    "seed": 4294967295,
    "model_name": "animagine-xl-4.0-opt",
    "model_hash": "6327eca98b",
    "version": "0.1.0",
}
LAST_LINE = (
    "Steps: 28, Sampler: DPM++ 2M, Schedule type: Karras, CFG scale: 5, Seed: 4294967295, Size: 832x1216, "
    "Model hash: 6327eca98b, Model: animagine-xl-4.0-opt, RNG: CPU, Emphasis: No norm, Version: Eshi 0.1.0"
)


def test_the_keys_stand_in_webui_s_order():
    """Prompt, negative, keys: a line each."""
    assert write(**RECIPE) == f"{RECIPE['prompt']}\nNegative prompt: lowres, text\n{LAST_LINE}"


def test_what_is_empty_has_no_line_and_no_key():
    """As WebUI leaves them out."""
    text = write(**RECIPE | {"prompt": "", "negative_prompt": " ", "model_hash": ""})
    assert text == LAST_LINE.replace("Model hash: 6327eca98b, ", "")


@pytest.mark.parametrize(("scale", "written"), [(7.0, "7"), (5.25, "5.25"), (1.1, "1.1")])
def test_guidance_is_written_as_short_as_it_is(scale, written):
    """5, not 5.0; and nothing is rounded away."""
    assert f"CFG scale: {written}," in write(**RECIPE | {"sampling": SamplingParams(guidance_scale=scale)})


def test_a_value_that_could_end_its_field_is_quoted():
    """A checkpoint may be called anything."""
    assert 'Model: "a, b: \\"ü\\"", RNG' in write(**RECIPE | {"model_name": 'a, b: "ü"'})


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("a\nNegative prompt: x\r\nSteps: 1, y", "a Negative prompt : x  Steps : 1, y"),
        ("negative PROMPT: a, steps:2", "negative PROMPT : a, steps :2"),
        ("footsteps: 2", "footsteps: 2"),
        ("0Negative prompt:", "0Negative prompt :"),
        ("\ttwo\u2028lines\u0085 \x00", "two lines"),
        ("\ud800", "?"),
        ("(Steps:1.2)", "(Steps :1.2)"),
    ],
)
def test_text_is_cleaned_of_what_readers_take_for_the_next_field(text, cleaned):
    """One line, and no field name with its colon."""
    assert clean(text) == cleaned


@given(st.text() | st.lists(st.sampled_from(["Negative prompt:", "steps", ":", "\n", " ", "a", "\ud800"])).map("".join))
def test_cleaning_twice_changes_nothing_more(text):
    """What is written is what is read back and written again."""
    once = clean(text)
    assert clean(once) == once
    assert len(once.splitlines()) <= 1
    assert not re.search(r"negative prompt:|\bsteps:", once, re.IGNORECASE)


def test_cleaning_keeps_weights():
    """A space before the colon is none of the grammar's business."""
    ((segment,),) = parse(clean("(Steps:1.2)"))
    assert (segment.text.strip(), segment.weight) == ("Steps", 1.2)

"""What the operator's own words may hold is looked at when the bot starts, and held against no member."""

import pytest

from bot.errors import ConfigError
from bot.prompt import presets
from bot.prompt.presets import Negative, Presets, Quality, Style
from bot.safety.operator_words import check_operator_words
from bot.safety.wording import TextFilter

WORDS = TextFilter(None)


def given(quality="masterpiece", negative="lowres", style="soft edges"):
    return Presets(
        quality={"one": Quality(prompt=quality, description="x")},
        negative={"one": Negative(negative=negative, description="x")},
        style={"one": Style(prompt=style, description="x")},
    )


@pytest.mark.parametrize(
    ("changed", "names"),
    [
        ({"style": "naked woman"}, "style one"),
        ({"quality": "loli"}, "quality preset one"),
        ({"negative": "clothes"}, "negative preset one"),
        ({"negative": "adult"}, "negative preset one"),
    ],
)
def test_a_preset_that_is_never_drawn_stops_the_start(changed, names):
    """The error names it."""
    with pytest.raises(ConfigError, match=names):
        check_operator_words(given(**changed), {}, WORDS, "sensitive")


def test_a_wildcard_is_named_with_its_choice():
    """Among many lines."""
    choices = (*["cat"] * 120, "nude", *["dog"] * 5)
    with pytest.raises(ConfigError, match="wildcard animal, choice 121"):
        check_operator_words(given(), {"animal": choices}, WORDS, "sensitive")
    check_operator_words(given(), {"animal": choices}, WORDS, "nsfw")


def test_what_ships_passes():
    """At every rating."""
    for highest in ("safe", "sensitive", "nsfw", "explicit"):
        check_operator_words(presets.load(), {}, WORDS, highest)

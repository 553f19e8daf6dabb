"""What a card says in front of a spoiler, and that a member's words do nothing there but be read."""

import pytest

from bot.request import Request
from bot.views.card import alt_text, title
from bot.views.plain_markup import plain_markup
from engine.wire import SamplingParams


def request(rating, tags="a red barn"):
    sampling = SamplingParams(num_inference_steps=1, guidance_scale=5.0, width=1024, height=1024)
    return Request(
        subject="1girl",
        character="",
        series="",
        rating=rating,
        tags=tags,
        negative="",
        quality="card",
        negative_preset="card",
        style="",
        year=None,
        count=1,
        seed=1,
        sampling=sampling,
        private=False,
    )


@pytest.mark.parametrize("rating", ["nsfw", "explicit"])
def test_the_words_of_what_is_behind_a_spoiler_are_not_in_front_of_it(rating):
    """Neither in the title nor in the description for those who cannot see."""
    for said in (title(request(rating)), alt_text(request(rating))):
        assert "barn" not in said
        assert rating in said


@pytest.mark.parametrize("rating", ["safe", "sensitive"])
def test_other_words_are_told(rating):
    """As they were typed."""
    assert "a red barn" in title(request(rating))
    assert "a red barn" in alt_text(request(rating))


@pytest.mark.parametrize(
    "text",
    [
        "https://example.com/a",
        "discord.gg/abc",
        "<#123456789012345678>",
        "</imagine:123456789012345678>",
        "<t:0:R>",
        "<a:smile:123456789012345678>",
        "<id:customize>",
        "@everyone",
        "<@123456789012345678>",
    ],
)
def test_nothing_in_a_title_is_live(text):
    """No link, invite, channel, command, time, emoji or mention; what is read stays the same."""
    written = plain_markup(text)
    assert "<" not in written.replace("\\<", "")
    assert "://" not in written
    assert "gg/" not in written or ".\u2060gg/" in written
    assert written.replace("\\", "").replace("\u2060", "").replace("\u200b", "") == text


def test_marks_do_not_pile_up():
    """Two on one letter are a language, thirty are a prank."""
    assert plain_markup("Việt ở") == "Việt ở"
    assert len(plain_markup("a" + "\u0301" * 30)) == 3

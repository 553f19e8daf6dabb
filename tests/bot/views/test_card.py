"""What a card says in front of a spoiler, and that a member's words do nothing there but be read."""

import msgspec
import pytest
from discord import ui

from bot.job import DrawnWith, Job, State
from bot.queue.forecast import Wait
from bot.request import Parent, Request
from bot.sentences import queue as says
from bot.views.card import alt_text, drawing, in_line, result, title, waiting
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


def job_of(request_):
    values = {"user_id": 1, "guild_id": 7, "channel_id": 70, "application_id": 9, "interaction_id": 1}
    values |= {"interaction_token": "the-token", "token_created_at": 0.0, "prompt": "", "negative_prompt": ""}
    return Job(id="00000A", request=request_, notes=(), state=State.DELIVERED, created_at=0.0, engine_s=23.8, **values)


def texts(view):
    return "\n".join(item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay))


def test_a_result_says_what_made_it():
    """Its style, shape, guidance and negative words, too; a number and its unit stay on one line."""
    sampling = SamplingParams(num_inference_steps=20, guidance_scale=6.5, width=1536, height=640)
    made = msgspec.structs.replace(
        request("safe"), style="watercolour", negative="hat, (glasses:1.2)", sampling=sampling
    )
    said = texts(result(job_of(made), ["a.png"], spoiler=False))
    assert "**1girl · a red barn · watercolour**" in said
    assert "landscape 12:5, 1536×640 · 20 steps · guidance 6.5 · 23.8\N{NO-BREAK SPACE}s" in said
    assert "without: hat, glasses" in said


@pytest.mark.parametrize(
    ("link", "named"), [("", "picture 2 of `00000B`."), ("https://x/1", "[picture 2 of `00000B`](https://x/1)")]
)
def test_a_follow_up_names_its_picture_in_every_state(link, named):
    """And links it where others could see it."""
    parent = Parent(job_id="00000B", number=1, link=link)
    job = job_of(msgspec.structs.replace(request("safe"), parent=parent, strength=0.65))
    for view in (waiting(job, Wait(1)), drawing(job, 0, 1), result(job, ["a.png"], spoiler=False)):
        assert f"A strong variation of {named}" in texts(view)


def test_of_several_cards_it_is_said_which_one_draws_and_drew():
    """By a number: a name may be a machine's, or an address."""
    drawn_with = DrawnWith(model_name="m", model_hash="", vae="exact", device="d", versions={}, card=2)
    drawn = msgspec.structs.replace(job_of(request("safe")), drawn_with=drawn_with)
    assert "23.8\N{NO-BREAK SPACE}s · card 2" in texts(result(drawn, ["a.png"], spoiler=False))
    running = msgspec.structs.replace(drawn, state=State.RUNNING)
    assert "\n-# Card 2 draws it." in texts(drawing(running, 0, 1))
    only = msgspec.structs.replace(running, drawn_with=msgspec.structs.replace(drawn_with, card=0))
    assert "ard" not in texts(drawing(only, 0, 1)).replace("**1girl · a red barn**", "")


def test_a_long_title_keeps_its_style():
    made = msgspec.structs.replace(request("safe", tags="x" * 400), style="watercolour")
    assert title(made).endswith("… · watercolour**")


def test_what_is_behind_a_spoiler_is_not_told_by_what_it_avoids():
    made = msgspec.structs.replace(request("nsfw"), negative="a red barn")
    assert "barn" not in texts(result(job_of(made), ["a.png"], spoiler=True))


def test_after_the_last_step_it_is_finishing():
    """Decoding and compressing take seconds in which no step is taken."""
    job = job_of(request("safe"))
    assert "step 15 of 16" in texts(drawing(job, 15, 16))
    assert "finishing" in texts(drawing(job, 16, 16))
    assert "step" not in texts(drawing(job, 16, 16))


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


def test_what_has_no_turn_says_why():
    """What the operator decided comes before what a moderator did, and that before what its asker did."""
    assert in_line(Wait(None), None) == says.ON_HOLD
    assert in_line(Wait(None, paused=True), None) == says.PAUSED
    assert in_line(Wait(None, paused=True, blocked=True), None) == says.SERVER_BLOCKED

"""What may not be drawn, or not here, is a private sentence and no job."""

import pytest

from bot.sandbox.people.driver import ActRefused, control
from tests.journey.people import gallery, labels, refusal_of, result_of, words

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"prompt": "safe"}, "Say what to draw"),
        ({"prompt": " , "}, "Say what to draw"),
        ({"more_tags": "a" * 2001}, "2,001 characters in the additional tags"),
        ({"more_tags": "a" * 6000}, "6,000 characters in the additional tags"),
        ({"prompt": "smile\x07"}, "control character"),
        ({"style": "ink\nwash"}, "line break"),
        ({"prompt": "(smile:3)"}, "may be from 0 to 2"),
        ({"prompt": "{red|blue"}, "has no }"),
        ({"subject": "1gril"}, "1girl"),
        ({"style": "no such style"}, "There is no style"),
        ({"quality": "no such quality"}, "There is no quality"),
    ],
)
async def test_bad_input_is_a_private_sentence_and_no_job(yuki, options, said):
    """It names what is wrong, to the person who typed it, and nothing is queued."""
    channel = yuki.channel("general")
    before = len(await yuki.messages(channel))
    assert said in await refusal_of(yuki, await yuki.slash(channel, "imagine", **{"prompt": "1girl", **options}))
    public = [message for message in (await yuki.messages(channel))[before:] if not message["flags"] & 64]
    assert public == []


@pytest.mark.parametrize(
    ("options", "field"),
    [
        ({"prompt": ""}, "prompt"),
        ({"prompt": "a" * 2001}, "prompt"),
        ({"seed": 2**32}, "seed"),
        ({"seed": -1}, "seed"),
        ({"count": 5}, "count"),
        ({"steps": 51}, "steps"),
        ({"guidance": 12.5}, "guidance"),
        ({"year": 2004}, "year"),
        ({"shape": "800x600"}, "shape"),
        ({"rating": "lewd"}, "rating"),
        ({"rating": "nsfw"}, "rating"),
        ({"rating": "explicit"}, "rating"),
        ({"sampler": "dreams"}, "sampler"),
    ],
)
async def test_what_discord_can_check_cannot_even_be_sent(yuki, options, field):
    """Ranges and choices are Discord's own, so the mistake shows beside the field."""
    with pytest.raises(ActRefused) as caught:
        await yuki.slash(yuki.channel("general"), "imagine", **{"prompt": "1girl", **options})
    assert list(caught.value.fields) == [field]


@pytest.mark.parametrize(
    ("channel", "rating", "allowed"),
    [
        ("general", "safe", True),
        ("general", "sensitive", False),
        ("first sketches", "sensitive", False),
        ("after-dark", "sensitive", True),
        ("night studies", "sensitive", True),
        ("announcements", "sensitive", False),
        ("hands, again", "sensitive", False),
    ],
)
async def test_the_place_decides_the_rating(ada, channel, rating, allowed):
    """Threads and forum posts count as their parents; what is over the limit is refused, never lowered."""
    if channel == "announcements":  # as the world begins, the bot may only read there
        rights = {"allow": str((1 << 11) + (1 << 15)), "deny": "0"}
        bot = ada.state["bot"]["user"]["id"]
        await ada.call("PUT", f"/channels/{ada.channel(channel)}/overwrites/{bot}", rights)
    sent = await ada.slash(ada.channel(channel), "imagine", prompt="1girl", rating=rating)
    if allowed:
        assert gallery(await result_of(ada, sent))
    else:
        assert f"`{rating}` is not allowed here" in await refusal_of(ada, sent)


async def test_a_direct_message_is_safe_only(yuki):
    """Nobody can raise it, and safe pictures are drawn."""
    sent = await yuki.slash(yuki.direct_message, "imagine", prompt="1girl", rating="sensitive")
    assert "in a direct message the highest rating is `safe`" in await refusal_of(yuki, sent)
    assert gallery(await result_of(yuki, await yuki.slash(yuki.direct_message, "imagine", prompt="1girl")))


async def test_a_rating_in_the_tags_is_a_rating(yuki):
    """What is typed into tags is gated like the option."""
    sent = await yuki.slash(yuki.channel("general"), "imagine", subject="1girl", prompt="(nsfw:1.2), smile")
    assert "`nsfw` is not allowed here" in await refusal_of(yuki, sent)


async def test_a_missing_permission_is_named_before_anything_is_queued(ada):
    """The bot says what it may not do in this channel."""
    sent = await ada.slash(ada.channel("no-pictures"), "imagine", prompt="1girl")
    assert "Attach Files" in await refusal_of(ada, sent)


async def test_a_rating_that_is_no_longer_allowed_is_not_shown(ada, let_go):
    """The age restriction goes while the job is drawn: the message says so, and nothing is kept."""
    channel = ada.channel("after-dark")
    sent = await ada.slash(channel, "imagine", prompt="1girl", rating="sensitive", steps=30)
    first = await ada.answer(sent)
    try:
        await ada.wait_for(lambda m: m["id"] == first["id"] and "step " in words(m))
        await ada.call("PATCH", f"/channels/{channel}", {"nsfw": False})
        let_go()
        ended = await ada.wait_for(lambda m: m["id"] == first["id"] and "not allowed here" in words(m))
        assert not gallery(ended)
        assert labels(ended) == ["Reroll", "Edit", "Delete"]
        no = await refusal_of(ada, await ada.press(ended, control(ended, "Reroll")))
        assert "`sensitive` is not allowed here" in no
    finally:
        await ada.call("PATCH", f"/channels/{channel}", {"nsfw": True})


async def test_a_deleted_channel_ends_its_jobs(ada, yuki, let_go):
    """A channel that went away takes its waiting jobs with it, and the line goes on."""
    made = await ada.call("POST", f"/guilds/{ada.guild}/channels", {"name": "short-lived", "type": 0})
    channel = made["channel"]["id"]
    await ada.answer(await ada.slash(channel, "imagine", prompt="1girl", steps=30))
    await ada.answer(await ada.slash(channel, "imagine", prompt="1girl", steps=30))
    await ada.call("DELETE", f"/channels/{channel}")
    let_go()
    assert gallery(await result_of(yuki, await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl")))

"""Processes die, Discord stumbles, and every acknowledged request still comes to its one end."""

import signal

import pytest

from bot.sandbox.people.driver import controls
from tests.journey.people import gallery, refusal_of, result_of, words

pytestmark = pytest.mark.asyncio(loop_scope="session")


def job_id(message):
    return controls(message)[0]["custom_id"].split(":")[1]


async def test_a_job_outlives_the_bot(studio, yuki):
    """Killed while drawing and with one in line, the bot finishes both in the messages that it had sent.

    Both are above `safe`: the new process must know the channel before it judges them again.
    """
    channel = yuki.channel("after-dark")
    options = {"prompt": "1girl", "rating": "sensitive"}
    sent = [await yuki.slash(channel, "imagine", steps=steps, **options) for steps in (40, 2)]
    firsts = [await yuki.answer(one) for one in sent]
    await yuki.wait_for(lambda m: m["id"] == firsts[0]["id"] and "step " in words(m))
    await studio.kill("bot")
    await studio.start_bot()
    for one in sent:
        assert gallery(await result_of(yuki, one))
    shown = [m["id"] for m in await yuki.messages(channel) if m["id"] >= firsts[0]["id"]]
    assert shown == [message["id"] for message in firsts]


async def test_a_job_outlives_the_engine(studio, yuki):
    """Killed while drawing, the engine is given the job again when it is back."""
    sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl", steps=40)
    first = await yuki.answer(sent)
    await yuki.wait_for(lambda m: m["id"] == first["id"] and "step " in words(m))
    await studio.another_engine()
    assert gallery(await result_of(yuki, sent))


async def test_a_result_is_delivered_after_its_token_ran_out(studio, yuki):
    """After fifteen minutes the bot edits the same message by its own right."""
    sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl", steps=30)
    first = await yuki.answer(sent)
    await yuki.wait_for(lambda m: m["id"] == first["id"] and "step " in words(m))
    await studio.developer("POST", "/faults", {"fault": "expire"})
    result = await result_of(yuki, sent)
    assert result["id"] == first["id"]


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "answer", "route": "PATCH /webhooks/*/*/messages/*", "status": 502, "times": 2},
        {"fault": "answer", "route": "PATCH /webhooks/*/*/messages/*", "status": 429, "times": 2, "retry_after_s": 0.1},
        {"fault": "reset", "route": "PATCH /webhooks/*/*/messages/*", "times": 2, "after_bytes": 4096},
        {"fault": "lose", "route": "PATCH /webhooks/*/*/messages/*", "times": 1},
    ],
    ids=["502", "429", "reset", "lost-answer"],
)
async def test_delivery_survives_a_stumbling_discord(studio, yuki, fault):
    """Errors that pass are tried again, with fresh files, and the result appears once."""
    sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl", steps=20)
    first = await yuki.answer(sent)
    await studio.developer("POST", "/faults", fault)
    result = await result_of(yuki, sent)
    assert result["id"] == first["id"]
    assert await yuki.fetch(gallery(result)[0]["media"]["url"])


async def test_pictures_that_were_damaged_before_they_were_shown_are_drawn_again(studio, yuki):
    """Discord was away, the bot died, the disk lost a file: the same picture comes, in the same message, once."""
    sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl", steps=20)
    first = await yuki.answer(sent)
    await yuki.wait_for(lambda m: m["id"] == first["id"] and "step " in words(m))
    before = len(studio.log_text())
    away = {"fault": "answer", "route": "PATCH /webhooks/*/*/messages/*", "status": 502, "times": 1000}
    await studio.developer("POST", "/faults", away)
    await studio.said("edit failed", after=before)
    await studio.kill("bot")
    await studio.developer("DELETE", "/faults")
    [file] = (
        path
        for path in (studio.folder / "data" / "spool").iterdir()
        if path.name.startswith(job_id(first)) and path.suffix == ".png"
    )
    file.write_bytes(file.read_bytes()[:-10] + b"x" * 10)
    await studio.start_bot()
    result = await result_of(yuki, sent)
    assert result["id"] == first["id"]
    assert await yuki.fetch(gallery(result)[0]["media"]["url"])
    assert "it is drawn again: " in studio.log_text()[before:]


@pytest.mark.parametrize(
    "fault", [{"fault": "reconnect"}, {"fault": "invalidate", "resumable": False}, {"fault": "drop", "code": 1006}]
)
async def test_a_lost_gateway_costs_nothing(studio, yuki, fault):
    """The bot comes back by itself, and what was asked before and after is drawn."""
    channel = yuki.channel("general")
    before = await yuki.slash(channel, "imagine", prompt="1girl", steps=20)
    await yuki.answer(before)
    await studio.developer("POST", "/faults", fault)
    assert gallery(await result_of(yuki, before))
    await yuki.wait_for_event("bot", lambda bot: bot["online"])
    after = await yuki.slash(channel, "imagine", prompt="1girl")
    assert gallery(await result_of(yuki, after))


async def test_an_acknowledgement_that_discord_did_not_take_leaves_no_job(studio, yuki):
    """Nobody waits for what was not acknowledged, and the line is free for the next."""
    await studio.developer(
        "POST", "/faults", {"fault": "answer", "route": "POST /interactions/*/*/callback", "status": 404, "times": 1}
    )
    sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl")
    assert "nothing was drawn" in await refusal_of(yuki, sent)
    assert gallery(await result_of(yuki, await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl")))


@pytest.mark.parametrize("expired", [False, True], ids=["token alive", "token expired"])
async def test_an_acknowledgement_of_which_the_bot_heard_nothing_is_found_again(studio, yuki, expired):
    """It was killed in between, and Discord stumbles when it asks: the message is still that of the job."""
    callback, original = "POST /interactions/*/*/callback", "GET /webhooks/*/*/messages/@original"
    await studio.developer("POST", "/faults", {"fault": "lose", "route": callback})
    await studio.developer("POST", "/faults", {"fault": "delay", "route": original, "delay_s": 20.0})
    sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl")
    first = await yuki.answer(sent)
    await studio.kill("bot")
    await studio.developer("DELETE", "/faults")
    if expired:
        await studio.developer("POST", "/faults", {"fault": "expire"})
    await studio.developer("POST", "/faults", {"fault": "reset", "route": original, "times": 2})
    await studio.start_bot()
    result = await result_of(yuki, sent)
    assert result["id"] == first["id"]
    assert gallery(result)


async def test_the_token_is_in_no_log_line(studio, yuki):
    """Whatever happened in this session, the bot's log does not hold its token, nor any prompt."""
    await result_of(
        yuki, await yuki.slash(yuki.channel("general"), "imagine", subject="1girl", prompt="unspoken words")
    )
    log = studio.log.read_text()
    assert "job " in log
    assert studio.token not in log
    assert "unspoken words" not in log


async def test_a_clean_stop_is_quick_and_silent(studio):
    """SIGTERM ends both with status 0, the socket file goes, and they start again on the same data."""
    assert await studio.kill("bot", signal.SIGTERM) == 0
    assert await studio.kill("engine", signal.SIGTERM) == 0
    assert not (studio.folder / "engine.sock").exists()
    await studio.start_engine()
    await studio.start_bot()

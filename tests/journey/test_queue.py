"""The line is seen and steered: by people in their own part of it, by moderators in their server's, by nobody else."""

import asyncio
import json
import re
import signal

import pytest

from bot.sandbox.people.driver import control, controls
from tests.journey.people import refusal_of, result_of, words
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def fill(person, jobs, *, steps=50, count=4, **options):
    """Ask for so many, of which two fill the engine; give their first messages."""
    messages = []
    for number in range(jobs):
        sent = await person.slash(
            person.channel("general"), "imagine", steps=steps, count=count, **{"prompt": "1girl", **options}
        )
        messages.append(await person.answer(sent))
        if number < 2:
            await shown(person, messages[-1], "step ")
    return messages


def job_id(message):
    return control(message, "Cancel").split(":")[1]


def link(message):
    """How the list leads to a job's message: its owner reads no number there."""
    return f"/{message['channel_id']}/{message['id']})"


def button(message, label, job=None):
    """The button of the list with this label, under this job."""
    found = [one["custom_id"] for one in controls(message) if one.get("label") == label]
    first = next((one for one in found if job is None or one.endswith(f":{job}")), None)
    assert first, f"no {label} for {job} in {words(message)}"
    return first


async def shown(person, message, says, **wait):
    """Wait until a message says something."""
    return await person.wait_for(lambda m: m["id"] == message["id"] and says in words(m), **wait)


async def press(person, message, label, job=None):
    """Press a button of the list; give the list as it is then."""
    pressed = await person.press(message, button(message, label, job))
    if label != "Cancel":
        return await person.answer(pressed)

    def is_gone(seen):
        rows = [one for one in controls(seen) if one["custom_id"].endswith(f":{job}")]
        return seen["id"] == message["id"] and "is cancelled." in words(seen) and not rows

    return await person.wait_for(is_gone)


async def refreshed(person, message, says):
    """The list once it says this."""
    async with asyncio.timeout(PATIENCE_S):
        while says not in words(message):
            message = await press(person, message, "Refresh")
    return message


async def queue(person, *, server=False):
    message = await person.answer(await person.slash(person.channel("general"), "queue"))
    assert message["flags"] & 64, "the list is private"
    return await press(person, message, "This server") if server else message


async def cancel_all(person, messages):
    for message in messages:
        await person.press(message, control(message, "Cancel"))
    for message in messages:
        await shown(person, message, "Cancelled.")


@pytest.mark.usefixtures("let_go")
async def test_a_member_sees_and_steers_what_is_theirs(yuki):
    """Cancel, hold, resume and move up, each answered in the list; the job's own message tells it too."""
    jobs = await fill(yuki, 5, subject="1girl", prompt="smile")
    *_, third, fourth, fifth = map(job_id, jobs)
    message = await queue(yuki)
    assert "You have 5 requests in the queue." in words(message)
    assert words(message).count("**1girl · smile** · [its message](https://discord.com/") == 5
    assert all(link(job) in words(message) for job in jobs)
    message = await refreshed(yuki, message, "Being drawn: step 4 of 200.")
    moved_up = [one["custom_id"].rpartition(":")[2] for one in controls(message) if one.get("label") == "Move up"]
    assert moved_up == [fourth, fifth], "the first cannot be moved up"
    assert "This server" not in [one.get("label") for one in controls(message)]
    message = await press(yuki, message, "Hold", third)
    assert "**1girl · smile** is on hold until it is resumed." in words(message)
    await shown(yuki, jobs[2], "On hold.")
    message = await press(yuki, message, "Move up", fifth)
    assert "**1girl · smile** is now the first of yours." in words(message)
    assert words(message).index(link(jobs[4])) < words(message).index(link(jobs[3])), "the list is in its new order"
    message = await press(yuki, message, "Resume", third)
    assert "**1girl · smile** is back in the queue." in words(message)
    await shown(yuki, jobs[2], "in the queue.")
    message = await press(yuki, message, "Cancel", fourth)
    assert "**1girl · smile** is cancelled." in words(message)
    assert "You have 4 requests in the queue." in words(message)
    await shown(yuki, jobs[3], "Cancelled.")
    await cancel_all(yuki, [*jobs[:3], jobs[4]])


@pytest.mark.usefixtures("let_go")
async def test_an_acknowledged_job_is_in_line_at_once(yuki, studio):
    """Also while the bot does not know yet that it was acknowledged; what is done to it waits until it does."""
    jobs = await fill(yuki, 2)
    original = "GET /webhooks/*/*/messages/@original"
    await studio.developer("POST", "/faults", {"fault": "lose", "route": "POST /interactions/*/*/callback"})
    await studio.developer("POST", "/faults", {"fault": "delay", "route": original, "delay_s": 1.0})
    jobs.append(await yuki.answer(await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl")))
    third = job_id(jobs[2])
    message = await queue(yuki)
    assert "You have 3 requests in the queue." in words(message)
    assert f":{third}" in button(message, "Hold", third)
    message = await press(yuki, message, "Hold", third)
    assert "**1girl** is on hold until it is resumed." in words(message)
    await shown(yuki, jobs[2], "On hold.")
    await cancel_all(yuki, jobs)


@pytest.mark.usefixtures("let_go")
async def test_a_job_is_cancelled_that_was_only_just_acknowledged(yuki, studio):
    """It is not taken for one that is over."""
    original = "GET /webhooks/*/*/messages/@original"
    await studio.developer("POST", "/faults", {"fault": "lose", "route": "POST /interactions/*/*/callback"})
    await studio.developer("POST", "/faults", {"fault": "delay", "route": original, "delay_s": 0.5})
    job = await yuki.answer(await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl", steps=50))
    await cancel_all(yuki, [job])


@pytest.mark.usefixtures("let_go")
async def test_a_job_that_is_over_cannot_be_held(yuki):
    """The list was opened before; the press is answered all the same."""
    jobs = await fill(yuki, 3)
    message = await queue(yuki)
    await cancel_all(yuki, jobs)
    assert "no longer waiting" in await refusal_of(yuki, await yuki.press(message, button(message, "Hold")))
    assert "already drawn, or it has ended" in await refusal_of(
        yuki, await yuki.press(message, button(message, "Cancel"))
    )


@pytest.mark.usefixtures("let_go")
async def test_a_moderator_steers_the_server(yuki, mio):
    """Whose it is, what was asked for, and where it stands; another's job is held, moved, resumed and cancelled."""
    jobs = await fill(yuki, 4, subject="1girl", prompt="quiet garden")
    third, fourth = map(job_id, jobs[2:])
    message = await queue(mio, server=True)
    assert "This server has 4 requests in the queue." in words(message)
    assert f"<@{yuki.id}>" in words(message)
    assert f"<@{yuki.id}> `{third}` · **1girl · quiet garden** · [its message](https://discord.com/" in words(message)
    assert "**Pause queue** starts nothing of this server until somebody presses Resume queue" in words(message)
    message = await press(mio, message, "Hold", third)
    await shown(yuki, jobs[2], "On hold.")
    message = await press(mio, message, "Resume", third)
    message = await press(mio, message, "Move up", fourth)
    assert f"`{fourth}` · **1girl · quiet garden** is now the first of this server." in words(message)
    message = await press(mio, message, "Cancel", third)
    await shown(yuki, jobs[2], "Cancelled.")
    await cancel_all(yuki, [*jobs[:2], jobs[3]])


@pytest.mark.usefixtures("let_go")
async def test_a_moderator_reads_no_words_that_are_not_theirs_to_read(yuki, ada, mio):
    """Of a private request, of a channel that they cannot open, and of a rating above what is shown where they are."""
    hidden = await ada.call("POST", f"/guilds/{ada.guild}/channels", {"name": "back-room", "type": 0})
    channel = hidden["channel"]["id"]
    rights = {"allow": "0", "deny": str(1 << 10)}
    await ada.call("PUT", f"/channels/{channel}/overwrites/{mio.id}", rights)
    jobs = await fill(yuki, 2)
    try:
        for place, more in (
            (yuki.channel("general"), {"private": True}),
            (channel, {}),
            (yuki.channel("after-dark"), {"rating": "sensitive"}),
        ):
            sent = await yuki.slash(place, "imagine", subject="1girl", prompt="secret garden", **more)
            jobs.append(await yuki.answer(sent))
        message = await queue(mio, server=True)
        assert "This server has 5 requests in the queue." in words(message)
        assert "secret" not in words(message)
        assert "secret" in words(await queue(yuki))
    finally:
        await cancel_all(yuki, jobs)
        await ada.call("DELETE", f"/channels/{channel}")


async def test_a_paused_server_waits_through_a_restart(yuki, mio, studio):
    """New requests are taken, nothing is drawn, and afterwards everything is."""
    message = await press(mio, await queue(mio, server=True), "Pause queue")
    assert "Nothing of this server is started" in words(message)
    sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl")
    first = await yuki.answer(sent)
    assert "A moderator has paused this server's queue." in words(first)
    held = await yuki.answer(await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl"))
    await press(yuki, await queue(yuki), "Hold", job_id(held))
    await studio.kill("bot", signal.SIGKILL)
    await studio.start_bot()
    message = await queue(mio, server=True)
    assert "The queue is paused" in words(message)
    await press(mio, message, "Resume queue")
    assert (await result_of(yuki, sent))["id"] == first["id"]
    message = await queue(yuki)
    assert "You have 1 request in the queue." in words(message)
    assert "On hold." in words(message)
    await press(yuki, message, "Cancel", job_id(held))


async def test_a_drained_server_takes_nothing_new(yuki, mio, let_go):
    """What waits is drawn; whoever asks is told privately."""
    sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl", steps=30)
    await yuki.answer(sent)
    message = await press(mio, await queue(mio, server=True), "Stop new requests")
    assert "No new ones are accepted" in words(message)
    no = await refusal_of(yuki, await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl"))
    assert (
        no == "A moderator has closed the queue here. Waiting requests are still drawn, but no new ones are accepted."
    )
    let_go()
    await result_of(yuki, sent)
    await press(mio, message, "Accept requests")
    await result_of(yuki, await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl"))


@pytest.mark.usefixtures("let_go")
async def test_rights_are_asked_for_at_every_press(yuki, mio, ada):
    """Who is a moderator no longer does nothing with the list that they still see."""
    jobs = await fill(yuki, 4)
    message = await queue(mio, server=True)
    role = next(role["id"] for role in ada.state["guilds"][0]["roles"] if role["name"] == "moderator")
    path = f"/guilds/{ada.guild}/members/{mio.id}/roles/{role}"
    await ada.call("DELETE", path)
    try:
        for label in ("Pause queue", "Stop new requests", "Refresh", "Cancel", "Hold", "Move up"):
            no = await refusal_of(mio, await mio.press(message, button(message, label)))
            assert no == "Only a moderator may do this: somebody with Manage Messages in this server."
        assert "This server" not in [one.get("label") for one in controls(await queue(mio))]
    finally:
        await ada.call("PUT", path)
    await cancel_all(yuki, jobs)


async def test_a_full_line_says_when_to_come_back(yuki, studio):
    """As a time that Discord counts down."""
    await result_of(yuki, await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl", steps=5))
    with studio.still():
        jobs = await fill(yuki, 7)
        no = await refusal_of(yuki, await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl"))
        await cancel_all(yuki, jobs)
    assert re.fullmatch(
        r"You already have 5 requests waiting; the limit is 5\. Please wait until one is drawn, or cancel one\. "
        r"Please try again <t:\d+:R>\.",
        no,
    )


@pytest.mark.usefixtures("let_go")
async def test_jobs_of_one_shape_are_drawn_together(yuki):
    """More than two are under way at once where one call can draw them."""
    jobs = await fill(yuki, 4, count=1)
    drawing = [shown(yuki, job, "step ") for job in jobs]
    await asyncio.gather(*drawing)
    message = await queue(yuki)
    assert words(message).count("Being drawn") == 4
    await cancel_all(yuki, jobs)


async def test_the_engine_is_asked_to_share_with_who_needs_less(yuki, mio, studio, tmp_path):
    """Somebody's short job behind a stranger's long one; not the long one, and not one's own."""
    told = tmp_path / "commands"
    await studio.kill("engine")
    await studio.start_engine("--record", str(told))
    try:
        with studio.still("long"):
            long = await fill(yuki, 1, count=1, subject="1girl", prompt="long")
            for person, tag in ((yuki, "own"), (mio, "short")):
                sent = await person.slash(person.channel("general"), "imagine", subject="1girl", steps=2, prompt=tag)
                await result_of(person, sent)
            await cancel_all(yuki, long)
        jobs = [job for line in told.read_text().splitlines() if (job := json.loads(line))["type"] == "Generate"]
        assert [(job["prompt"].split(", ")[2], job["share"]) for job in jobs] == [
            ("long", False),
            ("own", False),
            ("short", True),
        ]
    finally:
        await studio.kill("engine")
        await studio.start_engine()

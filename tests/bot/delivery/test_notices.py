"""Whoever asked to be told is told once, and nobody else ever."""

import pytest

from bot.sentences.joined import as_written
from tests.bot.delivery.test_result import message_of


async def finished(desk, person, channel, *, after_s=61, **request):
    """A job whose owner wants to be told, delivered after so long."""
    job = await desk.ask(person, channel, **request)
    await desk.store.jobs.want_told(job.id, wanted=True)
    desk.clock.time += after_s
    await desk.delivery.deliver(await desk.draw(job))
    return job


async def pinged(person):
    """What somebody was pinged by; a message that was sent after everything else is the end of waiting."""
    last = await person.say(person.channel("general"), "Here I am.")
    await person.wait_for(lambda m: m["id"] == last["id"])
    ids = [event["data"]["message_id"] for event in person.events if event["event"] == "ping"]
    return [
        event["data"] for event in person.events if event["event"] == "message.create" and event["data"]["id"] in ids
    ]


async def test_a_long_wait_ends_with_a_reply_that_pings_its_owner(desk, yuki, mio):
    """A reply to the result, which nobody else is notified of."""
    job = await finished(desk, yuki, yuki.channel("general"))
    [reply] = await pinged(yuki)
    assert reply["content"] == f"<@{yuki.id}>, your picture is ready."
    assert reply["message_reference"]["message_id"] == str(job.message_id)
    assert await pinged(mio) == []


@pytest.mark.parametrize("after_s", [0, 59])
async def test_a_short_wait_does_not(desk, yuki, after_s):
    await finished(desk, yuki, yuki.channel("general"), after_s=after_s)
    assert await pinged(yuki) == []


async def test_nobody_is_told_who_did_not_ask(desk, yuki):
    job = await desk.ask(yuki, yuki.channel("general"))
    desk.clock.time += 100
    await desk.delivery.deliver(await desk.draw(job))
    assert await pinged(yuki) == []


async def test_who_always_wants_it_need_not_press(desk, yuki):
    await desk.store.people.tell_always(int(yuki.id), wanted=True)
    job = await desk.ask(yuki, yuki.channel("general"))
    desk.clock.time += 61
    await desk.delivery.deliver(await desk.draw(job))
    assert len(await pinged(yuki)) == 1


async def test_a_process_that_died_before_telling_is_made_up_for_once(desk, yuki):
    """Delivered and killed: the next start tells; and once the wish is taken, nothing tells again."""
    job = await desk.draw(await desk.ask(yuki, yuki.channel("general")))
    await desk.store.jobs.want_told(job.id, wanted=True)
    await desk.store.jobs.delivered(job.id, now=desk.clock.now() + 61)
    [left] = await desk.store.jobs.to_tell()
    await desk.delivery.tell_again(left)
    await desk.delivery.tell_again(left)
    assert len(await pinged(yuki)) == 1


async def test_a_private_result_is_told_of_directly(desk, yuki):
    """The channel hears nothing of it; the direct message was asked for."""
    job = await finished(desk, yuki, yuki.channel("general"), after_s=1000, private=True)
    [message] = await yuki.messages(yuki.direct_message)
    assert message["content"] == (
        f"About your request `{job.id}`: Discord lets me edit a private message for fifteen minutes only. "
        f"`/show picture:{job.id}` shows the pictures."
    )
    assert await desk.store.jobs.to_tell() == []


async def test_a_private_result_in_time_is_told_of_directly_too(desk, yuki):
    job = await finished(desk, yuki, yuki.channel("general"), private=True)
    [message] = await yuki.messages(yuki.direct_message)
    assert message["content"] == f"Your picture is ready: `/show picture:{job.id}` shows it."


async def test_without_the_right_to_reply_a_message_with_a_link_is_sent(desk, yuki, ada, sandbox):
    channel = yuki.channel("gallery")
    await ada.call(
        "PUT", f"/channels/{channel}/overwrites/{sandbox.world.bot.id}", {"allow": "0", "deny": str(1 << 16)}
    )
    job = await finished(desk, yuki, channel)
    [message] = await pinged(yuki)
    assert message["content"].startswith(f"<@{yuki.id}>, your picture is ready. https://")
    assert message["content"].endswith(str(job.message_id))


async def test_a_job_that_failed_is_told_of_without_its_words(desk, yuki):
    job = await desk.ask(yuki, yuki.channel("general"))
    await desk.store.jobs.want_told(job.id, wanted=True)
    desk.clock.time += 61
    await desk.delivery.fail(job, as_written("The graphics card has no room."))
    [reply] = await pinged(yuki)
    assert reply["content"] == f"<@{yuki.id}>, your picture was not drawn. Its message says why."
    assert await message_of(yuki, job)

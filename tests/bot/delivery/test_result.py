"""A result reaches its message within Discord's limits, or waits in the spool with a word to its owner."""

import asyncio
import io
from functools import partial

import pytest
from PIL import Image

from bot.job import State
from bot.queue.forecast import Wait
from bot.sentences import ends
from bot.sentences.joined import as_written
from bot.sentences.rendering import render
from bot.views import card
from tests.bot.delivery.conftest import drawing
from tests.journey.people import gallery, labels, words


async def message_of(person, job):
    """The job's message as somebody sees it now; None if it is not there."""
    return next((m for m in await person.messages(str(job.channel_id)) if m["id"] == str(job.message_id)), None)


async def formats(person, message):
    files = [await person.fetch(item["media"]["url"]) for item in gallery(message)]
    return [Image.open(io.BytesIO(file)).format for file in files], [len(file) for file in files]


async def test_a_result_that_fits_is_posted_as_it_was_drawn(desk, yuki):
    """PNG, in order, and the job is over."""
    job = await desk.ask(yuki, yuki.channel("general"), count=2)
    pictures = [drawing(number) for number in range(2)]
    await desk.delivery.deliver(await desk.draw(job, *pictures))
    message = await message_of(yuki, job)
    assert [await yuki.fetch(item["media"]["url"]) for item in gallery(message)] == pictures
    assert "PNG" not in words(message)
    assert (await desk.store.jobs.get(job.id)).state is State.DELIVERED


async def test_a_picture_over_the_limit_is_made_smaller_and_the_message_says_so(desk, yuki, sandbox):
    """Only the one that is too large; the limit is the server's."""
    small, large = drawing(0), drawing(1, grain=30, size=(256, 256))
    next(iter(sandbox.world.guilds.values())).max_file_bytes = len(large) // 2
    job = await desk.ask(yuki, yuki.channel("general"), count=2)
    await desk.delivery.deliver(await desk.draw(job, small, large))
    message = await message_of(yuki, job)
    found, sizes = await formats(yuki, message)
    assert found == ["PNG", "WEBP"]
    assert sizes[1] <= len(large) // 2
    assert "The PNG was too large for Discord, so this picture is WebP of quality" in words(message)


async def test_a_limit_that_was_lowered_meanwhile_is_found_out(desk, yuki, sandbox):
    """Discord's 413 makes the pictures smaller until it takes them."""
    job = await desk.ask(yuki, yuki.channel("general"))
    large = drawing(1, grain=30, size=(256, 256))
    next(iter(sandbox.world.guilds.values())).max_file_bytes = len(large) // 3
    await desk.delivery.deliver(await desk.draw(job, large))
    assert (await formats(yuki, await message_of(yuki, job)))[0] == ["WEBP"]


async def test_what_discord_takes_in_no_size_waits_in_the_spool(desk, yuki, sandbox):
    """The message says so, and its Show button works once there is room."""
    guild = next(iter(sandbox.world.guilds.values()))
    limit, guild.max_file_bytes = guild.max_file_bytes, 20
    job = await desk.ask(yuki, yuki.channel("general"))
    await desk.delivery.deliver(await desk.draw(job))
    message = await message_of(yuki, job)
    assert f"Discord did not accept the pictures. The pictures are ready: `/show picture:{job.id}`" in words(message)
    guild.max_file_bytes = limit
    assert gallery(await desk.shown(yuki, yuki.channel("general"), job.id))


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_what_passes_by_itself_is_waited_for(desk, yuki, sandbox, status):
    """A limit that a proxy announces is no refusal, nor is an outage of minutes."""
    job = await desk.draw(await desk.ask(yuki, yuki.channel("general")))
    sandbox.faults.post_json(
        {"fault": "answer", "route": "PATCH /webhooks/*/*/messages/*", "status": status, "times": 3, "via": False}
        if status == 429
        else {"fault": "reset", "route": "PATCH /webhooks/*/*/messages/*", "times": 3, "after_bytes": 100}
    )
    await desk.delivery.deliver(job)
    assert desk.clock.slept == [1.0, 2.0, 4.0]
    assert gallery(await message_of(yuki, job))


async def test_a_private_message_promises_what_it_cannot_show(desk, yuki):
    """At minute thirteen it says where the pictures will be; the job goes on, and `/show` brings them for ever."""
    channel = yuki.channel("general")
    job = await desk.ask(yuki, channel, private=True)
    desk.clock.time += 12.5 * 60
    await desk.clock.let_look()
    assert "Next in the queue." in words(await message_of(yuki, job))
    desk.clock.time += 60
    await desk.clock.let_look()
    message = await message_of(yuki, job)
    assert f"`/show picture:{job.id}`" in words(message)
    assert labels(message) == ["Cancel"]
    desk.clock.time += 600
    await desk.delivery.deliver(await desk.draw(job))
    ended = await desk.store.jobs.get(job.id)
    assert (ended.state, render(ended.kept)) == (
        State.DELIVERED,
        "Discord lets me edit a private message for fifteen minutes only.",
    )
    answer = await desk.shown(yuki, channel, job.id)
    assert answer["flags"] & 64
    assert gallery(answer)


async def test_a_private_result_in_time_is_shown_over_the_promise(desk, yuki):
    job = await desk.ask(yuki, yuki.channel("general"), private=True)
    desk.clock.time += 13.2 * 60
    await desk.clock.let_look()
    await desk.delivery.deliver(await desk.draw(job))
    assert gallery(await message_of(yuki, job))
    assert (await desk.store.jobs.get(job.id)).kept is None


async def test_no_progress_is_shown_over_a_promise(desk, yuki):
    """Else nobody would read it."""
    job = await desk.ask(yuki, yuki.channel("general"), private=True)
    desk.clock.time += 13.2 * 60
    await desk.clock.let_look()
    desk.delivery.job_message(job.id).say(lambda: pytest.fail("nothing may be built"))
    await asyncio.sleep(0)
    assert f"`/show picture:{job.id}`" in words(await message_of(yuki, job))


async def test_a_promise_that_discord_did_not_take_is_made_again(desk, yuki, sandbox):
    job = await desk.ask(yuki, yuki.channel("general"), private=True)
    sandbox.faults.post_json({"fault": "reset", "route": "PATCH /webhooks/*/*/messages/*"})
    desk.clock.time += 13.2 * 60
    await desk.clock.let_look()
    assert "Next in the queue." in words(await message_of(yuki, job))
    desk.clock.time += 10
    await desk.clock.let_look()
    assert f"`/show picture:{job.id}`" in words(await message_of(yuki, job))


async def test_a_public_message_needs_no_promise(desk, yuki):
    """The bot's own right edits it after the token is dead."""
    job = await desk.ask(yuki, yuki.channel("general"))
    desk.clock.time += 13.5 * 60
    await desk.clock.let_look()
    assert "Next in the queue." in words(await message_of(yuki, job))
    desk.clock.time += 1200
    await desk.delivery.deliver(await desk.draw(job))
    assert gallery(await message_of(yuki, job))


async def test_without_a_right_of_its_own_the_message_promises_too(desk, yuki, ada, sandbox):
    """The channel was closed to the bot: the token may still say so, and `/show` works elsewhere."""
    channel = yuki.channel("gallery")
    job = await desk.ask(yuki, channel)
    await ada.call(
        "PUT", f"/channels/{channel}/overwrites/{sandbox.world.bot.id}", {"allow": "0", "deny": str(1 << 15)}
    )
    await desk.client.wait_for("guild_channel_update")
    desk.clock.time += 13.2 * 60
    await desk.clock.let_look()
    assert f"`/show picture:{job.id}`" in words(await message_of(yuki, job))
    desk.clock.time += 300
    await desk.delivery.deliver(await desk.draw(job))
    assert (await desk.store.jobs.get(job.id)).kept == ends.NO_RIGHT
    assert gallery(await desk.shown(yuki, yuki.channel("general"), job.id))


async def test_in_a_voice_channel_its_own_right_is_connect_as_well(desk, yuki, ada, sandbox):
    """Without it the chat beside the voices is out of reach once the token is dead, and the message says so in time."""
    told = desk.client.wait_for("guild_channel_create")
    lounge = (await ada.call("POST", f"/guilds/{ada.guild}/channels", {"name": "lounge", "type": 2}))["channel"]["id"]
    await told
    job = await desk.ask(yuki, lounge)
    told = desk.client.wait_for("guild_channel_update")
    await ada.call("PUT", f"/channels/{lounge}/overwrites/{sandbox.world.bot.id}", {"allow": "0", "deny": str(1 << 20)})
    await told
    desk.clock.time += 13.2 * 60
    await desk.clock.let_look()
    assert f"`/show picture:{job.id}`" in words(await message_of(yuki, job))
    told = desk.client.wait_for("guild_channel_update")
    await ada.call("DELETE", f"/channels/{lounge}/overwrites/{sandbox.world.bot.id}")
    await told
    desk.clock.time += 300
    await desk.delivery.deliver(await desk.draw(job))
    assert gallery(await message_of(yuki, job))


async def test_a_deleted_message_stops_what_is_not_drawn(desk, yuki, mio):
    """The next edit notices; nothing is posted anew, and the owner is told privately."""
    job = await desk.ask(yuki, yuki.channel("general"))
    await mio.delete(await message_of(mio, job))
    desk.delivery.job_message(job.id).say(partial(card.waiting, job, Wait(2)))
    await desk.delivery.abandon(*await asyncio.wait_for(desk.lost.get(), 5))
    ended = await desk.store.jobs.get(job.id)
    sentence = "Its message was deleted. So I stopped."
    assert (ended.state, render(ended.error), ended.untold) == (State.CANCELLED, sentence, False)
    told = await yuki.wait_for(lambda m: m["flags"] & 64)
    assert told["content"] == f"About your request `{job.id}`: {sentence}"
    assert await message_of(yuki, job) is None


@pytest.mark.parametrize("how", ["message", "thread", "channel"])
async def test_what_is_drawn_outlives_its_place(desk, yuki, mio, ada, how):
    """A deleted message, an archived thread and a deleted channel are final: kept for `/show`, never posted anew."""
    place = yuki.channel("first sketches" if how == "thread" else "gallery")
    job = await desk.draw(await desk.ask(yuki, place))
    match how:
        case "message":
            await mio.delete(await message_of(mio, job))
        case "thread":
            await ada.call("PATCH", f"/channels/{place}", {"archived": True})
            await desk.client.wait_for("raw_thread_update")
        case "channel":
            await ada.call("DELETE", f"/channels/{place}")
            await desk.client.wait_for("guild_channel_delete")
    await desk.delivery.deliver(job)
    ended = await desk.store.jobs.get(job.id)
    assert (ended.state, ended.untold) == (State.DELIVERED, False)
    assert render(ended.kept).split()[1] == {"message": "message", "thread": "thread", "channel": "channel"}[how]
    assert gallery(await desk.shown(yuki, yuki.channel("general"), job.id))


def change_between_tries(desk, ada, channel, sandbox):
    """The first try fails, and before the second the channel is no longer age-restricted."""
    sleep = desk.clock.sleep

    async def changed_meanwhile(seconds):
        await ada.call("PATCH", f"/channels/{channel}", {"nsfw": False})
        await desk.client.wait_for("guild_channel_update")
        await sleep(seconds)

    desk.editor._sleep = changed_meanwhile
    sandbox.faults.post_json({"fault": "reset", "route": "PATCH /webhooks/*/*/messages/*"})


async def test_a_place_that_changed_between_two_tries_is_asked_about_again(desk, yuki, ada, sandbox):
    """A picture that waited out an outage is not shown where it is no longer allowed."""
    channel = yuki.channel("after-dark")
    job = await desk.draw(await desk.ask(yuki, channel, rating="sensitive"))
    change_between_tries(desk, ada, channel, sandbox)
    await desk.delivery.deliver(job)
    assert (await desk.store.jobs.get(job.id)).state is State.REFUSED
    assert not gallery(await message_of(yuki, job))


async def test_what_one_picture_shows_is_asked_about_again_between_two_tries(desk, yuki, ada, sandbox):
    """The milder one arrives; the other is neither shown nor kept."""
    channel = yuki.channel("after-dark")
    job = await desk.draw(await desk.ask(yuki, channel, count=2), seen_as=("safe", "sensitive"))
    change_between_tries(desk, ada, channel, sandbox)
    await desk.delivery.deliver(job)
    message = await message_of(yuki, job)
    assert len(gallery(message)) == 1
    assert "One picture came out above the rating that is allowed here" in words(message)
    assert [picture.number for picture in await desk.store.pictures.of(job.id)] == [0]


async def test_a_refusal_is_heard_once(desk, yuki, ada, sandbox):
    """Progress without a right is not tried again and again: Discord counts such errors."""
    channel = yuki.channel("gallery")
    job = await desk.ask(yuki, channel)
    await ada.call(
        "PUT", f"/channels/{channel}/overwrites/{sandbox.world.bot.id}", {"allow": "0", "deny": str(1 << 10)}
    )
    desk.clock.time += 1000
    job_message = desk.delivery.job_message(job.id)
    for place in (3, 2, 1):
        job_message.say(partial(card.waiting, job, Wait(place)))
        await job_message._task
    assert len([one for one in edits(sandbox) if one["status"] == 403]) == 1
    assert desk.lost.empty()


def edits(sandbox):
    """Every edit that reached Discord."""
    return [one for one in sandbox.feed.entries(limit=500) if one.get("method") == "PATCH"]


async def test_an_end_that_was_not_told_is_told_by_the_next_process(desk, yuki):
    """Recorded, killed, started again: the message says so, and its files are gone."""
    job = await desk.draw(await desk.ask(yuki, yuki.channel("general")))
    await desk.store.jobs.fail(job.id, as_written("It could not be drawn."), now=desk.clock.now())
    [untold] = await desk.store.jobs.to_tell()
    await desk.delivery.tell_again(untold)
    assert "It could not be drawn." in words(await message_of(yuki, job))
    assert await desk.store.jobs.to_tell() == []
    assert all(picture.deleted for picture in await desk.store.pictures.of(job.id))

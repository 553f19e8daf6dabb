"""Killed between any two steps of a job's life, the bot takes the next one after its restart, and none twice."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from bot.sandbox.people.driver import control
from tests.journey.people import delete, gallery, job_of, labels, result_of, words
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.asyncio(loop_scope="session")

CALLBACK = "POST /interactions/*/*/callback"
ORIGINAL = "GET /webhooks/*/*/messages/@original"
EDIT = "PATCH /webhooks/*/*/messages/*"


def recorded(studio, interaction_id):
    """What the database says of the job that an interaction asked for; None before it is there."""
    with closing(sqlite3.connect(f"file:{studio.folder / 'data' / 'eshi.sqlite3'}?mode=ro", uri=True)) as database:
        row = database.execute("SELECT state FROM jobs WHERE interaction_id = ?", [int(interaction_id)]).fetchone()
    return row and row[0]


async def until(studio, interaction_id, state):
    async with asyncio.timeout(PATIENCE_S):
        while True:
            if recorded(studio, interaction_id) == state:
                return
            await asyncio.sleep(0.02)  # another process's file: nothing to be woken by


async def restart(studio):
    await studio.developer("DELETE", "/faults")
    await studio.start_bot()


async def test_between_the_commit_and_the_acknowledgement(studio, yuki):
    """What Discord never took is dropped; what it took without the bot hearing of it goes on in that message."""
    channel = yuki.channel("general")
    seen = {message["id"] for message in await yuki.messages(channel)}
    asked = {}
    for fault in ("reset", "lose"):
        await studio.developer("POST", "/faults", {"fault": fault, "route": CALLBACK})
        await studio.developer("POST", "/faults", {"fault": "delay", "route": ORIGINAL, "delay_s": 20.0})
        asked[fault] = await yuki.slash(channel, "imagine", prompt="1girl")
        await until(studio, asked[fault], "queued")
        if fault == "lose":
            await yuki.answer(asked[fault])
    await studio.kill("bot")
    await restart(studio)
    result = await result_of(yuki, asked["lose"])
    await until(studio, asked["reset"], "cancelled")
    assert [m["id"] for m in await yuki.messages(channel) if m["id"] not in seen] == [result["id"]]


async def test_between_an_end_and_its_edit(studio, yuki):
    """A result in the spool is posted, and a message that still says "drawing" is told that it was cancelled."""
    channel = yuki.channel("general")
    drawn = await yuki.slash(channel, "imagine", prompt="1girl")
    await result_of(yuki, drawn)
    with studio.still():
        waiting = [await yuki.slash(channel, "imagine", prompt="1girl", steps=steps) for steps in (20, 50)]
        firsts = [await yuki.answer(one) for one in waiting]
        await yuki.wait_for(lambda m: m["id"] == firsts[0]["id"] and "step " in words(m))
        await studio.developer("POST", "/faults", {"fault": "reset", "route": EDIT, "times": 100})
        await yuki.press(firsts[1], control(firsts[1], "Cancel"))
        await until(studio, waiting[1], "cancelled")
    await until(studio, waiting[0], "rendered")
    await studio.kill("bot")
    await restart(studio)
    assert (await result_of(yuki, waiting[0]))["id"] == firsts[0]["id"]
    await yuki.wait_for(lambda m: m["id"] == firsts[1]["id"] and "Cancelled." in words(m))


async def test_between_the_post_and_its_record(studio, yuki):
    """The message is edited once more into the same result; nothing appears twice."""
    channel = yuki.channel("general")
    seen = {message["id"] for message in await yuki.messages(channel)}
    await studio.developer("POST", "/faults", {"fault": "lose", "route": EDIT, "times": 100})
    asked = await yuki.slash(channel, "imagine", prompt="1girl")
    result = await result_of(yuki, asked)
    assert recorded(studio, asked) == "rendered"
    await studio.kill("bot")
    await restart(studio)
    await until(studio, asked, "delivered")
    [message] = [m for m in await yuki.messages(channel) if m["id"] not in seen]
    assert message["id"] == result["id"]
    assert len(gallery(message)) == 1


async def test_a_job_is_shown_again_after_a_restart(studio, yuki):
    """Offered by its id and words, with its pictures and buttons, though its message was deleted."""
    channel = yuki.channel("general")
    asked = await yuki.slash(channel, "imagine", subject="1girl", prompt="lighthouse")
    result = await result_of(yuki, asked)
    await studio.kill("bot")
    await restart(studio)
    async with studio.person("mio") as mio:
        await mio.delete(result)
    [offered] = await yuki.autocomplete(channel, "show", "picture", picture="lighthouse")
    assert "ready" in offered["name"]
    shown = await yuki.answer(await yuki.slash(channel, "show", picture=offered["value"]))
    assert shown["flags"] & 64
    assert len(gallery(shown)) == 1
    drawing = ["Reroll", "Edit", "Recipe", "Vary …", "Enlarge …", "Extend …", "Detail …"]
    assert labels(shown) == [*drawing, "Again exactly", "Delete"]
    await delete(yuki, shown)
    await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == shown["id"])
    spool = {path.name for path in (studio.folder / "data" / "spool").iterdir()}
    assert not [name for name in spool if name.startswith(offered["value"])]


async def test_a_job_whose_message_is_deleted_is_stopped(studio, yuki, let_go):
    """While it is drawn, at the next edit: its owner is told, and the engine is free for the next."""
    channel = yuki.channel("general")
    asked = await yuki.slash(channel, "imagine", prompt="1girl", steps=50)
    first = await yuki.answer(asked)
    await yuki.wait_for(lambda m: m["id"] == first["id"] and "step " in words(m))
    async with studio.person("mio") as mio:
        await mio.delete(first)
    let_go()
    await until(studio, asked, "cancelled")
    told = await yuki.wait_for(lambda m: m["flags"] & 64 and "was deleted" in m["content"])
    assert told["content"].endswith("Its message was deleted. So I stopped.")
    assert first["id"] not in [message["id"] for message in await yuki.messages(channel)]
    assert gallery(await result_of(yuki, await yuki.slash(channel, "imagine", prompt="1girl")))


async def test_delete_under_what_was_shown_takes_the_message_in_the_channel_too(yuki):
    channel = yuki.channel("general")
    result = await result_of(yuki, await yuki.slash(channel, "imagine", prompt="1girl"))
    job_id = job_of(result)
    shown = await yuki.answer(await yuki.slash(channel, "show", picture=job_id))
    await delete(yuki, shown)
    await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == result["id"])


@pytest.mark.usefixtures("let_go")
async def test_tell_me_is_a_toggle_of_the_owner(yuki, mio):
    """Pressed once it is on, pressed again it is off; it is nobody else's to press; and `/me tell` is for all jobs."""
    channel = yuki.channel("general")
    asked = await yuki.slash(channel, "imagine", prompt="1girl", steps=50)
    first = await yuki.answer(asked)
    no = await mio.answer(await mio.press(first, control(first, "Tell me when done")))
    assert "Only" in no["content"]
    for sentence in ("I will ping you", "I will not ping you"):
        told = await yuki.answer(await yuki.press(first, control(first, "Tell me when done")))
        assert told["content"].startswith(sentence)
    await yuki.press(first, control(first, "Cancel"))
    on = await yuki.answer(await yuki.slash(channel, "me tell", when_done=True))
    assert "From now on" in on["content"]
    off = await yuki.answer(await yuki.slash(channel, "me tell", when_done=False))
    assert "Tell me when done" in off["content"]

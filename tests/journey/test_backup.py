"""A backup is taken while people draw, more happens, and it is restored: everything comes to its one end, and once."""

import asyncio
import sys

import pytest

from bot.sandbox.people.driver import control, controls
from tests.journey.conftest import ROOT
from tests.journey.people import gallery, job_of, result_of, shown, words
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def terminal(studio, *arguments):
    """Run a command of the bot as its operator; what it prints."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", *arguments, "--config", str(studio.config)),
        cwd=ROOT,
        env=studio.environment,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    told, _ = await asyncio.wait_for(process.communicate(), PATIENCE_S)
    assert process.returncode == 0, told.decode()
    return told.decode()


def pictures(message):
    """Which files a message shows; their links are signed anew whenever it is read."""
    return [item["media"]["attachment_id"] for item in gallery(message)]


async def posted(person, channel):
    """The ids of what everybody sees there."""
    return [message["id"] for message in await person.messages(channel) if not message["flags"] & 64]


async def test_a_backup_under_load_restores_and_posts_nothing_twice(studio, yuki):
    """What was delivered since stays as it is, what was cancelled since stays so, what waits is on hold, and told."""
    channel = yuki.channel("general")
    before = await result_of(yuki, await yuki.slash(channel, "imagine", prompt="1girl"))
    with studio.still():
        prompts = ("1girl", "1girl", "1girl", "1girl, night")
        asked = [await yuki.slash(channel, "imagine", prompt=prompt, steps=20) for prompt in prompts]
        firsts = [await yuki.answer(one) for one in asked]
        await yuki.wait_for(lambda m: m["id"] == firsts[0]["id"] and "step " in words(m))
        told = await terminal(studio, "backup")
        assert "4 of them unfinished" in told
        kept = [path for path in (studio.folder / "data" / "backups").rglob("*") if path.is_file()]
        assert [path for path in kept if studio.token.encode() in path.read_bytes()] == []
        await yuki.press(firsts[2], control(firsts[2], "Cancel"))
        await yuki.wait_for(lambda m: m["id"] == firsts[2]["id"] and "Cancelled." in words(m))
    with studio.still("night"):
        drawn = [await result_of(yuki, one) for one in asked[:2]]
        since = await yuki.answer(await yuki.slash(channel, "imagine", prompt="1girl, night"))
        await studio.kill("bot")
    messages = await posted(yuki, channel)
    told = await terminal(studio, "restore", told.partition(": ")[0])
    assert "4 were not finished" in told
    before_start = len(studio.log_text())
    await studio.start_bot()
    for one in firsts[:3]:
        await studio.said(f"job {job_of(one)}: out of a backup; in Discord it is ", after=before_start)
    on_hold = await yuki.wait_for(lambda m: m["id"] == firsts[3]["id"] and "restored from a backup" in words(m))
    for message in (before, *drawn):
        [now] = [m for m in await yuki.messages(channel) if m["id"] == message["id"]]
        assert (pictures(now), words(now)) == (pictures(message), words(message))
    queue = await shown(yuki, await yuki.slash(channel, "queue"))
    listed = {one["custom_id"].rpartition(":")[2] for one in controls(queue)}
    assert [job_of(one) in listed for one in firsts] == [False, False, False, True]
    await yuki.press(queue, f"v1:queue:resume:mine:0:{job_of(on_hold)}")
    result = await result_of(yuki, asked[3])
    assert result["id"] == firsts[3]["id"]
    again = await result_of(yuki, await yuki.slash(channel, "imagine", prompt="1girl"))
    assert job_of(again) > job_of(since)
    assert await posted(yuki, channel) == [*messages, again["id"]]

"""SIGTERM lets the bot end in order: what is begun ends, or goes on after the restart, and says so."""

import asyncio
import signal
import sys

import pytest
import pytest_asyncio

from tests.journey.people import gallery, result_of, words

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def drawing(person, **options):
    """Ask for something and wait until it is being drawn; gives the act and the message."""
    sent = await person.slash(person.channel("general"), "imagine", **{"prompt": "1girl", **options})
    first = await person.answer(sent)
    await person.wait_for(lambda m: m["id"] == first["id"] and "step " in words(m))
    return sent, first


async def stopping(studio):
    """Ask the bot to stop, and wait until it has heard."""
    before = len(studio.log_text())
    studio.process("bot").send_signal(signal.SIGTERM)
    await studio.said("stopping in order", after=before)
    return before


@pytest_asyncio.fixture(loop_scope="session")
async def patient(studio):
    """A bot that would let what is being drawn take its time for longer than anybody here waits."""
    usual = studio.config.read_text()
    studio.config.write_text(usual.replace("drain_s = 1.0", "drain_s = 600.0"))
    await studio.kill("bot")
    await studio.start_bot()
    studio.config.write_text(usual)


@pytest.mark.usefixtures("patient")
async def test_what_is_nearly_done_is_finished_and_nothing_new_begins(studio, yuki, let_go):
    """The bot stays until its last picture is out; what waits, waits for the next life."""
    sent, first = await drawing(yuki, steps=10)
    waiting = [await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl", steps=10) for _ in range(2)]
    for one in waiting:
        await yuki.answer(one)
    await stopping(studio)
    let_go()
    assert await studio.ended("bot") == 0
    ids = [e["data"]["id"] for e in yuki.events if e["event"] == "message.update" and gallery(e["data"])]
    assert first["id"] in ids
    await studio.start_bot()
    for one in (sent, *waiting):
        assert gallery(await result_of(yuki, one))


async def test_what_takes_longer_says_that_it_goes_on_and_does(studio, yuki, let_go):
    """Its message tells the truth while nobody is there to edit it."""
    sent, first = await drawing(yuki, steps=50)
    assert await studio.kill("bot", signal.SIGTERM) == 0
    [shown] = [m for m in await yuki.messages(first["channel_id"]) if m["id"] == first["id"]]
    assert "I am restarting. This goes on by itself afterwards." in words(shown)
    let_go()
    await studio.start_bot()
    assert gallery(await result_of(yuki, sent))


@pytest.mark.usefixtures("patient")
async def test_a_second_signal_ends_it_at_once(studio, yuki, let_go):
    """Whoever is in a hurry is not argued with; the job is drawn all the same, in the next life."""
    sent, _ = await drawing(yuki, steps=50)
    before = await stopping(studio)
    assert await studio.kill("bot", signal.SIGINT) == 0
    assert "put back" not in studio.log_text()[before:]
    let_go()
    await studio.start_bot()
    assert gallery(await result_of(yuki, sent))


async def test_a_second_bot_on_the_same_data_refuses_to_start(studio, yuki):
    """One line says why, and the first is not disturbed."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        *("-m", "bot", "run", "--config", str(studio.config)),
        env=studio.environment,
        stderr=asyncio.subprocess.PIPE,
    )
    _, said = await process.communicate()
    assert process.returncode == 1
    assert (
        said.decode()
        .splitlines()[-1]
        .endswith("eshi.sqlite3: in use by another bot; two bots on one database would answer twice")
    )
    sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl")
    assert gallery(await result_of(yuki, sent))

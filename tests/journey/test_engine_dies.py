"""The engine dies, hangs or is not there yet: people see what they wait for, and only the guilty lose their picture."""

import asyncio
import contextlib
import sqlite3

import pytest

from tests.journey.people import gallery, labels, result_of, words

pytestmark = pytest.mark.asyncio(loop_scope="session")


@contextlib.asynccontextmanager
async def engine_with(studio, *troubles):
    """An engine with troubles that is started again whenever it dies; afterwards the usual one is back."""

    async def keep():
        while True:
            await studio.start_engine(*troubles)
            await studio.process("engine").wait()

    await studio.kill("engine")
    keeping = asyncio.create_task(keep())
    try:
        yield
    finally:
        keeping.cancel()
        await asyncio.wait([keeping])
        await studio.another_engine()


async def end_of(person, interaction_id):
    """What a job's message says once it is over."""
    first = await person.answer(interaction_id)
    return await person.wait_for(lambda m: m["id"] == first["id"] and "Reroll" in labels(m))


async def test_a_job_that_kills_every_engine_is_given_up_and_its_neighbours_are_not(studio, yuki, mio):
    """Both are drawn again alone; the guilty one ends with a sentence, the other with a picture."""
    async with engine_with(studio, "--trouble", "crash", "--word", "poison", "--at-step", "10"):
        innocent = await mio.slash(mio.channel("general"), "imagine", prompt="1girl", steps=30)
        guilty = await yuki.slash(yuki.channel("general"), "imagine", subject="1girl", prompt="poison", steps=30)
        ended = await end_of(yuki, guilty)
        assert "The engine crashed each time it drew this" in words(ended)
        assert not gallery(ended)
        assert gallery(await result_of(mio, innocent))
    log = studio.log_text()
    assert "quarantined: the engine died 2 times with this job alone" in log
    assert "poison" not in log


async def test_a_job_for_which_there_is_no_room_says_so_kindly(studio, yuki):
    async with engine_with(studio, "--trouble", "out_of_memory", "--word", "huge"):
        sent = await yuki.slash(yuki.channel("general"), "imagine", subject="1girl", prompt="huge")
        assert "not enough memory for this size" in words(await end_of(yuki, sent))


async def test_who_waits_sees_what_the_engine_is_about(studio, yuki):
    """Away, then loading, then drawing; nothing is lost meanwhile."""
    before = len(studio.log_text())
    await studio.kill("engine")
    await studio.said("The engine is away", after=before)
    sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl")
    first = await yuki.answer(sent)
    assert "The engine is not running right now. Your request is kept, and drawn when it is back." in words(first)
    await studio.start_engine("--loading-s", "3")
    await yuki.wait_for(lambda m: m["id"] == first["id"] and "The engine is still starting: stage 1." in words(m))
    assert gallery(await result_of(yuki, sent))
    await studio.another_engine()


async def test_what_waited_through_a_restart_sees_it_too(studio, yuki):
    """Though nothing has started since, and though the tokens of that time are dead."""
    before = len(studio.log_text())
    async with engine_with(studio, "--step-s", "1"):
        await studio.said("The engine is ready", after=before)
        wanted = {"prompt": "1girl", "steps": 20, "count": 4}  # two of them fill the engine
        sent = [await yuki.slash(yuki.channel("general"), "imagine", **wanted) for _ in range(3)]
        firsts = [await yuki.answer(one) for one in sent]
        await yuki.wait_for(lambda m: m["id"] == firsts[0]["id"] and "step " in words(m))
        await studio.kill("bot")
    with contextlib.closing(sqlite3.connect(studio.folder / "data" / "eshi.sqlite3")) as database, database:
        database.execute("UPDATE jobs SET token_created_at = token_created_at - 900")
    async with engine_with(studio, "--loading-s", "3"):
        await studio.start_bot()
        for first in firsts:
            await yuki.wait_for(lambda m, own=first["id"]: m["id"] == own and "The engine is" in words(m))
        for one in sent:
            assert gallery(await result_of(yuki, one))

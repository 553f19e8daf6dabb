"""The database cannot be written for a while: nobody is left without an answer, and nothing is lost."""

import contextlib
import sqlite3

import pytest

from tests.journey.people import gallery, refusal_of, result_of, words

pytestmark = pytest.mark.asyncio(loop_scope="session")


@contextlib.contextmanager
def locked(studio):
    """Another program holds the database's write lock."""
    path = studio.folder / "data" / "eshi.sqlite3"
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        yield


async def test_what_cannot_be_recorded_is_not_begun_and_its_asker_is_told(studio, yuki):
    """Within the time of an answer, privately; as soon as it can be recorded, it is drawn."""
    before = len(studio.log_text())
    with locked(studio):
        no = await refusal_of(yuki, await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl"))
        assert no == "I cannot save anything right now, so I did not start. Please try again in a few minutes."
    said = studio.log_text()[before:]
    assert "eshi.sqlite3: locked by another program" in said
    assert "Traceback" not in said
    assert gallery(await result_of(yuki, await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl")))


async def test_a_picture_that_is_being_drawn_waits_until_it_can_be_recorded(studio, yuki, let_go):
    """It is drawn once, and delivered once."""
    sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl", steps=10)
    first = await yuki.answer(sent)
    await yuki.wait_for(lambda m: m["id"] == first["id"] and "step " in words(m))
    before = len(studio.log_text())
    with locked(studio):
        let_go()
        await studio.said("locked by another program (database is locked); trying again", after=before)
    result = await result_of(yuki, sent)
    assert result["id"] == first["id"]
    assert gallery(result)

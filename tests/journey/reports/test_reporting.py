"""One report hides a picture until a moderator has looked, and tells whoever has to."""

import pytest

from bot.sandbox.people.driver import control
from tests.journey.people import delete, gallery, job_of, refusal_of, result_of, use, words
from tests.journey.reports.conftest import (
    buttons,
    database,
    draw,
    hidden,
    hurt,
    job_key,
    notice,
    person_hash,
    report,
    shown_again,
    spool,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_report_hides_the_picture_and_tells_the_moderators(studio, yuki, nico, mio, log_channel):
    """A neutral sentence for everybody; for moderators who, whose, which and where, and no prompt."""
    result = await draw(yuki, prompt="unspoken words")
    assert "the moderators" in await report(nico, result, "hateful", "it is   mean\n\u202e_really_")
    gone = await hidden(yuki, result)
    assert not gallery(gone)
    assert gone["attachments"] == []
    assert "unspoken" not in words(gone)
    assert buttons(gone) == ["Look", "Restore", "Delete"]
    assert spool(studio, result), "kept for the moderators"
    told = await notice(mio, log_channel)
    job = job_of(result)
    for part in (f"<@{nico.id}>", f"<@{yuki.id}>", job, result["id"], result["channel_id"]):
        assert part in words(told)
    assert "hateful or cruel. “it is mean \\_really\\_”" in words(told)
    assert "unspoken" not in words(told)
    assert buttons(told) == ["Look", "Restore", "Delete"]
    assert not told["mentions"]


async def test_the_author_reads_why_in_private(yuki, nico):
    """The reason, and nothing that would tell who it was: not their words either."""
    result = await draw(yuki)
    await report(nico, result, "spam", "I know this one")
    await hidden(yuki, result)
    said = await refusal_of(yuki, await yuki.slash(yuki.channel("general"), "show", picture=job_of(result)))
    assert said == "This picture was reported and is hidden until a moderator decides. Reported as: spam."


async def test_a_report_that_a_dying_bot_left_half_done_is_finished_by_the_next_press(
    studio, yuki, nico, mio, log_channel
):
    """The row was there, and neither was the picture hidden nor anybody told."""
    result = await draw(yuki)
    key = job_key(result)
    with database(studio) as opened, opened:
        row = (key, person_hash(studio, nico), int(nico.id), person_hash(studio, yuki), int(yuki.guild))
        opened.execute(
            "INSERT INTO reports (job, reporter, reporter_id, author, guild_id, reported_at, hides)"
            " VALUES (?, ?, ?, ?, ?, 1, 1)",
            row,
        )
    before = len(await mio.messages(log_channel))
    assert "You had reported it before" in await report(nico, result)
    assert not gallery(await hidden(yuki, result))
    assert len(await mio.messages(log_channel)) == before + 1


async def test_what_a_moderator_restored_is_not_hidden_again(yuki, nico, ada, mio, log_channel):
    """A second report reaches the moderators all the same."""
    result = await draw(yuki)
    await report(nico, result)
    covered = await hidden(yuki, result)
    seen = list(yuki.events)
    await mio.press(covered, control(covered, "Restore"))
    back = await shown_again(yuki, result, after=seen)
    before = len(await mio.messages(log_channel))
    assert "hidden" not in await report(ada, back)
    assert gallery(next(m for m in await yuki.messages(result["channel_id"]) if m["id"] == result["id"]))
    fresh = (await mio.messages(log_channel))[before:]
    assert any(f"<@{ada.id}>" in words(m) and "restored it before" in words(m) for m in fresh)


async def test_a_report_keeps_a_copy_of_what_is_damaged_in_the_spool(studio, yuki, nico, mio, log_channel):
    """The message had it whole; once it is taken off there, nothing else could be put back."""
    result = await draw(yuki, seed=4)
    original = await yuki.fetch(gallery(result)[0]["media"]["url"])
    hurt(studio, result)
    await report(nico, result)
    await hidden(yuki, result)
    told = await notice(mio, log_channel)
    seen = list(yuki.events)
    await mio.press(told, control(told, "Restore"))
    back = await shown_again(yuki, result, after=seen)
    assert await yuki.fetch(gallery(back)[0]["media"]["url"]) == original


async def test_reports_that_keep_being_rejected_no_longer_hide(studio, yuki, nico, mio):
    """After three that a moderator put back, the fourth only tells."""
    for _ in range(3):
        result = await draw(yuki)
        await report(nico, result)
        covered = await hidden(yuki, result)
        seen = list(yuki.events)
        await mio.press(covered, control(covered, "Restore"))
        await shown_again(yuki, result, after=seen)
        nico.events.clear()
    result = await draw(yuki)
    assert "hidden" not in await report(nico, result)
    assert gallery(next(m for m in await yuki.messages(result["channel_id"]) if m["id"] == result["id"]))
    with database(studio) as opened:
        outcomes = [row for (row,) in opened.execute("SELECT outcome FROM reports ORDER BY job")]
    assert outcomes == ["restored", "restored", "restored", None]


async def test_what_is_no_longer_in_the_spool_is_kept_from_the_message(studio, yuki, nico, mio):
    """An old picture can be restored too: its copy is taken from Discord before it is hidden."""
    result = await draw(yuki, seed=9)
    original = await yuki.fetch(gallery(result)[0]["media"]["url"])
    for name in spool(studio, result):
        (studio.folder / "data" / "spool" / name).unlink()
    with database(studio) as opened, opened:
        opened.execute("UPDATE pictures SET deleted = 1")
    await report(nico, result)
    covered = await hidden(yuki, result)
    seen = list(yuki.events)
    await mio.press(covered, control(covered, "Restore"))
    back = await shown_again(yuki, result, after=seen)
    assert await yuki.fetch(gallery(back)[0]["media"]["url"]) == original


async def test_every_step_is_in_the_audit_log(studio, yuki, nico, mio):
    """Who reported, who restored: and a prompt only as its fingerprint."""
    result = await draw(yuki, prompt="unspoken words")
    await report(nico, result)
    covered = await hidden(yuki, result)
    seen = list(yuki.events)
    await mio.press(covered, control(covered, "Restore"))
    await shown_again(yuki, result, after=seen)
    job = job_of(result)
    with database(studio) as opened:
        query = "SELECT event, user_id, prompt FROM audit WHERE detail LIKE ? ORDER BY key"
        rows = opened.execute(query, (f"%{job}%",)).fetchall()
    assert [row[:2] for row in rows] == [("reported", int(nico.id)), ("restored", int(mio.id))]
    assert all(len(prompt) == 24 for *_, prompt in rows)


async def test_a_report_in_a_direct_message_goes_to_the_operator(studio, yuki):
    """Nobody moderates there: it is hidden, recorded and in the log."""
    result = await result_of(yuki, await yuki.slash(yuki.direct_message, "imagine", prompt="1girl"))
    assert "the operator of this bot" in await report(yuki, result)
    covered = await hidden(yuki, result)
    assert buttons(covered) == []
    assert "reported in a direct message" in studio.log.read_text()


async def test_a_picture_without_a_record_is_reported_all_the_same(studio, yuki, nico, mio):
    """It cannot be hidden, for it could not be restored; a moderator can delete it."""
    result = await draw(yuki)
    key = job_of(result)
    with database(studio) as opened, opened:
        opened.execute("PRAGMA foreign_keys = ON")
        opened.execute("DELETE FROM jobs WHERE key = (SELECT max(key) FROM jobs)")
    assert "I passed your report on" in await report(nico, result)
    with database(studio) as opened:
        assert opened.execute("SELECT count(*) FROM audit WHERE detail LIKE ?", (f"%{key}%",)).fetchone() == (1,)
    no = await refusal_of(nico, await use(nico, result, "Delete"))
    assert f"Only <@{yuki.id}> or a moderator may delete this." in no
    await delete(mio, result)
    await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == result["id"])

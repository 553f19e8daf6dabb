"""A report that was a slip is taken back within a minute, and what it hid is there again as it was."""

import asyncio

import pytest

from bot.sandbox.people.driver import control, controls
from tests.journey.people import gallery, job_of, refusal_of, use, words
from tests.journey.reports.conftest import database, draw, hidden, job_key, notice, report, shown_again, thanks

pytestmark = pytest.mark.asyncio(loop_scope="session")


def appearance(message):
    """What a message shows, whatever the addresses of its files."""
    files = [(one["description"], one["spoiler"]) for one in gallery(message)]
    return words(message), files, [one.get("custom_id") for one in controls(message)]


async def take_back(person, answer):
    """Press the button; the words that stand in its place then."""
    await person.press(answer, control(answer, "Take it back"))
    over = await person.wait_for(lambda m: m["id"] == answer["id"] and "took your report back" in words(m))
    assert controls(over) == []
    return words(over)


async def test_what_was_hidden_by_mistake_comes_back_as_it_was(studio, yuki, nico, mio, log_channel):
    """After a restart, too: behind the spoiler that its owner had put there; the moderators read that it is over."""
    result = await draw(yuki, prompt="a lake", seed=3, count=2)
    spoiled = await yuki.answer(await use(yuki, result, "Spoiler"))
    files = [await yuki.fetch(one["media"]["url"]) for one in gallery(spoiled)]
    answer = await thanks(nico, spoiled)
    await hidden(yuki, result)
    await studio.kill("bot")
    await studio.start_bot()
    seen = list(yuki.events)
    assert "shown again" in await take_back(nico, answer)
    back = await shown_again(yuki, result, after=seen)
    assert appearance(back) == appearance(spoiled)
    assert [await yuki.fetch(one["media"]["url"]) for one in gallery(back)] == files
    told = await notice(mio, log_channel)
    assert "Taken back" in words(told)
    assert "Not hidden: the reports were taken back." in words(told)
    assert [one for one in controls(told) if "label" in one] == []


async def test_two_presses_at_once_take_it_back_once(studio, yuki, nico):
    """The second finds it done, and says the same."""
    result = await draw(yuki)
    answer = await thanks(nico, result)
    await hidden(yuki, result)
    seen = list(yuki.events)
    press = control(answer, "Take it back")
    await asyncio.gather(nico.press(answer, press), nico.press(answer, press))
    assert gallery(await shown_again(yuki, result, after=seen))
    await nico.wait_for(lambda m: m["id"] == answer["id"] and "shown again" in words(m))
    with database(studio) as opened:
        assert opened.execute("SELECT count(*) FROM reports WHERE withdrawn_at IS NOT NULL").fetchone() == (1,)


async def test_what_others_reported_as_well_stays_hidden(yuki, nico, ada):
    """Whoever presses Report in the moment before it is hidden: their report stands."""
    result = await draw(yuki)
    forms = [await one.modal(await use(one, result, "Report")) for one in (nico, ada)]
    await ada.submit(forms[1], reason=["spam"], words="")
    await ada.wait_for(lambda m: "Thank you." in words(m))
    await nico.submit(forms[0], reason=["other"], words="")
    answer = await nico.wait_for(lambda m: "Thank you." in words(m))
    assert "stays hidden" in await take_back(nico, answer)
    now = next(m for m in await yuki.messages(result["channel_id"]) if m["id"] == result["id"])
    assert not gallery(now)


async def test_it_is_too_late_after_a_minute_and_after_a_decision(studio, yuki, nico, mio):
    """The moderators have it then."""
    result = await draw(yuki)
    answer = await thanks(nico, result)
    covered = await hidden(yuki, result)
    with database(studio) as opened, opened:
        opened.execute("UPDATE reports SET reported_at = reported_at - 61")
    await nico.press(answer, control(answer, "Take it back"))
    await nico.wait_for(lambda m: "It is too late" in m["content"])
    seen = list(yuki.events)
    await mio.press(covered, control(covered, "Restore"))
    await shown_again(yuki, result, after=seen)
    await nico.press(answer, control(answer, "Take it back"))
    await nico.wait_for(lambda m: "already decided" in m["content"])


async def test_without_its_record_there_is_nothing_to_take_back(studio, yuki, nico):
    result = await draw(yuki)
    answer = await thanks(nico, result)
    await hidden(yuki, result)
    with database(studio) as opened, opened:
        opened.execute("PRAGMA foreign_keys = ON")
        opened.execute("DELETE FROM jobs WHERE key = ?", [job_key(result)])
    no = await refusal_of(nico, await nico.press(answer, control(answer, "Take it back")))
    assert "no longer have the record" in no


async def test_who_took_a_report_back_may_report_again(yuki, nico, mio, log_channel):
    """The same message of the log channel tells of it."""
    result = await draw(yuki)
    answer = await thanks(nico, result)
    await hidden(yuki, result)
    seen = list(yuki.events)
    await take_back(nico, answer)
    back = await shown_again(yuki, result, after=seen)
    before = len(await mio.messages(log_channel))
    assert "hidden" in await report(nico, back, "spam")
    told = await mio.messages(log_channel)
    assert len(told) == before
    assert "spam" in words(told[-1])
    assert job_of(told[-1]) == job_of(result)
    assert [one["label"] for one in controls(told[-1]) if "label" in one] == ["Look", "Restore", "Delete"]

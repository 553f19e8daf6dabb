"""One report hides a picture until a moderator has looked, and moderators decide about it wherever they are told."""

import json
import sqlite3
from contextlib import asynccontextmanager, closing

import pytest
import pytest_asyncio

from bot.job import row_key
from bot.safety.audit import pseudonym
from bot.sandbox.people.driver import control, controls
from tests.journey.people import accept_terms, gallery, labels, refusal_of, result_of, words
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.asyncio(loop_scope="session")


def database(studio):
    return closing(sqlite3.connect(studio.folder / "data" / "eshi.sqlite3"))


@asynccontextmanager
async def policy(studio, guild, **decided):
    """A server whose admins decided something."""

    async def change(*statement):
        await studio.kill("bot")
        with database(studio) as opened, opened:
            opened.execute(*statement)
        await studio.start_bot()

    row = (int(guild), json.dumps(decided))
    await change("INSERT OR REPLACE INTO policies (guild_id, policy) VALUES (?, ?)", row)
    try:
        yield
    finally:
        await change("DELETE FROM policies WHERE guild_id = ?", row[:1])


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def log_channel(_flat):
    """A channel for moderators, which the server has named."""
    studio = _flat
    async with studio.person("ada") as ada:
        made = await ada.call("POST", f"/guilds/{ada.guild}/channels", {"name": "moderators", "type": 0})
        channel = made["channel"]["id"]
        async with policy(studio, ada.guild, log_channel=channel):
            yield channel


@pytest_asyncio.fixture(autouse=True, loop_scope="session")
async def _fresh(studio):
    """Nobody has a history of reports, and nobody is locked out."""

    def clear():
        with database(studio) as opened, opened:
            opened.execute("DELETE FROM reports")
            opened.execute("DELETE FROM locks")

    clear()
    yield
    clear()


def job_key(message):
    return row_key(control(message, "Report").split(":")[1])


def person_hash(studio, person):
    return pseudonym(int(person.id), (studio.folder / "data" / "hash.key").read_bytes())


def buttons(message):
    return [one["label"] for one in controls(message) if "label" in one]


def spool(studio, message):
    job = controls(message)[0]["custom_id"].split(":")[1]
    return [path.name for path in (studio.folder / "data" / "spool").iterdir() if path.name.startswith(job)]


async def draw(person, channel="general", **options):
    sent = await person.slash(person.channel(channel), "imagine", subject="1girl", **options)
    return await result_of(person, sent)


async def report(person, message):
    """The private answer to a report."""
    answer = await person.outcome(await person.press(message, control(message, "Report")))
    shown = await person.wait_for(lambda m: m["flags"] & 64 and "Thank you." in m["content"])
    del answer
    return shown["content"]


async def hidden(person, message):
    return await person.wait_for(lambda m: m["id"] == message["id"] and "was reported" in words(m))


async def notice(mio, channel):
    """The last message of the log channel."""
    return (await mio.messages(channel))[-1]


async def shown_again(person, message, *, after):
    """The message once it is a result again, later than it was hidden."""
    start = len(after)
    seen = await person._first(
        lambda e: e["event"] == "message.update" and e["data"]["id"] == message["id"] and "Recipe" in labels(e["data"]),
        timeout_s=PATIENCE_S,
        start=start,
    )
    return seen["data"]


async def test_a_report_hides_the_picture_and_tells_the_moderators(studio, yuki, nico, mio, log_channel):
    """A neutral sentence for everybody; for moderators who, whose, which and where, and no prompt."""
    result = await draw(yuki, tags="unspoken words")
    assert "the moderators" in await report(nico, result)
    gone = await hidden(yuki, result)
    assert not gallery(gone)
    assert gone["attachments"] == []
    assert "unspoken" not in words(gone)
    assert buttons(gone) == ["Look", "Restore", "Delete"]
    assert spool(studio, result), "kept for the moderators"
    told = await notice(mio, log_channel)
    job = control(result, "Report").split(":")[1]
    for part in (f"<@{nico.id}>", f"<@{yuki.id}>", job, result["id"], result["channel_id"]):
        assert part in words(told)
    assert "unspoken" not in words(told)
    assert buttons(told) == ["Look", "Restore", "Delete"]
    assert not told["mentions"]


async def test_a_moderator_looks_and_restores_after_a_restart(studio, yuki, nico, mio, log_channel):
    """From the log channel: the picture is looked at privately, and then back in its message with its buttons."""
    result = await draw(yuki, seed=3)
    original = await yuki.fetch(gallery(result)[0]["media"]["url"])
    await report(nico, result)
    await hidden(yuki, result)
    await studio.kill("bot")
    await studio.start_bot()
    told = await notice(mio, log_channel)
    look = await mio.answer(await mio.press(told, control(told, "Look")))
    assert look["flags"] & 64
    assert await mio.fetch(gallery(look)[0]["media"]["url"]) == original
    seen = list(yuki.events)
    await mio.press(told, control(told, "Restore"))
    back = await shown_again(yuki, result, after=seen)
    assert await yuki.fetch(gallery(back)[0]["media"]["url"]) == original
    assert labels(back) == labels(result)
    decided = await mio.wait_for(lambda m: m["id"] == told["id"] and "Restored" in words(m))
    assert f"<@{mio.id}>" in words(decided)
    assert buttons(decided) == ["Delete"]


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
    assert "You reported it before" in await report(nico, result)
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


async def test_a_moderator_deletes_from_the_log_channel(studio, yuki, nico, mio, log_channel):
    """Message and files go."""
    result = await draw(yuki)
    await report(nico, result)
    await hidden(yuki, result)
    told = await notice(mio, log_channel)
    await mio.press(told, control(told, "Delete"))
    await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == result["id"])
    assert spool(studio, result) == []
    decided = await mio.wait_for(lambda m: m["id"] == told["id"] and "Deleted" in words(m))
    assert buttons(decided) == []


def hurt(studio, result):
    """Overwrite every file of a result."""
    for name in spool(studio, result):
        (studio.folder / "data" / "spool" / name).write_bytes(b"hello")


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


async def test_what_was_damaged_since_can_only_be_deleted(studio, yuki, nico, mio, log_channel):
    """Neither looked at nor restored; the report stays open until somebody decides what can be done."""
    result = await draw(yuki)
    await report(nico, result)
    await hidden(yuki, result)
    hurt(studio, result)
    told = await notice(mio, log_channel)
    for label in ("Look", "Restore"):
        mio.events.clear()
        await mio.press(told, control(told, label))
        await mio.wait_for(lambda m: "damaged on my disk" in words(m) or "damaged on my disk" in m["content"])
    open_still = next(m for m in await mio.messages(log_channel) if m["id"] == told["id"])
    assert buttons(open_still) == ["Look", "Restore", "Delete"]
    await mio.press(told, control(told, "Delete"))
    await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == result["id"])


@pytest.mark.parametrize("label", ["Look", "Restore", "Delete"])
async def test_only_moderators_decide(yuki, nico, label):
    """Neither the author nor a stranger; without a log channel the message itself has the buttons."""
    result = await draw(yuki)
    await report(nico, result)
    covered = await hidden(yuki, result)
    for person in (yuki, nico):
        no = await refusal_of(person, await person.press(covered, control(covered, label)))
        assert "Only a moderator" in no
    assert not gallery(next(m for m in await yuki.messages(result["channel_id"]) if m["id"] == result["id"]))


async def test_restore_asks_the_place_as_it_is_now(yuki, ada, mio):
    """The age restriction went meanwhile: the picture stays hidden, and the moderator reads why."""
    channel = ada.channel("after-dark")
    result = await draw(ada, "after-dark", rating="sensitive")
    await report(yuki, result)
    covered = await hidden(ada, result)
    try:
        await ada.call("PATCH", f"/channels/{channel}", {"nsfw": False})
        sent = await mio.press(covered, control(covered, "Restore"))
        await mio.outcome(sent)
        no = await mio.wait_for(lambda m: m["flags"] & 64 and "stays hidden" in m["content"])
        assert "`sensitive` is not allowed here" in no["content"]
        look = await refusal_of(mio, await mio.press(covered, control(covered, "Look")))
        assert "`sensitive` is not allowed here" in look
    finally:
        await ada.call("PATCH", f"/channels/{channel}", {"nsfw": True})
    seen = list(ada.events)
    await mio.press(covered, control(covered, "Restore"))
    assert gallery(await shown_again(ada, result, after=seen))


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


async def test_a_moderator_times_the_author_out_and_lets_them_back(yuki, nico, mio, log_channel):
    """In this server, from the notice: their next request is a private no until it is over."""
    result = await draw(yuki)
    await report(nico, result)
    told = await notice(mio, log_channel)
    menu = next(one["custom_id"] for one in controls(told) if "label" not in one)
    await mio.choose(told, menu, "86400")
    await mio.wait_for(lambda m: m["id"] == told["id"] and "cannot draw here until" in words(m))
    no = await refusal_of(yuki, await yuki.slash(yuki.channel("general"), "imagine", subject="1girl"))
    assert "can draw again" in no
    assert gallery(await result_of(yuki, await yuki.slash(yuki.direct_message, "imagine", subject="1girl")))
    await mio.choose(told, menu, "0")
    await mio.wait_for(lambda m: m["flags"] & 64 and "can draw here again" in m["content"])
    assert gallery(await draw(yuki))


async def test_a_server_without_a_log_channel_can_time_people_out(studio, yuki, nico, mio):
    """The menu comes with the look at the picture."""
    result = await draw(yuki)
    await report(nico, result)
    covered = await hidden(yuki, result)
    look = await mio.answer(await mio.press(covered, control(covered, "Look")))
    [menu] = [one["custom_id"] for one in controls(look)]
    await mio.choose(look, menu, "3600")
    await mio.wait_for(lambda m: m["flags"] & 64 and "cannot draw here until" in m["content"])
    with database(studio) as opened:
        assert opened.execute("SELECT count(*) FROM locks").fetchone() == (1,)


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
    result = await draw(yuki, tags="unspoken words")
    await report(nico, result)
    covered = await hidden(yuki, result)
    seen = list(yuki.events)
    await mio.press(covered, control(covered, "Restore"))
    await shown_again(yuki, result, after=seen)
    job = control(result, "Report").split(":")[1]
    with database(studio) as opened:
        query = "SELECT event, user_id, prompt FROM audit WHERE detail LIKE ? ORDER BY key"
        rows = opened.execute(query, (f"%{job}%",)).fetchall()
    assert [row[:2] for row in rows] == [("reported", int(nico.id)), ("restored", int(mio.id))]
    assert all(len(prompt) == 24 for *_, prompt in rows)


async def test_a_report_in_a_direct_message_goes_to_the_operator(studio, yuki):
    """Nobody moderates there: it is hidden, recorded and in the log."""
    result = await result_of(yuki, await yuki.slash(yuki.direct_message, "imagine", subject="1girl"))
    assert "whoever runs this bot" in await report(yuki, result)
    covered = await hidden(yuki, result)
    assert buttons(covered) == []
    assert "reported in a direct message" in studio.log.read_text()


async def test_a_picture_without_a_record_is_reported_all_the_same(studio, yuki, nico, mio):
    """It cannot be hidden, for it could not be restored; a moderator can delete it."""
    result = await draw(yuki)
    key = control(result, "Report").split(":")[1]
    with database(studio) as opened, opened:
        opened.execute("PRAGMA foreign_keys = ON")
        opened.execute("DELETE FROM jobs WHERE key = (SELECT max(key) FROM jobs)")
    assert "I passed it on" in await report(nico, result)
    with database(studio) as opened:
        assert opened.execute("SELECT count(*) FROM audit WHERE detail LIKE ?", (f"%`{key}`%",)).fetchone() == (1,)
    no = await refusal_of(nico, await nico.press(result, control(result, "Delete")))
    assert f"Only <@{yuki.id}> or a moderator may delete this." in no
    await mio.press(result, control(result, "Delete"))
    await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == result["id"])


async def test_a_moderator_of_one_channel_does_not_decide_about_another(ada, yuki, nico, mio, log_channel):
    """Manage Messages in the log channel alone opens nothing: the picture was posted elsewhere."""
    result = await draw(yuki)
    await report(ada, result)
    told = await notice(mio, log_channel)
    path = f"/channels/{log_channel}/overwrites/{nico.id}"
    await ada.call("PUT", path, {"allow": str(1 << 13), "deny": "0"})
    try:
        for label in ("Look", "Restore", "Delete"):
            assert "Only a moderator" in await refusal_of(nico, await nico.press(told, control(told, label)))
        menu = next(one["custom_id"] for one in controls(told) if "label" not in one)
        assert "Only a moderator" in await refusal_of(nico, await nico.choose(told, menu, "3600"))
    finally:
        await ada.call("PUT", path, {"allow": "0", "deny": "0"})


async def test_an_author_who_is_forgotten_does_not_escape(yuki, nico, mio, log_channel):
    """What was hidden goes for good, and the moderators can still time its author out, by a hash."""
    result = await draw(nico)
    await report(yuki, result)
    await hidden(yuki, result)
    told = await notice(mio, log_channel)
    menu = next(one["custom_id"] for one in controls(told) if "label" not in one)
    asked = await nico.answer(await nico.slash(nico.channel("general"), "me forget"))
    await nico.press(asked, control(asked, "Forget me"))
    await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == result["id"])
    decided = await mio.wait_for(lambda m: m["id"] == told["id"] and "Deleted" in words(m))
    assert buttons(decided) == []
    await nico.wait_for(lambda m: m["id"] == asked["id"] and "Done." in words(m))
    await accept_terms(nico)
    await mio.choose(decided, menu, "3600")
    await mio.wait_for(lambda m: m["flags"] & 64 and "Its author cannot draw here until" in m["content"])
    no = await refusal_of(nico, await nico.slash(nico.channel("general"), "imagine", subject="1girl"))
    assert "can draw again" in no

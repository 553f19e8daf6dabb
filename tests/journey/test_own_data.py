"""People get everything that is stored about them, and can take it back: from the database, and from the disk."""

import json
import signal
import sqlite3
from contextlib import closing

import pytest
import pytest_asyncio

from bot.sandbox.people.driver import control
from tests.journey.people import accept_terms, gallery, refusal_of, result_of, send_report, words

pytestmark = pytest.mark.asyncio(loop_scope="session")


def rows(studio):
    """Every row of every table."""
    with closing(sqlite3.connect(studio.folder / "data" / "eshi.sqlite3")) as database:
        tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        return [(table, row) for table in tables for row in database.execute(f"SELECT * FROM {table}")]  # noqa: S608


def traces(studio, *told):
    """Where in the database something is found, as a value or within one."""
    return [(table, value) for table, row in rows(studio) for value in row for one in told if str(one) in str(value)]


def files(studio):
    return {path.name for path in (studio.folder / "data" / "spool").iterdir()}


def job_of(message):
    return control(message, "Reroll").split(":")[1]


@pytest_asyncio.fixture(loop_scope="session")
async def guest(nico):
    """Somebody who is as good as new afterwards, terms included."""
    yield nico
    terms = await nico.answer(await nico.slash(nico.channel("general"), "terms"))
    if "By pressing Accept" in words(terms):
        await accept_terms(nico)


async def leave_traces(guest, yuki):
    """Do everything that is remembered; give the results."""
    channel = guest.channel("general")

    async def me(command, **options):
        await guest.answer(await guest.slash(channel, f"me {command}", **options))

    await me("defaults set", steps=3)
    await me("favourite save", name="dusk", text="hushed dusk")
    await me("tell", when_done=True)
    drawn = [
        await result_of(guest, await guest.slash(channel, "imagine", subject="1girl", prompt=f"hushed {number}"))
        for number in range(2)
    ]
    await guest.answer(await guest.slash(channel, "prompt preview", subject="1girl", prompt="hushed preview"))
    assert await refusal_of(guest, await guest.slash(channel, "imagine", subject="1girl", prompt="nsfw, hushed"))
    theirs = await result_of(yuki, await yuki.slash(channel, "imagine", prompt="1girl"))
    await send_report(guest, theirs, said="hushed reasons")
    await guest.wait_for(lambda m: "Thank you." in words(m))
    return drawn


async def forget(person):
    """Ask for it and confirm it; what is said in the end."""
    asked = await person.answer(await person.slash(person.channel("general"), "me forget"))
    assert asked["flags"] & 64
    await person.press(asked, control(asked, "Forget me"))
    done = await person.wait_for(lambda m: m["id"] == asked["id"] and "Done." in words(m))
    return words(done)


async def test_export_holds_everything(guest, yuki):
    """Requests with their pictures, favourites, defaults, previews, reports, refusals and terms; no secrets."""
    drawn = await leave_traces(guest, yuki)
    answer = await guest.answer(await guest.slash(guest.channel("general"), "me export"))
    assert answer["flags"] & 64
    [file] = answer["attachments"]
    told = json.loads(await guest.fetch(file["url"]))
    assert told["user_id"] == guest.id
    assert told["defaults"] == {"steps": 3}
    assert told["favourites"] == {"dusk": "hushed dusk"}
    assert told["told_when_done"] is True
    by_id = {job["id"]: job for job in told["requests"]}
    for number, message in enumerate(drawn):
        job = by_id[job_of(message)]
        assert job["request"]["tags"] == f"hushed {number}"
        assert job["message_id"] == message["id"]
        assert job["pictures"][0]["seed"] == job["request"]["seed"]
    assert any("hushed preview" in preview["tags"] for preview in told["previews"])
    assert told["reports"][0]["reporter_id"] == guest.id
    assert told["reports"][0]["words"] == "hushed reasons"
    assert {"refused", "reported"} <= {record["event"] for record in told["audit_log"]}
    assert told["accepted_terms"]
    assert told["exported_at"].startswith("20")
    assert "token" not in json.dumps(told)
    await forget(guest)


async def test_forget_leaves_nothing_in_the_database_and_nothing_in_the_spool(studio, guest, yuki):
    """No table holds the person's id, no file of the database their words, and no picture of theirs is left."""
    drawn = await leave_traces(guest, yuki)
    others = await result_of(yuki, await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl"))
    assert traces(studio, guest.id, "hushed")
    assert "I have deleted everything about you, 2 requests included." in await forget(guest)
    assert traces(studio, guest.id, "hushed") == []
    ids = {job_of(message) for message in drawn}
    assert not [name for name in files(studio) if name.split("-")[0] in ids]
    for path in (studio.folder / "data").glob("eshi.sqlite3*"):
        assert b"hushed" not in path.read_bytes(), path.name
    assert [name for name in files(studio) if name.startswith(job_of(others))], "other people's pictures stay"
    no = await refusal_of(guest, await guest.press(drawn[0], control(drawn[0], "Recipe")))
    assert "I found no recipe in this picture" in no, "there is no record that would know"


@pytest.mark.usefixtures("let_go")
async def test_forget_stops_what_is_in_line_and_under_way(studio, guest):
    """Their messages say so, and nothing of them is drawn."""
    channel = guest.channel("general")
    sent = [await guest.slash(channel, "imagine", prompt="1girl", steps=50) for _ in range(3)]
    firsts = [await guest.answer(one) for one in sent]
    await guest.wait_for(lambda m: m["id"] == firsts[0]["id"] and "step " in words(m))
    assert "3 requests" in await forget(guest)
    for message in firsts:
        await guest.wait_for(lambda m, wanted=message["id"]: m["id"] == wanted and "Cancelled." in words(m))
    assert traces(studio, guest.id) == []


async def test_strikes_outlast_a_wish_to_be_forgotten(studio, guest):
    """They name nobody, but they know whoever comes back."""
    channel = guest.channel("general")
    with closing(sqlite3.connect(studio.folder / "data" / "eshi.sqlite3")) as database, database:
        database.execute("DELETE FROM strikes")
    assert await refusal_of(guest, await guest.slash(channel, "imagine", subject="1girl", prompt="loli"))
    await forget(guest)
    answer = await guest.answer(await guest.slash(channel, "me export"))
    told = json.loads(await guest.fetch(answer["attachments"][0]["url"]))
    assert len(told["strikes"]) == 1
    assert told["requests"] == []
    assert traces(studio, guest.id) == []
    with closing(sqlite3.connect(studio.folder / "data" / "eshi.sqlite3")) as database, database:
        database.execute("DELETE FROM strikes")


async def test_the_next_picture_starts_with_the_terms(guest):
    """Whoever was forgotten is new."""
    await forget(guest)
    terms = await guest.answer(await guest.slash(guest.channel("general"), "imagine", prompt="1girl"))
    assert "## Terms" in words(terms)
    assert gallery(await result_of(guest, await guest.press(terms, control(terms, "Accept"))))


async def test_nobody_forgets_for_another(studio, guest, yuki):
    """The button that confirms is in a message that only its owner sees; a restart does not kill it."""
    asked = await guest.answer(await guest.slash(guest.channel("general"), "me forget"))
    await studio.kill("bot", signal.SIGTERM)
    await studio.start_bot()
    await guest.press(asked, control(asked, "Forget me"))
    await guest.wait_for(lambda m: m["id"] == asked["id"] and "Done." in words(m))
    assert asked["id"] not in [message["id"] for message in await yuki.messages(yuki.channel("general"))]


async def test_what_is_too_old_is_deleted_by_a_running_bot(studio, yuki):
    """The operator keeps pictures for no time worth mentioning: the file goes, the message stays."""
    result = await result_of(yuki, await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl"))
    assert [name for name in files(studio) if name.startswith(job_of(result))]
    config = studio.config.read_text()
    try:
        await studio.kill("bot", signal.SIGTERM)
        studio.config.write_text(f"{config}\n[bot.retention]\npictures_days = 1e-6\n")
        before = len(studio.log_text())
        await studio.start_bot()
        await studio.said("deleted, as too old", after=before)
        recipe = await yuki.answer(await yuki.press(result, control(result, "Recipe")))
        assert "1girl" in recipe["content"]
        assert not [name for name in files(studio) if name.startswith(job_of(result))]
        assert await yuki.fetch(gallery(result)[0]["media"]["url"])
    finally:
        await studio.kill("bot", signal.SIGTERM)
        studio.config.write_text(config)
        await studio.start_bot()


async def test_about_names_model_licence_operator_and_what_is_stored(studio, yuki):
    """Privately; the operator's words come as they wrote them."""
    config = studio.config.read_text()
    try:
        await studio.kill("bot", signal.SIGTERM)
        about = '[bot.about]\ncontact = "draw@example.org"\nprivacy = "The disk is encrypted."'
        studio.config.write_text(f"{config}\n{about}\n[bot.retention]\npictures_days = 3\n")
        await studio.start_bot()
        message = await yuki.answer(await yuki.slash(yuki.channel("general"), "about"))
        assert message["flags"] & 64
        for part in (
            "`flat colours`",
            "Animagine XL 4.0",
            "CreativeML Open RAIL++-M",
            "draw@example.org",
            "The disk is encrypted.",
            "No picture tagger is set up",
            "Their pictures, on my disk: 3 days",
            "`/me forget`",
            "Eshi 0.",
            "discord.py 2.",
        ):
            assert part in words(message)
    finally:
        await studio.kill("bot", signal.SIGTERM)
        studio.config.write_text(config)
        await studio.start_bot()

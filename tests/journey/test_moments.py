"""Whatever changes between the wish and the picture counts: nothing leaks, and everybody gets a sentence."""

import sqlite3

import pytest

from bot.job import row_key
from bot.sandbox.people.driver import control
from tests.journey.people import choose, gallery, labels, refusal_of, result_of, settings, shown, use, words

pytestmark = pytest.mark.asyncio(loop_scope="session")


def job_of(message):
    """The public id of the job that a message is about."""
    label = next(label for label in ("Cancel", "Reroll") if label in labels(message))
    return control(message, label).split(":")[1]


def database(studio):
    return sqlite3.connect(studio.folder / "data" / "eshi.sqlite3", timeout=10)


async def closed(person, message_id):
    """The message of a job that was taken back: no picture, none of its words, and what can still be done."""
    ended = await person.wait_for(lambda m: m["id"] == message_id and "not allowed here" in words(m))
    assert not gallery(ended)
    assert "quiet words" not in words(ended)
    assert labels(ended) == ["Reroll", "Edit", "Delete"]
    return ended


async def test_the_flag_goes_while_a_job_waits(ada, let_go):
    """It is asked again when it starts, and never reaches the engine; threads lose it with their parent."""
    channel, thread = ada.channel("after-dark"), ada.channel("night studies")
    busy = [await ada.slash(channel, "imagine", prompt="1girl", steps=30) for _ in range(2)]
    first = await ada.answer(busy[0])
    sent = await ada.slash(thread, "imagine", subject="1girl", rating="sensitive", prompt="quiet words")
    waiting = await ada.answer(sent)
    assert "queue" in words(waiting)
    await ada.call("PATCH", f"/channels/{channel}", {"nsfw": False})
    try:
        let_go()
        await closed(ada, waiting["id"])
        assert gallery(await result_of(ada, busy[0])), first["id"]
        assert gallery(await result_of(ada, busy[1]))
    finally:
        await ada.call("PATCH", f"/channels/{channel}", {"nsfw": True})


@pytest.mark.usefixtures("let_go")
async def test_the_flag_goes_between_drawing_and_posting(ada, studio):
    """A finished picture in the spool is neither shown nor kept."""
    channel = ada.channel("after-dark")
    sent = await ada.slash(channel, "imagine", subject="1girl", rating="sensitive", prompt="quiet words", steps=40)
    first = await ada.answer(sent)
    await ada.wait_for(lambda m: m["id"] == first["id"] and "step " in words(m))
    await studio.kill("bot")
    job = job_of(first)
    file = studio.folder / "data" / "spool" / f"{job}-0.png"
    file.write_bytes(b"a picture")
    with database(studio) as base:
        base.execute("UPDATE jobs SET state = 'rendered', engine_s = 1 WHERE key = ?", [row_key(job)])
        base.execute(
            "INSERT OR REPLACE INTO pictures (job, number, seed, file, size_bytes) VALUES (?, 0, 1, ?, 9)",
            [row_key(job), file.name],
        )
    base.close()
    await ada.call("PATCH", f"/channels/{channel}", {"nsfw": False})
    try:
        await studio.start_bot()
        await closed(ada, first["id"])
        assert not file.exists()
    finally:
        await ada.call("PATCH", f"/channels/{channel}", {"nsfw": True})


async def test_a_role_goes_while_a_job_is_drawn(ada, yuki, let_go):
    """Roles are asked for again as they are, without a list of members."""
    member = next(one["id"] for one in ada.state["guilds"][0]["roles"] if one["name"] == "member")
    role = f"/guilds/{ada.guild}/members/{yuki.id}/roles/{member}"
    async with settings(ada) as screen:
        who = await shown(ada, await ada.press(screen, "v1:set:page:who"))
        await choose(ada, who, "needed:sensitive", member)
        sent = await yuki.slash(
            yuki.channel("after-dark"), "imagine", subject="1girl", rating="sensitive", prompt="quiet words", steps=30
        )
        first = await yuki.answer(sent)
        await yuki.wait_for(lambda m: m["id"] == first["id"] and "step " in words(m))
        await ada.call("DELETE", role)
        let_go()
        try:
            ended = await yuki.wait_for(
                lambda m: m["id"] == first["id"] and "for people with certain roles" in words(m)
            )
            assert not gallery(ended)
        finally:
            await ada.call("PUT", role)


async def test_a_reroll_is_judged_by_the_limit_of_today(ada, yuki):
    """An old picture stays, and its buttons draw only what may be drawn now."""
    async with settings(ada) as screen:
        await choose(ada, screen, "open_limit", "sensitive")
        sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl", rating="sensitive")
        picture = await result_of(yuki, sent)
        await choose(ada, screen, "open_limit", "safe")
        no = await refusal_of(yuki, await yuki.press(picture, control(picture, "Reroll")))
        assert "`sensitive` is not allowed here" in no
        no = await refusal_of(yuki, await yuki.press(picture, control(picture, "Edit")))
        assert "`sensitive` is not allowed here" in no, "its words are above the limit, as its recipe is"


async def test_the_spoiler_is_for_its_owner_and_for_moderators(ada, mio, yuki):
    """Anybody else is told whose it is; where the admins want it, nobody takes it away."""
    general = yuki.channel("general")
    picture = await result_of(yuki, await yuki.slash(general, "imagine", prompt="1girl"))
    assert not gallery(picture)[0]["spoiler"]
    async with settings(ada):
        after_dark = await result_of(ada, await ada.slash(ada.channel("after-dark"), "imagine", prompt="1girl"))
        assert f"Only <@{ada.id}> or a moderator" in await refusal_of(yuki, await use(yuki, after_dark, "Spoiler"))
    for person, expected in ((yuki, True), (mio, False)):
        changed = await person.answer(await use(person, picture, "Spoiler"))
        [item] = gallery(changed)
        assert item["spoiler"] is expected
        assert await person.fetch(item["media"]["url"])
        assert labels(changed) == labels(picture)
    sensitive = await result_of(
        yuki, await yuki.slash(yuki.channel("after-dark"), "imagine", prompt="1girl", rating="sensitive")
    )
    no = await refusal_of(yuki, await use(yuki, sensitive, "Spoiler"))
    assert no == "In this server `sensitive` pictures stay behind a spoiler."


async def test_refused_words_lock_out_in_the_end(studio):
    """Three strikes by whoever it is; the sentence says until when, and nothing else counts meanwhile."""
    async with studio.person("nico") as nico:
        said = [
            await refusal_of(nico, await nico.slash(nico.channel("general"), "imagine", subject="1girl", prompt="nude"))
            for _ in range(3)
        ]
        assert "You can draw again" not in said[1]
        assert "You can draw again <t:" in said[2]
        locked = await refusal_of(nico, await nico.slash(nico.channel("general"), "imagine", prompt="1girl"))
        assert locked.startswith("You are locked out")


async def test_a_picture_without_a_record_speaks_for_itself(drawing_studio):
    """Reroll, Edit, Recipe and Again exactly read the file in their own message; the rest is one private sentence."""
    async with drawing_studio.person("yuki") as yuki, drawing_studio.person("mio") as mio:
        general = yuki.channel("general")
        sent = await yuki.slash(general, "imagine", subject="1girl", prompt="quiet words", steps=1)
        picture = await result_of(yuki, sent)
        with database(drawing_studio) as base:
            base.execute("PRAGMA foreign_keys = ON")
            base.execute("DELETE FROM jobs WHERE key = ?", [row_key(job_of(picture))])
        base.close()
        again = await result_of(mio, await mio.press(picture, control(picture, "Reroll")))
        assert "quiet words" in words(again)
        assert f"<@{mio.id}>" in words(again)
        screen = await shown(mio, await mio.press(picture, control(picture, "Edit")))
        assert "quiet words" in words(screen)
        recipe = await shown(mio, await mio.press(picture, control(picture, "Recipe")))
        assert "quiet words" in recipe["content"]
        screen = await shown(mio, await use(mio, picture, "Again exactly"))
        assert "**Seed** " in words(screen)
        assert "a new one each time" not in words(screen)
        for label in ("Vary …", "Enlarge …"):
            assert "I no longer have the record" in await refusal_of(mio, await use(mio, picture, label))
        async with drawing_studio.person("nico") as nico:
            no = await refusal_of(nico, await use(nico, picture, "Delete"))
        assert f"Only <@{yuki.id}> or a moderator may delete this." in no
        changed = await yuki.answer(await use(yuki, picture, "Spoiler"))
        assert gallery(changed)[0]["spoiler"]

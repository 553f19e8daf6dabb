"""A message that version 0.1.0 posted, over the database that it left: each of its buttons does what it says."""

import json
import sqlite3
import time
import tomllib
from contextlib import closing
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio

from bot.sandbox.people.driver import control
from tests.journey.people import delete, gallery, labels, result_of, words

pytestmark = pytest.mark.asyncio(loop_scope="session")

DUMP = Path(__file__).parents[1] / "bot" / "store" / "version_0_1_0.sql"

JOB, KEY = "000003", 3
FILES = (f"{JOB}-0.png", f"{JOB}-1.png")


def button(label, action, style=2):
    return {"type": 2, "style": style, "disabled": False, "label": label, "custom_id": f"v1:{JOB}:{action}"}


POSTED = {
    "type": 17,
    "accent_color": 5219180,
    "spoiler": False,
    "components": [
        {
            "type": 12,
            "items": [
                {"media": {"url": f"attachment://{name}"}, "spoiler": False, "description": "An anime picture"}
                for name in FILES
            ],
        },
        {"type": 10, "content": "**hatsune miku · vocaloid · smile, night**"},
        {"type": 10, "content": "seeds 4294967295 to 0 · 1216×832 · 20 steps · 4.5 s\n-# Drawn by AI."},
        {"type": 1, "components": [button("Reroll", "reroll", 1), button("Edit", "edit"), button("Recipe", "recipe")]},
        {
            "type": 1,
            "components": [button("Spoiler", "spoiler"), button("Delete", "delete"), button("Report", "report")],
        },
    ],
}
"""What `card.result` of version 0.1.0 made of job 3 of the dump."""


def spoiled(message):
    return all(item["spoiler"] for item in gallery(message))


async def post(studio, channel):
    """Send it as the bot did; give its id."""
    api = tomllib.loads(studio.config.read_text())["bot"]["discord"]["api"]
    form = aiohttp.FormData()
    form.add_field("payload_json", json.dumps({"flags": 1 << 15, "components": [POSTED]}))
    for number, name in enumerate(FILES):
        form.add_field(f"files[{number}]", b"a picture", filename=name)
    headers = {"Authorization": f"Bot {studio.token}"}
    async with (
        aiohttp.ClientSession(headers=headers) as session,
        session.post(f"{api}/channels/{channel}/messages", data=form, raise_for_status=True) as answer,
    ):
        return (await answer.json())["id"]


@pytest_asyncio.fixture(loop_scope="session")
async def posted(studio, yuki):
    """The message, and a bot that was started on the old database; afterwards things are as they were."""
    channel = yuki.channel("general")
    message_id = await post(studio, channel)
    await studio.kill("bot")
    data, aside = studio.folder / "data", studio.folder / "data.aside"
    data.rename(aside)
    data.mkdir()
    with closing(sqlite3.connect(data / "eshi.sqlite3")) as old, old:
        old.executescript(DUMP.read_text())
        old.execute("DELETE FROM jobs WHERE key != ?", (KEY,))
        old.execute("DELETE FROM policies")
        old.execute("DELETE FROM reports")  # one of this job, so old that the first sweep takes it, sooner or later
        place = {"user": yuki.id, "guild": yuki.guild, "channel": channel, "message": message_id, "key": KEY}
        old.execute(
            "UPDATE jobs SET user_id = :user, guild_id = :guild, channel_id = :channel, message_id = :message", place
        )
        old.execute(  # what this server and this operator do not have
            "UPDATE jobs SET request = "
            "json_set(request, '$.rating', 'safe', '$.negative_preset', 'card', '$.quality', 'light', '$.style', '')"
        )
        old.execute("UPDATE jobs SET created_at = :now, started_at = :now, finished_at = :now", {"now": time.time()})
        old.execute("UPDATE acceptances SET user_id = :user, version = '1.1'", place)
    await studio.start_bot()
    yield await yuki.wait_for(lambda m: m["id"] == message_id)
    await studio.kill("bot")
    data.rename(studio.folder / "data.old")
    aside.rename(data)
    await studio.start_bot()


async def test_every_button_of_an_earlier_version_works(posted, yuki):
    """Recipe, Edit and Reroll, then the spoiler, and at last Delete; Report would take the others away."""
    assert labels(posted) == ["Reroll", "Edit", "Recipe", "Spoiler", "Delete", "Report"]
    recipe = await yuki.answer(await yuki.press(posted, control(posted, "Recipe")))
    assert "4294967295" in recipe["content"]
    form = await yuki.modal(await yuki.press(posted, control(posted, "Edit")))
    assert "smile, (night:1.2)" in json.dumps(form)
    again = await result_of(yuki, await yuki.press(posted, control(posted, "Reroll")))
    assert len(gallery(again)) == 2
    assert "hatsune miku" in words(again)
    await yuki.press(posted, control(posted, "Spoiler"))
    hidden = await yuki.wait_for(lambda m: m["id"] == posted["id"] and spoiled(m))
    await delete(yuki, hidden)
    await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == posted["id"])

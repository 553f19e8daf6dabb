"""What happens to a reported picture, step by step, and a channel for those who decide about it."""

import json
import sqlite3
from contextlib import asynccontextmanager, closing

import pytest_asyncio

from bot.job import row_key
from bot.safety.audit import pseudonym
from bot.sandbox.people.driver import controls
from tests.journey.people import job_of, labels, result_of, send_report, words
from tests.patience import PATIENCE_S


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
    return row_key(job_of(message))


def person_hash(studio, person):
    return pseudonym(int(person.id), (studio.folder / "data" / "hash.key").read_bytes())


def buttons(message):
    return [one["label"] for one in controls(message) if "label" in one]


def spool(studio, message):
    job = controls(message)[0]["custom_id"].split(":")[1]
    return [path.name for path in (studio.folder / "data" / "spool").iterdir() if path.name.startswith(job)]


async def draw(person, channel="general", **options):
    sent = await person.slash(person.channel(channel), "imagine", **{"prompt": "1girl", **options})
    return await result_of(person, sent)


async def report(person, message, reason="other", said=""):
    """The words of the private answer to a report."""
    return words(await thanks(person, message, reason, said))


async def thanks(person, message, reason="other", said=""):
    """The private answer to a report."""
    before = len(person.events)
    await person.outcome(await send_report(person, message, reason, said))
    event = await person._first(
        lambda e: e["event"] == "message.create" and e["data"]["flags"] & 64 and "Thank you." in words(e["data"]),
        timeout_s=PATIENCE_S,
        start=before,
    )
    return event["data"]


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


def hurt(studio, result):
    """Overwrite every file of a result."""
    for name in spool(studio, result):
        (studio.folder / "data" / "spool" / name).write_bytes(b"hello")

"""Whether everybody got what they were promised: once, their own, or a sentence that says why not."""

import io
import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field

from PIL import Image

from bot.job import public_id
from tests.bot.fake_engine import colour
from tests.journey.people import gallery, labels, words

DELIVERED_SHARE = 0.98
"""At least so many of the acknowledged jobs end as pictures."""


@dataclass
class Verdict:
    """What was found at the end."""

    promised: int = 0
    delivered: int = 0
    told: list[str] = field(default_factory=list)
    """The last words of the jobs that ended without a picture."""
    wrong: list[str] = field(default_factory=list)
    """What must not be."""

    @property
    def good(self):
        return not self.wrong and self.delivered >= DELIVERED_SHARE * self.promised


def latest(observer):
    """Every public message as the observer sees it now, by id, without those that were removed."""
    seen = {}
    for event in observer.events:
        if event["event"] in {"message.create", "message.update"} and not event["data"]["flags"] & 64:
            seen[event["data"]["id"]] = event["data"]
        elif event["event"] == "message.delete":
            seen.pop(event["data"]["id"], None)
    return seen


def is_over(message):
    """Whether a job's message shows an end: pictures, or why there are none."""
    return "Reroll" in labels(message)


def job_of(message):
    """The id in the custom ids of a message's buttons."""
    text = json.dumps(message["components"])
    return text.split('"v1:', 1)[1].split(":", 1)[0] if '"v1:' in text else None


async def judge(observer, promises, machines, *, carries_recipe):
    """Look at everything that is left when all has settled."""
    found = Verdict(promised=len(promises))
    messages = latest(observer)
    with closing(sqlite3.connect(machines.data / "eshi.sqlite3")) as database:
        database.row_factory = sqlite3.Row
        jobs = {public_id(row["key"]): row for row in database.execute("SELECT * FROM jobs")}
        files = {row["file"] for row in database.execute("SELECT file FROM pictures WHERE deleted = 0")}
    for promise in promises:
        message = messages.get(promise.message_id)
        if message is None:
            found.wrong.append(f"{promise.wish.tag}: its message is gone")
        elif not is_over(message):
            found.wrong.append(f"{promise.wish.tag}: its message still says: {words(message)!r}")
        elif gallery(message):
            found.delivered += 1
            found.wrong += await _compare(observer, promise.wish, message, jobs[job_of(message)], carries_recipe)
        else:
            found.told.append(words(message).splitlines()[-1])
    shown = [job_of(message) for message in messages.values() if job_of(message)]
    found.wrong += [f"job {job}: {shown.count(job)} messages" for job in set(shown) if shown.count(job) > 1]
    found.wrong += [
        f"message {one['id']} still says: {words(one)!r}"
        for one in messages.values()
        if job_of(one) and not is_over(one)
    ]
    found.wrong += [f"job {job}: {row['state']} at the end" for job, row in jobs.items() if row["state"] in _UNFINISHED]
    spooled = {path.name for path in (machines.data / "spool").iterdir()}
    found.wrong += [f"an orphan in the spool: {name}" for name in spooled - files]
    found.wrong += [f"missing in the spool: {name}" for name in files - spooled]
    return found


_UNFINISHED = ("queued", "running", "rendered")


async def _compare(observer, wish, message, row, carries_recipe):
    """Tell what is wrong with the pictures of a message."""
    if json.loads(row["request"])["tags"] != wish.tag:
        return [f"{wish.tag}: its message is that of another job"]
    items = gallery(message)
    if len(items) != wish.count:
        return [f"{wish.tag}: {len(items)} pictures of {wish.count}"]
    wrong = []
    for number, item in enumerate(items):
        image = Image.open(io.BytesIO(await observer.fetch(item["media"]["url"])))
        seed = (wish.seed + number) % 2**32
        if carries_recipe:
            recipe = image.info.get("parameters", "")
            own = f"Seed: {seed}," in recipe and wish.tag in recipe
        else:
            own = image.convert("RGB").getpixel((0, 0)) == colour(row["prompt"], seed)
        if not own:
            wrong.append(f"{wish.tag}: picture {number} is somebody else's")
    return wrong

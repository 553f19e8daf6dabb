"""Whether everybody got what they were promised: once, their own, or a sentence that says why not."""

import io
import sqlite3
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import msgspec
from PIL import Image

from bot.follow_up import kind_of
from bot.job import UNFINISHED, State, public_id
from bot.request import Request, picture_seeds
from tests.bot.fake_engine import colour
from tests.chaos.asking import WAYS
from tests.chaos.seen import is_over, job_of, latest
from tests.journey.people import gallery, words

DELIVERED_SHARE = 0.98
"""At least so many of the acknowledged jobs end as pictures."""


@dataclass
class Verdict:
    """What was found at the end."""

    promised: int = 0
    """Without those whose message somebody deleted under way."""
    more: int = 0
    """How many, those too, are more of an earlier picture."""
    delivered: int = 0
    told: list[str] = field(default_factory=list)
    """The last words of the jobs that ended without a picture in their message."""
    withdrawn: list[str] = field(default_factory=list)
    """What became of those whose message was deleted."""
    again: int = 0
    """How many were begun more than once."""
    wrong: list[str] = field(default_factory=list)
    """What must not be."""

    @property
    def good(self):
        return not self.wrong and self.delivered >= DELIVERED_SHARE * self.promised


async def judge(observer, promises, withdrawn, machines, *, carries_recipe):
    """Look at everything that is left when all has settled; withdrawn are the jobs of promises that were deleted."""
    jobs, files = _recorded(machines)
    found = Verdict(promised=len(promises) - len(withdrawn), again=sum(row["attempts"] > 1 for row in jobs.values()))
    found.more = sum(promise.parent is not None for promise in promises)
    messages = latest(observer)
    for promise in promises:
        message = messages.get(promise.message_id)
        if promise in withdrawn:
            await _judge_withdrawn(found, promise, withdrawn[promise], jobs)
        elif message is None:
            found.wrong.append(f"{promise.wish.tag}: its message is gone")
        elif not is_over(message):
            found.wrong.append(f"{promise.wish.tag}: its message still says: {words(message)!r}")
        elif gallery(message):
            found.delivered += 1
            found.wrong += await _compare(observer, promise, message, jobs[job_of(message)], carries_recipe)
        else:
            found.told.append(words(message).splitlines()[-1])
            found.wrong += await _recall(promise, jobs[job_of(message)], job_of(message))
    shown = [job_of(message) for message in messages.values() if job_of(message)]
    found.wrong += [f"job {job}: {shown.count(job)} messages" for job in set(shown) if shown.count(job) > 1]
    found.wrong += [f"job {job}: its message was deleted and is there" for job in set(shown) & {*withdrawn.values()}]
    found.wrong += [
        f"message {one['id']} still says: {words(one)!r}"
        for one in messages.values()
        if job_of(one) and not is_over(one)
    ]
    for job, row in jobs.items():
        if row["state"] in UNFINISHED:
            found.wrong.append(f"job {job}: {row['state']} at the end")
        elif row["untold"] or row["tell"]:
            found.wrong.append(f"job {job}: {row['state']}, and noted as still to be told")
    spooled = {path.name for path in (machines.data / "spool").iterdir()}
    found.wrong += [f"an orphan in the spool: {name}" for name in spooled - files]
    found.wrong += [f"missing in the spool: {name}" for name in files - spooled]
    return found


def unfinished(machines):
    """The jobs that have not come to their end."""
    jobs, _ = _recorded(machines)
    return [job for job, row in jobs.items() if row["state"] in UNFINISHED]


def _recorded(machines):
    """What the database says: jobs by id, and the names of the files that it knows."""
    with closing(sqlite3.connect(machines.data / "eshi.sqlite3")) as database:
        database.row_factory = sqlite3.Row
        jobs = {public_id(row["key"]): row for row in database.execute("SELECT * FROM jobs")}
        pictures = [*database.execute("SELECT file, latents_sha256 FROM pictures WHERE deleted = 0")]
        files = {row["file"] for row in pictures}
        files |= {str(Path(row["file"]).with_suffix(".latents")) for row in pictures if row["latents_sha256"]}
    return jobs, files


async def _judge_withdrawn(found, promise, job, jobs):
    """A job whose message was deleted is over, and its owner can still ask what became of it."""
    row = jobs[job]
    found.withdrawn.append(row["error"] or row["kept"] or "Its message was deleted when it was over.")
    found.wrong += await _recall(promise, row, job)


async def _recall(promise, row, job):
    """Tell what is wrong with what `/show` brings of a job that its own message does not show."""
    answer = await promise.person.answer(await promise.person.slash(promise.channel, "show", picture=job))
    expected = promise.wish.count if row["state"] == State.DELIVERED else 0
    if len(gallery(answer)) != expected:
        return [f"{promise.wish.tag}: {row['state']}, and /show brings {len(gallery(answer))} pictures of {expected}"]
    return []


async def _compare(observer, promise, message, row, carries_recipe):
    """Tell what is wrong with the pictures of a message."""
    wish, request = promise.wish, msgspec.json.decode(row["request"], type=Request)
    if wrong := _other_job(promise, request):
        return [f"{wish.tag}: its message is that of another job, for {wrong}"]
    items = gallery(message)
    if len(items) != wish.count:
        return [f"{wish.tag}: {len(items)} pictures of {wish.count}"]
    wrong = []
    for number, (item, seed) in enumerate(zip(items, picture_seeds(request), strict=True)):
        image = Image.open(io.BytesIO(await observer.fetch(item["media"]["url"])))
        if carries_recipe:
            recipe = image.info.get("parameters", "")
            own = f"Seed: {seed}," in recipe and request.tags in recipe
        else:
            own = image.convert("RGB").getpixel((0, 0)) == colour(row["prompt"], seed)
        if not own:
            wrong.append(f"{wish.tag}: picture {number} is somebody else's")
    return wrong


def _other_job(promise, request):
    """Say by what a request is not what was asked for; "": it is."""
    wish = promise.wish
    if promise.parent is None:
        loras = "; ".join(f"{one.name}:{one.weight:g}" for one in request.loras)
        found = request.tags, request.seed, request.parent, loras
        return "" if found == (wish.tag, wish.seed, None, wish.lora) else f"{request.tags} {loras}"
    job, number = promise.parent
    if request.parent is None or (request.parent.job_id, request.parent.number) != (job, number):
        return str(request.parent)
    return "" if kind_of(request) == WAYS[wish.way][1] else str(request)

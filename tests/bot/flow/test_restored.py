"""After a restore Discord is asked how each unfinished job stands, and nothing is said before."""

import pytest

from bot.delivery.shown import Shown
from bot.errors import Undeliverable
from bot.job import State
from bot.sentences import ends

NOW = 1_800_000_000.0


class Looks:
    """A message editor that knows what messages show, and writes down which it edits."""

    def __init__(self, shows):
        self.shows = shows
        self.edited = []
        self.fails = False

    async def shown(self, job):
        return self.shows[job.id]

    async def find_original(self, job):
        return 6 if job.id in self.shows else None

    async def edit(self, job, _view):
        self.edited.append(job.id)
        if self.fails:
            raise Undeliverable("no right", ends.NO_RIGHT)


@pytest.fixture
def restored(store, waiting, new_job):
    """Put a job into the store as a restore does."""

    async def put(*, acknowledged=True):
        new = new_job(token_created_at=NOW)  # young, so that it could be told by its token
        job = await waiting(new) if acknowledged else await store.jobs.submit(new, now=NOW)
        await store._database.fetch("UPDATE jobs SET held = 1, restored = 1, attempts = 1 WHERE state = 'queued'")
        return job.id

    return put


async def settled(life, looks):
    new = life()
    new.recovery.editor = new.recovery.restored.editor = looks
    await new.recovery.recover()
    for journey in new.journeys.under_way.values():
        await journey
    return new


async def test_what_still_waits_stays_on_hold_and_is_told_once(store, life, restored):
    job_id = await restored()
    looks = Looks({job_id: Shown.WAITING})
    first = await settled(life, looks)
    assert (first.queue.get(job_id).held, first.delivery.messages, looks.edited) == (True, {}, [job_id])
    await settled(life, looks)
    assert looks.edited == [job_id]
    assert (await store.jobs.get(job_id)).held


@pytest.mark.parametrize(
    ("shown", "state"),
    [(Shown.PICTURES, State.DELIVERED), (Shown.OVER, State.CANCELLED), (Shown.GONE, State.CANCELLED)],
)
async def test_what_came_to_its_end_since_is_not_touched(store, life, restored, shown, state):
    """Its message stays as it is, and nobody can have it drawn again by mistake."""
    job_id = await restored()
    looks = Looks({job_id: shown})
    new = await settled(life, looks)
    assert (await store.jobs.get(job_id)).state is state
    assert job_id not in new.queue
    assert (looks.edited, new.delivery.messages, await store.jobs.to_tell()) == ([], {}, [])


async def test_what_cannot_be_looked_at_is_looked_at_again(store, life, restored):
    """Meanwhile it waits, where its asker finds it."""
    job_id = await restored()
    new = await settled(life, Looks({job_id: Shown.UNKNOWN}))
    assert new.queue.get(job_id).held
    assert [job.id for job in await store.jobs.restored()] == [job_id]


async def test_one_that_was_never_acknowledged_is_looked_for_first(store, life, restored):
    found, lost = await restored(acknowledged=False), await restored(acknowledged=False)
    looks = Looks({found: Shown.WAITING})
    new = await settled(life, looks)
    assert (new.queue.get(found).held, looks.edited) == (True, [found])
    assert (await store.jobs.get(lost)).state is State.CANCELLED


async def test_whoever_was_faster_decides(life, restored):
    """Cancelled while Discord was asked, it is not told that it waits."""
    job_id = await restored()

    class Slow(Looks):
        async def shown(self, job):
            new.queue.remove(job.id)
            return await super().shown(job)

    new = life()
    looks = new.recovery.editor = new.recovery.restored.editor = Slow({job_id: Shown.WAITING})
    await new.recovery.recover()
    for journey in new.journeys.under_way.values():
        await journey
    assert looks.edited == []


async def test_a_message_that_cannot_be_edited_keeps_nothing_else_up(store, life, restored):
    job_id = await restored()
    looks = Looks({job_id: Shown.WAITING})
    looks.fails = True
    new = await settled(life, looks)
    assert new.queue.get(job_id).held
    assert await store.jobs.restored() == []

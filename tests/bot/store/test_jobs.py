"""The table of jobs against a model of it."""

import asyncio
import contextlib
import shutil
import tempfile
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from bot.errors import StoreError, WrongState
from bot.job import NewJob, State
from bot.request import Request
from bot.sentences.joined import as_written
from bot.store import Store


async def test_a_job_comes_back_as_it_was_submitted(store, new_job):
    """Every field, snowflakes and the largest seed included."""
    new = new_job(guild_id=None)
    job = await store.jobs.submit(new, now=1234.5)
    for name in NewJob.__struct_fields__:
        assert getattr(job, name) == getattr(new, name), name
    assert (job.state, job.created_at, job.attempts, job.message_id) == (State.QUEUED, 1234.5, 0, None)
    assert await store.jobs.get(job.id) == job
    assert await store.jobs.get(job.id.lower().lstrip("0")) == job


async def test_a_job_walks_from_the_click_to_the_picture(store, new_job):
    job = await store.jobs.submit(new_job(), now=1.0)
    assert (await store.jobs.set_message(job.id, 5)).message_id == 5
    assert (await store.jobs.start(job.id, now=2.0)).started_at == 2.0
    assert (await store.jobs.put_back(job.id)).started_at is None
    assert (await store.jobs.start(job.id, now=2.5)).attempts == 2
    assert (await store.jobs.put_back(job.id, begun=False)).attempts == 1
    assert (await store.jobs.start(job.id, now=3.0)).attempts == 2
    assert (await store.jobs.rendered(job.id, engine_s=4.5)).engine_s == 4.5
    done = await store.jobs.delivered(job.id, now=9.0)
    assert (done.state, done.finished_at, done.error, done.message_id) == (State.DELIVERED, 9.0, None, 5)


async def test_an_illegal_step_changes_nothing(store, new_job):
    job = await store.jobs.submit(new_job(), now=1.0)
    with pytest.raises(WrongState, match="is queued and cannot become delivered"):
        await store.jobs.delivered(job.id, now=2.0)
    assert await store.jobs.get(job.id) == job


@pytest.mark.parametrize("job_id", ["00000Z", "nonsense!", ""])
async def test_an_unknown_id_is_none_to_read_and_an_error_to_write(store, job_id):
    """A button may name a job whose time was over."""
    assert await store.jobs.get(job_id) is None
    with pytest.raises(StoreError, match="not in the database"):
        await store.jobs.start(job_id, now=1.0)
    with pytest.raises(StoreError, match="not in the database"):
        await store.jobs.set_message(job_id, 1)


async def test_a_start_up_sees_every_unsettled_job_once(store, new_job, monkeypatch):
    """Also those over several pages, and those that it changes while it looks."""
    monkeypatch.setattr("bot.store.jobs._PAGE", 3)
    jobs = [await store.jobs.submit(new_job(), now=1.0) for _ in range(10)]
    for job in jobs[::2]:
        await store.jobs.start(job.id, now=2.0)
    await store.jobs.cancel(jobs[4].id, as_written("Cancelled."), now=3.0)
    seen = []
    async for job in store.jobs.unsettled():
        seen.append(job.id)
        if job.state is State.RUNNING:
            await store.jobs.put_back(job.id)
    assert seen == [job.id for job in jobs if job is not jobs[4]]


async def test_a_start_up_looks_at_the_young_of_those_in_line(store, new_job, monkeypatch):
    """Only their tokens live, so only they can still be told by them; of a long line the rest is not even read."""
    monkeypatch.setattr("bot.store.jobs._PAGE", 3)
    jobs = [await store.jobs.submit(new_job(token_created_at=float(at)), now=float(at)) for at in range(10)]
    for job in jobs[:9]:
        await store.jobs.set_message(job.id, 5)
    await store.jobs.start(jobs[8].id, now=10.0)
    assert [job.id async for job in store.jobs.reachable(since=3.0)] == [job.id for job in jobs[7:3:-1]]


async def test_ids_are_never_given_twice(store, new_job):
    """The button of a job that is no longer kept must not find somebody else's."""
    first = await store.jobs.submit(new_job(), now=1.0)
    await store.jobs._database.fetch("DELETE FROM jobs")
    assert (await store.jobs.submit(new_job(), now=2.0)).id > first.id


async def test_a_request_from_before_a_field_was_added_is_read_with_its_default(store, new_job):
    """What a later version adds to Request does not make old rows unreadable, nor does what it took away."""
    job = await store.jobs.submit(new_job(), now=1.0)
    old = msgspec.json.encode({"tags": "old", "seed": 1, "once_an_option": True}).decode()
    await store.jobs._database.fetch("UPDATE jobs SET request = :old", {"old": old})
    assert (await store.jobs.get(job.id)).request == Request(tags="old", seed=1)


async def test_a_row_that_cannot_be_read_is_named(store, new_job):
    job = await store.jobs.submit(new_job(), now=1.0)
    await store.jobs._database.fetch("UPDATE jobs SET request = '{'")
    with pytest.raises(StoreError, match=f"job {job.id}: its row in the database cannot be read"):
        await store.jobs.get(job.id)


async def test_a_step_is_worked_out_anew_when_somebody_was_faster(store, new_job):
    """Of two who start a job at once, one does; the other is told that it runs."""
    job = await store.jobs.submit(new_job(), now=1.0)
    results = await asyncio.gather(*(store.jobs.start(job.id, now=2.0) for _ in range(5)), return_exceptions=True)
    assert sum(isinstance(result, WrongState) for result in results) == 4
    assert (await store.jobs.get(job.id)).attempts == 1


async def test_an_end_waits_to_be_told_until_it_was(store, new_job):
    """A process that dies between the end and the edit leaves a note; one that nobody acknowledged needs none."""
    seen, unseen = [await store.jobs.submit(new_job(), now=1.0) for _ in range(2)]
    await store.jobs.set_message(seen.id, 5)
    assert await store.jobs.to_tell() == []
    for job in (seen, unseen):
        await store.jobs.cancel(job.id, as_written("Cancelled."), now=2.0)
    assert [job.id for job in await store.jobs.to_tell()] == [seen.id]
    await store.jobs.told(seen.id)
    assert await store.jobs.to_tell() == []


async def test_pictures_that_no_message_shows_are_kept_with_the_reason(store, new_job):
    job = await store.jobs.submit(new_job(), now=1.0)
    await store.jobs.set_message(job.id, 5)
    await store.jobs.start(job.id, now=2.0)
    await store.jobs.rendered(job.id, engine_s=1.0)
    kept = await store.jobs.keep(job.id, as_written("Its message was deleted."), now=3.0)
    assert (kept.state, kept.kept, kept.untold) == (State.DELIVERED, as_written("Its message was deleted."), True)


async def test_the_wish_to_be_told_is_taken_once(store, new_job):
    """However many ask at once; and none is taken up for what is over."""
    job = await store.jobs.submit(new_job(), now=1.0)
    assert await store.jobs.want_told(job.id, wanted=True)
    assert (await store.jobs.get(job.id)).tell
    await store.jobs.cancel(job.id, as_written("Cancelled."), now=2.0)
    assert [one.id for one in await store.jobs.to_tell()] == [job.id]
    assert sorted(await asyncio.gather(*(store.jobs.take_tell(job.id) for _ in range(3)))) == [False, False, True]
    assert not await store.jobs.want_told(job.id, wanted=True)


async def test_a_start_up_looks_for_what_is_to_tell_by_its_index(store):
    query = (
        "SELECT * FROM jobs WHERE (untold = 1 OR tell = 1) AND state NOT IN ('queued', 'running', 'rendered') "
        "ORDER BY key"
    )
    [step] = await store.jobs._database.fetch(f"EXPLAIN QUERY PLAN {query}")
    assert step["detail"] == "SCAN jobs USING INDEX jobs_to_tell"


async def test_recent_jobs_are_one_persons_newest_first(store, new_job):
    jobs = [await store.jobs.submit(new_job(user_id=user), now=1.0) for user in (1, 2, 1, 1)]
    assert [job.id for job in await store.jobs.recent(1, most=2)] == [jobs[3].id, jobs[2].id]
    query = "SELECT * FROM jobs WHERE user_id = 1 ORDER BY key DESC LIMIT 2"
    [step] = await store.jobs._database.fetch(f"EXPLAIN QUERY PLAN {query}")
    assert step["detail"] == "SEARCH jobs USING INDEX jobs_by_person (user_id=?)"


STEPS = {
    "start": (State.RUNNING, lambda jobs, job_id: jobs.start(job_id, now=2.0)),
    "put back": (State.QUEUED, lambda jobs, job_id: jobs.put_back(job_id)),
    "lost": (State.QUEUED, lambda jobs, job_id: jobs.lost(job_id)),
    "rendered": (State.RENDERED, lambda jobs, job_id: jobs.rendered(job_id, engine_s=1.0)),
    "delivered": (State.DELIVERED, lambda jobs, job_id: jobs.delivered(job_id, now=3.0)),
    "keep": (State.DELIVERED, lambda jobs, job_id: jobs.keep(job_id, as_written("Its message is gone."), now=3.0)),
    "fail": (State.FAILED, lambda jobs, job_id: jobs.fail(job_id, as_written("It failed."), now=3.0)),
    "cancel": (State.CANCELLED, lambda jobs, job_id: jobs.cancel(job_id, as_written("You cancelled it."), now=3.0)),
    "refuse": (State.REFUSED, lambda jobs, job_id: jobs.refuse(job_id, as_written("Not here."), now=3.0)),
}
LEGAL = {
    State.QUEUED: {State.RUNNING, State.FAILED, State.CANCELLED, State.REFUSED},
    State.RUNNING: {State.QUEUED, State.RENDERED, State.FAILED, State.CANCELLED, State.REFUSED},
    State.RENDERED: {State.QUEUED, State.DELIVERED, State.FAILED, State.CANCELLED, State.REFUSED},
}
ONLY_FROM = {"put back": State.RUNNING, "lost": State.RENDERED}
"""Both lead into the line, each from one state."""


class Table(RuleBasedStateMachine):
    """Jobs come and step in any order, the bot restarts at any time, and the table says what happened."""

    def __init__(self):
        super().__init__()
        self.folder = Path(tempfile.mkdtemp())
        self.runner = asyncio.Runner()
        self.exits = contextlib.AsyncExitStack()
        self.states = {}
        self.owners = {}
        self.open()

    def open(self):
        self.store = self.runner.run(self.exits.enter_async_context(Store.open(self.folder)))

    @rule(user_id=st.integers(1, 3))
    def submit(self, user_id):
        new = NewJob(
            user_id=user_id,
            guild_id=None,
            channel_id=2,
            application_id=3,
            interaction_id=4,
            interaction_token="",
            token_created_at=0.0,
            request=Request(seed=1),
            prompt="",
            negative_prompt="",
        )
        job = self.runner.run(self.store.jobs.submit(new, now=1.0))
        assert job.id not in self.states
        self.states[job.id] = job.state
        self.owners[job.id] = user_id

    @precondition(lambda self: self.states)
    @rule(data=st.data(), step=st.sampled_from(sorted(STEPS)))
    def step(self, data, step):
        job_id = data.draw(st.sampled_from(sorted(self.states)))
        target, call = STEPS[step]
        now = self.states[job_id]
        if target in LEGAL.get(now, ()) and ONLY_FROM.get(step, now) is now:
            self.states[job_id] = self.runner.run(call(self.store.jobs, job_id)).state
            assert self.states[job_id] is target
        else:
            with pytest.raises(WrongState):
                self.runner.run(call(self.store.jobs, job_id))

    @rule()
    def restart(self):
        self.runner.run(self.exits.aclose())
        self.open()

    @invariant()
    def the_table_says_what_happened(self):
        for job_id, state in self.states.items():
            assert self.runner.run(self.store.jobs.get(job_id)).state is state
        recent = self.runner.run(self.store.jobs.recent(1, most=len(self.states) + 1))
        mine = {job_id: state for job_id, state in self.states.items() if self.owners[job_id] == 1}
        assert {job.id: job.state for job in recent} == mine

    def teardown(self):
        self.runner.run(self.exits.aclose())
        self.runner.close()
        shutil.rmtree(self.folder)


TestTable = Table.TestCase
TestTable.settings = settings(
    max_examples=12, stateful_step_count=25, deadline=None, suppress_health_check=[HealthCheck.too_slow]
)

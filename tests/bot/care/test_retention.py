"""What has been kept for as long as the operator said goes by itself, and nothing else does."""

import msgspec
import pytest

from bot import config
from bot.care.retention import PORTION, Retention
from bot.config import StrikeRules
from bot.errors import StoreError
from bot.job import State
from bot.request import Options, Request
from bot.safety.audit import AuditRecord, pseudonym
from bot.store.reports import ReportReason

DAY_S = 86_400.0
RULES = config.RetentionSettings(pictures_days=7, records_days=30, drafts_days=2, audit_days=90)
REQUEST = Request(subject="1girl", seed=1)


class Clock:
    def __init__(self):
        self.day = 0.0

    def __call__(self):
        return self.day * DAY_S


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def retention(store, clock):
    return Retention(store, RULES, StrikeRules(forget_after_s=10 * DAY_S), now=clock)


@pytest.fixture
def drawn(store, new_job, clock):
    """Make a job with a picture in the spool that is delivered now, or not yet."""

    async def make(*, delivered=True):
        job = await store.jobs.submit(new_job(), now=clock())
        await store.jobs.start(job.id, now=clock())
        await store.pictures.save(job.id, number=0, seed=1, png=b"picture")
        job = await store.jobs.rendered(job.id, engine_s=1.0)
        return await store.jobs.delivered(job.id, now=clock()) if delivered else job

    return make


async def test_files_go_first_and_records_later(store, retention, clock, drawn, spooled):
    """After a week the picture's file, after a month everything; seeds can be told until then."""
    job = await drawn()
    clock.day = 6.9
    await retention.sweep()
    assert spooled() == [f"{job.id}-0.png"]
    clock.day = 7.1
    await retention.sweep()
    assert spooled() == []
    [picture] = await store.pictures.of(job.id)
    assert (picture.deleted, picture.seed) == (True, 1)
    clock.day = 30.1
    await retention.sweep()
    assert await store.jobs.get(job.id) is None
    assert await store.pictures.of(job.id) == ()


async def test_what_is_not_over_is_never_too_old(store, retention, clock, drawn, spooled):
    """A job that waits to be delivered keeps its pictures, however long Discord is away."""
    job = await drawn(delivered=False)
    clock.day = 400
    await retention.sweep()
    assert (await store.jobs.get(job.id)).state is State.RENDERED
    assert spooled() == [f"{job.id}-0.png"]


async def test_what_is_hidden_waits_for_a_moderator(store, retention, clock, drawn, spooled):
    """Until the record itself goes: a report that nobody looks at keeps nothing for ever."""
    hidden, restored = await drawn(), await drawn()
    for job in (hidden, restored):
        await store.reports.add(job, 2, ReportReason("other"), hides=True, now=clock())
    await store.reports.decide(restored.id, "restored", 3, now=clock())
    clock.day = 8
    await retention.sweep()
    assert spooled() == [f"{hidden.id}-0.png"]
    clock.day = 31
    await retention.sweep()
    assert spooled() == []


async def test_more_than_one_portion_goes_at_once(store, retention, clock, drawn, spooled):
    for _ in range(PORTION + 1):
        await drawn()
    clock.day = 7.1
    await retention.sweep()
    assert spooled() == []
    clock.day = 30.1
    await retention.sweep()
    assert [job async for job in store.jobs.of(101)] == []


async def test_drafts_forms_records_and_reports_go_by_their_age(store, retention, clock, drawn):
    draft = await store.drafts.keep(1, REQUEST, now=0.0)
    form = await store.forms.keep(1, Options(), now=0.0)
    await store.records.keep(AuditRecord(event="refused", at=0.0, user_id=1, guild_id=7, channel_id=70))
    job = await drawn()
    await store.reports.add(job, 1, ReportReason("other"), hides=True, now=0.0)
    clock.day = 1.9
    await retention.sweep()
    assert await store.drafts.get(draft)
    assert await store.forms.get(form, 1)
    clock.day = 2.1
    await retention.sweep()
    assert await store.drafts.get(draft) is None
    assert await store.forms.get(form, 1) is None
    assert await store.records.of(1)
    assert await store.reports.of(job.id)
    clock.day = 90.1
    await retention.sweep()
    assert await store.records.of(1) == ()
    assert await store.reports.of(job.id) == ()


async def test_strikes_and_time_outs_go_when_they_no_longer_count(store, retention, clock):
    await store.strikes.give(1, now=0.0)
    await store.strikes.lock_person(pseudonym(1, store.key), 7, until=5 * DAY_S)
    clock.day = 4
    await retention.sweep()
    assert await store.strikes.of(1)
    assert await store.strikes.locks(1) == {7: 5 * DAY_S}
    clock.day = 11
    await retention.sweep()
    assert await store.strikes.of(1) == ()
    assert await store.strikes.locks(1) == {}


async def test_it_sweeps_at_once_and_then_every_hour(store, clock):
    """A bot that is restarted every half hour deletes, too; a full disk is tried again."""
    swept, slept = [], []

    class Stop(Exception):
        pass

    class Spy(Retention):
        async def sweep(self):
            swept.append(len(slept))
            raise StoreError("the disk is full")

    async def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 3:
            raise Stop

    with pytest.raises(Stop):
        await Spy(store, RULES, StrikeRules(), now=clock, sleep=sleep).work()
    assert swept == [0, 1, 2]
    assert slept == [3600.0] * 3


@pytest.mark.parametrize("name", ["pictures_days", "records_days", "drafts_days", "audit_days"])
def test_nothing_is_kept_for_no_time(name):
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert({name: 0}, config.RetentionSettings)

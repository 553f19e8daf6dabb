"""Reports: what is hidden, who decided, and whose reports were right."""

import pytest

from bot.store import Store
from bot.store.reports import Standing

JOB, OTHER = "00000A", "00000B"
YUKI, NICO, MIO = 1, 2, 3
HERE, ELSEWHERE = 70, 71


@pytest.fixture
async def store(tmp_path):
    async with Store.open(tmp_path) as opened:
        yield opened


async def report(store, job=JOB, person=YUKI, guild=HERE, *, hides=True, now=10.0):
    return await store.reports.add(job, person, guild, hides=hides, now=now)


async def test_one_report_hides_until_somebody_decides(store):
    assert not await store.reports.hide(JOB)
    assert await report(store)
    assert await store.reports.hide(JOB)
    assert not await store.reports.hide(OTHER)
    assert await store.reports.decide(JOB, "restored", MIO, now=20.0)
    assert not await store.reports.hide(JOB)


async def test_a_report_that_does_not_hide_is_a_report(store):
    await report(store, hides=False)
    assert not await store.reports.hide(JOB)
    assert len(await store.reports.of(JOB)) == 1


async def test_nobody_reports_twice(store):
    """The first report stands, and a decision about it too."""
    await report(store)
    await store.reports.decide(JOB, "restored", MIO, now=20.0)
    assert not await report(store, now=30.0)
    [kept] = await store.reports.of(JOB)
    assert (kept.reported_at, kept.outcome, kept.decider_id, kept.decided_at) == (10.0, "restored", MIO, 20.0)


async def test_the_first_decision_counts(store):
    """Of two moderators who press at once, one decides."""
    await report(store)
    await report(store, person=NICO)
    assert await store.reports.decide(JOB, "deleted", MIO, now=20.0)
    assert not await store.reports.decide(JOB, "restored", YUKI, now=20.0)
    assert [one.outcome for one in await store.reports.of(JOB)] == ["deleted", "deleted"]


async def test_standing_counts_one_person_in_one_server_lately(store):
    await report(store, "000001")
    await report(store, "000002")
    await report(store, "000003", now=1.0)
    await report(store, "000004", guild=ELSEWHERE)
    await report(store, "000005", person=NICO)
    await report(store, "000006", guild=None)
    for job, outcome in zip(range(1, 7), ["restored", "deleted", *["restored"] * 4], strict=True):
        await store.reports.decide(f"00000{job}", outcome, MIO, now=20.0)
    assert await store.reports.standing(YUKI, HERE, since=5.0) == Standing(rejected=1, upheld=1)
    assert await store.reports.standing(YUKI, None, since=5.0) == Standing(rejected=1, upheld=0)


async def test_who_reported_is_forgotten_but_not_how_it_ended(store):
    """Somebody who comes back has the standing that they left with."""
    await report(store)
    await report(store, OTHER, person=MIO)
    await store.reports.decide(JOB, "restored", MIO, now=20.0)
    await store.reports.forget(YUKI)
    await store.reports.forget(MIO)
    [kept] = await store.reports.of(JOB)
    assert (kept.reporter_id, kept.decider_id, kept.outcome) == (None, None, "restored")
    assert (await store.reports.standing(YUKI, HERE, since=0.0)).rejected == 1


async def test_old_reports_go(store):
    await report(store)
    await report(store, OTHER, now=50.0)
    await store.reports.sweep(before=50.0)
    assert await store.reports.of(JOB) == ()
    assert len(await store.reports.of(OTHER)) == 1


async def test_a_report_knows_the_message_that_told_of_it(store):
    await report(store)
    await store.reports.noticed(JOB, YUKI, 5, 6)
    [kept] = await store.reports.of(JOB)
    assert (kept.job_id, kept.notice_channel_id, kept.notice_id) == (JOB, 5, 6)

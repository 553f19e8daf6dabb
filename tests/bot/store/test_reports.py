"""Reports: what is hidden, who decided, and whose reports were right."""

import msgspec
import pytest

from bot.job import Job
from bot.safety.audit import pseudonym
from bot.store.reports import ReporterRecord, ReportReason

JOB, OTHER = "00000A", "00000B"
YUKI, NICO, MIO = 1, 2, 3
HERE, ELSEWHERE = 70, 71
WHY = ReportReason("other", "a blue hat")


@pytest.fixture
def report(store, new_job):
    """Report a job of Nico's."""

    async def reporting(job=JOB, person=YUKI, guild=HERE, *, hides=True, now=10.0, why=WHY, spoiled=False):
        reported = Job(**msgspec.structs.asdict(new_job(user_id=NICO, guild_id=guild)), id=job, created_at=1.0)
        return await store.reports.add(reported, person, why, hides=hides, now=now, spoiled=spoiled)

    return reporting


async def test_one_report_hides_until_somebody_decides(store, report):
    assert not await store.reports.hidden(JOB)
    assert await report()
    assert await store.reports.hidden(JOB)
    assert not await store.reports.hidden(OTHER)
    assert await store.reports.decide(JOB, "restored", MIO, now=20.0)
    assert not await store.reports.hidden(JOB)


async def test_a_report_may_hide_nothing(store, report):
    await report(hides=False)
    assert not await store.reports.hidden(JOB)
    assert len(await store.reports.of(JOB)) == 1


async def test_nobody_reports_twice(store, report):
    """The first report stands, and a decision about it too."""
    await report()
    await store.reports.decide(JOB, "restored", MIO, now=20.0)
    assert not await report(now=30.0)
    [kept] = await store.reports.of(JOB)
    assert (kept.reported_at, kept.outcome, kept.decider_id, kept.decided_at) == (10.0, "restored", MIO, 20.0)


async def test_the_first_decision_counts(store, report):
    """Of two moderators who press at once, one decides."""
    await report()
    await report(person=NICO)
    assert await store.reports.decide(JOB, "deleted", MIO, now=20.0)
    assert not await store.reports.decide(JOB, "restored", YUKI, now=20.0)
    assert [one.outcome for one in await store.reports.of(JOB)] == ["deleted", "deleted"]


async def test_standing_counts_one_person_in_one_server_lately(store, report):
    await report("000001")
    await report("000002")
    await report("000003", now=1.0)
    await report("000004", guild=ELSEWHERE)
    await report("000005", person=NICO)
    await report("000006", guild=None)
    for job, outcome in zip(range(1, 7), ["restored", "deleted", *["restored"] * 4], strict=True):
        await store.reports.decide(f"00000{job}", outcome, MIO, now=20.0)
    assert await store.reports.standing(YUKI, HERE, since=5.0) == ReporterRecord(rejected=1, upheld=1)
    assert await store.reports.standing(YUKI, None, since=5.0) == ReporterRecord(rejected=1, upheld=0)


async def test_who_reported_is_forgotten_but_not_how_it_ended(store, report):
    """Somebody who comes back has the standing that they left with."""
    await report()
    await report(OTHER, person=MIO)
    await store.reports.decide(JOB, "restored", MIO, now=20.0)
    await store.reports.forget(YUKI)
    await store.reports.forget(MIO)
    [kept] = await store.reports.of(JOB)
    assert (kept.reporter_id, kept.decider_id, kept.outcome) == (None, None, "restored")
    assert (await store.reports.standing(YUKI, HERE, since=0.0)).rejected == 1


async def test_old_reports_go(store, report):
    await report()
    await report(OTHER, now=50.0)
    await store.reports.sweep(before=50.0)
    assert await store.reports.of(JOB) == ()
    assert len(await store.reports.of(OTHER)) == 1


async def test_a_report_knows_the_message_that_told_of_it(store, report):
    await report()
    await store.reports.noticed(JOB, YUKI, 5, 6)
    [kept] = await store.reports.of(JOB)
    assert (kept.job_id, kept.notice_channel_id, kept.notice_id) == (JOB, 5, 6)


async def test_the_author_is_known_by_a_hash_alone(store, report):
    """Moderators can time out somebody whose job and name were deleted meanwhile."""
    await report()
    [kept] = await store.reports.of(JOB)
    assert kept.author == pseudonym(NICO, store.key)
    await store.strikes.lock_person(kept.author, HERE, until=99.0)
    assert await store.strikes.locked_until(NICO, HERE) == 99.0


async def test_a_report_keeps_its_reason_and_how_the_pictures_were(store, report):
    await report(why=ReportReason("person", "my sister"), spoiled=True)
    [kept] = await store.reports.of(JOB)
    assert (kept.reason, kept.words, kept.spoiled, kept.open) == ("person", "my sister", True, True)


async def test_whoever_is_forgotten_leaves_the_reason_and_not_the_words(store, report):
    await report(why=ReportReason("person", "my sister"))
    await store.reports.forget(YUKI)
    [kept] = await store.reports.of(JOB)
    assert (kept.reason, kept.words) == ("person", "")


async def test_a_report_is_taken_back_by_its_reporter_while_it_is_fresh_and_undecided(store, report):
    """Once; then it hides nothing, and no decision is about it."""
    await report()
    assert not await store.reports.withdraw(JOB, NICO, since=0.0, now=20.0)
    assert not await store.reports.withdraw(JOB, YUKI, since=11.0, now=20.0)
    assert await store.reports.withdraw(JOB, YUKI, since=10.0, now=20.0)
    assert not await store.reports.withdraw(JOB, YUKI, since=10.0, now=30.0)
    assert not await store.reports.hidden(JOB)
    assert not await store.reports.decide(JOB, "deleted", MIO, now=30.0)
    [kept] = await store.reports.of(JOB)
    assert (kept.withdrawn_at, kept.outcome, kept.open) == (20.0, None, False)


async def test_what_others_reported_stays_hidden(store, report):
    await report()
    await report(person=MIO)
    await store.reports.withdraw(JOB, YUKI, since=0.0, now=20.0)
    assert await store.reports.hidden(JOB)


async def test_a_decision_is_not_taken_back(store, report):
    await report()
    await store.reports.decide(JOB, "deleted", MIO, now=20.0)
    assert not await store.reports.withdraw(JOB, YUKI, since=0.0, now=20.0)


async def test_somebody_who_took_a_report_back_may_report_again(store, report):
    """With another reason; the message that told of the first one is the same one's."""
    await report()
    await store.reports.noticed(JOB, YUKI, 5, 6)
    await store.reports.withdraw(JOB, YUKI, since=0.0, now=20.0)
    assert await report(why=ReportReason("spam"), now=30.0)
    [kept] = await store.reports.of(JOB)
    assert (kept.reason, kept.reported_at, kept.withdrawn_at, kept.notice_id) == ("spam", 30.0, None, 6)
    assert await store.reports.hidden(JOB)


async def test_a_report_that_was_taken_back_says_nothing_about_its_reporter(store, report):
    """Neither rejected nor upheld."""
    await report()
    await store.reports.withdraw(JOB, YUKI, since=0.0, now=20.0)
    await store.reports.decide(JOB, "restored", MIO, now=30.0)
    assert await store.reports.standing(YUKI, HERE, since=0.0) == ReporterRecord(rejected=0, upheld=0)

"""What of a job is kept and shown, by what it shows."""

import logging

import pytest

from bot.checks.picture_filter import AllowedPreviews, PictureFilter
from bot.engine.drawing_engine import Away
from bot.errors import GenerationFailed, MessageGone, PromptRefused
from bot.request import Request
from bot.safety.gate import Place, Situation, shows
from bot.safety.policy import OperatorPolicy, ServerPolicy
from engine import wire
from tests.refusing import refused


class AllowedHere:
    """A door to one place, which a test may change."""

    def __init__(self, place, *, tagger, spoilers):
        server = ServerPolicy(spoilers=spoilers)
        self.situation = Situation(
            place=place, operator=OperatorPolicy(highest="explicit", tagger=tagger), server=server
        )
        self.lookups = 0

    async def situation_of(self, _job):
        self.lookups += 1
        return self.situation

    async def judge_shown(self, job, situation):
        return shows(situation, job.request.rating, job.request.rating)

    async def judge_pictures(self, job, situation, measured):
        return {number: shows(situation, job.request.rating, one) for number, one in measured.items()}


@pytest.fixture
async def job(store, new_job):
    """Two pictures, safe, being drawn."""
    queued = await store.jobs.submit(new_job(request=Request(subject="1girl", seed=7, count=2)), now=1.0)
    return await store.jobs.start(queued.id, now=2.0)


def picture(job, number, rating):
    return wire.Picture(job_id=job.wire_id, number=number, seed=number, png=b"%d" % number, rating=rating)


def preview(job, number, rating):
    return wire.Preview(job_id=job.wire_id, number=number, step=1, image=b"%d" % number, rating=rating)


def picture_filter(store, *, rates=True, place=Place.OPEN, spoilers=False):
    return PictureFilter(AllowedHere(place, tagger=rates, spoilers=spoilers), store.pictures, rates=rates)


async def test_what_shows_more_than_the_place_allows_is_never_stored(store, job, tmp_path):
    """The others are; and what is missing is counted."""
    judged = picture_filter(store)
    await judged.keep(job, picture(job, 0, "safe"))
    await judged.keep(job, picture(job, 1, "sensitive"))
    assert [path.name for path in (tmp_path / "spool").iterdir()] == [f"{job.id}-0.png"]
    assert await judged.allowed(job) == ({0: b"0"}, 1, False)


async def test_a_picture_is_judged_again_before_it_is_shown(store, job, tmp_path):
    """The place may have changed since it was stored; what may not be shown any more is not kept."""
    await picture_filter(store, place=Place.AGE_RESTRICTED).keep(job, picture(job, 0, "sensitive"))
    with refused(PromptRefused, "All 2 pictures came out above the rating that is allowed here"):
        await picture_filter(store).allowed(job)
    assert list((tmp_path / "spool").iterdir()) == []


async def test_what_is_shown_counts_for_the_highest_of_what_was_asked_for_and_is_seen(store, job):
    """Of the pictures that are shown: one that stays behind tells nothing about the others."""
    for spoilers in (True, False):
        judged = picture_filter(store, place=Place.AGE_RESTRICTED, spoilers=spoilers)
        await judged.keep(job, picture(job, 0, "sensitive"))
        await judged.keep(job, picture(job, 1, "nsfw"))
        assert (await judged.allowed(job)).spoiler is spoilers


async def test_a_place_is_looked_up_once_for_an_event(store, job):
    """However many pictures of it are judged, and whatever else is asked about it."""
    judged = picture_filter(store)
    for number in range(2):
        await judged.keep(job, picture(job, number, "safe"))
    place = judged._gatekeeper
    place.lookups = 0
    assert len((await judged.allowed(job)).pictures) == 2
    assert place.lookups == 1
    await judged.previews(job, preview(job, 0, "safe"), AllowedPreviews())
    assert place.lookups == 2


async def test_where_nothing_may_be_shown_any_more_no_preview_is(store, job):
    """The job is stopped; its owner reads why."""
    judged = picture_filter(store, place=Place.GONE)
    with pytest.raises(PromptRefused):
        await judged.previews(job, preview(job, 0, "safe"), AllowedPreviews())
    with pytest.raises(MessageGone):
        await judged.allowed(job)


async def test_previews_stay_behind_a_spoiler_once_one_was(store, job):
    judged = picture_filter(store, place=Place.AGE_RESTRICTED, spoilers=True)
    shown = await judged.previews(job, preview(job, 0, "safe"), AllowedPreviews())
    assert not shown.spoiler
    shown = await judged.previews(job, preview(job, 0, "sensitive"), shown)
    assert shown.spoiler
    assert (await judged.previews(job, preview(job, 0, "safe"), shown)).spoiler


async def test_where_pictures_are_rated_an_unrated_one_is_an_error(store, job, tmp_path):
    """Whatever the engine said of itself."""
    with pytest.raises(GenerationFailed, match="rating_failed"):
        await picture_filter(store).keep(job, picture(job, 0, None))
    assert list((tmp_path / "spool").iterdir()) == []


async def test_pictures_from_before_the_tagger_are_not_shown(store, job):
    """Nobody knows what they show; their owner reads why."""
    await picture_filter(store, rates=False).keep(job, picture(job, 0, None))
    with refused(PromptRefused, "before pictures were rated"):
        await picture_filter(store).allowed(job)


async def test_without_a_tagger_a_safe_job_is_shown_as_it_was_asked(store, job):
    """The operator said so."""
    judged = picture_filter(store, rates=False)
    for number in range(2):
        await judged.keep(job, picture(job, number, None))
    assert await judged.allowed(job) == ({0: b"0", 1: b"1"}, 0, False)


async def test_a_preview_that_may_not_be_seen_takes_its_predecessor_away(store, job):
    """What it shows is where the picture is going."""
    judged = picture_filter(store)
    shown = await judged.previews(job, preview(job, 0, "safe"), AllowedPreviews())
    shown = await judged.previews(job, preview(job, 1, "safe"), shown)
    assert shown.images == {0: b"0", 1: b"1"}
    assert (await judged.previews(job, preview(job, 1, "sensitive"), shown)).images == {0: b"0"}
    assert (await judged.previews(job, preview(job, 1, None), shown)).images == {0: b"0"}


@pytest.mark.parametrize(
    ("rates", "rating", "wanted"),
    [(True, "safe", True), (True, "explicit", True), (False, "safe", True), (False, "sensitive", False)],
)
async def test_previews_are_asked_for_only_where_one_could_be_shown(store, new_job, rates, rating, wanted):
    """Unrated, only of what anybody may see."""
    job = await store.jobs.submit(new_job(request=Request(subject="1girl", seed=7, rating=rating)), now=1.0)
    assert picture_filter(store, rates=rates).wants_previews(job) is wanted


@pytest.mark.parametrize("rates", [True, False])
async def test_an_engine_that_does_not_rate_is_an_error_where_the_configuration_says_it_does(store, caplog, rates):
    """Said when it gets ready, and only then."""
    judged = picture_filter(store, rates=rates)
    about = {"model_name": "m", "model_hash": "", "device": "cpu", "size_multiple": 8}
    for status in (Away("gone"), wire.Loading(stage="one"), wire.Ready(**about, rates=True)):
        judged.heard(status)
    assert not caplog.records
    judged.heard(wire.Ready(**about))
    assert [record.levelno for record in caplog.records] == ([logging.ERROR] if rates else [])

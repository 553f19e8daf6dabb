"""Edits that may be left out are left out where a channel has had enough, or Discord says so."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.delivery.budget import BURST, PER_S, EditBudget
from bot.job import Job


class Clock:
    """Seconds, as moved."""

    time = 100.0

    def __call__(self):
        return self.time


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def budget(clock):
    return EditBudget(clock=clock)


@pytest.fixture
def job(new_job):
    """Make a job in a channel, with a token of its own."""

    def make(channel_id=70, token="token"):  # noqa: S107  no secret
        new = new_job(channel_id=channel_id, interaction_token=token)
        return Job(**{name: getattr(new, name) for name in new.__struct_fields__}, id="000001", created_at=0.0)

    return make


@given(st.lists(st.tuples(st.floats(0, 3), st.integers(1, 2), st.booleans()), max_size=120))
def test_no_channel_has_more_than_its_edits_in_any_time(acts):
    """However the edits that must go fall between them, and whatever another channel has."""
    clock = Clock()
    budget = EditBudget(clock=clock)
    made = {1: [], 2: []}
    for pause, channel, must in acts:
        clock.time += pause
        one = Job(**_fields(channel))
        if must:
            budget.count(one)
        elif budget.take(one):
            made[channel].append(clock.time)
    for times in made.values():
        for first, begun in enumerate(times):
            for last, ended in enumerate(times[first:], first):
                assert last - first + 1 <= BURST + PER_S * (ended - begun) + 1e-6


def test_a_channel_that_had_its_burst_has_room_again_soon(budget, clock, job):
    """A busy channel's progress is slower, not gone."""
    assert [budget.take(job()) for _ in range(21)] == [True] * 20 + [False]
    clock.time += 0.5
    assert budget.take(job())
    assert not budget.take(job())


def _fields(channel):
    return {
        "user_id": 1,
        "guild_id": 2,
        "channel_id": channel,
        "application_id": 9,
        "interaction_id": 4,
        "interaction_token": "t",
        "token_created_at": 0.0,
        "request": None,
        "prompt": "",
        "negative_prompt": "",
        "id": "000001",
        "created_at": 0.0,
    }


@pytest.mark.parametrize("path", ["/api/v10/webhooks/9/token/messages/5", "/api/v10/channels/70/messages/5"])
def test_nothing_is_edited_while_discord_says_that_the_bucket_is_empty(budget, clock, job, path):
    """Whichever of the two ways to the message it was; another message's bucket is not this one's."""
    budget.learn(path, 200, {"X-RateLimit-Remaining": "1", "X-RateLimit-Reset-After": "9"})
    assert budget.take(job())
    budget.learn(path, 200, {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset-After": "2.5"})
    assert not budget.take(job())
    assert budget.take(job(channel_id=71, token="other"))  # noqa: S106  no secret
    clock.time += 2.6
    assert budget.take(job())


def test_a_global_limit_stops_every_progress(budget, clock, job):
    headers = {"X-RateLimit-Global": "true", "Retry-After": "4"}
    budget.learn("/api/v10/channels/1/messages/5", 429, headers)
    assert not budget.take(job(channel_id=71))
    clock.time += 4.1
    assert budget.take(job(channel_id=71))


def test_answers_to_anything_but_an_edit_say_nothing(budget, job):
    budget.learn("/api/v10/channels/70/messages", 429, {"Retry-After": "9"})
    assert budget.take(job())


def invalid(budget, times, status=403, **headers):
    for _ in range(times):
        budget.invalid.heed(status, headers)


def test_the_more_requests_were_invalid_the_fewer_edits_are_made(budget, clock, job):
    """All of them up to a tenth of Discord's limit, half of them half way to its half, and then none."""
    for before, most in ((0, 40), (1000, 40), (3000, 20), (4999, 0), (5000, 0)):
        invalid(budget, before - budget.invalid.recent)
        made = 0
        for number in range(40):
            clock.time += 0.5
            made += budget.take(job(channel_id=number))
        assert made == most
        clock.time -= 20
    assert budget.invalid.wait_s == 10


@given(st.lists(st.tuples(st.floats(0, 400), st.integers(0, 50)), max_size=40))
def test_invalid_requests_count_for_ten_minutes(acts):
    """Never forgotten sooner, and hardly later."""
    clock = Clock()
    counted = EditBudget(clock=clock).invalid
    times = []
    for pause, many in acts:
        clock.time += pause
        for _ in range(many):
            counted.heed(403, {})
            times.append(clock.time)
        recent = len([at for at in times if clock.time - at < 600])
        assert recent <= counted.recent <= len([at for at in times if clock.time - at < 620])


def test_only_what_discord_calls_invalid_counts(budget):
    """Developer documentation, Rate Limits, Invalid Request Limit; a limit that others use up is not ours."""
    for status in (200, 204, 400, 404, 500, 502):
        invalid(budget, 1, status)
    budget.invalid.heed(429, {"X-RateLimit-Scope": "shared"})
    assert budget.invalid.recent == 0
    for status in (401, 403, 429):
        invalid(budget, 1, status)
    budget.invalid.heed(429, {"X-RateLimit-Scope": "user"})
    assert budget.invalid.recent == 4


def test_what_is_over_is_forgotten(budget, clock, job, monkeypatch):
    monkeypatch.setattr("bot.delivery.budget._KEPT", 10)
    for number in range(40):
        budget.learn(f"/api/v10/channels/{number}/messages/5", 429, {"Retry-After": "1"})
        budget.count(job(channel_id=number))
        clock.time += 11
    assert len(budget._empty) <= 12
    assert len(budget._room) <= 12

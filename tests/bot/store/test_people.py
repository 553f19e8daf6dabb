"""What people keep is theirs: changed and forgotten by its owner, and by nothing else."""

import pytest

from bot.job import public_id
from bot.queue.ticket import Ticket
from bot.request import Options, Request
from bot.store import Store
from engine.wire import SamplingParams


@pytest.fixture
def people(store):
    return store.people


async def test_defaults_are_set_one_by_one(people):
    """What is not named stays, None forgets it, and nobody else sees it."""
    assert await people.defaults(1) == Options()
    assert await people.change_defaults(1, {"steps": 20, "style": "pastel"}) == Options(steps=20, style="pastel")
    assert await people.change_defaults(1, {"steps": 30, "count": None}) == Options(steps=30, style="pastel")
    assert await people.change_defaults(1, {"style": None}) == Options(steps=30)
    assert await people.defaults(1) == Options(steps=30)
    assert await people.defaults(2) == Options()
    await people.forget_defaults(1)
    assert await people.defaults(1) == Options()


async def test_favourites_are_changed_and_deleted_by_name(people):
    """One text a name and person."""
    assert await people.save_favourite(1, "b", "smile", most=2)
    assert await people.save_favourite(1, "a", "night", most=2)
    assert not await people.save_favourite(1, "c", "hat", most=2)
    assert await people.save_favourite(1, "b", "frown", most=2)
    assert await people.save_favourite(2, "b", "mine", most=2)
    assert list((await people.favourites(1)).items()) == [("a", "night"), ("b", "frown")]
    assert await people.delete_favourite(1, "b")
    assert not await people.delete_favourite(1, "b")
    assert await people.favourites(1) == {"a": "night"}
    assert await people.favourites(2) == {"b": "mine"}


FIRST_JOB = """
    INSERT INTO jobs (
        key, state, user_id, channel_id, message_id, application_id, interaction_id, interaction_token,
        token_created_at, request, prompt, negative_prompt, notes, created_at
    ) VALUES (5, 'queued', 1, 2, 6, 3, 4, 'token', 0, :request, 'prompt', '', '[]', 1)
"""


FIRST_REQUEST = (
    '{"seed": 1, "width": 1024, "height": 1024, "count": 3, "steps": 10, "guidance": 5.0, "sampler": "euler_a"}'
)
"""As version 0.1.0 wrote it."""


async def test_a_database_of_the_first_version_is_brought_up_to_date(tmp_path, older):
    """Its jobs stay, and stand in line with what they cost."""
    request = Request(seed=1, sampling=SamplingParams(width=1024, height=1024, num_inference_steps=10), count=3)
    with older(1) as database:
        database.execute(FIRST_JOB, {"request": FIRST_REQUEST})
    async with Store.open(tmp_path) as store:
        job = await store.jobs.get(public_id(5))
        assert (job.request, job.untold) == (request, False)
        assert [page async for page in store.queue.waiting()] == [[Ticket.of(job)]]
        assert Ticket.of(job).cost == pytest.approx(62.41, abs=0.01)
        assert await store.jobs.start(job.id, now=2.0)
        assert await store.people.favourites(1) == {}

"""What version 0.1.0 stored is opened and read whole: people's jobs, drafts, forms, defaults, favourites and policies.

The file beside this one is that version's own dump. It never changes; a newer version gets a file of its own.
"""

import sqlite3
from pathlib import Path

import pytest

from bot.job import State
from bot.request import Options, Request
from bot.safety.policy import ServerPolicy
from bot.sentences.rendering import render
from bot.store import Store
from engine.wire import SamplingParams

DUMP = Path(__file__).with_name("version_0_1_0.sql")

REQUEST = Request(
    subject="1girl; 1boy",
    character="hatsune miku",
    series="vocaloid",
    rating="sensitive",
    tags="smile, (night:1.2)",
    negative="hat",
    quality="light",
    negative_preset="short",
    style="watercolour",
    year=2024,
    count=2,
    seed=2**32 - 1,
    sampling=SamplingParams(
        sampler="dpmpp_2m_karras", num_inference_steps=20, guidance_scale=6.5, width=1216, height=832
    ),
    private=True,
)


@pytest.fixture
async def old(tmp_path):
    """The data folder that version 0.1.0 left, opened by this version."""
    database = sqlite3.connect(tmp_path / "eshi.sqlite3")
    database.executescript(DUMP.read_text())
    database.close()
    async with Store.open(tmp_path) as opened:
        yield opened


async def test_every_job_is_read_in_its_state(old):
    """Its request, texts, notes and end; the sentence that an old row keeps is still said."""
    jobs = [await old.jobs.get(f"{number:06}") for number in range(1, 7)]
    assert [job.state for job in jobs] == [
        State.QUEUED,
        State.RUNNING,
        State.DELIVERED,
        State.FAILED,
        State.QUEUED,
        State.REFUSED,
    ]
    for job in jobs:
        assert job.request == REQUEST
        assert job.prompt.startswith("1girl, 1boy, hatsune miku, vocaloid, sensitive, smile")
        assert job.max_file_bytes == 26_214_400
    assert [job.error and render(job.error) for job in jobs] == [
        None,
        None,
        None,
        "The engine broke down each time it drew this, so I do not try again.",
        None,
        "The rating `sensitive` is not allowed here.",
    ]
    assert [[*map(render, job.notes)] for job in jobs] == [["“smyle” was read as “smile”."]] * 6
    assert [job.message_id for job in jobs] == [500, 501, 502, 503, None, 505]


async def test_what_waited_still_waits_and_what_was_begun_is_settled(old):
    assert [ticket.id async for page in old.queue.waiting() for ticket in page] == ["000001"]
    assert [job.id async for job in old.jobs.unsettled()] == ["000002", "000005"]


async def test_what_people_keep_is_theirs_as_before(old):
    options = Options(shape="square 1:1", negative_preset="short", steps=20)
    assert await old.people.defaults(101) == options
    assert await old.people.favourites(101) == {"mood": "night, rain"}
    assert await old.people.is_always_told(102)
    assert await old.acceptances.of(101) == {"1": 1000.0}


async def test_the_button_of_an_old_preview_finds_its_request(old):
    assert await old.drafts.of(101) == (REQUEST,)


async def test_an_old_form_finds_what_it_did_not_show(old):
    [options] = await old.forms.of(101)
    assert (options.tags, options.negative, options.seed) == ("smile", "hat", 5)
    assert (options.steps, options.guidance, options.sampler) == (20, 6.5, "euler_a")


async def test_what_admins_decided_holds(old):
    assert await old.policies.of(7) == ServerPolicy(
        open_limit="sensitive",
        age_restricted_limit="nsfw",
        channel_limits={"70": "safe"},
        role_limits={"71": "sensitive"},
        channels=("70",),
        needed_roles={"nsfw": ("71",)},
        denied=("hat",),
        spoilers=False,
    )


async def test_a_reported_picture_stays_hidden(old):
    assert await old.reports.hidden("000003")

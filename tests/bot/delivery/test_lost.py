"""A picture whose file was damaged is never shown: it is drawn again, or its owner is told."""

import os

import pytest

from bot.job import State
from bot.queue.forecast import Wait
from bot.views import card
from tests.bot.delivery.conftest import drawing
from tests.bot.store.test_wholeness import DAMAGE
from tests.journey.people import gallery, labels, words

LOST = "One picture file was damaged on my disk, so I can no longer show it."


@pytest.fixture
def hurt(tmp_path):
    """Damage the file of a job's picture."""

    def act(job, number=0, damage="half overwritten"):
        DAMAGE[damage](tmp_path / "spool" / f"{job.id}-{number}.png")

    return act


async def shown_message(person, job):
    return next(m for m in await person.messages(str(job.channel_id)) if m["id"] == str(job.message_id))


@pytest.mark.parametrize("damage", ["half overwritten", "emptied", "text", "gone", "a folder"])
async def test_what_was_damaged_before_it_was_shown_is_drawn_again(desk, yuki, hurt, damage, caplog):
    """The whole job goes back into the line; its message says why, and then shows what was drawn the second time."""
    job = await desk.draw(await desk.ask(yuki, yuki.channel("general"), count=2), drawing(0), drawing(1))
    hurt(job, 1, damage)
    again = await desk.delivery.deliver(job)
    assert (again.state, again.redrawn) == (State.QUEUED, 1)
    assert job.id not in desk.delivery
    assert [line for line in caplog.messages if "it is drawn again" in line] != []
    desk.delivery.begin(again, lambda job, gone: desk.lost.put_nowait((job, gone)))
    desk.delivery.job_message(job.id).say(lambda: card.waiting(again, Wait(1)))
    why = "was damaged before I could show it. I am drawing it again."
    await yuki.wait_for(lambda m: m["id"] == str(job.message_id) and why in words(m))
    assert await desk.delivery.deliver(await desk.draw(again, drawing(0), drawing(1))) is None
    message = await shown_message(yuki, job)
    assert [await yuki.fetch(item["media"]["url"]) for item in gallery(message)] == [drawing(0), drawing(1)]
    assert (await desk.store.jobs.get(job.id)).state is State.DELIVERED


async def test_damage_between_two_tries_is_found_too(desk, yuki, sandbox, hurt):
    """Discord was away; what is read for the next try is looked at like the first."""
    job = await desk.draw(await desk.ask(yuki, yuki.channel("general")))
    sandbox.faults.post_json({"fault": "reset", "route": "PATCH /webhooks/*/*/messages/*"})
    sleep = desk.clock.sleep

    async def damaged_meanwhile(seconds):
        hurt(job)
        await sleep(seconds)

    desk.editor._sleep = damaged_meanwhile
    again = await desk.delivery.deliver(job)
    assert again.state is State.QUEUED


@pytest.mark.parametrize("damage", DAMAGE)
async def test_show_says_that_a_file_is_damaged(desk, yuki, hurt, damage, caplog):
    """Never the damage itself; what was asked for can be asked again."""
    job = await desk.draw(await desk.ask(yuki, yuki.channel("general")))
    await desk.delivery.deliver(job)
    hurt(job, damage=damage)
    answer = await desk.shown(yuki, yuki.channel("general"), job.id)
    assert f"{LOST} Reroll draws your request again." in words(answer)
    assert answer["attachments"] == []
    assert "Reroll" in labels(answer)
    assert len([line for line in caplog.messages if "picture 1 is lost" in line]) == 1


async def test_show_brings_the_others_of_a_job(desk, yuki, hurt):
    job = await desk.draw(await desk.ask(yuki, yuki.channel("general"), count=3), *map(drawing, range(3)))
    await desk.delivery.deliver(job)
    hurt(job, 1)
    answer = await desk.shown(yuki, yuki.channel("general"), job.id)
    assert [await yuki.fetch(item["media"]["url"]) for item in gallery(answer)] == [drawing(0), drawing(2)]
    assert LOST in words(answer)


async def test_a_disk_that_cannot_be_read_just_now_is_no_damage(desk, yuki, monkeypatch):
    """It is not drawn again for that."""
    job = await desk.draw(await desk.ask(yuki, yuki.channel("general")))
    await desk.delivery.deliver(job)

    def fails(_path):
        raise OSError(5, os.strerror(5))

    with monkeypatch.context() as patch:
        patch.setattr("pathlib.Path.read_bytes", fails)
        answer = await desk.shown(yuki, yuki.channel("general"), job.id)
    assert "right now" in answer["content"]
    assert gallery(await desk.shown(yuki, yuki.channel("general"), job.id))

"""`/show` brings a job back to its owner, and to a moderator what everybody could see."""

import pytest

from bot.job import State
from bot.sentences.card import UNKNOWN
from bot.sentences.joined import as_written
from bot.sentences.rendering import render
from tests.journey.people import gallery, labels, words


async def delivered(desk, person, channel="general", **request):
    job = await desk.draw(await desk.ask(person, person.channel(channel), **request))
    await desk.delivery.deliver(job)
    return job


async def test_the_owner_gets_pictures_and_buttons_privately(desk, yuki):
    """As it was typed, in small letters and without zeros, too; where nobody else looks no spoiler is needed."""
    job = await delivered(desk, yuki)
    answer = await desk.shown(yuki, yuki.channel("gallery"), job.id.lower().lstrip("0"))
    assert answer["flags"] & 64
    assert len(gallery(answer)) == 1
    drawing = ["Reroll", "Edit", "Recipe", "Vary …", "Enlarge …", "Extend …", "Detail …"]
    assert labels(answer) == [*drawing, "Again exactly", "Delete"]


def link_to(job):
    return f"https://discord.com/channels/{job.guild_id}/{job.channel_id}/{job.message_id}"


@pytest.mark.parametrize("job_id", ["ZZZZZZ", "nonsense!", ""])
async def test_a_stranger_learns_nothing(desk, yuki, studio_of, job_id):
    """Not even whether there is such a job."""
    job = await delivered(desk, yuki)
    async with studio_of("nico") as nico:
        for typed in (job.id, job_id or "0"):
            assert (await desk.shown(nico, nico.channel("general"), typed))["content"] == render(UNKNOWN)


async def test_a_moderator_sees_what_was_public_in_the_same_server(desk, yuki, mio):
    """Not what is private, and not what was kept back."""
    public, private = await delivered(desk, yuki), await delivered(desk, yuki, private=True)
    assert gallery(await desk.shown(mio, mio.channel("general"), public.id))
    assert (await desk.shown(mio, mio.channel("general"), private.id))["content"] == render(UNKNOWN)
    kept = await desk.draw(await desk.ask(yuki, yuki.channel("general")))
    assert (await desk.shown(mio, mio.channel("general"), kept.id))["content"] == render(UNKNOWN)
    await desk.store.jobs.keep(kept.id, as_written("Its message was deleted."), now=desk.clock.now())
    assert (await desk.shown(mio, mio.channel("general"), kept.id))["content"] == render(UNKNOWN)


async def test_the_gate_is_asked_about_the_place_where_it_is_shown(desk, yuki):
    """Sensitive in an age-restricted channel is not brought into a direct message, but into such a channel again."""
    job = await delivered(desk, yuki, "after-dark", rating="sensitive")
    refused = await desk.shown(yuki, yuki.direct_message, job.id)
    assert not gallery(refused)
    assert "`sensitive` is not allowed here" in refused["content"]
    assert gallery(await desk.shown(yuki, yuki.channel("after-dark"), job.id))


async def test_what_a_picture_was_seen_to_show_counts_where_it_is_shown(desk, yuki):
    """Of two, the milder one is brought into an open channel; both are still there for the other one."""
    job = await desk.draw(await desk.ask(yuki, yuki.channel("after-dark"), count=2), seen_as=("safe", "sensitive"))
    answer = await desk.shown(yuki, yuki.channel("general"), job.id)
    assert len(gallery(answer)) == 1
    assert "One more picture is above the rating that is allowed here." in words(answer)
    assert len(gallery(await desk.shown(yuki, yuki.channel("after-dark"), job.id))) == 2


async def test_pictures_that_are_no_longer_kept_can_be_drawn_again(desk, yuki):
    job = await delivered(desk, yuki)
    await desk.store.pictures.drop(job.id)
    answer = await desk.shown(yuki, yuki.channel("general"), job.id)
    assert "I no longer have these pictures." in words(answer)
    assert "Reroll" in labels(answer)


async def test_an_unfinished_job_tells_how_it_stands(desk, yuki):
    """With the way to its message, and Cancel."""
    job = await desk.ask(yuki, yuki.channel("general"))
    answer = await desk.shown(yuki, yuki.channel("gallery"), job.id)
    assert "Next in the queue." in words(answer)
    assert f"/{job.channel_id}/{job.message_id})" in words(answer)
    assert labels(answer) == ["Cancel"]


async def test_an_ended_job_tells_why(desk, yuki):
    job = await desk.ask(yuki, yuki.channel("general"))
    await desk.store.jobs.fail(job.id, as_written("The graphics card has no room."), now=desk.clock.now())
    assert "The graphics card has no room." in words(await desk.shown(yuki, yuki.channel("general"), job.id))


async def test_a_picture_is_found_by_what_people_have_of_it(desk, yuki, mio):
    """Its words, of which the newest counts, or the link to its message; a link to another's finds nothing."""
    older = await delivered(desk, yuki, tags="a cat at sunset")
    newer = await delivered(desk, yuki, tags="harbour, sunset")
    here = yuki.channel("general")
    for typed, expected in (("SUNSET", newer), ("cat", older), (f"{link_to(older)}/", older), (older.id, older)):
        assert expected.request.tags in words(await desk.shown(yuki, here, typed)), typed
    for typed in (link_to(older), "cat"):
        assert (await desk.shown(mio, here, typed))["content"] == render(UNKNOWN)
    for typed in (link_to(older).replace("discord.com", "discord.com.evil"), f"{link_to(older)}0" * 9):
        assert (await desk.shown(yuki, here, typed))["content"] == render(UNKNOWN)


async def test_ones_own_latest_jobs_are_offered(desk, yuki, mio):
    """By id or by words, the newest first, with what became of them and when."""
    first = await delivered(desk, yuki, tags="sunset")
    desk.clock.time += 3 * 3600
    second = await desk.ask(yuki, yuki.channel("general"), tags="harbour")
    mine = await desk.show.suggest(int(yuki.id), "")
    assert [one.job_id for one in mine] == [second.id, first.id]
    assert mine[1].shown == "ready 3 h ago · 1girl · sunset"
    assert [one.job_id for one in await desk.show.suggest(int(yuki.id), first.id)] == [first.id]
    assert [one.job_id for one in await desk.show.suggest(int(yuki.id), "HARB")] == [second.id]
    assert await desk.show.suggest(int(mio.id), "") == []
    assert (await desk.store.jobs.get(first.id)).state is State.DELIVERED

"""More of one picture: what the engine is given to begin with, whatever is left of it, and what is remembered."""

import io

import pytest
from msgspec.structs import replace
from PIL import Image

from bot.job import DrawnWith
from bot.queue.pace import Pace
from bot.queue.ticket import Ticket, counted
from bot.request import Change, Parent
from bot.sentences import card as says
from bot.sentences import ends
from bot.sentences.rendering import render
from bot.store.queue import Whose
from bot.views import card
from engine.wire import Box, Enlargement, Latents, Pixels, Start, Variation
from tests.bot.flow.conftest import READY
from tests.bot.flow.test_dispatch import working

LATENTS = Latents(channels=4, height=152, width=104, values=bytes(4 * 152 * 104 * 2))
FACTOR = Enlargement(factor=1.5)


def png(width=832, height=1216):
    file = io.BytesIO()
    Image.new("RGB", (width, height), (200, 100, 50)).save(file, "PNG")
    return file.getvalue()


@pytest.fixture
async def parent(store, new_job):
    """A job with one picture, which is kept with its latents."""
    job = await store.jobs.submit(new_job(), now=1.0)
    await store.jobs.start(job.id, now=2.0)
    await store.pictures.save(job.id, number=0, seed=7, png=png(), latents=LATENTS)
    return job


@pytest.fixture
def follow_up(new_job, parent):
    """More of that picture."""

    def make(**changes):
        new = new_job()
        more = {"parent": Parent(job_id=parent.id, number=0), "strength": 0.0, "enlargement": FACTOR}
        return replace(new, request=replace(new.request, **more | changes))

    return make


async def draw(life, waiting, new):
    """Have a job drawn; its command, or None where there was none, and how it ended."""
    one = life()
    one.engine.become(READY)
    async with working(one):
        job = await waiting(new)
        one.dispatch.enter(job)
        end = await one.delivery.ends.get()
    return (one.engine.given or [None])[0], end


async def test_it_begins_with_the_latents_that_were_kept(store, life, waiting, follow_up):
    """Everything that was asked for goes over the wire."""
    new = follow_up(variation=Variation(seeds=(5,), strength=0.2))
    given, (how, job_id, _) = await draw(life, waiting, new)
    assert how == "delivered"
    assert given.start == Start(image=LATENTS, strength=0.0)
    assert (given.enlargement, given.variation, given.send_latents) == (FACTOR, new.request.variation, True)
    job = await store.jobs.get(job_id)
    assert (job.request, job.begins) == (new.request, "latents")


@pytest.mark.parametrize("left", [None, b"damaged"])
async def test_without_latents_it_begins_with_the_picture_and_says_so(life, waiting, follow_up, tmp_path, left):
    """Every pixel of it."""
    new, store = follow_up(), life().store
    file = tmp_path / "spool" / f"{new.request.parent.job_id}-0.latents"
    file.unlink() if left is None else file.write_bytes(left)
    given, (_, job_id, _) = await draw(life, waiting, new)
    assert given.start.image == Pixels(width=832, height=1216, values=bytes((200, 100, 50)) * (832 * 1216))
    job = await store.jobs.get(job_id)
    assert job.begins == "pixels"
    assert render(says.FROM_PIXELS) in str(card.result(job, ["a.png"], spoiler=False).to_components())


@pytest.mark.parametrize(
    "change",
    [Change(direction="left"), Change(area="hair"), Change(details=(Box(left=0, top=0, width=64, height=64),))],
)
async def test_what_changes_a_part_begins_with_the_picture_and_misses_nothing(life, waiting, follow_up, change):
    """The edge of a part is one of pixels, so that nobody is told of latents that would be gone."""
    given, (_, job_id, _) = await draw(life, waiting, follow_up(change=change, strength=0.5, enlargement=None))
    assert isinstance(given.start.image, Pixels)
    job = await life().store.jobs.get(job_id)
    assert job.begins == "pixels"
    assert render(says.FROM_PIXELS) not in str(card.result(job, ["a.png"], spoiler=False).to_components())


@pytest.mark.parametrize("left", [None, (416, 608)])
async def test_without_the_picture_it_is_drawn_again_first_and_says_so(life, waiting, follow_up, parent, left):
    """The request has all that this takes; a smaller copy out of a message is no beginning."""
    new, store = follow_up(), life().store
    await store.pictures.drop(parent.id)
    if left:
        await store.pictures.put_back(parent.id, 0, png(*left))
    given, (_, job_id, _) = await draw(life, waiting, new)
    assert (given.start, given.enlargement) == (None, FACTOR)
    job = await store.jobs.get(job_id)
    assert job.begins == "noise"
    assert render(says.DRAWN_AGAIN) in str(card.result(job, ["a.png"], spoiler=False).to_components())


async def test_what_would_be_another_picture_is_not_drawn(life, waiting, follow_up, store, parent):
    """A strong variation of nothing is no variation."""
    await store.pictures.drop(parent.id)
    given, end = await draw(life, waiting, follow_up(strength=0.65, enlargement=None))
    assert given is None
    assert (end[0], end[2]) == ("failed", ends.PARENT_GONE)


async def test_what_has_another_seed_than_its_picture_is_not_drawn_in_its_place(
    life, waiting, follow_up, store, parent
):
    """A reroll of an enlargement begins with the picture, or not at all."""
    await store.pictures.drop(parent.id)
    given, end = await draw(life, waiting, follow_up(seed=5))
    assert given is None
    assert (end[0], end[2]) == ("failed", ends.PARENT_GONE)


async def test_what_was_asked_for_in_words_begins_as_noise_and_says_nothing(store, life, waiting, new_job):
    """As ever."""
    given, (_, job_id, _) = await draw(life, waiting, new_job())
    assert (given.start, given.variation, given.enlargement) == (None, None, None)
    job = await store.jobs.get(job_id)
    shown = str(card.result(job, ["a.png"], spoiler=False).to_components())
    assert render(says.DRAWN_AGAIN) not in shown
    assert render(says.FROM_PIXELS) not in shown


async def test_what_it_was_drawn_with_is_kept(store, life, waiting, new_job):
    """So that one can say later what has changed since."""
    _, (_, job_id, _) = await draw(life, waiting, new_job())
    job = await store.jobs.get(job_id)
    assert job.drawn_with == DrawnWith.of(READY)


def test_what_has_changed_is_named():
    """A file is known by its hash, wherever both have one, and else by its name."""
    before = DrawnWith(
        model_name="a", model_hash="1234567890", vae="exact", device="cpu", versions={"torch": "2.12", "eshi": "1"}
    )
    assert before.differences(before) == ()
    assert before.differences(replace(before, model_name="renamed")) == ()
    assert before.differences(replace(before, model_hash="0987654321")) == ("model",)
    assert before.differences(replace(before, model_hash="", model_name="b")) == ("model",)
    after = replace(before, vae="fix", device="cuda", loras=("line",), versions={"torch": "2.13", "diffusers": "0.42"})
    assert before.differences(after) == ("vae", "device", "loras", "diffusers", "eshi", "torch")
    upscaled = replace(before, upscaler="x4 0123456789")
    assert before.differences(upscaled) == ()
    assert before.differences(upscaled, enlarged=True) == ("upscaler",)
    lighter = replace(before, versions={**before.versions, "keep_brightness": "on"})
    assert before.differences(lighter) == ()
    assert before.differences(lighter, begun=True) == ("keep_brightness",)


async def test_the_chain_is_told_to_its_beginning(store, follow_up, parent):
    """The nearest first; where a record is gone it ends, and still names what was there."""
    first = await store.jobs.submit(follow_up(), now=3.0)
    second = await store.jobs.submit(follow_up(parent=Parent(job_id=first.id, number=2)), now=4.0)
    assert await store.jobs.chain(parent.id) == ()
    assert await store.jobs.chain(second.id) == (Parent(job_id=first.id, number=2), Parent(job_id=parent.id, number=0))
    await store.jobs.delete(first.id)
    assert await store.jobs.chain(second.id) == (Parent(job_id=first.id, number=2),)


async def test_a_follow_up_stands_in_line_by_what_it_costs(store, waiting, follow_up):
    """Fifteen steps of the larger size, also after a restart."""
    job = await waiting(follow_up())
    ticket = Ticket.of(job)
    assert ticket.shape == (1248, 1824)
    assert ticket.cost == pytest.approx(15 * 2 * 2.54, rel=0.01)
    [[kept]] = [page async for page in store.queue.waiting()]
    assert kept == ticket


async def test_a_day_counts_what_costs_more_than_a_picture_as_more(store, follow_up):
    """An enlarged one, and those that are drawn over one; four of the usual size are four."""
    usual = follow_up().request
    large = replace(usual.sampling, width=1248, height=1824)
    for changes, pictures in (
        ({"strength": None, "enlargement": None, "count": 4}, 4),
        ({"strength": 0.65, "enlargement": None, "count": 4}, 4),
        ({}, 2),
        ({"enlargement": Enlargement(factor=2.0, strength=0.35)}, 2),
        ({"strength": None}, 3),
        ({"strength": 0.65, "enlargement": None, "count": 4, "sampling": large}, 7),
    ):
        assert counted(replace(usual, **changes)) == pictures
    job = await store.jobs.submit(follow_up(), now=20.0)
    assert await store.queue.pictures(Whose(user_id=job.user_id), since=10.0) == 2


async def test_steps_of_two_sizes_are_not_timed_and_still_come_to_an_end(waiting, follow_up):
    """What is left is reckoned by the share that is done."""
    pace = Pace()
    one, both = Ticket.of(await waiting(follow_up())), Ticket.of(await waiting(follow_up(strength=None)))
    pace.began(one, now=0.0, steps=15)
    for step in range(1, 16):
        pace.stepped(one.id, step, now=float(step))
    pace.ended(one.id, now=15.0)
    assert pace.step_s(one) == pytest.approx(1.0)
    pace.began(both, now=20.0, steps=43)
    whole = pace.left_s()
    assert whole == pytest.approx(15 + 28 / 2.54, rel=0.01)
    for step in range(1, 44):
        pace.stepped(both.id, step, now=20.0 + step / 10)
    assert pace.left_s() == pytest.approx(0.0, abs=1e-6)
    assert pace.step_s(one) == pytest.approx(1.0)

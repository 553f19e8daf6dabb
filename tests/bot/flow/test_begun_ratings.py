"""At which rating is drawn what begins with a picture of ours, whatever is asked for."""

import asyncio
from random import Random
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from bot.flow.intake import Intake
from bot.follow_up import KINDS, drawn_again, follow_up
from bot.prompt.completion import options_of
from bot.request import Change, Parent, Request, again
from bot.safety.ratings import ORDER, highest, together
from engine.wire import Enlargement

PNG = b"a picture"


def intake(store):
    """Who takes requests in, as far as it looks at what they begin with."""
    nobody = dict.fromkeys(
        ("accepted", "gatekeeper", "admission", "editor", "arrivals", "places", "dispatch", "measures", "now")
    )
    return Intake(store=store, **nobody)


@pytest.fixture
def drawn(store, new_job):
    """Make a job with one picture: at which rating it was asked for, and what it shows."""

    async def make(asked, measured):
        new = new_job()
        job = await store.jobs.submit(replace(new, request=replace(new.request, rating=asked)), now=1.0)
        await store.jobs.start(job.id, now=2.0)
        await store.pictures.save(job.id, number=0, seed=7, png=PNG, rating=measured)
        return job

    return make


@pytest.mark.parametrize(
    ("kept", "expected"),
    [
        (("sensitive", None), "sensitive"),
        (("explicit", "safe"), "explicit"),
        (("safe", "nsfw"), "nsfw"),
        (("safe", None), "safe"),
    ],
)
@pytest.mark.parametrize(
    "changes",
    [
        {"strength": 0.85, "change": Change(area="left")},
        {"strength": 0.65},
        {"strength": 0.0, "enlargement": Enlargement(factor=1.5)},
    ],
    ids=["a part", "all of it", "larger"],
)
async def test_what_begins_with_a_picture_is_drawn_at_the_rating_of_it(store, drawn, changes, kept, expected):
    """The higher of its two, and of what is asked for now."""
    parent = Parent(job_id=(await drawn(*kept)).id, number=0)
    lower = Request(subject="1girl", seed=5, parent=parent, **changes)
    assert (await intake(store).raised(lower)).rating == expected
    assert (await intake(store).raised(replace(lower, rating="explicit"))).rating == "explicit"


async def test_what_begins_as_noise_may_be_lower(store, drawn):
    """A subtle variation, and what was asked for in words."""
    parent = Parent(job_id=(await drawn("nsfw", None)).id, number=0)
    for begins in (None, parent):
        begun = Request(subject="1girl", seed=5, parent=begins)
        assert (await intake(store).raised(begun)).rating == "safe"


async def test_what_is_drawn_again_first_is_drawn_by_the_same_words(store, drawn):
    """Where nothing is left of a picture, its rating is what was asked for: another one would be another picture."""
    job = await drawn("safe", "sensitive")
    parent = Parent(job_id=job.id, number=0)
    larger = follow_up("larger", job.request, parent, draw_seed=lambda: 5, max_count=4, max_steps=50)
    raised = await intake(store).raised(larger)
    assert (raised.rating, drawn_again(raised, job.request)) == ("sensitive", False)
    await store.pictures.drop(job.id)
    raised = await intake(store).raised(larger)
    assert (raised.rating, drawn_again(raised, job.request)) == ("safe", True)


class Kept:
    """The jobs and pictures of a store, in memory: hundreds of chains are drawn."""

    def __init__(self):
        self.kept = {}
        self.jobs = SimpleNamespace(get=self._job)
        self.pictures = SimpleNamespace(of=self._pictures)

    def draw(self, request, measured):
        job_id = f"{len(self.kept):06}"
        self.kept[job_id] = (request, measured)
        return Parent(job_id=job_id, number=0)

    async def _job(self, job_id):
        return SimpleNamespace(request=self.kept[job_id][0])

    async def _pictures(self, job_id):
        return [SimpleNamespace(number=0, rating=self.kept[job_id][1], deleted=False)]


ACTS = [*KINDS, "again", "edit", "repaint"]


def next_one(act, request, parent, seed):
    """Ask for more of a picture as its buttons and its menu do."""
    if act == "again":
        return again(request, lambda: seed)
    if act == "edit":
        assert options_of(request).parent is None
        return replace(request, parent=None, strength=None, change=None, variation=None, enlargement=None)
    if act == "repaint":
        gone = {"image": None, "variation": None, "enlargement": None}
        return replace(request, parent=parent, strength=0.85, change=Change(area="left"), **gone)
    small = replace(request, sampling=replace(request.sampling, width=512, height=512), enlargement=None)
    return follow_up(act, small, parent, draw_seed=lambda: seed, max_count=1, max_steps=50)


@given(
    st.lists(
        st.tuples(st.sampled_from(ACTS), st.sampled_from(ORDER), st.sampled_from([None, *ORDER])),
        min_size=2,
        max_size=8,
    ),
    st.integers(0, 9),
)
def test_no_chain_of_acts_lowers_the_rating_of_pixels_that_are_kept(acts, seed):
    """Whatever rating is asked for on the way: an old picture is never within one of a lower rating."""
    store, chance = Kept(), Random(seed)
    taking = intake(store)
    request = Request(subject="1girl", seed=seed, rating=acts[0][1])
    below = {}  # the highest rating of what each picture holds pixels of
    parent = store.draw(request, acts[0][2])
    below[parent] = together(request.rating, [acts[0][2]])
    for act, rating, measured in acts[1:]:
        wished = replace(next_one(act, request, parent, chance.randrange(99)), rating=rating)
        request = asyncio.run(taking.raised(wished))
        begins_with_pixels = request.parent is not None and request.strength is not None
        held = [below[request.parent]] if begins_with_pixels else []
        assert request.rating == highest(rating, *held)
        parent = store.draw(request, measured)
        below[parent] = together(highest(rating, *held), [measured])

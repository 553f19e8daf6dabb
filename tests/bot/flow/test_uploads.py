"""What begins with a picture that somebody brought: looked at first, drawn by its owner alone, and safe for ever."""

import io
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace
from PIL import Image

from bot.errors import EngineDied, GenerationFailed
from bot.flow.rendering import MAX_ATTEMPTS, MAX_LONE_DEATHS
from bot.follow_up import KINDS, follow_up
from bot.job import State
from bot.picture.brought import BroughtPicture
from bot.prompt.completion import options_of
from bot.request import Change, Input, Parent, Request, again
from bot.safety.gate import Asker, Place, Situation, judge
from bot.safety.gate_question import GateQuestion
from bot.safety.policy import OperatorPolicy, ServerPolicy
from bot.safety.ratings import ORDER
from bot.sentences import uploads as says
from bot.sentences.ends import QUARANTINED
from engine import extending
from engine.marking import marked
from engine.wire import Described, Pixels, Repaint, Start
from tests.bot.flow.conftest import READY
from tests.bot.flow.test_dispatch import working

WIDTH, HEIGHT = 832, 1216
COLOUR = (20, 90, 60)


def brought(mode="RGB", colour=COLOUR):
    file = io.BytesIO()
    Image.new(mode, (WIDTH, HEIGHT), colour).save(file, "PNG")
    return BroughtPicture(width=WIDTH, height=HEIGHT, png=file.getvalue())


@pytest.fixture
async def image(store):
    """What the asker of `new_job` brought."""
    kept = await store.inputs.keep(101, brought(), now=5.0)
    return Input(sha256=kept.sha256, width=WIDTH, height=HEIGHT)


@pytest.fixture
def begun(new_job, image):
    """A job that begins with it."""

    def make(**changes):
        new = new_job()
        return replace(new, request=replace(new.request, **{"image": image, "strength": 0.6} | changes))

    return make


async def draw(one, waiting, new):
    """Have a job drawn; its command, or None where there was none, and how it ended."""
    one.engine.become(READY)
    async with working(one):
        one.dispatch.enter(await waiting(new))
        end = await one.delivery.ends.get()
    return (one.engine.given or [None])[0], end


ALL_OF_IT = Pixels(width=WIDTH, height=HEIGHT, values=bytes(COLOUR) * (WIDTH * HEIGHT))


async def test_it_is_looked_at_once_and_then_drawn_over(life, waiting, begun, store, image):
    """Whatever a file said of itself, its pixels are what the engine sees; the second time its rating is known."""
    one = life()
    given, (how, job_id, _) = await draw(one, waiting, begun())
    assert (how, given.start) == ("delivered", Start(image=ALL_OF_IT, strength=0.6))
    assert one.engine.asked == [ALL_OF_IT]
    assert (await store.inputs.get(101, image.sha256)).rating == "safe"
    assert (await store.jobs.get(job_id)).from_upload
    two = life()
    await draw(two, waiting, begun())
    assert (len(two.engine.given), two.engine.asked) == (1, [])


@pytest.mark.parametrize(
    ("sees", "why"),
    [
        (Described(question_id="q", rating="sensitive"), says.NOT_SAFE),
        (Described(question_id="q", rating="explicit", withheld=True), says.NOT_SAFE),
        (Described(question_id="q"), says.NEEDS_TAGGER),
        (GenerationFailed("rating_failed", "no numbers"), says.NOT_CHECKED),
    ],
)
async def test_what_is_not_seen_to_be_safe_is_never_drawn_from(life, waiting, begun, sees, why):
    """In doubt, no."""
    one = life()
    one.engine.sees = sees
    given, (how, _, said) = await draw(one, waiting, begun())
    assert (given, how, said) == (None, "refused", why)


async def test_a_picture_that_an_engine_dies_of_is_not_looked_at_for_ever(life, waiting, begun, store):
    """Twice alone, as what it draws; and one that only may be why is not beside others' from then on."""
    one = life()
    one.engine.sees = EngineDied("it was killed", alone=True)
    given, (how, job_id, said) = await draw(one, waiting, begun())
    assert (given, how, said) == (None, "failed", QUARANTINED)
    assert (await store.jobs.get(job_id)).attempts == len(one.engine.asked) == MAX_LONE_DEATHS
    two = life()
    two.engine.sees = EngineDied("it was killed")
    given, (how, job_id, _) = await draw(two, waiting, begun())
    assert (given, how) == (None, "failed")
    assert (await store.jobs.get(job_id)).suspect
    assert len(two.engine.asked) == MAX_ATTEMPTS


async def test_where_it_is_gone_or_somebody_elses_nothing_is_drawn(life, waiting, begun, store):
    """It says so, and asks for it again."""
    theirs = replace(begun(), user_id=102)
    given, (how, _, said) = await draw(life(), waiting, theirs)
    assert (given, how, said) == (None, "refused", says.INPUT_GONE)
    new = begun()
    await store.inputs.forget(101)
    given, (how, _, said) = await draw(life(), waiting, new)
    assert (given, how, said) == (None, "refused", says.INPUT_GONE)


async def test_a_part_of_it_is_drawn_anew(life, waiting, begun, store):
    """By a word, by a mask that was brought too, beyond an edge."""
    mask = await store.inputs.keep(101, brought("L", 255), now=5.0)
    large = extending.extend(WIDTH, HEIGHT, ALL_OF_IT.values, "right")
    for change, expected in (
        (Change(area="left"), Repaint(mask=marked("left", WIDTH, HEIGHT))),
        (Change(mask=mask.sha256), Repaint(mask=b"\xff" * (WIDTH * HEIGHT))),
        (Change(direction="right"), Repaint(mask=large.mask, joint=extending.JOINT, feather=0)),
    ):
        one = life()
        new = begun(change=change)
        size = (large.width, large.height) if change.direction else (WIDTH, HEIGHT)
        sampling = replace(new.request.sampling, width=size[0], height=size[1])
        given, _ = await draw(one, waiting, replace(new, request=replace(new.request, sampling=sampling)))
        assert given.repaint == expected


async def test_a_picture_is_kept_once_for_each_person_and_as_long_as_what_came_of_it(store, begun, spooled, image):
    """Until something is drawn from it, and while what was drawn is kept; then it goes with its time."""
    await store.inputs.keep(101, brought(), now=6.0)
    await store.inputs.keep(102, brought(), now=6.0)
    assert len(await store.inputs.of(101)) == 1
    job = await store.jobs.submit(begun(), now=7.0)
    await store.inputs.sweep(before=100.0)
    assert [one.sha256 for one in await store.inputs.of(101)] == [image.sha256]
    assert await store.inputs.of(102) == ()
    await store.jobs.start(job.id, now=8.0)
    await store.pictures.save(job.id, number=0, seed=7, png=brought().png)
    await store.jobs.rendered(job.id, engine_s=1.0)
    await store.jobs.delivered(job.id, now=9.0)
    await store.inputs.sweep(before=100.0)
    assert len(await store.inputs.of(101)) == 1
    assert await store.pictures.sweep(await store.inputs.files()) == 0
    await store.pictures.drop(job.id)
    await store.inputs.sweep(before=100.0)
    assert await store.inputs.of(101) == ()
    assert spooled() == []


async def test_what_came_of_it_is_known_in_the_store_at_any_depth(store, begun, new_job):
    """Also where a request that came later forgot to say so."""
    parent = await store.jobs.submit(begun(), now=1.0)
    for _ in range(4):
        new = new_job()
        forgetful = replace(new.request, parent=Parent(job_id=parent.id, number=0), strength=0.5, from_upload=False)
        parent = await store.jobs.submit(replace(new, request=forgetful), now=2.0)
        assert parent.from_upload
        assert (await store.jobs.get(parent.id)).state is State.QUEUED
    assert not (await store.jobs.submit(new_job(), now=3.0)).from_upload


situations = st.builds(
    Situation,
    place=st.sampled_from(Place),
    operator=st.builds(OperatorPolicy, highest=st.sampled_from(ORDER), tagger=st.booleans()),
    server=st.builds(
        ServerPolicy,
        open_limit=st.sampled_from(["safe", "sensitive"]),
        age_restricted_limit=st.sampled_from(ORDER),
    ),
    person=st.just(Asker()),
)


class NoWords:
    """A text filter that knows nothing to say against."""

    def asks_for(self, question):
        return question.rating

    def steps(self, *_):
        return ()


@given(
    st.lists(st.tuples(st.sampled_from([*KINDS, "again", "edit"]), st.sampled_from(ORDER), situations), max_size=6),
    st.integers(0, 9),
)
def test_nothing_that_began_with_somebodys_picture_is_ever_drawn_above_safe(acts, seed):
    """Over chains of acts, with any rating that is asked for on the way, in any place under any limit."""
    chance = Random(seed)
    request = Request(
        subject="1girl",
        count=2,
        seed=seed,
        image=Input(sha256="ab", width=WIDTH, height=HEIGHT),
        strength=0.6,
        change=chance.choice([None, Change(area="hair"), Change(mask="cd")]),
    )
    for act, rating, situation in acts:
        request = replace(request, rating=rating)
        question = GateQuestion(rating=rating, from_upload=request.from_upload or request.image is not None)
        verdict = judge(situation, question, NoWords())
        assert not verdict.allowed or (rating == "safe" and situation.operator.tagger)
        if act == "again":
            request = again(request, lambda: chance.randrange(99))
        elif act == "edit":
            options = options_of(request)
            assert options.from_upload or options.image is not None
            request = replace(request, image=options.image, parent=None, from_upload=options.from_upload)
        else:
            parent = Parent(job_id="00000A", number=0)
            small = replace(request, sampling=replace(request.sampling, width=512, height=512), enlargement=None)
            request = follow_up(act, small, parent, draw_seed=lambda: chance.randrange(99), max_count=4, max_steps=50)

"""More of one picture: what its question says before anything is drawn, and what is drawn of what it said."""

import io
from types import SimpleNamespace

import pytest
from PIL import Image

from bot.actions.more import MoreOfOne
from bot.config import Limits
from bot.errors import GenerationFailed, InvalidRequest
from bot.queue.ticket import cost_of, counted
from bot.sentences import more as says
from bot.sentences import uploads
from bot.sentences.rendering import render
from engine.marking import usual_face
from engine.regions import MOST
from engine.wire import Box, Described
from tests.bot.views.test_card import texts

WIDTH, HEIGHT = 832, 1216


def png():
    file = io.BytesIO()
    Image.new("RGB", (WIDTH, HEIGHT), (200, 100, 50)).save(file, "PNG")
    return file.getvalue()


class LetsEverybody:
    """A gatekeeper to whom every picture is fine."""

    async def check_starts(self, _interaction, _owner):
        pass

    async def situation_here(self, _interaction):
        return None

    async def check_pictures(self, _interaction, _here, _job, measured):
        return frozenset(measured)


class Pressed:
    """A press of somebody's, and what was answered."""

    def __init__(self, person=101):
        self.user = SimpleNamespace(id=person)
        self.response = self
        self.view = None

    async def send_message(self, *, view, **_):
        self.view = view


class Drawn:
    """Takes requests, and what is told with them."""

    def __init__(self):
        self.taken = []

    async def ask_again(self, _interaction, request, **told):
        self.taken.append((request, told))


class Room:
    """What stands behind the buttons, with an engine that sees these faces."""

    def __init__(self, store, faces):
        self.imagine = Drawn()
        self.faces = faces
        self.more = MoreOfOne(
            gatekeeper=LetsEverybody(),
            store=store,
            imagine=self.imagine,
            limits=Limits(),
            draw_seed=lambda: 7,
            describe=self.describe,
        )

    async def describe(self, _pixels):
        if isinstance(self.faces, Exception):
            raise self.faces
        return Described(question_id="q", faces=self.faces)

    async def question(self, job):
        pressed = Pressed()
        await self.more.detail(pressed, job.id)
        return texts(pressed.view)

    async def press(self, job):
        """Have the faces drawn over: the request, and the private notes."""
        await self.more.make(Pressed(), job.id, "detail_face", "0")
        request, told = self.imagine.taken[-1]
        return request, told.get("notes", ())


@pytest.fixture
def room(store):
    return lambda *faces: Room(store, faces)


@pytest.fixture
async def job(store, new_job):
    """A job with one picture."""
    job = await store.jobs.submit(new_job(), now=1.0)
    await store.jobs.start(job.id, now=2.0)
    await store.pictures.save(job.id, number=0, seed=7, png=png())
    return job


def crowd(faces):
    return tuple(Box(left=100 * number, top=50, width=80, height=90) for number in range(faces))


@pytest.mark.parametrize("faces", [1, 3, MOST])
async def test_what_faces_cost_is_said_for_each_of_them(room, job, faces):
    """And the most of it: how many there are is looked up at the press, and it is as much as was said."""
    each = room(*crowd(faces))
    said = await each.question(job)
    assert render(says.faces_explained(WIDTH, HEIGHT, 0.41)) in said
    assert render(says.most_faces(MOST, 4)) in said
    request, _ = await each.press(job)
    assert len(request.change.details) == faces
    assert cost_of(request) / cost_of(job.request) == pytest.approx(0.4 * faces, rel=0.1)
    assert counted(request) <= 4


CLOSE_UP = Box(left=80, top=100, width=700, height=900)


async def test_where_no_face_is_seen_it_is_guessed_and_said(room, job, store):
    """None was found, nothing looks for any, or nobody answered in time: before the press, and with what came of it."""
    none_found, nobody_looks = room(), Room(store, None)
    late, broken = Room(store, TimeoutError()), Room(store, GenerationFailed("rating_failed", "no numbers"))
    for each in (none_found, nobody_looks, late, broken):
        assert render(uploads.FACE_IS_GUESSED) in await each.question(job)
        request, notes = await each.press(job)
        assert request.change.details == (usual_face(WIDTH, HEIGHT),)
        assert notes == (uploads.FACE_IS_GUESSED,)
    request, notes = await room(*crowd(2)).press(job)
    assert (request.change.details, notes) == (crowd(2), ())


async def test_faces_that_are_large_enough_are_left_alone(room, job):
    """Nothing is drawn over in the middle of one; beside a small one it does not matter."""
    each = room(CLOSE_UP)
    with pytest.raises(InvalidRequest) as no:
        await each.press(job)
    assert no.value.sentence == says.FACES_LARGE
    assert each.imagine.taken == []
    request, notes = await room(CLOSE_UP, *crowd(1)).press(job)
    assert (request.change.details, notes) == (crowd(1), ())

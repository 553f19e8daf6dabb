"""Who may do what to the line: asked in code, whatever button somebody got hold of."""

from contextlib import ExitStack
from types import SimpleNamespace
from unittest.mock import MagicMock

import discord
import pytest

from bot.actions.queue import QueueActions
from bot.engine.drawing_engine import Away
from bot.errors import InvalidRequest, NotYours
from bot.flow.places import Places
from bot.queue.arrivals import Arrivals
from bot.queue.forecast import Forecast
from bot.queue.pace import Pace
from bot.queue.queue import Queue
from bot.queue.ticket import Ticket
from bot.views.queue import LABELS, QUEUE_ACTIONS, QueuePage, QueuePress, listing
from engine import wire
from tests.refusing import refused

READY = wire.Ready(model_name="flat", model_hash="", device="none", size_multiple=8)


async def reads_nothing(_interaction, _job):
    """A gate that shows a moderator no words."""
    return False


def queue_actions(store, queue, arrivals=None):
    places, forecast = (
        SimpleNamespace(engine_sentence="", cards_sentence=None),
        Forecast(queue, Pace(), now=lambda: 0.0),
    )
    return QueueActions(
        gatekeeper=SimpleNamespace(lets_read=reads_nothing),
        dispatch=None,
        journeys=None,
        places=places,
        queue=queue,
        arrivals=Arrivals() if arrivals is None else arrivals,
        forecast=forecast,
        store=store,
        now=lambda: 0.0,
    )


def press_by(user_id, *, guild_id=7):
    """What discord.py gives of somebody who is no member with rights."""
    return SimpleNamespace(user=SimpleNamespace(id=user_id), guild_id=guild_id)


@pytest.mark.parametrize("action", sorted(set(LABELS) - QUEUE_ACTIONS))
async def test_a_stranger_steers_no_job(store, new_job, action):
    """Whichever list the button says that it is of."""
    queue = Queue(max_jobs=9)
    job = await store.jobs.submit(new_job(user_id=1), now=0.0)
    queue.push(Ticket.of(job))
    theirs = press_by(2)
    with refused(NotYours, "Only <@1> or a moderator"):
        await queue_actions(store, queue).press(theirs, QueuePress(action, "mine", 0, job.id))
    with refused(NotYours, "Only a moderator may do this"):
        await queue_actions(store, queue).press(theirs, QueuePress(action, "server", 0, job.id))
    assert queue.get(job.id) == Ticket.of(job)


@pytest.mark.parametrize("action", sorted(QUEUE_ACTIONS))
@pytest.mark.parametrize("whose", ["mine", "server"])
async def test_a_stranger_steers_no_line(store, action, whose):
    queue = Queue(max_jobs=9)
    with refused(NotYours, "Only a moderator may do this"):
        await queue_actions(store, queue).press(press_by(2), QueuePress(action, whose, 0))
    assert 7 not in queue.switches.paused
    assert 7 not in queue.switches.closed


async def test_what_no_longer_is_is_told(store):
    """A record that is gone, and a button of another version."""
    made = queue_actions(store, Queue(max_jobs=9))
    with refused(InvalidRequest, "no longer have"):
        await made.press(press_by(1), QueuePress("hold", "mine", 0, "00000A"))
    for press in (
        QueuePress("burn", "mine", 0, "00000A"),
        QueuePress("hold", "mine", 0),
        QueuePress("pause", "mine", 0, "00000A"),
    ):
        with refused(InvalidRequest, "older version"):
            await made.press(press_by(1), press)


@pytest.mark.parametrize(("waiting", "coming"), [(0, 1), (3, 1), (4, 3), (5, 1), (6, 6), (0, 11)])
@pytest.mark.parametrize("whose", ["mine", "server"])
async def test_what_is_on_its_way_is_listed_behind_what_waits(store, new_job, waiting, coming, whose):
    """Each job once, over all pages; one that is drawn comes first."""
    queue, arrivals = Queue(max_jobs=99), Arrivals()
    jobs = [await store.jobs.submit(new_job(user_id=1), now=0.0) for _ in range(1 + waiting + coming)]
    tickets = [Ticket.of(job) for job in jobs]
    for ticket in tickets[: 1 + waiting]:
        queue.push(ticket)
    queue.pop()
    made, moderator = queue_actions(store, queue, arrivals), discord.Permissions(manage_messages=True)
    asker = press_by(1)
    asker.user = MagicMock(spec=discord.Member, id=1, guild_permissions=moderator)
    with ExitStack() as on_their_way:
        for ticket in tickets[1 + waiting :]:
            on_their_way.enter_context(arrivals.coming(ticket))
        first = await made._page(asker, QueuePress("show", whose, 0))
        pages = [await made._page(asker, QueuePress("show", whose, page)) for page in range(first.pages)]
    assert first.jobs == len(jobs)
    rows = [row for page in pages for row in page.rows]
    assert [row.ticket.id for row in rows] == [job.id for job in jobs]
    assert rows[0].wait is None
    assert [row.wait.place for row in rows[1 : 1 + waiting]] == list(range(1, waiting + 1))
    assert {row.wait.place for row in rows[1 + waiting :]} == {waiting + 1}
    assert len(queue) == waiting


@pytest.mark.parametrize(
    ("statuses", "said"),
    [
        ([READY], ""),
        ([READY, Away("gone"), READY], "\nGraphics cards that draw: 2 of 3."),
        ([Away("gone"), wire.Loading(stage="reading")], "\nGraphics cards that draw: 0 of 2."),
    ],
)
def test_how_many_of_several_cards_draw_is_told(statuses, said):
    """Of one there is nothing to count."""
    parts = dict.fromkeys(("queue", "arrivals", "forecast", "journeys", "store"))
    places = Places(engines=SimpleNamespace(statuses=[("", one) for one in statuses]), **parts)
    shown = QueuePage("mine", 0, 1, [], 0, cards=places.cards_sentence)
    [text] = [one for one in listing(shown).walk_children() if isinstance(one, discord.ui.TextDisplay)]
    assert text.content == "You have no requests in the queue." + said

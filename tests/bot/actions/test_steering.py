"""Who may do what to the line: asked in code, whatever button somebody got hold of."""

from types import SimpleNamespace

import pytest

from bot.actions.steering import Steering
from bot.errors import InvalidRequest, NotYours
from bot.line.forecast import Forecast
from bot.line.pace import Pace
from bot.line.queue import Queue
from bot.line.ticket import Ticket
from bot.store import Store
from bot.views.queue import LABELS, LINE_ACTIONS, Press


@pytest.fixture
async def store(tmp_path):
    async with Store.open(tmp_path) as opened:
        yield opened


def steering(store, queue):
    forecast = Forecast(queue, Pace(), now=lambda: 0.0)
    return Steering(flow=None, queue=queue, forecast=forecast, store=store, now=lambda: 0.0)


def press_by(user_id, *, guild_id=7):
    """What discord.py gives of somebody who is no member with rights."""
    return SimpleNamespace(user=SimpleNamespace(id=user_id), guild_id=guild_id)


@pytest.mark.parametrize("action", sorted(set(LABELS) - LINE_ACTIONS))
async def test_a_stranger_steers_no_job(store, new_job, action):
    """Whichever list the button says that it is of."""
    queue = Queue(max_jobs=9)
    job = await store.jobs.submit(new_job(user_id=1), now=0.0)
    queue.push(Ticket.of(job))
    theirs = press_by(2)
    with pytest.raises(NotYours, match="Only <@1> or a moderator"):
        await steering(store, queue).press(theirs, Press(action, "mine", 0, job.id))
    with pytest.raises(NotYours, match="Only a moderator of this server"):
        await steering(store, queue).press(theirs, Press(action, "server", 0, job.id))
    assert queue.get(job.id) == Ticket.of(job)


@pytest.mark.parametrize("action", sorted(LINE_ACTIONS))
@pytest.mark.parametrize("whose", ["mine", "server"])
async def test_a_stranger_steers_no_line(store, action, whose):
    queue = Queue(max_jobs=9)
    with pytest.raises(NotYours, match="Only a moderator of this server"):
        await steering(store, queue).press(press_by(2), Press(action, whose, 0))
    assert not queue.is_paused(7)
    assert not queue.is_closed(7)


async def test_what_no_longer_is_is_told(store):
    """A record that is gone, and a button of another version."""
    made = steering(store, Queue(max_jobs=9))
    with pytest.raises(InvalidRequest, match="no longer keep"):
        await made.press(press_by(1), Press("hold", "mine", 0, "00000A"))
    for press in (
        Press("burn", "mine", 0, "00000A"),
        Press("hold", "mine", 0),
        Press("pause", "mine", 0, "00000A"),
    ):
        with pytest.raises(InvalidRequest, match="older version"):
            await made.press(press_by(1), press)

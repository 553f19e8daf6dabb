"""What the operator decides about the whole bot: it is kept, audited and done, and holds after a restart."""

import asyncio
from types import SimpleNamespace

import pytest
from msgspec.structs import replace

from bot.checks.audit import Audit
from bot.errors import QueueClosed
from bot.operating.steering import Steering
from bot.queue.queue import Queue
from bot.queue.ticket import Ticket
from bot.store.operation import Decided

NOW = 2000.0


class Dispatch:
    """What it is told."""

    def __init__(self):
        self.paused = False
        self.told = []

    def pause(self, *, paused):
        self.paused = paused

    async def queue_changed(self, *tickets):
        self.told = [ticket.id for ticket in tickets]


@pytest.fixture
def begin(store):
    """Make the parts of a bot that starts with this database."""

    def made():
        return Steering(
            store=store,
            queue=Queue(max_jobs=10),
            dispatch=Dispatch(),
            audit=Audit(SimpleNamespace(), store),
            now=lambda: NOW,
        )

    return made


def reserve(queue, guild_id, user_id=101):
    with queue.reserve(user_id, guild_id):
        pass


async def test_a_pause_and_a_drain_hold_until_they_are_taken_back(begin):
    """Also over a restart; each leaves the other as it is."""
    steering = begin()
    await steering.steer(7, paused=True)
    await steering.steer(7, closed=True)
    assert steering.decided == Decided(paused=True, closed=True)
    assert steering.dispatch.paused
    again = begin()
    await again.restore()
    assert again.decided == Decided(paused=True, closed=True)
    assert again.dispatch.paused
    with pytest.raises(QueueClosed, match="OPERATOR_CLOSED"):
        reserve(again.queue, 5)
    await again.steer(7, paused=False, closed=False)
    assert not again.dispatch.paused
    reserve(again.queue, 5)
    later = begin()
    await later.restore()
    assert later.decided == Decided()


async def test_two_decisions_at_once_both_hold(begin):
    """Two of a team, or two presses that Discord brings together."""
    steering = begin()
    await asyncio.gather(steering.steer(7, closed=True), steering.steer(8, paused=True))
    assert steering.decided == Decided(paused=True, closed=True)
    await asyncio.gather(steering.steer(7, closed=False), steering.steer(8, paused=False))
    assert await steering.store.operation.read() == Decided()


async def test_a_blocked_server_draws_nothing_whatever_its_moderators_do(begin, new_job):
    """Its jobs keep their places, others go on, and it holds over a restart."""
    steering = begin()
    queue = steering.queue
    for number, guild_id in (("1", 5), ("2", 6)):
        queue.push(replace(Ticket.of_new(new_job().request, user_id=101, guild_id=guild_id), id=number))
    await steering.block_server(7, 5, blocked=True)
    assert steering.dispatch.told == ["1"]
    queue.pause(5, paused=False)
    assert [queue.pop().id, queue.pop()] == ["2", None]
    assert queue.standing("1") is None
    with pytest.raises(QueueClosed, match="SERVER_BLOCKED"):
        reserve(queue, 5)
    reserve(queue, 6)
    again = begin()
    await again.restore()
    with pytest.raises(QueueClosed):
        reserve(again.queue, 5)
    await steering.block_server(7, 5, blocked=False)
    assert queue.pop().id == "1"
    reserve(queue, 5)


async def test_a_blocked_person_is_locked_out_of_every_server(begin, store):
    """In direct messages too, until they are let in; what a server decided by itself stays."""
    steering = begin()
    await steering.block_person(7, 101, blocked=True)
    for guild_id in (5, 6, None):
        assert (await store.strikes.against(101, guild_id)).locked_until > NOW + 3000 * 86_400
    assert (await store.strikes.against(102, 5)).locked_until is None
    await store.strikes.lock_person(store.strikes.person(101), 5, until=NOW + 60)
    await steering.block_person(7, 101, blocked=False)
    assert (await store.strikes.against(101, 5)).locked_until == NOW + 60
    assert (await store.strikes.against(101, 6)).locked_until == NOW


async def test_every_decision_is_audited(begin, store):
    """Who, what and when; a person stands there by keyed hash."""
    steering = begin()
    await steering.steer(7, paused=True)
    await steering.block_server(7, 5, blocked=True)
    await steering.block_person(7, 101, blocked=True)
    records = await store.records.of(7)
    assert [(one.event, one.at, one.detail.id) for one in records] == [
        ("changed", NOW, "audit.operator_steered"),
        ("changed", NOW, "audit.operator_blocked_server"),
        ("changed", NOW, "audit.operator_blocked_person"),
    ]
    assert "101" not in repr(records[2].detail)

"""Who may be at the engine together."""

import asyncio
import contextlib

from hypothesis import given
from hypothesis import strategies as st

from bot.engine.shared_lock import SharedLock


class Guests:
    """People who come, stay until they are let go, and are seen inside."""

    def __init__(self):
        self.shared_lock = SharedLock()
        self.inside = []
        self._stays = {}

    def comes(self, name, *, alone=False):
        self._stays[name] = asyncio.create_task(self._stay(name, alone))

    async def _stay(self, name, alone):
        async with self.shared_lock.join(alone=alone):
            self.inside.append(name)
            try:
                await asyncio.Event().wait()
            finally:
                self.inside.remove(name)

    async def goes(self, name):
        task = self._stays.pop(name)
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task

    async def settle(self):
        for _ in range(20):
            await asyncio.sleep(0)


async def test_a_suspect_waits_until_it_is_alone_and_others_wait_for_it():
    """Nobody overtakes it, so that it is not put off for ever."""
    guests = Guests()
    guests.comes("A")
    guests.comes("B")
    guests.comes("suspect", alone=True)
    guests.comes("C")
    await guests.settle()
    assert guests.inside == ["A", "B"]
    await guests.goes("A")
    await guests.settle()
    assert guests.inside == ["B"]
    await guests.goes("B")
    await guests.settle()
    assert guests.inside == ["suspect"]
    await guests.goes("suspect")
    await guests.settle()
    assert guests.inside == ["C"]


async def test_one_who_stops_waiting_is_in_nobodys_way():
    guests = Guests()
    guests.comes("A")
    guests.comes("suspect", alone=True)
    guests.comes("B")
    await guests.settle()
    await guests.goes("suspect")
    await guests.settle()
    assert guests.inside == ["A", "B"]


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), max_size=30))
async def test_nobody_is_ever_beside_a_suspect_and_everybody_gets_in(visits):
    """Over random comings and goings."""
    guests, alone = Guests(), {}
    for name, wants_alone in visits:
        if name in alone:
            await guests.goes(name)
            del alone[name]
        else:
            guests.comes(name, alone=wants_alone)
            alone[name] = wants_alone
        await guests.settle()
        assert len(guests.inside) == 1 or not any(alone[one] for one in guests.inside)
        assert bool(guests.inside) == bool(alone)
    for _ in range(len(alone)):
        name = guests.inside[0]
        await guests.goes(name)
        del alone[name]
        await guests.settle()
    assert not guests.inside

"""What is remembered of people's rows is what the rows say."""

import asyncio

import pytest

from bot.request import Options
from bot.store import remembered
from bot.store.remembered import Remembered


class Rows:
    """One value a person, and who read it."""

    def __init__(self):
        self.values, self.reads = {}, []

    def read(self, user_id):
        async def read():
            self.reads.append(user_id)
            return self.values.get(user_id)

        return read


@pytest.fixture
def rows():
    return Rows()


async def test_a_row_is_read_once(rows):
    """Also one that is not there."""
    memory = Remembered()
    for _ in range(2):
        assert await memory.of(1, rows.read(1)) is None
        assert await memory.of(2, rows.read(2)) is None
    assert rows.reads == [1, 2]


async def test_after_a_change_it_is_read_again(rows):
    """Even where the change failed, for it may have come to nothing or not."""
    memory = Remembered()
    await memory.of(1, rows.read(1))
    with memory.changing(1):
        rows.values[1] = "new"
    assert await memory.of(1, rows.read(1)) == "new"

    def fail():
        with memory.changing(1):
            rows.values[1] = "newer"
            raise OSError("full")

    with pytest.raises(OSError, match="full"):
        fail()
    assert await memory.of(1, rows.read(1)) == "newer"


async def test_what_was_read_before_a_change_is_not_remembered_after_it(rows):
    """The reading and the change were on their way at once."""
    memory, gate = Remembered(), asyncio.Event()

    async def slowly():
        await gate.wait()
        return "old"

    reading = asyncio.ensure_future(memory.of(1, slowly))
    await asyncio.sleep(0)  # the reading has begun
    with memory.changing(1):
        rows.values[1] = "new"
    gate.set()
    assert await reading == "old"
    assert await memory.of(1, rows.read(1)) == "new"


async def test_no_more_people_are_remembered_than_it_says(rows, monkeypatch):
    """Whoever was read first is read again first."""
    monkeypatch.setattr(remembered, "MOST", 2)
    memory = Remembered()
    for user_id in (1, 2, 3, 3, 2, 1):
        await memory.of(user_id, rows.read(user_id))
    assert rows.reads == [1, 2, 3, 1]


async def test_what_may_change_elsewhere_is_read_each_time(rows):
    """Whoever makes the memory says which values those are."""
    memory = Remembered(lambda value: value is None)
    rows.values[1] = "something"
    for _ in range(2):
        assert await memory.of(1, rows.read(1)) == "something"
        assert await memory.of(2, rows.read(2)) is None
    assert rows.reads == [1, 2, 1]


async def test_a_patient_store_and_the_other_remember_the_same(store):
    """What one forgets, the other does not know any more."""
    await store.acceptances.add(1, "v", now=1.0)
    await store.people.change_defaults(1, {"steps": 20})
    assert (await store.acceptances.of(1), await store.people.defaults(1)) == ({"v": 1.0}, Options(steps=20))
    patient = store.patient()
    await patient.acceptances.forget(1)
    await patient.people.forget(1)
    assert (await store.acceptances.of(1), await store.people.defaults(1)) == ({}, Options())
    assert await store.strikes.against(1, 7) == ((), None)
    await patient.strikes.give(1, now=2.0)
    assert await store.strikes.against(1, 7) == ((2.0,), None)

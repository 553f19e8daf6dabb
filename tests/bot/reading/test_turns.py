"""Turns are bounded for each person and for all, and nobody's many files keep another person waiting for ever."""

import asyncio

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.errors import InvalidRequest
from bot.reading.turns import ReadingTurns
from bot.sentences.rendering import render
from tests.refusing import refused

LATER = 1e9


class Crowd:
    """People with files, each of which is done when the test says so."""

    def __init__(self, **bounds):
        self.turns = ReadingTurns(**bounds)
        self.began = []
        self.ends = []
        self.tasks = []

    async def come(self, person):
        end = asyncio.Event()

        async def read():
            async with self.turns.of(person, until=LATER):
                self.began.append(person)
                await end.wait()

        self.ends.append(end)
        self.tasks.append(asyncio.create_task(read()))
        for _ in range(3):
            await asyncio.sleep(0)

    async def finish(self, number):
        self.ends[number].set()
        for _ in range(5):
            await asyncio.sleep(0)

    async def leave(self):
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks)
        return [task.exception() for task in self.tasks if not task.cancelled()]


async def test_of_each_person_one_file_is_read_at_a_time():
    """Room for somebody else stays free meanwhile."""
    crowd = Crowd(at_once=2)
    for person in (1, 1, 2):
        await crowd.come(person)
    assert crowd.began == [1, 2]
    await crowd.finish(0)
    assert crowd.began == [1, 2, 1]
    await crowd.leave()


async def test_whoever_had_a_turn_last_comes_last():
    """Somebody who comes again and again waits for everybody who has had none."""
    crowd = Crowd(at_once=1)
    for person in (1, 1, 2, 3):
        await crowd.come(person)
    for number in (0, 2, 3):
        await crowd.finish(number)
    assert crowd.began == [1, 2, 3, 1]
    await crowd.leave()


async def test_what_is_too_much_is_refused_at_once():
    """For a person, and in all."""
    crowd = Crowd(at_once=1, in_all=3)
    for person in (1, 1, 1, 2, 3):
        await crowd.come(person)
    refused = [render(error.sentence) for error in await crowd.leave()]
    assert len(refused) == 2
    assert "your other files" in refused[0]
    assert "many people's files" in refused[1]


async def test_whoever_waits_too_long_is_told_and_gone():
    crowd = Crowd(at_once=1)
    await crowd.come(1)
    with refused(InvalidRequest, "many people's files"):
        async with crowd.turns.of(2, until=0.0):
            pass
    await crowd.come(3)
    await crowd.finish(0)
    assert crowd.began == [1, 3]
    await crowd.leave()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(["come", "finish", "cancel"]), st.integers(0, 5)), max_size=40))
async def test_whatever_people_do_the_bounds_hold_and_everybody_leaves(acts):
    """Never more at once than may be, never two of one person, and in the end nobody is left in the books."""
    crowd = Crowd(at_once=2, per_person=2, in_all=6)
    for act, number in acts:
        if act == "come":
            await crowd.come(number)
        elif crowd.tasks and act == "finish":
            await crowd.finish(number % len(crowd.tasks))
        elif crowd.tasks:
            crowd.tasks[number % len(crowd.tasks)].cancel()
            await asyncio.sleep(0)
        turns = crowd.turns
        assert len(turns._active) <= 2
        assert turns._here.total() <= 6
        assert all(count <= 2 for count in turns._here.values())
        assert len(turns._active) == 2 or not [one for one in turns._waiting if one.person not in turns._active]
    if crowd.tasks:
        await crowd.leave()
    assert not (turns := crowd.turns)._active | set(turns._here) | set(turns._last_turn)

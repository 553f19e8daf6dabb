"""Who is on their way into the line, and how long somebody waits for them."""

import asyncio

import pytest

from bot.queue.arrivals import Arrivals
from bot.queue.ticket import Ticket


def ticket(job_id="00000A", *, user_id=1, guild_id=7):
    return Ticket(id=job_id, user_id=user_id, guild_id=guild_id, width=832, height=1216, pictures=1, cost=10.0)


async def test_a_job_is_here_until_it_is_in_line():
    """Listed for its asker and its server, and for nobody else."""
    arrivals, one = Arrivals(), ticket()
    with arrivals.coming(one):
        assert "00000A" in arrivals
        assert arrivals.get("00000A") == one
        assert arrivals.of_person(1) == arrivals.of_server(7) == [one]
        assert arrivals.of_person(2) == arrivals.of_server(8) == []
    assert "00000A" not in arrivals
    assert arrivals.get("00000A") is None
    assert arrivals.of_person(1) == []


async def test_who_wants_to_do_something_to_it_waits_until_it_is_settled():
    """Also where it is withdrawn; nobody waits for what is not on its way."""
    arrivals = Arrivals()
    await arrivals.settled("00000A")
    with pytest.raises(OSError, match="withdrawn"), arrivals.coming(ticket()):  # noqa: PT012
        waiting = asyncio.create_task(arrivals.settled("00000A"))
        await asyncio.sleep(0)
        assert not waiting.done()
        raise OSError("withdrawn")
    await waiting

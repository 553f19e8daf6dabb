"""What goes between the bot and Discord is counted by kind and outcome."""

import aiohttp
import pytest
from aiohttp import web

from bot.delivery.traffic import Traffic
from bot.measures import BotMeasures


class Clock:
    def __init__(self):
        self.now = 0.0

    def __call__(self):
        return self.now


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def measures():
    return BotMeasures()


@pytest.fixture
def traffic(measures, clock):
    return Traffic(measures, clock=clock)


@pytest.mark.parametrize(
    ("asked", "status", "counted"),
    [
        ("POST /api/v10/interactions/12/the-token/callback", 204, ("interaction", "2xx")),
        ("PATCH /api/v10/webhooks/9/the-token/messages/5", 200, ("edit", "2xx")),
        ("PATCH /api/v10/channels/7/messages/5", 403, ("edit", "403")),
        ("DELETE /api/v10/channels/7/messages/5", 404, ("other", "404")),
        ("POST /api/v10/channels/7/messages", 400, ("message", "other")),
        ("POST /api/v10/webhooks/9/the-token", 429, ("message", "429")),
        ("PUT /api/v10/applications/9/commands", 502, ("commands", "5xx")),
        ("GET /api/v10/gateway/bot", None, ("gateway", "none")),
        ("GET /api/v10/users/@me", 401, ("other", "401")),
    ],
)
def test_an_answer_is_counted_by_its_kind_and_status(traffic, measures, asked, status, counted):
    """No id and no token of the address is kept."""
    traffic.answered(*asked.split(), status)
    assert {labels for labels, count in measures.responses.values.items() if count} == {counted}


@pytest.mark.parametrize(
    ("status", "result"), [(200, "done"), (429, "limited"), (403, "refused"), (500, "failed"), (None, "failed")]
)
def test_an_edit_is_counted_by_what_became_of_it(traffic, measures, status, result):
    """Also one for which there was no room."""
    traffic.answered("PATCH", "/api/v10/channels/7/messages/5", status)
    traffic.left_out()
    counted = {labels[0]: count for labels, count in measures.edits.values.items() if count}
    assert counted == {result: 1.0, "left_out": 1.0}


def test_an_answer_is_measured_from_the_question_to_discord_s_receipt(traffic, measures, clock):
    """Once for each question; a refused answer was none."""
    traffic.asked(12)
    clock.now = 0.2
    traffic.answered("POST", "/interactions/12/token/callback", 500)
    assert measures.ack.sums[()] == 0.0
    clock.now = 0.3
    traffic.answered("POST", "/interactions/12/token/callback", 204)
    traffic.answered("POST", "/interactions/12/token/callback", 204)
    assert sum(measures.ack.counts[()]) == 1
    assert measures.ack.sums[()] == pytest.approx(0.3)


def test_questions_that_nobody_answers_are_forgotten(traffic, measures):
    """The oldest first, so that memory does not grow with them."""
    for number in range(1500):
        traffic.asked(number)
    assert len(traffic._asked) == 1000
    traffic.answered("POST", "/interactions/3/token/callback", 204)
    traffic.answered("POST", "/interactions/1499/token/callback", 204)
    assert sum(measures.ack.counts[()]) == 1


async def test_a_client_tells_of_every_answer_and_of_none(traffic, measures):
    """As discord.py's own does: its session has these traces."""
    app = web.Application()

    async def gateway(_request):
        return web.json_response({})

    app.router.add_get("/gateway", gateway)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    async with aiohttp.ClientSession(trace_configs=[traffic.watch(aiohttp.TraceConfig())]) as session:
        async with session.get(f"http://127.0.0.1:{port}/gateway"):
            pass
        await runner.cleanup()
        with pytest.raises(aiohttp.ClientError):
            await session.get(f"http://127.0.0.1:{port}/gateway")
    assert measures.responses.values["gateway", "2xx"] == 1
    assert measures.responses.values["gateway", "none"] == 1

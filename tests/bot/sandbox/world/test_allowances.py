"""What Discord limits over minutes and days: session starts, edits of old messages, new commands, invalid requests."""

import aiohttp
import discord
import pytest
import yarl

from bot.sandbox.server import Sandbox
from bot.sandbox.world.allowances import Allowances
from bot.sandbox.world.blueprint import starter
from bot.sandbox.world.clock import Clock
from tests.bot.sandbox.conftest import PING, Api, running
from tests.bot.sandbox.discord.test_gateway import Line

PROPERTIES = dict.fromkeys(("os", "browser", "device"), "tests")
WRONG = "wrong"


class Time:
    def __init__(self):
        self.now = 1_800_000_000.0

    def __call__(self):
        return self.now


@pytest.fixture
async def strict():
    """A stand-in that enforces every limit."""
    async with Sandbox.serve(plan=starter(), time_source=Time()) as served:
        yield served


@pytest.fixture
async def api(strict):
    async with aiohttp.ClientSession() as session:
        yield Api(session, strict)


@pytest.fixture
async def developer(strict):
    async with aiohttp.ClientSession(strict.page_url, raise_for_status=True) as session:
        yield session


async def identify(sandbox, **more):
    """IDENTIFY on a connection of its own; give the first frame that answers it."""
    async with aiohttp.ClientSession() as session, session.ws_connect(sandbox.local.gateway_url()) as socket:
        line = Line(socket, compressed=False)
        await line.receive()
        await line.say(2, {"token": sandbox.token, "intents": 1, "properties": PROPERTIES} | more)
        return await line.receive()


async def test_two_identifies_within_five_seconds(strict):
    """With a max_concurrency of 1 the second is op 9 false; after five seconds of the world's clock it is READY."""
    assert (await identify(strict))["t"] == "READY"
    assert await identify(strict) == {"op": 9, "d": False, "s": None, "t": None}
    strict.advance(5)
    assert (await identify(strict))["t"] == "READY"


async def test_the_real_client_waits_and_comes_back(strict, make_bot):
    """discord.py takes op 9 for what it is, waits five seconds before its next IDENTIFY, and is ready then."""
    waits = []

    class Patient(make_bot):
        async def before_identify_hook(self, shard_id, *, initial=False):
            if not initial:
                waits.append(shard_id)
                strict.advance(5)  # instead of the sleep that discord.py has here

    await identify(strict)
    async with running(strict, Patient()) as bot:
        assert bot.guilds[0].id in strict.world.guilds
    assert waits == [0]
    assert strict.allowances.session_start_limit()["remaining"] == 998


async def test_without_limits_a_bot_may_come_back_at_once(sandbox):
    """``rate_limits=False``, as tests and journeys use it, restarts bots without a wait, and still counts them."""
    assert [(await identify(sandbox))["t"] for _ in range(2)] == ["READY", "READY"]
    assert sandbox.allowances.session_start_limit()["remaining"] == 998


async def test_session_starts_count_down_and_come_back(strict, api):
    """``remaining`` falls with each IDENTIFY that began a session, and is whole again a day after the first."""
    assert (await api.call("GET", "/gateway/bot"))[1]["session_start_limit"] == {
        "total": 1000,
        "remaining": 1000,
        "reset_after": 0,
        "max_concurrency": 1,
    }
    await identify(strict)
    strict.advance(10)
    await identify(strict, token=WRONG)
    limit = (await api.call("GET", "/gateway/bot"))[1]["session_start_limit"]
    assert (limit["remaining"], limit["reset_after"]) == (999, (24 * 3600 - 10) * 1000)
    strict.advance(24 * 3600)
    assert (await api.call("GET", "/gateway/bot"))[1]["session_start_limit"]["remaining"] == 1000


async def test_the_thousandth_start_was_the_last(strict, developer):
    """With none left Discord has reset the token: IDENTIFY is 4004."""
    async with developer.post("/developer/limits", json={"session_starts": 1000}) as response:
        assert (await response.json())["session_starts"] == 1000
    assert await identify(strict) == {"closed": 4004}
    strict.advance(24 * 3600)
    assert (await identify(strict))["t"] == "READY"


@pytest.mark.parametrize("intent", [1 << 1, 1 << 8, 1 << 15])
async def test_a_privileged_intent_has_to_be_granted(strict, api, developer, intent):
    """Without the portal's word it is 4014; with it READY, and the application's flags say so."""
    assert await identify(strict, intents=1 | intent) == {"closed": 4014}
    assert (await api.call("GET", "/applications/@me"))[1]["flags"] == 0
    names = ["GUILD_MEMBERS", "GUILD_PRESENCES", "MESSAGE_CONTENT"]
    async with developer.patch("/developer/application", json={"privileged_intents": names}) as response:
        assert (await response.json())["flags"] == 1 << 13 | 1 << 15 | 1 << 19
    assert (await identify(strict, intents=1 | intent))["d"]["application"]["flags"] == 1 << 13 | 1 << 15 | 1 << 19


async def test_an_intent_that_is_none_cannot_be_granted(strict, developer):
    """A wrong name is refused with the right ones, and changes nothing."""
    url = "/developer/application"
    async with developer.patch(url, json={"privileged_intents": ["GUILDS"]}, raise_for_status=False) as response:
        assert response.status == 400
        assert "MESSAGE_CONTENT" in (await response.json())["error"]["message"]
    with pytest.raises(ValueError, match="GUILD_MEMBERS"):
        strict.controls.grant_intents(["GUILDS"])


async def test_the_real_client_says_which_intent_it_lacks(sandbox):
    """discord.py ends with PrivilegedIntentsRequired, as with Discord."""
    discord.http.Route.BASE = sandbox.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sandbox.local.gateway_url())
    async with discord.Client(intents=discord.Intents(guilds=True, message_content=True)) as client:
        with pytest.raises(discord.PrivilegedIntentsRequired):
            await client.start(sandbox.token)


async def test_edits_of_messages_older_than_an_hour_are_few(strict, api):
    """Three in a channel within twenty seconds, then 30046 with the time to wait; fresh messages are not concerned."""
    channel = next(one for one in strict.world.channels.values() if one.name == "general")
    path = f"/channels/{channel.id}/messages"
    number = (await api.call("POST", path, {"content": "old"}))[1]["id"]
    assert [(await api.call("PATCH", f"{path}/{number}", {"content": "a"}))[0] for _ in range(2)] == [200] * 2
    strict.advance(3601)
    assert (await api.call("PATCH", f"{path}/{number}", {"content": "b"}))[0] == 200
    strict.allowances.old_edits.count(channel.id, 2)
    status, body = await api.call("PATCH", f"{path}/{number}", {"content": "c"})
    assert (status, body["code"], body["retry_after"], body["global"]) == (429, 30046, 20.0, False)
    assert body["message"].startswith("Maximum number of edits to messages older than 1 hour reached")
    assert (api.headers["Retry-After"], "Via" in api.headers) == ("20", True)
    strict.advance(20)
    assert (await api.call("PATCH", f"{path}/{number}", {"content": "d"}))[0] == 200


async def test_two_hundred_new_commands_a_day(strict, api, developer):
    """The next new name is 30034 for the rest of the day; what exists may still be changed, and a guild has its own."""
    path = f"/applications/{strict.world.application_id}/commands"
    await api.call("POST", path, PING)
    async with developer.post("/developer/limits", json={"command_creates": 199}):
        pass
    status, body = await api.call("POST", path, PING | {"name": "other"})
    assert (status, body["code"]) == (429, 30034)
    assert body["retry_after"] == 24 * 3600
    assert (await api.call("POST", path, PING | {"description": "Again."}))[0] == 200
    assert (await api.call("PUT", path, [PING | {"name": "other"}]))[1]["code"] == 30034
    assert [one["name"] for one in (await api.call("GET", path))[1]] == ["ping"]
    guild = next(iter(strict.world.guilds))
    own = f"/applications/{strict.world.application_id}/guilds/{guild}/commands"
    assert (await api.call("POST", own, PING | {"name": "other"}))[0] == 201
    strict.advance(24 * 3600)
    assert (await api.call("PUT", path, [PING | {"name": "other"}]))[0] == 200


async def test_invalid_requests_are_counted(strict, api, developer):
    """401, 403 and 429 count, a shared limit and every other answer do not."""
    async with aiohttp.ClientSession() as session:
        await Api(session, strict).call("GET", "/users/@me", token=WRONG)
    await api.call("GET", "/users/1")
    for scope in ("user", "shared", "global"):
        order = {"fault": "answer", "route": "*", "status": 429, "scope": scope}
        async with developer.post("/developer/faults", json=order):
            await api.call("GET", "/users/@me")
    async with developer.get("/developer/limits") as response:
        assert await response.json() == {
            "enforced": True,
            "session_starts": 0,
            "invalid_requests": 3,
            "command_creates": 0,
            "banned": False,
        }


async def test_ten_thousand_invalid_requests_are_a_ban(strict, api):
    """The edge then answers everything with a 429 of its own: no Via, no JSON; ten minutes later it lets through."""
    strict.allowances.spend(invalid_requests=9_999)
    assert (await api.call("GET", "/users/@me"))[0] == 200
    strict.allowances.spend(invalid_requests=1)
    assert strict.allowances.banned
    async with aiohttp.ClientSession() as session, session.get(strict.api_url + "/gateway") as response:
        assert (response.status, response.content_type, "Via" in response.headers) == (429, "text/plain", False)
        assert response.headers["Retry-After"] == "600"
    assert strict.allowances.invalid_requests.spent() == 10_000
    strict.advance(600)
    assert (await api.call("GET", "/users/@me"))[0] == 200


def test_ten_thousand_and_one_by_one():
    """The count is exact at its edge and forgets by the clock, one moment after the other."""
    time = Time()
    allowances = Allowances(Clock(time), enforced=True)
    for number in range(10_000):
        time.now += 0.01
        assert allowances.banned is False, number
        allowances.invalid_requests.count()
    assert allowances.banned
    time.now = 1_800_000_000.0 + 600.005
    assert allowances.banned
    time.now += 0.01
    assert not allowances.banned

"""The gateway, frame by frame, and as the real client lives through its accidents."""

import asyncio
import json
import zlib
from contextlib import asynccontextmanager

import aiohttp
import discord
import pytest

from bot.sandbox.discord import gateway
from bot.sandbox.world.faults import Drop, Invalidate, Reconnect, Refuse
from tests.patience import PATIENCE_S

PROPERTIES = {"os": "linux", "browser": "tests", "device": "tests"}


class Line:
    """One connection, spoken by hand."""

    def __init__(self, socket, *, compressed):
        self._socket = socket
        self._inflate = zlib.decompressobj() if compressed else None

    async def receive(self):
        frame = await self._socket.receive(timeout=PATIENCE_S)
        if frame.type == aiohttp.WSMsgType.BINARY:
            return json.loads(self._inflate.decompress(frame.data))
        if frame.type == aiohttp.WSMsgType.TEXT:
            assert self._inflate is None, "asked for compression, got plain text"
            return json.loads(frame.data)
        return {"closed": frame.data}

    async def until(self, name):
        while True:
            message = await self.receive()
            if message.get("t") == name or message.get("op") == name or "closed" in message:
                return message

    async def say(self, op, data, *, binary=False):
        text = json.dumps({"op": op, "d": data})
        await (self._socket.send_bytes(text.encode()) if binary else self._socket.send_str(text))

    async def identify(self, token, **more):
        await self.say(2, {"token": token, "intents": 1, "properties": PROPERTIES} | more)
        return await self.until("READY")


@pytest.fixture
def line(sandbox):
    @asynccontextmanager
    async def connect(*, compressed=False):
        url = sandbox.local.gateway_url() + "/?v=10&encoding=json" + ("&compress=zlib-stream" if compressed else "")
        async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
            found = Line(socket, compressed=compressed)
            assert (await found.receive())["op"] == 10
            yield found

    return connect


@pytest.mark.parametrize("compressed", [False, True])
@pytest.mark.parametrize("binary", [False, True])
async def test_text_and_binary_plain_and_compressed(line, sandbox, compressed, binary):
    """A client may send either kind of frame, and gets one zlib stream if it asked for it."""
    async with line(compressed=compressed) as socket:
        await socket.say(1, None, binary=binary)
        assert (await socket.receive())["op"] == 11
        ready = await socket.identify(sandbox.token)
        assert ready["d"]["user"]["username"] == "bot"
        assert (await socket.until("GUILD_CREATE"))["d"]["name"] == "Atelier"


@pytest.mark.parametrize(
    ("op", "data", "close"),
    [
        (2, {"token": "wrong", "intents": 1, "properties": PROPERTIES}, 4004),
        (6, {"token": "wrong", "session_id": "a", "seq": 1}, 4004),
        (2, {"intents": 1 << 40}, 4013),
        (2, {"shard": [2, 2]}, 4010),
        (2, {"properties": {}}, 4002),
        (3, {}, 4003),
        (99, {}, 4003),
    ],
)
async def test_close_codes(line, sandbox, op, data, close):
    """What is wrong with a connection is said by its close code."""
    good = {"token": sandbox.token, "intents": 1, "properties": PROPERTIES} if op == 2 else {}
    async with line() as socket:
        await socket.say(op, good | data)
        assert await socket.until("closed") == {"closed": close}


async def test_a_second_identify_is_4005(line, sandbox):
    async with line() as socket:
        await socket.identify(sandbox.token)
        await socket.say(2, {"token": sandbox.token})
        assert await socket.until("closed") == {"closed": 4005}


async def test_a_flood_of_commands_is_4008(line):
    """120 frames a minute are the limit."""
    async with line() as socket:
        for _ in range(121):
            await socket.say(1, None)
        assert await socket.until("closed") == {"closed": 4008}


async def test_only_what_was_asked_for_is_sent(line, sandbox, yuki):
    """Without the message intents no message arrives, without the content intent no words; the guild's doors do."""
    sandbox.controls.grant_intents(["MESSAGE_CONTENT"])
    general = yuki.channel("general")
    async with line() as bare, line() as messages, line() as words:
        await bare.identify(sandbox.token)
        await messages.identify(sandbox.token, intents=1 | 1 << 9)
        await words.identify(sandbox.token, intents=1 | 1 << 9 | 1 << 15)
        await yuki.say(general, "hello")
        assert (await words.until("MESSAGE_CREATE"))["d"]["content"] == "hello"
        closed = (await messages.until("MESSAGE_CREATE"))["d"]
        assert (closed["content"], closed["author"]["username"]) == ("", "yuki")
        kinds = [entry["t"] for entry in sandbox.feed.entries() if entry["kind"] == "gateway" and entry["op"] == 0]
        assert kinds.count("MESSAGE_CREATE") == 2


async def test_guilds_go_to_their_shard(line, sandbox):
    """(id >> 22) % shards says which shard a guild belongs to; READY repeats the shard."""
    guild = next(iter(sandbox.world.guilds.values()))
    for shard in range(2):
        async with line() as socket:
            ready = await socket.identify(sandbox.token, shard=[shard, 2])
            assert ready["d"]["shard"] == [shard, 2]
            assert [one["id"] for one in ready["d"]["guilds"]] == [str(guild.id)] * ((guild.id >> 22) % 2 == shard)


async def test_members_can_be_asked_for(line, sandbox):
    """REQUEST_GUILD_MEMBERS is answered in a chunk, with the nonce."""
    guild = next(iter(sandbox.world.guilds))
    async with line() as socket:
        await socket.identify(sandbox.token)
        await socket.say(8, {"guild_id": str(guild), "query": "yu", "limit": 0, "nonce": "n"})
        chunk = (await socket.until("GUILD_MEMBERS_CHUNK"))["d"]
        assert ([one["user"]["username"] for one in chunk["members"]], chunk["nonce"]) == (["yuki"], "n")


async def test_resume_replays_what_was_missed(line, sandbox, ada):
    """What happened while the line was cut comes in order, then RESUMED."""
    async with line() as socket:
        ready = await socket.identify(sandbox.token)
        last = (await socket.until("GUILD_CREATE"))["s"]
        sandbox.fault(Drop())
        assert "closed" in await socket.until("closed")
    general = ada.channel("general")
    for nsfw in (True, False):
        await ada.call("PATCH", f"/channels/{general}", {"nsfw": nsfw})
    async with line() as socket:
        await socket.say(6, {"token": sandbox.token, "session_id": ready["d"]["session_id"], "seq": last})
        missed = [await socket.receive() for _ in range(3)]
        assert [one["t"] for one in missed] == ["CHANNEL_UPDATE", "CHANNEL_UPDATE", "RESUMED"]
        assert [one["d"]["nsfw"] for one in missed[:2]] == [True, False]
        assert [one["s"] for one in missed] == [last + 1, last + 2, last + 3]


async def test_a_session_that_is_gone_is_invalid(line, sandbox):
    """A resume of what nobody knows, of what said good-bye, or from the future is op 9 with false."""
    async with line() as socket:
        ready = await socket.identify(sandbox.token)
    for session, seq in (("nobody", 1), (ready["d"]["session_id"], 1)):
        async with line() as socket:
            await socket.say(6, {"token": sandbox.token, "session_id": session, "seq": seq})
            assert await socket.receive() == {"op": 9, "d": False, "s": None, "t": None}
            assert (await socket.identify(sandbox.token))["op"] == 0, "the line stays open for a new IDENTIFY"


async def test_the_token_is_not_in_the_feed(line, sandbox, api):
    """Developers see every frame and call, and no secret."""
    async with line() as socket:
        await socket.identify(sandbox.token)
    await api.call("GET", "/users/@me")
    assert sandbox.token not in json.dumps(sandbox.feed.entries())


# What some libraries do and Discord takes.


async def test_the_gateway_takes_the_token_as_rest_has_it(line, sandbox):
    """`Bot TOKEN` in IDENTIFY and in RESUME is the token."""
    async with line() as socket:
        ready = await socket.identify(f"Bot {sandbox.token}")
        last = (await socket.until("GUILD_CREATE"))["s"]
        sandbox.fault(Invalidate(resumable=True))
        await socket.until(9)
        resume = {"token": f"Bot {sandbox.token}", "session_id": ready["d"]["session_id"], "seq": last}
        await socket.say(6, resume)
        assert (await socket.until("RESUMED"))["t"] == "RESUMED", "on the same connection"


async def test_after_an_invalid_session_the_connection_takes_another_identify(line, sandbox, yuki):
    """Op 9 leaves the connection open: nothing comes until the client speaks, then a new session begins on it."""
    async with line() as socket:
        first = await socket.identify(sandbox.token, intents=1 | 1 << 9)
        sandbox.fault(Invalidate())
        assert (await socket.until(9))["d"] is False
        assert await yuki.wait_for_event("bot", lambda data: not data["online"])
        second = await socket.identify(sandbox.token, intents=1 | 1 << 9)
        assert second["d"]["session_id"] != first["d"]["session_id"]
        await yuki.say(yuki.channel("general"), "hello")
        assert (await socket.until("MESSAGE_CREATE"))["d"]["author"]["username"] == "yuki"


async def test_what_happened_between_op_9_and_the_resume_is_replayed(line, sandbox, yuki):
    """A session that may be resumed loses nothing meanwhile."""
    async with line() as socket:
        ready = await socket.identify(sandbox.token, intents=1 | 1 << 9)
        last = (await socket.until("GUILD_CREATE"))["s"]
        sandbox.fault(Invalidate(resumable=True))
        await yuki.say(yuki.channel("general"), "hello")
        await socket.until(9)
        await socket.say(6, {"token": sandbox.token, "session_id": ready["d"]["session_id"], "seq": last})
        assert [(await socket.receive())["t"] for _ in range(2)] == ["MESSAGE_CREATE", "RESUMED"]


async def test_a_heartbeat_is_answered_from_as_far_away_as_discord_is(line, sandbox, monkeypatch):
    """Not before what else was asked for meanwhile: discord.py would take it for an answer to an older one."""
    monkeypatch.setattr(gateway, "AWAY_S", 2 * PATIENCE_S)
    async with line() as socket:
        await socket.identify(sandbox.token)
        await socket.until("GUILD_CREATE")
        await socket.say(1, None)
        await socket.say(8, {"guild_id": str(next(iter(sandbox.world.guilds))), "query": "", "limit": 1})
        assert (await socket.receive())["t"] == "GUILD_MEMBERS_CHUNK"


async def test_large_payloads_are_compressed_for_who_asks_in_identify(sandbox):
    """`compress: true` makes large payloads zlib of their own in binary frames; small ones stay text."""
    url = sandbox.local.gateway_url() + "/?v=10&encoding=json"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        await socket.receive_json()
        identify = {"token": sandbox.token, "intents": 1, "properties": PROPERTIES, "compress": True}
        await socket.send_json({"op": 2, "d": identify})
        kinds = {}
        while "GUILD_CREATE" not in kinds:
            frame = await socket.receive(timeout=10)
            packed = frame.type == aiohttp.WSMsgType.BINARY
            kinds[json.loads(zlib.decompress(frame.data) if packed else frame.data)["t"]] = packed
        assert kinds["GUILD_CREATE"]
        await socket.send_json({"op": 1, "d": None})
        assert (await socket.receive(timeout=10)).type == aiohttp.WSMsgType.TEXT


async def test_another_encoding_is_refused_in_words(sandbox):
    """ETF is Discord's, and not spoken here; the answer says so instead of a broken frame."""
    url = sandbox.local.gateway_url().replace("ws", "http", 1) + "/?v=10&encoding=etf"
    async with aiohttp.ClientSession() as session, session.get(url) as response:
        assert (response.status, await response.text()) == (400, "encoding=etf is not spoken here, json is.")


# As the real client lives through it.


@pytest.fixture
def hello(bot):
    @bot.tree.command(description="Answers.")
    async def hello(interaction):
        await interaction.response.send_message("here")


@pytest.mark.usefixtures("hello")
async def test_op_7_makes_the_client_resume(connected, bot, sandbox, yuki):
    """Asked to reconnect, the client resumes its session and answers as before."""
    async with connected(bot):
        sandbox.fault(Reconnect())
        await asyncio.wait_for(bot.resumed.wait(), 10)
        await yuki.answer(await yuki.slash(yuki.channel("general"), "hello"))


@pytest.mark.usefixtures("hello")
async def test_a_click_while_the_line_is_cut_is_answered_after_the_resume(connected, bot, sandbox, yuki):
    """An interaction that fell into the gap is replayed and still answered within its three seconds."""
    async with connected(bot):
        sandbox.fault(Drop())
        number = await yuki.slash(yuki.channel("general"), "hello")
        await asyncio.wait_for(bot.resumed.wait(), 15)
        assert (await yuki.answer(number))["content"] == "here"


@pytest.mark.parametrize("resumable", [True, False])
async def test_op_9_ends_in_a_working_session(connected, bot, sandbox, yuki, resumable):
    """An invalid session is resumed if it may be, else identified anew; either way the client works again."""

    @bot.tree.command(description="Answers.")
    async def hello(interaction):
        await interaction.response.send_message("here")

    async with connected(bot):
        before = bot.shards[0]._parent.ws.session_id
        sandbox.fault(Invalidate(resumable=resumable))
        if resumable:
            await asyncio.wait_for(bot.resumed.wait(), 15)
        else:
            bot.connected.clear()
            await asyncio.wait_for(bot.connected.wait(), 15)
        assert (bot.shards[0]._parent.ws.session_id == before) is resumable
        await yuki.answer(await yuki.slash(yuki.channel("general"), "hello"))


@pytest.mark.usefixtures("hello")
async def test_a_refused_first_connection_is_survived(connected, bot, sandbox, yuki):
    """AutoShardedClient tries again after a first connection that was refused."""
    sandbox.fault(Refuse())
    async with connected(bot):
        await yuki.answer(await yuki.slash(yuki.channel("general"), "hello"))


async def test_a_wrong_token_ends_the_client(sandbox, bot):
    """Log-in with another token is refused by REST before any gateway."""
    discord.http.Route.BASE = sandbox.api_url
    with pytest.raises(discord.LoginFailure):
        await bot.start("another")
    await bot.close()


async def test_people_see_whether_the_bot_is_there(connected, bot, yuki):
    """The page learns when the bot comes and goes."""
    async with connected(bot):
        assert await yuki.wait_for_event("bot") == {"online": True}
    assert await yuki.wait_for_event("bot", lambda data: not data["online"]) == {"online": False}


# Frames and versions that Discord does not take.


async def test_a_frame_over_4096_bytes_is_4002(line, sandbox):
    """The largest that is allowed passes, one byte more ends the connection; so does what is no JSON object."""
    bare = len(json.dumps({"op": 2, "d": {"token": sandbox.token, "intents": 1, "properties": PROPERTIES | {"x": ""}}}))
    for size, expected in ((4096, "READY"), (4097, None)):
        async with line() as socket:
            await socket.say(
                2,
                {
                    "token": sandbox.token,
                    "intents": 1,
                    "properties": PROPERTIES | {"x": "a" * (size - bare)},
                },
            )
            answer = await socket.receive()
            assert answer.get("t") == expected
            assert answer.get("closed") == (None if expected else 4002)


@pytest.mark.parametrize("sent", ["[" * 4000, "[]", "null", "{", '{"op": NaN}', "9" * 4000, '{"op": []}', '{"op": 6}'])
async def test_a_frame_of_another_shape_ends_the_connection_alone(line, sandbox, sent):
    """Whatever arrives, the answer is a close code, and the next connection is welcome."""
    async with line() as socket:
        await socket._socket.send_str(sent)
        assert (await socket.until("closed"))["closed"] in {4002, 4003}
    async with line() as socket:
        assert (await socket.identify(sandbox.token))["t"] == "READY"


@pytest.mark.parametrize(
    ("wrong", "close"),
    [
        ({"shard": "ab"}, 4010),
        ({"shard": [0]}, 4010),
        ({"shard": [{}, []]}, 4010),
        ({"properties": [1, 2]}, 4002),
        ({"intents": "1"}, 4013),
        ({"token": []}, 4004),
    ],
)
async def test_an_identify_of_another_shape_is_closed(line, sandbox, wrong, close):
    async with line() as socket:
        await socket.say(2, {"token": sandbox.token, "intents": 1, "properties": PROPERTIES} | wrong)
        assert await socket.until("closed") == {"closed": close}


@pytest.mark.parametrize("version", ["5", "3", "11", "x"])
async def test_a_version_that_is_not_spoken_is_4012(sandbox, version):
    """Discord has discontinued the versions up to 5."""
    url = f"{sandbox.local.gateway_url()}/?v={version}&encoding=json"
    async with aiohttp.ClientSession() as session, session.ws_connect(url) as socket:
        assert (await socket.receive()).data == 4012

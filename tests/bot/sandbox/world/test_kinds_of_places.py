"""Voice, stage, media and forum channels, threads and roles: what the bot is told of them, and the real client sees."""

import asyncio

import aiohttp
import discord
import pytest

from bot.sandbox.people.driver import ActRefused, Visitor
from bot.sandbox.rules.protocol import Permission
from bot.sandbox.server import Sandbox
from bot.sandbox.world.blueprint import INVITED_WITH, PlannedChannel, PlannedGuild, PlannedThread, PlannedWorld, starter
from tests.bot.sandbox.conftest import file, openapi
from tests.bot.sandbox.discord.test_gateway import Line
from tests.patience import until

CHANNELS = (
    PlannedChannel(
        "general",
        threads=(PlannedThread("fresh", "yuki"), PlannedThread("stale", "yuki", archived=True)),
    ),
    PlannedChannel("lounge", "voice"),
    PlannedChannel("stage", "stage"),
    PlannedChannel("pictures", "media"),
    PlannedChannel("critique", "forum"),
    PlannedChannel("rooms", "category"),
)


@pytest.fixture
async def sandbox():
    users = starter().users
    members = {"ada": (), "yuki": (), "nico": ()}
    guild = PlannedGuild(
        "Everything", "ada", members, CHANNELS, bot_permissions=(*INVITED_WITH, "CREATE_PUBLIC_THREADS")
    )
    plan = PlannedWorld(users, (guild,))
    async with Sandbox.serve(plan=plan, openapi=openapi(), rate_limits=False) as served:
        yield served
        assert served.violations == []


@pytest.fixture
async def events(sandbox):
    """A bot's line; `events(name)` gives the next event of a name."""
    async with aiohttp.ClientSession() as session, session.ws_connect(sandbox.local.gateway_url()) as socket:
        line = Line(socket, compressed=False)
        await line.receive()
        properties = dict.fromkeys(("os", "browser", "device"), "tests")
        await line.say(2, {"token": sandbox.token, "intents": 1 | 1 << 9, "properties": properties})
        guild = (await line.until("GUILD_CREATE"))["d"]

        async def following(name):
            return (await line.until(name))["d"]

        following.guild = guild
        yield following


@pytest.fixture
def greeting(bot):
    """A command that answers, and says where it was used."""
    places = []

    @bot.tree.command(description="Greets.")
    async def greet(interaction):
        places.append(interaction.channel)
        await interaction.response.send_message("here")

    return places


@pytest.mark.parametrize("kind", [discord.VoiceChannel, discord.StageChannel])
async def test_a_voice_channels_chat_is_a_place_for_commands(connected, bot, yuki, greeting, kind):
    """The client knows the channel for what it is; commands, messages, files and edits work in its chat."""
    name = "lounge" if kind is discord.VoiceChannel else "stage"
    async with connected(bot):
        message = await yuki.answer(await yuki.slash(yuki.channel(name), "greet"))
        assert (message["content"], type(greeting[0])) == ("here", kind)
        channel = bot.get_channel(int(yuki.channel(name)))
        assert (type(channel), channel.bitrate) == (kind, 64_000)
        sent = await channel.send("own", file=file())
        await sent.edit(content="changed")
        await yuki.say(yuki.channel(name), "hello")
        assert [one["content"] for one in await yuki.messages(yuki.channel(name))] == ["here", "changed", "hello"]
        with pytest.raises(ActRefused):
            await yuki.call("POST", f"/channels/{yuki.channel(name)}/threads", {"name": "none"})


async def test_a_chat_beside_voices_needs_connect(api, ada, yuki):
    """Without Connect its messages are out of reach: 50001 for the bot, nothing to read or use for a member."""
    lounge = ada.channel("lounge")
    await yuki.say(lounge, "hello")
    await ada.call("PUT", f"/channels/{lounge}/overwrites/{ada.guild}", {"deny": str(int(Permission.CONNECT))})
    for call in (
        ("POST", f"/channels/{lounge}/messages", {"content": "a"}),
        ("GET", f"/channels/{lounge}/messages"),
        ("POST", f"/channels/{lounge}/typing"),
    ):
        status, body = await api.call(*call)
        assert (status, body["code"]) == (403, 50001), call
    assert (await api.call("GET", f"/channels/{lounge}"))[0] == 200
    assert await yuki.messages(lounge) == []
    with pytest.raises(ActRefused):
        await yuki.say(lounge, "again")


@pytest.mark.parametrize("name", ["critique", "pictures"])
async def test_a_post_begins_with_a_message_of_its_own_id(connected, bot, api, yuki, name):
    """Forum and media: the starter message's id is the thread's, whoever posts and by whichever door."""
    forum = yuki.channel(name)
    body = {"name": "post", "message": {"content": "first"}}
    status, post = await api.call("POST", f"/channels/{forum}/threads", body)
    assert (status, post["message"]["id"], post["message"]["channel_id"]) == (201, post["id"], post["id"])
    theirs = await yuki.call("POST", f"/channels/{forum}/threads", {"name": "theirs", "content": "second"})
    (first,) = await yuki.messages(theirs["channel"]["id"])
    assert (first["id"], first["content"]) == (theirs["channel"]["id"], "second")
    with pytest.raises(ActRefused):
        await yuki.slash(forum, "greet")
    async with connected(bot):
        made = await bot.get_channel(int(forum)).create_thread(name="ours", content="third", files=[file()])
        assert made.message.id == made.thread.id
        assert (await made.thread.fetch_message(made.thread.id)).content == "third"


async def test_a_post_whose_message_is_refused_does_not_exist(api, yuki, sandbox, events):
    """Nothing is opened for an empty message, and nobody hears of it."""
    before = len(sandbox.world.channels)
    body = {"name": "post", "message": {"content": ""}}
    status, answer = await api.call("POST", f"/channels/{yuki.channel('critique')}/threads", body)
    assert (status, answer["code"]) == (400, 50006)
    assert len(sandbox.world.channels) == before
    await api.call("POST", f"/channels/{yuki.channel('general')}/messages", {"content": "a"})
    await events("MESSAGE_CREATE")
    told = [one["t"] for one in sandbox.feed.entries() if one["kind"] == "gateway"]
    assert "THREAD_CREATE" not in told
    assert [one["rule"] for one in sandbox.violations] == ["50006"]
    sandbox.violations.clear()


async def test_archived_threads_are_not_told_of(api, yuki, events):
    """GUILD_CREATE and the list of active threads have the fresh one alone; by its id the other is found."""
    assert [one["name"] for one in events.guild["threads"]] == ["fresh"]
    active = (await api.call("GET", f"/guilds/{yuki.guild}/threads/active"))[1]["threads"]
    assert [one["name"] for one in active] == ["fresh"]
    stale = (await api.call("GET", f"/channels/{yuki.channel('stale')}"))[1]
    assert stale["thread_metadata"]["archived"] is True


async def test_writing_opens_a_thread_again(connected, bot, yuki, sandbox):
    """The client that had never heard of it learns of the thread before the message."""
    stale = int(yuki.channel("stale"))
    opened = asyncio.Event()

    async def on_raw_thread_update(payload):
        assert payload.thread_id == stale
        opened.set()

    bot.on_raw_thread_update = on_raw_thread_update
    async with connected(bot):
        await until(lambda: bot.get_channel(int(yuki.channel("general"))))
        assert bot.guilds[0].get_thread(stale) is None
        await yuki.say(str(stale), "awake")
        async with asyncio.timeout(10):
            await opened.wait()
        assert not sandbox.world.channels[stale].archived
        await bot.guilds[0].fetch_channel(stale)


async def test_whoever_writes_in_a_thread_joins_it(api, yuki, ada, sandbox, events):
    """Of itself the bot is always told, of others only with the members intent."""
    fresh = yuki.channel("fresh")
    await ada.say(fresh, "hello")
    await api.call("POST", f"/channels/{fresh}/messages", {"content": "me too"})
    told = await events("THREAD_MEMBERS_UPDATE")
    assert [one["user_id"] for one in told["added_members"]] == [str(sandbox.world.bot.id)]
    assert (told["id"], told["member_count"], told["removed_member_ids"]) == (fresh, 3, [])
    members = (await api.call("GET", f"/channels/{fresh}/thread-members"))[1]
    assert {one["user_id"] for one in members} == {yuki.id, ada.id, str(sandbox.world.bot.id)}
    await ada.call("DELETE", f"/channels/{fresh}/thread-members/{sandbox.world.bot.id}")
    told = await events("THREAD_MEMBERS_UPDATE")
    assert (told["removed_member_ids"], told["member_count"]) == ([str(sandbox.world.bot.id)], 2)


async def test_with_the_members_intent_others_are_told_of(sandbox):
    sandbox.controls.grant_intents(["GUILD_MEMBERS"])
    async with (
        Visitor.visit(sandbox.page_url, "nico") as nico,
        aiohttp.ClientSession() as session,
        session.ws_connect(sandbox.local.gateway_url()) as socket,
    ):
        line = Line(socket, compressed=False)
        await line.receive()
        await line.identify(sandbox.token, intents=1 | 1 << 1)
        await line.until("GUILD_CREATE")
        fresh = nico.channel("fresh")
        await nico.call("PUT", f"/channels/{fresh}/thread-members/{nico.id}")
        told = (await line.until("THREAD_MEMBERS_UPDATE"))["d"]
        assert told["added_members"][0]["member"]["user"]["username"] == "nico"


async def test_who_may_add_and_remove(api, yuki, sandbox):
    """The bot adds others where it may write; to remove them it needs Manage Threads; an archived thread is closed."""
    fresh, stale = yuki.channel("fresh"), yuki.channel("stale")
    nico = next(one.id for one in sandbox.world.users.values() if one.username == "nico")
    path = f"/channels/{fresh}/thread-members"
    assert (await api.call("PUT", f"{path}/{nico}"))[0] == 204
    assert (await api.call("PUT", f"{path}/99"))[1]["code"] == 10007
    assert (await api.call("DELETE", f"{path}/{nico}"))[1]["code"] == 50013
    assert (await api.call("PUT", f"{path}/@me"))[0] == 204
    assert (await api.call("DELETE", f"{path}/@me"))[0] == 204
    assert (await api.call("PUT", f"/channels/{stale}/thread-members/@me"))[1]["code"] == 50083
    assert (await api.call("PUT", f"/channels/{yuki.channel('general')}/thread-members/@me"))[1]["code"] == 50024
    with pytest.raises(ActRefused):
        await yuki.call("DELETE", f"/channels/{fresh}/thread-members/{sandbox.world.application_id}x")


async def test_a_channel_that_comes_into_sight_brings_its_threads(connected, bot, ada, sandbox):
    """THREAD_LIST_SYNC: the client knows a thread that it was not told of at first."""
    general, view = ada.channel("general"), str(int(Permission.VIEW_CHANNEL))
    fresh = int(ada.channel("fresh"))
    await ada.call("PUT", f"/channels/{general}/overwrites/{sandbox.world.bot.id}", {"deny": view})
    async with connected(bot):
        await until(lambda: bot.guilds[0].get_channel(int(general)))
        assert bot.guilds[0].get_thread(fresh) is None
        await ada.call("DELETE", f"/channels/{general}/overwrites/{sandbox.world.bot.id}")
        await until(lambda: bot.guilds[0].get_thread(fresh))
        assert bot.guilds[0].get_thread(int(ada.channel("stale"))) is None


async def test_a_sync_names_its_channels(ada, sandbox, events):
    """Whatever opened the door, a role as well as an overwrite, the channels that came into sight are named."""
    view = str(int(Permission.VIEW_CHANNEL))
    critique = ada.channel("critique")
    await ada.call("PUT", f"/channels/{critique}/overwrites/{ada.guild}", {"deny": view})
    role = (await ada.call("POST", f"/guilds/{ada.guild}/roles", {"name": "insiders"}))["role"]
    await ada.call("PUT", f"/channels/{critique}/overwrites/{role['id']}", {"allow": view})
    await ada.call("PUT", f"/guilds/{ada.guild}/members/{sandbox.world.bot.id}/roles/{role['id']}")
    told = await events("THREAD_LIST_SYNC")
    assert (told["channel_ids"], told["threads"], told["guild_id"]) == ([critique], [], ada.guild)


async def test_roles_come_change_and_go(connected, bot, ada, sandbox):
    """The client's guild has each role as it is by now."""
    async with connected(bot):
        await until(lambda: bot.guilds[0].roles)
        guild = bot.guilds[0]
        role = (await ada.call("POST", f"/guilds/{ada.guild}/roles", {"name": "artist", "permissions": "2048"}))["role"]
        await until(lambda: guild.get_role(int(role["id"])))
        assert guild.get_role(int(role["id"])).permissions.send_messages
        await ada.call("PUT", f"/guilds/{ada.guild}/members/{sandbox.world.bot.id}/roles/{role['id']}")
        await until(lambda: guild.get_role(int(role["id"])) in guild.me.roles)
        await ada.call("PATCH", f"/guilds/{ada.guild}/roles/{role['id']}", {"name": "painter"})
        await until(lambda: guild.get_role(int(role["id"])).name == "painter")
        await ada.call("DELETE", f"/guilds/{ada.guild}/roles/{role['id']}")
        await until(lambda: guild.get_role(int(role["id"])) is None)
    assert all(int(role["id"]) not in one.roles for one in sandbox.world.guilds[int(ada.guild)].members.values())


async def test_roles_that_are_not_anybodys_to_delete(ada, yuki, sandbox):
    """@everyone and an app's own role stay; without Manage Roles nothing can be done."""
    guild = sandbox.world.guilds[int(ada.guild)]
    managed = next(one.id for one in guild.roles.values() if one.managed)
    for role in (guild.id, managed):
        with pytest.raises(ActRefused) as caught:
            await ada.call("DELETE", f"/guilds/{guild.id}/roles/{role}")
        assert caught.value.code == "forbidden"
    with pytest.raises(ActRefused):
        await yuki.call("POST", f"/guilds/{guild.id}/roles", {"name": "mine"})
    with pytest.raises(ActRefused) as caught:
        await ada.call("PATCH", f"/guilds/{guild.id}/roles/{managed}", {"permissions": "all"})
    assert caught.value.code == "invalid_body"

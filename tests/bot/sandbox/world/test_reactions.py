"""Reactions and pins, by the bot's token and by people, and what each is told of the other's."""

import asyncio

import discord
import pytest
from msgspec.structs import replace

from bot.sandbox.people.driver import ActRefused
from bot.sandbox.server import Sandbox
from bot.sandbox.world.blueprint import INVITED_WITH, starter
from tests.bot.sandbox.conftest import openapi

CHECK, HEART = "✅", "❤️"
pytestmark = pytest.mark.usefixtures("judged")


@pytest.fixture
async def sandbox():
    """A world whose bot may react, moderate and pin."""
    plan = starter()
    rights = (*INVITED_WITH, "ADD_REACTIONS", "MANAGE_MESSAGES")
    guilds = tuple(replace(guild, bot_permissions=rights) for guild in plan.guilds)
    async with Sandbox.serve(plan=replace(plan, guilds=guilds), openapi=openapi(), rate_limits=False) as served:
        yield served


@pytest.fixture
async def message(yuki):
    return await yuki.say(yuki.channel("general"), "a message")


def reactions(message):
    return {one["emoji"]["name"]: (one["count"], one["me"]) for one in message.get("reactions", ())}


async def test_the_bot_reacts_and_takes_it_back(api, yuki, message):
    """Put, listed with its people, taken off; everybody's, one's and all can go."""
    path = f"/channels/{message['channel_id']}/messages/{message['id']}/reactions"
    assert (await api.call("PUT", f"{path}/{CHECK}/@me"))[0] == 204
    assert (await api.call("PUT", f"{path}/{CHECK}/@me"))[0] == 204, "a second time changes nothing"
    await yuki.react(message, CHECK)
    await yuki.react(message, HEART)
    await yuki.wait_for(lambda one: reactions(one) == {CHECK: (2, True), HEART: (1, False)})
    _, who = await api.call("GET", f"{path}/{CHECK}")
    assert sorted(one["username"] for one in who) == ["bot", "yuki"]
    assert (await api.call("DELETE", f"{path}/{CHECK}/@me"))[0] == 204
    assert (await api.call("DELETE", f"{path}/{CHECK}/@me"))[1]["code"] == 10014
    assert (await api.call("DELETE", f"{path}/{CHECK}/{yuki.id}"))[0] == 204
    await yuki.wait_for(lambda one: reactions(one) == {HEART: (1, False)})
    assert (await api.call("DELETE", f"{path}/{HEART}"))[0] == 204
    await yuki.react(message, CHECK)
    assert (await api.call("DELETE", path))[0] == 204
    assert reactions((await yuki.messages(message["channel_id"]))[-1]) == {}


@pytest.mark.parametrize("emoji", ["word", "name:123456789012345678", "ü"])
async def test_what_is_no_emoji_here_is_10014(api, message, emoji):
    path = f"/channels/{message['channel_id']}/messages/{message['id']}/reactions/{emoji}/@me"
    assert (await api.call("PUT", path))[1]["code"] == 10014


@pytest.mark.parametrize("emoji", [CHECK, HEART, "1️⃣", "🇩🇪", "👩‍🎨", "‼️"])
async def test_emojis_of_every_make(api, message, emoji):
    path = f"/channels/{message['channel_id']}/messages/{message['id']}/reactions/{emoji}/@me"
    assert (await api.call("PUT", path))[0] == 204


async def test_twenty_emojis_are_the_most(api, message):
    path = f"/channels/{message['channel_id']}/messages/{message['id']}/reactions"
    for place in range(20):
        assert (await api.call("PUT", f"{path}/{chr(0x1F400 + place)}/@me"))[0] == 204
    assert (await api.call("PUT", f"{path}/{CHECK}/@me"))[1]["code"] == 30010


async def test_whoever_may_not_react_adds_no_new_emoji(ada, yuki, message):
    """Without the right one may join an emoji that is there, as on Discord."""
    await ada.call("PUT", f"/channels/{message['channel_id']}/overwrites/{yuki.id}", {"allow": "0", "deny": "64"})
    with pytest.raises(ActRefused) as refusal:
        await yuki.react(message, CHECK)
    assert refusal.value.code == "forbidden"
    await ada.react(message, CHECK)
    await yuki.react(message, CHECK)


async def test_a_client_hears_of_reactions(sandbox, make_bot, connected, yuki, message):
    """The real client sees who reacted with what, in order, and its own reaction arrives."""
    heard = asyncio.Queue()

    class Listening(make_bot):
        async def on_raw_reaction_add(self, payload):
            heard.put_nowait(("+", str(payload.emoji), payload.user_id, payload.member.name))

        async def on_raw_reaction_remove(self, payload):
            heard.put_nowait(("-", str(payload.emoji), payload.user_id))

        async def on_raw_reaction_clear(self, payload):
            heard.put_nowait(("all", payload.message_id))

    bot = Listening()
    bot._connection._intents = discord.Intents(guilds=True, guild_reactions=True)
    async with connected(bot):
        await yuki.react(message, CHECK)
        await yuki.call("DELETE", f"/channels/{message['channel_id']}/messages/{message['id']}/reactions/{CHECK}")
        assert await asyncio.wait_for(heard.get(), 10) == ("+", CHECK, int(yuki.id), "yuki")
        assert await asyncio.wait_for(heard.get(), 10) == ("-", CHECK, int(yuki.id))
        found = await bot.get_channel(int(message["channel_id"])).fetch_message(int(message["id"]))
        await found.add_reaction(HEART)
        assert (await asyncio.wait_for(heard.get(), 10))[:3] == ("+", HEART, sandbox.world.bot.id)
        await found.clear_reactions()
        assert await asyncio.wait_for(heard.get(), 10) == ("all", found.id)


@pytest.mark.parametrize("pins", ["messages/pins", "pins"])
async def test_pins_by_either_route(api, yuki, message, pins):
    """A pinned message says so and stands in the list, newest first; unpinned it is gone from it."""
    other = await yuki.say(message["channel_id"], "another")
    path = f"/channels/{message['channel_id']}/{pins}"
    for one in (message, other):
        assert (await api.call("PUT", f"{path}/{one['id']}"))[0] == 204
    await yuki.wait_for(lambda one: one["id"] == message["id"] and one["pinned"])
    _, listed = await api.call("GET", path)
    contents = [one["message"]["content"] for one in listed["items"]] if "items" in listed else None
    assert (contents or [one["content"] for one in listed]) == ["another", "a message"]
    assert (await api.call("DELETE", f"{path}/{other['id']}"))[0] == 204
    _, listed = await api.call("GET", f"/channels/{message['channel_id']}/pins")
    assert [one["id"] for one in listed] == [message["id"]]

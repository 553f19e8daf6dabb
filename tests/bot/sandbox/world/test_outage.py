"""An outage: the guild is still the bot's, out of its reach, and comes back as it is by then."""

import asyncio

import aiohttp

from tests.bot.sandbox.conftest import PING
from tests.bot.sandbox.discord.test_gateway import Line
from tests.patience import until


async def test_the_client_sees_an_outage_begin_and_end(connected, bot, sandbox, yuki):
    """discord.py keeps the guild, says that it is unavailable, and says when it is back."""
    seen = asyncio.Queue()

    async def on_guild_unavailable(guild):
        seen.put_nowait(("unavailable", guild.unavailable))

    async def on_guild_available(guild):
        seen.put_nowait(("available", guild.unavailable))

    async def on_guild_remove(_guild):
        seen.put_nowait(("removed", None))

    async with connected(bot):
        await until(lambda: bot.guilds[0].name)
        bot.on_guild_unavailable, bot.on_guild_available = on_guild_unavailable, on_guild_available
        bot.on_guild_remove = on_guild_remove
        guild = sandbox.controls.guild(int(yuki.guild))
        sandbox.controls.begin_outage(guild)
        assert await asyncio.wait_for(seen.get(), 10) == ("unavailable", True)
        sandbox.controls.end_outage(guild)
        assert await asyncio.wait_for(seen.get(), 10) == ("available", False)
        assert seen.empty()


async def test_during_an_outage_only_interactions_arrive(sandbox, ada, api, yuki):
    """Changes are not told; the guild that comes back has them; REST and interactions go on as by Discord."""
    async with aiohttp.ClientSession(sandbox.page_url) as session:
        async with session.ws_connect(sandbox.local.gateway_url()) as socket:
            line = Line(socket, compressed=False)
            await line.receive()
            await line.identify(sandbox.token)
            await line.until("GUILD_CREATE")
            path = f"/developer/guilds/{yuki.guild}"
            async with session.patch(path, json={"unavailable": True}) as response:
                assert (await response.json())["unavailable"] is True
            assert (await line.receive())["d"] == {"id": yuki.guild, "unavailable": True}
            await ada.call("PATCH", f"/channels/{ada.channel('general')}", {"name": "renamed"})
            await api.call("POST", f"/applications/{sandbox.world.application_id}/commands", PING)
            await yuki.slash(yuki.channel("general"), "ping")
            assert (await line.receive())["t"] == "INTERACTION_CREATE"
            assert (await api.call("GET", f"/channels/{yuki.channel('general')}"))[0] == 200
            async with session.patch(path, json={"unavailable": False}) as response:
                assert (await response.json())["unavailable"] is False
            back = await line.receive()
            assert (back["t"], back["d"]["unavailable"]) == ("GUILD_CREATE", False)
            assert "renamed" in [one["name"] for one in back["d"]["channels"]]
        async with session.patch("/developer/guilds/1", json={"unavailable": True}) as response:
            assert response.status == 404


async def test_who_connects_during_an_outage_hears_nothing_of_the_guild(sandbox, yuki):
    """READY names it as unavailable, and GUILD_CREATE follows once it is over."""
    guild = sandbox.controls.guild(int(yuki.guild))
    sandbox.controls.begin_outage(guild)
    async with aiohttp.ClientSession() as session, session.ws_connect(sandbox.local.gateway_url()) as socket:
        line = Line(socket, compressed=False)
        await line.receive()
        ready = await line.identify(sandbox.token)
        assert ready["d"]["guilds"] == [{"id": yuki.guild, "unavailable": True}]
        await line.say(1, None)
        assert (await line.receive())["op"] == 11
        sandbox.controls.end_outage(guild)
        assert (await line.receive())["t"] == "GUILD_CREATE"

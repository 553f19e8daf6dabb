"""How large a file may be: by a guild's boosts, by a person's Nitro, and said the same everywhere."""

import io

import aiohttp
import discord
import pytest

from bot.sandbox.server import Sandbox
from bot.sandbox.world.blueprint import PlannedChannel, PlannedGuild, PlannedUser, PlannedWorld
from tests.bot.sandbox.conftest import PING
from tests.patience import until

MIB = 1024 * 1024
MIBS = {0: 10, 1: 10, 2: 50, 3: 100}


@pytest.mark.parametrize("tier", MIBS)
async def test_tier_and_limits_agree_for_the_client(connected, bot, sandbox, yuki, tier):
    """discord.py's own limit of a guild and the one that an interaction says are the same, also after a change."""
    limits = []

    @bot.tree.command(description="Asks.")
    async def ask(interaction):
        limits.append(interaction.filesize_limit)
        await interaction.response.send_message("asked")

    async with connected(bot):
        await until(lambda: bot.guilds[0].name)
        sandbox.controls.boost(sandbox.controls.guild(int(yuki.guild)), tier)
        await until(lambda: bot.guilds[0].premium_tier == tier)
        await yuki.answer(await yuki.slash(yuki.channel("general"), "ask"))
        assert [bot.guilds[0].filesize_limit, *limits] == [MIBS[tier] * MIB] * 2
        assert bot.guilds[0].premium_subscription_count == {0: 0, 1: 2, 2: 7, 3: 14}[tier]


@pytest.mark.parametrize(
    ("planned", "tier"),
    [
        ({"premium_tier": 3}, 3),
        ({"premium_tier": 1}, 1),
        ({"max_file_bytes": 50 * MIB}, 2),
        ({"max_file_bytes": 1000}, 0),
        ({}, 0),
    ],
)
async def test_a_plan_names_either(planned, tier):
    """The tier gives the limit, or the limit the tier."""
    plan = PlannedWorld(
        (PlannedUser("zoe"),), (PlannedGuild("A", "zoe", {"zoe": ()}, (PlannedChannel("one"),), **planned),)
    )
    async with Sandbox.serve(plan=plan) as sandbox:
        (guild,) = sandbox.world.guilds.values()
        assert guild.premium_tier == tier
        assert guild.max_file_bytes == planned.get("max_file_bytes", MIBS[tier] * MIB)


async def test_boosts_let_larger_files_through(api, yuki, sandbox):
    """11 MiB are 40005 in a guild without boosts and pass in one of tier 2; a request of over 25 MiB never does."""
    path, large = f"/channels/{yuki.channel('general')}/messages", bytes(11 * MIB)
    status, body = await api.call("POST", path, {}, files=[("a.bin", large)])
    assert (status, body["code"]) == (413, 40005)
    sandbox.controls.boost(sandbox.controls.guild(int(yuki.guild)), 2)
    assert (await api.call("POST", path, {}, files=[("a.bin", large)]))[0] == 200
    status, body = await api.call("POST", path, {}, files=[("a.bin", bytes(26 * MIB))])
    assert (status, body["code"]) == (413, 40005)


async def test_nitro_counts_for_the_one_who_has_it(api, yuki, sandbox):
    """An interaction says the larger limit of both, and its token may use it; the bot's own right may not."""
    async with aiohttp.ClientSession(sandbox.page_url, raise_for_status=True) as session:
        async with session.patch(f"/developer/users/{yuki.id}", json={"premium_type": 2}) as response:
            assert (await response.json())["premium_type"] == 2
        for wrong in ({"premium_type": 4}, {"premium_type": "2"}):
            async with session.patch(f"/developer/users/{yuki.id}", json=wrong, raise_for_status=False) as response:
                assert response.status == 400
        async with session.patch("/developer/users/7", json={}, raise_for_status=False) as response:
            assert response.status == 404
        guild = f"/developer/guilds/{yuki.guild}"
        async with session.patch(guild, json={"premium_tier": 4}, raise_for_status=False) as response:
            assert response.status == 400
    await api.call("POST", f"/applications/{sandbox.world.application_id}/commands", PING)
    number = await yuki.slash(yuki.channel("general"), "ping")
    asked = sandbox.world.interactions[int(number)]
    assert asked.payload["attachment_size_limit"] == 500 * MIB
    large = bytes(11 * MIB)
    await api.answer(asked, {"type": 5})
    original = api.webhook(asked, "/messages/@original")
    status, message = await api.call("PATCH", original, {}, files=[("a.bin", large)])
    assert (status, message["attachments"][0]["size"]) == (200, len(large))
    own = f"/channels/{yuki.channel('general')}/messages/{message['id']}"
    assert (await api.call("PATCH", own, {}, files=[("a.bin", large)]))[1]["code"] == 40005


async def test_a_guilds_boosts_can_be_more_than_basic_nitro(api, yuki, sandbox):
    sandbox.controls.give_nitro(sandbox.controls.user(int(yuki.id)), 3)
    sandbox.controls.boost(sandbox.controls.guild(int(yuki.guild)), 3)
    await api.call("POST", f"/applications/{sandbox.world.application_id}/commands", PING)
    number = await yuki.slash(yuki.channel("general"), "ping")
    assert sandbox.world.interactions[int(number)].payload["attachment_size_limit"] == 100 * MIB


async def test_the_client_posts_what_a_boosted_guild_takes(connected, bot, sandbox, yuki):
    """From tier 2 on a file of more than 10 MiB arrives whole; below, discord.py gives the bot the 413."""
    async with connected(bot):
        channel = bot.get_channel(int(yuki.channel("general")))
        with pytest.raises(discord.HTTPException) as caught:
            await channel.send(file=discord.File(io.BytesIO(bytes(11 * MIB)), "a.bin"))
        assert (caught.value.status, caught.value.code) == (413, 40005)
        sandbox.controls.boost(sandbox.controls.guild(int(yuki.guild)), 2)
        sent = await channel.send(file=discord.File(io.BytesIO(bytes(11 * MIB)), "a.bin"))
        assert sent.attachments[0].size == 11 * MIB

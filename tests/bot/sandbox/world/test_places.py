"""Channels, threads, direct messages and servers as the real discord.py client knows them, over real sockets."""

import asyncio

import discord
import pytest

from tests.bot.sandbox.conftest import file
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.usefixtures("judged")


async def test_direct_messages_and_threads(connected, bot, yuki):
    """A command works in a direct message and in a thread, which takes its parent's age restriction."""
    heard = []

    @bot.tree.command(description="Where am I?")
    async def where(interaction):
        heard.append((type(interaction.channel).__name__, interaction.context.dm_channel))
        if isinstance(interaction.channel, discord.Thread):
            heard.append(interaction.channel.is_nsfw())
        await interaction.response.send_message("here")

    async with connected(bot):
        for channel in (yuki.direct_message, yuki.channel("first sketches"), yuki.channel("night studies")):
            await yuki.answer(await yuki.slash(channel, "where"))
        assert heard == [("DMChannel", True), ("Thread", False), False, ("Thread", False), True]
        user = await bot.fetch_user(int(yuki.id))
        await user.send("a word in private")
        await yuki.wait_for(lambda message: message["content"] == "a word in private")


async def test_channel_messages_by_the_bots_token(connected, bot, yuki):
    """Send, fetch, edit with the attachments that stay, delete: all by the bot's own token."""
    async with connected(bot):
        channel = bot.get_channel(int(yuki.channel("general")))
        async with channel.typing():
            sent = await channel.send("one", files=[file("a.png"), file("b.png", spoiler=True)])
        assert [one.filename for one in sent.attachments] == ["a.png", "SPOILER_b.png"]
        again = await channel.fetch_message(sent.id)
        edited = await again.edit(content="two", attachments=[again.attachments[0], file("c.png")])
        assert [one.filename for one in edited.attachments] == ["a.png", "c.png"]
        assert [message.content async for message in channel.history()] == ["two"]
        await edited.delete()
        await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == str(sent.id))
        with pytest.raises(discord.NotFound):
            await channel.fetch_message(sent.id)


async def test_threads_are_made_and_seen(connected, bot, yuki, ada):
    """A thread made by the bot needs the right to make one, and appears to everybody."""
    async with connected(bot):
        channel = bot.get_channel(int(yuki.channel("general")))
        message = await channel.send("start here")
        with pytest.raises(discord.Forbidden):
            await message.create_thread(name="sketches")
        right = str(1 << 35)
        await ada.call("PUT", f"/channels/{channel.id}/overwrites/{bot.user.id}", {"allow": right})
        thread = await message.create_thread(name="sketches")
        await yuki.wait_for_event("channel.create", lambda made: made["id"] == str(thread.id))
        await thread.send("inside")
        assert [one["content"] for one in await yuki.messages(str(thread.id))] == ["inside"]


async def test_a_channels_changes_reach_the_client(connected, bot, yuki, ada):
    """An age restriction, a warning before it opens, and a channel deleted, are known to the client at once."""
    async with connected(bot):
        general = bot.get_channel(int(yuki.channel("general")))
        for nsfw in (True, False):
            changed = asyncio.create_task(bot.wait_for("guild_channel_update", timeout=PATIENCE_S))
            await asyncio.sleep(0)
            await ada.call("PATCH", f"/channels/{general.id}", {"nsfw": nsfw})
            await changed
            assert general.is_nsfw() is nsfw
        changed = asyncio.create_task(bot.wait_for("guild_channel_update", timeout=PATIENCE_S))
        await asyncio.sleep(0)
        shown = await ada.call("PATCH", f"/channels/{general.id}", {"spoiler": True})
        await changed
        assert shown["channel"]["flags"] == 1 << 21
        assert general.is_nsfw() is False
        gone = asyncio.create_task(bot.wait_for("guild_channel_delete", timeout=PATIENCE_S))
        await asyncio.sleep(0)
        await ada.call("DELETE", f"/channels/{general.id}")
        await gone
        assert bot.get_channel(general.id) is None


async def test_a_kick_and_an_invitation_reach_the_client(connected, bot, ada):
    """Removed from the guild the client forgets it; invited again it knows it again."""
    async with connected(bot):
        guild = bot.guilds[0]
        for method, event in (("DELETE", "guild_remove"), ("PUT", "guild_join")):
            heard = asyncio.create_task(bot.wait_for(event, timeout=PATIENCE_S))
            await asyncio.sleep(0)
            await ada.call(method, f"/guilds/{guild.id}/members/{bot.user.id}")
            await heard
        assert [one.name for one in bot.guilds] == ["Atelier"]

"""A bot of a few lines that answers "ok": what discord.py itself can do on this machine.

python -m tests.bench._bare_bot API_URL        with the token in ESHI_TOKEN
"""

import os
import sys

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

Route.BASE = sys.argv[1]
DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sys.argv[1].replace("http", "ws", 1).removesuffix("/api/v10") + "/gateway")


class Bare(discord.AutoShardedClient):
    """Nothing but the tree."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), max_messages=None)
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        await self.tree.sync()


client = Bare()


@client.tree.command(name="ok", description="Answer.")
async def ok(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("ok")


client.run(os.environ["ESHI_TOKEN"], log_handler=None)

"""A bot of a few lines: what discord.py itself can do on this machine.

python -m tests.bench._bare_bot API_URL DATABASE        with the token in ESHI_TOKEN

/ok answers "ok". /keep does what every bot must that promises to draw something: it keeps what was asked for, so that
not even a power cut takes it, and answers with a card like Eshi's.
"""

import os
import sys

import aiosqlite
import discord
import yarl
from discord import app_commands, ui
from discord.gateway import DiscordWebSocket
from discord.http import Route

Route.BASE = sys.argv[1]
DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sys.argv[1].replace("http", "ws", 1).removesuffix("/api/v10") + "/gateway")


class Bare(discord.AutoShardedClient):
    """Nothing but the tree, and one table."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True), max_messages=None)
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        self.kept = await aiosqlite.connect(sys.argv[2], isolation_level=None)
        await self.kept.executescript(
            "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE kept (asker INTEGER, prompt TEXT)"
        )
        await self.tree.sync()


client = Bare()


@client.tree.command(name="ok", description="Answer.")
async def ok(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("ok")


@client.tree.command(name="keep", description="Keep what was asked for, and answer.")
async def keep(interaction: discord.Interaction, prompt: str, subject: str) -> None:
    words = f"{subject}, {prompt}"
    await client.kept.execute_fetchall("INSERT INTO kept VALUES (?, ?)", (interaction.user.id, words))
    buttons: ui.ActionRow[ui.LayoutView] = ui.ActionRow()
    for label, action in (("Cancel", "cancel"), ("Tell me when done", "tell")):
        buttons.add_item(ui.Button(label=label, custom_id=f"v1:000001:{action}"))
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay(f"**{words}**"), ui.TextDisplay("Kept."), buttons, accent_colour=1))
    view.stop()
    await interaction.response.send_message(view=view, allowed_mentions=discord.AllowedMentions.none())


client.run(os.environ["ESHI_TOKEN"], log_handler=None)

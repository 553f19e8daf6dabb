"""`/queue`: what somebody has in line and, for moderators, what their server has; no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord import app_commands

if TYPE_CHECKING:
    import discord

    from bot.app import Eshi


@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=True, private_channels=False)
async def _queue(interaction: discord.Interaction[Eshi]) -> None:
    await interaction.client.queue_actions.show(interaction)


def command() -> app_commands.Command[Any, ..., None]:
    return app_commands.Command(
        name="queue", description="Show your requests in line: cancel, hold or move them up.", callback=_queue
    )

"""`/settings`: what a server's admins decide; no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.config import Rating  # noqa: TC001  discord.py reads it
from bot.routes import Feature

if TYPE_CHECKING:
    from bot.actions.settings import Settings


def feature(settings: Settings) -> Feature:
    """Hand in `/settings`; Discord shows it only to those who may use it, and the bot asks again."""

    async def _show(interaction: discord.Interaction[Any]) -> None:
        await settings.open(interaction)

    @app_commands.describe(member="Whose request", channel="Where; here if you do not say", rating="Which rating")
    async def _why(
        interaction: discord.Interaction[Any],
        member: discord.Member | discord.User,
        rating: Rating,
        # Not its forums, whose posts are threads: discord.py adds a kind of channel that Discord's description lacks.
        channel: discord.TextChannel | discord.VoiceChannel | discord.Thread | None = None,
    ) -> None:
        channel_id = channel.id if channel is not None else interaction.channel_id or 0
        await settings.why(interaction, member, channel_id, rating)

    async def _export(interaction: discord.Interaction[Any]) -> None:
        await settings.send_file(interaction)

    @app_commands.describe(file="As /settings export gave it, and perhaps changed since")
    async def _import(interaction: discord.Interaction[Any], file: discord.Attachment) -> None:
        await settings.take_file(interaction, file)

    group = app_commands.Group(
        name="settings",
        description="What may be drawn in this server, where, and how much.",
        default_permissions=discord.Permissions(manage_guild=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    )
    members: list[tuple[str, str, Any]] = [
        ("show", "See and change what may be drawn in this server, and how much.", _show),
        ("why", "Tell what would become of a request, rule by rule.", _why),
        ("export", "Get the settings of this server as a file.", _export),
        ("import", "Put the settings of a file in place of this server's.", _import),
    ]
    for name, description, callback in members:
        command: app_commands.Command[Any, ..., None] = app_commands.Command(
            name=name, description=description, callback=callback
        )
        group.add_command(command)
    return Feature(commands=[group], routes=settings.routes())

"""`/settings`: what a server's admins decide; no thought here."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands

from bot.config import Rating  # noqa: TC001  discord.py reads it
from bot.routes import Feature
from bot.sentences import commands as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from bot.actions.settings import Settings
    from bot.actions.unlock import Unlocking
    from bot.actions.why import Why
    from bot.sentences.sentence import Sentence


def feature(settings: Settings, why: Why, unlocking: Unlocking) -> Feature:
    """Hand in `/settings`; Discord shows it only to those who may use it, and the bot asks again."""

    async def _show(interaction: discord.Interaction[Any]) -> None:
        await settings.open(interaction)

    @app_commands.describe(
        member=render(says.MEMBER),
        prompt=render(says.WHICH_PROMPT),
        channel=render(says.CHANNEL),
        rating=render(says.WHICH_RATING),
    )
    async def _why(
        interaction: discord.Interaction[Any],
        member: discord.Member | discord.User,
        prompt: app_commands.Range[str, 1, 6000] | None = None,
        # Not its forums, whose posts are threads: discord.py adds a kind of channel that Discord's description lacks.
        channel: discord.TextChannel | discord.VoiceChannel | discord.Thread | None = None,
        rating: Rating | None = None,
    ) -> None:
        channel_id = channel.id if channel is not None else interaction.channel_id or 0
        await why.explain(interaction, member, channel_id, rating=rating, prompt=prompt)

    @app_commands.describe(member=render(says.LOCKED_MEMBER))
    async def _unlock(interaction: discord.Interaction[Any], member: discord.Member | discord.User) -> None:
        await unlocking.unlock(interaction, member)

    async def _export(interaction: discord.Interaction[Any]) -> None:
        await settings.send_file(interaction)

    @app_commands.describe(file=render(says.FILE))
    async def _import(interaction: discord.Interaction[Any], file: discord.Attachment) -> None:
        await settings.show_file(interaction, file)

    group = app_commands.Group(
        name="settings",
        description=render(says.SETTINGS),
        default_permissions=discord.Permissions(manage_guild=True),
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    )
    members: list[tuple[str, Sentence, Any]] = [
        ("show", says.SETTINGS_SHOW, _show),
        ("why", says.SETTINGS_WHY, _why),
        ("unlock", says.SETTINGS_UNLOCK, _unlock),
        ("export", says.SETTINGS_EXPORT, _export),
        ("import", says.SETTINGS_IMPORT, _import),
    ]
    for name, description, callback in members:
        command: app_commands.Command[Any, ..., None] = app_commands.Command(
            name=name, description=render(description), callback=callback
        )
        group.add_command(command)
    return Feature(commands=[group], routes=settings.routes())

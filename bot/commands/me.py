"""`/me`: what a person keeps and what is stored about them; shown, changed and deleted by nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui

from bot.answer import NO_PINGS, tell
from bot.commands.choices import SHAPE_CHOICES, choices_of, optional_range
from bot.commands.slash import CONTEXTS, INSTALLS
from bot.request import Options
from bot.routes import Feature
from bot.sentences import commands as says
from bot.sentences.rendering import render
from bot.views.layout import layout

if TYPE_CHECKING:
    from bot.actions.me import Preferences
    from bot.care.own_data import OwnData
    from bot.commands.suggestions import Suggestions
    from bot.config import Limits
    from bot.prompt.presets import Presets
    from bot.refusals import Refusals
    from bot.sentences.sentence import Sentence

OFFERED = {
    "shape": says.SHAPE,
    "quality": says.QUALITY,
    "negative_preset": says.NEGATIVE_PRESET,
    "style": says.STYLE,
    "steps": says.STEPS,
    "count": says.COUNT,
}
"""The defaults by the names of their options, and how each is described."""


def feature(  # noqa: PLR0917  a part each
    me: Preferences, own_data: OwnData, suggestions: Suggestions, refusals: Refusals, limits: Limits, presets: Presets
) -> Feature:
    """Hand in `/me`, with the operator's limits and presets as Discord's own ranges and choices."""

    async def _show(interaction: discord.Interaction[Any]) -> None:
        await tell(interaction, await me.show_defaults(interaction.user.id))

    @app_commands.describe(**{name: render(described) for name, described in OFFERED.items()})
    @app_commands.choices(shape=SHAPE_CHOICES)
    async def _set(  # noqa: PLR0917  an option each, passed by name
        interaction: discord.Interaction[Any],
        shape: str | None = None,
        quality: str | None = None,
        negative_preset: str | None = None,
        style: str | None = None,
        steps: int | None = None,
        count: int | None = None,
    ) -> None:
        chosen = Options(
            shape=shape, quality=quality, negative_preset=negative_preset, style=style, steps=steps, count=count
        )
        await tell(interaction, await me.set_defaults(interaction.user.id, chosen))

    @app_commands.describe(what=render(says.WHAT))
    @app_commands.choices(what=[app_commands.Choice(name=name.replace("_", " "), value=name) for name in OFFERED])
    async def _reset(interaction: discord.Interaction[Any], what: str | None = None) -> None:
        await tell(interaction, await me.reset_defaults(interaction.user.id, what))

    @app_commands.describe(name=render(says.FAVOURITE_NAME), text=render(says.FAVOURITE_TEXT))
    async def _save(interaction: discord.Interaction[Any], name: str, text: str) -> None:
        await tell(interaction, await me.save_favourite(interaction.user.id, name, text))

    async def _list(interaction: discord.Interaction[Any]) -> None:
        # The text of one may be twice as long as a plain message's.
        view = layout(ui.TextDisplay(render(await me.list_favourites(interaction.user.id))))
        await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=NO_PINGS)

    async def _kept(interaction: discord.Interaction[Any], typed: str) -> list[app_commands.Choice[str]]:
        return await suggestions.favourites(interaction, f"@{typed.strip().removeprefix('@')}")

    @app_commands.describe(name=render(says.WHICH_FAVOURITE))
    @app_commands.autocomplete(name=_kept)
    async def _delete(interaction: discord.Interaction[Any], name: str) -> None:
        await tell(interaction, await me.delete_favourite(interaction.user.id, name))

    @app_commands.describe(when_done=render(says.WHEN_DONE))
    async def _tell(interaction: discord.Interaction[Any], when_done: bool) -> None:
        refusals.asked(interaction.user.id)  # they may have opened their direct messages since
        await tell(interaction, await me.tell_when_done(interaction.user.id, wanted=when_done))

    async def _export(interaction: discord.Interaction[Any]) -> None:
        await own_data.export(interaction)

    async def _forget(interaction: discord.Interaction[Any]) -> None:
        await own_data.ask_to_forget(interaction)

    _set.__annotations__ |= {
        "steps": optional_range(int, limits.min_steps, limits.max_steps),
        "count": optional_range(int, 1, limits.max_count),
    }
    offered = {"quality": presets.quality, "negative_preset": presets.negative, "style": presets.style}
    app_commands.choices(**{name: choices_of(table) for name, table in offered.items()})(_set)
    group = app_commands.Group(
        name="me",
        description=render(says.ME),
        allowed_installs=INSTALLS,
        allowed_contexts=CONTEXTS,
    )
    defaults = app_commands.Group(name="defaults", description=render(says.DEFAULTS))
    favourite = app_commands.Group(name="favourite", description=render(says.FAVOURITE))
    members: list[tuple[app_commands.Group, str, Sentence, Any]] = [
        (group, "tell", says.ME_TELL, _tell),
        (defaults, "show", says.DEFAULTS_SHOW, _show),
        (defaults, "set", says.DEFAULTS_SET, _set),
        (defaults, "reset", says.DEFAULTS_RESET, _reset),
        (favourite, "save", says.FAVOURITE_SAVE, _save),
        (favourite, "list", says.FAVOURITE_LIST, _list),
        (favourite, "delete", says.FAVOURITE_DELETE, _delete),
        (group, "export", says.ME_EXPORT, _export),
        (group, "forget", says.ME_FORGET, _forget),
    ]
    for parent, name, description, callback in members:
        command: app_commands.Command[Any, ..., None] = app_commands.Command(
            name=name, description=render(description), callback=callback
        )
        parent.add_command(command)
    group.add_command(defaults)
    group.add_command(favourite)
    return Feature(commands=[group], routes=own_data.routes())

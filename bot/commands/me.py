"""`/me`: what a person keeps and what is stored about them; shown, changed and deleted by nobody else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import discord
from discord import app_commands, ui

from bot.answer import NO_PINGS, tell
from bot.commands.choices import MAX_CHOICE_CHARS, SHAPE_CHOICES, choices_of, optional_range
from bot.request import Options

if TYPE_CHECKING:
    from bot.app import Eshi
    from bot.config import Limits
    from bot.prompt.presets import Presets

OFFERED = {
    "shape": "Size and orientation",
    "quality": "The quality words at the end",
    "negative": "The preset of what should not be in it",
    "style": "A manner of drawing",
    "steps": "More steps, finer and slower",
    "count": "How many pictures",
}
"""The defaults by the names of their options, and how each is described."""


async def _show(interaction: discord.Interaction[Eshi]) -> None:
    await tell(interaction, await interaction.client.me.show_defaults(interaction.user.id))


@app_commands.describe(**OFFERED)
@app_commands.choices(shape=SHAPE_CHOICES)
async def _set(  # noqa: PLR0917  an option each, passed by name
    interaction: discord.Interaction[Eshi],
    shape: str | None = None,
    quality: str | None = None,
    negative: str | None = None,
    style: str | None = None,
    steps: int | None = None,
    count: int | None = None,
) -> None:
    chosen = Options(shape=shape, quality=quality, negative_preset=negative, style=style, steps=steps, count=count)
    await tell(interaction, await interaction.client.me.set_defaults(interaction.user.id, chosen))


@app_commands.describe(what="Which of them; all of them if you do not say")
@app_commands.choices(
    what=[app_commands.Choice(name=name, value="negative_preset" if name == "negative" else name) for name in OFFERED]
)
async def _reset(interaction: discord.Interaction[Eshi], what: str | None = None) -> None:
    await tell(interaction, await interaction.client.me.reset_defaults(interaction.user.id, what))


@app_commands.describe(name="What you will type after the @", text="The tags that it stands for")
async def _save(interaction: discord.Interaction[Eshi], name: str, text: str) -> None:
    await tell(interaction, await interaction.client.me.save_favourite(interaction.user.id, name, text))


async def _list(interaction: discord.Interaction[Eshi]) -> None:
    view = ui.LayoutView(timeout=None)  # the text of one may be twice as long as a plain message's
    view.add_item(ui.TextDisplay(await interaction.client.me.list_favourites(interaction.user.id)))
    await interaction.response.send_message(view=view, ephemeral=True, allowed_mentions=NO_PINGS)


async def favourites(interaction: discord.Interaction[Eshi], typed: str) -> list[app_commands.Choice[str]]:
    """Complete ``@name`` at the end of a line of tags."""
    found = await interaction.client.imagine.suggest(interaction.user.id, typed, MAX_CHOICE_CHARS)
    return [app_commands.Choice(name=one.shown, value=one.line) for one in found]


async def _kept(interaction: discord.Interaction[Eshi], typed: str) -> list[app_commands.Choice[str]]:
    return await favourites(interaction, f"@{typed.strip().removeprefix('@')}")


@app_commands.describe(name="Which one")
@app_commands.autocomplete(name=_kept)
async def _delete(interaction: discord.Interaction[Eshi], name: str) -> None:
    await tell(interaction, await interaction.client.me.delete_favourite(interaction.user.id, name))


@app_commands.describe(when_done="Whether I ping you when something that took more than a minute is done")
async def _tell(interaction: discord.Interaction[Eshi], when_done: bool) -> None:
    interaction.client.refusals.asked(interaction.user.id)  # they may have opened their direct messages since
    await tell(interaction, await interaction.client.me.tell_when_done(interaction.user.id, wanted=when_done))


async def _export(interaction: discord.Interaction[Eshi]) -> None:
    await interaction.client.own_data.export(interaction)


async def _forget(interaction: discord.Interaction[Eshi]) -> None:
    await interaction.client.own_data.ask_to_forget(interaction)


def group(limits: Limits, presets: Presets) -> app_commands.Group:
    """Build `/me` with the operator's limits and presets as Discord's own ranges and choices."""
    _set.__annotations__ |= {
        "steps": optional_range(int, limits.min_steps, limits.max_steps),
        "count": optional_range(int, 1, limits.max_count),
    }
    offered = {"quality": presets.quality, "negative": presets.negative, "style": presets.style}
    app_commands.choices(**{name: choices_of(table) for name, table in offered.items()})(_set)
    me = app_commands.Group(
        name="me",
        description="What you keep, and what is stored about you.",
        allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
        allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False),
    )
    defaults = app_commands.Group(name="defaults", description="What is meant where you leave an option out.")
    favourite = app_commands.Group(name="favourite", description="Tags under a name, for @name in your tags.")
    members: list[tuple[app_commands.Group, str, str, Any]] = [
        (me, "tell", "Be told when a picture is done, or not.", _tell),
        (defaults, "show", "Show your defaults.", _show),
        (defaults, "set", "Set one or more of your defaults.", _set),
        (defaults, "reset", "Forget one of your defaults, or all of them.", _reset),
        (favourite, "save", "Keep tags under a name, or change what it stands for.", _save),
        (favourite, "list", "Show your favourites.", _list),
        (favourite, "delete", "Forget a favourite.", _delete),
        (me, "export", "Get everything that is stored about you as a file.", _export),
        (me, "forget", "Delete everything that is stored about you.", _forget),
    ]
    for parent, name, description, callback in members:
        command: app_commands.Command[Any, ..., None] = app_commands.Command(
            name=name, description=description, callback=callback
        )
        parent.add_command(command)
    me.add_command(defaults)
    me.add_command(favourite)
    return me

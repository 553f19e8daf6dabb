"""What the pages of the settings screen are made of: controls that say by their custom id what they change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import discord
from discord import ButtonStyle, ui

from bot.sentences import settings as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from bot.sentences.sentence import Sentence

CONTROL = re.compile(r"v1:set:(?P<act>[a-z_]+)(?::(?P<argument>[a-z0-9]+))?")
"""Any control of the screen."""

LISTED = 20
"""Lines of a list; more would push the controls out of sight."""

CHOSEN = 25
"""Discord's limit for what a select menu holds (developer documentation, Components, Select Menus)."""

NONE = "none"
"""Chosen as a limit or a weight, it is none."""


def text(*lines: Sentence) -> ui.TextDisplay[ui.LayoutView]:
    return ui.TextDisplay("\n".join(map(render, lines)))


def choice(act: str, labels: Mapping[str, Sentence], current: str) -> ui.ActionRow[Any]:
    """Offer one of several values, each by its label."""
    options = [
        discord.SelectOption(label=render(label), value=one, default=one == current) for one, label in labels.items()
    ]
    return _row(ui.Select[ui.LayoutView](custom_id=f"v1:set:{act}", options=options))


def several(act: str, labels: Mapping[str, Sentence], current: Collection[str], *, hint: Sentence) -> ui.ActionRow[Any]:
    """Offer any number of values, each by its label."""
    options = [
        discord.SelectOption(label=render(label), value=one, default=one in current) for one, label in labels.items()
    ]
    menu = ui.Select[ui.LayoutView](
        custom_id=f"v1:set:{act}", options=options, min_values=0, max_values=len(options), placeholder=render(hint)
    )
    return _row(menu)


def channels_menu(
    act: str, ids: Iterable[str], *, most: int, hint: Sentence, types: list[discord.ChannelType]
) -> ui.ActionRow[Any]:
    defaults = [discord.SelectDefaultValue(id=int(one), type=discord.SelectDefaultValueType.channel) for one in ids]
    return _row(
        ui.ChannelSelect[ui.LayoutView](
            custom_id=f"v1:set:{act}",
            channel_types=types,
            placeholder=render(hint),
            min_values=0,
            max_values=most,
            default_values=defaults,
        )
    )


def roles_menu(act: str, ids: Iterable[str], *, most: int, hint: Sentence) -> ui.ActionRow[Any]:
    defaults = [discord.SelectDefaultValue(id=int(one), type=discord.SelectDefaultValueType.role) for one in ids]
    return _row(
        ui.RoleSelect[ui.LayoutView](
            custom_id=f"v1:set:{act}", placeholder=render(hint), min_values=0, max_values=most, default_values=defaults
        )
    )


def switch(act: str, sentence: Sentence, *, on: bool) -> ui.Section[ui.LayoutView]:
    """Show something that is on or off; the button says what it will be, so that an old one is not pressed in vain."""
    turn = button(f"{act}:{'off' if on else 'on'}", says.TURN_OFF if on else says.TURN_ON)
    return ui.Section(text(says.switch(on, sentence)), accessory=turn)


def button(act: str, label: Sentence, style: ButtonStyle = ButtonStyle.secondary) -> Any:
    return ui.Button[ui.LayoutView](label=render(label), style=style, custom_id=f"v1:set:{act}")


def _row(item: ui.Item[ui.LayoutView]) -> ui.ActionRow[Any]:
    return ui.ActionRow[Any](item)


def fits(ids: Collection[str], known: Collection[str]) -> bool:
    """Tell whether a menu can show all of these: what it cannot show would be lost when something is chosen in it."""
    return len(ids) <= CHOSEN and all(one in known for one in ids)


def listed(lines: Sequence[Sentence]) -> list[Sentence]:
    more = len(lines) - LISTED
    return [*lines[:LISTED], *([says.and_more(more)] if more > 0 else [])]

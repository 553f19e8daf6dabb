"""What the pages of the settings screen are made of: controls that say by their custom id what they change."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import discord
from discord import ButtonStyle, ui

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

CONTROL = re.compile(r"v1:set:(?P<act>[a-z_]+)(?::(?P<argument>[a-z0-9]+))?")
"""Any control of the screen."""

LISTED = 20
"""Lines of a list; more would push the controls out of sight."""

CHOSEN = 25
"""Discord's limit for what a select menu holds (developer documentation, Components, Select Menus)."""

BY_FILE = "-# There is more here than a menu can show; `/settings export` and `import` change it."

NONE = "none"
"""Chosen as a limit or a weight, it is none."""


def text(content: str) -> ui.TextDisplay[ui.LayoutView]:
    return ui.TextDisplay(content)


def choice(act: str, labels: Mapping[str, str], current: str) -> ui.ActionRow[Any]:
    """Offer one of several values, each by its label."""
    options = [discord.SelectOption(label=label, value=one, default=one == current) for one, label in labels.items()]
    return _row(ui.Select[ui.LayoutView](custom_id=f"v1:set:{act}", options=options))


def channels_menu(
    act: str, ids: Iterable[str], *, most: int, hint: str, types: list[discord.ChannelType]
) -> ui.ActionRow[Any]:
    defaults = [discord.SelectDefaultValue(id=int(one), type=discord.SelectDefaultValueType.channel) for one in ids]
    return _row(
        ui.ChannelSelect[ui.LayoutView](
            custom_id=f"v1:set:{act}",
            channel_types=types,
            placeholder=hint,
            min_values=0,
            max_values=most,
            default_values=defaults,
        )
    )


def roles_menu(act: str, ids: Iterable[str], *, most: int, hint: str) -> ui.ActionRow[Any]:
    defaults = [discord.SelectDefaultValue(id=int(one), type=discord.SelectDefaultValueType.role) for one in ids]
    return _row(
        ui.RoleSelect[ui.LayoutView](
            custom_id=f"v1:set:{act}", placeholder=hint, min_values=0, max_values=most, default_values=defaults
        )
    )


def switch(act: str, sentence: str, *, on: bool) -> ui.Section[ui.LayoutView]:
    """Show something that is on or off; the button says what it will be, so that an old one is not pressed in vain."""
    turn = button(f"{act}:{'off' if on else 'on'}", "Turn off" if on else "Turn on")
    return ui.Section(text(f"**{'On' if on else 'Off'}**: {sentence}."), accessory=turn)


def button(act: str, label: str, style: ButtonStyle = ButtonStyle.secondary) -> Any:
    return ui.Button[ui.LayoutView](label=label, style=style, custom_id=f"v1:set:{act}")


def _row(item: ui.Item[ui.LayoutView]) -> ui.ActionRow[Any]:
    return ui.ActionRow[Any](item)


def fits(ids: Collection[str], known: Collection[str]) -> bool:
    """Tell whether a menu can show all of these: what it cannot show would be lost when something is chosen in it."""
    return len(ids) <= CHOSEN and all(one in known for one in ids)


def listed(lines: Sequence[str]) -> str:
    more = len(lines) - LISTED
    return "\n".join([*lines[:LISTED], *([f"- and {more} more, as `/settings export` tells"] if more > 0 else [])])

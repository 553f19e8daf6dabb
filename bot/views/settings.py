"""The settings screen: what holds in a server, with a control beside everything that its admins may decide.

All state is in the custom ids and the database, so a screen never dies; each control changes one thing, so an old
screen never brings back what another admin has changed since.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self, get_args

import discord
from discord import ButtonStyle, ui

from bot.answer import answering
from bot.safety.gate import WITHOUT_TAGGER
from bot.safety.policy import OpenRating
from bot.safety.ratings import ORDER, exceeds, lowest

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from bot.app import Eshi
    from bot.config import Rating
    from bot.safety.policy import OperatorPolicy, ServerPolicy

CONTROL = r"v1:set:(?P<act>[a-z_]+)(?::(?P<argument>[a-z0-9]+))?"
DENIED_FORM = re.compile(r"v1:set:denied")
"""Of the form in which denied tags are typed."""

LISTED = 20
"""Lines of a list; more would push the controls out of sight."""

CHOSEN = 25
"""Discord's limit for what a select menu holds (developer documentation, Components, Select Menus)."""

BY_FILE = "-# There is more here than a menu can show; `/settings export` and `import` change it."

TAGS_CHARS = 1200
"""Of the denied tags that are shown: with all other texts fewer than the 4,000 that a message may have."""

FORM_CHARS = 4000
TIMEOUT_S = 15 * 60.0

SETTINGS = discord.Colour(0x5B6EE1)

NONE = "none"
"""Chosen as a limit, it is none."""

DRAWABLE = [discord.ChannelType.text, discord.ChannelType.forum, discord.ChannelType.voice, discord.ChannelType.news]
PLACES = [*DRAWABLE, discord.ChannelType.category]

PAGES = {"ratings": "Ratings", "channels": "Channels", "roles": "Roles", "who": "Who may ask"}


class SettingControl(ui.DynamicItem[ui.Item[ui.LayoutView]], template=CONTROL):  # pyright: ignore[reportInvalidTypeArguments]  any button or menu
    """One control of the screen; what it does is `bot.settings`' business."""

    def __init__(self, item: ui.Item[ui.LayoutView]) -> None:
        super().__init__(item)
        match = self.template.fullmatch(self.custom_id)
        assert match is not None  # noqa: S101  discord.py has just matched it
        self.act: str = match["act"]
        self.argument: str = match["argument"] or ""

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], item: ui.Item[Any], _match: re.Match[str], /
    ) -> Self:
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        client: Eshi = interaction.client
        data: Any = interaction.data
        await answering(interaction, client.settings.act(interaction, self.act, self.argument, data.get("values", [])))


def screen(
    page: str, policy: ServerPolicy, operator: OperatorPolicy, *, known: Collection[str], chosen: str = ""
) -> ui.LayoutView:
    """Show one page of the settings as they are now.

    Args:
        page: One of `PAGES`.
        policy: What the admins decided.
        operator: What bounds it.
        known: The ids of the roles and channels that menus can show; Discord takes no others in them.
        chosen: The channel or role whose limit is about to be changed; "" is none.
    """
    match page:
        case "channels":
            items = _limits_page("channel", policy.channel_limits, chosen)
        case "roles":
            items = _limits_page("role", policy.role_limits, chosen)
        case "who":
            items = _who_page(policy, known)
        case _:
            items = _ratings_page(policy, operator, known)
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*items, _pages(page), accent_colour=SETTINGS))
    return view


def _ratings_page(
    policy: ServerPolicy, operator: OperatorPolicy, known: Collection[str]
) -> list[ui.Item[ui.LayoutView]]:
    highest = operator.highest if operator.tagger else lowest(operator.highest, WITHOUT_TAGGER)
    restricted = lowest(policy.age_restricted_limit, highest)
    here = [rating for rating in ORDER if not exceeds(rating, highest)]
    open_here = [rating for rating in get_args(OpenRating) if rating in here]
    where = _mentions("<#{}>", policy.channels) if policy.channels else "every channel"
    items: list[ui.Item[ui.LayoutView]] = [
        _text("## What may be drawn in this server"),
        _text("**Channels that are not age-restricted** get at most"),
        _choice("open_limit", open_here, lowest(policy.open_limit, highest)),
        _text(f"**Age-restricted channels** get at most{_why_no_more(operator)}"),
        _choice("age_restricted_limit", here, restricted),
        _text(f"**I draw in** {where}."),
    ]
    if _fits(policy.channels, known):
        items.append(_channels("channels", policy.channels, most=CHOSEN, hint="Every channel", types=PLACES))
    else:
        items.append(_text(BY_FILE))
    log = policy.log_channel
    told = [log] if log is not None and log in known else []
    items += [
        _text(f"**Refusals, changes and reports** are told in {f'<#{log}>' if log else 'no channel'}."),
        _channels("log_channel", told, most=1, hint="No log channel", types=[discord.ChannelType.text]),
        _switch("spoilers", "Pictures of `sensitive` are behind a spoiler", on=policy.spoilers),
        _switch("log_prompts", "The log shows prompts, not only their keyed hashes", on=policy.log_prompts),
        ui.Section(
            _text(f"**Denied tags**, besides those that are drawn nowhere: {_tags(policy.denied)}"),
            accessory=_button("denied", "Change…"),
        ),
    ]
    return items


def _limits_page(kind: str, limits: dict[str, Rating], chosen: str) -> list[ui.Item[ui.LayoutView]]:
    mention, plural, note = _KINDS[kind]
    lines = [f"- {mention.format(one)} at most `{rating}`" for one, rating in limits.items()]
    menu: ui.Item[ui.LayoutView]
    if kind == "channel":
        menu = _channels("pick_channel", [chosen] if chosen else [], most=1, hint="Choose a channel", types=PLACES)
    else:
        menu = _roles("pick_role", [chosen] if chosen else [], most=1, hint="Choose a role")
    items: list[ui.Item[ui.LayoutView]] = [
        _text(f"## Limits of {plural}"),
        _text(_listed(lines) or "There are none."),
        _text(f"-# {note}"),
        menu,
    ]
    if chosen:
        items.append(_text(f"{mention.format(chosen)} gets at most"))
        items.append(_choice(f"{kind}_limit:{chosen}", [NONE, *ORDER], limits.get(chosen, NONE)))
    return items


def _who_page(policy: ServerPolicy, known: Collection[str]) -> list[ui.Item[ui.LayoutView]]:
    items: list[ui.Item[ui.LayoutView]] = [
        _text("## Who may ask for what"),
        _text("-# A rule counts for the ratings above it as well. Without one, everybody may ask."),
    ]
    for rating in ORDER:
        needed = policy.needed_roles.get(rating)
        who = "everybody" if needed is None else _mentions("<@&{}>", needed) if needed else "nobody"
        items.append(_text(f"`{rating}`: {who}"))
        if _fits(needed or (), known):
            items.append(_roles(f"needed:{rating}", needed or (), most=CHOSEN, hint="Everybody"))
        else:
            items.append(_text(BY_FILE))
    return items


_KINDS = {
    "channel": ("<#{}>", "channels", "The limit of a channel or category can only lower what holds there."),
    "role": ("<@&{}>", "roles", "It can only lower what holds for somebody; of several roles the lowest counts."),
}


class DeniedForm(ui.Modal):
    """Tags to add and tags to take away: two admins at once undo nothing of each other's.

    Sending it is handled in `bot.app` from the custom_id alone, so that it outlives a restart.
    """

    def __init__(self, policy: ServerPolicy) -> None:
        super().__init__(title="Denied tags", custom_id="v1:set:denied", timeout=TIMEOUT_S)
        self.add_item(ui.TextDisplay(f"Now: {_tags(policy.denied)}"))
        for custom_id, label in (("added", "Tags to deny"), ("removed", "Tags to allow again")):
            field = ui.TextInput[ui.LayoutView](
                custom_id=custom_id,
                style=discord.TextStyle.paragraph,
                placeholder="spider, clown",
                required=False,
                max_length=FORM_CHARS,
            )
            self.add_item(ui.Label(text=label, component=field))


def _pages(current: str) -> ui.ActionRow[Any]:
    return ui.ActionRow[Any](
        *(
            _button(f"page:{page}", label, ButtonStyle.primary if page == current else ButtonStyle.secondary)
            for page, label in PAGES.items()
        )
    )


def _text(text: str) -> ui.TextDisplay[ui.LayoutView]:
    return ui.TextDisplay(text)


def _choice(act: str, ratings: Sequence[str], current: str) -> ui.ActionRow[Any]:
    options = [
        discord.SelectOption(label="no limit of its own" if one == NONE else one, value=one, default=one == current)
        for one in ratings
    ]
    return _row(ui.Select[ui.LayoutView](custom_id=f"v1:set:{act}", options=options))


def _channels(
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


def _roles(act: str, ids: Iterable[str], *, most: int, hint: str) -> ui.ActionRow[Any]:
    defaults = [discord.SelectDefaultValue(id=int(one), type=discord.SelectDefaultValueType.role) for one in ids]
    return _row(
        ui.RoleSelect[ui.LayoutView](
            custom_id=f"v1:set:{act}", placeholder=hint, min_values=0, max_values=most, default_values=defaults
        )
    )


def _switch(act: str, sentence: str, *, on: bool) -> ui.Section[ui.LayoutView]:
    """Show something that is on or off; the button says what it will be, so that an old one is not pressed in vain."""
    button = _button(f"{act}:{'off' if on else 'on'}", "Turn off" if on else "Turn on")
    return ui.Section(_text(f"**{'On' if on else 'Off'}**: {sentence}."), accessory=button)


def _button(act: str, label: str, style: ButtonStyle = ButtonStyle.secondary) -> Any:
    return SettingControl(ui.Button[ui.LayoutView](label=label, style=style, custom_id=f"v1:set:{act}"))


def _row(item: ui.Item[ui.LayoutView]) -> ui.ActionRow[Any]:
    control: Any = SettingControl(item)
    return ui.ActionRow[Any](control)


def _why_no_more(operator: OperatorPolicy) -> str:
    if not operator.tagger and exceeds(operator.highest, WITHOUT_TAGGER):
        return f"\n-# Nothing above `{WITHOUT_TAGGER}`: this bot has no picture tagger."
    if operator.highest != ORDER[-1]:
        return f"\n-# Nothing above `{operator.highest}`: this bot's operator decided so."
    return ""


def _fits(ids: Collection[str], known: Collection[str]) -> bool:
    """Tell whether a menu can show all of these: what it cannot show would be lost when something is chosen in it."""
    return len(ids) <= CHOSEN and all(one in known for one in ids)


def _mentions(mention: str, ids: Sequence[str]) -> str:
    shown = ", ".join(mention.format(one) for one in ids[:CHOSEN])
    return f"{shown} and {len(ids) - CHOSEN} more" if len(ids) > CHOSEN else shown


def _listed(lines: Sequence[str]) -> str:
    more = len(lines) - LISTED
    return "\n".join([*lines[:LISTED], *([f"- and {more} more, as `/settings export` tells"] if more > 0 else [])])


def _tags(tags: Sequence[str]) -> str:
    if not tags:
        return "none."
    text = discord.utils.escape_markdown(", ".join(tags))
    return text if len(text) <= TAGS_CHARS else f"{len(tags)}, as `/settings export` tells."

"""The settings screen: what holds in a server, with a control beside everything that its admins may decide.

All state is in the custom ids and the database, so a screen never dies; each control changes one thing, so an old
screen never brings back what another admin has changed since.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

import discord
from discord import ButtonStyle, ui

from bot.safety.gate import WITHOUT_TAGGER
from bot.safety.policy import OpenRating
from bot.safety.ratings import ORDER, exceeds, lowest
from bot.views.edit import TIMEOUT_S
from bot.views.layout import layout
from bot.views.queue_settings import line_page
from bot.views.setting_controls import (
    BY_FILE,
    CHOSEN,
    NONE,
    button,
    channels_menu,
    choice,
    fits,
    listed,
    roles_menu,
    switch,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Sequence

    from bot.config import Rating
    from bot.queue.allowance import Allowance
    from bot.safety.policy import OperatorPolicy, ServerPolicy

FORM = re.compile(r"v1:set:(?P<form>denied|limits:server|limits:person)")
"""Of the forms in which denied tags and limits are typed."""

TAGS_CHARS = 1200
"""Of the denied tags that are shown: with all other texts fewer than the 4,000 that a message may have."""

FORM_CHARS = 4000

SETTINGS = discord.Colour(0x5B6EE1)

DRAWABLE = [discord.ChannelType.text, discord.ChannelType.forum, discord.ChannelType.voice, discord.ChannelType.news]
PLACES = [*DRAWABLE, discord.ChannelType.category]

PAGES = {"ratings": "Ratings", "channels": "Channels", "roles": "Roles", "who": "Who may ask", "line": "Line"}


def screen(
    page: str,
    policy: ServerPolicy,
    operator: OperatorPolicy,
    *,
    limits: Allowance,
    known: Collection[str],
    chosen: str = "",
) -> ui.LayoutView:
    """Show one page of the settings as they are now.

    Args:
        page: One of `PAGES`.
        policy: What the admins decided.
        operator: What bounds it.
        limits: What bounds its line.
        known: The ids of the roles and channels that menus can show; Discord takes no others in them.
        chosen: The channel or role whose limit or weight is about to be changed; "" is none.
    """
    match page:
        case "channels":
            items = _limits_page("channel", policy.channel_limits, chosen)
        case "roles":
            items = _limits_page("role", policy.role_limits, chosen)
        case "who":
            items = _who_page(policy, known)
        case "line":
            items = line_page(policy, limits, known, chosen)
        case _:
            items = _ratings_page(policy, operator, known)
    return layout(ui.Container(*items, _pages(page), accent_colour=SETTINGS))


def _ratings_page(
    policy: ServerPolicy, operator: OperatorPolicy, known: Collection[str]
) -> list[ui.Item[ui.LayoutView]]:
    highest = operator.highest if operator.tagger else lowest(operator.highest, WITHOUT_TAGGER)
    restricted = lowest(policy.age_restricted_limit, highest)
    here = [rating for rating in ORDER if not exceeds(rating, highest)]
    open_here = [rating for rating in get_args(OpenRating) if rating in here]
    where = _mentions("<#{}>", policy.channels) if policy.channels else "every channel"
    items: list[ui.Item[ui.LayoutView]] = [
        text("## What may be drawn in this server"),
        text("**Channels that are not age-restricted** get at most"),
        choice("open_limit", _plain(open_here), lowest(policy.open_limit, highest)),
        text(f"**Age-restricted channels** get at most{_why_no_more(operator)}"),
        choice("age_restricted_limit", _plain(here), restricted),
        text(f"**I draw in** {where}."),
    ]
    if fits(policy.channels, known):
        items.append(channels_menu("channels", policy.channels, most=CHOSEN, hint="Every channel", types=PLACES))
    else:
        items.append(text(BY_FILE))
    log = policy.log_channel
    told = [log] if log is not None and log in known else []
    items += [
        text(f"**Refusals, changes and reports** are told in {f'<#{log}>' if log else 'no channel'}."),
        channels_menu("log_channel", told, most=1, hint="No log channel", types=[discord.ChannelType.text]),
        switch("spoilers", "Pictures of `sensitive` are behind a spoiler", on=policy.spoilers),
        switch("log_prompts", "The log shows prompts, not only their keyed hashes", on=policy.log_prompts),
        ui.Section(
            text(f"**Denied tags**, besides those that are drawn nowhere: {_tags(policy.denied)}"),
            accessory=button("denied", "Change…"),
        ),
    ]
    return items


def _limits_page(kind: str, limits: dict[str, Rating], chosen: str) -> list[ui.Item[ui.LayoutView]]:
    mention, plural, note = _KINDS[kind]
    lines = [f"- {mention.format(one)} at most `{rating}`" for one, rating in limits.items()]
    menu: ui.Item[ui.LayoutView]
    if kind == "channel":
        menu = channels_menu("pick_channel", [chosen] if chosen else [], most=1, hint="Choose a channel", types=PLACES)
    else:
        menu = roles_menu("pick_role", [chosen] if chosen else [], most=1, hint="Choose a role")
    items: list[ui.Item[ui.LayoutView]] = [
        text(f"## Limits of {plural}"),
        text(listed(lines) or "There are none."),
        text(f"-# {note}"),
        menu,
    ]
    if chosen:
        items.append(text(f"{mention.format(chosen)} gets at most"))
        offered = {NONE: "no limit of its own", **_plain(ORDER)}
        items.append(choice(f"{kind}_limit:{chosen}", offered, limits.get(chosen, NONE)))
    return items


def _who_page(policy: ServerPolicy, known: Collection[str]) -> list[ui.Item[ui.LayoutView]]:
    items: list[ui.Item[ui.LayoutView]] = [
        text("## Who may ask for what"),
        text("-# A rule counts for the ratings above it as well. Without one, everybody may ask."),
    ]
    for rating in ORDER:
        needed = policy.needed_roles.get(rating)
        who = "everybody" if needed is None else _mentions("<@&{}>", needed) if needed else "nobody"
        items.append(text(f"`{rating}`: {who}"))
        if fits(needed or (), known):
            items.append(roles_menu(f"needed:{rating}", needed or (), most=CHOSEN, hint="Everybody"))
        else:
            items.append(text(BY_FILE))
    return items


_KINDS = {
    "channel": ("<#{}>", "channels", "The limit of a channel or category can only lower what holds there."),
    "role": ("<@&{}>", "roles", "It can only lower what holds for somebody; of several roles the lowest counts."),
}


class DeniedForm(ui.Modal):
    """Tags to add and tags to take away: two admins at once undo nothing of each other's.

    Sending it is handled from the custom_id alone, so that it outlives a restart.
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
            button(f"page:{page}", label, ButtonStyle.primary if page == current else ButtonStyle.secondary)
            for page, label in PAGES.items()
        )
    )


def _why_no_more(operator: OperatorPolicy) -> str:
    if not operator.tagger and exceeds(operator.highest, WITHOUT_TAGGER):
        return f"\n-# Nothing above `{WITHOUT_TAGGER}`: this bot has no picture tagger."
    if operator.highest != ORDER[-1]:
        return f"\n-# Nothing above `{operator.highest}`: this bot's operator decided so."
    return ""


def _plain(ratings: Iterable[str]) -> dict[str, str]:
    return {rating: rating for rating in ratings}


def _mentions(mention: str, ids: Sequence[str]) -> str:
    shown = ", ".join(mention.format(one) for one in ids[:CHOSEN])
    return f"{shown} and {len(ids) - CHOSEN} more" if len(ids) > CHOSEN else shown


def _tags(tags: Sequence[str]) -> str:
    if not tags:
        return "none."
    text = ", ".join(tags)
    if len(text) <= TAGS_CHARS:  # nor is more than that escaped, which takes the square of its length
        text = discord.utils.escape_markdown(text)
    return text if len(text) <= TAGS_CHARS else f"{len(tags)}, as `/settings export` tells."

"""The settings screen: what holds in a server, with a control beside everything that its admins may decide.

All state is in the custom ids and the database, so a screen never dies; each control changes one thing, so an old
screen never brings back what another admin has changed since.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, get_args

import discord
from discord import ButtonStyle, ui

from bot.safety.gate import WITHOUT_TAGGER, drawable
from bot.safety.policy import OpenRating
from bot.safety.ratings import ORDER, exceeds, lowest
from bot.sentences import settings as says
from bot.sentences.joined import as_written
from bot.sentences.rendering import render
from bot.views.edit import TIMEOUT_S
from bot.views.layout import layout
from bot.views.queue_settings import line_page
from bot.views.setting_controls import (
    CHOSEN,
    NONE,
    button,
    channels_menu,
    choice,
    fits,
    listed,
    roles_menu,
    several,
    switch,
    text,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from bot.config import Rating
    from bot.queue.allowance import Allowance
    from bot.safety.policy import OperatorPolicy, ServerPolicy
    from bot.sentences.sentence import Sentence

FORM = re.compile(r"v1:set:(?P<form>denied|limits:server|limits:person)")
"""Of the forms in which denied tags and limits are typed."""

TAGS_CHARS = 1200
"""Of the denied tags that are shown: with all other texts fewer than the 4,000 that a message may have."""

FORM_CHARS = 4000

SETTINGS = discord.Colour(0x5B6EE1)

DRAWABLE = [discord.ChannelType.text, discord.ChannelType.forum, discord.ChannelType.voice, discord.ChannelType.news]
PLACES = [*DRAWABLE, discord.ChannelType.category]

PAGES = {
    "ratings": says.RATINGS_PAGE,
    "channels": says.CHANNELS_PAGE,
    "roles": says.ROLES_PAGE,
    "who": says.WHO_PAGE,
    "line": says.LINE_PAGE,
}

MODELS = "models"
"""A page, where there is more than one checkpoint."""


def screen(
    page: str,
    policy: ServerPolicy,
    operator: OperatorPolicy,
    *,
    limits: Allowance,
    known: Collection[str],
    chosen: str = "",
    models: Sequence[str] = (),
) -> ui.LayoutView:
    """Show one page of the settings as they are now.

    Args:
        page: One of `PAGES`.
        policy: What the admins decided.
        operator: What bounds it.
        limits: What bounds its line.
        known: The ids of the roles and channels that menus can show; Discord takes no others in them.
        chosen: The channel or role whose limit or weight is about to be changed; "" is none.
        models: The checkpoints that there are, as people read them, the one that draws by itself first.
    """
    match page:
        case "channels":
            items = _limits_page("channel", policy.channel_limits, drawable(operator), chosen)
        case "roles":
            items = _limits_page("role", policy.role_limits, drawable(operator), chosen)
        case "who":
            items = _who_page(policy, drawable(operator), known)
        case "line":
            items = line_page(policy, limits, known, chosen)
        case "models" if len(models) > 1:
            items = _models_page(policy, models)
        case _:
            items = _ratings_page(policy, operator, known)
    pages = [_pages(PAGES, page)]
    if len(models) > 1:  # a row holds five buttons
        pages.append(_pages({MODELS: says.MODELS_PAGE}, page))
    return layout(ui.Container(*items, *pages, accent_colour=SETTINGS))


def _models_page(policy: ServerPolicy, models: Sequence[str]) -> list[ui.Item[ui.LayoutView]]:
    """Show which checkpoints are offered here, and which one draws where nobody chooses."""
    shown = models[:CHOSEN]
    current = policy.model if policy.model in shown else shown[0]
    return [
        text(says.MODELS_HEAD),
        text(says.USUAL_MODEL),
        choice("model", _plain(shown), current),
        text(says.OFFERED_MODELS),
        several("models", _plain(shown), policy.models, hint=says.EVERY_MODEL),
    ]


def _ratings_page(
    policy: ServerPolicy, operator: OperatorPolicy, known: Collection[str]
) -> list[ui.Item[ui.LayoutView]]:
    here = drawable(operator)
    highest = here[-1]
    restricted = lowest(policy.age_restricted_limit, highest)
    open_here = [rating for rating in get_args(OpenRating) if rating in here]
    items: list[ui.Item[ui.LayoutView]] = [
        text(says.RATINGS_HEAD),
        text(says.OPEN_GET),
        choice("open_limit", _plain(open_here), lowest(policy.open_limit, highest)),
        text(says.RESTRICTED_GET, *_why_no_more(operator)),
        choice("age_restricted_limit", _plain(here), restricted),
        text(says.draws_in(policy.channels[:CHOSEN], max(0, len(policy.channels) - CHOSEN))),
    ]
    if fits(policy.channels, known):
        items.append(channels_menu("channels", policy.channels, most=CHOSEN, hint=says.EVERY_CHANNEL, types=PLACES))
    else:
        items.append(text(says.BY_FILE))
    log = policy.log_channel
    told = [log] if log is not None and log in known else []
    items += [
        text(says.told_in(log)),
        channels_menu("log_channel", told, most=1, hint=says.NO_LOG_CHANNEL, types=[discord.ChannelType.text]),
        switch("spoilers", says.SPOILERS, on=policy.spoilers),
        switch("log_prompts", says.LOG_PROMPTS, on=policy.log_prompts),
        ui.Section(
            text(says.denied_tags(_tags(policy.denied))),
            accessory=button("denied", says.CHANGE),
        ),
    ]
    return items


def _limits_page(
    kind: says.LimitedKind, limits: dict[str, Rating], ratings: Sequence[Rating], chosen: str
) -> list[ui.Item[ui.LayoutView]]:
    lines = [says.limit_of(kind, one, rating) for one, rating in limits.items()]
    menu: ui.Item[ui.LayoutView]
    if kind == "channel":
        menu = channels_menu("pick_channel", [chosen] if chosen else [], most=1, hint=says.CHOOSE_CHANNEL, types=PLACES)
    else:
        menu = roles_menu("pick_role", [chosen] if chosen else [], most=1, hint=says.CHOOSE_ROLE)
    items: list[ui.Item[ui.LayoutView]] = [
        text(says.CHANNELS_HEAD if kind == "channel" else says.ROLES_HEAD),
        text(*(listed(lines) or [says.NONE_THERE])),
        text(says.CHANNELS_NOTE if kind == "channel" else says.ROLES_NOTE),
        menu,
    ]
    if chosen:
        items.append(text(says.gets_at_most(kind, chosen)))
        offered = {NONE: says.NO_OWN_LIMIT, **_plain(ratings)}
        now = lowest(limits[chosen], ratings[-1]) if chosen in limits else NONE
        items.append(choice(f"{kind}_limit:{chosen}", offered, now))
    return items


def _who_page(policy: ServerPolicy, ratings: Sequence[Rating], known: Collection[str]) -> list[ui.Item[ui.LayoutView]]:
    """Show who may ask for what this bot draws, and for what has a rule all the same."""
    items: list[ui.Item[ui.LayoutView]] = [
        text(says.WHO_HEAD),
        text(says.WHO_NOTE),
    ]
    shown: list[Rating] = [one for one in ORDER if one in ratings or one in policy.needed_roles]
    for rating in shown:
        needed = policy.needed_roles.get(rating)
        more = max(0, len(needed or ()) - CHOSEN)
        items.append(text(says.who_may_ask(rating, None if needed is None else needed[:CHOSEN], more)))
        if fits(needed or (), known):
            items.append(roles_menu(f"needed:{rating}", needed or (), most=CHOSEN, hint=says.EVERYBODY))
        else:
            items.append(text(says.BY_FILE))
    items.append(switch("others_draw", says.OTHERS_DRAW, on=policy.others_draw))
    return items


class DeniedForm(ui.Modal):
    """Tags to add and tags to take away: two admins at once undo nothing of each other's.

    Sending it is handled from the custom_id alone, so that it outlives a restart.
    """

    def __init__(self, policy: ServerPolicy) -> None:
        super().__init__(title=render(says.DENIED_TITLE), custom_id="v1:set:denied", timeout=TIMEOUT_S)
        self.add_item(ui.TextDisplay(render(says.denied_now(_tags(policy.denied)))))
        for custom_id, label in (("added", says.TAGS_TO_DENY), ("removed", says.TAGS_TO_ALLOW)):
            field = ui.TextInput[ui.LayoutView](
                custom_id=custom_id,
                style=discord.TextStyle.paragraph,
                placeholder=render(says.TAGS_HINT),
                required=False,
                max_length=FORM_CHARS,
            )
            self.add_item(ui.Label(text=render(label), component=field))


def _pages(pages: Mapping[str, Sentence], current: str) -> ui.ActionRow[Any]:
    return ui.ActionRow[Any](
        *(
            button(f"page:{page}", label, ButtonStyle.primary if page == current else ButtonStyle.secondary)
            for page, label in pages.items()
        )
    )


def _why_no_more(operator: OperatorPolicy) -> list[Sentence]:
    if not operator.tagger and exceeds(operator.highest, WITHOUT_TAGGER):
        return [says.no_tagger(WITHOUT_TAGGER)]
    if operator.highest != ORDER[-1]:
        return [says.operators_highest(operator.highest)]
    return []


def _plain(ratings: Iterable[str]) -> dict[str, Sentence]:
    return {rating: as_written(rating) for rating in ratings}


def _tags(tags: Sequence[str]) -> Sentence:
    if not tags:
        return says.NO_TAGS
    text = ", ".join(tags)
    if len(text) <= TAGS_CHARS:  # nor is more than that escaped, which takes the square of its length
        text = discord.utils.escape_markdown(text)
    return as_written(text) if len(text) <= TAGS_CHARS else says.so_many_tags(len(tags))

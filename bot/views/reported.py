"""A reported picture: what stands in its place for everybody, and what its moderators read and press."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import discord
from discord import ui

from bot.job import ID_PATTERN
from bot.views.buttons import row
from bot.views.card import ENDED, WAITING
from bot.views.layout import layout
from bot.views.recipe import code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.job import Job
    from bot.store.reports import Report

LOCK = re.compile(rf"v1:(?P<job_id>{ID_PATTERN}):lock")
"""The menu that times the author of a picture out."""

PROMPT_CHARS = 1000
"""Of a prompt that a server wants to see in its log channel."""

LISTED = 20
"""Reports of one picture; the texts of a message have 4,000 characters."""

HOUR_S, DAY_S = 3600, 86_400
LOCKS = {
    "1 hour": HOUR_S,
    "1 day": DAY_S,
    "1 week": 7 * DAY_S,
    "30 days": 30 * DAY_S,
    "Lift the time-out": 0,
}
"""For how many seconds moderators lock an author out; the last one lets them draw again."""


class Notice(NamedTuple):
    """All that moderators are told of one job that was reported."""

    job: Job
    reports: Sequence[Report]
    locked_until: int | None
    """The author, in Unix seconds; None is not locked out."""
    prompt: str
    """"" where the server did not ask for it."""


def hidden(job: Job) -> ui.LayoutView:
    """Stand where the pictures were; where no moderator can see the message there is nothing to press."""
    items: list[ui.Item[ui.LayoutView]] = []
    if job.guild_id is None or job.private:
        items.append(ui.TextDisplay("This picture was reported, and is hidden."))
    else:
        items.append(ui.TextDisplay("This picture was reported, and is hidden until a moderator has looked at it."))
        items.append(row(job.id, "look", "restore", "remove"))
    return _framed(items)


def notice(told: Notice) -> ui.LayoutView:
    """Tell moderators who reported what, and give them something to do about it."""
    job = told.job
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay("\n".join(_lines(told)))]
    if told.prompt:
        items.append(ui.TextDisplay(code(told.prompt[:PROMPT_CHARS])))
    if _is_open(told.reports):
        items.append(row(job.id, "look", "restore", "remove"))
    elif told.reports[-1].outcome == "restored":
        items.append(row(job.id, "remove"))
    items.append(_lock_menu(job.id))
    return _framed(items, WAITING)


def looked_at(job: Job, names: Sequence[str], *, missing: str = "") -> ui.LayoutView:
    """Show a moderator alone what was reported; files of these names must come with it, and why others do not."""
    items = (
        discord.MediaGalleryItem(f"attachment://{name}", description="A reported picture.", spoiler=True)
        for name in names
    )
    author = ui.TextDisplay[ui.LayoutView](f"A picture of <@{job.user_id}>. {missing}".rstrip())
    return _framed([ui.MediaGallery(*items), author, _lock_menu(job.id)], WAITING)


def _lines(told: Notice) -> Iterator[str]:
    job = told.job
    link = f"https://discord.com/channels/{job.guild_id}/{job.channel_id}/{job.message_id}"
    where = "only they saw it" if job.private else f"[its message]({link})"
    yield f"**Reported** `{job.id}`, a picture of <@{job.user_id}> in <#{job.channel_id}>: {where}."
    if (more := len(told.reports) - LISTED) > 0:
        yield f"- {more} {'person' if more == 1 else 'people'} before them."
    for report in told.reports[-LISTED:]:
        who = "Somebody" if report.reporter_id is None else f"<@{report.reporter_id}>"
        yield f"- {who} reported it <t:{report.reported_at:.0f}:R>."
    last = told.reports[-1]
    if any(report.hides and report.outcome is None for report in told.reports):
        yield "It is hidden until one of you decides."
    elif last.outcome is None:
        restored = any(report.outcome == "restored" for report in told.reports)
        reason = "one of you restored it before" if restored else "earlier reports of this person were rejected"
        yield f"It is not hidden: {reason}."
    else:
        who = "" if last.decider_id is None else f" by <@{last.decider_id}>"
        yield f"**{last.outcome.capitalize()}**{who} <t:{last.decided_at or 0:.0f}:R>."
    if told.locked_until is not None:
        yield f"Its author cannot draw here until <t:{told.locked_until}:f>."


def _is_open(reports: Sequence[Report]) -> bool:
    return any(report.outcome is None for report in reports)


def _framed(items: Sequence[ui.Item[ui.LayoutView]], colour: discord.Colour = ENDED) -> ui.LayoutView:
    return layout(ui.Container(*items, accent_colour=colour))


def _lock_menu(job_id: str) -> ui.ActionRow[Any]:
    """Offer to time the author of a picture out."""
    options = [discord.SelectOption(label=label, value=str(seconds)) for label, seconds in LOCKS.items()]
    return ui.ActionRow[Any](
        ui.Select[ui.LayoutView](
            custom_id=f"v1:{job_id}:lock", placeholder="Time out its author for …", options=options
        )
    )

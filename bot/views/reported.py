"""A reported picture: what stands in its place for everybody, and what its moderators read and press."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import discord
from discord import ui

from bot.job import ID_PATTERN
from bot.sentences import card as pictures_said
from bot.sentences import reports as says
from bot.sentences.rendering import render
from bot.views.buttons import row
from bot.views.card import ENDED, WAITING
from bot.views.layout import layout
from bot.views.recipe import code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.job import Job
    from bot.sentences.sentence import Sentence
    from bot.store.reports import Report

LOCK = re.compile(rf"v1:(?P<job_id>{ID_PATTERN}):lock")
"""The menu that times the author of a picture out."""

PROMPT_CHARS = 1000
"""Of a prompt that a server wants to see in its log channel."""

LISTED = 20
"""Reports of one picture; the texts of a message have 4,000 characters."""

HOUR_S, DAY_S = 3600, 86_400
LOCKS = {
    HOUR_S: says.ONE_HOUR,
    DAY_S: says.ONE_DAY,
    7 * DAY_S: says.ONE_WEEK,
    30 * DAY_S: says.THIRTY_DAYS,
    0: says.LIFT,
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
        items.append(ui.TextDisplay(render(says.HIDDEN)))
    else:
        items.append(ui.TextDisplay(render(says.HIDDEN_UNTIL)))
        items.append(row(job.id, "look", "restore", "remove"))
    return _framed(items)


def notice(told: Notice) -> ui.LayoutView:
    """Tell moderators who reported what, and give them something to do about it."""
    job = told.job
    items: list[ui.Item[ui.LayoutView]] = [ui.TextDisplay("\n".join(map(render, _lines(told))))]
    if told.prompt:
        items.append(ui.TextDisplay(code(told.prompt[:PROMPT_CHARS])))
    if _is_open(told.reports):
        items.append(row(job.id, "look", "restore", "remove"))
    elif told.reports[-1].outcome == "restored":
        items.append(row(job.id, "remove"))
    items.append(_lock_menu(job.id))
    return _framed(items, WAITING)


def looked_at(job: Job, names: Sequence[str], *, lost: int = 0) -> ui.LayoutView:
    """Show a moderator alone what was reported; files of these names must come with it.

    Of so many others the files are lost.
    """
    items = (
        discord.MediaGalleryItem(f"attachment://{name}", description=render(says.REPORTED_PICTURE), spoiler=True)
        for name in names
    )
    told = [says.picture_of(job.user_id), *([pictures_said.lost(lost)] if lost else [])]
    author = ui.TextDisplay[ui.LayoutView](" ".join(map(render, told)))
    return _framed([ui.MediaGallery(*items), author, _lock_menu(job.id)], WAITING)


def _lines(told: Notice) -> Iterator[Sentence]:
    job = told.job
    link = f"https://discord.com/channels/{job.guild_id}/{job.channel_id}/{job.message_id}"
    yield says.reported(job.id, job.user_id, job.channel_id, None if job.private else link)
    if (more := len(told.reports) - LISTED) > 0:
        yield says.before_them(more)
    for report in told.reports[-LISTED:]:
        yield says.reported_by(report.reporter_id, round(report.reported_at))
    last = told.reports[-1]
    if any(report.hides and report.outcome is None for report in told.reports):
        yield says.HIDDEN_UNTIL_DECIDED
    elif last.outcome is None:
        restored = any(report.outcome == "restored" for report in told.reports)
        yield says.RESTORED_BEFORE if restored else says.REPORTS_REJECTED
    else:
        yield says.decided(last.outcome, last.decider_id, round(last.decided_at or 0))
    if told.locked_until is not None:
        yield says.author_timed_out(told.locked_until)


def _is_open(reports: Sequence[Report]) -> bool:
    return any(report.outcome is None for report in reports)


def _framed(items: Sequence[ui.Item[ui.LayoutView]], colour: discord.Colour = ENDED) -> ui.LayoutView:
    return layout(ui.Container(*items, accent_colour=colour))


def _lock_menu(job_id: str) -> ui.ActionRow[Any]:
    """Offer to time the author of a picture out."""
    options = [discord.SelectOption(label=render(label), value=str(seconds)) for seconds, label in LOCKS.items()]
    return ui.ActionRow[Any](
        ui.Select[ui.LayoutView](custom_id=f"v1:{job_id}:lock", placeholder=render(says.TIME_OUT), options=options)
    )

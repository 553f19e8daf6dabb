"""A reported picture: what stands in its place for everybody, and what its moderators read and press."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import discord
from discord import ui

from bot.job import ID_PATTERN
from bot.sentences import card as pictures_said
from bot.sentences import preview
from bot.sentences import reports as says
from bot.sentences.quoting import escaped
from bot.sentences.rendering import render
from bot.views.buttons import row
from bot.views.card import ENDED, WAITING
from bot.views.layout import layout
from bot.views.plain_markup import plain_words
from bot.views.recipe import code

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from bot.job import Job
    from bot.request import Request
    from bot.sentences.sentence import Sentence
    from bot.store.reports import Report

LOCK = re.compile(rf"v1:(?P<job_id>{ID_PATTERN}):lock")
"""The menu that times the author of a picture out."""

PROMPT_CHARS = 1000
"""Of a prompt that a server wants to see in its log channel."""

LISTED = 10
"""Reports of one picture; the texts of a message have 4,000 characters."""

WORDS_CHARS = 900
"""Of all that reporters wrote about one picture, escaped; one's own words have 300 at most, as they were typed."""

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
    items += [*_decisions(job.id, told.reports, "look"), _lock_menu(job.id)]
    return _framed(items, WAITING)


def looked_at(job: Job, names: Sequence[str], reports: Sequence[Report], *, lost: int = 0) -> ui.LayoutView:
    """Show a moderator alone what was reported, why, and the words that were asked for, with something to do about it.

    Files of these names must come with it; of so many others the files are lost. Who may look at it may read it, too.
    """
    items = (
        discord.MediaGalleryItem(f"attachment://{name}", description=render(says.REPORTED_PICTURE), spoiler=True)
        for name in names
    )
    told = [says.picture_of(job.user_id), *([pictures_said.lost(lost)] if lost else [])]
    author = " ".join(map(render, told))
    asked = says.WORDS_PRIVATE if job.private else says.ASKED_FOR
    texts = ["\n".join((author, *map(render, _said(reports)))), render(asked)]
    if not job.private:
        texts[-1] += f"\n{code(_typed(job.request)[:PROMPT_CHARS])}"
    displays = (ui.TextDisplay[ui.LayoutView](text) for text in texts)
    return _framed([ui.MediaGallery(*items), *displays, *_decisions(job.id, reports), _lock_menu(job.id)], WAITING)


def over(said: Sentence) -> ui.LayoutView:
    """Stand where a moderator looked at pictures, once it is decided about them."""
    return _framed([ui.TextDisplay(render(said))])


def _typed(request: Request) -> str:
    """Give what somebody asked for, a line for each option."""
    fields = [request.subject, request.character, request.series, request.tags]
    if request.negative:
        fields.append(render(preview.plain_negative_prompt(request.negative)))
    return "\n".join(filter(None, fields))


def _decisions(job_id: str, reports: Sequence[Report], *before: str) -> list[ui.ActionRow[Any]]:
    """Offer what can be decided, behind what comes before it."""
    if any(report.open for report in reports):
        return [row(job_id, *before, "restore", "remove")]
    outcomes = [report.outcome for report in reports if report.outcome is not None]
    return [row(job_id, "remove")] if outcomes[-1:] == ["restored"] else []


def _lines(told: Notice) -> Iterator[Sentence]:
    job = told.job
    link = f"https://discord.com/channels/{job.guild_id}/{job.channel_id}/{job.message_id}"
    yield says.reported(job.id, job.user_id, job.channel_id, None if job.private else link)
    yield from _said(told.reports)
    standing = [report for report in told.reports if report.withdrawn_at is None]
    if not standing:
        yield says.ALL_TAKEN_BACK
    elif any(report.hides and report.open for report in standing):
        yield says.HIDDEN_UNTIL_DECIDED
    elif (last := standing[-1]).outcome is None:
        restored = any(report.outcome == "restored" for report in told.reports)
        yield says.RESTORED_BEFORE if restored else says.REPORTS_REJECTED
    else:
        yield says.decided(last.outcome, last.decider_id, round(last.decided_at or 0))
    if told.locked_until is not None:
        yield says.author_timed_out(told.locked_until)


def _said(reports: Sequence[Report]) -> list[Sentence]:
    """Say who reported a picture and why, the oldest first; of words the newest, as far as there is room for them."""
    lines: list[Sentence] = []
    room = WORDS_CHARS
    for report in reversed(reports[-LISTED:]):
        words = plain_words(report.words)
        words = words if len(escaped(words)) <= room else ""
        room -= len(escaped(words))
        lines.append(_line(report, words))
    if (more := len(reports) - LISTED) > 0:
        lines.append(says.before_them(more))
    return lines[::-1]


def _line(report: Report, words: str) -> Sentence:
    at = round(report.reported_at)
    if report.reason:
        said = says.reported_for(report.reporter_id, at, says.reason(report.reason), words)
    else:
        said = says.reported_by(report.reporter_id, at)
    return said if report.withdrawn_at is None else says.taken_back(said, round(report.withdrawn_at))


def _framed(items: Sequence[ui.Item[ui.LayoutView]], colour: discord.Colour = ENDED) -> ui.LayoutView:
    return layout(ui.Container(*items, accent_colour=colour))


def _lock_menu(job_id: str) -> ui.ActionRow[Any]:
    """Offer to time the author of a picture out."""
    options = [discord.SelectOption(label=render(label), value=str(seconds)) for seconds, label in LOCKS.items()]
    return ui.ActionRow[Any](
        ui.Select[ui.LayoutView](custom_id=f"v1:{job_id}:lock", placeholder=render(says.TIME_OUT), options=options)
    )

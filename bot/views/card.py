"""A job's one message in each of its states: in line, drawing, result, or the sentence that ended it."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING

import discord
from discord import ui

from bot.job import State
from bot.request import SHAPES
from bot.views.buttons import row
from bot.views.layout import layout
from engine.grammar import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.job import Job
    from bot.queue.forecast import Wait
    from bot.request import Request

WAITING = discord.Colour(0x8A8FA3)
DRAWING = discord.Colour(0xE8A33D)
DONE = discord.Colour(0x4FA36C)
ENDED = discord.Colour(0xB4545C)

TITLE_CHARS = 160
ALT_CHARS = 1024
"""Discord's limit for the description of a gallery item (developer documentation, Components, Media Gallery)."""
BAR_CELLS = 16


def waiting(job: Job, wait: Wait, *, engine: str = "") -> ui.LayoutView:
    """Show a place in line, and what the engine is about where it does not draw."""
    line = in_line(wait, engine) + _why_again(job)
    return _card(WAITING, title(job.request), line, row(job.id, "cancel", "tell"))


def in_line(wait: Wait, engine: str) -> str:
    """Tell a place in line, and when the pictures should be there as a time that Discord counts down."""
    if wait.place is None:
        return "A moderator has paused this server's line." if wait.paused else "On hold."
    place = "Next in line." if wait.place == 1 else f"Number {'' if wait.exact else 'about '}{wait.place} in line."
    if engine:
        return f"{place} {engine}"
    return place if wait.ready_at is None else f"{place} Expected <t:{wait.ready_at:.0f}:R>."


def standing(job: Job, line: str) -> ui.LayoutView:
    """Say how it stands with a job whose message is somewhere else."""
    place = job.guild_id or "@me"
    link = f"https://discord.com/channels/{place}/{job.channel_id}/{job.message_id}"
    line = line if job.private else f"{line} [Its message]({link}) tells how far it is."
    return _card(WAITING, title(job.request), line, row(job.id, "cancel", "tell"))


def drawing(
    job: Job, steps_done: int, steps_total: int, *, previews: Sequence[str] = (), spoiler: bool = False
) -> ui.LayoutView:
    """Show how far it is; files of these names must come with the edit."""
    filled = BAR_CELLS * steps_done // steps_total if steps_total else 0
    bar = "▰" * filled + "▱" * (BAR_CELLS - filled)
    line = f"`{bar}` step {steps_done} of {steps_total}{_why_again(job)}"
    gallery = [_gallery(previews, "An unfinished preview.", spoiler=spoiler)] if previews else []
    return _card(DRAWING, *gallery, title(job.request), line, row(job.id, "cancel", "tell"))


def _why_again(job: Job) -> str:
    return "\n-# The file of a picture was damaged before I could show it, so I draw it again." if job.redrawn else ""


def promise(job: Job) -> ui.LayoutView:
    """Say where the pictures will be, while the message can still be edited."""
    line = f"This takes longer than I can change this message. Afterwards `/show id:{job.id}` brings the result."
    return _card(DRAWING, title(job.request), line, row(job.id, "show", "cancel", "tell"))


def result(
    job: Job, names: Sequence[str], *, spoiler: bool, missing: str = "", note: str | None = None
) -> ui.LayoutView:
    """Show the pictures, in order; files of these names must come with the edit.

    Args:
        job: Its request and who asked.
        names: Of the files that are shown.
        spoiler: They are behind one.
        missing: Why others of the job are not among them.
        note: What was done to the pictures; None: nothing.
    """
    request = job.request
    last = (request.seed + request.count - 1) % 2**32
    seeds = f"seed {request.seed}" if request.count == 1 else f"seeds {request.seed} to {last}"
    facts = (
        f"<@{job.user_id}>",
        seeds,
        f"{request.sampling.width}×{request.sampling.height}",
        f"{request.sampling.num_inference_steps} steps",
        f"{job.engine_s or 0:.1f} s",
    )
    line = " · ".join(facts) + (f"\n{missing}" if missing else "")
    line += "\n-# Drawn by AI." + (f" {note}" if note else "")
    gallery = _gallery(names, alt_text(request), spoiler=spoiler)
    again, after = row(job.id, "reroll", "edit", "recipe"), row(job.id, "spoiler", "delete", "report")
    return _card(DONE, gallery, title(request), line, again, after)


def ended(job: Job, sentence: str) -> ui.LayoutView:
    """Say why there is no picture; what was asked for can be changed and asked again."""
    return _card(ENDED, title(job.request), sentence, row(job.id, "reroll", "edit", "delete"))


def over(job: Job) -> ui.LayoutView:
    """Say how a job ended without pictures; what is refused without its words: they may not suit the place any more."""
    if job.state is State.REFUSED:
        return _card(ENDED, f"<@{job.user_id}> {job.error}", row(job.id, "reroll", "edit", "delete"))
    return ended(job, job.error or "")


def dropped(pictures: int) -> str:
    """Say that so many were drawn, and are gone."""
    if pictures == 0:
        return ""
    if pictures == 1:
        return "One picture came out above the rating that is allowed here, so it is neither shown nor kept."
    return f"{pictures} pictures came out above the rating that is allowed here, so they are neither shown nor kept."


def not_here(pictures: int) -> str:
    """Say that so many are there, and may be shown in other places only."""
    if pictures == 0:
        return ""
    if pictures == 1:
        return "One more picture is above the rating that is allowed here."
    return f"{pictures} more pictures are above the rating that is allowed here."


def lost(pictures: int) -> str:
    """Say that the files of so many are damaged or gone."""
    if pictures == 0:
        return ""
    if pictures == 1:
        return "The file of one picture was damaged on my disk, so it cannot be shown any more."
    return f"The files of {pictures} pictures were damaged on my disk, so they cannot be shown any more."


def kept(job: Job) -> ui.LayoutView:
    """Say why the pictures are not here, and how to get them."""
    line = f"{job.kept} The pictures are drawn: `/show id:{job.id}` brings them."
    return _card(DONE, title(job.request), line, row(job.id, "show", "reroll", "edit", "delete"))


def apology(code: str, fits: tuple[int, int] | None = None) -> str:
    """Say to a member what an `engine.wire.ErrorCode` says to the operator.

    Args:
        code: The engine's.
        fits: Width and height that it had room for; None: it found none.
    """
    match code:
        case "invalid_parameters":
            return "The model cannot draw this combination of size and settings."
        case "out_of_memory":
            return f"The graphics card has no room for a picture of this size. {_advice(fits)}"
        case "numerical_failure":
            return "The picture came out black. Another seed or lower guidance usually helps."
        case "rating_failed":
            return "The picture filter did not answer, so nothing is shown. It is in the operator's log."
        case "withheld":
            return "What came out must not be shown to anybody, so nothing is kept. Please change the words."
        case _:
            return "The engine could not draw this. It is in the operator's log."


def _advice(fits: tuple[int, int] | None) -> str:
    """Name a shape that has room, as far as that is known."""
    if fits is None:
        return "It has none for smaller ones either just now; please try again later."
    width, height = fits
    shapes = {name: sides for name, sides in SHAPES.items() if sides[0] * sides[1] <= width * height}
    if not shapes:
        return f"It has room for {width}×{height}, which is smaller than every shape that I offer."
    nearest = min(shapes, key=lambda name: abs(log(shapes[name][0] * height / (shapes[name][1] * width))))
    return f"It has room for {width}×{height}: the shape “{nearest}” fits."


def alt_text(request: Request) -> str:
    """Describe the picture for those who cannot see it, from its tags, as text without markup."""
    parts = [plain_text(part).strip() for part in (request.subject, request.character, request.series, request.tags)]
    words = "; ".join(part for part in parts if part)
    return _shorten(f"An anime picture drawn by AI: {words}.", ALT_CHARS)


def title(request: Request) -> str:
    """Name a request in a line of markup."""
    # Mentions cannot ping (every send and edit forbids it) and must not look as if they did.
    return f"**{discord.utils.escape_mentions(discord.utils.escape_markdown(caption(request)))}**"


def caption(request: Request) -> str:
    """Name a request in a line, as it was typed."""
    named = [request.character, request.series] if request.character or request.series else [request.subject]
    parts = [plain_text(part).strip() for part in (*named, request.tags)]
    return _shorten(" · ".join(part for part in parts if part), TITLE_CHARS)


def _gallery(names: Iterable[str], description: str, *, spoiler: bool) -> ui.MediaGallery[ui.LayoutView]:
    return ui.MediaGallery(
        *(discord.MediaGalleryItem(f"attachment://{name}", description=description, spoiler=spoiler) for name in names)
    )


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip(" ,;") + "…"


def _card(colour: discord.Colour, *parts: str | ui.Item[ui.LayoutView]) -> ui.LayoutView:
    items = [ui.TextDisplay[ui.LayoutView](part) if isinstance(part, str) else part for part in parts]
    return layout(ui.Container(*items, accent_colour=colour))

"""A job's one message in each of its states: in line, drawing, result, or the sentence that ended it."""

from __future__ import annotations

import io
from math import log
from typing import TYPE_CHECKING

import discord
from discord import ui

from bot.request import SHAPES
from bot.views.buttons import row
from engine.grammar import plain_text

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.job import Job
    from bot.request import Request

WAITING = discord.Colour(0x8A8FA3)
DRAWING = discord.Colour(0xE8A33D)
DONE = discord.Colour(0x4FA36C)
ENDED = discord.Colour(0xB4545C)

TITLE_CHARS = 160
ALT_CHARS = 1024
"""Discord's limit for the description of a gallery item (developer documentation, Components, Media Gallery)."""
BAR_CELLS = 16


def waiting(job: Job, place: int, *, engine: str = "") -> ui.LayoutView:
    """Show a place in line, counted from 1, and what the engine is about where it does not draw."""
    return _card(WAITING, _title(job.request), in_line(place, engine), row(job.id, "cancel"))


def in_line(place: int, engine: str) -> str:
    line = "Next in line." if place <= 1 else f"Number {place} in line."
    return f"{line} {engine}".rstrip()


def drawing(job: Job, steps_done: int, steps_total: int, *, previews: int = 0, spoiler: bool = False) -> ui.LayoutView:
    """Show how far it is; as many files by `file_name` must come with the edit."""
    filled = BAR_CELLS * steps_done // steps_total if steps_total else 0
    bar = "▰" * filled + "▱" * (BAR_CELLS - filled)
    line = f"`{bar}` step {steps_done} of {steps_total}"
    gallery = [_gallery(job, previews, "An unfinished preview.", spoiler=spoiler)] if previews else []
    return _card(DRAWING, *gallery, _title(job.request), line, row(job.id, "cancel"))


def result(job: Job, pictures: int, *, spoiler: bool, stopped: int = 0) -> ui.LayoutView:
    """Show the pictures, in order; as many files by `file_name` must come with the edit.

    Args:
        job: Its request and who asked.
        pictures: How many are shown.
        spoiler: They are behind one.
        stopped: How many more were drawn and may not be shown.
    """
    request = job.request
    last = (request.seed + request.count - 1) % 2**32
    seeds = f"seed {request.seed}" if request.count == 1 else f"seeds {request.seed} to {last}"
    facts = (
        f"<@{job.user_id}>",
        seeds,
        f"{request.width}×{request.height}",
        f"{request.steps} steps",
        f"{job.engine_s or 0:.1f} s",
    )
    line = " · ".join(facts) + (f"\n{_stopped(stopped)}" if stopped else "") + "\n-# Drawn by AI."
    gallery = _gallery(job, pictures, alt_text(request), spoiler=spoiler)
    again, after = row(job.id, "reroll", "edit", "recipe"), row(job.id, "spoiler", "delete", "report")
    return _card(DONE, gallery, _title(request), line, again, after)


def ended(job: Job, sentence: str) -> ui.LayoutView:
    """Say why there is no picture; what was asked for can be changed and asked again."""
    return _card(ENDED, _title(job.request), sentence, row(job.id, "reroll", "edit", "delete"))


def refused(job: Job, sentence: str) -> ui.LayoutView:
    """Say what is no longer allowed, without the words: they may not suit the place any more."""
    return _card(ENDED, f"<@{job.user_id}> {sentence}", row(job.id, "reroll", "edit", "delete"))


def _stopped(pictures: int) -> str:
    if pictures == 1:
        return "One picture came out above the rating that is allowed here, so it is neither shown nor kept."
    return f"{pictures} pictures came out above the rating that is allowed here, so they are neither shown nor kept."


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


def file_name(job: Job, position: int) -> str:
    return f"eshi-{job.id}-{position + 1}.png"


def files(job: Job, pictures: Mapping[int, bytes]) -> Callable[[], list[discord.File]]:
    """Open what a card refers to, by number; anew for every try, because sending consumes files."""
    in_order = [pictures[number] for number in sorted(pictures)]

    def opened() -> list[discord.File]:
        return [
            discord.File(io.BytesIO(data), filename=file_name(job, position)) for position, data in enumerate(in_order)
        ]

    return opened


def alt_text(request: Request) -> str:
    """Describe the picture for those who cannot see it, from its tags, as text without markup."""
    parts = [plain_text(part).strip() for part in (request.subject, request.character, request.series, request.tags)]
    words = "; ".join(part for part in parts if part)
    return _shorten(f"An anime picture drawn by AI: {words}.", ALT_CHARS)


def _title(request: Request) -> str:
    named = [request.character, request.series] if request.character or request.series else [request.subject]
    parts = [plain_text(part).strip() for part in (*named, request.tags)]
    text = _shorten(" · ".join(part for part in parts if part), TITLE_CHARS)
    # Mentions cannot ping (every send and edit forbids it) and must not look as if they did.
    return f"**{discord.utils.escape_mentions(discord.utils.escape_markdown(text))}**"


def _gallery(job: Job, files: int, description: str, *, spoiler: bool) -> ui.MediaGallery[ui.LayoutView]:
    return ui.MediaGallery(
        *(
            discord.MediaGalleryItem(
                f"attachment://{file_name(job, position)}", description=description, spoiler=spoiler
            )
            for position in range(files)
        )
    )


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip(" ,;") + "…"


def _card(colour: discord.Colour, *parts: str | ui.Item[ui.LayoutView]) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    items = [ui.TextDisplay[ui.LayoutView](part) if isinstance(part, str) else part for part in parts]
    view.add_item(ui.Container(*items, accent_colour=colour))
    return view

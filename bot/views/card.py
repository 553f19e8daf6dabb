"""A job's one message in each of its states: in the queue, drawing, result, or the sentence that ended it."""

from __future__ import annotations

from math import log
from typing import TYPE_CHECKING, Any

import discord
from discord import ui

from bot.follow_up import kind_of
from bot.job import State
from bot.request import SHAPES, passes_of, picture_seeds, size_of
from bot.safety.ratings import spoilered
from bot.sentences import card as says
from bot.sentences import ends, loras, models, more, queue
from bot.sentences.rendering import render
from bot.views.buttons import menu, row
from bot.views.layout import layout
from bot.views.plain_markup import plain_markup
from engine.grammar import plain_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from bot.job import Job
    from bot.queue.forecast import Wait
    from bot.request import Request
    from bot.sentences.sentence import Sentence

WAITING = discord.Colour(0x8A8FA3)
DRAWING = discord.Colour(0xE8A33D)
DONE = discord.Colour(0x4FA36C)
ENDED = discord.Colour(0xB4545C)

TITLE_CHARS = 160
ALT_CHARS = 1024
"""Discord's limit for the description of a gallery item (developer documentation, Components, Media Gallery)."""
BAR_CELLS = 16

OFTEN = ("reroll", "edit", "recipe")
"""The first row under pictures."""

MORE = ("vary", "enlarge", "extend", "detail")
"""The second row: what draws more of one picture. The menu is the last."""

DRAFTED = "properly"
"""Before them under a draft."""

RARE = ("exactly", "spoiler", "report", "delete")
"""The menu under pictures that others see."""

RARE_ALONE = ("exactly", "delete")
"""The menu under what one person alone sees."""

WITHOUT_PICTURES = ("delete",)
"""The menu where there are none."""


def waiting(job: Job, wait: Wait, *, engine: Sentence | None = None) -> ui.LayoutView:
    """Show a place in the queue, and what the engine is about where it does not draw."""
    line = render(in_line(wait, engine)) + _aside(job)
    return _card(WAITING, title(job.request), line, row(job.id, "cancel", "tell"))


def restored(job: Job) -> ui.LayoutView:
    """Say that it waits for its asker, because nobody knows what became of it."""
    return _card(WAITING, title(job.request), render(queue.RESTORED), row(job.id, "cancel", "tell"))


def in_line(wait: Wait, engine: Sentence | None) -> Sentence:
    """Tell a place in the queue, and when the pictures should be there as a time that Discord counts down."""
    if wait.place is None:
        if wait.blocked:
            return queue.SERVER_BLOCKED
        return queue.PAUSED if wait.paused else queue.ON_HOLD
    if engine is not None:
        return queue.in_line_for_the_engine(wait.place, wait.exact, engine)
    return queue.in_line(wait.place, wait.exact, None if wait.ready_at is None else round(wait.ready_at))


def standing(job: Job, line: Sentence) -> ui.LayoutView:
    """Say how it stands with a job whose message is somewhere else."""
    told = says.standing(line, job.link) if job.link else line
    return _card(WAITING, title(job.request), render(told), row(job.id, "cancel", "tell"))


def drawing(
    job: Job, steps_done: int, steps_total: int, *, previews: Sequence[str] = (), spoiler: bool = False
) -> ui.LayoutView:
    """Show how far it is; files of these names must come with the edit."""
    filled = BAR_CELLS * steps_done // steps_total if steps_total else 0
    bar = "▰" * filled + "▱" * (BAR_CELLS - filled)
    line = f"`{bar}` {render(how_far(steps_done, steps_total))}{_aside(job)}"
    gallery = [_gallery(previews, render(says.PREVIEW), spoiler=spoiler)] if previews else []
    return _card(DRAWING, *gallery, title(job.request), line, row(job.id, "cancel", "tell"))


def how_far(steps_done: int, steps_total: int) -> Sentence:
    """Say how far a job is that is being drawn."""
    return says.FINISHING if 0 < steps_total <= steps_done else says.step(steps_done, steps_total)


def _aside(job: Job) -> str:
    said = [*made_from(job.request), *([says.DAMAGED] if job.redrawn else []), *_drawing_card(job)]
    return "".join(f"\n-# {render(one)}" for one in said)


def _drawing_card(job: Job) -> tuple[Sentence, ...]:
    """Say which of several cards draws it."""
    card = _card_of(job) if job.state is State.RUNNING else 0
    return (says.drawn_by_card(card),) if card else ()


def _card_of(job: Job) -> int:
    return 0 if job.drawn_with is None else job.drawn_with.card


def made_from(request: Request) -> tuple[Sentence, ...]:
    """Name the picture that a request makes more of; nothing where it was asked for in words."""
    kind, parent = kind_of(request), request.parent
    if kind is None or parent is None:
        return ()
    return (more.made_from(kind, parent.number + 1, parent.job_id, parent.link),)


def _begun_anew(job: Job) -> tuple[Sentence, ...]:
    """Say where a follow-up could not begin with what its picture was decoded from; a part of it never does."""
    if job.request.parent is None or job.request.strength is None or job.request.change is not None:
        return ()
    return {"pixels": (says.FROM_PIXELS,), "noise": (says.DRAWN_AGAIN,)}.get(job.begins or "", ())


def promise(job: Job) -> ui.LayoutView:
    """Say where the pictures will be, while the message can still be edited."""
    return _card(DRAWING, title(job.request), render(says.promise(job.id)), row(job.id, "show", "cancel", "tell"))


def result(
    job: Job,
    names: Sequence[str],
    *,
    spoiler: bool,
    missing: Sequence[Sentence] = (),
    note: Sentence | None = None,
    alone: bool = False,
) -> ui.LayoutView:
    """Show the pictures, in order; files of these names must come with the edit.

    Args:
        job: Its request and who asked.
        names: Of the files that are shown.
        spoiler: They are behind one.
        missing: Why others of the job are not among them.
        note: What was done to the pictures; None: nothing.
        alone: This copy is for one person's eyes, whoever sees the job's message.
    """
    request = job.request
    seeds, passes = picture_seeds(request), passes_of(request)
    width, height = size_of(request)
    facts = (
        f"<@{job.user_id}>",
        *([render(says.model(request.model))] if request.model else []),
        *([render(says.DRAFT)] if request.draft is not None else []),
        render(says.seeds(seeds[0], seeds[-1])),
        render(says.size(width, height, _shape_of(request))),
        render(says.steps(sum(one.steps for one in passes))),
        render(says.guidance(request.sampling.guidance_scale)),
        render(says.seconds(job.engine_s or 0)),
        *([render(says.card(card))] if (card := _card_of(job)) else []),
    )
    avoided = [] if spoilered(request.rating) or not request.negative else [render(says.without(_avoided(request)))]
    told = map(render, (*missing, *made_from(request), *_begun_anew(job)))
    line = "\n".join((" · ".join(facts), *avoided, *told, f"-# {render(says.DRAWN_BY_AI)}"))
    line += f" {render(note)}" if note else ""
    gallery = _gallery(names, alt_text(request), spoiler=spoiler)
    rare = RARE_ALONE if alone or job.private else RARE
    return _card(
        DONE, gallery, title(request), line, row(job.id, *OFTEN), row(job.id, *_more(request)), menu(job.id, *rare)
    )


def _more(request: Request) -> tuple[str, ...]:
    """Give the second row: under a draft it begins with the proper picture."""
    return MORE if request.draft is None else (DRAFTED, *MORE)


def ended(job: Job, *sentences: Sentence) -> ui.LayoutView:
    """Say why there is no picture; what was asked for can be changed and asked again."""
    return _card(ENDED, title(job.request), " ".join(map(render, sentences)), *_without_pictures(job))


def over(job: Job) -> ui.LayoutView:
    """Say how a job ended without pictures; what is refused without its words: they may not suit the place any more."""
    if job.state is State.REFUSED:
        why = f"<@{job.user_id}> {render(job.error or ends.SORRY)}"
        return _card(ENDED, why, *_without_pictures(job))
    return ended(job, job.error or ends.SORRY)


def kept(job: Job) -> ui.LayoutView:
    """Say why the pictures are not here, and how to get them."""
    line = says.kept(job.kept or ends.NOT_TAKEN, job.id)
    rows = row(job.id, "show", "reroll", "edit"), menu(job.id, *WITHOUT_PICTURES)
    return _card(DONE, title(job.request), render(line), *rows)


def _without_pictures(job: Job) -> tuple[ui.ActionRow[Any], ui.ActionRow[Any]]:
    return row(job.id, "reroll", "edit"), menu(job.id, *WITHOUT_PICTURES)


def apology(code: str, fits: tuple[int, int] | None = None) -> Sentence:
    """Say to a member what an `engine.wire.ErrorCode` says to the operator.

    Args:
        code: The engine's.
        fits: Width and height that it had room for; None: it found none.
    """
    match code:
        case "invalid_parameters":
            return ends.INVALID_PARAMETERS
        case "out_of_memory":
            return _no_room(fits)
        case "numerical_failure":
            return ends.NUMERICAL_FAILURE
        case "rating_failed":
            return ends.RATING_FAILED
        case "withheld":
            return ends.WITHHELD
        case "model_refused":
            return models.REFUSED
        case "lora_refused":
            return loras.REFUSED
        case _:
            return ends.ENGINE_FAILED


def _no_room(fits: tuple[int, int] | None) -> Sentence:
    """Name a shape that has room, as far as that is known."""
    if fits is None:
        return ends.NO_ROOM_AT_ALL
    width, height = fits
    shapes = {name: sides for name, sides in SHAPES.items() if sides[0] * sides[1] <= width * height}
    if not shapes:
        return ends.no_room_for_any_shape(width, height)
    nearest = min(shapes, key=lambda name: abs(log(shapes[name][0] * height / (shapes[name][1] * width))))
    return ends.no_room(width, height, nearest)


def alt_text(request: Request) -> str:
    """Describe the picture for those who cannot see it, from its tags, as text without markup.

    What has to stand behind a spoiler is not told in front of it.
    """
    parts = [plain_text(part).strip() for part in (request.subject, request.character, request.series, request.tags)]
    words = "; ".join(part for part in parts if part)
    if spoilered(request.rating):
        return render(says.neutral_alt_text(request.rating))
    return _shorten(render(says.alt_text(words)), ALT_CHARS)


def title(request: Request) -> str:
    """Name a request in a line of markup, above sensitive without its words: they stand in front of the spoiler."""
    if spoilered(request.rating):
        return f"**{render(says.neutral_title(request.rating))}**"
    return f"**{plain_markup(caption(request))}**"


def caption(request: Request) -> str:
    """Name a request in a line, as it was typed."""
    named = [request.character, request.series] if request.character or request.series else [request.subject]
    parts = [plain_text(part).strip() for part in (*named, request.tags)]
    style = f" · {request.style}" if request.style else ""
    return _shorten(" · ".join(part for part in parts if part), TITLE_CHARS - len(style)) + style


def _avoided(request: Request) -> str:
    return plain_markup(_shorten(plain_text(request.negative).strip(), TITLE_CHARS))


def _shape_of(request: Request) -> str | None:
    size = (request.sampling.width, request.sampling.height)
    return next((name for name, sides in SHAPES.items() if sides == size), None)


def _gallery(names: Iterable[str], description: str, *, spoiler: bool) -> ui.MediaGallery[ui.LayoutView]:
    return ui.MediaGallery(
        *(discord.MediaGalleryItem(f"attachment://{name}", description=description, spoiler=spoiler) for name in names)
    )


def _shorten(text: str, limit: int) -> str:
    return text if len(text) <= limit else text[: limit - 1].rstrip(" ,;") + "…"


def _card(colour: discord.Colour, *parts: str | ui.Item[ui.LayoutView]) -> ui.LayoutView:
    items = [ui.TextDisplay[ui.LayoutView](part) if isinstance(part, str) else part for part in parts]
    return layout(ui.Container(*items, accent_colour=colour))

"""The private message between Edit or Remix and the picture: all that is kept, and what changes and draws it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, NamedTuple

import discord
from discord import ButtonStyle, ui

from bot.job import ID_PATTERN
from bot.safety.ratings import ORDER, exceeds
from bot.sentences import card, edit, uploads
from bot.sentences.rendering import render
from bot.views.card import WAITING
from bot.views.edit import FIELDS, as_typed
from bot.views.layout import layout
from bot.views.plain_markup import plain_markup
from engine.marking import AREAS, OF_A_PERSON

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.config import Rating
    from bot.sentences.sentence import Sentence
    from bot.store.forms import OpenForm

PRESS = re.compile(rf"v1:form:(?P<form_id>{ID_PATTERN}):(?P<act>draw|words|style|numbers|rating|area)")
"""What stands under it."""

WHICH = re.compile(r"v1:form:which")
"""The menu of pictures; a choice is the id of the form that one was read into."""

SHOWN_NOTES = 12
"""More would push the rest out of sight."""

WORDS_CHARS = 200
"""Of each text, before it is escaped; the whole of it is in its form. A message has 4,000 in all."""

NAME_CHARS = 40
"""Of a preset's name, which an operator may have made long."""

NOTES_CHARS = 1000
"""Of all notes together."""

SPOKEN_CHARS = 80
"""Of what tells one picture from another."""


class EditState(NamedTuple):
    """What somebody is about to ask for, as it stands."""

    form_id: str
    form: OpenForm
    highest: Rating
    """What may be drawn in this channel; no more is offered."""
    wrong: Sequence[Sentence] = ()
    """What keeps it from being drawn, or was not read."""


def screen(step: EditState) -> ui.LayoutView:
    """Show all of it, and how to go on."""
    form = step.form
    lines = [*(f"⚠ {render(one)}" for one in step.wrong), *_words(form)]
    lines.append(" · ".join(_settings(form, (*FIELDS["style"], *FIELDS["numbers"]))))
    varies = form.seed is not None and form.change is None
    if varies and form.variation_seed is not None and form.variation_strength is not None:
        lines.append(render(edit.varied(form.variation_seed, form.variation_strength)))
    if form.change is not None and form.change.area in OF_A_PERSON:
        lines.append(render(uploads.FACE_IS_GUESSED))
    if form.private:
        lines.append(render(edit.SEEN_BY_YOU))
    texts = ["\n".join(lines), *([_listed(form.notes)] if form.notes else []), f"-# {render(edit.NOTHING_DRAWN_YET)}"]
    buttons = ui.ActionRow[Any](
        _button(step, "draw", card.DRAW, ButtonStyle.primary),
        _button(step, "words", edit.WORDS),
        _button(step, "style", edit.STYLE),
        _button(step, "numbers", edit.NUMBERS),
    )
    displays = (ui.TextDisplay[ui.LayoutView](text) for text in texts)
    areas = [_areas(step)] if form.image is not None or form.parent is not None else []
    return layout(ui.Container(*displays, _ratings(step), *areas, buttons, accent_colour=WAITING))


def which(pictures: Mapping[int, tuple[str, OpenForm]], said: Sequence[Sentence]) -> ui.LayoutView:
    """Ask which of several pictures is meant; they are numbered from 1, and each has a form of its own."""
    options = [
        discord.SelectOption(
            label=render(edit.picture(number)),
            value=form_id,
            description=render(edit.seeded(form.seed, _spoken(form)))[:SPOKEN_CHARS] or None,
        )
        for number, (form_id, form) in pictures.items()
    ]
    menu = ui.Select[ui.LayoutView](custom_id="v1:form:which", placeholder=render(edit.WHICH), options=options)
    text = "\n".join(map(render, (edit.SEVERAL, *said)))
    return layout(ui.Container(ui.TextDisplay(text), ui.ActionRow[Any](menu), accent_colour=WAITING))


def _words(form: OpenForm) -> list[str]:
    return _settings(form, [name for name in FIELDS["words"] if getattr(form, name)])


def _settings(form: OpenForm, names: Sequence[str]) -> list[str]:
    return [render(edit.setting(name, _value(name, getattr(form, name)))) for name in names]


def _value(name: str, value: str | float | None) -> str:
    if value is None:
        return render({"seed": edit.ANEW, "year": edit.NONE}.get(name, edit.YOURS))
    if value == "":
        return render(edit.NONE)
    if not isinstance(value, str):
        return as_typed(value)
    most = WORDS_CHARS if name in FIELDS["words"] else NAME_CHARS
    return plain_markup(value if len(value) <= most else f"{value[: most - 1]}…")


def _spoken(form: OpenForm) -> str:
    parts = (form.character or form.subject, form.tags)
    return ", ".join(filter(None, parts))[:SPOKEN_CHARS]


def _ratings(step: EditState) -> ui.ActionRow[Any]:
    """Offer the ratings of this channel; one above them is not chosen, so that somebody has to choose."""
    options = [
        discord.SelectOption(
            label=render(edit.rated(rating)), value=rating, default=rating == (step.form.rating or "safe")
        )
        for rating in ORDER
        if not exceeds(rating, step.highest)
    ]
    return ui.ActionRow[Any](
        ui.Select[ui.LayoutView](
            custom_id=f"v1:form:{step.form_id}:rating", options=options, placeholder=render(edit.CHOOSE_RATING)
        )
    )


def _areas(step: EditState) -> ui.ActionRow[Any]:
    """Offer the parts of the picture that it begins with; where nothing is chosen all of it is drawn over."""
    chosen = None if step.form.change is None else step.form.change.area
    options = [
        discord.SelectOption(label=render(uploads.area(area)), value=area, default=area == chosen) for area in AREAS
    ]
    return ui.ActionRow[Any](
        ui.Select[ui.LayoutView](
            custom_id=f"v1:form:{step.form_id}:area",
            options=options,
            placeholder=render(uploads.CHOOSE_AREA),
            min_values=0,
        )
    )


def _button(step: EditState, act: str, label: Sentence, style: ButtonStyle = ButtonStyle.secondary) -> ui.Button[Any]:
    return ui.Button[ui.LayoutView](label=render(label), style=style, custom_id=f"v1:form:{step.form_id}:{act}")


def _listed(notes: Sequence[Sentence]) -> str:
    """Write notes as lines; what they quote of a stranger's file is escaped where it is quoted."""
    lines: list[str] = []
    for note in notes[:SHOWN_NOTES]:
        line = render(note)
        if sum(map(len, lines)) + len(line) > NOTES_CHARS:
            break
        lines.append(line)
    if more := len(notes) - len(lines):
        lines.append(render(edit.more_notes(more)))
    return "\n".join(f"-# {line}" for line in lines)

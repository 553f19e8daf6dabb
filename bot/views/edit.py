"""The form under Edit and Remix: a request ready to be changed, and drawn as the sender's own."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, cast

import discord
import msgspec
from discord import ui

from bot.job import ID_PATTERN
from bot.safety.ratings import ORDER, exceeds
from bot.sentences import card as says
from bot.sentences.rendering import plain, render

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.config import Rating
    from bot.request import Options
    from bot.sentences.sentence import Sentence

EDITED = re.compile(rf"v1:(?P<job_id>{ID_PATTERN}):edited")
"""A form that was opened with a job."""

REMIXED = re.compile(rf"v1:(?P<form_id>{ID_PATTERN}):remixed")
"""A form that was opened with a recipe, kept in a row of the table of forms."""

TEXT_CHARS = 4000
"""Discord's limit for a text input (developer documentation, Components, Text Input)."""

SHOWN_NOTES = 12
"""More would push the fields out of sight."""

TIMEOUT_S = 15 * 60.0
"""A form that nobody sends would stay in memory for ever without one."""


class EditForm(ui.Modal):
    """What the presser sees.

    Sending it is handled from the custom_id alone, so a form that was open while the bot restarted
    still works; discord.py by itself would drop it silently.
    """

    def __init__(
        self, custom_id: str, options: Options, highest: Rating, *, title: Sentence, notes: Sequence[Sentence] = ()
    ) -> None:
        """Pre-fill the form.

        Args:
            custom_id: By `edit_id` or `remix_id`: what the form starts from.
            options: That, as somebody could have typed it.
            highest: What may be drawn in this channel; no more is offered.
            title: What is written over it.
            notes: Sentences above the fields.
        """
        super().__init__(title=render(title), custom_id=custom_id, timeout=TIMEOUT_S)
        if notes:
            self.add_item(ui.TextDisplay(_listed(notes)))
        self.add_item(_text("tags", says.TAGS, options.tags, says.TAGS_HINT))
        self.add_item(_text("negative", says.NEGATIVE, options.negative, says.NEGATIVE_HINT))
        self.add_item(_text("subject", says.SUBJECT, options.subject, says.SUBJECT_HINT, short=True))
        choices = [
            discord.SelectOption(label=rating, value=rating, default=rating == (options.rating or "safe"))
            for rating in ORDER
            if not exceeds(rating, highest)
        ]
        select = ui.Select[ui.LayoutView](custom_id="rating", options=choices, required=True)
        self.add_item(ui.Label(text=render(says.RATING), component=select))


def edit_id(job_id: str) -> str:
    return f"v1:{job_id}:edited"


def remix_id(form_id: str) -> str:
    return f"v1:{form_id}:remixed"


def _listed(notes: Sequence[Sentence]) -> str:
    """Write notes as lines; they may quote a stranger's file, whose markup is only text."""
    lines = [discord.utils.escape_markdown(plain(note)) for note in notes[:SHOWN_NOTES]]
    if more := len(notes) - len(lines):
        lines.append(render(says.more_notes(more)))
    return "\n".join(f"-# {line}" for line in lines)


def _text(
    custom_id: str, label: Sentence, value: str | None, hint: Sentence, *, short: bool = False
) -> ui.Label[ui.LayoutView]:
    style = discord.TextStyle.short if short else discord.TextStyle.paragraph
    field = ui.TextInput[ui.LayoutView](
        custom_id=custom_id,
        style=style,
        default=(value or "")[:TEXT_CHARS] or None,
        placeholder=render(hint),
        required=False,
        max_length=TEXT_CHARS,
    )
    return ui.Label(text=render(label), component=field)


def edited(options: Options, interaction: discord.Interaction[Any]) -> Options:
    """Put what was sent over what the form was opened with; everything else stays."""
    sent = sent_texts(interaction)
    # A paragraph may be typed over several lines; in a prompt a line's end is where a tag ends.
    typed = {name: ", ".join(line.strip(" ,") for line in text.splitlines()) for name, text in sent.items()}
    return msgspec.structs.replace(
        options,
        subject=typed.get("subject", options.subject),
        tags=typed.get("tags", options.tags),
        negative=typed.get("negative", options.negative),
        rating=typed.get("rating", options.rating),
    )


def sent_texts(interaction: discord.Interaction[Any]) -> dict[str, str]:
    """Give what was typed and chosen in a submitted modal, by the custom_id of the field."""
    return dict(_values(cast("dict[str, Any]", interaction.data or {})))


def _values(data: dict[str, Any]) -> list[tuple[str, str]]:
    """Read custom_id and value of every field of a submitted modal: labels (type 18) around one component each."""
    found: list[tuple[str, str]] = []
    for outer in data.get("components", []):
        for field in [outer["component"]] if "component" in outer else outer.get("components", []):
            if "value" in field:
                found.append((field["custom_id"], field["value"]))
            elif field.get("values"):
                found.append((field["custom_id"], field["values"][0]))
    return found

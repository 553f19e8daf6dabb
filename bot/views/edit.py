"""The forms under Edit and Remix: words, style and numbers; each changes what somebody changed in it, and no more."""

from __future__ import annotations

import math
import re
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, cast

import discord
from discord import ui

from bot.job import ID_PATTERN
from bot.prompt.terms import FIRST_YEAR, LAST_YEAR
from bot.request import SHAPES
from bot.sentences import card as says
from bot.sentences import edit
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from bot.config import Limits
    from bot.prompt.presets import Presets
    from bot.request import Options
    from bot.sentences.sentence import Sentence

EDITED = re.compile(rf"v1:(?P<job_id>{ID_PATTERN}):edited")
"""The form of words that Edit opened."""

REMIXED = re.compile(rf"v1:(?P<form_id>{ID_PATTERN}):remixed")
"""A form that a version before 0.2.0 opened with a recipe."""

FILLED = re.compile(rf"v1:form:(?P<form_id>{ID_PATTERN}):(?P<act>words|style|numbers)")
"""A form that was opened from the private message with everything."""

Part = Literal["words", "style", "numbers"]

FIELDS: dict[Part, tuple[str, ...]] = {
    "words": ("subject", "character", "series", "tags", "negative"),
    "style": ("shape", "style", "quality", "negative_preset", "sampler"),
    "numbers": ("count", "steps", "guidance", "seed", "year"),
}
"""The options in each form, five at most: that is all that Discord's forms hold (developer documentation, Modal)."""

_SHORT = frozenset({"subject", "character", "series"})

_HINTS = {
    "subject": says.SUBJECT_HINT,
    "character": edit.CHARACTER_HINT,
    "series": edit.SERIES_HINT,
    "tags": says.TAGS_HINT,
    "negative": says.NEGATIVE_HINT,
}

TEXT_CHARS = 4000
"""Discord's limit for a text input (developer documentation, Components, Text Input)."""

NUMBER_CHARS = 20

MOST_CHOICES = 25
"""Discord's limit for a select."""

TIMEOUT_S = 15 * 60.0
"""A form that nobody sends would stay in memory for ever without one."""

NO_STYLE = "none"
"""The choice that takes a style away."""


class Offers(NamedTuple):
    """What this operator offers."""

    limits: Limits
    presets: Presets

    def names(self, option: str) -> Sequence[str]:
        """Give what an option of the form of style may be."""
        known: dict[str, Iterable[str]] = {
            "shape": SHAPES,
            "style": (NO_STYLE, *(name for name in self.presets.style if name != NO_STYLE)),
            "quality": self.presets.quality,
            "negative_preset": self.presets.negative,
            "sampler": self.limits.samplers,
        }
        return tuple(known[option])

    def hint(self, option: str) -> Sentence:
        """Say what an option of the form of numbers may be."""
        limits = self.limits
        ranges: dict[str, tuple[float, float]] = {
            "count": (1, limits.max_count),
            "steps": (limits.min_steps, limits.max_steps),
            "guidance": (limits.min_guidance, limits.max_guidance),
            "year": (FIRST_YEAR, LAST_YEAR),
        }
        return edit.between(*ranges[option], option != "year") if option in ranges else edit.SEED_HINT


class EditForm(ui.Modal):
    """What the presser sees.

    Sending it is handled from the custom_id alone, so a form that was open while the bot restarted
    still works; discord.py by itself would drop it silently.
    """

    def __init__(self, custom_id: str, part: Part, options: Options, offers: Offers, *, title: Sentence) -> None:
        """Pre-fill the form.

        Args:
            custom_id: By `edit_id` or `form_id`: what the form starts from.
            part: Which of the three.
            options: What it starts from, as somebody could have typed it.
            offers: What may be chosen.
            title: What is written over it.
        """
        super().__init__(title=render(title), custom_id=custom_id, timeout=TIMEOUT_S)
        for name, value in shown(part, options).items():
            match part:
                case "words":
                    field = _text(name, value, _HINTS[name], most=TEXT_CHARS, paragraph=name not in _SHORT)
                case "numbers":
                    field = _text(name, value, offers.hint(name), most=NUMBER_CHARS, paragraph=False)
                case "style":
                    field = _select(name, value, offers.names(name))
            rest = render(edit.cut(TEXT_CHARS)) if len(str(getattr(options, name) or "")) > TEXT_CHARS else None
            self.add_item(ui.Label(text=render(edit.field(name)), description=rest, component=field))


def edit_id(job_id: str) -> str:
    return f"v1:{job_id}:edited"


def form_id(kept_as: str, part: Part) -> str:
    return f"v1:form:{kept_as}:{part}"


def shown(part: Part, options: Options) -> dict[str, str]:
    """Give what each field of a form is opened with; "" is an empty one."""
    return {name: _written(name, getattr(options, name)) for name in FIELDS[part]}


def _written(name: str, value: str | float | None) -> str:
    if name == "style" and value == "":
        return NO_STYLE
    return "" if value is None else as_typed(value)[:TEXT_CHARS]


def as_typed(value: str | float) -> str:
    """Write a value as people would, and so that it is read back as it was."""
    short = f"{value:g}" if isinstance(value, float) else str(value)
    return str(value) if isinstance(value, float) and float(short) != value else short


class Changes(NamedTuple):
    """What somebody changed in a form."""

    values: Mapping[str, Any]
    """Options by name; None is an option that was left out."""
    wrong: tuple[Sentence, ...] = ()
    """What could not be read, and stayed as it was."""


def changes(part: Part, options: Options, sent: Mapping[str, str]) -> Changes:
    """Read a form that was sent: a field that says what it was opened with is no change, however long the value is."""
    before = shown(part, options)
    touched = {name: sent[name] for name in before if name in sent and sent[name].strip() != before[name].strip()}
    if part == "numbers":
        return _numbers(touched)
    if part == "words":
        return Changes({name: _one_line(name, text) for name, text in touched.items()})
    return Changes({name: "" if (name, text) == ("style", NO_STYLE) else text for name, text in touched.items()})


def _one_line(name: str, text: str) -> str:
    """Join what was typed over several lines: in a prompt a line's end is where a tag ends."""
    return (", " if name not in _SHORT else "; ").join(line.strip(" ,") for line in text.splitlines())


def _numbers(typed: Mapping[str, str]) -> Changes:
    values: dict[str, str | float | None] = {}
    wrong: list[Sentence] = []
    for name, text in typed.items():
        try:
            values[name] = _number(name, text.strip()) if text.strip() else None
        except ValueError:
            wrong.append(edit.no_number(name, text))
    return Changes(values, tuple(wrong))


def _number(name: str, text: str) -> float:
    """Read a number as people write it.

    Raises:
        ValueError: It is none.
    """
    if name != "guidance":
        return int(text)
    number = float(text.replace(",", "."))
    if not math.isfinite(number):
        raise ValueError(text)
    return number


def _text(custom_id: str, value: str, hint: Sentence, *, most: int, paragraph: bool) -> ui.TextInput[Any]:
    return ui.TextInput[ui.LayoutView](
        custom_id=custom_id,
        style=discord.TextStyle.paragraph if paragraph else discord.TextStyle.short,
        default=value or None,
        placeholder=render(hint),
        required=False,
        max_length=most,
    )


def _select(custom_id: str, value: str, names: Sequence[str]) -> ui.Select[Any]:
    """Offer as many as fit, what is chosen among them; what is not offered any more is not chosen, and stays."""
    chosen = [name for name in names if name.casefold() == value.casefold()]
    offered = [*chosen, *(name for name in names if name not in chosen)][:MOST_CHOICES]
    options = [
        discord.SelectOption(label=_titled(custom_id, name), value=name, default=name in chosen)
        for name in sorted(offered, key=list(names).index)
    ]
    return ui.Select[ui.LayoutView](
        custom_id=custom_id, options=options, placeholder=render(edit.YOURS), required=False, min_values=0
    )


def _titled(option: str, name: str) -> str:
    if option != "shape":
        return name[:100]
    width, height = SHAPES[name]
    return f"{name} · {width}×{height}"


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

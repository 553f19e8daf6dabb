"""The named presets of quality, negative prompt and style: our data file, and the operator's over it."""

from __future__ import annotations

import csv
import io
import logging
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct
from msgspec.structs import replace

from bot.errors import ConfigError, InvalidRequest
from bot.prompt.foreign.understand import understand
from bot.prompt.near import near
from bot.sentences import prompt as says
from bot.sentences.rendering import plain
from engine import textfile

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.prompt.dialects import Dialect
    from bot.sentences.prompt import Named

OURS = Path(__file__).with_name("presets.toml")

Description = Annotated[str, Meta(min_length=1, max_length=100)]
"""Discord shows at most a hundred characters beside a choice."""
Text = Annotated[str, Meta(max_length=1000, pattern=r"^[^\x00-\x1f\x7f]*\Z")]


class Quality(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What ends the prompt."""

    prompt: Text
    description: Description


class Negative(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the picture is steered away from."""

    negative: Text
    description: Description


class Style(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A look: what it adds to the tags, and to the negative prompt."""

    prompt: Text
    negative: Text = ""
    description: Description


PLACE = "{prompt}"
"""In a style: where the tags stand in it (WebUI's ``styles.csv``)."""

_KEPT = "\ue000"
"""Stands for it while other braces are read."""

log = logging.getLogger(__name__)

NO_STYLE = Style(prompt="", description="No style")
"""What a request without a style has."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Presets:
    """All presets by name."""

    quality: Mapping[str, Quality]
    negative: Mapping[str, Negative]
    style: Mapping[str, Style]


_Preset = TypeVar("_Preset", Quality, Negative, Style)


def load(presets_file: Path | None = None) -> Presets:
    """Read our presets, and over them the operator's.

    Raises:
        ConfigError: The operator's file cannot be read, or something in it has not the form of ours.
    """
    presets = _read(OURS)
    if presets_file is None:
        return presets
    theirs = _read_csv(presets_file) if presets_file.suffix.casefold() == ".csv" else _read(presets_file)
    return Presets(
        quality={**presets.quality, **theirs.quality},
        negative={**presets.negative, **theirs.negative},
        style={**presets.style, **theirs.style},
    )


def in_dialect(presets: Presets, dialect: Dialect) -> Presets:
    """Give the presets as a family has them."""
    quality = {
        name: replace(one, prompt=dialect.quality.get(name, one.prompt)) for name, one in presets.quality.items()
    }
    negative = {
        name: replace(one, negative=dialect.negative.get(name, one.negative)) for name, one in presets.negative.items()
    }
    return Presets(quality=quality, negative=negative, style=presets.style)


def _read(path: Path) -> Presets:
    try:
        file = textfile.read_toml(path, dict[str, dict[str, Any]])
    except textfile.TextFileError as error:
        raise ConfigError(str(error)) from error
    if strangers := file.keys() - {"quality", "negative", "style"}:
        raise ConfigError(f"{path}: $.{min(strangers)}: only the tables quality, negative and style belong here")
    return Presets(
        quality=_table(path, "quality", file, Quality),
        negative=_table(path, "negative", file, Negative),
        style=_table(path, "style", file, Style),
    )


def _read_csv(path: Path) -> Presets:
    """Read WebUI's ``styles.csv``: the columns name, prompt and negative_prompt; what is in its syntax is ours then."""
    try:
        text = textfile.read(path)
        rows = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    except (textfile.TextFileError, csv.Error) as error:
        raise ConfigError(str(error) if isinstance(error, textfile.TextFileError) else f"{path}: {error}") from error
    if not rows or not {"name", "prompt"} <= set(rows[0]):
        raise ConfigError(f"{path}: expected the columns name, prompt and negative_prompt, as WebUI writes its styles")
    file: dict[str, Any] = {}
    for number, row in enumerate(rows, start=2):
        name, prompt, negative = (str(row.get(key) or "").strip() for key in ("name", "prompt", "negative_prompt"))
        if not name or not (prompt or negative):  # a heading between styles
            continue
        style: dict[str, str] = {"description": name[:100]}
        for field, words in (("prompt", prompt), ("negative", negative)):
            understood = understand(words.replace(PLACE, _KEPT), braces=False)
            style[field] = understood.text.replace(_KEPT, PLACE).strip(" ,")
            for sentence in understood.said:
                log.warning("%s: style %d, %s: %s", path, number - 1, name, plain(sentence))
        file[" ".join(name.split())[:100]] = style
    return Presets(quality={}, negative={}, style=_table(path, "style", {"style": file}, Style))


def _table(path: Path, name: str, file: Mapping[str, Mapping[str, Any]], form: type[_Preset]) -> dict[str, _Preset]:
    table: dict[str, _Preset] = {}
    for preset, value in file.get(name, {}).items():
        try:
            msgspec.convert(preset, Annotated[str, Meta(pattern=r"^[^\x00-\x1f\x7f]{1,100}\Z")])
            table[preset.casefold()] = msgspec.convert(value, form)
        except msgspec.ValidationError as error:
            raise ConfigError(f"{path}: $.{name}.{preset!r}: {error}") from error
    return table


def pick(table: Mapping[str, _Preset], kind: Named, name: str) -> _Preset:
    """Find a preset by name.

    Raises:
        InvalidRequest: There is none of that name; the sentence offers near ones.
    """
    if (preset := table.get(name)) is None:
        raise InvalidRequest(says.unknown_name(kind, name, near(name, table)))
    return preset

"""The named presets of quality, negative prompt and style: our data file, and the operator's over it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import msgspec
from msgspec import Meta, Struct

from bot.errors import ConfigError, InvalidRequest
from bot.prompt.near import near
from bot.sentences import prompt as says
from engine import textfile

if TYPE_CHECKING:
    from collections.abc import Mapping

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
    theirs = _read(presets_file)
    return Presets(
        quality={**presets.quality, **theirs.quality},
        negative={**presets.negative, **theirs.negative},
        style={**presets.style, **theirs.style},
    )


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

"""How families of checkpoints are prompted, as data: `dialects.toml` says what stands there and why."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, get_args

import msgspec
from msgspec import Meta, Struct

from bot.config import Rating
from bot.errors import ConfigError
from engine import textfile
from engine.samplers import OFFERED, Sampler

if TYPE_CHECKING:
    from collections.abc import Mapping

OURS = Path(__file__).with_name("dialects.toml")

Place = Literal["counts", "names", "rating", "tags", "year", "quality"]
"""Of a prompt's words."""

YEAR = "{year}"
"""In a word for years: the year itself."""


class YearWord(Struct, frozen=True, forbid_unknown_fields=True):
    """What stands for the years from one on."""

    since: int
    word: Annotated[str, Meta(min_length=1)]


class Dialect(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One family's."""

    order: tuple[Place, ...]
    ratings: dict[Rating, Annotated[str, Meta(min_length=1)]]
    """The word that asks for each."""
    required: dict[Rating, tuple[str, ...]]
    """What the negative prompt begins with at each, at full weight. The gate holds these words against nobody, and a
    remix leaves them out: the new rating brings its own."""
    years: tuple[YearWord, ...] = ()
    """By their first year, earliest first; empty: it knows no years."""
    literal: tuple[str, ...] = ()
    """Words that are written with underscores, here with spaces."""
    quality: dict[str, str] = {}
    """What a quality preset of this name is in this family."""
    negative: dict[str, str] = {}
    """The same of a negative preset."""
    steps: int
    guidance: float
    guidance_rescale: float = 0.0
    sampler: Sampler
    samplers: tuple[Sampler, ...] = OFFERED
    """Those that make sense."""

    def __post_init__(self) -> None:
        """Refuse a family without a word, or without what guards, at some rating."""
        for field in ("ratings", "required"):
            if missing := [rating for rating in get_args(Rating) if not getattr(self, field).get(rating)]:
                raise ValueError(f"{field}: {missing[0]} is missing")

    def year_word(self, year: int) -> str:
        """Say a year; "": it knows none for it."""
        words = [one.word for one in self.years if one.since <= year]
        return words[-1].replace(YEAR, str(year)) if words else ""

    def spelled(self, item: str) -> str:
        """Write one item as the family learned it, whatever its weight."""
        for words in sorted(self.literal, key=len, reverse=True):
            if words in item:
                return item.replace(words, words.replace(" ", "_"))
        return item

    def required_at(self, rating: Rating) -> tuple[str, ...]:
        """Give what the negative prompt begins with, as it is written."""
        return tuple(self.spelled(item) for item in self.required[rating])


@cache
def dialects() -> Mapping[str, Dialect]:
    """Read them, by name.

    Raises:
        ConfigError: The file that comes with the program is broken.
    """
    try:
        tables = textfile.read_toml(OURS, dict[str, dict[str, Any]])
        found: dict[str, Dialect] = {}
        for name, table in tables.items():
            like = tables[str(table.get("like"))] if "like" in table else {}
            own = {key: value for key, value in table.items() if key != "like"}
            found[name] = msgspec.convert({**like, **own}, Dialect)
    except (textfile.TextFileError, msgspec.ValidationError) as error:
        raise ConfigError(f"{OURS}: {error}") from error
    return found


USUAL = "animagine 4"


@cache
def usual() -> Dialect:
    """Give that of the checkpoint for which everything here is made."""
    return dialects()[USUAL]


def own_words(negative: tuple[str, ...]) -> int:
    """Count the tags that a negative prompt of ours begins with because some rating of some family required them."""
    starts = (one for dialect in dialects().values() for one in _spellings(dialect))
    return max((len(terms) for terms in starts if negative[: len(terms)] == terms), default=0)


def _spellings(dialect: Dialect) -> list[tuple[str, ...]]:
    """Give what it requires as it is written, and as it is read again."""
    return [terms for rating in dialect.required for terms in (dialect.required[rating], dialect.required_at(rating))]

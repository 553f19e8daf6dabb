"""One known tag, as a filter, a composer or a person asks about it."""

from __future__ import annotations

from typing import Literal, get_args

from msgspec import Struct

Kind = Literal["general", "artist", "series", "character", "meta", "species"]
KINDS: tuple[Kind, ...] = get_args(Kind)

Count = Literal["", "1girl", "1boy", "1other"]
COUNTS: tuple[Count, ...] = get_args(Count)


class Entry(Struct, frozen=True):
    """A tag under its canonical name, spelled with spaces and without escapes."""

    name: str
    kind: Kind
    posts: int
    """Pictures that carry it, roughly: for ranking, never for show."""
    count: Count = ""
    """The count tag of a character; "" is unknown, and the member has to say."""
    series: tuple[str, ...] = ()
    """Where a character comes from, umbrella first, as the model card writes it: (honkai (series), honkai: star rail).
    Of a series: its umbrellas."""
    child: bool = False
    """Written or drawn as a child of about fifteen or younger, whatever age the story claims; in doubt, yes."""
    real_person: bool = False
    """Never suggested."""

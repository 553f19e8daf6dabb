"""What is suggested: never what would be refused for the rating that is asked for so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.safety.ratings import exceeds

if TYPE_CHECKING:
    from bot.config import Rating
    from bot.prompt.vocabulary.entry import Entry


def offered(entry: Entry, asked: Rating) -> bool:
    """Tell whether an entry may stand among the suggestions of a request of this rating."""
    return not entry.real_person and not (entry.child and exceeds(asked, "safe"))

"""One verdict for one place and one request; every door asks here, and asks again when something is shown."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.safety.ratings import exceeds, lowest

if TYPE_CHECKING:
    from bot.config import Rating


class Place(Enum):
    """All that the gate knows about where something is asked or shown; everything but an explicit yes is a no."""

    AGE_RESTRICTED = "an age-restricted channel"
    OPEN = "a channel that is not age-restricted"
    DIRECT = "a direct message"
    ANNOUNCEMENT = "an announcement channel"
    UNKNOWN = "a place whose age restriction is not known"
    GONE = "a channel that was deleted or is closed to the bot"


_PLACE_LIMIT: dict[Place, Rating] = {
    Place.AGE_RESTRICTED: "sensitive",
    Place.OPEN: "safe",
    Place.DIRECT: "safe",
    Place.ANNOUNCEMENT: "safe",
    Place.UNKNOWN: "safe",
}
"""What a place allows before any admin decided; a place that is gone allows nothing."""


class Verdict(Struct, frozen=True):
    """The gate's answer: whether, by which rule, and a sentence for the person who asked."""

    allowed: bool
    rule: str
    sentence: str


def limit(place: Place, operator_highest: Rating) -> Rating | None:
    """Give the highest rating that may be drawn or shown here; None where nothing may."""
    if place is Place.GONE:
        return None
    return lowest(_PLACE_LIMIT[place], operator_highest)


def judge(place: Place, rating: Rating, operator_highest: Rating) -> Verdict:
    """Decide whether a picture of this rating may be drawn, or shown, in this place now."""
    allowed = limit(place, operator_highest)
    if allowed is None:
        return Verdict(allowed=False, rule="place", sentence="This channel is gone, so nothing can be drawn here.")
    if not exceeds(rating, allowed):
        return Verdict(allowed=True, rule="place", sentence=f"`{rating}` is allowed in {place.value}.")
    if exceeds(rating, operator_highest):
        return Verdict(
            allowed=False,
            rule="operator",
            sentence=f"`{rating}` is not offered by this bot; the highest rating it draws is `{operator_highest}`.",
        )
    return Verdict(
        allowed=False,
        rule="place",
        sentence=f"`{rating}` is not allowed here: in {place.value} the highest rating is `{allowed}`.",
    )

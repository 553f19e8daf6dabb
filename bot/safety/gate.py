"""One verdict for one place, one person and one request; every door asks here, and asks again when something is shown.

Doors that ask for a picture (commands, buttons, forms, menus, favourites, defaults, and the start of a job) use
`judge`; doors that show one (the result, `/show`, restore, recipe, notification) use `shows`, previews `previews`.
"""

from __future__ import annotations

from enum import Enum
from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from msgspec import Struct

from bot.safety.policy import OperatorPolicy, ServerPolicy
from bot.safety.ratings import ORDER, exceeds, lowest, together
from bot.safety.verdict import Step, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.config import Rating
    from bot.safety.wish import Wish
    from bot.safety.wording import TextFilter


class Place(Enum):
    """All that the gate knows about where something is asked or shown; everything but an explicit yes is a no."""

    AGE_RESTRICTED = "an age-restricted channel"
    OPEN = "a channel that is not age-restricted"
    DIRECT = "a direct message"
    ANNOUNCEMENT = "an announcement channel"
    UNKNOWN = "a place whose age restriction is not known"
    GONE = "a channel that was deleted or is closed to the bot"


PLACE_LIMIT: dict[Place, Rating] = {
    Place.AGE_RESTRICTED: "explicit",
    Place.OPEN: "sensitive",
    Place.DIRECT: "safe",
    Place.ANNOUNCEMENT: "safe",
    Place.UNKNOWN: "safe",
}
"""What a place can have at most, whatever anybody decides; a place that is gone has nothing."""

WITHOUT_TAGGER: Rating = "sensitive"
"""Above this every picture must be rated by a tagger before it is shown."""


class Person(Struct, frozen=True):
    """Who asks."""

    roles: frozenset[int] | None = frozenset()
    """In the server where it is asked, ``@everyone`` (the server's own id) included; None where they cannot be found
    out: then the strictest limit of any role counts."""
    locked_until: int | None = None
    """Unix seconds; None is not locked out."""


class Situation(Struct, frozen=True, kw_only=True):
    """Everything but the request: where it is, who asks, and what was decided by whom."""

    place: Place
    operator: OperatorPolicy
    server: ServerPolicy = ServerPolicy()
    """As shipped where there is no server or nobody decided anything."""
    channels: tuple[int, ...] = ()
    """Of the place: a thread, its parent, their category."""
    person: Person = Person()


def limit(situation: Situation) -> Rating | None:
    """Give the highest rating that may be drawn or shown here, for this person; None where nothing may."""
    if situation.place is Place.GONE or not situation.server.draws_in(situation.channels):
        return None
    limits: list[Rating] = [decided.highest for decided in _limits(situation)]
    bound = lowest(*limits)
    roles = situation.person.roles
    may: list[Rating] = [
        rating for rating in ORDER if not exceeds(rating, bound) and situation.server.may_ask(rating, roles)
    ]
    return may[-1] if may else None


def judge(situation: Situation, wish: Wish, words: TextFilter) -> Verdict:
    """Decide whether a picture may be asked for, or begun, now."""
    return _first_no(explain(situation, wish, words), wish.rating)


def explain(situation: Situation, wish: Wish, words: TextFilter) -> Iterator[Step]:
    """Give every rule, in the order in which they decide; `judge` stops at the first no."""
    asked = words.asks_for(wish)
    yield from _limit_steps(situation, asked)
    yield from _access_steps(situation, asked)
    yield _lock_step(situation.person)
    yield from words.steps(wish, asked, situation.operator, situation.server.denied)


def shows(situation: Situation, asked: Rating, measured: Rating | None) -> Verdict:
    """Decide whether a picture that exists may be shown, by the higher of its asked and its measured rating.

    Args:
        situation: As it is now, not as it was when the picture was asked for.
        asked: The rating of its request.
        measured: What the tagger saw; None where none is configured.
    """
    if measured is None and situation.operator.tagger:
        return Verdict(allowed=False, rule="tagger", sentence="This picture was not rated, so it is not shown.")
    rating = together(asked, (measured,))
    return _first_no(chain(_limit_steps(situation, rating), _access_steps(situation, rating)), rating)


def shows_all(situation: Situation, asked: Rating, measured: Iterable[Rating | None]) -> Verdict:
    """Decide about the pictures of one request together: what may not be shown of one is a no to all.

    Args:
        situation: As in `shows`.
        asked: As in `shows`.
        measured: Of each picture; where there is none, what was asked for decides.
    """
    verdicts = [shows(situation, asked, one) for one in measured] or [shows(situation, asked, asked)]
    return next((verdict for verdict in verdicts if not verdict.allowed), verdicts[0])


def previews(situation: Situation, asked: Rating, measured: Rating | None) -> Verdict:
    """Decide whether a preview may be shown; unrated it may be only where the request is safe and nothing rates."""
    if measured is None and not situation.operator.tagger and asked != "safe":
        return Verdict(allowed=False, rule="tagger", sentence=f"Previews of `{asked}` pictures are not shown unrated.")
    return shows(situation, asked, measured)


def _first_no(steps: Iterator[Step], rating: Rating) -> Verdict:
    for step in steps:
        if not step.allowed:
            return Verdict(allowed=False, rule=step.rule, sentence=step.sentence, strike=step.strike)
    return Verdict(allowed=True, rule="allowed", sentence=f"`{rating}` is allowed here.")


class _Limit(NamedTuple):
    rule: str
    highest: Rating
    says: str
    """Who or what decided it, as the start of a sentence that the rating ends."""


def _limits(situation: Situation) -> Iterator[_Limit]:
    """Give every limit that counts here."""
    place, operator, server = situation.place, situation.operator, situation.server
    yield _Limit("operator", operator.highest, "this bot draws nothing above")
    if not operator.tagger:
        yield _Limit("tagger", WITHOUT_TAGGER, "without a picture tagger this bot draws nothing above")
    yield _Limit("place", PLACE_LIMIT[place], f"in {place.value} the highest rating is")
    if place in (Place.OPEN, Place.AGE_RESTRICTED):
        decided = server.open_limit if place is Place.OPEN else server.age_restricted_limit
        yield _Limit("server", decided, f"in {place.value} the highest rating of this server is")
    if (of_channel := server.limit_of_channels(situation.channels)) is not None:
        yield _Limit("channel", of_channel, "the highest rating of this channel is")
    if (of_roles := server.limit_of_roles(situation.person.roles)) is not None:
        whose = "your roles" if situation.person.roles is not None else "people whose roles I cannot see"
        yield _Limit("role", of_roles, f"the highest rating for {whose} is")


def _limit_steps(situation: Situation, rating: Rating) -> Iterator[Step]:
    if situation.place is Place.GONE:
        yield Step("place", allowed=False, sentence="This channel is gone, so nothing can be drawn here.")
        return
    for rule, highest_here, says in _limits(situation):
        allowed = not exceeds(rating, highest_here)
        says = says[0].upper() + says[1:] if allowed else f"`{rating}` is not allowed here: {says}"  # noqa: PLW2901
        yield Step(rule, allowed, f"{says} `{highest_here}`.")


def _access_steps(situation: Situation, rating: Rating) -> Iterator[Step]:
    server = situation.server
    here = server.draws_in(situation.channels)
    yield Step("channels", here, "I may draw in this channel." if here else "The admins let me draw in other channels.")
    may = server.may_ask(rating, situation.person.roles)
    yield Step("access", may, f"`{rating}` is for people with certain roles here." if not may else "You may ask.")


def _lock_step(person: Person) -> Step:
    until = person.locked_until
    locked = f"You are locked out, and can draw again <t:{until}:R>."
    return Step("lock", until is None, "You are not locked out." if until is None else locked)

"""One verdict for one place, one person and one request; every door asks here, and asks again when something is shown.

Doors that ask for a picture (commands, buttons, forms, menus, favourites, defaults, and the start of a job) use
`judge`; doors that show one (the result, `/show`, restore, recipe, notification) use `shows`, previews `previews`.
"""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from msgspec import Struct

from bot.safety.policy import OperatorPolicy, ServerPolicy
from bot.safety.ratings import ORDER, exceeds, lowest, together
from bot.safety.verdict import Step, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.config import Rating
    from bot.safety.gate_question import GateQuestion
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


class Asker(Struct, frozen=True):
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
    person: Asker = Asker()


def limit(situation: Situation) -> Rating | None:
    """Give the highest rating that may be drawn or shown here, for this person; None where nothing may."""
    if situation.place is Place.GONE or not situation.server.draws_in(situation.channels):
        return None
    limits: list[Rating] = [decided for _, decided in _limits(situation)]
    bound = lowest(*limits)
    roles = situation.person.roles
    may: list[Rating] = [
        rating for rating in ORDER if not exceeds(rating, bound) and situation.server.may_ask(rating, roles)
    ]
    return may[-1] if may else None


def judge(situation: Situation, gate_question: GateQuestion, words: TextFilter) -> Verdict:
    """Decide whether a picture may be asked for, or begun, now."""
    return _first_no(explain(situation, gate_question, words), gate_question.rating)


def explain(situation: Situation, gate_question: GateQuestion, words: TextFilter) -> Iterator[Step]:
    """Give every rule, in the order in which they decide; `judge` stops at the first no."""
    asked = words.asks_for(gate_question)
    yield from _limit_steps(situation, asked)
    yield from _access_steps(situation, asked)
    yield _lock_step(situation.person)
    yield from words.steps(gate_question, asked, situation.operator, situation.server.denied)


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


def _first_no(steps: Iterable[Step], rating: Rating) -> Verdict:
    for step in steps:
        if not step.allowed:
            return Verdict(allowed=False, rule=step.rule, sentence=step.sentence, strike=step.strike)
    return Verdict(allowed=True, rule="allowed", sentence=f"`{rating}` is allowed here.")


def _limits(situation: Situation) -> Iterator[tuple[str, Rating]]:
    """Give every limit that counts here, with what decided it, as `_SAYS` names it."""
    place, operator, server = situation.place, situation.operator, situation.server
    yield "operator", operator.highest
    if not operator.tagger:
        yield "tagger", WITHOUT_TAGGER
    yield "place", PLACE_LIMIT[place]
    if place in (Place.OPEN, Place.AGE_RESTRICTED):
        yield "server", server.open_limit if place is Place.OPEN else server.age_restricted_limit
    if (of_channel := server.limit_of_channels(situation.channels)) is not None:
        yield "channel", of_channel
    if (of_roles := server.limit_of_roles(situation.person.roles)) is not None:
        yield "role" if situation.person.roles is not None else "unseen roles", of_roles


_SAYS = {
    "operator": "this bot draws nothing above",
    "tagger": "without a picture tagger this bot draws nothing above",
    "place": "in {} the highest rating is",
    "server": "in {} the highest rating of this server is",
    "channel": "the highest rating of this channel is",
    "role": "the highest rating for your roles is",
    "unseen roles": "the highest rating for people whose roles I cannot see is",
}
"""Who or what decided a limit, as the start of a sentence that the rating ends."""


def _limit_steps(situation: Situation, rating: Rating) -> tuple[Step, ...]:
    if situation.place is Place.GONE:
        return (Step("place", allowed=False, sentence="This channel is gone, so nothing can be drawn here."),)
    return _composed(tuple(_limits(situation)), situation.place, rating)


@lru_cache(maxsize=1024)
def _composed(limits: tuple[tuple[str, Rating], ...], place: Place, rating: Rating) -> tuple[Step, ...]:
    """Say what each limit means for a rating; most places of all servers have the same few."""
    steps: list[Step] = []
    for decider, highest_here in limits:
        says = _SAYS[decider].format(place.value)
        allowed = not exceeds(rating, highest_here)
        start = says[0].upper() + says[1:] if allowed else f"`{rating}` is not allowed here: {says}"
        rule = "role" if decider == "unseen roles" else decider
        steps.append(Step(rule, allowed, f"{start} `{highest_here}`."))
    return tuple(steps)


def _access_steps(situation: Situation, rating: Rating) -> Iterator[Step]:
    server = situation.server
    yield _DRAWS_HERE if server.draws_in(situation.channels) else _DRAWS_ELSEWHERE
    if server.may_ask(rating, situation.person.roles):
        yield _MAY_ASK
    else:
        yield Step("access", allowed=False, sentence=f"`{rating}` is for people with certain roles here.")


_DRAWS_HERE = Step("channels", allowed=True, sentence="I may draw in this channel.")
_DRAWS_ELSEWHERE = Step("channels", allowed=False, sentence="The admins let me draw in other channels.")
_MAY_ASK = Step("access", allowed=True, sentence="You may ask.")
_NOT_LOCKED = Step("lock", allowed=True, sentence="You are not locked out.")


def _lock_step(person: Asker) -> Step:
    if person.locked_until is None:
        return _NOT_LOCKED
    until = f"You are locked out, and can draw again <t:{person.locked_until}:R>."
    return Step("lock", allowed=False, sentence=until)

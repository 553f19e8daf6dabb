"""One verdict for one place, one person and one request; every door asks here, and asks again when something is shown.

Doors that ask for a picture (commands, buttons, forms, menus, favourites, defaults, and the start of a job) use
`judge`; doors that show one (the result, `/show`, restore, recipe, notification) use `shows`, previews `previews`.
Where somebody brings one, `brings` is asked before it is read, and `judge` when something is drawn from it.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from bot.prompt.models import offered_here
from bot.safety.naming import NOTHING_TOLD, Telling
from bot.safety.policy import OperatorPolicy, ServerPolicy
from bot.safety.ratings import ORDER, exceeds, highest, lowest, together
from bot.safety.verdict import Step, Verdict
from bot.sentences import gate as says
from bot.sentences import loras as about_loras
from bot.sentences import models as about_models
from bot.sentences import uploads

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from bot.config import Rating
    from bot.prompt.loras import LoraRule
    from bot.prompt.models import ModelRule
    from bot.safety.gate_question import GateQuestion
    from bot.safety.wording import TextFilter
    from bot.sentences.gate import Decider
    from bot.sentences.sentence import Sentence


class Place(StrEnum):
    """All that the gate knows about where something is asked or shown; everything but an explicit yes is a no."""

    AGE_RESTRICTED = "age_restricted"
    OPEN = "open"
    DIRECT = "direct"
    ANNOUNCEMENT = "announcement"
    UNKNOWN = "unknown"
    GONE = "gone"


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


def drawable(operator: OperatorPolicy) -> tuple[Rating, ...]:
    """Give the ratings that this operator lets anybody draw anywhere."""
    most = operator.highest if operator.tagger else lowest(operator.highest, WITHOUT_TAGGER)
    return tuple([rating for rating in ORDER if not exceeds(rating, most)])


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
    guild_id: int | None = None
    """None: a direct message, or nobody knows."""
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


def nameable(situation: Situation, *, own: bool = True) -> Rating | None:
    """Give the highest rating whose words an answer here may repeat; None where it may repeat none.

    It is what may be drawn here. Somebody's own words are read by them alone, so of those it is `sensitive` wherever
    this kind of place can have that: a member of a server that draws `safe` is told which word is in the way.
    """
    of_kind, here = PLACE_LIMIT.get(situation.place), limit(situation)
    if of_kind is None or not own:
        return here
    mild = lowest(of_kind, "sensitive")
    return mild if here is None else highest(here, mild)


def judge(
    situation: Situation,
    gate_question: GateQuestion,
    words: TextFilter,
    *,
    in_private: bool = False,
    own: bool = True,
) -> Verdict:
    """Decide whether a picture may be asked for, or begun, now.

    Args:
        situation: Where, and by whom.
        gate_question: What.
        words: What is known of words.
        in_private: Only whoever asks reads the answer: it may name words, and advise.
        own: They typed all of the words.
    """
    telling = Telling(nameable(situation, own=own), limit(situation)) if in_private else NOTHING_TOLD
    verdict = _first_no(explain(situation, gate_question, words, telling), gate_question.rating)
    if in_private and verdict.rule in _ABOUT_RATINGS:
        return msgspec.structs.replace(verdict, sentence=_advised(verdict.sentence, telling.highest))
    return verdict


_ABOUT_RATINGS = frozenset({"operator", "tagger", "place", "server", "channel", "role", "access"})


def _advised(refusal: Sentence, highest_here: Rating | None) -> Sentence:
    """Say what may be asked for here, unless the refusal says just that."""
    if highest_here is None or refusal.values.get("highest") == highest_here:
        return refusal
    return says.up_to_here(refusal, highest_here)


def explain(
    situation: Situation, gate_question: GateQuestion, words: TextFilter, telling: Telling = NOTHING_TOLD
) -> Iterator[Step]:
    """Give every rule, in the order in which they decide; `judge` stops at the first no."""
    asked = words.asks_for(gate_question)
    if gate_question.from_upload:
        yield from _upload_steps(situation.operator, asked)
    yield from _limit_steps(situation, asked)
    yield from _access_steps(situation, asked)
    yield _lock_step(situation.person)
    if gate_question.model is not None:
        yield _model_step(situation, gate_question.model, asked)
    if gate_question.draft:
        yield _DRAFT if situation.operator.tagger else _NO_DRAFT
    yield from _lora_steps(situation, gate_question.loras, asked)
    yield from words.steps(gate_question, asked, situation.operator, situation.server.denied, telling)


def _upload_steps(operator: OperatorPolicy, rating: Rating) -> Iterator[Step]:
    """What begins with somebody's picture is looked at, and is safe for ever."""
    yield Step("upload", allowed=operator.tagger, sentence=uploads.NEEDS_TAGGER)
    yield Step("upload", allowed=not exceeds(rating, "safe"), sentence=uploads.ONLY_SAFE)


def brings(situation: Situation) -> Verdict:
    """Decide whether somebody may bring a picture to begin with, before it is looked at: what comes of it is `safe`."""
    steps = chain(_limit_steps(situation, "safe"), _access_steps(situation, "safe"), (_lock_step(situation.person),))
    return _first_no(steps, "safe")


def shows(situation: Situation, asked: Rating, measured: Rating | None) -> Verdict:
    """Decide whether a picture that exists may be shown, by the higher of its asked and its measured rating.

    Args:
        situation: As it is now, not as it was when the picture was asked for.
        asked: The rating of its request.
        measured: What the tagger saw; None where none is configured.
    """
    if measured is None and situation.operator.tagger:
        return Verdict(allowed=False, rule="tagger", sentence=says.NOT_RATED)
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
        return Verdict(allowed=False, rule="tagger", sentence=says.preview_not_rated(asked))
    return shows(situation, asked, measured)


def _first_no(steps: Iterable[Step], rating: Rating) -> Verdict:
    for step in steps:
        if not step.allowed:
            return Verdict(allowed=False, rule=step.rule, sentence=step.sentence, strike=step.strike)
    return Verdict(allowed=True, rule="allowed", sentence=says.allowed(rating))


def _limits(situation: Situation) -> Iterator[tuple[Decider, Rating]]:
    """Give every limit that counts here, with what decided it."""
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
        yield "role" if situation.person.roles is not None else "unseen_roles", of_roles


def _limit_steps(situation: Situation, rating: Rating) -> tuple[Step, ...]:
    if situation.place is Place.GONE:
        return (Step("place", allowed=False, sentence=says.PLACE_GONE),)
    return tuple([_limit_step(decider, situation.place, decided, rating) for decider, decided in _limits(situation)])


@cache  # of values, in no language; there are a few hundred
def _limit_step(decider: Decider, place: Place, highest_here: Rating, rating: Rating) -> Step:
    """Say what a limit means for a rating."""
    rule = "role" if decider == "unseen_roles" else decider
    if exceeds(rating, highest_here):
        return Step(rule, allowed=False, sentence=says.above_limit(rating, decider, place.value, highest_here))
    return Step(rule, allowed=True, sentence=says.limit(decider, place.value, highest_here))


def _access_steps(situation: Situation, rating: Rating) -> Iterator[Step]:
    server = situation.server
    yield _DRAWS_HERE if server.draws_in(situation.channels) else _DRAWS_ELSEWHERE
    if server.may_ask(rating, situation.person.roles):
        yield _MAY_ASK
    else:
        yield Step("access", allowed=False, sentence=says.needs_role(rating))


def may_choose(situation: Situation, model: ModelRule, asked: Rating) -> bool:
    """Tell whether a checkpoint may be chosen for a request of this rating."""
    return _model_step(situation, model, asked).allowed


def _model_step(situation: Situation, model: ModelRule, asked: Rating) -> Step:
    """Hold which checkpoints a server offers, and up to which rating each of them draws."""
    if not offered_here((model,), situation.server.models):
        return Step("model", allowed=False, sentence=about_models.not_here(model.title))
    if exceeds(asked, model.rating):
        return Step("model", allowed=False, sentence=about_models.above_its_rating(model.title, model.rating))
    return Step("model", allowed=True, sentence=about_models.ALLOWED)


def may_use(situation: Situation, lora: LoraRule, asked: Rating) -> bool:
    """Tell whether a LoRA may be used for a request of this rating."""
    return all(step.allowed for step in _lora_steps(situation, (lora,), asked))


def _lora_steps(situation: Situation, loras: Iterable[LoraRule], asked: Rating) -> Iterator[Step]:
    """Hold what the operator said of each LoRA: for which ratings it is, where, and for whom."""
    for lora in loras:
        title = lora.title or lora.name
        if lora.servers and situation.guild_id not in lora.servers:
            yield Step("lora", allowed=False, sentence=about_loras.NOT_IN_THIS_SERVER)
        elif lora.roles and not (situation.person.roles or frozenset()) & frozenset(lora.roles):
            yield Step("lora", allowed=False, sentence=about_loras.for_some_roles(title))
        elif exceeds(asked, lora.rating):
            yield Step("lora", allowed=False, sentence=about_loras.above_its_rating(title, lora.rating))
        else:
            yield Step("lora", allowed=True, sentence=about_loras.ALLOWED)


_DRAFT = Step("draft", allowed=True, sentence=about_loras.DRAFT_ALLOWED)
_NO_DRAFT = Step("draft", allowed=False, sentence=about_loras.NOT_RATED)
_DRAWS_HERE = Step("channels", allowed=True, sentence=says.DRAWS_HERE)
_DRAWS_ELSEWHERE = Step("channels", allowed=False, sentence=says.DRAWS_ELSEWHERE)
_MAY_ASK = Step("access", allowed=True, sentence=says.MAY_ASK)
_NOT_LOCKED = Step("lock", allowed=True, sentence=says.NOT_LOCKED)


def _lock_step(person: Asker) -> Step:
    if person.locked_until is None:
        return _NOT_LOCKED
    return Step("lock", allowed=False, sentence=says.locked_out(person.locked_until))

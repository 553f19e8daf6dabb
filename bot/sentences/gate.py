"""What the gate says: which rule forbids what, and what its answer is.

Words of a request are in it only where the place may read them, and whoever typed them reads it alone. What is never
drawn, and what guards children and real people, names none: it would be a guide around the lists.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from bot.sentences.quoting import listed, quoted
from bot.sentences.sentence import Sentence, fixed, sentence

if TYPE_CHECKING:
    from engine.wire import Rating

Decider = Literal["operator", "tagger", "place", "server", "channel", "role", "unseen_roles"]
"""Who or what decided a limit."""

PlaceName = Literal["age_restricted", "open", "direct", "announcement", "unknown", "gone"]

_PLACES: dict[PlaceName, str] = {
    "age_restricted": "an age-restricted channel",
    "open": "a channel that is not age-restricted",
    "direct": "a direct message",
    "announcement": "an announcement channel",
    "unknown": "a place whose age restriction is not known",
    "gone": "a channel that was deleted, or that the bot cannot see",
}

_DECIDED: dict[Decider, str] = {
    "operator": "this bot draws nothing above",
    "tagger": "without a picture tagger this bot draws nothing above",
    "place": "in {} the highest rating is",
    "server": "in {} the highest rating of this server is",
    "channel": "the highest rating of this channel is",
    "role": "the highest rating for your roles is",
    "unseen_roles": "the highest rating for people whose roles I cannot see is",
}


def place_of(name: PlaceName) -> str:
    """Name a kind of place in a sentence."""
    return _PLACES[name]


def _decided(decider: Decider, place: PlaceName, highest: Rating) -> str:
    return f"{_DECIDED[decider].format(_PLACES[place])} `{highest}`."


@sentence
def limit(decider: Decider, place: PlaceName, highest: Rating) -> str:
    decided = _decided(decider, place, highest)
    return decided[0].upper() + decided[1:]


@sentence
def above_limit(rating: Rating, decider: Decider, place: PlaceName, highest: Rating) -> str:
    return f"`{rating}` is not allowed here: {_decided(decider, place, highest)}"


@sentence
def allowed(rating: Rating) -> str:
    return f"`{rating}` is allowed here."


PLACE_GONE = fixed("gate.PLACE_GONE", "This channel was deleted, or I cannot see it, so I cannot draw here.")
NOT_RATED = fixed("gate.NOT_RATED", "This picture was not rated, so it is not shown.")
REPORTED = fixed("gate.REPORTED", "This picture was reported. It is hidden until a moderator decides.")


@sentence
def preview_not_rated(asked: Rating) -> str:
    return f"Previews of `{asked}` pictures are shown only where a picture tagger rates them."


DRAWS_HERE = fixed("gate.DRAWS_HERE", "I may draw in this channel.")
DRAWS_ELSEWHERE = fixed("gate.DRAWS_ELSEWHERE", "Admins let me draw in other channels only.")
MAY_ASK = fixed("gate.MAY_ASK", "This person may ask for this rating.")


@sentence
def needs_role(rating: Rating) -> str:
    return f"`{rating}` is for people with certain roles here."


NOT_LOCKED = fixed("gate.NOT_LOCKED", "This person is not locked out.")


@sentence
def locked_out(until: int) -> str:
    return f"You are locked out. You can draw again <t:{until}:R>."


@sentence
def up_to_here(refusal: Sentence, highest: Rating) -> str:
    return f"{refusal!s} Here you can ask for up to `{highest}`."


def _duration(seconds: int) -> str:
    for unit, length in (("day", 86_400), ("hour", 3600), ("minute", 60)):
        if seconds >= length:
            number = round(seconds / length)
            return f"{number} {unit}{'' if number == 1 else 's'}"
    return f"{seconds} second{'' if seconds == 1 else 's'}"


@sentence
def warned(refusal: Sentence, counted: int, most: int, lock_s: int) -> str:
    return (
        f"{refusal!s} This refusal counts: it is {counted} of {most}. "
        f"After {most} you cannot draw for {_duration(lock_s)}."
    )


@sentence
def locked_by_strikes(refusal: Sentence, until: int) -> str:
    return f"{refusal!s} After several refusals like this you are locked out. You can draw again <t:{until}:R>."


# What the words of a request are refused for

FOUND_NOTHING = fixed("gate.FOUND_NOTHING", "No rule forbids these words.")


@sentence
def too_long(most: int) -> str:
    return f"I can check at most {most:,} characters of words."


NEVER_DRAWN = fixed("gate.NEVER_DRAWN", "Some of these words are never drawn, at any rating.")
DENIED = fixed("gate.DENIED", "Some of these words are not drawn here.")
"""Stored by versions that did not name the words."""


Denier = Literal["operator", "server"]
_DENIED_BY: dict[Denier, str] = {"operator": "the operator of this bot", "server": "the admins of this server"}


def _these(words: tuple[str, ...]) -> str:
    return listed(words) if words else "Some of these words"


def _is(words: tuple[str, ...]) -> str:
    return "is" if len(words) == 1 else "are"


def _them(words: tuple[str, ...]) -> str:
    return "it" if len(words) == 1 else "them"


@sentence
def denied_words(words: tuple[str, ...], by: Denier) -> str:
    return (
        f"{_these(words)} {_is(words)} not drawn here: {_DENIED_BY[by]} denied {_them(words)}. "
        f"Please leave {_them(words)} out."
    )


@sentence
def words_need_rating(
    words: tuple[str, ...], needed: Rating, asked: Rating, can_have: bool, highest: Rating | None
) -> str:
    """Say which rating words need; `can_have`: it may be asked for here, where at most `highest` may."""
    belongs = "belongs" if len(words) == 1 else "belong"
    said = f"{_these(words)} {belongs} to `{needed}`, and this request is `{asked}`."
    if can_have:
        return f"{said} Here you can ask for up to `{highest}`: add `rating:{needed}`, or leave {_them(words)} out."
    up_to = "" if highest is None else f" Here you can ask for up to `{highest}`."
    return f"{said}{up_to} Please leave {_them(words)} out."


@sentence
def undressing_words(words: tuple[str, ...]) -> str:
    said = "Below `nsfw` the negative prompt may not push away clothes or a mild rating."
    return f"{said} Please leave {listed(words)} out of it." if words else said


@sentence
def drawn_at_safe_only(characters: tuple[str, ...]) -> str:
    return f"{listed(characters) if characters else 'This character'} {_is(characters or ('',))} drawn at `safe` only."


@sentence
def about_words(refusal: Sentence, words: tuple[str, ...]) -> str:
    """Say to an admin which words a rule is about."""
    return f"{refusal!s} That is about {listed(words)}."


@sentence
def words_of_rating(needed: Rating, asked: Rating) -> str:
    """Say what versions stored that did not name the words."""
    return (
        f"Some of these words belong to `{needed}`, and this request is `{asked}`. "
        "Leave them out, or ask for that rating where it is allowed."
    )


UNDRESSES = fixed("gate.UNDRESSES", "Below `nsfw` the negative prompt may not push away clothes or a mild rating.")
"""Stored by the same versions, and so is `CHARACTER_IS_CHILD`."""
MINORS = fixed("gate.MINORS", "Above `safe` everybody is an adult, and some of these words say otherwise.")
AVOIDS_AGE = fixed("gate.AVOIDS_AGE", "Above `safe` the negative prompt may not mention age.")
CHARACTER_IS_CHILD = fixed("gate.CHARACTER_IS_CHILD", "This character is drawn at `safe` only.")
REAL_PEOPLE = fixed("gate.REAL_PEOPLE", "Real people are drawn at `safe` only.")
LOOKS_YOUNG = fixed(
    "gate.LOOKS_YOUNG", "At this rating nothing may make anybody look young, and some of these words do."
)
REVIEWED_ONLY = fixed(
    "gate.REVIEWED_ONLY", "At this rating I draw only characters that the operator has reviewed as adults."
)
KNOWN_ONLY = fixed("gate.KNOWN_ONLY", "At this rating I draw only tags that I know, and I do not know one of these.")
"""Stored by versions that did not name the words."""

_MOST_NAMED = 5


@sentence
def only_known(words: tuple[str, ...]) -> str:
    named = ", ".join(map(quoted, words[:_MOST_NAMED]))
    return f"Here I draw only words that I know, and I do not know {named}. Leave that out, or say it in plain English."


# Before anything is judged

NO_CHANNEL = fixed("gate.NO_CHANNEL", "Discord did not say which channel this is. Please try again in another one.")


@sentence
def cannot_post(missing: tuple[str, ...]) -> str:
    return f"I cannot post here. This channel does not give me: {', '.join(missing)}."

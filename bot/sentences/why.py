"""What `/settings why` says: whether somebody's request would be drawn in a channel, and which rule is against it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from bot.sentences.gate import Decider, PlaceName, place_of
from bot.sentences.sentence import fixed, sentence

if TYPE_CHECKING:
    from engine.wire import Rating

Whose = Literal["operator", "server", "discord", "core", "person"]
"""Whose rule it is."""

_WHOSE: dict[Whose, str] = {
    "operator": "The operator of this bot set it.",
    "server": "The admins of this server set it, and can change it with `/settings show`.",
    "discord": "It comes with this kind of channel, and nobody can raise it.",
    "core": "It is built in, and holds everywhere.",
    "person": "It is about this person, and ends by itself.",
}


@sentence
def drawn(rating: Rating, member: int, channel: int) -> str:
    return f"`{rating}` for <@{member}> in <#{channel}> is allowed."


@sentence
def not_drawn(rating: Rating, member: int, channel: int, rule: str, whose: Whose) -> str:
    return f"`{rating}` for <@{member}> in <#{channel}> is refused by the rule **{rule}**. {_WHOSE[whose]}"


@sentence
def up_to(member: int, channel: int, highest: Rating) -> str:
    return f"<@{member}> can ask for up to `{highest}` in <#{channel}>."


@sentence
def nothing_there(member: int, channel: int) -> str:
    return f"<@{member}> can ask for nothing in <#{channel}>."


_DECIDED: dict[Decider, str] = {
    "operator": "This bot draws nothing above",
    "tagger": "Without a picture tagger this bot draws nothing above",
    "place": "In {place} the highest rating is",
    "server": "In {place} the highest rating of this server is",
    "channel": "The highest rating of <#{channel}> is",
    "role": "The highest rating for the roles of <@{member}> is",
    "unseen_roles": "I cannot see the roles of <@{member}>, so the lowest limit of any role counts:",
}


@sentence
def limit(decider: Decider, place: PlaceName, highest: Rating, member: int, channel: int) -> str:
    decided = _DECIDED[decider].format(place=place_of(place), channel=channel, member=member)
    return f"{decided} `{highest}`."


@sentence
def draws(channel: int) -> str:
    return f"I may draw in <#{channel}>."


@sentence
def draws_not(channel: int) -> str:
    return f"Admins let me draw in other channels than <#{channel}>."


@sentence
def may_ask(member: int, rating: Rating) -> str:
    return f"<@{member}> may ask for `{rating}`."


@sentence
def may_not_ask(member: int, rating: Rating) -> str:
    return f"`{rating}` is for people with certain roles here, and <@{member}> has none of them."


@sentence
def not_locked(member: int) -> str:
    return f"<@{member}> is not locked out."


@sentence
def locked(member: int, until: int) -> str:
    return f"<@{member}> is locked out until <t:{until}:f>. `/settings unlock` ends that in this server."


WITHOUT_WORDS = fixed(
    "why.WITHOUT_WORDS", "-# The words of a request are checked as well. The option `prompt` tells what they come to."
)
WITHOUT_DEFAULTS = fixed(
    "why.WITHOUT_DEFAULTS", "-# What this person set with `/me` is left out here. Nothing is drawn or counted."
)

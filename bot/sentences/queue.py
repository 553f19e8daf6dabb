"""What is said of the queue: how a request stands in it, why one more may not wait, and what `/queue` shows and did."""

from __future__ import annotations

from typing import Literal

from bot.sentences.sentence import Sentence, fixed, sentence


def _requests(number: int) -> str:
    return "1 request" if number == 1 else f"{number} requests"


def _pictures(number: int) -> str:
    return "1 picture" if number == 1 else f"{number} pictures"


# How a request stands

PAUSED = fixed("queue.PAUSED", "A moderator has paused this server's queue.")
ON_HOLD = fixed("queue.ON_HOLD", "On hold.")
RESTORED = fixed(
    "queue.RESTORED",
    "I was restored from a backup, so this request is on hold. Press Resume in `/queue` to draw it, or cancel it.",
)
IT_IS_DRAWN = fixed("queue.IT_IS_DRAWN", "It is being drawn.")
BEING_DRAWN = fixed("queue.BEING_DRAWN", "Being drawn.")


@sentence
def drawn_so_far(how_far: Sentence, card: int = 0) -> str:
    """Say how far it is, and on which of several cards; 0: there is one."""
    return f"Being drawn{f' by card {card}' if card else ''}: {how_far!s}."


def _place(place: int, exact: bool) -> str:
    return "Next in the queue." if place == 1 else f"Number {'' if exact else 'about '}{place} in the queue."


@sentence
def in_line(place: int, exact: bool, expected: int | None = None) -> str:
    return _place(place, exact) if expected is None else f"{_place(place, exact)} Expected <t:{expected}:R>."


@sentence
def in_line_for_the_engine(place: int, exact: bool, engine: Sentence) -> str:
    return f"{_place(place, exact)} {engine!s}"


# What the engine is about

RESTARTING = fixed("queue.RESTARTING", "I am restarting. This goes on by itself afterwards.")
ENGINE_STARTING = fixed("queue.ENGINE_STARTING", "The engine is still starting.")
ENGINE_UNUSABLE = fixed(
    "queue.ENGINE_UNUSABLE",
    "The engine cannot start, because its model file cannot be used. Whoever runs me has to change it. "
    "Your request is kept, and drawn after that.",
)
ENGINE_AWAY = fixed(
    "queue.ENGINE_AWAY", "The engine is not running right now. Your request is kept, and drawn when it is back."
)


@sentence
def engine_at(stage: str) -> str:
    return f"The engine is still starting: {stage}."


@sentence
def cards(drawing: int, cards: int) -> str:
    return f"Graphics cards that draw: {drawing} of {cards}."


# Why one more may not wait

OPERATOR_PAUSED = fixed("queue.OPERATOR_PAUSED", "Whoever runs me has paused drawing. Requests keep their place.")
OPERATOR_CLOSED = fixed(
    "queue.OPERATOR_CLOSED", "Whoever runs me takes no new requests for now. Waiting ones are still drawn."
)
SERVER_BLOCKED = fixed("queue.SERVER_BLOCKED", "Whoever runs me has stopped drawing for this server.")
CLOSED = fixed(
    "queue.CLOSED",
    "A moderator has closed the queue here. Waiting requests are still drawn, but no new ones are accepted.",
)


@sentence
def person_full(waiting: int, most: int, here: bool) -> str:
    where = " in this server" if here else ""
    return (
        f"You already have {_requests(waiting)} waiting{where}; the limit is {most}. "
        "Please wait until one is drawn, or cancel one."
    )


@sentence
def server_full(waiting: int, most: int) -> str:
    return f"This server has {_requests(waiting)} waiting; the limit is {most}."


@sentence
def full(waiting: int) -> str:
    return f"The queue is full, with {_requests(waiting)} waiting."


@sentence
def come_back(why: Sentence, at: int) -> str:
    return f"{why!s} Please try again <t:{at}:R>."


DayOf = Literal["person", "member", "server"]
"""Somebody everywhere, somebody in one server, or everybody in one."""

_ASKED: dict[DayOf, str] = {"person": "You have", "member": "In this server you have", "server": "This server has"}


def _day(whose: DayOf, drawn: int, most: int) -> str:
    return f"{_ASKED[whose]} asked for {_pictures(drawn)} in the last 24 hours; the limit is {most}."


@sentence
def day_full(whose: DayOf, drawn: int, most: int, wanted: int, room_at: int) -> str:
    return f"{_day(whose, drawn, most)} There is room for {_pictures(wanted)} <t:{room_at}:R>."


@sentence
def day_never(whose: DayOf, drawn: int, most: int, wanted: int) -> str:
    return f"{_day(whose, drawn, most)} {_pictures(wanted)} at once are more than that."


# What the buttons of `/queue` did, or could not do; a title is whose it is, or what was asked for

NO_LONGER_WAITS = fixed(
    "queue.NO_LONGER_WAITS", "This request is no longer waiting: it is being drawn, or it has ended."
)
ALREADY_DRAWN = fixed("queue.ALREADY_DRAWN", "This request is already drawn, or it has ended.")
OLD_BUTTON = fixed("queue.OLD_BUTTON", "This button is from an older version. Please use `/queue` again.")
NO_RECORD = fixed("queue.NO_RECORD", "I no longer have the record of this request.")
OTHER_SERVER = fixed("queue.OTHER_SERVER", "This request belongs to another server.")
MODERATORS_ONLY = fixed(
    "queue.MODERATORS_ONLY", "Only a moderator may do this: somebody with Manage Messages in this server."
)


@sentence
def not_yours(owner: int) -> str:
    return f"Only <@{owner}> or a moderator may do this."


@sentence
def cancelled(title: str) -> str:
    return f"{title} is cancelled."


@sentence
def first_of_server(title: str) -> str:
    return f"{title} is now the first of this server."


@sentence
def first_of_yours(title: str) -> str:
    return f"{title} is now the first of yours."


@sentence
def held(title: str) -> str:
    return f"{title} is on hold until it is resumed."


@sentence
def resumed(title: str) -> str:
    return f"{title} is back in the queue."


NOW_PAUSED = fixed(
    "queue.NOW_PAUSED",
    "Nothing of this server is started until somebody presses Resume queue. New requests are still accepted.",
)
GOES_ON = fixed("queue.GOES_ON", "This server's requests are drawn again.")
NOW_DRAINED = fixed(
    "queue.NOW_DRAINED",
    "Waiting requests are still drawn. No new ones are accepted until somebody presses Accept requests.",
)
NOW_OPEN = fixed("queue.NOW_OPEN", "New requests are accepted again.")

# The list


@sentence
def yours(jobs: int) -> str:
    return f"You have {'no requests' if jobs == 0 else _requests(jobs)} in the queue."


@sentence
def of_server(jobs: int) -> str:
    return f"This server has {'no requests' if jobs == 0 else _requests(jobs)} in the queue."


IS_PAUSED = fixed("queue.IS_PAUSED", "The queue is paused: nothing of this server is started.")
IS_DRAINED = fixed("queue.IS_DRAINED", "The queue is closed: waiting requests are drawn, but no new ones are accepted.")

ABOUT_SWITCHES = fixed(
    "queue.ABOUT_SWITCHES",
    """\
-# **Pause queue** starts nothing of this server until somebody presses Resume queue; new requests are still accepted.
-# **Stop new requests** accepts none until somebody presses Accept requests; waiting ones are still drawn.""",
)


@sentence
def entry(title: str, link: str | None, standing: Sentence) -> str:
    """Show a request in the list; without a link it has no message that this person can open."""
    message = "" if link is None else f" · [its message]({link})"
    return f"{title}{message}\n{standing!s}"


CANCEL = fixed("queue.CANCEL", "Cancel")
HOLD = fixed("queue.HOLD", "Hold")
RESUME = fixed("queue.RESUME", "Resume")
MOVE_UP = fixed("queue.MOVE_UP", "Move up")
PAUSE = fixed("queue.PAUSE", "Pause queue")
GO_ON = fixed("queue.GO_ON", "Resume queue")
DRAIN = fixed("queue.DRAIN", "Stop new requests")
TAKE_NEW_ONES = fixed("queue.TAKE_NEW_ONES", "Accept requests")
REFRESH = fixed("queue.REFRESH", "Refresh")
BACK = fixed("queue.BACK", "Back")
FURTHER = fixed("queue.FURTHER", "Next")
THIS_SERVER = fixed("queue.THIS_SERVER", "This server")
MINE = fixed("queue.MINE", "Mine")

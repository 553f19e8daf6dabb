"""What is said of the line: how a request stands in it, why one more may not wait, and what `/queue` shows and did."""

from __future__ import annotations

from typing import Literal

from bot.sentences.sentence import Sentence, fixed, sentence


def _requests(number: int) -> str:
    return "1 request" if number == 1 else f"{number} requests"


def _pictures(number: int) -> str:
    return "1 picture" if number == 1 else f"{number} pictures"


# How a request stands

PAUSED = fixed("queue.PAUSED", "A moderator has paused this server's line.")
ON_HOLD = fixed("queue.ON_HOLD", "On hold.")
IT_IS_DRAWN = fixed("queue.IT_IS_DRAWN", "It is being drawn.")
BEING_DRAWN = fixed("queue.BEING_DRAWN", "Being drawn.")


def _place(place: int, exact: bool) -> str:
    return "Next in line." if place == 1 else f"Number {'' if exact else 'about '}{place} in line."


@sentence
def in_line(place: int, exact: bool, expected: int | None = None) -> str:
    return _place(place, exact) if expected is None else f"{_place(place, exact)} Expected <t:{expected}:R>."


@sentence
def in_line_for_the_engine(place: int, exact: bool, engine: Sentence) -> str:
    return f"{_place(place, exact)} {engine!s}"


# What the engine is about

RESTARTING = fixed("queue.RESTARTING", "I am restarting; this goes on by itself after that.")
ENGINE_STARTING = fixed("queue.ENGINE_STARTING", "The engine is still starting.")
ENGINE_AWAY = fixed("queue.ENGINE_AWAY", "The engine is not running just now. This is kept, and drawn when it is back.")


@sentence
def engine_at(stage: str) -> str:
    return f"The engine is still starting: {stage}."


# Why one more may not wait

CLOSED = fixed(
    "queue.CLOSED", "A moderator has closed the line here: what waits is still drawn, but nothing new is taken."
)


@sentence
def person_full(waiting: int, most: int, here: bool) -> str:
    where = " in this server" if here else ""
    return (
        f"You already have {_requests(waiting)} waiting{where}; at most {most} may. "
        "Please wait until one is drawn, or cancel one."
    )


@sentence
def server_full(waiting: int, most: int) -> str:
    return f"This server has {_requests(waiting)} waiting; at most {most} may."


@sentence
def full(waiting: int) -> str:
    return f"The queue is full: {_requests(waiting)} are waiting, the most that may."


@sentence
def come_back(why: Sentence, at: int) -> str:
    return f"{why!s} It makes sense to come back <t:{at}:R>."


DayOf = Literal["person", "member", "server"]
"""Somebody everywhere, somebody in one server, or everybody in one."""

_ASKED: dict[DayOf, str] = {"person": "You have", "member": "In this server you have", "server": "This server has"}


def _day(whose: DayOf, drawn: int, most: int) -> str:
    return f"{_ASKED[whose]} asked for {_pictures(drawn)} in the last 24 hours; at most {most} may be drawn."


@sentence
def day_full(whose: DayOf, drawn: int, most: int, wanted: int, room_at: int) -> str:
    return f"{_day(whose, drawn, most)} There is room for {_pictures(wanted)} <t:{room_at}:R>."


@sentence
def day_never(whose: DayOf, drawn: int, most: int, wanted: int) -> str:
    return f"{_day(whose, drawn, most)} {_pictures(wanted)} at once are more than that."


# What the buttons of `/queue` did, or could not do

NO_LONGER_WAITS = fixed("queue.NO_LONGER_WAITS", "This one no longer waits: it is being drawn, or it is over.")
ALREADY_DRAWN = fixed("queue.ALREADY_DRAWN", "This one is already drawn, or over.")
OLD_BUTTON = fixed("queue.OLD_BUTTON", "This button is from an older version. Please use `/queue` again.")
NO_RECORD = fixed("queue.NO_RECORD", "I no longer keep the record of this request.")
OTHER_SERVER = fixed("queue.OTHER_SERVER", "This request is not of this server.")
MODERATORS_ONLY = fixed(
    "queue.MODERATORS_ONLY", "Only a moderator of this server, somebody who may manage messages in it, may do this."
)


@sentence
def not_yours(owner: int) -> str:
    return f"Only <@{owner}> or a moderator may do this."


@sentence
def cancelled(job_id: str) -> str:
    return f"`{job_id}` is cancelled."


@sentence
def first_of_server(job_id: str) -> str:
    return f"`{job_id}` has the next turn of this server."


@sentence
def first_of_yours(job_id: str) -> str:
    return f"`{job_id}` is first of yours."


@sentence
def held(job_id: str) -> str:
    return f"`{job_id}` is on hold, until it is resumed."


@sentence
def resumed(job_id: str) -> str:
    return f"`{job_id}` is back in line."


NOW_PAUSED = fixed(
    "queue.NOW_PAUSED",
    "Nothing of this server is started until somebody presses Go on. New requests are still taken.",
)
GOES_ON = fixed("queue.GOES_ON", "This server's requests are drawn again.")
NOW_DRAINED = fixed(
    "queue.NOW_DRAINED",
    "What waits is still drawn. Nothing new is taken until somebody presses Take new ones.",
)
NOW_OPEN = fixed("queue.NOW_OPEN", "New requests are taken again.")

# The list


@sentence
def yours(jobs: int) -> str:
    return f"You have {'no requests' if jobs == 0 else _requests(jobs)} in the queue."


@sentence
def of_server(jobs: int) -> str:
    return f"This server has {'no requests' if jobs == 0 else _requests(jobs)} in the queue."


IS_PAUSED = fixed("queue.IS_PAUSED", "The line is paused: nothing of this server is started.")
IS_DRAINED = fixed("queue.IS_DRAINED", "The line is being drained: nothing new is taken.")

CANCEL = fixed("queue.CANCEL", "Cancel")
HOLD = fixed("queue.HOLD", "Hold")
RESUME = fixed("queue.RESUME", "Resume")
MOVE_UP = fixed("queue.MOVE_UP", "Move up")
PAUSE = fixed("queue.PAUSE", "Pause")
GO_ON = fixed("queue.GO_ON", "Go on")
DRAIN = fixed("queue.DRAIN", "Drain")
TAKE_NEW_ONES = fixed("queue.TAKE_NEW_ONES", "Take new ones")
REFRESH = fixed("queue.REFRESH", "Refresh")
BACK = fixed("queue.BACK", "Back")
FURTHER = fixed("queue.FURTHER", "Further")
THIS_SERVER = fixed("queue.THIS_SERVER", "This server")
MINE = fixed("queue.MINE", "Mine")

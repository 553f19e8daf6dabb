"""How a job ends where it has no result, or where its pictures are kept back; stored with the job."""

from __future__ import annotations

from bot.sentences.quoting import quoted
from bot.sentences.sentence import Sentence, fixed, sentence

CANCELLED = fixed("ends.CANCELLED", "Cancelled.")
NOT_TAKEN = fixed("ends.NOT_TAKEN", "Discord did not accept the pictures.")
SORRY = fixed("ends.SORRY", "Something went wrong on my side. It is in the operator's log.")
ANSWER_NOT_TAKEN = fixed("ends.ANSWER_NOT_TAKEN", "Discord did not accept the answer.")
MESSAGE_NOT_NAMED = fixed("ends.MESSAGE_NOT_NAMED", "Discord did not say which message it is.")
NEVER_ACKNOWLEDGED = fixed("ends.NEVER_ACKNOWLEDGED", "The request was never confirmed.")
OVER_SINCE_BACKUP = fixed("ends.OVER_SINCE_BACKUP", "It was over before I was restored from a backup.")
ASK_AGAIN = fixed("ends.ASK_AGAIN", "Discord did not accept my answer. Please try again.")

# Why a message cannot be edited

CHANNEL_CLOSED = fixed("ends.CHANNEL_CLOSED", "Its channel was deleted, or I can no longer see it.")
CHANNEL_DELETED = fixed("ends.CHANNEL_DELETED", "Its channel was deleted.")
NOT_IN_SERVER = fixed("ends.NOT_IN_SERVER", "I am not in its server any more.")
MESSAGE_DELETED = fixed("ends.MESSAGE_DELETED", "Its message was deleted.")
THREAD_ARCHIVED = fixed("ends.THREAD_ARCHIVED", "Its thread was archived.")
NO_MESSAGE = fixed("ends.NO_MESSAGE", "It has no message.")
NO_RIGHT = fixed("ends.NO_RIGHT", "I am no longer allowed to post where you asked for it.")
PRIVATE_TOO_OLD = fixed("ends.PRIVATE_TOO_OLD", "Discord lets me edit a private message for fifteen minutes only.")


@sentence
def stopped(why: Sentence) -> str:
    return f"{why!s} So I stopped."


@sentence
def kept_for_show(why: Sentence, job_id: str) -> str:
    return f"{why!s} `/show picture:{job_id}` shows the pictures."


# What the engine could not do

QUARANTINED = fixed(
    "ends.QUARANTINED",
    "The engine crashed each time it drew this, so I do not try again. It is in the operator's log. "
    "Other words or another shape may work.",
)


PARENT_GONE = fixed(
    "ends.PARENT_GONE", "The picture that this starts from is no longer kept. Draw it again, and start from that."
)


@sentence
def begun_too_often(times: int) -> str:
    return f"I started this {times} times and never finished it, so I stop here."


INVALID_PARAMETERS = fixed("ends.INVALID_PARAMETERS", "The model cannot draw this combination of size and settings.")
NUMERICAL_FAILURE = fixed(
    "ends.NUMERICAL_FAILURE", "The picture came out black. Another seed or lower guidance usually helps."
)
RATING_FAILED = fixed(
    "ends.RATING_FAILED", "The picture filter did not answer, so nothing is shown. It is in the operator's log."
)
WITHHELD = fixed(
    "ends.WITHHELD", "The result may not be shown to anybody, so I did not keep it. Please change the words."
)
ENGINE_FAILED = fixed("ends.ENGINE_FAILED", "The engine could not draw this. It is in the operator's log.")

_NO_ROOM = "The graphics card has not enough memory for this size."

NO_ROOM_AT_ALL = fixed(
    "ends.NO_ROOM_AT_ALL", f"{_NO_ROOM} Smaller sizes do not fit right now either. Please try again later."
)


@sentence
def no_room_for_any_shape(width: int, height: int) -> str:
    return f"{_NO_ROOM} At most {width}×{height} fits, which is smaller than every shape here."


@sentence
def no_room(width: int, height: int, shape: str) -> str:
    return f"{_NO_ROOM} At most {width}×{height} fits: choose the shape {quoted(shape)}."


# What the gate no longer allows

UNRATED = fixed(
    "ends.UNRATED", "These pictures were drawn before pictures were rated here. They are not shown, and not kept."
)


@sentence
def nothing_left(count: int) -> str:
    came, they = ("The picture", "It is") if count == 1 else (f"All {count} pictures", "They are")
    return (
        f"{came} came out above the rating that is allowed here. {they} not shown, and not kept. "
        "Try another seed or milder words."
    )


# What is told beside the message


@sentence
def about(job_id: str, news: Sentence) -> str:
    return f"About your request `{job_id}`: {news!s}"


def _capital(text: str) -> str:
    return text[0].upper() + text[1:]


def _not_drawn(pictures: int) -> str:
    return f"your {'picture was' if pictures == 1 else 'pictures were'} not drawn."


def _waiting(pictures: int, job_id: str) -> str:
    are, them = ("picture is", "it") if pictures == 1 else ("pictures are", "them")
    return f"your {are} ready: `/show picture:{job_id}` shows {them}."


@sentence
def not_drawn(pictures: int, why: Sentence) -> str:
    return f"{_capital(_not_drawn(pictures))} {why!s}"


@sentence
def ping_not_drawn(owner: int, pictures: int) -> str:
    return f"<@{owner}>, {_not_drawn(pictures)} Its message says why."


@sentence
def waiting_for_you(pictures: int, job_id: str) -> str:
    return _capital(_waiting(pictures, job_id))


@sentence
def ping_ready(owner: int, pictures: int) -> str:
    return f"<@{owner}>, your {'picture is' if pictures == 1 else 'pictures are'} ready."

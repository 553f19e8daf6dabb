"""What is said of a reported picture: to whoever reported it, to everybody, and to its moderators."""

from __future__ import annotations

from typing import Literal

from bot.sentences.quoting import quoted_whole
from bot.sentences.sentence import Sentence, fixed, sentence

# To whoever reports

NOT_HIDDEN = fixed(
    "reports.NOT_HIDDEN",
    "Thank you. I no longer have the record of this picture, so I cannot hide it. I passed your report on.",
)


@sentence
def thanks(first: bool, hidden: bool, in_server: bool) -> str:
    who = "the moderators" if in_server else "the operator of this bot"
    told = f"I told {who}." if first else f"You had reported it before, and I told {who} then."
    return f"Thank you. {told}{' The picture is hidden until they decide.' if hidden else ''}"


# The form under Report

Reason = Literal["rating", "minor", "person", "hateful", "spam", "other"]
_REASONS: dict[Reason, str] = {
    "rating": "above the rating of this channel",
    "minor": "a child, or somebody like one, in a sexual way",
    "person": "a real person",
    "hateful": "hateful or cruel",
    "spam": "spam",
    "other": "something else",
}
"""What somebody may find wrong with a picture; the name is stored."""

REPORT_TITLE = fixed("reports.REPORT_TITLE", "Report this picture")
REASON = fixed("reports.REASON", "What is wrong with it?")
WORDS = fixed("reports.WORDS", "Anything the moderators should know?")
WORDS_HINT = fixed("reports.WORDS_HINT", "You may leave this empty.")


@sentence
def reason(name: Reason) -> str:
    return _REASONS[name]


@sentence
def reason_offered(name: Reason) -> str:
    """Begin with a capital letter, where it stands alone."""
    return _REASONS[name][0].upper() + _REASONS[name][1:]


# Taking it back

WITHDRAW = fixed("reports.WITHDRAW", "Take it back")


@sentence
def withdrawn_within(seconds: int) -> str:
    return f"-# A mistake? You can take it back for {seconds} seconds."


TAKEN_BACK = fixed("reports.TAKEN_BACK", "You took your report back.")
SHOWN_AGAIN = fixed("reports.SHOWN_AGAIN", "You took your report back. The picture is shown again.")
STILL_HIDDEN = fixed(
    "reports.STILL_HIDDEN", "You took your report back. Others reported the picture as well, so it stays hidden."
)
TOO_LATE = fixed("reports.TOO_LATE", "It is too late to take this back. The moderators decide about it.")
DECIDED_ALREADY = fixed("reports.DECIDED_ALREADY", "A moderator has already decided about this picture.")

# To the author of the picture


@sentence
def hidden_because(reasons: tuple[Sentence, ...], in_server: bool) -> str:
    until = " until a moderator decides" if in_server else ""
    said = "; ".join(map(str, reasons))
    return f"This picture was reported and is hidden{until}.{f' Reported as: {said}.' if said else ''}"


# In place of the picture

HIDDEN = fixed("reports.HIDDEN", "This picture was reported and is hidden.")
HIDDEN_UNTIL = fixed("reports.HIDDEN_UNTIL", "This picture was reported. It is hidden until a moderator decides.")

# To moderators

MODERATORS_ONLY = fixed(
    "reports.MODERATORS_ONLY",
    "Only a moderator may do this: somebody with Manage Messages where the picture was posted.",
)
NO_RECORD = fixed("reports.NO_RECORD", "I no longer have the record of this picture, so I cannot do that.")
NO_PICTURES = fixed("reports.NO_PICTURES", "I no longer have the pictures themselves.")
ALREADY_DELETED = fixed("reports.ALREADY_DELETED", "A moderator has already deleted this picture.")
NO_SUCH_TIME_OUT = fixed("reports.NO_SUCH_TIME_OUT", "This cannot be chosen. Please open the menu again.")
CANNOT_RESTORE = fixed("reports.CANNOT_RESTORE", "Discord does not let me put it back. Its message may be gone.")
MESSAGE_STAYS = fixed("reports.MESSAGE_STAYS", "The picture is gone, but Discord does not let me delete its message.")


@sentence
def look_elsewhere(refusal: Sentence) -> str:
    return f"{refusal!s} You can look at it where it was posted."


@sentence
def stays_hidden(refusal: Sentence) -> str:
    return f"It stays hidden. {refusal!s}"


def _author(author: int | None) -> str:
    return "Its author" if author is None else f"<@{author}>"


@sentence
def timed_out(author: int | None, until: int) -> str:
    return f"{_author(author)} cannot draw here until <t:{until}:f>."


@sentence
def timed_in(author: int | None) -> str:
    return f"{_author(author)} can draw here again."


REPORTED_PICTURE = fixed("reports.REPORTED_PICTURE", "A reported picture.")


@sentence
def picture_of(author: int) -> str:
    return f"A picture of <@{author}>."


ASKED_FOR = fixed("reports.ASKED_FOR", "**Asked for**")
WORDS_PRIVATE = fixed("reports.WORDS_PRIVATE", "Its author asked for it in private, so I do not show the words.")
IS_RESTORED = fixed("reports.IS_RESTORED", "The picture is shown again.")
IS_DELETED = fixed("reports.IS_DELETED", "The picture is deleted.")


@sentence
def reported(job_id: str, author: int, channel: int, link: str | None) -> str:
    """Tell of a report; where there is no link, its author alone saw it."""
    where = "only they saw it" if link is None else f"[its message]({link})"
    return f"**Reported** `{job_id}`, a picture of <@{author}> in <#{channel}>: {where}."


@sentence
def before_them(more: int) -> str:
    return f"- {more} {'person' if more == 1 else 'people'} before them."


@sentence
def reported_by(reporter: int | None, at: int) -> str:
    who = "Somebody" if reporter is None else f"<@{reporter}>"
    return f"- {who} reported it <t:{at}:R>."


@sentence
def reported_for(reporter: int | None, at: int, reason: Sentence, words: str) -> str:
    who = "Somebody" if reporter is None else f"<@{reporter}>"
    return f"- {who} reported it <t:{at}:R>: {reason!s}.{f' {quoted_whole(words)}' if words else ''}"


@sentence
def taken_back(report: Sentence, at: int) -> str:
    return f"{report!s} Taken back <t:{at}:R>."


ALL_TAKEN_BACK = fixed("reports.ALL_TAKEN_BACK", "Not hidden: the reports were taken back.")
HIDDEN_UNTIL_DECIDED = fixed("reports.HIDDEN_UNTIL_DECIDED", "Hidden until a moderator decides.")
RESTORED_BEFORE = fixed("reports.RESTORED_BEFORE", "Not hidden: a moderator restored it before.")
REPORTS_REJECTED = fixed("reports.REPORTS_REJECTED", "Not hidden: earlier reports by this person were rejected.")

Outcome = Literal["restored", "deleted"]
_OUTCOMES: dict[Outcome, str] = {"restored": "Restored", "deleted": "Deleted"}


@sentence
def decided(outcome: Outcome, decider: int | None, at: int) -> str:
    who = "" if decider is None else f" by <@{decider}>"
    return f"**{_OUTCOMES[outcome]}**{who} <t:{at}:R>."


@sentence
def author_timed_out(until: int) -> str:
    return f"Its author cannot draw here until <t:{until}:f>."


TIME_OUT = fixed("reports.TIME_OUT", "Time out its author for …")
ONE_HOUR = fixed("reports.ONE_HOUR", "1 hour")
ONE_DAY = fixed("reports.ONE_DAY", "1 day")
ONE_WEEK = fixed("reports.ONE_WEEK", "1 week")
THIRTY_DAYS = fixed("reports.THIRTY_DAYS", "30 days")
LIFT = fixed("reports.LIFT", "Lift the time-out")

"""What a server's log channel tells; its details are stored with the records."""

from __future__ import annotations

from typing import Literal

from bot.sentences.sentence import Sentence, fixed, sentence

Event = Literal["refused", "changed", "reported", "restored", "deleted", "timed out", "lifted", "withdrawn"]

_EVENTS: dict[Event, str] = {
    "refused": "Refused",
    "changed": "Changed",
    "reported": "Reported",
    "restored": "Restored",
    "deleted": "Deleted",
    "timed out": "Timed out",
    "lifted": "Let draw again",
    "withdrawn": "Taken back",
}


@sentence
def line(  # noqa: PLR0917  a part of the line each
    event: Event,
    at: int,
    user: int | None,
    channel: int | None,
    rule: str,
    detail: Sentence | None,
    prompt: str,
) -> str:
    """Write a record as one line; what is empty is left out."""
    who = "Somebody" if user is None else f"<@{user}>"
    where = "" if channel is None else f" in <#{channel}>"
    parts = [f"<t:{at}:T> **{_EVENTS[event]}**: {who}{where}"]
    if rule:
        parts.append(f"rule `{rule}`")
    if detail is not None:
        parts.append(str(detail))
    if prompt:
        parts.append(f"prompt {prompt}")
    return ", ".join(parts)


# Details of what a job was refused


@sentence
def of_job(job_id: str, what: Sentence) -> str:
    return f"job {job_id}, {what!s}"


@sentence
def loosened(what: Sentence) -> str:
    return f"by the operator's configuration, {what!s}"


@sentence
def operator_steered(paused: bool, closed: bool) -> str:
    return f"by the operator, {'paused' if paused else 'drawing'} and {'closed' if closed else 'open'} everywhere"


@sentence
def operator_blocked_server(server: str, blocked: bool) -> str:
    return f"by the operator, server {server} {'blocked' if blocked else 'unblocked'}"


@sentence
def operator_blocked_person(person: str, blocked: bool) -> str:
    return f"by the operator, person {person} {'blocked' if blocked else 'unblocked'} everywhere"


BEFORE_DRAWN = fixed("audit.BEFORE_DRAWN", "before it was drawn")
BEFORE_SHOWN = fixed("audit.BEFORE_SHOWN", "before it was shown")
BEFORE_RESTORED = fixed("audit.BEFORE_RESTORED", "before it was restored")


@sentence
def picture(number: int, seen: str | None) -> str:
    return f"picture {number}, {'not rated' if seen is None else f'seen as {seen}'}"


@sentence
def to_see(job_id: str) -> str:
    return f"to see job {job_id}"


# Details of reports


@sentence
def about_picture(job_id: str, detail: Sentence | None = None) -> str:
    return f"picture `{job_id}`" if detail is None else f"picture `{job_id}`, {detail!s}"


@sentence
def record_gone(link: str) -> str:
    return f"its record is gone: {link}"


@sentence
def for_reason(reason: Sentence) -> str:
    return f"reason: {reason!s}"


@sentence
def time_out(length: Sentence) -> str:
    return str(length).lower()


# Details of lifted locks


@sentence
def lifted_for(member: int) -> str:
    return f"for <@{member}>"


@sentence
def lifted_for_code(person: str) -> str:
    """Say whom without a name: the record stays when they ask to be forgotten."""
    return f"for person {person}"


@sentence
def lifted_everywhere(person: str) -> str:
    return f"by the operator, in all servers, for person {person}"

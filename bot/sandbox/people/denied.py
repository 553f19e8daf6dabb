"""What Discord's client would not let a person do, as the people's API says it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.rules.refusal import Reason, leaves

if TYPE_CHECKING:
    from bot.sandbox.rules.protocol import Json
    from bot.sandbox.rules.refusal import Refusal


class Denied(Exception):
    """The message is a sentence to show; `fields` says which field is at fault and why."""

    def __init__(self, status: int, code: str, message: str, fields: dict[str, str] | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.fields = fields

    def body(self) -> Json:
        error: Json = {"code": self.code, "message": self.message}
        if self.fields:
            error["fields"] = self.fields
        return {"error": error}


_UNKNOWN = {
    "user": "There is no such person.",
    "guild": "There is no such server, or you are not in it.",
    "channel": "There is no such channel, or you cannot see it.",
    "message": "There is no such message, or you cannot see it.",
    "command": "There is no such command here.",
    "component": "This message has no such control, or it is disabled.",
    "modal": "This form is no longer open.",
    "attachment": "There is no such file.",
}


def unknown(what: str) -> Denied:
    return Denied(404, f"unknown_{what}", _UNKNOWN[what])


def forbidden(message: str = "You do not have the permission to do that.") -> Denied:
    return Denied(403, "forbidden", message)


def invalid(fields: dict[str, str]) -> Denied:
    return Denied(400, "invalid_options", "Some fields need another value.", fields)


_SAME = {
    Reason.UNKNOWN_CHANNEL: "channel",
    Reason.UNKNOWN_MESSAGE: "message",
    Reason.UNKNOWN_USER: "user",
    Reason.UNKNOWN_GUILD: "guild",
}


def from_refusal(refusal: Refusal) -> Denied:
    """Say in the people's words what the rules of messages and places refused."""
    if refusal.reason in _SAME:
        return unknown(_SAME[refusal.reason])
    if refusal.status == 403:  # noqa: PLR2004 - the status itself
        return forbidden()
    details = [words for _, _, words in leaves(refusal.errors or {})] or [refusal.words]
    return Denied(400, "invalid_body", " ".join(f"{one.rstrip('.')}." for one in details))

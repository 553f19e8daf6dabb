"""How Discord says no: status, code and sentence, and for a bad form a tree of what is wrong where."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.rules.protocol import Json

Path = tuple[str | int, ...]


class Reason(Enum):
    """HTTP status, Discord's error code, Discord's words (documentation, "JSON Error Codes")."""

    UNAUTHORIZED = (401, 0, "401: Unauthorized")
    NOT_FOUND = (404, 0, "404: Not Found")
    UNREADABLE = (400, 50109, "The request body contains invalid JSON.")
    UNKNOWN_CHANNEL = (404, 10003, "Unknown Channel")
    UNKNOWN_GUILD = (404, 10004, "Unknown Guild")
    UNKNOWN_MEMBER = (404, 10007, "Unknown Member")
    UNKNOWN_MESSAGE = (404, 10008, "Unknown Message")
    UNKNOWN_EMOJI = (400, 10014, "Unknown Emoji")
    UNKNOWN_USER = (404, 10013, "Unknown User")
    UNKNOWN_WEBHOOK = (404, 10015, "Unknown Webhook")
    UNKNOWN_APPLICATION = (404, 10002, "Unknown Application")
    UNKNOWN_INTERACTION = (404, 10062, "Unknown interaction")
    UNKNOWN_COMMAND = (404, 10063, "Unknown application command")
    TOO_MANY_PINS = (400, 30003, "Maximum number of pinned messages reached (250)")
    TOO_MANY_REACTIONS = (400, 30010, "Maximum number of reactions reached (20)")
    TOO_LARGE = (413, 40005, "Request entity too large")
    ALREADY_ACKNOWLEDGED = (400, 40060, "Interaction has already been acknowledged.")
    MISSING_ACCESS = (403, 50001, "Missing Access")
    CANNOT_DM = (403, 50007, "Cannot send messages to this user")
    NOT_THE_AUTHOR = (403, 50005, "Cannot edit a message authored by another user")
    EMPTY_MESSAGE = (400, 50006, "Cannot send an empty message")
    NOT_A_TEXT_CHANNEL = (400, 50008, "Cannot send messages in a non-text channel")
    MISSING_PERMISSIONS = (403, 50013, "Missing Permissions")
    WRONG_CHANNEL_TYPE = (400, 50024, "Cannot execute action on this channel type")
    INVALID_WEBHOOK_TOKEN = (401, 50027, "Invalid Webhook Token")
    THREAD_IS_ARCHIVED = (400, 50083, "Thread is archived")
    TOO_MANY_COMMANDS = (429, 30034, "Maximum number of daily application command creates has been reached (200)")
    TOO_MANY_OLD_EDITS = (
        429,
        30046,
        "Maximum number of edits to messages older than 1 hour reached. Try again later",
    )
    INVALID_FORM = (400, 50035, "Invalid Form Body")
    ALREADY_HAS_THREAD = (400, 160004, "A thread has already been created for this message")
    CANNOT_REPLY = (400, 160002, "Cannot reply without permission to read message history")


WORDS = {code: words for _, code, words in (one.value for one in Reason) if code} | {
    20009: "Explicit content cannot be sent to the desired recipient(s)",
    20016: "This action cannot be performed due to slowmode rate limit",
    20028: "The write action you are performing on the channel has hit the write rate limit",
    50278: "Cannot send messages to this user due to having no mutual guilds",
    130000: "API resource is currently overloaded. Try again a little later",
}
"""Discord's words by its codes, also of what happens here only when it is ordered."""


class Refusal(Exception):
    """Discord's no; the route that raises it changes nothing."""

    def __init__(self, reason: Reason, errors: Json | None = None, *, retry_after_s: float | None = None) -> None:
        self.status, self.code, self.words = reason.value
        super().__init__(f"{self.status} {self.code}: {self.words}")
        self.reason = reason
        self.errors = errors
        self.retry_after_s = retry_after_s
        """Of a 429."""

    def body(self) -> Json:
        body: Json = {"message": self.words, "code": self.code}
        if self.retry_after_s is not None:
            body |= {"retry_after": round(self.retry_after_s, 3), "global": False}
        if self.errors is not None:
            body["errors"] = self.errors
        return body


def leaves(tree: Json, where: str = "") -> list[tuple[str, str, str]]:
    """Flatten an error tree: place, code, sentence."""
    found: list[tuple[str, str, str]] = []
    for name, node in tree.items():
        if name == "_errors":
            found += [(where, one["code"], one["message"]) for one in node]
        else:
            found += leaves(node, f"{where}.{name}" if where else name)
    return found


class Problems:
    """What is wrong with a form, collected: Discord reports all of it at once."""

    def __init__(self) -> None:
        self.found: list[tuple[Path, str, str]] = []

    def add(self, path: Path, code: str, message: str) -> None:
        self.found.append((path, code, message))

    def add_from(self, judge: Iterable[tuple[Path, str, str]]) -> None:
        """Add what another judge found, but for the places where something was found already."""
        known = {path for path, _, _ in self.found}
        self.found += [one for one in judge if one[0] not in known]

    def tree(self) -> Json:
        """Nest the findings by their paths; the leaves are lists under ``_errors``."""
        tree: Json = {}
        for path, code, message in self.found:
            node: dict[str, Any] = tree
            for step in path:
                node = node.setdefault(str(step), {})
            node.setdefault("_errors", []).append({"code": code, "message": message})
        return tree

    def refuse(self) -> None:
        """Raise 50035 if anything was found.

        Raises:
            Refusal: With the tree.
        """
        if self.found:
            raise Refusal(Reason.INVALID_FORM, self.tree())

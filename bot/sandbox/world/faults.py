"""Faults on demand: what goes wrong with the next calls and connections, as a test or a developer asked."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Annotated, Any, Literal

import msgspec
from msgspec import Meta, Struct

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.rules.protocol import Json
    from bot.sandbox.world.feed import EventFeed

Times = Annotated[int, Meta(ge=1)]


class _Fault(Struct, frozen=True, forbid_unknown_fields=True, tag_field="fault", tag=str.lower, kw_only=True):
    """What can be posted; the fields are described in `bot.sandbox.people.api`."""


class _OfCalls(_Fault, frozen=True, kw_only=True):
    route: str
    """``PATCH /webhooks/*/*/messages/@original``, a star for one segment; ``*`` alone for every call."""
    times: Times = 1

    def concerns(self, method: str, path: str) -> bool:
        pattern = ".*" if self.route == "*" else re.escape(self.route).replace(r"\*", "[^/]+")
        return re.fullmatch(pattern, f"{method} {path}") is not None


class Answer(_OfCalls, frozen=True, kw_only=True):
    status: Annotated[int, Meta(ge=400, le=599)]
    code: int = 0
    """Discord's own, as 50013; its words are found by it."""
    message: str = ""
    """Other words."""
    retry_after_s: float = 1.0
    via: bool = True
    """A 429 without this header is taken for a ban at the edge of the network, not for a limit."""
    is_global: bool = msgspec.field(name="global", default=False)
    scope: Literal["user", "global", "shared"] = "user"
    """Of a 429: whose limit it is; shared ones are not among the invalid requests."""
    html: bool | str = False
    """The page of the edge instead of JSON: its usual one, or this."""


class Reset(_OfCalls, frozen=True, kw_only=True):
    after_bytes: int = 0


class Lose(_OfCalls, frozen=True, kw_only=True):
    pass


class Delay(_OfCalls, frozen=True, kw_only=True):
    delay_s: float


class Refuse(_Fault, frozen=True, kw_only=True):
    times: Times = 1


class Reconnect(_Fault, frozen=True, kw_only=True):
    pass


class Invalidate(_Fault, frozen=True, kw_only=True):
    resumable: bool = False


class Drop(_Fault, frozen=True, kw_only=True):
    code: int = 1006


class Expire(_Fault, frozen=True, kw_only=True):
    code: Literal[50027, 10015] = 50027
    """How the webhook routes then answer: its time is over, or as if it had never been (api-docs issue 6851)."""


OfCalls = Answer | Reset | Lose | Delay
Immediate = Reconnect | Invalidate | Drop | Expire
Fault = OfCalls | Refuse | Immediate


@dataclass
class _Waiting:
    fault: OfCalls | Refuse
    left: int


class Faults:
    def __init__(self, feed: EventFeed) -> None:
        self._feed = feed
        self._waiting: dict[str, _Waiting] = {}
        self._numbers = count(1)
        self.at_once: Callable[[Immediate], None] = lambda _fault: None
        """Carries out what happens now."""

    def post(self, fault: Fault) -> str:
        """Arrange a fault; those of the gateway happen before this returns."""
        number = str(next(self._numbers))
        if isinstance(fault, (Answer, Reset, Lose, Delay, Refuse)):
            self._waiting[number] = _Waiting(fault, fault.times)
        else:
            self._feed.add("fault", what=str(msgspec.to_builtins(fault)["fault"]))
            self.at_once(fault)
        return number

    def post_json(self, body: Any) -> str:
        """Arrange a fault written as JSON.

        Raises:
            msgspec.ValidationError: There is no such fault, or a field is wrong.
        """
        return self.post(msgspec.convert(body, Fault))

    def withdraw(self, number: str | None = None) -> None:
        if number is None:
            self._waiting.clear()
        else:
            self._waiting.pop(number, None)

    def waiting(self) -> list[Json]:
        return [
            {**msgspec.to_builtins(one.fault), "id": number, "left": one.left} for number, one in self._waiting.items()
        ]

    def next_for(self, method: str, path: str) -> OfCalls | None:
        """Take what shall happen to this call, if anything."""
        for number, one in self._waiting.items():
            if not isinstance(one.fault, Refuse) and one.fault.concerns(method, path):
                self._use(number, f"{_words(one.fault)} to {method} {path}")
                return one.fault
        return None

    def refuses_gateway(self) -> bool:
        for number, one in self._waiting.items():
            if isinstance(one.fault, Refuse):
                self._use(number, "refuse the gateway connection")
                return True
        return False

    def _use(self, number: str, what: str) -> None:
        one = self._waiting[number]
        one.left -= 1
        if one.left == 0:
            del self._waiting[number]
        self._feed.add("fault", what=what)


def _words(fault: OfCalls) -> str:
    match fault:
        case Answer(status=status, code=code):
            return f"answer {status} {code}" if code else f"answer {status}"
        case Reset():
            return "reset the connection"
        case Lose():
            return "lose the answer"
        case Delay(delay_s=delay_s):
            return f"delay {delay_s:g} s"

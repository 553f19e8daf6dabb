"""What happened, in order: every REST call and gateway frame, for developers and for tests; without tokens."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from bot.sandbox.rules.protocol import Json
    from bot.sandbox.world.clock import Clock

_KEPT = 4000


class EventFeed:
    """A bounded record; old entries go, violations stay until they are forgotten."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._entries: deque[Json] = deque(maxlen=_KEPT)
        self._last = 0
        self.violations: list[Json] = []
        self.listeners: list[Callable[[Json], None]] = []

    def add(self, kind: str, **values: Any) -> Json:
        """Record something; the entry is given back so that a call may name it."""
        self._last += 1
        entry: Json = {"seq": self._last, "at": self._clock.iso(), "kind": kind, **values}
        self._entries.append(entry)
        for listen in self.listeners:
            listen(entry)
        return entry

    def violation(self, route: str, side: str, rule: str, message: str) -> Json:
        """Record what Discord would not have accepted (``request``), or would not have said (``response``)."""
        found: Json = {"seq": self._last, "route": route, "side": side, "rule": rule, "message": message}
        self.violations.append(found)
        return found

    def entries(
        self, *, after: int = 0, message_id: str | None = None, interaction_id: str | None = None, limit: int = 200
    ) -> list[Json]:
        """Give the newest of what matches, oldest first."""
        found: Iterable[Json] = (entry for entry in self._entries if entry["seq"] > after)
        if message_id is not None:
            found = (entry for entry in found if entry.get("message_id") == message_id)
        if interaction_id is not None:
            found = (entry for entry in found if entry.get("interaction_id") == interaction_id)
        return list(found)[-limit:]

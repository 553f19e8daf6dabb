"""What a bot may do in an hour or a day: limits of minutes and more, counted by the stand-in's movable clock.

The gaps of the quick limits are in `bot.sandbox.discord.rate_limits` and are real time; these here pass when the
clock is moved.
"""

from __future__ import annotations

from collections import defaultdict, deque
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.sandbox.rules.refusal import Reason, Refusal

if TYPE_CHECKING:
    from collections.abc import Hashable

    from bot.sandbox.rules.protocol import Json
    from bot.sandbox.world.clock import Clock
    from bot.sandbox.world.state import Message

DAY_S = 24 * 3600.0


@dataclass(frozen=True, slots=True)
class _Rule:
    most: int
    window_s: float


IDENTIFIES = _Rule(1, 5.0)
"""With a max_concurrency of 1 (documentation, "Rate Limiting", "Identify Rate Limit Concurrency")."""
SESSION_STARTS = _Rule(1000, DAY_S)
"""Of a bot in few guilds (documentation, "Session Start Limit Object"); at its end Discord resets the token."""
EDITS_OF_OLD_MESSAGES = _Rule(3, 20.0)
"""Of one channel. Discord publishes no number for code 30046; this is what bots have met."""
OLD_AFTER_S = 3600.0
"""The words of code 30046: "messages older than 1 hour"."""
COMMAND_CREATES = _Rule(200, DAY_S)
"""Everywhere together, and for each guild (documentation, "Registering a Command")."""
INVALID_REQUESTS = _Rule(10_000, 600.0)
"""Answers of 401, 403 and 429, shared limits apart (documentation, "Invalid Request Limit")."""


class _Counted:
    """Moments of what was done, for each key, as long as they count."""

    def __init__(self, rule: _Rule, clock: Clock) -> None:
        self._rule = rule
        self._clock = clock
        self._moments: defaultdict[Hashable, deque[float]] = defaultdict(deque)

    def count(self, key: Hashable = None, times: int = 1) -> None:
        now = self._clock.now()
        kept = self._fresh(key)
        kept.extend([now] * min(times, self._rule.most))
        while len(kept) > self._rule.most:
            kept.popleft()

    def _fresh(self, key: Hashable) -> deque[float]:
        kept = self._moments[key]
        while kept and kept[0] <= self._clock.now() - self._rule.window_s:
            kept.popleft()
        return kept

    def spent(self, key: Hashable = None) -> int:
        return len(self._fresh(key))

    def wait_s(self, key: Hashable = None) -> float:
        """Say how long until one more is allowed; 0 if it is now."""
        kept = self._fresh(key)
        return 0.0 if len(kept) < self._rule.most else kept[0] + self._rule.window_s - self._clock.now()

    def resets_in_s(self, key: Hashable = None) -> float:
        """Say how long until the oldest no longer counts; 0 where nothing does."""
        kept = self._fresh(key)
        return kept[0] + self._rule.window_s - self._clock.now() if kept else 0.0


class Allowances:
    """All of them; with `enforced` false they are counted and never refuse."""

    def __init__(self, clock: Clock, *, enforced: bool) -> None:
        self._clock = clock
        self.enforced = enforced
        self.identifies = _Counted(IDENTIFIES, clock)
        """By the shard's number modulo max_concurrency."""
        self.session_starts = _Counted(SESSION_STARTS, clock)
        self.old_edits = _Counted(EDITS_OF_OLD_MESSAGES, clock)
        """By channel."""
        self.command_creates = _Counted(COMMAND_CREATES, clock)
        """By guild, None for everywhere."""
        self.invalid_requests = _Counted(INVALID_REQUESTS, clock)

    def identify(self, shard: int) -> bool:
        """Count an IDENTIFY with the right token; False where Discord answers op 9: the last one is too near."""
        near = self.enforced and self.identifies.wait_s(shard) > 0
        if not near:
            self.identifies.count(shard)
            self.session_starts.count()
        return not near

    @property
    def starts_are_spent(self) -> bool:
        return self.enforced and self.session_starts.wait_s() > 0

    def session_start_limit(self) -> Json:
        """Write what ``GET /gateway/bot`` says of it."""
        return {
            "total": SESSION_STARTS.most,
            "remaining": SESSION_STARTS.most - self.session_starts.spent(),
            "reset_after": round(self.session_starts.resets_in_s() * 1000),
            "max_concurrency": IDENTIFIES.most,
        }

    def edit(self, message: Message) -> None:
        """Count an edit of a message, if it is old.

        Raises:
            Refusal: 30046.
        """
        if self._clock.now() - message.created_at <= OLD_AFTER_S:
            return
        channel = message.channel.id
        wait_s = self.old_edits.wait_s(channel)
        if self.enforced and wait_s > 0:
            raise Refusal(Reason.TOO_MANY_OLD_EDITS, retry_after_s=wait_s)
        self.old_edits.count(channel)

    def create_commands(self, guild_id: int | None, number: int) -> None:
        """Count commands whose names are new.

        Raises:
            Refusal: 30034; none of them may be created.
        """
        left = COMMAND_CREATES.most - self.command_creates.spent(guild_id)
        if self.enforced and number > left:
            raise Refusal(Reason.TOO_MANY_COMMANDS, retry_after_s=self.command_creates.resets_in_s(guild_id))
        self.command_creates.count(guild_id, number)

    @property
    def banned(self) -> bool:
        """Whether the edge of the network lets nothing through any more."""
        return self.enforced and self.invalid_requests.wait_s() > 0

    def view(self) -> Json:
        """Write how much of each is spent, for developers."""
        return {
            "enforced": self.enforced,
            "session_starts": self.session_starts.spent(),
            "invalid_requests": self.invalid_requests.spent(),
            "command_creates": self.command_creates.spent(),
            "banned": self.banned,
        }

    def spend(self, *, session_starts: int = 0, invalid_requests: int = 0, command_creates: int = 0) -> None:
        """Count so many at once, as if the bot had just done it; commands are those for everywhere."""
        self.session_starts.count(times=session_starts)
        self.invalid_requests.count(times=invalid_requests)
        self.command_creates.count(times=command_creates)

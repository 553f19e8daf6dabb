"""Who may not draw for a while: people whose words were refused again and again, and those whom moderators sent out."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from bot.safety.strikes import locked_until, standing

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.config import StrikeRules
    from bot.safety.strikes import StrikeCount
    from bot.store.strikes import Strikes


class Lockouts:
    """Strikes count in all servers together, and a lift of their lock in one; a moderator's lock holds in one."""

    def __init__(self, strikes: Strikes, rules: StrikeRules, now: Callable[[], float]) -> None:
        self._strikes = strikes
        self.rules = rules
        self._now = now

    async def until(self, user_id: int, guild_id: int | None) -> int | None:
        """Tell until when somebody is locked out, in Unix seconds; None where they are not."""
        now, against = self._now(), await self._strikes.against(user_id, guild_id)
        ends = (locked_until(against.strikes, now, self.rules), against.locked_until)
        return max((math.ceil(end) for end in ends if end is not None and end > now), default=None)

    async def strike(self, user_id: int, guild_id: int | None) -> StrikeCount:
        """Count a refusal of somebody's words, and tell how they stand where it happened."""
        await self._strikes.give(user_id, now=self._now())
        against = await self._strikes.against(user_id, guild_id)
        return standing(against.strikes, self._now(), self.rules)

    @property
    def per_lock(self) -> int:
        """So many strikes lock somebody out."""
        return self.rules.per_lock

"""How much may wait, be drawn at once, and be drawn in a day: the operator's limits, and a server's narrower ones."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec import Struct

if TYPE_CHECKING:
    from bot.config import Limits
    from bot.safety.policy import ServerPolicy

DAY_S = 24 * 3600.0
"""A day's pictures are those of the last 24 hours, wherever midnight is."""


class Allowance(Struct, frozen=True, kw_only=True):
    """One authority's limits; None: it sets none.

    Counted per person, the operator's bind over all servers together, a server's within it.
    """

    waiting_per_person: int | None = None
    waiting_per_server: int | None = None
    running_per_person: int | None = None
    running_per_server: int | None = None
    pictures_per_person: int | None = None
    """In `DAY_S`, as the next."""
    pictures_per_server: int | None = None

    @classmethod
    def of_operator(cls, limits: Limits) -> Allowance:
        """Read the configuration, where 0 is no limit."""
        return cls(
            waiting_per_person=limits.max_queue_per_person,
            waiting_per_server=limits.max_queue_per_server or None,
            running_per_person=limits.max_running_per_person or None,
            running_per_server=limits.max_running_per_server or None,
            pictures_per_person=limits.max_pictures_per_person_per_day or None,
            pictures_per_server=limits.max_pictures_per_server_per_day or None,
        )

    @classmethod
    def of_server(cls, policy: ServerPolicy) -> Allowance:
        """Read what the admins of a server decided; together with the operator's it can only narrow."""
        return cls(
            waiting_per_person=policy.max_queue_per_person,
            waiting_per_server=policy.max_queue,
            running_per_person=policy.max_running_per_person,
            running_per_server=policy.max_running,
            pictures_per_person=policy.max_pictures_per_person_per_day,
            pictures_per_server=policy.max_pictures_per_day,
        )

"""The table of policies: what the admins of each server decided, changed one thing at a time."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, NamedTuple

import msgspec

from bot.errors import StoreError
from bot.safety.policy import ServerPolicy

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from bot.store.database import Database

log = logging.getLogger(__name__)


class PolicyChange(NamedTuple):
    """What one change made of a policy."""

    before: ServerPolicy
    after: ServerPolicy


class Policies:
    """Policies by server; what was read once is remembered, for nobody else writes into this database."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._known: dict[int, ServerPolicy] = {}
        self._changing = asyncio.Lock()

    async def of(self, guild_id: int | None) -> ServerPolicy:
        """Give what holds in a server; where nobody decided anything, and in direct messages, what is shipped.

        Raises:
            StoreError: It cannot be read, so that nothing can be allowed there.
        """
        if guild_id is None:
            return ServerPolicy()
        known = self._known.get(guild_id)
        if known is None:
            known = await self._read(guild_id)
            # A change that was quicker than this reading stands.
            known = self._known.setdefault(guild_id, known)
        return known

    async def change(self, guild_id: int, change: Callable[[ServerPolicy], ServerPolicy]) -> PolicyChange:
        """Apply a change to the policy as it is now, not as somebody saw it: two admins change two things.

        Raises:
            Refused: What `change` raises; nothing was changed.
        """
        async with self._changing:
            before = await self.of(guild_id)
            after = change(before)
            if after != before:
                await self._database.fetch(
                    """
                    INSERT INTO policies (guild_id, policy) VALUES (:guild, :policy)
                    ON CONFLICT (guild_id) DO UPDATE SET policy = excluded.policy
                    """,
                    {"guild": guild_id, "policy": msgspec.json.encode(after).decode()},
                )
                self._known[guild_id] = after
            return PolicyChange(before, after)

    async def all(self) -> Sequence[tuple[int, ServerPolicy]]:
        """Read what holds in every server whose admins decided anything.

        What cannot be read is left out, and in the log: nothing is allowed in that server, and the others go on.
        """
        found: list[tuple[int, ServerPolicy]] = []
        for row in await self._database.fetch("SELECT guild_id, policy FROM policies"):
            try:
                found.append((row["guild_id"], _decoded(row["guild_id"], row["policy"])))
            except StoreError as error:
                log.error("%s", error)  # noqa: TRY400  the sentence is the operator's
        return found

    async def _read(self, guild_id: int) -> ServerPolicy:
        rows = await self._database.fetch("SELECT policy FROM policies WHERE guild_id = :guild", {"guild": guild_id})
        return _decoded(guild_id, rows[0]["policy"]) if rows else ServerPolicy()


def _decoded(guild_id: int, policy: str) -> ServerPolicy:
    try:
        return msgspec.json.decode(policy, type=ServerPolicy)
    except msgspec.DecodeError as error:
        raise StoreError(f"server {guild_id}: its policy in the database cannot be read: {error}") from error

"""What `/settings unlock` does: an admin lets somebody draw again who is locked out, in the admin's own server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from bot.answer import tell
from bot.checks.admins import admins_server
from bot.errors import InvalidRequest, NotYours
from bot.safety.audit import AuditRecord, pseudonym
from bot.sentences import audit as said
from bot.sentences import locks as says

if TYPE_CHECKING:
    from collections.abc import Callable

    import discord

    from bot.checks.audit import Audit
    from bot.checks.lockouts import Lockouts
    from bot.store import Store


@dataclass(kw_only=True, eq=False)
class Unlocking:
    """Strikes go on counting in every other server, so an admin decides for one alone."""

    store: Store
    lockouts: Lockouts
    audit: Audit
    now: Callable[[], float]

    async def unlock(self, interaction: discord.Interaction[Any], user: discord.Member | discord.User) -> None:
        """Let somebody draw again in this server, whatever locked them out here.

        Raises:
            NotYours: By no admin, or for oneself.
            InvalidRequest: They are not locked out here; perhaps another admin was faster.
        """
        guild = admins_server(interaction)
        if user.id == interaction.user.id:
            raise NotYours(says.NOT_YOUR_OWN)
        is_locked = await self.lockouts.until(user.id, guild.id) is not None
        if not is_locked or not await self.store.strikes.lift(user.id, guild.id, now=self.now()):
            raise InvalidRequest(says.not_locked_here(user.id))
        record = AuditRecord(
            event="lifted",
            at=self.now(),
            user_id=interaction.user.id,
            guild_id=guild.id,
            channel_id=interaction.channel_id,
            detail=said.lifted_for_code(pseudonym(user.id, self.store.key)),
        )
        await self.audit.write(record, names=said.lifted_for(user.id))
        await tell(interaction, says.let_draw_again(user.id))

"""What neither the bot nor a member can do: what Discord itself, its portal and people's wallets decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.rules.protocol import BOOSTED_FILE_BYTES, NITRO_FILE_BYTES, PRIVILEGED, Intent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.world.broadcast import Broadcast
    from bot.sandbox.world.state import Guild, User, World


class WorldControls:
    """The same by Python, for a program around the stand-in, and by ``/developer``, for everybody else."""

    def __init__(self, world: World, broadcast: Broadcast) -> None:
        self._world = world
        self._broadcast = broadcast

    def guild(self, guild_id: int) -> Guild:
        """Find a guild.

        Raises:
            LookupError: There is none.
        """
        found = self._world.guilds.get(guild_id)
        if found is None:
            raise LookupError("There is no such server.")
        return found

    def boost(self, guild: Guild, tier: int) -> None:
        """Set a guild's ``premium_tier`` and the limit of files that goes with it; the bot receives GUILD_UPDATE.

        Raises:
            ValueError: There is no such tier.
        """
        if tier not in BOOSTED_FILE_BYTES:
            raise ValueError("A server's premium_tier is 0 to 3.")
        guild.boost(tier)
        if self._world.bot_member(guild) is not None:
            self._broadcast.guild_changed(guild)

    def user(self, user_id: int) -> User:
        """Find a person.

        Raises:
            LookupError: There is none.
        """
        found = self._world.users.get(user_id)
        if found is None:
            raise LookupError("There is no such person.")
        return found

    def give_nitro(self, user: User, premium_type: int) -> None:
        """Give somebody Nitro (2), Nitro Basic (3), Nitro Classic (1) or none: it raises their limit of files.

        Raises:
            ValueError: There is no such type.
        """
        if premium_type not in NITRO_FILE_BYTES:
            raise ValueError("A user's premium_type is 0 to 3.")
        user.premium_type = premium_type

    def begin_outage(self, guild: Guild) -> None:
        """Take a guild out of the bot's reach: GUILD_DELETE with ``unavailable``, then no event but interactions."""
        if not guild.unavailable:
            guild.unavailable = True
            if self._world.bot_member(guild) is not None:
                self._broadcast.guild_lost(guild)

    def end_outage(self, guild: Guild) -> None:
        """Bring it back: GUILD_CREATE, as it is by now."""
        if guild.unavailable:
            guild.unavailable = False
            if self._world.bot_member(guild) is not None:
                self._broadcast.guild_back(guild)

    def grant_intents(self, names: Iterable[str]) -> None:
        """Let the portal grant these privileged intents and no others; who has connected stays.

        Args:
            names: Of ``GUILD_PRESENCES``, ``GUILD_MEMBERS``, ``MESSAGE_CONTENT``.

        Raises:
            ValueError: Another name.
        """
        known = {str(one.name): one for one in PRIVILEGED}
        granted: set[Intent] = set()
        for name in names:
            if name not in known:
                raise ValueError(f"{name} is not one of the privileged intents: {', '.join(known)}.")
            granted.add(known[name])
        self._world.application.privileged_intents = granted

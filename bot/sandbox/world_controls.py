"""What neither the bot nor a member can do: what Discord itself, its portal and people's wallets decide."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.protocol import PRIVILEGED, Intent

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.state import World


class WorldControls:
    """The same by Python, for a program around the stand-in, and by ``/developer``, for everybody else."""

    def __init__(self, world: World) -> None:
        self._world = world

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

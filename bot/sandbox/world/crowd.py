"""The people who are looking: one queue of events for each open WebSocket."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from typing import TYPE_CHECKING

from bot.sandbox.world import permissions

if TYPE_CHECKING:
    from collections.abc import Collection

    from bot.sandbox.rules.protocol import Json
    from bot.sandbox.world.state import Channel, World


class Crowd:
    def __init__(self, world: World) -> None:
        self._world = world
        self._ears: defaultdict[int, set[asyncio.Queue[Json]]] = defaultdict(set)

    def join(self, user_id: int) -> asyncio.Queue[Json]:
        """Open an ear; `leave` closes it."""
        ear: asyncio.Queue[Json] = asyncio.Queue()
        ear.put_nowait({"event": "ready", "data": {}})
        self._ears[user_id].add(ear)
        return ear

    def leave(self, user_id: int, ear: asyncio.Queue[Json]) -> None:
        self._ears[user_id].discard(ear)

    def tell(self, user_ids: Collection[int], event: str, data: Json) -> None:
        for user_id in user_ids:
            for ear in self._ears.get(user_id, ()):
                ear.put_nowait({"event": event, "data": data})

    def tell_all(self, event: str, data: Json) -> None:
        self.tell(list(self._ears), event, data)

    def viewers(self, channel: Channel) -> set[int]:
        """Give the ids of those who see a channel, whether or not they are looking."""
        people = channel.recipients
        if channel.guild is not None:
            people = [member.user for member in channel.guild.members.values()]
        return {user.id for user in people if not user.bot and permissions.sees(user, channel)}

"""The world with all that changes it: what a bot's calls, people and developers act upon."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.rules.forms import UploadedFile
    from bot.sandbox.rules.protocol import Json
    from bot.sandbox.world.allowances import Allowances
    from bot.sandbox.world.broadcast import Broadcast
    from bot.sandbox.world.interactions import Interactions
    from bot.sandbox.world.messages import Messages
    from bot.sandbox.world.places import PlaceChanges
    from bot.sandbox.world.reactions import Reactions
    from bot.sandbox.world.sessions import Sessions
    from bot.sandbox.world.state import Channel, Message, User, World


@dataclass(frozen=True)
class LocalDiscord:
    """All that a route acts upon."""

    world: World
    sessions: Sessions
    broadcast: Broadcast
    messages: Messages
    reactions: Reactions
    places: PlaceChanges
    interactions: Interactions
    allowances: Allowances
    gateway_url: Callable[[], str]
    """Known once the port is."""

    def open_post(
        self, forum: Channel, name: str, author: User, body: Json, files: dict[int, UploadedFile]
    ) -> tuple[Channel, Message]:
        """Open a thread of a forum with its first message, which has the thread's id.

        Raises:
            Refusal: What the message may raise; there is then no thread.
        """
        post = self.places.new_thread(forum, name, author)
        first = self.messages.create(
            post, author, body, files, message_id=post.id, once_checked=lambda: self.places.add(post)
        )
        return post, first

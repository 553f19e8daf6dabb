"""One request of one person: who asks, for which place, with what body, and how it is answered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import msgspec
from aiohttp import web
from msgspec import Struct

from bot.sandbox.people.denied import Denied, from_refusal, unknown
from bot.sandbox.rules import json_body
from bot.sandbox.rules.protocol import number
from bot.sandbox.rules.refusal import Refusal
from bot.sandbox.world import permissions
from bot.sandbox.world.state import Interaction

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.rules.protocol import Json
    from bot.sandbox.world.feed import EventFeed
    from bot.sandbox.world.local_discord import LocalDiscord
    from bot.sandbox.world.state import Channel, Guild, Message, User

    Answer = web.StreamResponse | Interaction | Json | None
    Handler = Callable[["Ask"], Awaitable[Answer]]


class _Body(Struct, frozen=True, forbid_unknown_fields=True):
    """What is posted; the fields are described in `bot.sandbox.people.api`."""


class Say(_Body, frozen=True):
    content: str = ""
    attachments: list[str] = []
    reply_to: str | None = None


class Slash(_Body, frozen=True):
    command: str
    options: dict[str, Any] = {}


class Autocomplete(_Body, frozen=True):
    command: str
    focused: str
    options: dict[str, Any] = {}


class Press(_Body, frozen=True):
    custom_id: str


class Choose(_Body, frozen=True):
    custom_id: str
    values: list[str]


class Menu(_Body, frozen=True):
    command: str


class Submit(_Body, frozen=True):
    values: dict[str, Any] = {}


class OpenThread(_Body, frozen=True):
    name: str
    message_id: str | None = None
    content: str = ""


class OpenDirectMessage(_Body, frozen=True):
    recipient_id: str = ""
    recipient_ids: list[str] = []


class ChangeChannel(_Body, frozen=True):
    nsfw: bool | None = None
    spoiler: bool | None = None
    archived: bool | None = None
    name: str | None = None
    topic: str | None = None


class CreateChannel(_Body, frozen=True):
    name: str
    type: int = 0
    nsfw: bool = False
    parent_id: str | None = None


class ChangeRole(_Body, frozen=True):
    name: str | None = None
    permissions: str | None = None


class SetOverwrite(_Body, frozen=True):
    allow: str = "0"
    deny: str = "0"


B = TypeVar("B", bound=_Body)


class Ask:
    """One request of one person."""

    def __init__(self, request: web.Request, local: LocalDiscord) -> None:
        self.request = request
        self._local = local
        me = local.world.users.get(self._id("me"))
        if me is None or me.bot:
            raise unknown("user")
        self.me: User = me

    def _id(self, name: str) -> int:
        return number(self.request.match_info[name])

    def id(self, name: str) -> int:
        return self._id(name)

    async def body(self, form: type[B]) -> B:
        return msgspec.convert(json_body.decode(await self.request.read() or b"{}"), type=form)

    @property
    def channel(self) -> Channel:
        found = self._local.world.channel(self._id("channel"))
        if found is None or not permissions.sees(self.me, found):
            raise unknown("channel")
        return found

    @property
    def message(self) -> Message:
        return self._local.messages.find(self.channel, self._id("message"), self.me)

    @property
    def guild(self) -> Guild:
        found = self._local.world.guilds.get(self._id("guild"))
        if found is None or self.me.id not in found.members:
            raise unknown("guild")
        return found


def answering(
    handler: Handler, local: LocalDiscord, feed: EventFeed
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Turn what a handler gives into an HTTP answer: JSON, 202 for an interaction, 204 for nothing, or the refusal."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            ask = Ask(request, local)
            if request.method != "GET":
                feed.add("person", user_id=str(ask.me.id), act=f"{request.method} {request.path}")
            result = await handler(ask)
        except Denied as denied:
            return web.json_response(denied.body(), status=denied.status)
        except Refusal as refusal:
            denied = from_refusal(refusal)
            return web.json_response(denied.body(), status=denied.status)
        except msgspec.DecodeError as error:
            return web.json_response(Denied(400, "invalid_body", str(error)).body(), status=400)
        if isinstance(result, Interaction):
            return web.json_response({"interaction_id": str(result.id)}, status=202)
        if isinstance(result, web.StreamResponse):
            return result
        return web.Response(status=204) if result is None else web.json_response(result)

    return answer

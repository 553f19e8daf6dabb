"""What a person sees: the state, messages, commands and the stream of events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.people.acts import Acts
from bot.sandbox.people.developer import stream
from bot.sandbox.rules.protocol import DIRECT, Json, Permission, number
from bot.sandbox.world import message_payloads, payloads, permissions
from bot.sandbox.world.broadcast import clock_view, guild_view

if TYPE_CHECKING:
    from collections.abc import Iterable

    from bot.sandbox.people.asking import Ask, Handler
    from bot.sandbox.world.crowd import Crowd
    from bot.sandbox.world.local_discord import LocalDiscord

_MOST_MESSAGES = 100


class ReadingHandlers:
    def __init__(self, local: LocalDiscord, crowd: Crowd) -> None:
        self._local = local
        self._world = local.world
        self._crowd = crowd
        self._acts = Acts(local)

    def routes(self) -> Iterable[tuple[str, str, Handler]]:
        channel = r"/channels/{channel:\d+}"
        yield "GET", "/state", self.state
        yield "GET", "/events", self.events
        yield "GET", f"{channel}/messages", self.messages
        yield "GET", channel + r"/messages/{message:\d+}", self.message
        yield "GET", f"{channel}/commands", self.commands

    async def people(self, _request: web.Request) -> web.Response:
        people = [{"user": payloads.user(one), "title": one.title} for one in self._world.users.values() if not one.bot]
        answer = {"people": people, "bot": self._bot(), "clock": clock_view(self._world), "welcome": self._welcome()}
        return web.json_response(answer)

    def _welcome(self) -> Json | None:
        told = self._world.welcome
        if told is None:
            return None
        return {
            "text": told.text,
            "starting": told.starting,
            "examples": [{"label": label, "line": line} for label, line in told.examples],
            "people": [{"user_id": str(user.id), "text": text} for user, text in told.people],
        }

    def _bot(self) -> Json:
        return {
            "user": payloads.user(self._world.bot),
            "application_id": str(self._world.application_id),
            "online": self._local.sessions.online,
        }

    async def state(self, ask: Ask) -> Json:
        world = self._world
        direct = [one for one in world.channels.values() if one.type in DIRECT and ask.me in one.recipients]
        return {
            "me": payloads.user(ask.me),
            "bot": self._bot(),
            "clock": clock_view(world),
            "guilds": [guild_view(one, ask.me, world) for one in world.guilds.values() if ask.me.id in one.members],
            "direct_messages": [payloads.private_channel(one, ask.me, world) for one in direct],
        }

    async def events(self, ask: Ask) -> web.StreamResponse:
        ear = self._crowd.join(ask.me.id)
        try:
            return await stream(ask.request, ear)
        finally:
            self._crowd.leave(ask.me.id, ear)

    async def messages(self, ask: Ask) -> Json:
        channel, query = ask.channel, ask.request.query
        found = [one for one in channel.messages.values() if one.visible_to in {None, ask.me.id}]
        if not permissions.may(ask.me, channel, permissions.reading_in(channel) | Permission.READ_MESSAGE_HISTORY):
            found = []
        limit = min(max(number(query.get("limit", "50")), 1), _MOST_MESSAGES)
        if after := query.get("after"):
            found = [one for one in found if one.id > number(after)][:limit]
        if before := query.get("before"):
            found = [one for one in found if one.id < number(before)]
        return {"messages": [message_payloads.message(one, self._world) for one in found[-limit:]]}

    async def message(self, ask: Ask) -> Json:
        return message_payloads.message(ask.message, self._world)

    async def commands(self, ask: Ask) -> Json:
        return {"commands": [one.body for one in self._acts.commands(ask.me, ask.channel)]}

"""Interactions whose data no client of Discord's would send, as a developer writes them; nothing in them is checked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from aiohttp import web

from bot.sandbox.rules import json_body
from bot.sandbox.rules.protocol import InteractionType, number
from bot.sandbox.rules.refusal import Refusal

if TYPE_CHECKING:
    from bot.sandbox.world.local_discord import LocalDiscord

_KINDS = {
    InteractionType.APPLICATION_COMMAND: "slash",
    InteractionType.MESSAGE_COMPONENT: "press",
    InteractionType.AUTOCOMPLETE: "autocomplete",
    InteractionType.MODAL_SUBMIT: "modal",
}
_OPENING = {InteractionType.APPLICATION_COMMAND, InteractionType.MESSAGE_COMPONENT}


class Forged(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is posted; described in `bot.sandbox.people.api`."""

    user_id: str
    channel_id: str
    type: int
    data: dict[str, Any]
    message_id: str | None = None


def add_to(app: web.Application, local: LocalDiscord) -> None:
    async def forge(request: web.Request) -> web.Response:
        try:
            forged = msgspec.convert(json_body.decode(await request.read()), type=Forged)
            type_ = InteractionType(forged.type)
            kind = _KINDS[type_]
        except (msgspec.ValidationError, Refusal, ValueError, KeyError) as error:
            return web.json_response({"error": {"code": "invalid_body", "message": str(error)}}, status=400)
        world = local.world
        user, channel = world.users.get(number(forged.user_id)), world.channels.get(number(forged.channel_id))
        source = None if channel is None else channel.messages.get(number(forged.message_id))
        if user is None or channel is None or (forged.message_id is not None and source is None):
            return _unknown("There is no such person, channel or message.")
        trigger = None
        if type_ is InteractionType.MODAL_SUBMIT:
            before = reversed(world.interactions.values())
            trigger = next((one for one in before if one.user is user and one.type in _OPENING), None)
            if trigger is None:
                return _unknown("This person has done nothing that could have opened a form.")
        opened = local.interactions.open(
            kind,
            user,
            channel,
            forged.data,
            type_=type_,
            command_name=forged.data.get("name"),
            source=source,
            trigger=trigger,
        )
        return web.json_response({"interaction_id": str(opened.id)})

    app.router.add_post("/developer/interactions", forge)


def _unknown(sentence: str) -> web.Response:
    return web.json_response({"error": {"code": "unknown", "message": sentence}}, status=404)

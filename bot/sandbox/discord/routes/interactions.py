"""Answering interactions: the callback, and what their tokens may do as webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.discord.routing import Call, Reply, RestRoute
from bot.sandbox.rules.fields import MESSAGE_FIELDS
from bot.sandbox.rules.refusal import Reason, Refusal
from bot.sandbox.world import message_payloads

if TYPE_CHECKING:
    from bot.sandbox.world.local_discord import LocalDiscord
    from bot.sandbox.world.state import Interaction, Message


def _callback(local: LocalDiscord, call: Call) -> Reply:
    call.about["interaction_id"] = call.params["interaction_id"]
    token = call.params["interaction_token"]
    body = local.interactions.answer(call.id("interaction_id"), token, call.body, call.files)
    return Reply(body) if call.flag("with_response") else Reply(status=204)


def _interaction(local: LocalDiscord, call: Call) -> Interaction:
    if call.id("webhook_id") != local.world.application_id:
        raise Refusal(Reason.UNKNOWN_WEBHOOK)
    found = local.interactions.by_token(call.params["webhook_token"])
    call.about |= {"interaction_id": str(found.id), "channel_id": str(found.channel.id)}
    return found


def _message(local: LocalDiscord, call: Call) -> tuple[Interaction, Message]:
    interaction = _interaction(local, call)
    if "message_id" in call.params:
        message = local.interactions.message(interaction, call.id("message_id"))
    else:
        message = local.interactions.original(interaction)
    call.about["message_id"] = str(message.id)
    return interaction, message


def _get(local: LocalDiscord, call: Call) -> Reply:
    _, message = _message(local, call)
    return Reply(message_payloads.message(message, local.world))


def _edit(local: LocalDiscord, call: Call) -> Reply:
    interaction, message = _message(local, call)
    local.allowances.edit(message)
    edited = local.interactions.edit(interaction, message, call.body, call.files)
    return Reply(message_payloads.message(edited, local.world))


def _delete(local: LocalDiscord, call: Call) -> Reply:
    _, message = _message(local, call)
    local.messages.delete(message)
    return Reply(status=204)


def _follow_up(local: LocalDiscord, call: Call) -> Reply:
    """Interaction webhooks answer with the message whether or not ``wait`` is set (documentation, "Followup")."""
    interaction = _interaction(local, call)
    message = local.interactions.follow_up(interaction, call.body, call.files)
    call.about["message_id"] = str(message.id)
    return Reply(message_payloads.message(message, local.world))


_WEBHOOK = "/webhooks/{webhook_id}/{webhook_token}"

ROUTES = (
    RestRoute(
        "POST",
        "/interactions/{interaction_id}/{interaction_token}/callback",
        _callback,
        {"type": int, "data": dict},
        of_bot=False,
    ),
    RestRoute("POST", _WEBHOOK, _follow_up, MESSAGE_FIELDS, of_bot=False),
    *(
        route
        for one in ("@original", "{message_id}")
        for route in (
            RestRoute("GET", f"{_WEBHOOK}/messages/{one}", _get, of_bot=False),
            RestRoute("PATCH", f"{_WEBHOOK}/messages/{one}", _edit, MESSAGE_FIELDS, of_bot=False),
            RestRoute("DELETE", f"{_WEBHOOK}/messages/{one}", _delete, of_bot=False),
        )
    ),
)

"""How Discord writes messages, and what stands in them: attachments, reactions, what they answer."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING

from bot.sandbox.rules.components import media
from bot.sandbox.rules.protocol import InteractionType, Json
from bot.sandbox.world import payloads

if TYPE_CHECKING:
    from bot.sandbox.world.attachment import Attachment
    from bot.sandbox.world.state import Interaction, Message, World

EMBED_PICTURES = (("image", "url"), ("thumbnail", "url"), ("author", "icon_url"), ("footer", "icon_url"))
"""Where an embed shows a picture, each with a ``proxy_`` address beside."""


def attachment(of: Attachment, world: World) -> Json:
    url, proxy_url = world.links.sign(of)
    body: Json = {
        "id": str(of.id),
        "filename": of.filename,
        "size": len(of.data),
        "url": url,
        "proxy_url": proxy_url,
    }
    optional = {
        "width": of.width,
        "height": of.height,
        "description": of.description,
        "title": of.title,
        "content_type": of.content_type,
    }
    body |= {name: value for name, value in optional.items() if value is not None}
    if of.ephemeral:
        body["ephemeral"] = True
    if of.spoiler:
        body["flags"] = 1 << 3
    return body


def message(of: Message, world: World) -> Json:
    """Write a message as everybody who sees it sees it."""
    body: Json = {
        "id": str(of.id),
        "type": _message_type(of),
        "channel_id": str(of.channel.id),
        "author": payloads.user(of.author),
        "content": of.content,
        "timestamp": world.clock.iso(of.created_at),
        "edited_timestamp": None if of.edited_at is None else world.clock.iso(of.edited_at),
        "tts": False,
        "mention_everyone": of.mention_everyone,
        "mentions": [payloads.user(one) for one in of.mentions],
        "mention_roles": [str(one) for one in of.mention_roles],
        "attachments": [attachment(one, world) for one in of.attachments],
        "embeds": _embeds(of, world),
        "components": _components(of, world),
        "pinned": of.pinned_at is not None,
        "flags": int(of.flags),
    }
    if of.reactions:
        body["reactions"] = [_reaction(emoji_name, who, world) for emoji_name, who in of.reactions.items()]
    if of.nonce is not None:
        body["nonce"] = of.nonce
    if of.author is world.bot and of.interaction is not None:
        body["application_id"] = body["webhook_id"] = str(world.application_id)
        body["interaction_metadata"] = metadata(of.interaction)
        first = of.interaction.original
        if first is not None and first is not of:
            body["interaction_metadata"]["original_response_message_id"] = str(first.id)
        if of.interaction.type == InteractionType.APPLICATION_COMMAND:
            body["interaction"] = {
                "id": str(of.interaction.id),
                "type": int(of.interaction.type),
                "name": of.interaction.command_name or "",
                "user": payloads.user(of.interaction.user),
            }
    if of.reply_to is not None:
        body["message_reference"] = _reference(of.reply_to)
        body["referenced_message"] = None if of.reply_to.deleted else message_without_reply(of.reply_to, world)
    if of.thread is not None:
        body["thread"] = payloads.channel(of.thread, world)
    return body


def emoji(name: str) -> Json:
    """Write an emoji by its name in a path: a character, or ``name:id``."""
    word, _, number = name.partition(":")
    return {"id": number or None, "name": word}


def _reaction(name: str, who: list[int], world: World) -> Json:
    return {
        "emoji": emoji(name),
        "count": len(who),
        "count_details": {"burst": 0, "normal": len(who)},
        "burst_colors": [],
        "me_burst": False,
        "me": world.bot.id in who,
    }


def _components(of: Message, world: World) -> list[Json]:
    """Sign the links of a layout anew, as those of the attachments are with every answer."""
    if not of.attachments:
        return of.components
    by_id = {str(one.id): one for one in of.attachments}
    fresh = copy.deepcopy(of.components)
    for _, reference in media(fresh):
        if (file := by_id.get(reference.get("attachment_id", ""))) is not None:
            reference["url"], reference["proxy_url"] = world.links.sign(file)
    return fresh


def _embeds(of: Message, world: World) -> list[Json]:
    """Sign the links of embedded files anew as well."""
    if not (of.embeds and of.attachments):
        return of.embeds
    by_id = {one.id: one for one in of.attachments}
    fresh = copy.deepcopy(of.embeds)
    for one in fresh:
        for place, key in EMBED_PICTURES:
            part: Json = one.get(place) or {}
            if (file := by_id.get(world.links.attachment_id(part.get(key) or "") or 0)) is not None:
                part[key], part[f"proxy_{key}"] = world.links.sign(file)
    return fresh


def message_without_reply(of: Message, world: World) -> Json:
    body = message(of, world)
    body.pop("referenced_message", None)
    return body


def _message_type(of: Message) -> int:
    if of.interaction is not None:
        menu = of.interaction.target_message or of.interaction.target_user
        return {InteractionType.APPLICATION_COMMAND: 23 if menu else 20}.get(
            of.interaction.type, 0 if of.reply_to is None else 19
        )
    return 0 if of.reply_to is None else 19


def _reference(of: Message) -> Json:
    body: Json = {"type": 0, "channel_id": str(of.channel.id), "message_id": str(of.id)}
    if of.channel.guild is not None:
        body["guild_id"] = str(of.channel.guild.id)
    return body


def metadata(of: Interaction) -> Json:
    """Who caused a message and by what."""
    body: Json = {
        "id": str(of.id),
        "type": int(of.type),
        "user": payloads.user(of.user),
        "authorizing_integration_owners": of.payload["authorizing_integration_owners"],
    }
    if of.command_name is not None:
        body["name"] = of.command_name
    if of.target_message is not None:
        body["target_message_id"] = str(of.target_message.id)
    if of.target_user is not None:
        body["target_user"] = payloads.user(of.target_user)
    if of.type == InteractionType.MESSAGE_COMPONENT and of.source is not None:
        body["interacted_message_id"] = str(of.source.id)
    if of.trigger is not None:
        body["triggering_interaction_metadata"] = metadata(of.trigger)
    return body

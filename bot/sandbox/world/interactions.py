"""The life of an interaction: acknowledged within three seconds, its token good for fifteen minutes."""

from __future__ import annotations

import asyncio
import secrets
from typing import TYPE_CHECKING

from bot.sandbox.rules import components
from bot.sandbox.rules.fields import MESSAGE_FIELDS, Fields, check_fields
from bot.sandbox.rules.protocol import (
    ACKNOWLEDGE_WITHIN_S,
    TOKEN_LIFE_S,
    CallbackType,
    InteractionType,
    Json,
    MessageFlag,
    OptionType,
)
from bot.sandbox.rules.refusal import Problems, Reason, Refusal
from bot.sandbox.world import installs, message_payloads, payloads, permissions, uploads
from bot.sandbox.world.state import Interaction

if TYPE_CHECKING:
    from bot.sandbox.rules.forms import UploadedFile
    from bot.sandbox.world.broadcast import Broadcast
    from bot.sandbox.world.messages import Messages
    from bot.sandbox.world.state import Channel, Message, User, World

_KEPT = 20_000
_DATA_FIELDS: dict[CallbackType, Fields] = {
    CallbackType.AUTOCOMPLETE: {"choices": list},
    CallbackType.MODAL: {"custom_id": str, "title": str, "components": list},
}
"""Of the other kinds, a message: the deferring ones take a whole one, too, and heed nothing but its flags."""
_TAKEN: dict[OptionType, type | tuple[type, ...]] = {
    OptionType.STRING: str,
    OptionType.INTEGER: int,
    OptionType.NUMBER: (int, float),
}


class Interactions:
    def __init__(self, world: World, broadcast: Broadcast, messages: Messages) -> None:
        self._world = world
        self._broadcast = broadcast
        self._messages = messages

    def open(
        self,
        kind: str,
        user: User,
        channel: Channel,
        data: Json,
        *,
        type_: InteractionType,
        command_name: str | None = None,
        source: Message | None = None,
        target_message: Message | None = None,
        target_user: User | None = None,
        trigger: Interaction | None = None,
        owners: Json | None = None,
    ) -> Interaction:
        """Hand over what a person did; the bot's three seconds begin.

        `owners` are those of a command; what follows from an earlier interaction has that one's.
        """
        world = self._world
        interaction = Interaction(
            world.new_id(),
            secrets.token_urlsafe(96),
            type_,
            kind,
            user,
            channel,
            world.clock.now(),
            {},
            command_name=command_name,
            source=source,
            target_message=target_message,
            target_user=target_user,
            trigger=trigger,
        )
        owners = self._owners(interaction) if owners is None else owners
        interaction.hushed = installs.hushed(owners, user, channel)
        interaction.payload = self._payload(interaction, data, owners)
        if type_ == InteractionType.AUTOCOMPLETE:
            interaction.choices = asyncio.get_running_loop().create_future()
        self._remember(interaction)
        interaction.deadline = world.clock.call_in(ACKNOWLEDGE_WITHIN_S, lambda: self._overdue(interaction))
        about = _about(interaction) | {"kind": kind, "message_id": None if source is None else str(source.id)}
        self._broadcast.person(user, "interaction.create", about)
        self._broadcast.interaction(interaction)
        return interaction

    def _remember(self, interaction: Interaction) -> None:
        world = self._world
        if len(world.interactions) >= _KEPT:
            oldest = world.interactions.pop(next(iter(world.interactions)))
            world.tokens.pop(oldest.token, None)
        world.interactions[interaction.id] = world.tokens[interaction.token] = interaction

    def _owners(self, of: Interaction) -> Json:
        earlier = of.trigger or (of.source.interaction if of.source is not None else None)
        if earlier is not None:
            return earlier.payload["authorizing_integration_owners"]
        return installs.owners([installs.Install.GUILD], of.user, of.channel, self._world)

    def _payload(self, of: Interaction, data: Json, owners: Json) -> Json:
        world, channel = self._world, of.channel
        body: Json = {
            "id": str(of.id),
            "application_id": str(world.application_id),
            "type": int(of.type),
            "data": data,
            "token": of.token,
            "version": 1,
            "locale": of.user.locale,
            "channel_id": str(channel.id),
            "channel": payloads.acting_channel(channel, of.user, world),
            "app_permissions": str(installs.app_permissions(of.user, channel, world)),
            "entitlements": [],
            "authorizing_integration_owners": owners,
            "context": int(installs.context(channel, world)),
            "attachment_size_limit": uploads.limit(channel, of.user),
        }
        if channel.guild is None:
            body["user"] = payloads.acting_user(of.user)
        else:
            body["member"] = payloads.member(channel.guild.members[of.user.id], world) | {
                "user": payloads.acting_user(of.user),
                "unusual_dm_activity_until": None,
                "permissions": str(permissions.in_channel(of.user, channel)),
            }
            body["entitlement_sku_ids"] = []
            body["guild_id"] = str(channel.guild.id)
            body["guild_locale"] = "en-US"
            body["guild"] = {"id": str(channel.guild.id), "locale": "en-US", "features": []}
        if of.source is not None:
            body["message"] = message_payloads.message(of.source, world)
        return body

    def _overdue(self, interaction: Interaction) -> None:
        if interaction.answered is not None:
            return
        interaction.failed = True
        if interaction.choices is not None and not interaction.choices.done():
            interaction.choices.set_result(None)
        words = f"{self._world.bot.username} did not respond in time."
        source = interaction.source
        about = _about(interaction) | {"message_id": None if source is None else str(source.id), "message": words}
        self._broadcast.person(interaction.user, "interaction.failed", about)

    def expire_all(self, *, vanish: bool = False) -> None:
        """Let every token run out now; with `vanish` as if there had never been one."""
        for interaction in self._world.interactions.values():
            interaction.revoked, interaction.vanished = True, vanish

    def by_token(self, token: str) -> Interaction:
        """Find what a webhook route is about.

        Raises:
            Refusal: 10015, there is no such token or it was not acknowledged; 50027, its fifteen minutes are over.
        """
        interaction = self._world.tokens.get(token)
        if interaction is None or interaction.answered is None or interaction.vanished:
            raise Refusal(Reason.UNKNOWN_WEBHOOK)
        if interaction.revoked or self._world.clock.now() >= interaction.created_at + TOKEN_LIFE_S:
            raise Refusal(Reason.INVALID_WEBHOOK_TOKEN)
        return interaction

    def answer(self, interaction_id: int, token: str, body: Json, files: dict[int, UploadedFile]) -> Json:
        """Take the bot's first answer.

        Raises:
            Refusal: 10062, unknown or too late; 40060, already acknowledged; 50035, not an answer to this; what
                the message itself may raise. After a refusal the interaction still waits.
        """
        interaction = self._world.interactions.get(interaction_id)
        if interaction is None or interaction.token != token or interaction.failed or interaction.revoked:
            raise Refusal(Reason.UNKNOWN_INTERACTION)
        if interaction.answered is not None:
            raise Refusal(Reason.ALREADY_ACKNOWLEDGED)
        problems = Problems()
        kind = self._kind(interaction, body, problems)
        data: Json = body.get("data") or {}
        check_fields(data, _DATA_FIELDS.get(kind, MESSAGE_FIELDS), problems, ("data",))
        if kind == CallbackType.AUTOCOMPLETE:
            _check_suggestions(interaction.payload["data"]["options"], data, problems)
        problems.refuse()
        try:
            resource = self._carry_out(interaction, kind, data, files)
        except Refusal as refusal:
            raise Refusal(refusal.reason, refusal.errors and {"data": refusal.errors}) from None
        interaction.answered = kind
        if interaction.deadline is not None:
            interaction.deadline.cancel()
        self._tell(interaction, kind)
        if interaction.trigger is not None:
            interaction.trigger.modal = None
        return self._response(interaction, kind, resource)

    def _kind(self, interaction: Interaction, body: Json, problems: Problems) -> CallbackType:
        """Find out which answer this is, and whether it fits what was asked."""
        number = body.get("type")
        fitting = {CallbackType.MESSAGE, CallbackType.DEFERRED_MESSAGE}
        if interaction.type == InteractionType.AUTOCOMPLETE:
            fitting = {CallbackType.AUTOCOMPLETE}
        else:
            if interaction.type != InteractionType.MODAL_SUBMIT:
                fitting |= {CallbackType.MODAL}
            if interaction.source is not None:
                fitting |= {CallbackType.UPDATE, CallbackType.DEFERRED_UPDATE}
        if number not in fitting:
            problems.add(
                ("type",), "INTERACTION_CALLBACK_TYPE_INVALID", f"Type {number} does not answer this interaction."
            )
            problems.refuse()
        kind = CallbackType(int(body["type"]))
        empty = {CallbackType.DEFERRED_MESSAGE, CallbackType.DEFERRED_UPDATE, CallbackType.UPDATE}
        if body.get("data") is None and kind not in empty:
            problems.add(("data",), "BASE_TYPE_REQUIRED", "This field is required")
        return kind

    def _carry_out(
        self, interaction: Interaction, kind: CallbackType, data: Json, files: dict[int, UploadedFile]
    ) -> Message | None:
        world = self._world
        match kind:
            case CallbackType.MESSAGE:
                interaction.original = self._messages.create(
                    interaction.channel, world.bot, data, files, interaction=interaction
                )
            case CallbackType.DEFERRED_MESSAGE:
                if interaction.channel.deleted:
                    raise Refusal(Reason.UNKNOWN_CHANNEL)
                wanted = bool(MessageFlag(data.get("flags") or 0) & MessageFlag.EPHEMERAL)
                ephemeral = wanted or interaction.hushed
                interaction.original = self._messages.defer(interaction, ephemeral=ephemeral)
                interaction.loading = True
            case CallbackType.UPDATE:
                if interaction.source is None or interaction.source.deleted:
                    raise Refusal(Reason.UNKNOWN_MESSAGE)
                interaction.original = self._messages.edit(interaction.source, data, files, uploader=interaction.user)
            case CallbackType.DEFERRED_UPDATE:
                interaction.original = interaction.source
            case CallbackType.MODAL:
                self._open_modal(interaction, data)
            case _:
                self._complete(interaction, data)
        if interaction.original is not None:
            interaction.messages.add(interaction.original.id)
        return interaction.original if kind in {CallbackType.MESSAGE, CallbackType.UPDATE} else None

    def _open_modal(self, interaction: Interaction, data: Json) -> None:
        problems = Problems()
        components.check_modal(data, problems)
        problems.refuse()
        interaction.modal = data
        opened = _about(interaction) | {name: data[name] for name in ("custom_id", "title", "components")}
        self._broadcast.person(interaction.user, "modal.open", opened)

    def _complete(self, interaction: Interaction, data: Json) -> None:
        choices: list[Json] = data["choices"]
        if interaction.choices is not None and not interaction.choices.done():
            interaction.choices.set_result(choices)
        about: Json = {"interaction_id": str(interaction.id), "choices": choices}
        self._broadcast.person(interaction.user, "autocomplete", about)

    def _tell(self, interaction: Interaction, kind: CallbackType) -> None:
        words = {
            CallbackType.MESSAGE: "message",
            CallbackType.DEFERRED_MESSAGE: "thinking",
            CallbackType.UPDATE: "update",
            CallbackType.DEFERRED_UPDATE: "update",
            CallbackType.MODAL: "modal",
            CallbackType.AUTOCOMPLETE: "autocomplete",
        }
        original = interaction.original
        about = _about(interaction) | {
            "kind": words[kind],
            "message_id": None if original is None else str(original.id),
        }
        self._broadcast.person(interaction.user, "interaction.answer", about)

    def _response(self, interaction: Interaction, kind: CallbackType, message: Message | None) -> Json:
        about: Json = {"id": str(interaction.id), "type": int(interaction.type)}
        if interaction.original is not None:
            about |= {
                "response_message_id": str(interaction.original.id),
                "response_message_loading": kind == CallbackType.DEFERRED_MESSAGE,
                "response_message_ephemeral": interaction.original.ephemeral,
            }
        body: Json = {"interaction": about}
        if message is not None:
            body["resource"] = {"type": int(kind), "message": message_payloads.message(message, self._world)}
        return body

    # What the token may do afterwards.

    def original(self, interaction: Interaction) -> Message:
        """Find the first answer.

        Raises:
            Refusal: 10008, there is none or it was deleted; 10003, its channel was.
        """
        if interaction.channel.deleted:
            raise Refusal(Reason.UNKNOWN_CHANNEL)
        if interaction.original is None or interaction.original.deleted:
            raise Refusal(Reason.UNKNOWN_MESSAGE)
        return interaction.original

    def message(self, interaction: Interaction, message_id: int) -> Message:
        """Find an answer by its id.

        Raises:
            Refusal: 10008, this token did not write it, or it was deleted.
        """
        if interaction.channel.deleted:
            raise Refusal(Reason.UNKNOWN_CHANNEL)
        if message_id not in interaction.messages:
            raise Refusal(Reason.UNKNOWN_MESSAGE)
        return self._messages.find(interaction.channel, message_id, interaction.user)

    def edit(self, interaction: Interaction, message: Message, body: Json, files: dict[int, UploadedFile]) -> Message:
        edited = self._messages.edit(message, body, files, uploader=interaction.user)
        if message is interaction.original:
            interaction.loading = False
        return edited

    def follow_up(self, interaction: Interaction, body: Json, files: dict[int, UploadedFile]) -> Message:
        """Say something more; right after a deferral it becomes the deferred answer (documentation, "Followup")."""
        if interaction.loading and interaction.original is not None and not interaction.original.deleted:
            return self.edit(interaction, interaction.original, body, files)
        message = self._messages.create(interaction.channel, self._world.bot, body, files, interaction=interaction)
        interaction.messages.add(message.id)
        return message


def _check_suggestions(options: list[Json], data: Json, problems: Problems) -> None:
    """Find suggestions that the option which is being filled in could not take."""
    for option in options:
        _check_suggestions(option.get("options") or [], data, problems)
        if not option.get("focused"):
            continue
        for index, choice in enumerate(data.get("choices") or ()):
            if not isinstance(choice["value"], _TAKEN[OptionType(option["type"])]):
                problems.add(
                    ("data", "choices", index, "value"), "BASE_TYPE_BAD_TYPE", "This value is of another type."
                )


def _about(interaction: Interaction) -> Json:
    return {"interaction_id": str(interaction.id), "channel_id": str(interaction.channel.id)}

"""What people do to the bot: commands, menus, buttons, selects and modals, each becoming an interaction."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.people import options, submissions
from bot.sandbox.people.denied import Denied, forbidden, invalid, unknown
from bot.sandbox.people.options import Resolved
from bot.sandbox.rules.components import walk
from bot.sandbox.rules.protocol import (
    FORUMS,
    SELECTS,
    ButtonStyle,
    ChannelType,
    CommandType,
    ComponentType,
    InteractionType,
    Json,
    Permission,
)
from bot.sandbox.world import installs, message_payloads, permissions

if TYPE_CHECKING:
    from bot.sandbox.world.local_discord import LocalDiscord
    from bot.sandbox.world.state import Channel, Command, Interaction, Message, User


class Acts:
    def __init__(self, local: LocalDiscord) -> None:
        self._local = local
        self._world = local.world

    def commands(self, user: User, channel: Channel) -> list[Command]:
        """Give what this person may use here; a guild's own command hides a global one of the same name."""
        found = [one for one in self._world.commands.values() if self._offered(one, user, channel)]
        own = {(one.type, one.name) for one in found if one.guild_id is not None}
        return [one for one in found if one.guild_id is not None or (one.type, one.name) not in own]

    def _offered(self, command: Command, user: User, channel: Channel) -> bool:
        rights = permissions.in_channel(user, channel)
        owners = installs.owners_of(command, user, channel, self._world)
        if not owners:
            return False
        if channel.guild is None:
            return user.adult_in_dms or not command.body.get("nsfw")
        if command.body.get("nsfw") and not channel.age_restricted:
            return False
        needed: str | None = command.body.get("default_member_permissions")
        if (
            "0" in owners  # whoever brought it along is not concerned
            and needed is not None
            and rights & Permission.ADMINISTRATOR == 0
            and (int(needed) == 0 or rights & int(needed) != int(needed))
        ):
            return False
        return bool(rights & Permission.USE_APPLICATION_COMMANDS)

    def _slash(self, user: User, channel: Channel, name: str) -> tuple[Command, list[Json]]:
        if not permissions.may(user, channel, permissions.sending_in(channel)):
            raise forbidden("You cannot write in this channel.")
        if channel.type in FORUMS | {ChannelType.CATEGORY}:
            raise forbidden("Choose a post first: nobody can write here directly.")
        usable = [one for one in self.commands(user, channel) if one.type == CommandType.SLASH]
        try:
            return options.locate(usable, name)
        except Denied:
            first = name.split(" ", maxsplit=1)[0]
            if any(one.name == first and one.body.get("nsfw") for one in self._world.commands.values()):
                sentence = "This command can only be used in an age-restricted channel."
                raise Denied(403, "age_restricted", sentence) from None
            raise

    def slash(self, user: User, channel: Channel, name: str, values: Json) -> Interaction:
        command, nesting = self._slash(user, channel, name)
        resolved = Resolved(channel, self._world)
        written = options.fill(_definitions(command, nesting), values, user, resolved)
        data = _data(command, channel) | {"options": options.nest(nesting, written)}
        if resolved.found:
            data["resolved"] = resolved.found
        return self._local.interactions.open(
            "slash",
            user,
            channel,
            data,
            type_=InteractionType.APPLICATION_COMMAND,
            command_name=name,
            owners=self._owners(command, user, channel),
        )

    def autocomplete(self, user: User, channel: Channel, name: str, values: Json, focused: str) -> Interaction:
        command, nesting = self._slash(user, channel, name)
        written = options.fill_partly(_definitions(command, nesting), values, focused)
        data = _data(command, channel) | {"options": options.nest(nesting, written)}
        return self._local.interactions.open(
            "autocomplete",
            user,
            channel,
            data,
            type_=InteractionType.AUTOCOMPLETE,
            command_name=name,
            owners=self._owners(command, user, channel),
        )

    def _owners(self, command: Command, user: User, channel: Channel) -> Json:
        return installs.owners_of(command, user, channel, self._world)

    def _menu(self, user: User, channel: Channel, name: str, kind: CommandType) -> Command:
        for one in self.commands(user, channel):
            if one.type == kind and one.name == name:
                return one
        raise unknown("command")

    def message_menu(self, user: User, message: Message, name: str) -> Interaction:
        channel = message.channel
        command = self._menu(user, channel, name, CommandType.MESSAGE)
        target = {str(message.id): message_payloads.message(message, self._world)}
        data = _data(command, channel) | {"target_id": str(message.id), "resolved": {"messages": target}}
        return self._local.interactions.open(
            "menu",
            user,
            channel,
            data,
            type_=InteractionType.APPLICATION_COMMAND,
            command_name=name,
            target_message=message,
            owners=self._owners(command, user, channel),
        )

    def user_menu(self, user: User, channel: Channel, target: str, name: str) -> Interaction:
        command = self._menu(user, channel, name, CommandType.USER)
        resolved = Resolved(channel, self._world)
        if not resolved.user(target):
            raise unknown("user")
        data = _data(command, channel) | {"target_id": target, "resolved": resolved.found}
        return self._local.interactions.open(
            "menu",
            user,
            channel,
            data,
            type_=InteractionType.APPLICATION_COMMAND,
            command_name=name,
            target_user=self._world.users[int(target)],
            owners=self._owners(command, user, channel),
        )

    def press(self, user: User, message: Message, custom_id: str) -> Interaction:
        one = _component(message, custom_id)
        if one["type"] != ComponentType.BUTTON or one["style"] in {ButtonStyle.LINK, ButtonStyle.PREMIUM}:
            raise unknown("component")
        return self._use("press", user, message, one, {})

    def choose(self, user: User, message: Message, custom_id: str, values: list[str]) -> Interaction:
        one = _component(message, custom_id)
        if one["type"] not in SELECTS:
            raise unknown("component")
        resolved = Resolved(message.channel, self._world)
        optional = one | {"required": one["min_values"] > 0}
        if fault := submissions.check(optional, values, user, resolved):
            raise invalid({custom_id: fault})
        extra: Json = {"values": values}
        if resolved.found:
            extra["resolved"] = resolved.found
        return self._use("choose", user, message, one, extra)

    def _use(self, kind: str, user: User, message: Message, one: Json, extra: Json) -> Interaction:
        if message.author is not self._world.bot:
            raise unknown("component")
        data: Json = {"custom_id": one["custom_id"], "component_type": one["type"], "id": one["id"], **extra}
        return self._local.interactions.open(
            kind, user, message.channel, data, type_=InteractionType.MESSAGE_COMPONENT, source=message
        )

    def modal(self, user: User, interaction_id: str) -> tuple[Interaction, Json]:
        """Find the modal that an interaction of this person opened and that still waits.

        Raises:
            Denied: There is none.
        """
        interaction = self._world.interactions.get(int(interaction_id))
        if interaction is None or interaction.user is not user or interaction.modal is None:
            raise unknown("modal")
        return interaction, interaction.modal

    def submit(self, user: User, interaction_id: str, values: Json) -> Interaction:
        opened_by, modal = self.modal(user, interaction_id)
        channel = opened_by.channel
        if channel.deleted or not permissions.sees(user, channel):
            raise unknown("channel")
        resolved = Resolved(channel, self._world)
        written = submissions.fill(modal, values, user, resolved)
        data: Json = {"custom_id": modal["custom_id"], "components": written}
        if resolved.found:
            data["resolved"] = resolved.found
        return self._local.interactions.open(
            "modal",
            user,
            channel,
            data,
            type_=InteractionType.MODAL_SUBMIT,
            source=opened_by.source,
            trigger=opened_by,
        )


def _definitions(command: Command, nesting: list[Json]) -> list[Json]:
    return (nesting[-1] if nesting else command.body).get("options") or []


def _data(command: Command, channel: Channel) -> Json:
    data: Json = {"id": str(command.id), "name": command.name, "type": command.type}
    if command.guild_id is not None and channel.guild is not None:
        data["guild_id"] = str(channel.guild.id)
    return data


def _component(message: Message, custom_id: str) -> Json:
    for _, one in walk(message.components):
        if one.get("custom_id") == custom_id and not one.get("disabled"):
            return one
    raise unknown("component")

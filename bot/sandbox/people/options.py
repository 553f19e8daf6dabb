"""What a person typed into a slash command, checked as Discord's client does, and written as the bot receives it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.people.denied import Denied, invalid, unknown
from bot.sandbox.rules.protocol import Json, OptionType, number
from bot.sandbox.world import message_payloads, payloads, permissions

if TYPE_CHECKING:
    from bot.sandbox.world.state import Channel, Command, User, World

_MAX_STRING = 6000
_MAX_INTEGER = 2**53 - 1
_NESTED = {OptionType.SUBCOMMAND, OptionType.GROUP}


class Resolved:
    """The objects behind the ids that a person chose, as interactions carry them."""

    def __init__(self, channel: Channel, world: World) -> None:
        self._channel = channel
        self._world = world
        self.found: dict[str, Json] = {}

    def user(self, value: Any) -> bool:
        guild = self._channel.guild
        user = self._world.users.get(number(value))
        if user is None or (guild is None and user not in self._channel.recipients):
            return False
        self._put("users", user.id, payloads.user(user))
        if guild is not None and (member := guild.members.get(user.id)):
            body = payloads.member(member, self._world, with_user=False)
            body["permissions"] = str(permissions.in_channel(user, self._channel))
            self._put("members", user.id, body)
        return True

    def role(self, value: Any) -> bool:
        role = self._channel.guild.roles.get(number(value)) if self._channel.guild else None
        if role is None:
            return False
        self._put("roles", role.id, payloads.role(role))
        return True

    def channel(self, value: Any, asker: User, types: list[int] | None) -> bool:
        found = self._channel.guild.channels.get(number(value)) if self._channel.guild else None
        if found is None or (types and found.type not in types) or not permissions.sees(asker, found):
            return False
        self._put("channels", found.id, payloads.partial_channel(found, asker, self._world))
        return True

    def attachment(self, value: Any) -> bool:
        found = self._world.attachments.get(number(value))
        if found is None:
            return False
        found.ephemeral, found.channel_id = True, self._world.application_id
        self._put("attachments", found.id, message_payloads.attachment(found, self._world))
        return True

    def _put(self, kind: str, key: int, body: Json) -> None:
        self.found.setdefault(kind, {})[str(key)] = body


def locate(commands: list[Command], full_name: str) -> tuple[Command, list[Json]]:
    """Find a command by its full name, and the sub-command's definitions from the outermost in.

    Raises:
        Denied: There is no such command, or its sub-command must be named.
    """
    first, *path = full_name.split(" ")
    command = next((one for one in commands if one.name == first), None)
    if command is None:
        raise unknown("command")
    nesting: list[Json] = []
    options: list[Json] = command.body.get("options") or []
    for name in path:
        inner = next((one for one in options if one["type"] in _NESTED and one["name"] == name), None)
        if inner is None:
            raise unknown("command")
        nesting.append(inner)
        options = inner.get("options") or []
    if any(one["type"] in _NESTED for one in options):
        raise Denied(404, "unknown_command", "Choose one of this command's sub-commands.")
    return command, nesting


def fill(definitions: list[Json], values: Json, user: User, resolved: Resolved) -> list[Json]:
    """Check all values and write them in the order of the definitions.

    Raises:
        Denied: With a sentence for each option at fault.
    """
    faults: dict[str, str] = {}
    known = {one["name"] for one in definitions}
    for name in values.keys() - known:
        faults[name] = "This command has no such option."
    written: list[Json] = []
    for option in definitions:
        name = option["name"]
        if values.get(name) is None:
            if option.get("required"):
                faults[name] = "This option is required."
            continue
        fault = _fault(option, values[name], user, resolved)
        if fault is None:
            written.append({"name": name, "type": option["type"], "value": values[name]})
        else:
            faults[name] = fault
    if faults:
        raise invalid(faults)
    return written


def fill_partly(definitions: list[Json], values: Json, focused: str) -> list[Json]:
    """Write what has been typed so far, unchecked, for autocomplete.

    Raises:
        Denied: The focused option does not exist or does not complete.
    """
    by_name = {one["name"]: one for one in definitions}
    if not by_name.get(focused, {}).get("autocomplete"):
        raise invalid({focused: "This option has no suggestions."})
    written: list[Json] = []
    for name, option in by_name.items():
        value = values.get(name, "" if name == focused else None)
        if value is None:
            continue
        entry: Json = {"name": name, "type": option["type"], "value": value}
        if name == focused:
            entry["focused"] = True
        written.append(entry)
    return written


def nest(nesting: list[Json], options: list[Json]) -> list[Json]:
    """Wrap options in their sub-command and its group."""
    for outer in reversed(nesting):
        options = [{"name": outer["name"], "type": outer["type"], "options": options}]
    return options


def _fault(option: Json, value: Any, user: User, resolved: Resolved) -> str | None:
    """Say what is wrong with a value, None for nothing."""
    kind = OptionType(option["type"])
    match kind:
        case OptionType.STRING:
            return _text_fault(option, value)
        case OptionType.INTEGER | OptionType.NUMBER:
            return _number_fault(option, value, whole=kind == OptionType.INTEGER)
        case OptionType.BOOLEAN:
            return None if isinstance(value, bool) else "Choose true or false."
        case OptionType.USER:
            return None if resolved.user(value) else "Choose a member."
        case OptionType.CHANNEL:
            return None if resolved.channel(value, user, option.get("channel_types")) else "Choose a channel."
        case OptionType.ROLE:
            return None if resolved.role(value) else "Choose a role."
        case OptionType.MENTIONABLE:
            return None if resolved.user(value) or resolved.role(value) else "Choose a member or a role."
        case OptionType.ATTACHMENT:
            return None if resolved.attachment(value) else "Attach a file."
        case _:
            return "This is a sub-command."


def _text_fault(option: Json, value: Any) -> str | None:
    if not isinstance(value, str):
        return "Type a text."
    least, most = int(option.get("min_length") or 0), int(option.get("max_length") or _MAX_STRING)
    if len(value) < least:
        return f"At least {least} characters."
    if len(value) > most:
        return f"At most {most} characters."
    if not value and option.get("required"):
        return "This option is required."
    return _choice_fault(option, value)


def _number_fault(option: Json, value: Any, *, whole: bool) -> str | None:
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        return "Type a whole number." if whole else "Type a number."
    least, most = option.get("min_value"), option.get("max_value")
    least = -_MAX_INTEGER if least is None else least
    most = _MAX_INTEGER if most is None else most
    if value < least:
        return f"At least {least:,}."
    if value > most:
        return f"At most {most:,}."
    return _choice_fault(option, value)


def _choice_fault(option: Json, value: str | float) -> str | None:
    choices: list[Json] = option.get("choices") or []
    if choices and value not in [choice["value"] for choice in choices]:
        return "Choose one of the choices."
    return None

"""Registering commands, for everywhere and for one guild."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from bot.sandbox.discord.routing import Call, Reply, RestRoute
from bot.sandbox.rules import command_rules
from bot.sandbox.rules.protocol import CommandType, Json
from bot.sandbox.rules.refusal import Problems, Reason, Refusal
from bot.sandbox.world.rendering import without_null
from bot.sandbox.world.state import Command

if TYPE_CHECKING:
    from bot.sandbox.world.local_discord import LocalDiscord

_NULLABLE = ("name_localizations", "description_localizations", "default_member_permissions", "contexts")


def _place(local: LocalDiscord, call: Call) -> int | None:
    """Give the guild's id, None for everywhere."""
    if call.id("application_id") != local.world.application_id:
        raise Refusal(Reason.UNKNOWN_APPLICATION)
    return call.guild(local).id if "guild_id" in call.params else None


def _here(local: LocalDiscord, place: int | None) -> list[Command]:
    return [one for one in local.world.commands.values() if one.guild_id == place]


def _find(local: LocalDiscord, call: Call) -> Command:
    found = local.world.commands.get(call.id("command_id"))
    if found is None or found.guild_id != _place(local, call):
        raise Refusal(Reason.UNKNOWN_COMMAND)
    return found


def _key(place: int | None, body: Json) -> tuple[int | None, int, str]:
    return place, int(body.get("type") or CommandType.SLASH), str(body["name"])


def _register(local: LocalDiscord, place: int | None, body: Json) -> Command:
    """Keep a command; one of the same type and name is replaced and keeps its id."""
    world = local.world
    key = _key(place, body)
    kind = key[1]
    earlier = next((one for one in world.commands.values() if one.key == key), None)
    number = earlier.id if earlier is not None else world.new_id()
    answered: Json = {
        "description": "",
        "nsfw": False,
        "dm_permission": True,
        "integration_types": [0],
        **without_null(body),
        "id": str(number),
        "application_id": str(world.application_id),
        "version": str(world.new_id()),
        "type": kind,
    }
    rights = body.get("default_member_permissions")
    answered |= {name: body.get(name) for name in _NULLABLE}
    answered["default_member_permissions"] = None if rights is None else str(rights)
    if kind == CommandType.SLASH:
        answered.setdefault("options", [])
    if place is not None:
        answered["guild_id"] = str(place)
        del answered["dm_permission"]
    command = Command(number, str(body["name"]), kind, place, answered)
    world.commands[number] = command
    return command


def _list(local: LocalDiscord, call: Call) -> Reply:
    return Reply([one.body for one in _here(local, _place(local, call))])


def _overwrite(local: LocalDiscord, call: Call) -> Reply:
    place = _place(local, call)
    problems = Problems()
    wanted: list[Json] = call.body
    command_rules.check_all(wanted, problems)
    problems.refuse()
    before = _here(local, place)
    local.allowances.create_commands(place, len({_key(place, one) for one in wanted} - {one.key for one in before}))
    kept = [_register(local, place, one) for one in wanted]
    for gone in {one.id for one in before} - {one.id for one in kept}:
        del local.world.commands[gone]
    local.broadcast.commands_changed()
    return Reply([one.body for one in kept])


def _create(local: LocalDiscord, call: Call) -> Reply:
    place = _place(local, call)
    problems = Problems()
    command_rules.check(call.body, (), problems)
    numbers = Counter(one.type for one in _here(local, place))
    before = len(local.world.commands)
    numbers[int(call.body.get("type") or CommandType.SLASH)] += 1
    command_rules.check_number(numbers, problems)
    problems.refuse()
    known = {one.key for one in _here(local, place)}
    local.allowances.create_commands(place, int(_key(place, call.body) not in known))
    command = _register(local, place, call.body)
    local.broadcast.commands_changed()
    return Reply(command.body, 201 if len(local.world.commands) > before else 200)


def _get(local: LocalDiscord, call: Call) -> Reply:
    return Reply(_find(local, call).body)


def _edit(local: LocalDiscord, call: Call) -> Reply:
    command = _find(local, call)
    identity = {"id", "application_id", "version", "guild_id", "dm_permission"}
    body: Json = {name: value for name, value in command.body.items() if name not in identity} | call.body
    problems = Problems()
    command_rules.check(body, (), problems)
    problems.refuse()
    del local.world.commands[command.id]
    edited = _register(local, command.guild_id, body)
    del local.world.commands[edited.id]
    edited.id, edited.body["id"] = command.id, str(command.id)
    local.world.commands[command.id] = edited
    local.broadcast.commands_changed()
    return Reply(edited.body)


def _delete(local: LocalDiscord, call: Call) -> Reply:
    del local.world.commands[_find(local, call).id]
    local.broadcast.commands_changed()
    return Reply(status=204)


ROUTES = tuple(
    RestRoute(method, f"/applications/{{application_id}}{place}/commands{one}", handler)
    for place in ("", "/guilds/{guild_id}")
    for method, one, handler in (
        ("GET", "", _list),
        ("PUT", "", _overwrite),
        ("POST", "", _create),
        ("GET", "/{command_id}", _get),
        ("PATCH", "/{command_id}", _edit),
        ("DELETE", "/{command_id}", _delete),
    )
)

"""What there is nothing of here, in Discord's own words for nothing: lists that clients read when they start."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.discord.routing import Call, Reply, RestRoute
from bot.sandbox.rules.protocol import Json, Permission
from bot.sandbox.rules.refusal import Reason, Refusal
from bot.sandbox.world import permissions

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.sandbox.world.local_discord import LocalDiscord

NOTHING = Permission(0)

_DEFAULT_SOUNDS: list[Json] = [
    {"name": "quack", "sound_id": "1", "volume": 1.0, "emoji_id": None, "emoji_name": "🦆", "available": True}
]
"""The example of the documentation ("List Default Soundboard Sounds")."""
_REGIONS: list[Json] = [{"id": "rotterdam", "name": "Rotterdam", "custom": False, "deprecated": False, "optimal": True}]
_OF_GUILDS: tuple[tuple[str, Permission, Any], ...] = (
    ("webhooks", Permission.MANAGE_WEBHOOKS, []),
    ("invites", Permission.MANAGE_GUILD, []),
    ("bans", Permission.BAN_MEMBERS, []),
    ("integrations", Permission.MANAGE_GUILD, []),
    ("templates", Permission.MANAGE_GUILD, []),
    ("auto-moderation/rules", Permission.MANAGE_GUILD, []),
    ("emojis", NOTHING, []),
    ("stickers", NOTHING, []),
    ("scheduled-events", NOTHING, []),
    ("soundboard-sounds", NOTHING, {"items": []}),
    ("regions", NOTHING, _REGIONS),
)
"""Path, the right that reading needs, the answer."""
_OF_CHANNELS = (("webhooks", Permission.MANAGE_WEBHOOKS), ("invites", Permission.MANAGE_CHANNELS))
_OF_APPLICATIONS = ("entitlements", "role-connections/metadata")
_OF_EVERYBODY: tuple[tuple[str, Any], ...] = (
    ("/soundboard-default-sounds", _DEFAULT_SOUNDS),
    ("/sticker-packs", {"sticker_packs": []}),
    ("/voice/regions", _REGIONS),
)


def _of_guild(right: Permission, answer: Any) -> Callable[[LocalDiscord, Call], Reply]:
    def read(local: LocalDiscord, call: Call) -> Reply:
        guild = call.guild(local)
        if permissions.in_guild(guild, guild.members[local.world.bot.id]) & right != right:
            raise Refusal(Reason.MISSING_PERMISSIONS)
        return Reply(answer)

    return read


def _of_channel(right: Permission) -> Callable[[LocalDiscord, Call], Reply]:
    def read(local: LocalDiscord, call: Call) -> Reply:
        permissions.require(local.world.bot, call.channel(local), right)
        return Reply([])

    return read


def _of_application(local: LocalDiscord, call: Call) -> Reply:
    if call.id("application_id") != local.world.application_id:
        raise Refusal(Reason.UNKNOWN_APPLICATION)
    return Reply([])


def _always(answer: Any) -> Callable[[LocalDiscord, Call], Reply]:
    return lambda _local, _call: Reply(answer)


ROUTES = (
    *(RestRoute("GET", f"/guilds/{{guild_id}}/{name}", _of_guild(right, answer)) for name, right, answer in _OF_GUILDS),
    *(RestRoute("GET", f"/channels/{{channel_id}}/{name}", _of_channel(right)) for name, right in _OF_CHANNELS),
    *(RestRoute("GET", f"/applications/{{application_id}}/{name}", _of_application) for name in _OF_APPLICATIONS),
    RestRoute("GET", "/applications/{application_id}/skus", _of_application, described=False),
    *(RestRoute("GET", path, _always(answer)) for path, answer in _OF_EVERYBODY),
)

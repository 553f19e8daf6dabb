"""How Discord writes what exists: every object in the shape that API v10 answers with."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.sandbox.rules.protocol import BOOSTS, DIRECT, FORUMS, PRIVILEGED, VOCAL, ChannelFlag, ChannelType, Json
from bot.sandbox.world import permissions

if TYPE_CHECKING:
    from bot.sandbox.world.state import Channel, Guild, Member, Role, User, World

_OF_A_PROFILE = frozenset({"banner", "accent_color", "flags"})


def user(of: User) -> Json:
    return {
        "id": str(of.id),
        "username": of.username,
        "avatar": None,
        "discriminator": f"{1 + of.id % 9999:04}" if of.bot else "0",  # people have none any more; 0000 is a webhook's
        "public_flags": 0,
        "flags": 0,
        "bot": of.bot,
        "banner": None,
        "accent_color": None,
        "global_name": of.global_name,
        "avatar_decoration_data": None,
        "collectibles": None,
        "display_name_styles": None,
        "primary_guild": None,
        "clan": None,
    }


def acting_user(of: User) -> Json:
    """Write somebody as an interaction does: without what only a profile says."""
    body = {name: value for name, value in user(of).items() if name not in _OF_A_PROFILE}
    return body if of.bot else {name: value for name, value in body.items() if name != "bot"}


def own_user(of: User) -> Json:
    """What somebody learns about themselves."""
    return user(of) | {
        "mfa_enabled": True,
        "locale": of.locale,
        "premium_type": of.premium_type,
        "email": None,
        "verified": True,
    }


def application_flags(world: World) -> int:
    """Give the bits by which an application shows what the portal has granted it."""
    return sum(PRIVILEGED[one] for one in world.application.privileged_intents)


def application_in_ready(world: World) -> Json:
    return {"id": str(world.application_id), "flags": application_flags(world)}


def application(world: World) -> Json:
    flags = application_flags(world)
    owner = next((one for one in world.users.values() if not one.bot), world.bot)
    return {
        "id": str(world.application_id),
        "name": world.bot.username,
        "icon": None,
        "description": "",
        "summary": "",
        "type": None,
        "bot": user(world.bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "integration_types_config": {"0": {}, "1": {}},
        "verify_key": "0" * 64,
        "flags": flags,
        "flags_new": str(flags),
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "owner": user(owner),
        "approximate_guild_count": sum(world.bot.id in guild.members for guild in world.guilds.values()),
        "approximate_user_install_count": len(world.installed_by),
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
    }


def role(of: Role) -> Json:
    return {
        "id": str(of.id),
        "name": of.name,
        "permissions": str(of.permissions),
        "position": of.position,
        "color": of.color,
        "colors": {"primary_color": of.color, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "managed": of.managed,
        "mentionable": of.mentionable,
        "icon": None,
        "unicode_emoji": None,
        "flags": 0,
    }


def member(of: Member, world: World, *, with_user: bool = True) -> Json:
    body: Json = {
        "avatar": None,
        "avatar_decoration_data": None,
        "banner": None,
        "communication_disabled_until": None,
        "flags": 0,
        "joined_at": world.clock.iso(of.joined_at),
        "nick": of.nick,
        "pending": False,
        "premium_since": None,
        "roles": [str(one) for one in of.roles],
        "collectibles": None,
        "mute": False,
        "deaf": False,
    }
    if with_user:
        body["user"] = user(of.user)
    return body


def channel(of: Channel, world: World) -> Json:
    last = next(reversed(of.messages), None)
    body: Json = {
        "id": str(of.id),
        "type": int(of.type),
        "last_message_id": None if last is None else str(last),
        "flags": int(ChannelFlag.IS_SPOILER_CHANNEL) if of.spoiler else 0,
    }
    if of.type in DIRECT:
        body["name"] = of.name or None
        body["recipients"] = [user(one) for one in of.recipients if one is not world.bot]
        group: Json = {"icon": None, "owner_id": str(of.owner_id)}
        return body | (group if of.type == ChannelType.GROUP_DM else {})
    body |= {
        "guild_id": str(of.guild.id if of.guild else 0),
        "name": of.name,
        "parent_id": None if of.parent is None else str(of.parent.id),
        "rate_limit_per_user": 0,
    }
    if of.is_thread:
        if world.bot.id in of.members:
            body["member"] = thread_member(of, world.bot.id, world)
        return body | {
            "owner_id": str(of.owner_id),
            "message_count": len(of.messages),
            "member_count": len(of.members),
            "total_message_sent": len(of.messages),
            "thread_metadata": {
                "archived": of.archived,
                "archive_timestamp": world.clock.iso(of.created_at),
                "auto_archive_duration": 1440,
                "locked": False,
                "create_timestamp": world.clock.iso(of.created_at),
            },
        }
    body |= {
        "position": of.position,
        "permission_overwrites": [
            {"id": str(one.id), "type": int(one.of_member), "allow": str(one.allow), "deny": str(one.deny)}
            for one in of.overwrites.values()
        ],
        "nsfw": of.nsfw,
        "topic": of.topic,
    }
    if of.type in VOCAL:
        body |= {"bitrate": 64_000, "user_limit": 0, "rtc_region": None, "video_quality_mode": 1}
    if of.type in FORUMS:
        body |= {
            "available_tags": [],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
        }
    return body


def thread_member(of: Channel, user_id: int, world: World) -> Json:
    """Write that somebody is in a thread."""
    joined = world.clock.iso(of.members[user_id])
    return {"id": str(of.id), "user_id": str(user_id), "join_timestamp": joined, "flags": 0}


def partial_channel(of: Channel, asker: User, world: World) -> Json:
    """What an interaction says of the channel it happened in, with the rights of the one who acted."""
    return channel(of, world) | {"permissions": str(permissions.in_channel(asker, of))}


def acting_channel(of: Channel, asker: User, world: World) -> Json:
    """Write the channel of an interaction: it says nothing of overwrites, only what the one who acted may do."""
    body = partial_channel(of, asker, world)
    body.pop("permission_overwrites", None)
    return body | ({"recipient_flags": 0} if of.guild is None else {"icon_emoji": None, "theme_color": None})


def private_channel(of: Channel, asker: User, world: World) -> Json:
    """Show somebody a channel that no server has: with the others in it."""
    others = [user(one) for one in of.recipients if one is not asker]
    return partial_channel(of, asker, world) | {"recipients": others}


def guild(of: Guild) -> Json:
    return {
        "id": str(of.id),
        "name": of.name,
        "icon": None,
        "description": None,
        "home_header": None,
        "splash": None,
        "discovery_splash": None,
        "features": [],
        "banner": None,
        "owner_id": str(of.owner_id),
        "application_id": None,
        "region": "deprecated",
        "afk_channel_id": None,
        "afk_timeout": 300,
        "system_channel_id": None,
        "system_channel_flags": 0,
        "widget_enabled": False,
        "widget_channel_id": None,
        "verification_level": 0,
        "roles": [role(one) for one in of.roles.values()],
        "default_message_notifications": 1,
        "mfa_level": 0,
        "explicit_content_filter": 0,
        "max_presences": None,
        "max_members": 500_000,
        "max_stage_video_channel_users": 50,
        "max_video_channel_users": 25,
        "vanity_url_code": None,
        "premium_tier": of.premium_tier,
        "premium_subscription_count": BOOSTS[of.premium_tier],
        "preferred_locale": "en-US",
        "rules_channel_id": None,
        "safety_alerts_channel_id": None,
        "public_updates_channel_id": None,
        "premium_progress_bar_enabled": False,
        "nsfw": False,
        "nsfw_level": 0,
        "emojis": [],
        "stickers": [],
        "incidents_data": None,
        "hub_type": None,
    }


def guild_create(of: Guild, world: World, *, everybody: bool) -> Json:
    """The gateway's form: with channels and members; without the members intent, the bot alone.

    After IDENTIFY it also says ``unavailable: false``; without that word it means that the bot has just joined.
    """
    members = [one for one in of.members.values() if everybody or one.user is world.bot]
    bot = of.members[world.bot.id]
    return guild(of) | {
        "joined_at": world.clock.iso(bot.joined_at),
        "large": False,
        "member_count": len(of.members),
        "members": [member(one, world) for one in members],
        "channels": [channel(one, world) for one in of.channels.values() if not one.is_thread],
        "threads": [channel(one, world) for one in permissions.active_threads(world.bot, of)],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }

"""What a world is made of before anybody acts: a plan that tests write and files hold, and how it is built."""

from __future__ import annotations

from importlib.resources import files
from itertools import count
from typing import TYPE_CHECKING, Literal

import msgspec
from msgspec import Struct

from bot.sandbox.rules.protocol import MAX_FILE_BYTES, ChannelType, Intent, Permission
from bot.sandbox.world.state import Channel, Guild, Member, Overwrite, Role, User, Welcome

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from bot.sandbox.world.state import World

FIRST_ID = 1_000_000_000_000_000_001
"""Planned things get their ids in the order of the plan, so that they are the same after a restart."""

_TYPES = {
    "text": ChannelType.TEXT,
    "announcement": ChannelType.ANNOUNCEMENT,
    "forum": ChannelType.FORUM,
    "category": ChannelType.CATEGORY,
    "voice": ChannelType.VOICE,
    "stage": ChannelType.STAGE,
    "media": ChannelType.MEDIA,
}
_EVERYONE = (
    "VIEW_CHANNEL",
    "SEND_MESSAGES",
    "SEND_MESSAGES_IN_THREADS",
    "READ_MESSAGE_HISTORY",
    "USE_APPLICATION_COMMANDS",
    "CONNECT",
    "USE_EXTERNAL_APPS",
)
INVITED_WITH = (
    "VIEW_CHANNEL",
    "SEND_MESSAGES",
    "SEND_MESSAGES_IN_THREADS",
    "READ_MESSAGE_HISTORY",
    "EMBED_LINKS",
    "ATTACH_FILES",
)


class PlannedUser(Struct, frozen=True, forbid_unknown_fields=True):
    username: str
    global_name: str | None = None
    title: str = ""
    locale: str = "en-US"
    adult_in_dms: bool = False
    premium_type: Literal[0, 1, 2, 3] = 0
    """Their Nitro: none, Classic, full, Basic."""
    installs_bot: bool = False
    """Has installed the bot for themselves."""


class PlannedRole(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    permissions: tuple[str, ...] = ()
    color: int = 0
    mentionable: bool = False


class PlannedOverwrite(Struct, frozen=True, forbid_unknown_fields=True):
    of: str
    """The name of a role or a person; a role wins. The bot is ``@bot``, everybody ``@everyone``."""
    allow: tuple[str, ...] = ()
    deny: tuple[str, ...] = ()


class PlannedThread(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    owner: str
    private: bool = False
    archived: bool = False


class PlannedChannel(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    type: Literal["text", "announcement", "forum", "media", "voice", "stage", "category"] = "text"
    nsfw: bool = False
    topic: str | None = None
    category: str | None = None
    overwrites: tuple[PlannedOverwrite, ...] = ()
    threads: tuple[PlannedThread, ...] = ()


class PlannedGuild(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    owner: str
    members: dict[str, tuple[str, ...]]
    """Username to names of roles."""
    channels: tuple[PlannedChannel, ...]
    roles: tuple[PlannedRole, ...] = ()
    everyone: tuple[str, ...] = _EVERYONE
    bot_permissions: tuple[str, ...] | None = INVITED_WITH
    """None: the bot is not in this guild."""
    max_file_bytes: int = MAX_FILE_BYTES
    """Discord has 10, 50 and 100 MiB; the tier that is shown follows from it."""
    premium_tier: Literal[0, 1, 2, 3] | None = None
    """How far it is boosted; `max_file_bytes` is then that tier's."""


class PlannedExample(Struct, frozen=True, forbid_unknown_fields=True):
    label: str
    """What one gets."""
    line: str
    """A command as somebody types it, with what follows its name."""


class PlannedWelcome(Struct, frozen=True, forbid_unknown_fields=True):
    """What whoever brings a bot along says to newcomers: about itself the stand-in has nothing to say."""

    text: str
    """In Discord's Markdown."""
    starting: str = ""
    """What the page says until the bot is online for the first time."""
    examples: tuple[PlannedExample, ...] = ()
    """To be pressed; their commands are offered before others."""
    people: dict[str, str] = {}
    """Username to what one may try as that person."""


class PlannedWorld(Struct, frozen=True, forbid_unknown_fields=True):
    users: tuple[PlannedUser, ...]
    guilds: tuple[PlannedGuild, ...]
    bot_name: str = "bot"
    privileged_intents: tuple[str, ...] = ()
    """What the developers' portal has granted: ``GUILD_PRESENCES``, ``GUILD_MEMBERS``, ``MESSAGE_CONTENT``."""
    direct_messages: tuple[str, ...] = ()
    """Usernames of those whose direct message with the bot is open."""
    private_channels: tuple[tuple[str, ...], ...] = ()
    """Usernames of two people, or of a group's."""
    welcome: PlannedWelcome | None = None


def starter() -> PlannedWorld:
    """Give the world that newcomers meet."""
    return msgspec.json.decode(files("bot.sandbox.world").joinpath("starter.json").read_bytes(), type=PlannedWorld)


def load(path: Path) -> PlannedWorld:
    """Read a plan.

    Raises:
        OSError: The file cannot be read.
        msgspec.DecodeError: It is no plan.
    """
    return msgspec.json.decode(path.read_bytes(), type=PlannedWorld)


def bits(names: Iterable[str]) -> int:
    total = Permission(0)
    for name in names:
        total |= Permission[name]
    return int(total)


def build(plan: PlannedWorld, world: World) -> None:
    """Fill an empty world.

    Raises:
        KeyError: The plan names a person, role, category or permission that is not in it.
    """
    ids = count(FIRST_ID)
    world.application_id = next(ids)
    world.bot = User(world.application_id, plan.bot_name, global_name=None, bot=True)
    world.application.privileged_intents = {Intent[name] for name in plan.privileged_intents}
    people = {plan.bot_name: world.bot, "@bot": world.bot}
    for user in plan.users:
        people[user.username] = User(
            next(ids),
            user.username,
            user.global_name,
            title=user.title,
            locale=user.locale,
            adult_in_dms=user.adult_in_dms,
            premium_type=user.premium_type,
        )
    world.users = {user.id: user for user in people.values()}
    if plan.welcome is not None:
        world.welcome = Welcome(
            plan.welcome.text,
            plan.welcome.starting,
            [(one.label, one.line) for one in plan.welcome.examples],
            [(people[username], text) for username, text in plan.welcome.people.items()],
        )
    world.installed_by = {people[user.username].id for user in plan.users if user.installs_bot}
    for guild in plan.guilds:
        _build_guild(guild, people, ids, world)
    for username in plan.direct_messages:
        channel = Channel(next(ids), ChannelType.DM, recipients=[people[username], world.bot])
        world.channels[channel.id] = channel
    for usernames in plan.private_channels:
        recipients = [people[username] for username in usernames]
        kind = ChannelType.DM if len(recipients) == 2 else ChannelType.GROUP_DM  # noqa: PLR2004 - two sides
        channel = Channel(next(ids), kind, recipients=recipients, owner_id=recipients[0].id)
        world.channels[channel.id] = channel


def _build_guild(plan: PlannedGuild, people: dict[str, User], ids: Iterator[int], world: World) -> None:
    # Spread as those of real ones are, which were made at different times: a shard has those of some moments.
    guild = Guild(next(ids) + (len(world.guilds) << 22), plan.name, people[plan.owner].id, plan.max_file_bytes)
    if plan.premium_tier is not None:
        guild.boost(plan.premium_tier)
    now = world.clock.now()
    roles = {"@everyone": Role(guild.id, "@everyone", bits(plan.everyone))}
    for position, role in enumerate(plan.roles, start=1):
        roles[role.name] = Role(
            next(ids), role.name, bits(role.permissions), position, role.color, mentionable=role.mentionable
        )
    for username, names in plan.members.items():
        user = people[username]
        guild.members[user.id] = Member(user, [roles[name].id for name in names], now)
    guild.roles = {role.id: role for role in roles.values()}
    if plan.bot_permissions is not None:
        add_bot(guild, next(ids), bits(plan.bot_permissions), world)
    categories: dict[str | None, Channel | None] = {None: None}
    for position, planned in enumerate(plan.channels):
        channel = Channel(
            next(ids),
            _TYPES[planned.type],
            guild,
            planned.name,
            nsfw=planned.nsfw,
            topic=planned.topic,
            position=position,
            parent=categories[planned.category],
            created_at=now,
        )
        if planned.type == "category":
            categories[planned.name] = channel
        for overwrite in planned.overwrites:
            target = roles.get(overwrite.of) or people[overwrite.of]
            channel.overwrites[target.id] = Overwrite(
                target.id, isinstance(target, User), bits(overwrite.allow), bits(overwrite.deny)
            )
        threads = [_build_thread(thread, channel, people, ids, now) for thread in planned.threads]
        for made in (channel, *threads):
            guild.channels[made.id] = world.channels[made.id] = made
    world.guilds[guild.id] = guild


def _build_thread(
    plan: PlannedThread, parent: Channel, people: dict[str, User], ids: Iterator[int], now: float
) -> Channel:
    kind = ChannelType.PRIVATE_THREAD if plan.private else ChannelType.PUBLIC_THREAD
    owner = people[plan.owner].id
    return Channel(
        next(ids),
        kind,
        parent.guild,
        plan.name,
        parent=parent,
        owner_id=owner,
        members={owner: now},
        archived=plan.archived,
        created_at=now,
    )


def add_bot(guild: Guild, role_id: int, permissions: int, world: World) -> None:
    """Let the bot join, with the managed role that Discord makes for what the invitation asked."""
    role = Role(role_id, world.bot.username, permissions, position=len(guild.roles), managed=True)
    guild.roles[role.id] = role
    guild.members[world.bot.id] = Member(world.bot, [role.id], world.clock.now())

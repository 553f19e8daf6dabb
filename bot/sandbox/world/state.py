"""What exists: guilds, channels, people, messages, commands and interactions, as plain values that change."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from bot.sandbox.rules.protocol import (
    BOOSTED_FILE_BYTES,
    MAX_FILE_BYTES,
    THREADS,
    ChannelType,
    Intent,
    InteractionType,
    Json,
    MessageFlag,
)
from bot.sandbox.world.attachment import Attachment
from bot.sandbox.world.links import Links

if TYPE_CHECKING:
    import asyncio

    from bot.sandbox.rules.protocol import CallbackType
    from bot.sandbox.world.clock import Clock, Timer

DISCORD_EPOCH_MS = 1_420_070_400_000
MOST_KEPT_BYTES = 1 << 29
"""Half a gibibyte of attachments is kept in memory."""
NO_FLAGS = MessageFlag(0)


@dataclass(eq=False, slots=True)
class User:
    id: int
    username: str
    global_name: str | None = None
    bot: bool = False
    title: str = ""
    """What the page calls this person besides the name, such as "moderator"."""
    locale: str = "en-US"
    premium_type: int = 0
    """0 none, 1 Nitro Classic, 2 Nitro, 3 Nitro Basic."""
    adult_in_dms: bool = False
    """Has allowed age-restricted commands in direct messages."""


@dataclass(slots=True)
class Welcome:
    """What newcomers are told on the page."""

    text: str
    starting: str
    examples: list[tuple[str, str]]
    """What one gets, and the line that is typed for it."""
    people: list[tuple[User, str]]
    """With what one may try as each."""


@dataclass(slots=True)
class Application:
    """What the developers' portal says of the bot."""

    privileged_intents: set[Intent] = field(default_factory=set[Intent])
    """Granted: GUILD_PRESENCES, GUILD_MEMBERS, MESSAGE_CONTENT."""


@dataclass(eq=False, slots=True)
class Role:
    id: int
    name: str
    permissions: int
    position: int = 0
    color: int = 0
    mentionable: bool = False
    managed: bool = False


@dataclass(eq=False, slots=True)
class Member:
    user: User
    roles: list[int]
    """Without the one that everybody has."""
    joined_at: float
    nick: str | None = None


@dataclass(slots=True)
class Overwrite:
    id: int
    of_member: bool
    """Of one member; else of a role."""
    allow: int
    deny: int


@dataclass(eq=False, slots=True)
class Guild:
    id: int
    name: str
    owner_id: int
    max_file_bytes: int = MAX_FILE_BYTES
    roles: dict[int, Role] = field(default_factory=dict[int, Role])
    members: dict[int, Member] = field(default_factory=dict[int, Member])
    channels: dict[int, Channel] = field(default_factory=dict[int, "Channel"])
    """Threads too."""
    unavailable: bool = False
    """In an outage: the bot is told of nothing in it."""
    boosted_once: bool = False
    """Of tier 1, which raises no limit of files."""

    @property
    def premium_tier(self) -> int:
        """The tier that goes with the limit of files, so that both say the same."""
        fitting = [tier for tier, most in BOOSTED_FILE_BYTES.items() if tier != 1 and most <= self.max_file_bytes]
        return max(fitting, default=0) or int(self.boosted_once)

    def boost(self, tier: int) -> None:
        """Set the tier and what it allows."""
        self.max_file_bytes, self.boosted_once = BOOSTED_FILE_BYTES[tier], tier == 1


@dataclass(eq=False, slots=True)
class Channel:
    id: int
    type: ChannelType
    guild: Guild | None = None
    name: str = ""
    nsfw: bool = False
    spoiler: bool = False
    """Discord asks whoever opens it whether they want to see it."""
    topic: str | None = None
    position: int = 0
    parent: Channel | None = None
    """A channel's category, a thread's channel."""
    overwrites: dict[int, Overwrite] = field(default_factory=dict[int, Overwrite])
    recipients: list[User] = field(default_factory=list[User])
    """Of a direct message: both sides."""
    owner_id: int = 0
    """Of a thread: who opened it."""
    members: dict[int, float] = field(default_factory=dict[int, float])
    """Of a thread: who joined it, and when."""
    archived: bool = False
    """Of a thread: nothing in it can be changed until somebody writes there again."""
    created_at: float = 0.0
    deleted: bool = False
    messages: dict[int, Message] = field(default_factory=dict[int, "Message"])
    """In the order of their ids."""

    @property
    def is_thread(self) -> bool:
        return self.type in THREADS

    @property
    def age_restricted(self) -> bool:
        """A thread is what its parent is."""
        return self.parent.age_restricted if self.is_thread and self.parent else self.nsfw


@dataclass(eq=False, slots=True)
class Message:
    id: int
    channel: Channel
    author: User
    created_at: float
    content: str = ""
    flags: MessageFlag = NO_FLAGS
    edited_at: float | None = None
    embeds: list[Json] = field(default_factory=list[Json])
    components: list[Json] = field(default_factory=list[Json])
    """As answered: with ids and resolved media."""
    attachments: list[Attachment] = field(default_factory=list[Attachment])
    mentions: list[User] = field(default_factory=list[User])
    mention_roles: list[int] = field(default_factory=list[int])
    mention_everyone: bool = False
    interaction: Interaction | None = None
    visible_to: int | None = None
    """Of an ephemeral message: the one person who sees it."""
    reply_to: Message | None = None
    nonce: str | int | None = None
    reactions: dict[str, list[int]] = field(default_factory=dict[str, list[int]])
    """By emoji, as it stands in a path (``✅`` or ``name:id``): who reacted, in order."""
    pinned_at: float | None = None
    thread: Channel | None = None
    deleted: bool = False

    @property
    def ephemeral(self) -> bool:
        return MessageFlag.EPHEMERAL in self.flags

    @property
    def is_layout(self) -> bool:
        return MessageFlag.COMPONENTS_V2 in self.flags


@dataclass(eq=False, slots=True)
class Command:
    id: int
    name: str
    type: int
    guild_id: int | None
    body: Json
    """As answered."""

    @property
    def key(self) -> tuple[int | None, int, str]:
        """Within this, a name is used once."""
        return self.guild_id, self.type, self.name


@dataclass(eq=False, slots=True)
class Interaction:
    """One act of one person that the bot must answer."""

    id: int
    token: str
    type: InteractionType
    kind: str
    """What the person did, in the words of the people's API."""
    user: User
    channel: Channel
    created_at: float
    payload: Json
    command_name: str | None = None
    source: Message | None = None
    """The message whose component was used, now or before the modal."""
    target_message: Message | None = None
    target_user: User | None = None
    trigger: Interaction | None = None
    """What opened the modal that was submitted."""
    answered: CallbackType | None = None
    failed: bool = False
    """Not acknowledged in time; for Discord it no longer exists."""
    revoked: bool = False
    """Its token ran out before its time, for a test."""
    vanished: bool = False
    """Its token is no longer known at all, for a test."""
    original: Message | None = None
    """The first answer; of an update, the message it updates."""
    hushed: bool = False
    """Every answer is for the asker alone."""
    loading: bool = False
    """Deferred, and the message not yet filled."""
    modal: Json | None = None
    """The one this interaction opened and that was not yet sent."""
    choices: asyncio.Future[list[Json] | None] | None = None
    """What autocomplete waits for; None comes when the bot did not answer."""
    deadline: Timer | None = None
    messages: set[int] = field(default_factory=set[int])
    """Ids of what its token may edit."""


class World:
    """All of it, with the ids; who is told of a change is not decided here."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.bot = User(0, "bot", bot=True)
        self.application_id = 0
        self.application = Application()
        self.welcome: Welcome | None = None
        self.links = Links(clock)
        self.installed_by: set[int] = set()
        """Who has installed the bot for themselves."""
        self.users: dict[int, User] = {}
        self.guilds: dict[int, Guild] = {}
        self.channels: dict[int, Channel] = {}
        self.commands: dict[int, Command] = {}
        self.attachments: dict[int, Attachment] = {}
        self.interactions: dict[int, Interaction] = {}
        self.tokens: dict[str, Interaction] = {}
        self._last_id = 0
        self._kept_bytes = 0

    def new_id(self) -> int:
        """Draw a snowflake: unique, growing, and of the present moment."""
        milliseconds = int(self.clock.now() * 1000) - DISCORD_EPOCH_MS
        self._last_id = max(self._last_id + 1, milliseconds << 22)
        return self._last_id

    def keep(self, attachment: Attachment) -> None:
        """Store a file; once they are too many bytes together, the oldest go."""
        self.attachments[attachment.id] = attachment
        self._kept_bytes += len(attachment.data)
        while self._kept_bytes > MOST_KEPT_BYTES:
            self.drop(next(iter(self.attachments.values())))

    def drop(self, attachment: Attachment) -> None:
        if self.attachments.pop(attachment.id, None) is not None:
            self._kept_bytes -= len(attachment.data)

    def channel(self, channel_id: int) -> Channel | None:
        found = self.channels.get(channel_id)
        return None if found is None or found.deleted else found

    def direct_message(self, user: User) -> Channel:
        """Find the channel between the bot and somebody, or open it."""
        for channel in self.channels.values():
            if channel.type == ChannelType.DM and user in channel.recipients and self.bot in channel.recipients:
                return channel
        channel = Channel(self.new_id(), ChannelType.DM, recipients=[user, self.bot], created_at=self.clock.now())
        self.channels[channel.id] = channel
        return channel

    def private_channel(self, people: list[User]) -> Channel:
        """Find the channel of two people or open it; of more, open a group."""
        group = len(people) > 2  # noqa: PLR2004 - a direct message has two sides
        for channel in self.channels.values():
            if not group and channel.type == ChannelType.DM and all(one in channel.recipients for one in people):
                return channel
        kind = ChannelType.GROUP_DM if group else ChannelType.DM
        channel = Channel(self.new_id(), kind, recipients=people, owner_id=people[0].id, created_at=self.clock.now())
        self.channels[channel.id] = channel
        return channel

    def bot_member(self, guild: Guild) -> Member | None:
        return guild.members.get(self.bot.id)

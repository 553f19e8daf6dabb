"""Who decided what: the operator for the whole bot, a server's admins for their server, its channels and its roles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import msgspec
from msgspec import Meta, Struct

from bot.config import Rating
from bot.errors import InvalidRequest
from bot.safety.ratings import exceeds, lowest, spoilered
from bot.safety.settings_file import what_is_wrong
from bot.sentences import settings as says
from engine import textfile

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.config import Ratings

OpenRating = Literal["safe", "sensitive"]
"""What a channel that is not age-restricted can be raised to, and no further."""

Snowflake = Annotated[str, Meta(pattern=r"^[0-9]{1,20}$")]
"""A Discord id; TOML keys are strings, and integers of 64 bits do not survive every editor."""
ModelTitle = Annotated[str, Meta(max_length=80)]
DeniedTag = Annotated[str, Meta(min_length=1, max_length=100)]

MOST = 1_000_000
AtMost = Annotated[int, Meta(ge=1, le=MOST)]
Weight = Annotated[float, Meta(ge=1.0, le=10.0)]

MAX_PRIORITY_ROLES = 25
"""As many as one page shows whole, and a menu could hold."""
MAX_DENIED = 500
MAX_MODELS = 25
MAX_ENTRIES = 500
MAX_FILE_BYTES = 64 * 1024


class OperatorPolicy(Struct, frozen=True, kw_only=True):
    """What holds for every server; nobody but the operator can change it, and nobody can go beyond it."""

    highest: Rating = "sensitive"
    tagger: bool = False
    """Every picture is rated before it is shown; without that nothing above sensitive is drawn."""
    adults: frozenset[str] = frozenset()
    """Characters that the operator reviewed and knows to be adults, as the tag list spells them; the only ones that
    may be named at nsfw and explicit."""
    people: tuple[str, ...] = ()
    """Names of real people, besides those that the vocabulary knows."""
    denied: tuple[str, ...] = ()
    """Tags that are drawn nowhere, besides those that the core refuses."""

    @classmethod
    def of(cls, configured: Ratings, *, tagger: bool) -> OperatorPolicy:
        """Read the operator's part of the configuration."""
        return cls(
            highest=configured.highest,
            tagger=tagger,
            adults=frozenset(configured.adults),
            people=configured.people,
            denied=configured.denied,
        )


class ServerPolicy(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the admins of one server decided; as it stands, what holds before anybody decided anything."""

    open_limit: OpenRating = "safe"
    """In channels that are not age-restricted."""
    age_restricted_limit: Rating = "sensitive"
    channel_limits: Annotated[dict[Snowflake, Rating], Meta(max_length=MAX_ENTRIES)] = {}
    """Of a channel or a category, whose threads and channels are bound by it too; it can only lower."""
    role_limits: Annotated[dict[Snowflake, Rating], Meta(max_length=MAX_ENTRIES)] = {}
    """Of everybody who has the role; of several the lowest counts."""
    channels: Annotated[tuple[Snowflake, ...], Meta(max_length=MAX_ENTRIES)] = ()
    """Where the bot draws; none named is everywhere."""
    needed_roles: dict[Rating, Annotated[tuple[Snowflake, ...], Meta(max_length=MAX_ENTRIES)]] = {}
    """Who may ask for a rating, and for those above it: people with any of these roles; not named is everybody."""
    denied: Annotated[tuple[DeniedTag, ...], Meta(max_length=MAX_DENIED)] = ()
    """Tags that are not drawn in this server; they add to what the core refuses and never take away."""
    spoilers: bool = True
    """Pictures of sensitive and above are posted behind a spoiler; above sensitive they are in any case."""
    others_draw: bool = True
    """Under a picture everybody may press what draws, and not its owner alone; what they start is their own."""
    log_channel: Snowflake | None = None
    log_prompts: bool = False
    """The audit log shows prompts, and not only their keyed hashes."""
    max_queue: AtMost | None = None
    """How many requests of this server may wait; this and the next narrow the operator's, and None leaves them."""
    max_queue_per_person: AtMost | None = None
    max_running: AtMost | None = None
    """How many may be drawn at once."""
    max_running_per_person: AtMost | None = None
    max_pictures_per_day: AtMost | None = None
    """In the last 24 hours."""
    max_pictures_per_person_per_day: AtMost | None = None
    model: ModelTitle = ""
    """The checkpoint that an omitted option means, as people read it; "": the one that the engine begins with."""
    models: Annotated[tuple[ModelTitle, ...], Meta(max_length=MAX_MODELS)] = ()
    """Those that are offered; none named are all."""
    priority_roles: Annotated[dict[Snowflake, Weight], Meta(max_length=MAX_PRIORITY_ROLES)] = {}
    """How many times as much of this server's turns people with a role have; of several the highest counts."""

    def weight(self, roles: frozenset[int]) -> float:
        """Give the share in this server's turns of somebody with these roles, beside 1 of everybody else."""
        return max((weight for role, weight in self.priority_roles.items() if int(role) in roles), default=1.0)

    @property
    def asks_for_roles(self) -> bool:
        """Whether anything here depends on somebody's roles."""
        return bool(self.role_limits or self.needed_roles)

    def limit_of_roles(self, roles: frozenset[int] | None) -> Rating | None:
        """Give the lowest limit among these roles; None where none of them has one.

        Roles that are not known, None, may be any: the lowest of all limits counts.
        """
        return _lowest([limit for role, limit in self.role_limits.items() if roles is None or int(role) in roles])

    def limit_of_channels(self, channels: tuple[int, ...]) -> Rating | None:
        """Give the lowest limit of a channel, its parent and its category; None where none of them has one."""
        return _lowest([limit for channel, limit in self.channel_limits.items() if int(channel) in channels])

    def draws_in(self, channels: tuple[int, ...]) -> bool:
        return not self.channels or any(int(channel) in channels for channel in self.channels)

    def spoils(self, rating: Rating) -> bool:
        """Tell whether pictures of this rating are posted behind a spoiler."""
        return spoilered(rating) or (self.spoilers and exceeds(rating, "safe"))

    def may_ask(self, rating: Rating, roles: frozenset[int] | None) -> bool:
        """Tell whether these roles may ask for this rating: every rule for it or for a lower one must be met.

        Roles that are not known, None, meet none.
        """
        return all(
            exceeds(lower, rating) or any(int(role) in (roles or ()) for role in needed)
            for lower, needed in self.needed_roles.items()
        )


def _lowest(limits: Sequence[Rating]) -> Rating | None:
    return lowest(*limits) if limits else None


def exported(policy: ServerPolicy) -> bytes:
    """Write a policy as the TOML that `imported` reads."""
    plain: Mapping[str, object] = msgspec.to_builtins(policy)
    return msgspec.toml.encode({key: value for key, value in plain.items() if value is not None})


def imported(data: bytes) -> ServerPolicy:
    """Read a whole policy: all of it is valid, or nothing is taken.

    Raises:
        InvalidRequest: The file is too large, no TOML, or holds an unknown key or a value that cannot be.
    """
    if len(data) > MAX_FILE_BYTES:
        raise InvalidRequest(says.file_too_large(MAX_FILE_BYTES // 1024))
    try:
        return textfile.parse_toml(Path("settings.toml"), data, ServerPolicy)
    except textfile.TextFileError as error:
        raise InvalidRequest(what_is_wrong(error)) from error

"""A route of the REST API, a call to it and what it answers; the routes themselves are in `routes`."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from bot.sandbox.rules.protocol import LONGEST_ID
from bot.sandbox.rules.refusal import Reason, Refusal

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from bot.sandbox.rules.fields import Fields
    from bot.sandbox.rules.forms import UploadedFile
    from bot.sandbox.rules.protocol import Json
    from bot.sandbox.world.local_discord import LocalDiscord
    from bot.sandbox.world.state import Channel, Guild


@dataclass
class Call:
    """One request, read and checked."""

    params: Mapping[str, str]
    query: Mapping[str, str]
    body: Any = None
    """As Discord reads it."""
    sent: Any = None
    """As it came, with all that Discord reads past."""
    size: int = 0
    """Bytes of the body without its files."""
    files: dict[int, UploadedFile] = field(default_factory=dict[int, "UploadedFile"])
    about: dict[str, str | None] = field(default_factory=dict[str, str | None])
    """Which channel, message and interaction it turned out to be about, for the feed."""

    def id(self, name: str) -> int:
        """Give an id from the path.

        Raises:
            Refusal: 50035, it is no number.
        """
        if not self.params[name].isdecimal() or len(self.params[name]) > LONGEST_ID:
            error = {"code": "NUMBER_TYPE_COERCE", "message": f'Value "{self.params[name]}" is not snowflake.'}
            raise Refusal(Reason.INVALID_FORM, {name: {"_errors": [error]}})
        return int(self.params[name])

    def number(self, name: str, default: int) -> int:
        """Give a whole number from the query.

        Raises:
            Refusal: 50035, it is none.
        """
        text = self.query.get(name, str(default))
        if not text.isdecimal() or len(text) > LONGEST_ID:
            error = {"code": "NUMBER_TYPE_COERCE", "message": f'Value "{text}" is not int.'}
            raise Refusal(Reason.INVALID_FORM, {name: {"_errors": [error]}})
        return int(text)

    def flag(self, name: str) -> bool:
        return self.query.get(name, "").lower() in {"1", "true"}

    def channel(self, local: LocalDiscord) -> Channel:
        """Find the channel of the path.

        Raises:
            Refusal: 10003.
        """
        found = local.world.channel(self.id("channel_id"))
        if found is None:
            raise Refusal(Reason.UNKNOWN_CHANNEL)
        self.about["channel_id"] = str(found.id)
        return found

    def guild(self, local: LocalDiscord) -> Guild:
        """Find the guild of the path, where the bot is a member.

        Raises:
            Refusal: 10004, or 50001 where the bot is not.
        """
        found = local.world.guilds.get(self.id("guild_id"))
        if found is None:
            raise Refusal(Reason.UNKNOWN_GUILD)
        if local.world.bot_member(found) is None:
            raise Refusal(Reason.MISSING_ACCESS)
        return found


@dataclass(frozen=True)
class Reply:
    body: Any = None
    """None: an empty one, with 204."""
    status: int = 200
    text_type: str | None = None
    """Of a body that is no JSON but text, such as ``text/html``."""


@dataclass(frozen=True)
class RestRoute:
    method: str
    template: str
    """As in Discord's description."""
    handler: Callable[[LocalDiscord, Call], Reply]
    fields: Fields | None = None
    """The fields that its body has, with their types; None: no body, or its handler looks at it."""
    of_bot: bool = True
    """Needs the bot's token; the others carry one of their own in the path."""
    described: bool = True
    """False: Discord has it, and its OpenAPI description has not."""

    @property
    def name(self) -> str:
        return f"{self.method} {self.template}"


def message_id_of(body: Json) -> str | None:
    """Give the id of the message that an answer is or holds."""
    if "channel_id" in body and "author" in body:
        return body["id"]
    about: Json = body.get("interaction") or {}
    return about.get("response_message_id")

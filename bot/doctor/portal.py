"""The rows about Discord's portal and account of the bot; no session of the gateway is spent for them."""

from __future__ import annotations

import base64
import binascii
import datetime as dt
import statistics
import time
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, NamedTuple, cast

import aiohttp
import msgspec

from engine.finding import Finding, error, ok, unchecked, warning

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

COMMANDS = frozenset(
    {
        *(
            "imagine",
            "inpaint",
            "describe",
            "prompt",
            "remix",
            "show",
            "queue",
            "me",
            "settings",
            "terms",
            "about",
            "help",
            "operator",
        ),
        *("Remix", "Repaint", "Describe"),
    }
)
"""What the bot registers."""

INTENTS = {12: "presences", 13: "presences", 14: "members", 15: "members", 18: "message content", 19: "message content"}
"""Bits of an application's flags that say which privileged intents its portal grants (Discord, Application Flags)."""

OF_THE_APPLICATION = ("interactions-url", "code-grant", "public-bot", "intents")
OF_THE_GATEWAY = ("sessions", "servers")
"""Which rows come from which answer."""

FEW_SESSIONS = 50
CLOCK_WARNING_S, CLOCK_ERROR_S = 2.0, 30.0
TRIES = 5
_OK, _UNAUTHORIZED = 200, 401
_TIMEOUT = aiohttp.ClientTimeout(total=15.0)
_DIGITS_OF_AN_ID = range(15, 21)


class PortalAnswer(NamedTuple):
    status: int
    body: Any
    """What the JSON holds; None where it is none."""
    date: str
    seconds: float

    @property
    def table(self) -> dict[str, Any]:
        """The object of a good answer; empty where it was none."""
        body: object = self.body
        return cast("dict[str, Any]", body) if self.status == _OK and isinstance(body, dict) else {}

    @property
    def rows(self) -> list[dict[str, Any]] | None:
        """The list of a good answer; None where it was none."""
        body: object = self.body
        return cast("list[dict[str, Any]]", body) if self.status == _OK and isinstance(body, list) else None


class Api:
    """Asks Discord as the bot."""

    def __init__(
        self, session: aiohttp.ClientSession, api: str, token: str, now: Callable[[], float] = time.time
    ) -> None:
        self._session = session
        self._api = api
        self._headers = {"Authorization": f"Bot {token}"}
        self.now = now

    async def get(self, path: str) -> PortalAnswer:
        """Ask once.

        Raises:
            aiohttp.ClientError, TimeoutError, OSError: Nobody answers.
        """
        begun = time.monotonic()
        async with self._session.get(f"{self._api}{path}", headers=self._headers, timeout=_TIMEOUT) as answer:
            content = await answer.read()
            seconds = time.monotonic() - begun
        try:
            body: Any = msgspec.json.decode(content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            body = None
        return PortalAnswer(answer.status, body, answer.headers.get("Date", ""), seconds)


def application_id(token: str) -> str | None:
    """Read the application's id out of a token's first part; None where it is no bot token."""
    first, *others = token.split(".")
    if len(others) != 2:  # noqa: PLR2004  a bot token has three parts
        return None
    try:
        found = base64.b64decode(first + "=" * (-len(first) % 4), validate=True).decode("ascii")
    except (binascii.Error, ValueError):
        return None
    return found if found.isdecimal() and len(found) in _DIGITS_OF_AN_ID else None


def mistaken_for_a_token(text: str) -> str:
    """Name what was pasted where it is no bot token; "": it has a token's form."""
    if application_id(text) is not None:
        return ""
    if text.isdecimal() and len(text) in _DIGITS_OF_AN_ID:
        return "this is an id, and not the token"
    if len(text) == 64 and all(letter in "0123456789abcdef" for letter in text):  # noqa: PLR2004
        return "this is the application's public key, and not the bot's token"
    if len(text) == 32 and text.replace("-", "").replace("_", "").isalnum():  # noqa: PLR2004
        return "this is the client secret, and not the bot's token"
    return "this has not the form of a bot token"


async def token(api: Api, text: str) -> Finding:
    """Ask whether Discord takes the token.

    Raises:
        aiohttp.ClientError, TimeoutError, OSError: Nobody answers.
    """
    if wrong := mistaken_for_a_token(text):
        return error("token", wrong, "Copy it from the portal's page Bot: Reset Token shows a new one.")
    answer = await api.get("/users/@me")
    if answer.status == _UNAUTHORIZED:
        return error(
            "token",
            "Discord does not accept the bot token: it was reset, or is not whole",
            "Make a new one on the portal's page Bot; the old one is void from then on.",
        )
    if not answer.table:
        return unchecked("token", f"Discord answers {answer.status}", "Try again later.")
    return ok("token", f"Discord knows the bot as “{answer.table.get('username')}”")


async def look(api: Api, text: str) -> AsyncIterator[Finding]:
    """Give the rows about the portal, the token's first; where it fails, nothing more can be asked."""
    try:
        found = await token(api, text)
        yield found
        if found.level == "unchecked":
            yield error("discord", "Discord stumbles, and nothing more was asked", "Try again later.")
        if found.level != "ok":
            return
        yield ok("discord", "Discord answers")
        async for row in _rows(api):
            yield row
    except (aiohttp.ClientError, OSError) as failure:
        reason = str(failure) or type(failure).__name__
        yield error(
            "discord", f"Discord does not answer ({reason})", "See that this machine has outgoing HTTPS, and DNS."
        )


async def _rows(api: Api) -> AsyncIterator[Finding]:
    asked = [await api.get("/gateway") for _ in range(TRIES)]
    yield clock(asked[-1].date, api.now())
    yield latency([one.seconds for one in asked])
    about = await api.get("/applications/@me")
    for row in of_the_application(about.table) if about.table else _unanswered(OF_THE_APPLICATION, about):
        yield row
    gateway = await api.get("/gateway/bot")
    for row in sessions(gateway.table, about.table) if gateway.table else _unanswered(OF_THE_GATEWAY, gateway):
        yield row
    yield await _commands(api, about.table)


def _unanswered(ids: Iterable[str], answer: PortalAnswer) -> list[Finding]:
    """Name the rows that one answer would have given."""
    return [unchecked(one, f"Discord answers {answer.status}") for one in ids]


def clock(date: str, now: float) -> Finding:
    """Compare this machine's clock with Discord's, which it writes to the second."""
    try:
        there = parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError):
        return unchecked("clock", "Discord's answer had no date")
    off = abs(now - there)
    do = "Turn on time synchronisation: timedatectl set-ntp true."
    if off > CLOCK_ERROR_S:
        return error("clock", f"the clock is {off:.0f} s off: buttons, retention and encryption depend on it", do)
    if off > CLOCK_WARNING_S:
        return warning("clock", f"the clock is {off:.0f} s off, and the times that are shown are wrong by as much", do)
    return ok("clock", "the clock is right")


def latency(seconds: list[float]) -> Finding:
    """Say how long an answer takes; Discord waits three seconds for ours."""
    middle = statistics.median(seconds)
    if middle > 1.0:
        return warning(
            "latency",
            f"Discord answers in {middle * 1000:.0f} ms, and it waits no more than 3 s for what the bot answers",
            "Look at the network of this machine.",
        )
    return ok("latency", f"Discord answers in {middle * 1000:.0f} ms (the middle of {len(seconds)})")


def of_the_application(application: dict[str, Any]) -> list[Finding]:
    """Give the rows that the portal's own pages decide."""
    rows: list[Finding] = []
    if application.get("interactions_endpoint_url"):
        rows.append(
            error(
                "interactions-url",
                "the portal sends every command to an address, so none reaches this bot",
                "Empty the field Interactions Endpoint URL on the portal's page General Information.",
            )
        )
    else:
        rows.append(ok("interactions-url", "commands come to the bot"))
    if application.get("bot_require_code_grant"):
        rows.append(
            error(
                "code-grant",
                "nobody can invite the bot",
                "Turn off Requires OAuth2 Code Grant on the portal's page Bot.",
            )
        )
    else:
        rows.append(ok("code-grant", "the invitation works"))
    public = application.get("bot_public")
    rows.append(ok("public-bot", "everybody may invite the bot" if public else "only you may invite the bot"))
    flags = int(application.get("flags") or 0)
    granted = sorted({name for bit, name in INTENTS.items() if flags >> bit & 1})
    if granted:
        rows.append(
            warning(
                "intents",
                f"the portal grants what Eshi does not use ({', '.join(granted)}): Discord tells it more than it needs",
                "Turn the privileged intents off on the portal's page Bot.",
            )
        )
    else:
        rows.append(ok("intents", "no privileged intent is granted, and none is needed"))
    return rows


def sessions(gateway: dict[str, Any], application: dict[str, Any]) -> list[Finding]:
    """Give the rows about connecting: how often it is allowed yet, and to how many servers."""
    rows: list[Finding] = []
    limit: dict[str, Any] = gateway.get("session_start_limit") or {}
    remaining = int(limit.get("remaining") or 0)
    if remaining < FEW_SESSIONS:
        hours = dt.timedelta(milliseconds=int(limit.get("reset_after") or 0)).total_seconds() / 3600
        rows.append(
            warning(
                "sessions",
                f"only {remaining} of {limit.get('total')} connections are left for {hours:.1f} h; then Discord resets "
                "the token",
                "Something restarts the bot again and again: look at its log before you start it.",
            )
        )
    else:
        rows.append(ok("sessions", f"{remaining} connections are left today"))
    count = application.get("approximate_guild_count")
    shards = gateway.get("shards")
    rows.append(ok("servers", f"the bot is in {count} servers, and Discord recommends {shards} shards"))
    return rows


async def _commands(api: Api, application: dict[str, Any]) -> Finding:
    answer = await api.get(f"/applications/{application.get('id')}/commands")
    if answer.rows is None:
        return unchecked("commands", f"Discord answers {answer.status}")
    return commands({str(one.get("name")) for one in answer.rows})


def commands(known: set[str]) -> Finding:
    """Compare the commands that Discord knows with the bot's."""
    if strange := sorted(known - COMMANDS):
        return warning(
            "commands",
            f"Discord knows commands that are not Eshi's: {', '.join(strange)}; the bot removes them when it starts",
            "Give each program an application of its own, if another one uses this one.",
        )
    if absent := COMMANDS - known:
        return unchecked("commands", f"{len(absent)} are not known to Discord yet; the bot tells it when it starts")
    return ok("commands", f"Discord knows all {len(COMMANDS)}")

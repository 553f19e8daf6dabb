"""The audit log: every record is stored, and told where the server has a log channel; nothing there waits for it."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from typing import TYPE_CHECKING

import aiohttp
import discord
import msgspec

from bot.answer import NO_PINGS
from bot.refusals import Refusals, RefusingPlace
from bot.safety.audit import fingerprint
from bot.sentences import audit as says
from bot.sentences.rendering import render

if TYPE_CHECKING:
    from collections.abc import Callable

    from bot.safety.audit import AuditRecord
    from bot.sentences.sentence import Sentence
    from bot.store import Store

log = logging.getLogger(__name__)

MESSAGE_CHARS = 2000
"""Discord's limit for the content of a message."""

PROMPT_CHARS = 400
"""Of a prompt in one line; the stored record has all of it."""

WAITING_LINES = 100
"""Of one server, while Discord takes its time; older ones are only in the database then."""


class Audit:
    """Writes down who, where, when and by which rule."""

    def __init__(
        self,
        client: discord.Client,
        store: Store,
        refusals: Refusals | None = None,
        refused: Callable[[str], None] = lambda _rule: None,
    ) -> None:
        """Prepare to write; `refused` is told the rule of every refusal."""
        self.refusals = refusals or Refusals()
        """Log channels that take nothing are left alone."""
        self._client = client
        self._store = store
        self._refused = refused
        self._waiting: dict[int, deque[str]] = {}
        self._posting: dict[int, asyncio.Task[None]] = {}

    async def write(
        self, record: AuditRecord, *, words: str = "", told: bool = False, names: Sentence | None = None
    ) -> None:
        """Store a record, and have it told in the server's log channel.

        Args:
            record: What happened; its `prompt` is filled in here.
            words: The prompt that it is about. Kept as a keyed hash, unless the server asked for the words themselves.
            told: The log channel has a message of its own about it.
            names: What the log channel reads in place of the detail, which is stored and may name nobody.
        """
        if record.event == "refused":
            self._refused(record.rule)
        policy = await self._store.policies.of(record.guild_id)
        if words:
            shown = words if policy.log_prompts else fingerprint(words, self._store.key)
            record = msgspec.structs.replace(record, prompt=shown)
        await self._store.records.keep(record)
        if record.event == "changed" and record.guild_id is not None:
            self.refusals.changed(record.guild_id)  # perhaps the log channel itself
        if not told and record.guild_id is not None and policy.log_channel is not None:
            self._tell(record.guild_id, line(msgspec.structs.replace(record, detail=names or record.detail)))

    async def announce(self, notice: Sentence) -> int:
        """Have the log channel of every server read something; gives how many have one."""
        text, told = render(notice)[:MESSAGE_CHARS], 0
        for guild_id, policy in await self._store.policies.all():
            if policy.log_channel is not None and self._client.get_guild(guild_id) is not None:
                self._tell(guild_id, text)
                told += 1
        return told

    async def channel(self, guild_id: int | None) -> discord.abc.MessageableChannel | None:
        """Give the server's log channel; None where it has none, or one that is not there any more."""
        guild = None if guild_id is None else self._client.get_guild(guild_id)
        named = (await self._store.policies.of(guild_id)).log_channel
        if guild is None or named is None:
            return None
        channel = guild.get_channel_or_thread(int(named))  # of this server, whatever an imported file says
        return channel if isinstance(channel, discord.abc.Messageable) else None

    async def close(self) -> None:
        """Stop telling; what was not told is in the database."""
        for task in self._posting.values():
            task.cancel()
        await asyncio.gather(*self._posting.values(), return_exceptions=True)

    def _tell(self, guild_id: int, text: str) -> None:
        self._waiting.setdefault(guild_id, deque(maxlen=WAITING_LINES)).append(text)
        if guild_id not in self._posting:
            task = asyncio.create_task(self._post(guild_id), name=f"audit log of server {guild_id}")
            self._posting[guild_id] = task
            task.add_done_callback(lambda _done: self._posting.pop(guild_id))

    async def _post(self, guild_id: int) -> None:
        """Post what waits, several lines a message, until nothing does."""
        waiting = self._waiting[guild_id]
        while waiting:
            text = _together(waiting)
            try:
                await self._send(guild_id, text)
            except (discord.DiscordException, aiohttp.ClientError, OSError) as error:
                log.warning("server %s: its log channel cannot be written: %s", guild_id, error)
        del self._waiting[guild_id]

    async def _send(self, guild_id: int, text: str) -> None:
        """Post a text, if there is a log channel that takes it."""
        channel = await self.channel(guild_id)
        if channel is None or self.refusals.closed(place := RefusingPlace("words", channel.id)):
            return
        try:
            await channel.send(text, allowed_mentions=NO_PINGS, suppress_embeds=True, silent=True)
        except discord.HTTPException as error:
            self.refusals.heed(place, guild_id, error)
            raise
        self.refusals.took(place)


def line(record: AuditRecord) -> str:
    """Write a record as one line for moderators; mentions in it ping nobody."""
    prompt = _quoted(record.prompt) if record.prompt else ""
    said = says.line(
        record.event, int(record.at), record.user_id, record.channel_id, record.rule, record.detail, prompt
    )
    return render(said)[: MESSAGE_CHARS - 1]


def _quoted(prompt: str) -> str:
    words = " ".join(prompt.replace("`", "ˋ").split())  # a backtick would end the quotation
    return f"`{words if len(words) <= PROMPT_CHARS else words[: PROMPT_CHARS - 1] + '…'}`"


def _together(waiting: deque[str]) -> str:
    text = waiting.popleft()
    while waiting and len(text) + 1 + len(waiting[0]) <= MESSAGE_CHARS:
        text += "\n" + waiting.popleft()
    return text

"""The configuration read again while the bot runs: what may change does, and what needs a restart is named.

A file that cannot be used changes nothing. Loosening what may be drawn is an audit record of its own, whoever did it.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import msgspec

from bot import config
from bot.errors import ConfigError
from bot.queue.allowance import Allowance
from bot.safety.audit import AuditRecord
from bot.safety.operator_words import check_operator_words
from bot.safety.policy import OperatorPolicy
from bot.safety.ratings import exceeds
from bot.sentences import audit as says
from bot.sentences.joined import as_written

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from bot.care.retention import Retention
    from bot.checks.admission import Admission
    from bot.checks.audit import Audit
    from bot.checks.gatekeeper import Gatekeeper
    from bot.config import Config, Ratings
    from bot.prompt.prompt_writer import PromptWriter
    from bot.queue.queue import Queue

log = logging.getLogger(__name__)

IN_LINE = (
    "max_queue",
    "max_queue_per_server",
    "max_queue_per_person",
    "max_running_per_server",
    "max_running_per_person",
    "max_pictures_per_server_per_day",
    "max_pictures_per_person_per_day",
)
"""Of ``bot.limits``; the others are ranges of commands, of which Discord is told at the start."""

AT_ONCE = (
    *(f"bot.limits.{key}" for key in IN_LINE),
    *("bot.ratings", "bot.strikes", "bot.retention", "bot.about", "bot.drain_s"),
)
"""Keys and tables that change while the bot runs."""


@dataclass
class Live:
    """The configuration as it is now, for whoever reads it at every use."""

    config: Config


class Reloaded(NamedTuple):
    """What became of it."""

    changed: tuple[str, ...] = ()
    """Keys that hold from now on."""
    restart: tuple[str, ...] = ()
    """Keys that hold after a restart; those of ``engine`` after one of the engine."""
    loosened: tuple[str, ...] = ()
    """In words, what may be drawn now that could not be before."""
    error: str = ""
    """Why nothing was changed."""


@dataclass(kw_only=True, eq=False)
class ConfigReload:
    """Puts what changed into the parts that have it."""

    live: Live
    gatekeeper: Gatekeeper
    prompt_writer: PromptWriter
    queue: Queue
    admission: Admission
    retention: Retention
    audit: Audit
    now: Callable[[], float]
    """Unix time in seconds."""

    async def again(self, user_id: int | None = None) -> Reloaded:
        """Read the file again.

        Args:
            user_id: Who asked, for the audit log; None: somebody with a signal.
        """
        before = self.live.config
        try:
            after = await asyncio.to_thread(self._read, before)
        except ConfigError as error:
            log.error("the configuration is as it was: %s", error)  # noqa: TRY400  one clear line
            return Reloaded(error=str(error))
        changed = tuple(_differences(_tables(before), _tables(after)))
        now = tuple(key for key in changed if key.startswith(AT_ONCE))
        later = tuple(key for key in changed if key not in now)
        loosened = tuple(_loosened(before.bot.ratings, after.bot.ratings))
        self._apply(_with(before, after))
        for key in now:
            log.info("%s is changed", key)
        for key in later:
            log.warning("%s is changed after a restart", key)
        for one in loosened:
            log.warning("more may be drawn now: %s", one)
            record = AuditRecord(
                event="changed",
                at=self.now(),
                user_id=user_id,
                guild_id=None,
                channel_id=None,
                detail=says.loosened(as_written(one)),
            )
            await self.audit.write(record)
        if not changed:
            log.info("the configuration is the same")
        return Reloaded(now, later, loosened)

    def _read(self, before: Config) -> Config:
        """Read it, and see whether it can be used.

        Raises:
            ConfigError: It cannot.
        """
        after = config.load(before.path)
        config.require_all(after)
        words = self.gatekeeper.words
        check_operator_words(self.prompt_writer.presets, self.prompt_writer.wildcards, words, after.bot.ratings.highest)
        return after

    def _apply(self, after: Config) -> None:
        bot, before = after.bot, self.live.config
        self.live.config = after
        self.gatekeeper.operator = OperatorPolicy.of(bot.ratings, tagger=before.rates)
        self.gatekeeper.lockouts.rules = bot.strikes
        self.retention.rules, self.retention.strikes = bot.retention, bot.strikes
        allowance = Allowance.of_operator(bot.limits)
        self.admission.operator = allowance
        self.queue.bound(bot.limits.max_queue, allowance)


def _with(before: Config, after: Config) -> Config:
    """Give the old configuration with what may change of the new one."""
    new = after.bot
    limits = msgspec.structs.replace(before.bot.limits, **{key: getattr(new.limits, key) for key in IN_LINE})
    bot = msgspec.structs.replace(
        before.bot,
        limits=limits,
        ratings=new.ratings,
        strikes=new.strikes,
        retention=new.retention,
        about=new.about,
        drain_s=new.drain_s,
    )
    return msgspec.structs.replace(before, bot=bot)


def _tables(read: Config) -> dict[str, Any]:
    return {"bot": msgspec.to_builtins(read.bot), "wire": msgspec.to_builtins(read.wire), **_engine(read)}


def _engine(read: Config) -> dict[str, Any]:
    return {"engine": msgspec.to_builtins(read.model)}


def _differences(before: dict[str, Any], after: dict[str, Any], above: str = "") -> Iterator[str]:
    """Name every key whose value is another one; a list is one value."""
    for key in sorted({*before, *after}):
        old, new, name = before.get(key), after.get(key), f"{above}{key}"
        if isinstance(old, dict) and isinstance(new, dict):
            yield from _differences(old, new, f"{name}.")  # pyright: ignore[reportUnknownArgumentType]  what msgspec made
        elif old != new:
            yield name


def _loosened(before: Ratings, after: Ratings) -> Iterator[str]:
    """Say what may be drawn by the new ratings that could not be by the old ones."""
    if exceeds(after.highest, before.highest):
        yield f"the highest rating is {after.highest} instead of {before.highest}"
    for key, more in (
        ("adults", {*after.adults} - {*before.adults}),
        ("people", {*before.people} - {*after.people}),
        ("denied", {*before.denied} - {*after.denied}),
    ):
        if more:
            yield f"{len(more)} {'more' if key == 'adults' else 'fewer'} in bot.ratings.{key}"

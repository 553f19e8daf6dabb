"""Heeds what the operator writes about LoRAs while the bot runs; a file that cannot be used changes nothing."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.errors import ConfigError
from bot.prompt import loras
from bot.safety.operator_words import check_lora_words

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from pathlib import Path

    from bot.prompt.loras import KnownLoras, LoraRule
    from bot.safety.wording import TextFilter

log = logging.getLogger(__name__)

EVERY_S = 5.0
"""Between two looks at the file: as often as the engine looks into its folder."""


class LoraRulesWatch:
    """Belongs to one file."""

    def __init__(
        self,
        path: Path,
        known: KnownLoras,
        words: TextFilter,
        *,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        """Take what was read at the start as it is.

        Args:
            path: The operator's file.
            known: Is told what it says.
            words: Judges what it declares.
            sleep: Waits for so many seconds.
        """
        self._path = path
        self._known = known
        self._words = words
        self._sleep = sleep
        self._seen: tuple[int, int] | None = None

    async def work(self) -> None:
        """Look again and again."""
        self._seen = await asyncio.to_thread(self._now)
        while True:
            await self._sleep(EVERY_S)
            await self.look()

    async def look(self) -> None:
        """Take what the file says, where it has changed; what is wrong with it is logged once, and changes nothing."""
        seen = await asyncio.to_thread(self._now)
        if seen == self._seen:
            return
        self._seen = seen
        try:
            rules = await asyncio.to_thread(self._read)
        except ConfigError as error:
            log.error("what was said of LoRAs stays as it was: %s", error)  # noqa: TRY400  one clear line
            return
        self._known.rules = rules
        log.info("%s: read anew, of %d LoRAs", self._path, len(rules))

    def _now(self) -> tuple[int, int] | None:
        try:
            status = self._path.stat()
        except OSError:
            return None
        return status.st_mtime_ns, status.st_size

    def _read(self) -> dict[str, LoraRule]:
        rules = loras.load(self._path)
        check_lora_words(rules.values(), self._words)
        return rules

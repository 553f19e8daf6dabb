"""Deletes what has been kept for as long as the operator said, in small portions, for as long as the bot lives."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from bot.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot import config
    from bot.config import StrikeRules
    from bot.store import Store

log = logging.getLogger(__name__)

EVERY_S = 3600.0
PORTION = 100
"""Rows at a time: whoever waits for the database meanwhile waits for milliseconds."""

_DAY_S = 86_400.0


class Retention:
    """Knows how long things are kept, and nothing of what they are."""

    def __init__(
        self,
        store: Store,
        rules: config.RetentionSettings,
        strikes: StrikeRules,
        *,
        now: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._store = store
        self.rules = rules
        self.strikes = strikes
        self._now = now
        self._sleep = sleep

    async def work(self) -> None:
        """Sweep at once, and then again and again."""
        while True:
            try:
                await self.sweep()
            except StoreError as error:
                log.error("what is past its time cannot be deleted: %s", error)  # noqa: TRY400  one clear line
            await self._sleep(EVERY_S)

    async def sweep(self) -> None:
        """Delete everything whose time is over.

        Raises:
            StoreError: Database or spool cannot be written; what was not deleted is found the next time.
        """
        store, rules = self._store, self.rules
        pictures = await self._delete_pictures(self._before(rules.pictures_days))
        records = await self._delete_records(self._before(rules.records_days))
        await store.inputs.sweep(before=self._before(rules.pictures_days))
        for table in (store.drafts, store.forms):
            await table.sweep(before=self._before(rules.drafts_days))
        for table in (store.records, store.reports):
            await table.sweep(before=self._before(rules.audit_days))
        await store.backups.sweep(before=self._before(rules.backups_days))
        now = self._now()
        await store.strikes.sweep(strikes_before=now - self.strikes.forget_after_s, now=now)
        if pictures or records:
            log.info("deleted, as too old: %d pictures, %d records of jobs", pictures, records)

    def _before(self, days: float) -> float:
        return self._now() - days * _DAY_S

    async def _delete_pictures(self, before: float) -> int:
        total = 0
        while deleted := await self._store.pictures.expire(before=before, most=PORTION):
            total += deleted
        return total

    async def _delete_records(self, before: float) -> int:
        total = 0
        while jobs := await self._store.jobs.finished(before=before, most=PORTION):
            for job_id in jobs:
                await self._store.pictures.drop(job_id)
                await self._store.jobs.delete(job_id)
            total += len(jobs)
        return total

"""The table of pictures that people bring, together with their files: nobody but whoever brought one draws from it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

import msgspec
from msgspec import Struct

from bot.config import Rating
from bot.errors import StoreError, StoreUnavailable
from bot.store.patience import patiently
from bot.store.spool_names import input_file
from bot.store.wholeness import changed, checksum

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from bot.picture.brought import BroughtPicture
    from bot.store.database import Database
    from bot.store.spool import Spool

UNDRAWN = 20
"""Of one person's pictures, those from which nothing is drawn: what is on its way into the line, or waits for a press.
As many as are kept of forms; each has up to 4 MiB, and whatever somebody sends, their part of the disk is bounded."""

_COLUMNS = "user_id, sha256, width, height, rating, withheld, brought_at"

_DRAWN_AS = """EXISTS (
    SELECT 1 FROM jobs WHERE jobs.user_id = inputs.user_id AND jobs.{column} = inputs.sha256 AND (
        finished_at IS NULL OR EXISTS (SELECT 1 FROM pictures WHERE pictures.job = jobs.key AND deleted = 0)
    )
)"""
_DRAWN = f"({_DRAWN_AS.format(column='input')} OR {_DRAWN_AS.format(column='mask')})"
"""Something of it is still to be drawn, or still kept. Each half has an index of its own: with both columns in one
condition SQLite reads all that the person ever asked for, once for each picture."""

_IN_A_FORM = """EXISTS (
    SELECT 1 FROM forms WHERE forms.user_id = inputs.user_id AND CASE WHEN json_valid(options) THEN
        inputs.sha256 IN (json_extract(options, '$.image.sha256'), json_extract(options, '$.change.mask'))
    END
)"""
"""A form that is kept begins with it; forms are bounded themselves."""


class StoredInput(Struct, frozen=True, kw_only=True):
    """A picture that somebody brought, or a mask."""

    user_id: int
    sha256: str
    """Of the file, in hexadecimal digits."""
    width: int
    height: int
    rating: Rating | None = None
    """What it shows, as measured; None: nobody has looked."""
    withheld: bool = False
    """Nobody may see it."""
    brought_at: float

    @property
    def file(self) -> str:
        """Its name in the spool."""
        return input_file(self.user_id, self.sha256)


class Inputs:
    """Pictures by person and checksum."""

    def __init__(
        self, database: Database, spool: Spool, *, waits_s: Sequence[float] = (), same: Inputs | None = None
    ) -> None:
        """Prepare to keep them.

        Args:
            database: Has the rows.
            spool: Has the files.
            waits_s: Between two tries; empty: there is one.
            same: The same pictures with other waits.
        """
        self._database = database
        self._spool = spool
        self._waits_s = waits_s
        self.writing: asyncio.Lock = same.writing if same else asyncio.Lock()
        """Whoever deletes a row and then its file must not do so between file and row of the same picture."""

    async def keep(self, user_id: int, brought: BroughtPicture, *, now: float) -> StoredInput:
        """Keep a picture, once however often it is brought, in place of this person's oldest beyond `UNDRAWN`.

        Raises:
            StoreUnavailable: Disk or database cannot take it.
        """
        made = StoredInput(
            user_id=user_id,
            sha256=checksum(brought.png),
            width=brought.width,
            height=brought.height,
            brought_at=now,
        )
        async with self.writing:
            await self._spool.write(made.file, brought.png)
            try:
                kept = await self._note(made)
            except StoreUnavailable:
                with suppress(StoreError):  # what stays is deleted at the next start
                    if await self.get(user_id, made.sha256) is None:
                        await self._spool.delete([made.file])
                raise
            await self._delete(
                f"""
                DELETE FROM inputs WHERE user_id = :user_id AND NOT {_IN_A_FORM} AND sha256 IN (
                    SELECT sha256 FROM inputs WHERE user_id = :user_id AND NOT {_DRAWN}
                    ORDER BY sha256 = :sha256 DESC, brought_at DESC LIMIT -1 OFFSET :most
                ) RETURNING user_id, sha256
                """,  # noqa: S608  our own words
                {"user_id": user_id, "sha256": kept.sha256, "most": UNDRAWN},
            )
        return kept

    async def _note(self, made: StoredInput) -> StoredInput:
        [row] = await self._database.fetch(
            f"""
            INSERT INTO inputs (user_id, sha256, width, height, brought_at)
            VALUES (:user_id, :sha256, :width, :height, :brought_at)
            ON CONFLICT DO UPDATE SET brought_at = excluded.brought_at
            RETURNING {_COLUMNS}
            """,  # noqa: S608  as above
            msgspec.structs.asdict(made),
        )
        return msgspec.convert(dict(row), StoredInput, strict=False)

    async def get(self, user_id: int, sha256: str) -> StoredInput | None:
        """Look one up; None: this person brought none, or it is no longer kept."""
        sql = f"SELECT {_COLUMNS} FROM inputs WHERE user_id = :user_id AND sha256 = :sha256"  # noqa: S608  as above
        fetch = partial(self._database.fetch, sql, {"user_id": user_id, "sha256": sha256})
        rows = await patiently(fetch, self._waits_s)
        return msgspec.convert(dict(rows[0]), StoredInput, strict=False) if rows else None

    async def read(self, kept: StoredInput) -> bytes:
        """Read its file.

        Raises:
            PictureLost: It is damaged, or gone.
            StoreUnavailable: It cannot be read.
        """
        return await patiently(partial(self._spool.read, kept.file, partial(changed, kept.sha256)), self._waits_s)

    async def rated(self, kept: StoredInput, rating: Rating | None, *, withheld: bool) -> StoredInput:
        """Note what it shows.

        Raises:
            StoreError: It is no longer kept.
        """
        rows = await patiently(
            partial(
                self._database.fetch,
                f"""
                UPDATE inputs SET rating = :rating, withheld = :withheld
                WHERE user_id = :user_id AND sha256 = :sha256 RETURNING {_COLUMNS}
                """,  # noqa: S608  as above
                {"rating": rating, "withheld": withheld, "user_id": kept.user_id, "sha256": kept.sha256},
            ),
            self._waits_s,
        )
        if not rows:
            raise StoreError(f"{kept.file}: no longer kept")
        return msgspec.convert(dict(rows[0]), StoredInput, strict=False)

    async def of(self, user_id: int) -> tuple[StoredInput, ...]:
        """Give all of a person's, the oldest first."""
        rows = await self._database.fetch(
            f"SELECT {_COLUMNS} FROM inputs WHERE user_id = :user_id ORDER BY brought_at",  # noqa: S608  as above
            {"user_id": user_id},
        )
        return tuple(msgspec.convert(dict(row), StoredInput, strict=False) for row in rows)

    async def forget(self, user_id: int) -> None:
        """Delete all that a person brought, file and row."""
        async with self.writing:
            await self._delete(
                "DELETE FROM inputs WHERE user_id = :user_id RETURNING user_id, sha256", {"user_id": user_id}
            )

    async def sweep(self, *, before: float) -> None:
        """Delete what was brought before this moment, unless something of it is still to be drawn, or still kept."""
        async with self.writing:
            await self._delete(
                f"DELETE FROM inputs WHERE brought_at < :before AND NOT {_DRAWN} RETURNING user_id, sha256",  # noqa: S608  as above
                {"before": before},
            )

    async def _delete(self, sql: str, values: Mapping[str, object]) -> None:
        rows = await self._database.fetch(sql, values)
        await self._spool.delete(input_file(*row) for row in rows)

    async def files(self) -> set[str]:
        """Name what lies in the spool."""
        rows = await self._database.fetch("SELECT user_id, sha256 FROM inputs")
        return {input_file(*row) for row in rows}

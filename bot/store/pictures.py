"""The table of pictures together with their files: a row never points at half a file."""

from __future__ import annotations

import asyncio
import logging
from functools import partial
from typing import TYPE_CHECKING

import msgspec

from bot.errors import PictureLost, StoreError, WrongState
from bot.job import StoredPicture, latents_file, row_key
from bot.store.patience import patiently
from bot.store.wholeness import changed, fault
from engine.wire import Latents

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import Iterable, Mapping, Sequence

    from bot.config import Rating
    from bot.store.database import Database
    from bot.store.spool import Spool

log = logging.getLogger(__name__)

_COLUMNS = "number, seed, file, size_bytes, sha256, latents_sha256, rating, deleted"


class StoredPictures:
    """Pictures by the public id of their job."""

    def __init__(self, database: Database, spool: Spool, *, waits_s: Sequence[float] = ()) -> None:
        """Prepare to keep pictures.

        Args:
            database: Raises at once where it cannot be used: a try of ours is file and row together.
            spool: Of the files.
            waits_s: Between two tries; empty: there is one.
        """
        self._database = database
        self._spool = spool
        self._waits_s = waits_s

    async def save(
        self,
        job_id: str,
        *,
        number: int,
        seed: int,
        png: bytes,
        rating: Rating | None = None,
        latents: Latents | None = None,
    ) -> StoredPicture:
        """Keep a picture of a running job, in place of what an earlier attempt drew.

        Args:
            job_id: Whose it is.
            number: Which picture of the job, from 0.
            seed: What it was drawn from.
            png: Its file.
            rating: What it shows, as measured; None where nothing rates.
            latents: What it was decoded from; None: they are not kept.

        Raises:
            WrongState: The job is no longer running; nothing is kept.
            StoreUnavailable: Disk or database cannot take it.
        """
        made = StoredPicture(
            number=number, seed=seed, file=f"{job_id}-{number}.png", size_bytes=len(png), rating=rating
        )
        return await patiently(partial(self._save_whole, job_id, made, png, latents), self._waits_s)

    async def _save_whole(self, job_id: str, made: StoredPicture, png: bytes, latents: Latents | None) -> StoredPicture:
        saving = asyncio.ensure_future(self._save(job_id, made, png, latents))
        try:
            return await asyncio.shield(saving)
        except asyncio.CancelledError:
            # A file that is half way to its row must reach it, or nobody would find it again.
            await asyncio.gather(saving, return_exceptions=True)
            raise

    async def _save(self, job_id: str, made: StoredPicture, png: bytes, latents: Latents | None) -> StoredPicture:
        latents_sha256 = None
        if latents is not None:  # first: a disk that is full for the picture leaves the older one as it was
            latents_sha256 = await self._spool.write(made.latents_file, msgspec.msgpack.encode(latents))
        sha256 = await self._spool.write(made.file, png)
        rows: list[sqlite3.Row] = []
        try:
            rows = await self._database.fetch(
                f"""
                INSERT OR REPLACE INTO pictures (job, number, seed, file, size_bytes, sha256, latents_sha256, rating)
                SELECT key, :number, :seed, :file, :size_bytes, :sha256, :latents_sha256, :rating FROM jobs
                WHERE key = :key AND state = 'running'
                RETURNING {_COLUMNS}
                """,  # noqa: S608  our own words
                {
                    "key": row_key(job_id),
                    "number": made.number,
                    "seed": made.seed,
                    "file": made.file,
                    "size_bytes": made.size_bytes,
                    "sha256": sha256,
                    "latents_sha256": latents_sha256,
                    "rating": made.rating,
                },
                durable=False,  # it is drawn again
            )
        finally:
            if not rows:
                await self._spool.delete(_files_of([made.file]))
            elif latents is None:
                await self._spool.delete([made.latents_file])  # of an earlier attempt
        if not rows:
            raise WrongState(job_id, "not running", "take a picture")
        return msgspec.convert(dict(rows[0]), StoredPicture, strict=False)

    async def of(self, job_id: str) -> tuple[StoredPicture, ...]:
        """List a job's pictures in order, deleted ones included."""
        sql = f"SELECT {_COLUMNS} FROM pictures WHERE job = :key ORDER BY number"  # noqa: S608  our own words
        fetch = partial(self._database.fetch, sql, {"key": row_key(job_id)})
        rows = await patiently(fetch, self._waits_s)
        return tuple(msgspec.convert(dict(row), StoredPicture, strict=False) for row in rows)

    async def read(self, picture: StoredPicture) -> bytes:
        """Read a picture's file, if it is what was kept.

        Raises:
            PictureLost: It is damaged, or gone.
            StoreError: It was deleted.
            StoreUnavailable: It cannot be read.
        """
        if picture.deleted:
            raise StoreError(f"{picture.file}: deleted")
        return await patiently(partial(self._spool.read, picture.file, partial(fault, picture)), self._waits_s)

    async def latents(self, picture: StoredPicture) -> Latents | None:
        """Read what a picture was decoded from; None: it is not kept, or no longer what it was.

        Raises:
            StoreUnavailable: It cannot be read.
        """
        if picture.deleted or picture.latents_sha256 is None:
            return None
        look = partial(changed, picture.latents_sha256)
        try:
            data = await patiently(partial(self._spool.read, picture.latents_file, look), self._waits_s)
            return msgspec.msgpack.decode(data, type=Latents)
        except (PictureLost, msgspec.DecodeError) as error:
            log.warning("the latents of a picture are lost, and it is encoded instead: %s", error)
            return None

    async def whole(self, job_id: str, pictures: Iterable[StoredPicture]) -> dict[int, bytes]:
        """Read those files that are what was kept, by number; of the others the operator is told.

        Raises:
            StoreUnavailable: One cannot be read.
        """
        found: dict[int, bytes] = {}
        for picture in pictures:
            try:
                found[picture.number] = await self.read(picture)
            except PictureLost as error:
                log.error("job %s: picture %d is lost: %s", job_id, picture.number + 1, error)  # noqa: TRY400  one line
        return found

    async def put_back(self, job_id: str, number: int, data: bytes) -> None:
        """Keep the file of a picture again whose own is gone.

        Raises:
            StoreUnavailable: Disk or database cannot take it.
        """
        file = f"{job_id}-{number}.png"
        sha256 = await self._spool.write(file, data)
        rows: list[sqlite3.Row] = []
        try:
            rows = await self._database.fetch(
                """
                UPDATE pictures SET
                    deleted = 0, file = :file, size_bytes = :size_bytes, sha256 = :sha256, latents_sha256 = NULL
                WHERE job = :key AND number = :number RETURNING number
                """,
                {
                    "key": row_key(job_id),
                    "number": number,
                    "file": file,
                    "size_bytes": len(data),
                    "sha256": sha256,
                },
            )
        finally:
            if not rows:
                await self._spool.delete([file])

    async def drop(self, job_id: str) -> None:
        """Delete the files of a job; the rows stay, so that its seeds can still be told.

        Raises:
            StoreUnavailable: Database or disk cannot be changed.
        """
        sql = "UPDATE pictures SET deleted = 1, latents_sha256 = NULL WHERE job = :key AND deleted = 0 RETURNING file"
        await self._delete(sql, {"key": row_key(job_id)})

    async def discard(self, job_id: str, number: int) -> None:
        """Forget a picture that may not be shown, file and row: the others are what the job's message shows.

        Raises:
            StoreUnavailable: Database or disk cannot be changed.
        """
        sql = "DELETE FROM pictures WHERE job = :key AND number = :number RETURNING file"
        await self._delete(sql, {"key": row_key(job_id), "number": number})

    async def _delete(self, sql: str, values: Mapping[str, object]) -> None:
        rows = await patiently(partial(self._database.fetch, sql, values), self._waits_s)
        await patiently(partial(self._spool.delete, _files_of(row["file"] for row in rows)), self._waits_s)

    async def expire(self, *, before: float, most: int) -> int:
        """Delete files of jobs that came to their end before this moment, and say how many pictures it were.

        What is hidden until a moderator has looked waits for that.
        """
        rows = await self._database.fetch(
            """
            UPDATE pictures SET deleted = 1, latents_sha256 = NULL WHERE (job, number) IN (
                SELECT job, number FROM pictures JOIN jobs ON jobs.key = pictures.job
                WHERE deleted = 0 AND finished_at < :before AND NOT EXISTS (
                    SELECT 1 FROM reports WHERE reports.job = pictures.job
                        AND hides AND outcome IS NULL AND withdrawn_at IS NULL
                ) LIMIT :most
            ) RETURNING file
            """,
            {"before": before, "most": most},
        )
        await self._spool.delete(_files_of(row["file"] for row in rows))
        return len(rows)

    async def sweep(self, others: Iterable[str] = ()) -> int:
        """Clear up after a process that died: delete what nobody will ever show, and say how many files it was.

        That is the pictures of cancelled and refused jobs, and files without a row. For start-up only: a file that
        is just being written has no row yet.

        Args:
            others: Files in the spool that are no pictures of jobs, and stay.
        """
        await self._database.fetch(
            """
            UPDATE pictures SET deleted = 1, latents_sha256 = NULL
            WHERE deleted = 0 AND job IN (SELECT key FROM jobs WHERE state IN ('cancelled', 'refused'))
            """
        )
        rows = await self._database.fetch("SELECT file, latents_sha256 FROM pictures WHERE deleted = 0")
        known = {row["file"] for row in rows}
        known |= {latents_file(row["file"]) for row in rows if row["latents_sha256"] is not None}
        orphans = await self._spool.names() - known - set(others)
        await self._spool.delete(orphans)
        return len(orphans)


def _files_of(files: Iterable[str]) -> list[str]:
    """Name what lies in the spool for pictures, by the names of their files."""
    return [name for file in files for name in (file, latents_file(file))]

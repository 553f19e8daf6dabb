"""The table of jobs: every change is committed when its method returns.

What may follow what, and what each step changes, is `bot.job`'s business.
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import msgspec

from bot.errors import StoreError
from bot.job import Job, NewJob, State, public_id, row_key
from bot.queue.ticket import cost_of, counted, main_pass, weights_of
from bot.request import Parent
from bot.store import sentences

if TYPE_CHECKING:
    import sqlite3
    from collections.abc import AsyncGenerator, Callable

    from bot.job import DrawnWith
    from bot.sentences.sentence import Sentence
    from bot.store.database import Database
    from engine.wire import Origin

_PAGE = 200
"""Rows read at a time: a hundred thousand waiting jobs neither fill the memory nor hold up the event loop."""


_LONGEST_CHAIN = 1000
"""Pictures of pictures that anybody is told about; only a damaged database goes in circles."""


_SAID = (State.FAILED, State.CANCELLED, State.REFUSED)
"""Ends of which somebody is told that nothing more comes. Whatever else a power cut takes is drawn or shown again."""


class Jobs:
    """Jobs by their public id."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def submit(self, new: NewJob, *, now: float) -> Job:
        """Commit a job to the line."""
        width, height = main_pass(new.request)
        parent, request, values = new.request.parent, new.request, msgspec.structs.asdict(new)
        [row] = await self._database.fetch(
            """
            INSERT INTO jobs (
                state, user_id, guild_id, channel_id, application_id, interaction_id, interaction_token,
                token_created_at, request, prompt, negative_prompt, notes, max_file_bytes, tell, created_at,
                width, height, pictures, guided, cost, weight, parent_job, parent_picture, counted, from_upload, input,
                mask, weights
            ) VALUES (
                'queued', :user_id, :guild_id, :channel_id, :application_id, :interaction_id, :interaction_token,
                :token_created_at, :request, :prompt, :negative_prompt, :notes, :max_file_bytes,
                EXISTS (SELECT 1 FROM always_told WHERE user_id = :user_id), :created_at,
                :width, :height, :pictures, :guided, :cost, :weight, :parent_job, :parent_picture,
                :counted, :from_upload OR EXISTS (SELECT 1 FROM jobs WHERE key = :parent_job AND from_upload = 1),
                :input, :mask, :weights
            ) RETURNING key, tell, from_upload
            """,
            {
                **values,
                "width": width,
                "height": height,
                "pictures": new.request.count,
                "guided": new.request.sampling.guided,
                "cost": cost_of(new.request),
                "counted": counted(new.request),
                "weights": weights_of(new.request),
                "parent_job": None if parent is None else row_key(parent.job_id),
                "parent_picture": None if parent is None else parent.number,
                "from_upload": request.from_upload or request.image is not None,
                "input": request.image and request.image.sha256,
                "mask": request.change and request.change.mask,
                "request": msgspec.json.encode(new.request).decode(),
                "notes": sentences.written_all(new.notes),
                "created_at": now,
            },
        )
        tell, from_upload = bool(row["tell"]), bool(row["from_upload"])
        return Job(**values, id=public_id(row["key"]), created_at=now, tell=tell, from_upload=from_upload)

    async def get(self, job_id: str) -> Job | None:
        """Look a job up; None if the id is none, or its job is no longer kept."""
        rows = await self._database.fetch("SELECT * FROM jobs WHERE key = :key", {"key": row_key(job_id)})
        return _job(rows[0]) if rows else None

    async def shown_by(self, message_id: int) -> Job | None:
        """Look up the job whose message that is; None: it is no job's, or its job is no longer kept."""
        rows = await self._database.fetch("SELECT * FROM jobs WHERE message_id = :id", {"id": message_id})
        return _job(rows[0]) if rows else None

    async def chain(self, job_id: str) -> tuple[Parent, ...]:
        """Name the pictures that a job comes from, the nearest first, as far back as there are records."""
        rows = await self._database.fetch(
            """
            WITH RECURSIVE chain (job, picture, depth) AS (
                SELECT parent_job, parent_picture, 1 FROM jobs WHERE key = :key AND parent_job IS NOT NULL
                UNION ALL
                SELECT parent_job, parent_picture, depth + 1 FROM jobs JOIN chain ON key = job
                WHERE parent_job IS NOT NULL AND depth < :most
            ) SELECT job, picture FROM chain ORDER BY depth
            """,
            {"key": row_key(job_id), "most": _LONGEST_CHAIN},
        )
        return tuple(Parent(job_id=public_id(row["job"]), number=row["picture"]) for row in rows)

    async def set_message(self, job_id: str, message_id: int) -> Job:
        """Note which message acknowledged the job."""
        rows = await self._database.fetch(
            "UPDATE jobs SET message_id = :message_id WHERE key = :key RETURNING *",
            {"key": row_key(job_id), "message_id": message_id},
            durable=False,  # Discord is asked for it
        )
        if not rows:
            raise _absent(job_id)
        return _job(rows[0])

    async def start(
        self, job_id: str, *, now: float, drawn_with: DrawnWith | None = None, begins: Origin = "noise"
    ) -> Job:
        return await self._change(job_id, lambda job: job.started(now=now, drawn_with=drawn_with, begins=begins))

    async def put_back(self, job_id: str, *, deaths: int = 0, lone_deaths: int = 0, begun: bool = True) -> Job:
        return await self._change(job_id, lambda job: job.put_back(deaths=deaths, lone_deaths=lone_deaths, begun=begun))

    async def lost(self, job_id: str) -> Job:
        """Put a rendered job back into the line: a file of its pictures is damaged."""
        return await self._change(job_id, lambda job: job.lost())

    async def rendered(self, job_id: str, *, engine_s: float) -> Job:
        return await self._change(job_id, lambda job: job.rendered(engine_s=engine_s))

    async def delivered(self, job_id: str, *, now: float) -> Job:
        return await self._change(job_id, lambda job: job.delivered(now=now))

    async def keep(self, job_id: str, sentence: Sentence, *, now: float) -> Job:
        """End a rendered job whose message cannot show its pictures: they wait for `/show`."""
        return await self._change(job_id, lambda job: job.kept_back(sentence, now=now))

    async def fail(self, job_id: str, sentence: Sentence, *, now: float) -> Job:
        return await self._change(job_id, lambda job: job.failed(sentence, now=now))

    async def cancel(self, job_id: str, sentence: Sentence, *, now: float) -> Job:
        return await self._change(job_id, lambda job: job.cancelled(sentence, now=now))

    async def refuse(self, job_id: str, sentence: Sentence, *, now: float) -> Job:
        return await self._change(job_id, lambda job: job.refused(sentence, now=now))

    async def unsettled(self) -> AsyncGenerator[Job]:
        """Those that a start-up must see to one by one, the oldest first, each once whatever becomes of it meanwhile.

        It was being drawn or delivered, or nobody knows whether it was acknowledged. All others that have not come to
        their end wait in the queue, as `StoredQueue.waiting` gives them.
        """
        after = -1
        while rows := await self._database.fetch(
            """
            SELECT * FROM jobs
            WHERE (state IN ('running', 'rendered') OR state = 'queued' AND message_id IS NULL) AND key > :after
            ORDER BY key LIMIT :page
            """,
            {"after": after, "page": _PAGE},
        ):
            for row in rows:
                yield _job(row)
            after = rows[-1]["key"]

    async def reachable(self, *, since: float) -> AsyncGenerator[Job]:
        """Those that wait in the queue with a token from since then, the newest first; of the others none is read."""
        before = sys.maxsize
        while rows := await self._database.fetch(
            """
            SELECT * FROM jobs WHERE state = 'queued' AND message_id IS NOT NULL AND key < :before AND restored = 0
            ORDER BY key DESC LIMIT :page
            """,
            {"before": before, "page": _PAGE},
        ):
            for row in rows:
                if row["token_created_at"] <= since:
                    return  # and whoever asked before that
                yield _job(row)
            before = rows[-1]["key"]

    async def restored(self) -> list[Job]:
        """Those that wait, out of a backup, and whose messages were not looked at; the oldest first."""
        rows = await self._database.fetch(
            "SELECT * FROM jobs WHERE restored = 1 AND state = 'queued' AND message_id IS NOT NULL ORDER BY key"
        )
        return [_job(row) for row in rows]

    async def found_delivered(self, job_id: str, *, now: float) -> Job:
        """End a job out of a backup whose message shows its pictures; nobody is told, for everybody sees them."""
        return await self._change(job_id, lambda job: job.found_delivered(now=now))

    async def looked_at(self, job_id: str) -> None:
        """Note that the message of a job out of a backup was looked at."""
        await self._database.fetch("UPDATE jobs SET restored = 0 WHERE key = :key", {"key": row_key(job_id)})

    async def to_tell(self) -> list[Job]:
        """Jobs that ended, but whose message or owner an earlier process did not come to tell."""
        rows = await self._database.fetch(
            """
            SELECT * FROM jobs WHERE (untold = 1 OR tell = 1) AND state NOT IN ('queued', 'running', 'rendered')
            ORDER BY key
            """
        )
        return [_job(row) for row in rows]

    async def told(self, job_id: str) -> None:
        """Note that the message tells the job's end, or that it never can."""
        sql = "UPDATE jobs SET untold = 0 WHERE key = :key"
        await self._database.fetch(
            sql, {"key": row_key(job_id)}, durable=False
        )  # it is told again, in the same message

    async def want_told(self, job_id: str, *, wanted: bool) -> bool:
        """Note whether the owner wants to be told when this job is over; False if it is over."""
        rows = await self._database.fetch(
            """
            UPDATE jobs SET tell = :wanted WHERE key = :key AND state IN ('queued', 'running', 'rendered') RETURNING key
            """,
            {"key": row_key(job_id), "wanted": wanted},
        )
        return bool(rows)

    async def take_tell(self, job_id: str) -> bool:
        """Take the wish to be told, once: whoever gets True tells, and nobody after."""
        rows = await self._database.fetch(
            "UPDATE jobs SET tell = 0 WHERE key = :key AND tell = 1 RETURNING key", {"key": row_key(job_id)}
        )
        return bool(rows)

    async def recent(self, user_id: int, *, most: int) -> list[Job]:
        """The last jobs of one person, the newest first."""
        rows = await self._database.fetch(
            "SELECT * FROM jobs WHERE user_id = :user_id ORDER BY key DESC LIMIT :most",
            {"user_id": user_id, "most": most},
        )
        return [_job(row) for row in rows]

    async def of_message(self, user_id: int, message_id: int) -> Job | None:
        """Look up the job of one person that became this message; None if there is none, or it is no longer kept."""
        rows = await self._database.fetch(
            "SELECT * FROM jobs WHERE user_id = :user_id AND message_id = :message_id",
            {"user_id": user_id, "message_id": message_id},
        )
        return _job(rows[0]) if rows else None

    async def of(self, user_id: int) -> AsyncGenerator[Job]:
        """Give every job of a person, the oldest first, each once whatever becomes of it meanwhile."""
        after = -1
        while rows := await self._database.fetch(
            "SELECT * FROM jobs WHERE user_id = :user_id AND key > :after ORDER BY key LIMIT :page",
            {"user_id": user_id, "after": after, "page": _PAGE},
        ):
            for row in rows:
                yield _job(row)
            after = rows[-1]["key"]

    async def finished(self, *, before: float, most: int) -> tuple[str, ...]:
        """Name jobs that came to their end before this moment, the oldest first."""
        rows = await self._database.fetch(
            "SELECT key FROM jobs WHERE finished_at < :before ORDER BY finished_at LIMIT :most",
            {"before": before, "most": most},
        )
        return tuple(public_id(row["key"]) for row in rows)

    async def delete(self, job_id: str) -> None:
        """Delete a job's record, and with it the rows of its pictures; their files must be gone before."""
        await self._database.fetch("DELETE FROM jobs WHERE key = :key", {"key": row_key(job_id)})

    async def _change(self, job_id: str, change: Callable[[Job], Job]) -> Job:
        """Take one step of a job's life, or raise `WrongState` and change nothing.

        The step was worked out from the row as it was read, so it is written only over that state; when somebody
        else was faster, it is worked out again from what they made of the job.
        """
        while True:
            job = await self.get(job_id)
            if job is None:
                raise _absent(job_id)
            changed = change(job)
            rows = await self._database.fetch(
                """
                UPDATE jobs SET
                    state = :state, started_at = :started_at, finished_at = :finished_at,
                    engine_s = :engine_s, attempts = :attempts, error = :error, untold = :untold, kept = :kept,
                    deaths = :deaths, lone_deaths = :lone_deaths, redrawn = :redrawn, drawn_with = :drawn_with,
                    begins = :begins
                WHERE key = :key AND state = :was AND attempts = :was_attempts
                RETURNING *
                """,
                {
                    "key": row_key(job_id),
                    "was": job.state,
                    "was_attempts": job.attempts,
                    "state": changed.state,
                    "started_at": changed.started_at,
                    "finished_at": changed.finished_at,
                    "engine_s": changed.engine_s,
                    "attempts": changed.attempts,
                    "error": _written(changed.error),
                    "deaths": changed.deaths,
                    "lone_deaths": changed.lone_deaths,
                    "redrawn": changed.redrawn,
                    "untold": changed.untold,
                    "kept": _written(changed.kept),
                    "begins": changed.begins,
                    "drawn_with": (
                        None if changed.drawn_with is None else msgspec.json.encode(changed.drawn_with).decode()
                    ),
                },
                durable=changed.state in _SAID,
            )
            if rows:
                return _job(rows[0])


def _job(row: sqlite3.Row) -> Job:
    values = dict(row)
    values["id"] = public_id(values.pop("key"))
    try:
        values["request"] = msgspec.json.decode(values["request"])
        if values["drawn_with"] is not None:
            values["drawn_with"] = msgspec.json.decode(values["drawn_with"])
        values["notes"] = sentences.read_all(values["notes"])
        for end in ("error", "kept"):
            values[end] = None if values[end] is None else sentences.read(values[end])
        for flag in ("tell", "untold", "held", "restored", "from_upload"):
            values[flag] = bool(values[flag])
        return msgspec.convert(values, Job)
    except msgspec.DecodeError as error:
        raise StoreError(f"job {values['id']}: its row in the database cannot be read: {error}") from error


def _written(sentence: Sentence | None) -> str | None:
    return None if sentence is None else sentences.written(sentence)


def _absent(job_id: str) -> StoreError:
    return StoreError(f"job {job_id}: not in the database")

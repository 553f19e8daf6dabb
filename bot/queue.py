"""The line of jobs: bounded, fair between people, and in order for each of them.

It knows ids only. What a job is stands in the store; the line is filled from there at start-up.

Fair means that people take turns: between two of one person's jobs, everybody else who waits is served once. So
somebody new waits for at most one job of each person ahead, however many those have.
"""

from __future__ import annotations

from collections import Counter
from contextlib import contextmanager
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from bot.errors import QueueFull

if TYPE_CHECKING:
    from collections.abc import Generator

    from bot.job import Job


class Queue:
    """Waiting jobs by id; one that was pushed is popped once or removed once, never both and never lost."""

    def __init__(self, *, max_jobs: int, max_jobs_per_person: int) -> None:
        self._max_jobs = max_jobs
        self._max_jobs_per_person = max_jobs_per_person
        # Both dicts are ordered: people by whose turn it is, the jobs of each by age. Nobody has an empty line.
        self._lines: dict[int, dict[str, None]] = {}
        self._owners: dict[str, int] = {}
        self._reserved: Counter[int] = Counter()

    def __len__(self) -> int:
        return len(self._owners)

    def __contains__(self, job_id: object) -> bool:
        return job_id in self._owners

    @contextmanager
    def reserve(self, user_id: int) -> Generator[None]:
        """Hold a place while a job is on its way into the store, so that two at once cannot both take the last.

        Raises:
            QueueFull: The line, or this person's part of it, is at its limit.
        """
        mine = len(self._lines.get(user_id, ())) + self._reserved[user_id]
        if mine >= self._max_jobs_per_person:
            waiting = "1 request" if mine == 1 else f"{mine} requests"
            raise QueueFull(f"You already have {waiting} waiting. Please wait until one is done, or cancel one.")
        if len(self) + self._reserved.total() >= self._max_jobs:
            raise QueueFull("The queue is full just now. Please try again in a little while.")
        self._reserved[user_id] += 1
        try:
            yield
        finally:
            self._reserved[user_id] -= 1
            if not self._reserved[user_id]:
                del self._reserved[user_id]

    def push(self, job: Job) -> None:
        """Put a job at the end of its person's line.

        The limits are `reserve`'s business: what was acknowledged is never turned away, not by a limit that was
        lowered before a restart either.
        """
        if job.id in self._owners:
            raise ValueError(f"job {job.id} is already in line")
        self._owners[job.id] = job.user_id
        self._lines.setdefault(job.user_id, {})[job.id] = None

    def pop(self) -> str | None:
        """Take the next job out of the line; None if nobody waits."""
        job_id = self._next()
        if job_id is not None:
            user_id = self._owners[job_id]
            self.remove(job_id)
            if user_id in self._lines:  # their next turn comes after everybody else's
                self._lines[user_id] = self._lines.pop(user_id)
        return job_id

    def remove(self, job_id: str) -> bool:
        """Take a job out of the line, wherever it stands; False if it is not there."""
        user_id = self._owners.pop(job_id, None)
        if user_id is None:
            return False
        del self._lines[user_id][job_id]
        if not self._lines[user_id]:
            del self._lines[user_id]
        return True

    def place(self, job_id: str) -> int | None:
        """Count how many jobs start before this one if nobody else comes, plus one; None if it is not in line."""
        owner = self._owners.get(job_id)
        if owner is None:
            return None
        return self._place(owner, list(self._lines[owner]).index(job_id))

    def next_place(self, user_id: int) -> int:
        """Give the place, as `place` does, of a job that this person would ask for now."""
        return self._place(user_id, len(self._lines.get(user_id, ())))

    def _place(self, owner: int, turn: int) -> int:
        """Count for the job before which so many of the same person's come."""
        place = turn + 1
        owner_passed = False
        for user_id, line in self._lines.items():
            if user_id == owner:
                owner_passed = True
            else:
                place += min(len(line), turn if owner_passed else turn + 1)
        return place

    def head(self, jobs: int) -> list[str]:
        """List who is served next if nobody else comes, at most so many."""
        turns = zip_longest(*self._lines.values())
        return list(islice((job_id for turn in turns for job_id in turn if job_id is not None), jobs))

    def _next(self) -> str | None:
        """Choose who is served next: the first job of the person whose turn it is."""
        line = next(iter(self._lines.values()), None)
        return None if line is None else next(iter(line))

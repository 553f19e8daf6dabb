"""How long an engine may be silent before it is taken for dead; it does not know what time it is.

An engine at work says something at every step. It is given up after `TIMES` the longest of its recent pauses. The first
job of a shape has `first_s` instead: it may compile and measure. So has an engine that has begun none of its jobs: it
may bring weights, gigabytes of them from a slow disk. All times are seconds of one clock.
"""

from __future__ import annotations

from collections import deque
from typing import TypeAlias

TIMES = 10
"""A card that others use too may be a few times slower than it was, hardly ten times."""

FLOOR_S = 60.0
"""Whatever was measured: a search for memory, a slow disk or a paused container is no hang."""

RECENT = 200
"""Pauses that are remembered for a shape: a few pictures' steps, and the longer pauses at their ends."""

Shape: TypeAlias = tuple[int, int]
"""Width and height in pixels."""


class SilenceTimeout:
    """Follows which jobs the engine has and how long it paused between two signs of life."""

    def __init__(self, *, first_s: float, floor_s: float = FLOOR_S, times: float = TIMES) -> None:
        self._first_s = first_s
        self._floor_s = floor_s
        self._times = times
        self._aboard: dict[str, Shape] = {}
        self._begun: set[str] = set()
        self.heard = 0.0
        """When it last said something, or was given something to do."""
        self._pauses: dict[Shape, deque[float]] = {}
        self._drawn: set[Shape] = set()

    @property
    def deadline(self) -> float | None:
        """When the engine is to be given up unless it says something; None while it has nothing to do."""
        if not self._aboard:
            return None
        shapes = set(self._aboard.values())
        if self._begun and shapes <= self._drawn:
            longest = max(max(self._pauses[shape]) for shape in shapes)
            return self.heard + max(self._floor_s, self._times * longest)
        return self.heard + max(self._first_s, self._floor_s)

    def board(self, job_id: str, shape: Shape, now: float) -> None:
        """Note that the engine was given a job; what it had no reason to say before is no silence."""
        if not self._aboard:
            self.heard = now
        self._aboard[job_id] = shape

    def begin(self, job_id: str) -> None:
        """Note that a job which the engine has is being drawn."""
        if job_id in self._aboard:
            self._begun.add(job_id)

    def hear(self, now: float) -> None:
        """Note a sign of life; what came before any job was begun was no pause in drawing."""
        for shape in set(self._aboard.values()) if self._begun else ():
            self._pauses.setdefault(shape, deque(maxlen=RECENT)).append(now - self.heard)
        self.heard = now

    def leave(self, job_id: str, *, drawn: bool = False) -> None:
        """Note that the engine no longer has a job; once a job of its shape was drawn, the shape is known."""
        shape = self._aboard.pop(job_id, None)
        self._begun.discard(job_id)
        if drawn and shape in self._pauses:
            self._drawn.add(shape)

    def forget(self) -> None:
        """Begin anew with an engine that knows no shape."""
        self._aboard.clear()
        self._begun.clear()
        self._pauses.clear()
        self._drawn.clear()

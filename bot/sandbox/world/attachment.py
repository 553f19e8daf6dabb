"""A file of a message, kept in memory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(eq=False, slots=True)
class Attachment:
    id: int
    filename: str
    content_type: str | None
    data: bytes
    width: int | None = None
    height: int | None = None
    description: str | None = None
    title: str | None = None
    spoiler: bool = False
    ephemeral: bool = False
    channel_id: int = 0

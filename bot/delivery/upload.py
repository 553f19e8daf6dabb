"""A job's pictures as files that Discord takes: their names, their sizes, and what was done to fit them."""

from __future__ import annotations

import io
import logging
from typing import TYPE_CHECKING, NamedTuple

import discord

from bot.errors import FilesTooLarge
from bot.job import USUAL_FILE_BYTES
from bot.picture.fit import Fitted, fit, shares
from bot.sentences import card as says

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable, Mapping

    from bot.job import Job
    from bot.sentences.sentence import Sentence

log = logging.getLogger(__name__)

REQUEST_BYTES = 25 * 1024 * 1024 - 64 * 1024
"""Discord's limit for a whole request (developer documentation, Uploading Files), less what is no file in it."""


class Upload(NamedTuple):
    """What goes along with an edit."""

    files: tuple[tuple[str, bytes], ...]
    """Names and data, in the order of the pictures."""
    note: Sentence | None = None
    """For the asker: what was done to the pictures; None: nothing."""

    @property
    def names(self) -> list[str]:
        return [name for name, _ in self.files]

    @property
    def sizes(self) -> list[int]:
        return [len(data) for _, data in self.files]

    def opened(self) -> list[discord.File]:
        """Open the files; anew for every try, because sending consumes them."""
        return [discord.File(io.BytesIO(data), filename=name) for name, data in self.files]


def file_limit(client: discord.Client, guild_id: int | None) -> int:
    """Give the bytes that a file may have in a server as it is now, or in a direct message, whoever asks."""
    guild = None if guild_id is None else client.get_guild(guild_id)
    return USUAL_FILE_BYTES if guild is None else guild.filesize_limit


def upload(job: Job, pictures: Mapping[int, bytes]) -> Upload:
    """Name pictures of a job, by number, as they are."""
    return _named(job, (Fitted(pictures[number]) for number in sorted(pictures)))


async def fitted(job: Job, pictures: Mapping[int, bytes], *, per_file: int, total: int = REQUEST_BYTES) -> Upload:
    """Make a job's pictures, by number, fit into what one file and one request may have in bytes.

    Raises:
        PictureTooLarge: One of them does not in any form.
    """
    in_order = [pictures[number] for number in sorted(pictures)]
    limits = shares([len(one) for one in in_order], per_file=per_file, total=total)
    found = [await fit(one, limit) for one, limit in zip(in_order, limits, strict=True)]
    return _named(job, found)._replace(note=_note(found))


async def send_fitted(
    job: Job, pictures: Mapping[int, bytes], *, per_file: int, send: Callable[[Upload], Awaitable[None]]
) -> None:
    """Make a job's pictures fit and send them; smaller ones where Discord takes less than it said.

    Raises:
        PictureTooLarge: It takes hardly anything.
    """
    total = REQUEST_BYTES
    while True:
        files = await fitted(job, pictures, per_file=per_file, total=total)
        try:
            return await send(files)
        except FilesTooLarge as error:
            per_file, total = max(files.sizes) // 2, sum(files.sizes) // 2
            log.warning("job %s: %s; trying at most %d bytes a file", job.id, error, per_file)


def _named(job: Job, found: Iterable[Fitted]) -> Upload:
    return Upload(
        tuple(
            (f"eshi-{job.id}-{position}.{'png' if one.form is None else 'webp'}", one.data)
            for position, one in enumerate(found, start=1)
        )
    )


def _note(found: Iterable[Fitted]) -> Sentence | None:
    changed = [one for one in found if one.form is not None]
    if not changed:
        return None
    worst = min(one.quality for one in changed)
    return says.fitted(len(changed), worst if worst < 100 else None)  # noqa: PLR2004  of 100 it is lossless

"""Files that people attached, fetched from Discord and from nowhere else, within bounds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Protocol, TypeVar

import aiohttp
import yarl

from bot.errors import InvalidRequest
from bot.reading.turns import ReadingTurns
from bot.sentences import recipes as says

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import discord

    from bot.reading.kinds import FileKind
    from bot.reading.reading import Reading

_Found = TypeVar("_Found")

MAX_BYTES = 32 * 1024 * 1024
"""A PNG of the largest size that WebUI's users upscale to, and some room."""

TIMEOUT_S = 1.8
"""A form has to be opened within three seconds, and a look at the channel may take one of them."""

COPIED_AT_ONCE = 2
"""Downloads that nobody reads: what waits longer than its time is told to try again, and the memory is bounded."""

_CDN = frozenset({yarl.URL("https://cdn.discordapp.com"), yarl.URL("https://media.discordapp.net")})


class File(Protocol):
    """What is known of a file before it is fetched: an attachment, or a picture in an embed."""

    @property
    def url(self) -> str: ...

    @property
    def proxy_url(self) -> str: ...

    @property
    def size(self) -> int: ...


class Attachments:
    """Downloads what a message or an option carries."""

    def __init__(
        self, session: aiohttp.ClientSession, api: str, reading: Reading, *, timeout_s: float = TIMEOUT_S
    ) -> None:
        """Take files from Discord's two file hosts, and from where its API is: a local Discord serves both.

        Args:
            session: What downloads.
            api: Discord's, or the local one's.
            reading: Looks into files.
            timeout_s: For one answer, its turn and its reading included.
        """
        self._session = session
        self._origins = _CDN | {yarl.URL(api).origin()}
        self._reading = reading
        self._timeout_s = timeout_s
        self._turns = ReadingTurns()
        self._copies = asyncio.Semaphore(COPIED_AT_ONCE)

    def answer_until(self) -> float:
        """Tell until when all that one answer needs has to be here, in the loop's time."""
        return asyncio.get_running_loop().time() + self._timeout_s

    async def first(
        self,
        attachments: Iterable[File],
        kind: FileKind[_Found | None],
        *,
        person: int,
        until: float | None = None,
    ) -> _Found | None:
        """Download one file after the other until one of them says something, all in the time for one answer.

        Args:
            attachments: Where to look; what is not at Discord counts where nothing else is.
            kind: What to look for; None for nothing.
            person: Who asks: of each, one file at a time is read.
            until: Of `answer_until`, where the same answer needs more than this; None: the time begins now.

        Raises:
            InvalidRequest: A file is too large, is not at Discord, did not arrive in time or cannot be used; or too
                much is being read already.
        """
        until = self.answer_until() if until is None else until
        async with self._turns.of(person, until=until):
            self._reading.warm()
            for attachment in self._at_discord(list(attachments)):
                data = await self._in_time(attachment, until)
                if (found := await self._reading.read(kind, data, until=until)) is not None:
                    return found
        return None

    def _at_discord(self, files: Sequence[File]) -> Sequence[File]:
        """Leave out what stands elsewhere, if anything is here: an embed may show a picture of anybody's."""
        return [file for file in files if self._address(file) is not None] or files

    def _address(self, file: File) -> yarl.URL | None:
        """Give where at Discord a file is; None: it is not there."""
        for written in (file.url, file.proxy_url):
            try:
                url = yarl.URL(written, encoded=True)  # its signature is over the address as it is written
                if url.absolute and url.origin() in self._origins:
                    return url
            except ValueError:  # an embed may say anything
                continue
        return None

    async def one(self, attachment: discord.Attachment) -> bytes:
        """Download a file that nobody reads.

        Raises:
            InvalidRequest: As `first`.
        """
        until = self.answer_until()
        async with self._copies:
            return bytes(await self._in_time(attachment, until))

    async def _in_time(self, attachment: File, until: float) -> bytearray:
        try:
            async with asyncio.timeout_at(until):
                return await self._fetch(attachment)
        except TimeoutError as error:
            raise InvalidRequest(says.TOO_SLOW) from error

    async def _fetch(self, attachment: File) -> bytearray:
        if attachment.size > MAX_BYTES:
            raise _too_large()
        if (url := self._address(attachment)) is None:
            raise InvalidRequest(says.ELSEWHERE)
        try:
            return await self._read(url)
        except (aiohttp.ClientError, OSError) as error:
            raise InvalidRequest(says.NOT_GIVEN) from error

    async def _read(self, url: yarl.URL) -> bytearray:
        data = bytearray()
        # A redirect would lead to a host that nobody checked.
        async with self._session.get(url, allow_redirects=False) as answer:
            if answer.status != 200:  # noqa: PLR2004  HTTP's OK
                raise InvalidRequest(says.NO_LONGER_THERE)
            async for chunk in answer.content.iter_chunked(1 << 16):
                data += chunk
                if len(data) > MAX_BYTES:  # whatever its record says
                    raise _too_large()
        return data  # no copy: it may be large


def _too_large() -> InvalidRequest:
    return InvalidRequest(says.too_large(MAX_BYTES // 1024**2))

"""Files that people attached, fetched from Discord and from nowhere else, within bounds."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, TypeVar

import aiohttp
import yarl

from bot.errors import InvalidRequest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import discord

_Found = TypeVar("_Found")

MAX_BYTES = 32 * 1024 * 1024
"""A PNG of the largest size that WebUI's users upscale to, and some room."""

TIMEOUT_S = 1.8
"""A form has to be opened within three seconds, and a look at the channel may take one of them."""

MAX_AT_ONCE = 4
"""Downloads: what waits longer than its time is told to try again, and the memory is bounded."""

TOO_SLOW = "Discord took too long to give me this picture. Please try again."

_CDN = frozenset({yarl.URL("https://cdn.discordapp.com"), yarl.URL("https://media.discordapp.net")})


class Attachments:
    """Downloads what a message or an option carries."""

    def __init__(self, session: aiohttp.ClientSession, api: str, *, timeout_s: float = TIMEOUT_S) -> None:
        """Take files from Discord's two file hosts, and from where its API is: a local Discord serves both."""
        self._session = session
        self._origins = _CDN | {yarl.URL(api).origin()}
        self._timeout_s = timeout_s
        self._turns = asyncio.Semaphore(MAX_AT_ONCE)

    async def first(
        self, attachments: Iterable[discord.Attachment], read: Callable[[bytes], _Found | None]
    ) -> _Found | None:
        """Download one file after the other until one of them says something, all in the time for one answer.

        Args:
            attachments: Where to look.
            read: What a file says, None for nothing; called in a thread of its own.

        Raises:
            InvalidRequest: A file is too large, is not at Discord, or did not arrive in time.
        """
        try:
            async with asyncio.timeout(self._timeout_s), self._turns:
                for attachment in attachments:
                    if (found := await asyncio.to_thread(read, await self._fetch(attachment))) is not None:
                        return found
        except TimeoutError as error:
            raise InvalidRequest(TOO_SLOW) from error
        return None

    async def one(self, attachment: discord.Attachment) -> bytes:
        """Download a file.

        Raises:
            InvalidRequest: As `first`.
        """
        try:
            async with asyncio.timeout(self._timeout_s), self._turns:
                return await self._fetch(attachment)
        except TimeoutError as error:
            raise InvalidRequest(TOO_SLOW) from error

    async def _fetch(self, attachment: discord.Attachment) -> bytes:
        if attachment.size > MAX_BYTES:
            raise _too_large()
        url = yarl.URL(attachment.url, encoded=True)  # its signature is over the address as it is written
        if not url.absolute or url.origin() not in self._origins:
            raise InvalidRequest("I fetch pictures from Discord only. Please upload it here.")
        try:
            return await self._read(url)
        except (aiohttp.ClientError, OSError) as error:
            raise InvalidRequest("Discord did not give me this picture. Please upload it again.") from error

    async def _read(self, url: yarl.URL) -> bytes:
        data = bytearray()
        # A redirect would lead to a host that nobody checked.
        async with self._session.get(url, allow_redirects=False) as answer:
            if answer.status != 200:  # noqa: PLR2004  HTTP's OK
                raise InvalidRequest("Discord no longer has this picture. Please upload it again.")
            async for chunk in answer.content.iter_chunked(1 << 16):
                data += chunk
                if len(data) > MAX_BYTES:  # whatever its record says
                    raise _too_large()
        return bytes(data)


def _too_large() -> InvalidRequest:
    return InvalidRequest(f"This picture is too large for me; I read up to {MAX_BYTES // 1024**2} MiB.")

"""Has strangers' files read by the process that does nothing else, within the time that an answer leaves."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING, Any, TypeVar

import msgspec

from bot.errors import InvalidRequest
from bot.reading.messages import Found, ReaderOutOfMemory, ReadRefusal
from bot.reading.process import ReaderProcess, ReadingFailed
from bot.sentences import recipes as says

if TYPE_CHECKING:
    from types import TracebackType
    from typing import Self

    from bot.reading.kinds import FileKind

T = TypeVar("T")

log = logging.getLogger(__name__)


class Reading:
    """One reader for everybody; `bot.reading.turns` says whose file is next."""

    def __init__(self, process: ReaderProcess | None = None) -> None:
        """Start nothing before the first file."""
        self._process = process or ReaderProcess()
        self._free = asyncio.Lock()
        self._warming: asyncio.Task[None] | None = None
        self._over = False

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """End the process, whatever it is at, and start no other."""
        self._over = True
        if self._warming is not None:
            self._warming.cancel()
        await self._process.end()

    @property
    def pid(self) -> int | None:
        """The reader's process; None: there is none just now."""
        return self._process.pid

    def warm(self) -> None:
        """Have the process started while a file is still on its way."""
        if self._warming is None or self._warming.done():
            self._warming = asyncio.create_task(self._warm(), name="a reader that is ready")

    async def read(self, kind: FileKind[T], data: bytes | bytearray, *, until: float) -> T:
        """Have a file read.

        Args:
            kind: What is looked for.
            data: The file.
            until: The loop's time after which an answer is of no use.

        Raises:
            InvalidRequest: What it says cannot be used, or reading took too much of something; with a sentence.
        """
        try:
            async with asyncio.timeout_at(until):
                await self._free.acquire()
        except TimeoutError as error:
            raise InvalidRequest(says.ALL_BUSY) from error
        try:
            return msgspec.msgpack.decode((await self._ask(kind, data, until)).value, type=kind.answer)
        except (ReadingFailed, msgspec.DecodeError) as error:
            log.warning("a file of %d bytes could not be read as a %s: %s", len(data), kind.name, error)
            raise InvalidRequest(says.unreadable(kind.thing)) from error
        finally:
            self._free.release()

    async def _ask(self, kind: FileKind[Any], data: bytes | bytearray, until: float) -> Found:
        if self._over:
            raise ReadingFailed("the bot is stopping")
        loop = asyncio.get_running_loop()
        try:
            async with asyncio.timeout_at(until):
                await self._process.start()
        except TimeoutError as error:  # it goes on starting, for whoever comes next
            raise InvalidRequest(says.ALL_BUSY) from error
        began = loop.time()
        try:
            async with asyncio.timeout_at(until):
                answer = await self._process.ask(kind.name, data, max_answer_bytes=kind.max_answer_bytes)
        except TimeoutError as error:
            raise ReadingFailed(f"it was not done after {loop.time() - began:.1f} s") from error
        if isinstance(answer, ReadRefusal):
            raise InvalidRequest(answer.sentence)
        if isinstance(answer, ReaderOutOfMemory):
            raise ReadingFailed("it had no more memory")
        return answer

    async def _warm(self) -> None:
        async with self._free:  # not in the middle of an end
            try:
                await self._process.start()
            except ReadingFailed as error:  # whoever needs it is told
                log.warning("strangers' files cannot be read: %s", error)

"""Fetches one file so that it is either the right one or not there: resumed, hashed while it is written, then renamed.

The hub's own client neither resumes over a restart nor looks at what it got (huggingface_hub 2.4). What is half there
lies beside its place as ``NAME.part``; what turned out to be another file as ``NAME.bad``.
"""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import errno
import hashlib
import os
import re
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, BinaryIO

import aiohttp
import filelock
from yarl import URL

from engine.errors import DownloadError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
    from pathlib import Path

    from engine.downloads import Wanted

CHUNK_BYTES = 1 << 20

ATTEMPTS = 5
"""Without a new byte in between; every byte starts the count again."""

PATIENCE_S = (1.0, 2.0, 5.0, 10.0)
"""Between two attempts."""

LONGEST_WAIT_S = 600.0
"""Of what a busy server asks for in Retry-After."""

SAID_CHARS = 200
"""Of what the HTTP library says, which may be several lines."""

SILENCE_S = 60.0
MAX_REDIRECTS = 10

_SUCCESS, _PARTIAL, _NOT_SATISFIABLE = 200, 206, 416
_REDIRECTS = {301, 302, 303, 307, 308}
_BUSY = {408, 429, 500, 502, 503, 504}
_RANGE = re.compile(r"bytes (\d{1,18})-\d{1,18}/(\d{1,18}|\*)")
_NOT_NOW = (aiohttp.ClientError, TimeoutError)
_LOCK = ".download.lock"
"""It stays: whoever removed it could let two begin at once."""


@dataclass(frozen=True)
class DownloadSource:
    """Where files come from."""

    endpoint: str
    """The hub, or a mirror of it."""
    token: str = field(default="", repr=False)
    """Shown to the endpoint and to nobody that it redirects to."""
    sleep: Callable[[float], Awaitable[object]] = asyncio.sleep


class _Part:
    """The beginning of a file, and the hash of what is there."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = 0
        self._hash = hashlib.sha256()

    def read_on(self, tell: Callable[[int], None]) -> None:
        """Hash what an earlier run left; two gigabytes a second."""
        self._file.seek(0)
        while chunk := self._file.read(CHUNK_BYTES):
            self._hash.update(chunk)
            self.size += len(chunk)
            tell(self.size)

    def write(self, chunk: bytes) -> None:
        self._file.write(chunk)
        self._hash.update(chunk)
        self.size += len(chunk)

    def start_over(self) -> None:
        self._file.seek(0)
        self._file.truncate()
        self._hash, self.size = hashlib.sha256(), 0

    def sync(self) -> None:
        self._file.flush()
        os.fsync(self._file.fileno())

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


class _NotNow(Exception):
    """It may work later; how long the server wants to be left alone, None where it did not say."""

    def __init__(self, reason: str, wait_s: float | None = None) -> None:
        super().__init__(reason)
        self.wait_s = wait_s


def verify(wanted: Wanted, tell: Callable[[int], None]) -> bool:
    """Tell whether the file is there and is the right one; False where it is not there.

    Raises:
        DownloadError: There is another file in its place, or it cannot be read.
    """
    path = wanted.target
    try:
        if not path.exists():
            return False
        size = path.stat().st_size
        digest = _sha256(path, tell) if size == wanted.file.bytes else ""
    except OSError as error:
        raise DownloadError(f"{path}: cannot be read: {error.strerror}") from error
    if digest != wanted.file.sha256:
        is_ = f"its SHA-256 is {digest}" if digest else f"it has {size} bytes"
        raise DownloadError(
            f"{path}: is there and is another file: {is_}, and {wanted.name} has {wanted.file.bytes} bytes and "
            f"{wanted.file.sha256}; move it away, and nothing of it is touched until then"
        )
    return True


def missing_bytes(wanted: Wanted) -> int:
    """Tell how much of a file has yet to be written."""
    with contextlib.suppress(OSError):
        if wanted.target.exists():
            return 0
        return max(0, wanted.file.bytes - part_of(wanted.target).stat().st_size)
    return wanted.file.bytes


def part_of(target: Path) -> Path:
    return target.with_name(f"{target.name}.part")


async def fetch(
    session: aiohttp.ClientSession, wanted: Wanted, source: DownloadSource, tell: Callable[[int], None]
) -> None:
    """Fetch a file that is not there; it is there afterwards, or an error says why not.

    Args:
        session: Without headers of its own.
        wanted: What, and where to.
        source: Where from.
        tell: Told how many bytes are there, often.

    Raises:
        DownloadError: With one sentence; what came is kept for the next run, unless it is wrong.
    """
    with _writing(wanted, tell) as part:
        await _receive(session, wanted, source, part, tell)


def copy(wanted: Wanted, found: Path, tell: Callable[[int], None]) -> None:
    """Take a file that somebody carried here, and verify it as one that was fetched.

    Raises:
        DownloadError: It cannot be read or written, or is another file.
    """
    with _writing(wanted, tell) as part:
        part.start_over()
        try:
            with found.open("rb") as file:
                while part.size <= wanted.file.bytes and (chunk := file.read(CHUNK_BYTES)):
                    part.write(chunk)
                    tell(part.size)
        except OSError as error:
            if error.errno == errno.ENOSPC:
                raise
            raise DownloadError(f"{found}: cannot be read: {error.strerror}") from error
        if part.size != wanted.file.bytes:
            part.start_over()
            raise DownloadError(
                f"{found}: is another file than {wanted.file.name} of {wanted.name}, of {wanted.file.bytes} bytes"
            )


@contextlib.contextmanager
def _writing(wanted: Wanted, tell: Callable[[int], None]) -> Iterator[_Part]:
    """Let the part be written by nobody else; whole and right, it takes its place."""
    target, beginning = wanted.target, part_of(wanted.target)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with filelock.FileLock(target.with_name(_LOCK), blocking=False):
            with beginning.open("a+b") as file:
                part = _Part(file)
                if beginning.stat().st_size > wanted.file.bytes:
                    part.start_over()
                part.read_on(tell)
                try:
                    yield part
                finally:
                    part.sync()
            _settle(wanted, part.sha256)
    except filelock.Timeout as error:
        raise DownloadError(f"{target.parent}: somebody else is fetching into this folder just now") from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise DownloadError(
                f"{beginning}: the disk is full; make room and start again: what is there is kept"
            ) from error
        if error.errno == errno.EFBIG:
            raise DownloadError(
                f"{beginning}: this file system takes no file of this size (FAT takes 4 GB); choose another"
            ) from error
        raise DownloadError(f"{error.filename or beginning}: cannot be written: {error.strerror}") from error


def _settle(wanted: Wanted, digest: str) -> None:
    """Give a part that is whole its name, or the name of a wrong one."""
    target, beginning = wanted.target, part_of(wanted.target)
    if digest == wanted.file.sha256:
        beginning.replace(target)
        return
    bad = target.with_name(f"{target.name}.bad")
    beginning.replace(bad)
    raise DownloadError(
        f"{bad}: what came is another file: its SHA-256 is {digest}, and {wanted.name} has {wanted.file.sha256}; start "
        "again, from another place if it happens twice"
    )


async def _receive(
    session: aiohttp.ClientSession, wanted: Wanted, source: DownloadSource, part: _Part, tell: Callable[[int], None]
) -> None:
    """Ask again for what is missing until all is there."""
    failures = 0
    while part.size < wanted.file.bytes:
        before = part.size
        try:
            async with _answer(session, wanted, source, part.size) as answer:
                goes_on = answer.status == _PARTIAL
                _check_length(answer, wanted, part.size if goes_on else 0)
                if not goes_on:
                    part.start_over()
                async for chunk in answer.content.iter_chunked(CHUNK_BYTES):
                    if part.size + len(chunk) > wanted.file.bytes:
                        raise _longer(wanted, source)
                    part.write(chunk)
                    tell(part.size)
        except _NOT_NOW as error:
            reason, wait_s = " ".join(str(error).split())[:SAID_CHARS] or "no answer", None
        except _NotNow as error:
            reason, wait_s = str(error), error.wait_s
        else:
            reason, wait_s = "the connection ended early", None
        if part.size >= wanted.file.bytes:
            return
        failures = 0 if part.size > before else failures + 1
        if failures == ATTEMPTS:
            raise DownloadError(
                f"{source.endpoint}: {wanted.file.name} does not come ({reason}); try again later: what came is kept"
            )
        await source.sleep(PATIENCE_S[max(failures - 1, 0)] if wait_s is None else wait_s)


@contextlib.asynccontextmanager
async def _answer(
    session: aiohttp.ClientSession, wanted: Wanted, source: DownloadSource, offset: int
) -> AsyncIterator[aiohttp.ClientResponse]:
    """Ask for a file from a byte on, and follow where that leads; the token is for the first host alone.

    Raises:
        DownloadError: It will not come from there.
        _NotNow: It may come later.
    """
    first = url = URL(wanted.download.url(wanted.file, source.endpoint), encoded=True)
    for _ in range(MAX_REDIRECTS):
        headers = {"Accept-Encoding": "identity"} | ({"Range": f"bytes={offset}-"} if offset else {})
        if source.token and url.origin() == first.origin():
            headers["Authorization"] = f"Bearer {source.token}"
        async with session.get(url, headers=headers, allow_redirects=False) as answer:
            if answer.status not in _REDIRECTS:
                if _usable(answer, wanted, source, offset):
                    yield answer
                    return
                offset = 0  # the range is what it does not like
                continue
            url = _next(url, answer)
    raise DownloadError(f"{source.endpoint}: never comes to {wanted.file.name}, but redirects and redirects")


def _next(url: URL, answer: aiohttp.ClientResponse) -> URL:
    """Read where an answer sends us; never from an encrypted connection to one that is not."""
    try:
        following = url.join(URL(answer.headers.get("Location", ""), encoded=True))
        known = following.scheme in {"http", "https"} and following.host
    except ValueError:
        known, following = False, url
    if not known or following == url:
        raise DownloadError(f"{url.origin()}: redirects to no address")
    if url.scheme == "https" and following.scheme != "https":
        raise DownloadError(f"{url.origin()}: redirects to {following.origin()}, which is not encrypted")
    return following


def _usable(answer: aiohttp.ClientResponse, wanted: Wanted, source: DownloadSource, offset: int) -> bool:
    """Tell whether the file comes with this answer; False: not from this byte on."""
    status = answer.status
    if status == _SUCCESS:
        return True
    if status == _PARTIAL:
        found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
        return bool(found and int(found[1]) == offset)
    if status == _NOT_SATISFIABLE and offset:
        return False
    if status in {401, 403}:
        raise DownloadError(
            f"{source.endpoint}: {wanted.download.repository} is for those who accepted its terms ({status}): do so "
            f"on {wanted.download.page}, and set HF_TOKEN to a token of your account"
        )
    if status == 404:  # noqa: PLR2004
        raise DownloadError(
            f"{source.endpoint}: has no {wanted.file.name} of {wanted.download.repository} at "
            f"{wanted.download.commit[:10]}; a mirror that lacks it can be left out by unsetting HF_ENDPOINT"
        )
    if status in _BUSY:
        raise _NotNow(f"it answers {status}", _retry_after(answer.headers.get("Retry-After", "")))
    raise DownloadError(f"{source.endpoint}: answers {status} instead of {wanted.file.name}")


def _check_length(answer: aiohttp.ClientResponse, wanted: Wanted, offset: int) -> None:
    """Refuse an answer that says itself that it is another file, before anything of it is written."""
    length = answer.content_length
    found = _RANGE.fullmatch(answer.headers.get("Content-Range", ""))
    if found and found[2] not in {"*", str(wanted.file.bytes)}:
        length = int(found[2]) - offset
    if length is not None and offset + length > wanted.file.bytes:
        raise DownloadError(
            f"{answer.url.origin()}: sends {offset + length} bytes as {wanted.file.name}, and {wanted.name} has "
            f"{wanted.file.bytes}; nothing of it was taken"
        )
    if length is not None and answer.status == _SUCCESS and length < wanted.file.bytes:
        raise DownloadError(
            f"{answer.url.origin()}: sends {length} bytes as {wanted.file.name}, and {wanted.name} has "
            f"{wanted.file.bytes}: a page instead of the file, perhaps"
        )


def _longer(wanted: Wanted, source: DownloadSource) -> DownloadError:
    return DownloadError(f"{source.endpoint}: sends more than the {wanted.file.bytes} bytes of {wanted.file.name}")


def _retry_after(value: str) -> float | None:
    """Read seconds or a date (RFC 9110, 10.2.3); None where it is neither."""
    if value.isdecimal():
        return min(float(value[:9]), LONGEST_WAIT_S)
    try:
        wait = parsedate_to_datetime(value) - dt.datetime.now(dt.UTC)
    except (ValueError, TypeError):
        return None
    return min(max(wait.total_seconds(), 0.0), LONGEST_WAIT_S)


def _sha256(path: Path, tell: Callable[[int], None]) -> str:
    digest, done = hashlib.sha256(), 0
    with path.open("rb") as file:
        while chunk := file.read(CHUNK_BYTES):
            digest.update(chunk)
            done += len(chunk)
            tell(done)
    return digest.hexdigest()


def session(**how: Any) -> aiohttp.ClientSession:
    """Make a session that heeds HTTPS_PROXY and NO_PROXY; a company's certificates are SSL_CERT_FILE's."""
    timeout = aiohttp.ClientTimeout(total=None, sock_connect=SILENCE_S, sock_read=SILENCE_S)
    return aiohttp.ClientSession(trust_env=True, timeout=timeout, **how)

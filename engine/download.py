"""`python -m engine download`: fetch, verify or list what is in the table, with progress, or one sentence."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from typing import TYPE_CHECKING, TextIO

from yarl import URL

from engine import downloads, fetching
from engine.errors import DownloadError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from engine.downloads import Wanted

SPARE_BYTES = 1 << 30
"""What has to be left on the disk afterwards."""

_GIB = 1 << 30


class DownloadProgress:
    """One line for a person who watches, or one for every tenth in a log."""

    def __init__(self, wanted: Wanted, out: TextIO) -> None:
        self._what = str(wanted.target)
        self._all = wanted.file.bytes
        self._out = out
        self._live = out.isatty()
        self._said = -1

    def __call__(self, done: int) -> None:
        step = done * (1000 if self._live else 10) // self._all
        if step == self._said:
            return
        self._said = step
        line = f"{self._what}: {done / self._all:.0%} of {size(self._all)}"
        self._out.write(f"\r{line}\x1b[K" if self._live else f"{line}\n")
        self._out.flush()

    def end(self, how: str) -> None:
        line = f"{self._what}: {how}"
        self._out.write(f"\r{line}\x1b[K\n" if self._live else f"{line}\n")


def size(count: int) -> str:
    """Give a size as file managers do."""
    for unit, name in ((1_000_000_000, "GB"), (1_000_000, "MB")):
        if count * 10 >= unit:
            return f"{count / unit:.2f} {name}"
    return f"{count} bytes"


def endpoint(environ: Mapping[str, str] = os.environ) -> str:
    """Find the hub, or the mirror of it that HF_ENDPOINT names.

    Raises:
        DownloadError: That is no address.
    """
    asked = environ.get("HF_ENDPOINT", "").strip() or downloads.HUB
    try:
        url = URL(asked)
        known = url.scheme in {"http", "https"} and url.host
    except ValueError:
        known = False
    if not known:
        raise DownloadError('HF_ENDPOINT: expected an address such as "https://huggingface.co"')
    return asked


def source(environ: Mapping[str, str] = os.environ) -> fetching.DownloadSource:
    """Read where files come from, and with which token.

    Raises:
        DownloadError: The address is none, or the token would travel unencrypted to another machine.
    """
    where, token = endpoint(environ), environ.get("HF_TOKEN", "").strip()
    url = URL(where)
    if token and url.scheme != "https" and url.host not in {"127.0.0.1", "::1", "localhost"}:
        raise DownloadError(f"HF_TOKEN is not sent to {where}, which is not encrypted; unset one of the two")
    if not (token.isascii() and token.isprintable()) or " " in token:
        raise DownloadError("HF_TOKEN: a token is one line of ASCII letters without blanks, and this is none")
    return fetching.DownloadSource(where, token)


def chosen(parsed: argparse.Namespace) -> list[Wanted]:
    """List what was asked for by name, or what the configuration needs.

    Raises:
        DownloadError: A name is not in the table, or nothing is needed.
    """
    names: list[str] = parsed.names
    if unknown := [name for name in names if name not in downloads.table()]:
        raise DownloadError(f"{unknown[0]}: not in the table; choose from {', '.join(downloads.table())}")
    if names:
        return [one for name in dict.fromkeys(names) for one in downloads.wanted(name, parsed.into)]
    from engine import config

    engine, _ = config.load(parsed.config)
    needs = downloads.needs(engine, parsed.config.resolve().parent)
    if needs.unknown:
        raise DownloadError("; ".join(needs.unknown) + f"; choose from {', '.join(downloads.table())}")
    if not needs.wanted:
        raise DownloadError(f"{parsed.config}: names nothing of the table; choose from {', '.join(downloads.table())}")
    return needs.wanted


def run(parsed: argparse.Namespace) -> int:
    """Do what was asked; 0 where every file is there and right.

    Raises:
        DownloadError: Something is not; with one sentence.
    """
    out = sys.stderr
    if parsed.list:
        print(*listed(), sep="\n")  # noqa: T201  to be read
        return 0
    wanted = chosen(parsed)
    if parsed.print_urls:
        print(*addresses(wanted, endpoint()), sep="\n")  # noqa: T201  to be read by another program
        return 0
    absent = [one for one in wanted if not _verified(one, out)]
    if parsed.offline and absent:
        named = ", ".join(str(one.target) for one in absent)
        raise DownloadError(f"not there: {named}; leave out --offline to fetch it, or carry it here with --from")
    check_space(absent)
    if parsed.carried:
        _each(absent, out, lambda one, tell: fetching.copy(one, _carried(one, parsed.carried, absent), tell))
    elif absent:
        asyncio.run(_fetch(absent, source(), out))
    return 0


def listed() -> list[str]:
    """Say of each name what it is."""
    return [
        f"{name} ({size(sum(file.bytes for file in one.files))}): {one.about}"
        for name, one in downloads.table().items()
    ]


def addresses(wanted: Iterable[Wanted], where: str) -> list[str]:
    """List addresses with hashes in the form that `aria2c --input-file` reads; curl takes the lines with addresses."""
    return [
        line
        for one in wanted
        for line in (
            one.download.url(one.file, where),
            f"  dir={one.target.parent}",
            f"  out={one.target.name}",
            f"  checksum=sha-256={one.file.sha256}",
        )
    ]


def check_space(wanted: Iterable[Wanted], free: Callable[[Path], int] | None = None) -> None:
    """Refuse what would fill a disk, before anything is fetched.

    Raises:
        DownloadError: There is less room than all of it needs.
    """
    needed: dict[Path, int] = {}
    for one in wanted:
        folder = next(folder for folder in one.target.absolute().parents if folder.exists())
        needed[folder] = needed.get(folder, 0) + fetching.missing_bytes(one)
    for folder, count in needed.items():
        there = free(folder) if free else shutil.disk_usage(folder).free
        if count and count + SPARE_BYTES > there:
            raise DownloadError(
                f"{folder}: has {there / _GIB:.1f} GiB free, and {(count + SPARE_BYTES) / _GIB:.1f} GiB are needed; "
                "nothing was fetched"
            )


def _verified(one: Wanted, out: TextIO) -> bool:
    progress = DownloadProgress(one, out)
    there = fetching.verify(one, progress)
    if there:
        progress.end("there, and the right one")
    return there


def _carried(one: Wanted, given: Path, wanted: list[Wanted]) -> Path:
    """Find the file that somebody brought: the one that is named, or the one of this name in a folder."""
    if given.is_dir():
        return given / one.file.name
    if len(wanted) > 1:
        raise DownloadError(f"--from: {given} is one file, and {len(wanted)} are wanted; name the folder of them")
    return given


def _each(wanted: Iterable[Wanted], out: TextIO, bring: Callable[[Wanted, DownloadProgress], None]) -> None:
    for one in wanted:
        progress = DownloadProgress(one, out)
        bring(one, progress)
        progress.end("there, and the right one")


async def _fetch(wanted: Iterable[Wanted], where: fetching.DownloadSource, out: TextIO) -> None:
    async with fetching.session() as session:
        for one in wanted:
            progress = DownloadProgress(one, out)
            await fetching.fetch(session, one, where, progress)
            progress.end("there, and the right one")

"""From a clone to the first picture with the README's two commands, and how long each step takes: `make fresh`.

In an empty folder, against the local Discord and with the demo's checkpoint, which stands in for seven gigabytes:
``git clone``, ``make setup`` at a terminal where each question is answered, the command that it names at its end, and a
member who types `/imagine`.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bot.sandbox.people.driver import Visitor
from bot.sandbox.server import Sandbox
from tests.documents import ROOT
from tests.journey.people import accept_terms, gallery, result_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

CHECKPOINT = Path("engine", "demo", "checkpoint")

ANSWERS = {
    "The bot token": "",  # the local Discord's
    "How do people reach you?": "@you",
    "What draws?": "cpu",
    "Which checkpoint?": str(CHECKPOINT),
    "What rates the pictures?": "none",
    "do database and pictures go?": "",
    "Check everything now?": "y",
    "Run it as a service": "n",
}
"""By what is asked; each question is answered once, and whatever else is asked ends the try."""

_ASKED = re.compile(r"(?:> |\[[Yy]/[Nn]\] )$")
_START = re.compile(r"Start it: (.+)")


def tell(seconds: float, name: str) -> None:
    print(f"{seconds:7.1f} s  {name}", flush=True)


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    tell(time.monotonic() - begun, name)


async def clone(checkout: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *("git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", str(checkout))
    )
    if await process.wait():
        sys.exit("It cannot be cloned.")


async def set_up(checkout: Path, api: str, token: str, environ: Mapping[str, str]) -> str:
    """Answer the wizard at a terminal of its own; gives the command that it names at its end."""
    ours, theirs = os.openpty()
    process = await asyncio.create_subprocess_exec(
        *("setsid", "--ctty", "--wait", "make", "setup", f"ARGS=--api {api}"),
        cwd=checkout,
        env=dict(environ),
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
    )
    os.close(theirs)
    answers, said, begun, name = dict(ANSWERS), "", time.monotonic(), "make setup: what it installs"
    while text := await asyncio.to_thread(_read, ours):
        said += text
        if not _ASKED.search(said.replace("\r", "")):
            continue
        found = [one for one in answers if one in said]
        if not found:
            sys.exit(f"{said}\nNobody knows an answer to that.")
        tell(time.monotonic() - begun, name)
        begun, name = time.monotonic(), f"make setup, after {found[-1]}"
        answer = answers.pop(found[-1]) or (token if found[-1] == "The bot token" else "")
        said = ""
        os.write(ours, f"{answer}\n".encode())
    tell(time.monotonic() - begun, name)
    os.close(ours)
    if await process.wait() or not (last := _START.search(said)):
        sys.exit(f"{said}\nmake setup: exit status {process.returncode}")
    return last[1].strip()


def _read(terminal: int) -> str:
    try:
        return os.read(terminal, 65536).decode(errors="replace")
    except OSError:  # nobody holds the other end any more
        return ""


async def main() -> None:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="eshi-first-") as folder:
        checkout = Path(folder) / "eshi"
        with step("git clone"):
            await clone(checkout)
        async with Sandbox.serve(rate_limits=False) as sandbox:
            environ = {name: value for name, value in os.environ.items() if name != "ESHI_TOKEN"}
            command = await set_up(checkout, sandbox.api_url, sandbox.token, environ)
            bot = await asyncio.create_subprocess_shell(
                f"exec {command}", cwd="/", env=environ, stderr=subprocess.DEVNULL
            )
            try:
                with step(f"{command}, until it is online"):
                    await sandbox.sessions.came.wait()
                async with Visitor.visit(sandbox.page_url, "yuki") as yuki:
                    with step("the terms, /imagine, and the first picture"):
                        await accept_terms(yuki)
                        sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl", steps=8)
                        if not gallery(await result_of(yuki, sent)):
                            sys.exit("No picture came.")
            finally:
                bot.terminate()
                await bot.wait()
    tell(time.monotonic() - begun, "in all")


if __name__ == "__main__":
    argparse.ArgumentParser(prog="make fresh", description=__doc__).parse_args()
    asyncio.run(main())

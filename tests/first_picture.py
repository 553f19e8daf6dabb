"""From a clone to the first picture with the README's two commands, and how long each step takes: `make fresh`.

In an empty folder, against the local Discord and with the demo's checkpoint, which stands in for seven gigabytes:
``git clone``, ``make setup`` with its flags, ``python -m bot run``, and a member who types `/imagine`.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from bot.sandbox.people.driver import Person
from bot.sandbox.server import Sandbox
from tests.documents import ROOT
from tests.journey.people import accept_terms, gallery, result_of

if TYPE_CHECKING:
    from collections.abc import Iterator

CHECKPOINT = Path("engine", "demo", "checkpoint")


@contextlib.contextmanager
def step(name: str) -> Iterator[None]:
    begun = time.monotonic()
    yield
    print(f"{time.monotonic() - begun:7.1f} s  {name}", flush=True)


async def run(*words: object, cwd: Path, environ: dict[str, str]) -> None:
    process = await asyncio.create_subprocess_exec(
        *map(str, words),
        cwd=cwd,
        env=environ,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    said, _ = await process.communicate()
    if process.returncode:
        sys.exit(f"{said.decode(errors='replace')}\n{' '.join(map(str, words))}: exit status {process.returncode}")


async def main() -> None:
    begun = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="eshi-first-") as folder:
        checkout = Path(folder) / "eshi"
        with step("git clone"):
            await run(
                "git", "clone", "--quiet", "--depth", "1", f"file://{ROOT}", checkout, cwd=ROOT, environ={**os.environ}
            )
        async with Sandbox.serve(rate_limits=False) as sandbox:
            environ = {**os.environ, "ESHI_TOKEN": sandbox.token}
            flags = f"--api {sandbox.api_url} --contact @you --card cpu --checkpoint {CHECKPOINT} --tagger none"
            with step("make setup: what it installs"):
                await run("make", "install", cwd=checkout, environ=environ)
            with step("make setup: answers, and a check with a picture"):
                await run("make", "setup", f"ARGS={flags} --check --no-service", cwd=checkout, environ=environ)
            bot = await asyncio.create_subprocess_exec(
                *(checkout / ".venv" / "bin" / "python", "-m", "bot", "run"),
                cwd=checkout,
                env={name: value for name, value in environ.items() if name != "ESHI_TOKEN"},
                stderr=subprocess.DEVNULL,
            )
            try:
                with step("python -m bot run, until it is online"):
                    await sandbox.sessions.came.wait()
                async with Person.visit(sandbox.page_url, "yuki") as yuki:
                    with step("the terms, /imagine, and the first picture"):
                        await accept_terms(yuki)
                        sent = await yuki.slash(yuki.channel("general"), "imagine", subject="1girl", steps=8)
                        if not gallery(await result_of(yuki, sent)):
                            sys.exit("No picture came.")
            finally:
                bot.terminate()
                await bot.wait()
    print(f"{time.monotonic() - begun:7.1f} s  in all")


if __name__ == "__main__":
    asyncio.run(main())

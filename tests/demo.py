"""`make demo` as a process, for what uses it as a newcomer does."""

import asyncio
import os
import re
import signal
import sys
from contextlib import asynccontextmanager
from dataclasses import dataclass

from tests.patience import PATIENCE_S


@dataclass(frozen=True, slots=True)
class Demo:
    """What it prints, and the process to look under or to end."""

    address: str
    process: asyncio.subprocess.Process


@asynccontextmanager
async def running_demo(scratch=None, *, command=("-m", "bot", "demo", "--port", "0"), environ=()):
    """The demo once it has printed its address; at the end Ctrl-C, which must be enough.

    What it keeps stands under scratch, otherwise where the system keeps such things.
    """
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, *command),
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ, **({"TMPDIR": scratch} if scratch else {}), **dict(environ)},
    )
    try:
        async with asyncio.timeout(2 * PATIENCE_S):
            while not (found := re.search(rb"http://127\.0\.0\.1:\d+", line := await process.stdout.readline())):
                assert line, "it ended before it had an address"
        yield Demo(found[0].decode(), process)
    finally:
        if process.returncode is None:
            process.send_signal(signal.SIGINT)
        status = await asyncio.wait_for(process.wait(), PATIENCE_S)
    assert status == 0

"""The engine as a child process: started, watched, started again when it dies, and stopped without a trace."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from bot.engine.log import EngineLog
from engine.config import EXIT_UNUSABLE

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
    from pathlib import Path
    from typing import NoReturn

log = logging.getLogger(__name__)

LOOK_S = 10.0
"""Between two looks at whether a checkpoint that cannot be used is still the same."""


_EXIT_LOOK_S = 0.25
"""Between two looks at whether a process has ended whose pipes are still open."""

_LAST_WORDS_S = 1.0
"""For what the engine wrote before it ended: it lies in the pipe, unless somebody else goes on writing there."""


@dataclass(frozen=True, slots=True)
class Waits:
    """How long there is between two things that happen to a process."""

    backoff_s: Sequence[float] = (1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0)
    """From a death to the next start; the last one repeats."""
    stop_s: float = 15.0
    """From SIGTERM to SIGKILL: the engine gives the step under way ten seconds, and then its clients two."""


USUAL_WAITS = Waits()


class EngineChild:
    """One engine process at a time.

    It dies with this process however that ends: its standard input is a pipe that nobody writes to, and the engine
    leaves when that closes.
    """

    def __init__(
        self,
        command: Sequence[str],
        *,
        environ: Mapping[str, str],
        start_timeout_s: float,
        watched: Sequence[Path] = (),
        restarted: Callable[[str], None] = lambda _reason: None,
        waits: Waits = USUAL_WAITS,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._command = command
        self._environ = environ
        self._start_timeout_s = start_timeout_s
        self._watched = watched
        self._restarted = restarted
        self._unusable = False
        self._waits = waits
        self._sleep = sleep
        self._clock = clock
        self._process: asyncio.subprocess.Process | None = None
        self._patience: asyncio.Timeout | None = None
        self._fault = ""
        self._reason = ""
        self._well = False

    async def run(self) -> NoReturn:
        """Keep an engine alive until this is cancelled, then stop it."""
        short_lives = 0
        while True:
            born, seen = self._clock(), await asyncio.to_thread(self._look)
            ending = await self._live()
            self._restarted("unusable" if self._unusable else self._reason)
            if self._unusable:
                await self._until_changed(seen)
                short_lives = 0
                continue
            # One that drew or outlived the longest wait was well: its death is the first, not one more of a series.
            well = self._well or self._clock() - born > self._waits.backoff_s[-1]
            short_lives = 1 if well else short_lives + 1
            delay_s = self._waits.backoff_s[min(short_lives, len(self._waits.backoff_s)) - 1]
            log.error("The engine %s; starting it again in %g s.", ending, delay_s)
            await self._sleep(delay_s)

    @property
    def unusable(self) -> bool:
        """Whether it is not started, because its checkpoint can never be loaded as it is."""
        return self._unusable

    async def _until_changed(self, seen: object) -> None:
        """Wait until the checkpoint or the configuration is another one; nothing else helps."""
        log.error(
            "The engine cannot use its checkpoint, as it says above; it is started again when one of these changes: %s",
            ", ".join(map(str, self._watched)),
        )
        while await asyncio.to_thread(self._look) == seen:
            await self._sleep(LOOK_S)
        log.info("The checkpoint or the configuration has changed; starting the engine.")
        self._unusable = False

    def _look(self) -> list[object]:
        """Give what changes when a file does; of a folder the files in it, too."""
        return [_seen(path) for path in self._watched]

    def answers(self) -> None:
        """Note that the engine is ready: it may take its time from here on."""
        self._wait_until(None)

    def is_silent(self) -> None:
        """Note that the engine cannot be talked to: it has as long to come back as a new one has to be ready."""
        self._wait_until(asyncio.get_running_loop().time() + self._start_timeout_s)

    def is_well(self) -> None:
        """Note that the engine did what it is for."""
        self._well = True

    def replace(self, fault: str) -> None:
        """End a process that hangs, by SIGTERM and then by SIGKILL; `run` starts the next."""
        self._fault, self._reason = fault, "hung"
        self._wait_until(asyncio.get_running_loop().time())

    def _wait_until(self, when: float | None) -> None:
        if self._patience is not None and not self._patience.expired():
            self._patience.reschedule(when)

    async def _live(self) -> str:
        """Live one life of the process, and say how it ended."""
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=self._environ,
                start_new_session=True,  # Ctrl-C in a terminal is for the bot, which then stops its engine in order
            )
        except OSError as error:
            self._reason = "cannot_start"
            return f"cannot be started ({self._command[0]}: {error.strerror})"
        log.info("The engine is process %d.", process.pid)
        forwarding = asyncio.create_task(_forward(process.stdout))
        self._process = process
        self._fault, self._well = f"was not ready within {self._start_timeout_s:g} s", False
        self._reason = "not_ready"
        try:
            async with asyncio.timeout(self._start_timeout_s) as self._patience:
                await _exited(process)
        except TimeoutError:
            return f"{self._fault} and was ended"
        finally:
            self._process = self._patience = None
            await _to_the_end(self._end(process))
            await asyncio.wait([forwarding], timeout=_LAST_WORDS_S)
            forwarding.cancel()
        self._reason = "signal" if (process.returncode or 0) < 0 else "exit"
        self._unusable = process.returncode == EXIT_UNUSABLE and bool(self._watched)
        return _ending(process.returncode)

    async def _end(self, process: asyncio.subprocess.Process) -> None:
        if process.stdin is not None:
            process.stdin.close()
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        try:
            async with asyncio.timeout(self._waits.stop_s):
                await _exited(process)
        except TimeoutError:
            log.warning("The engine did not stop within %g s of being asked; it is killed.", self._waits.stop_s)
        _kill(process)
        await _exited(process)


def _seen(path: Path) -> object:
    try:
        files = [path, *sorted(path.glob("**/*"))] if path.is_dir() else [path]
        return [(str(file), (stat := file.stat()).st_mtime_ns, stat.st_size, stat.st_ino) for file in files[:1_000]]
    except OSError as error:
        return error.errno


async def _exited(process: asyncio.subprocess.Process) -> None:
    """Wait until a process has ended, whoever still holds its pipes: asyncio waits for them, too.

    A compiler that the engine started may outlive it, and would keep the next engine from being started.
    """
    waiting = asyncio.create_task(process.wait())
    try:
        while process.returncode is None:
            await asyncio.wait([waiting], timeout=_EXIT_LOOK_S)
    finally:
        waiting.cancel()


async def _to_the_end(work: Coroutine[object, object, None]) -> None:
    """Await what must not be left half done: whoever cancels it waits for it."""
    task = asyncio.create_task(work)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def _forward(output: asyncio.StreamReader | None) -> None:
    """Pass the child's lines on to the log; they must be read, or a full pipe would stop the child."""
    log_of_child = EngineLog()
    while output is not None:
        try:
            line = await output.readline()
        except ValueError:  # longer than the reader's limit, and dropped by it
            continue
        if not line:
            return
        log_of_child.write(line.decode(errors="replace").rstrip())


def _kill(process: asyncio.subprocess.Process) -> None:
    """Kill the process, where it lives, and what it started itself, which would keep pipes and the card's memory."""
    with contextlib.suppress(ProcessLookupError):
        if sys.platform == "win32":
            process.kill()
        else:
            os.killpg(process.pid, signal.SIGKILL)


def _ending(status: int | None) -> str:
    if status is not None and status < 0:
        return f"was ended by signal {-status} ({signal.strsignal(-status)})"
    return f"ended with exit status {status}"

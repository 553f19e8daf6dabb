"""The reader as the bot sees it: one process, started when it is needed, killed when it takes too much of anything."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import psutil

from bot.errors import BotError
from bot.reading.messages import LENGTH, MAX_OVERHEAD_BYTES, Answer, ReaderOutOfMemory, ReaderReady, ReadRequest, pack

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

COMMAND = (sys.executable, "-m", "bot.reading.reader")

MEMORY_BYTES = 180 * 1024 * 1024
"""Of the whole process: the largest file, a few copies of what it holds, and Python."""

COMPUTE_S = 1.0
"""Of processor time, for one file: the largest take a tenth of it. By the clock a busy machine ends honest ones."""

LOOK_S = 0.02
"""Between two looks at what it took: two hundred megabytes of memory take longer to fill."""

START_S = 30.0
"""Until it is ready; a tenth of a second on a machine that has nothing else to do."""

_ROOT = Path(__file__).parents[2]
_KEPT = ("PATH", "SYSTEMROOT", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONHOME")
"""Of the environment, what an interpreter may need to start; no token and no secret is among it."""

_PIECE = 256 * 1024
"""Of a file, written at once."""

_LAST_WORDS = 2_000
"""Bytes kept of what it writes as errors; the last line says what went wrong."""


class ReadingFailed(BotError):
    """The reader did not answer; the message is for the operator, and the process is gone."""


class ReaderProcess:
    """One at a time, for one question at a time."""

    def __init__(
        self,
        command: Sequence[str] = COMMAND,
        *,
        memory_bytes: int = MEMORY_BYTES,
        compute_s: float = COMPUTE_S,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        """Start nothing yet.

        Args:
            command: What is run, with the limit in bytes as its last argument.
            memory_bytes: What it may have.
            compute_s: What one file may take of a processor's time.
            environ: Where the little is taken from that it is given.
        """
        self._command = (*command, str(memory_bytes))
        self._memory_bytes = memory_bytes
        self._compute_s = compute_s
        self._environ = {name: environ[name] for name in _KEPT if name in environ}
        self._environ |= {"PYTHONPATH": str(_ROOT), "PYTHONUTF8": "1"}
        self._living: _Life | None = None
        self._starting: asyncio.Task[_Life] | None = None

    @property
    def pid(self) -> int | None:
        """None: there is none just now."""
        return self._living.process.pid if self._living is not None else None

    async def start(self) -> None:
        """Have a process that is ready; whoever is cancelled here leaves it starting for the next.

        Raises:
            ReadingFailed: It cannot be started.
        """
        if self._living is not None:
            if self._living.process.returncode is None:
                return
            await self.end()
        if self._starting is None:
            self._starting = asyncio.create_task(self._start(), name="start of the reader")
            self._starting.add_done_callback(self._started)
        await asyncio.shield(self._starting)

    async def ask(self, kind: str, data: bytes | bytearray, *, max_answer_bytes: int) -> Answer:
        """Have a file read, by a process that was started. Whoever cancels this kills it.

        Raises:
            ReadingFailed: It ended, was killed for its time or its memory, or answered what is no answer.
        """
        life = self._living
        if life is None:
            raise ReadingFailed("it was not started")
        watching = asyncio.create_task(self._watch(life))
        answered = False
        try:
            answer = await life.exchange(kind, data, max_answer_bytes + MAX_OVERHEAD_BYTES)
            answered = not isinstance(answer, ReaderOutOfMemory)
        except (OSError, EOFError, msgspec.DecodeError, ValueError, RecursionError) as error:
            raise ReadingFailed(await life.ended(error)) from error
        finally:
            watching.cancel()
            if not answered:
                await self.end()
        return answer

    async def end(self) -> None:
        """Kill the process, if there is one."""
        if self._starting is not None:
            self._starting.cancel()
            await asyncio.wait([self._starting])
        life, self._living = self._living, None
        if life is not None:
            await life.end()

    def _started(self, starting: asyncio.Task[_Life]) -> None:
        self._starting = None
        if not starting.cancelled() and starting.exception() is None:
            self._living = starting.result()

    async def _start(self) -> _Life:
        try:
            process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environ,
                cwd=_ROOT,
                start_new_session=True,  # Ctrl-C in a terminal is for the bot
                creationflags=subprocess.CREATE_NEW_PROCESS_GROUP if sys.platform == "win32" else 0,
            )
        except OSError as error:
            raise ReadingFailed(f"it cannot be started ({self._command[0]}: {error.strerror})") from error
        life = _Life(process)
        ready = False
        try:
            async with asyncio.timeout(START_S):
                await life.receive(ReaderReady, MAX_OVERHEAD_BYTES)
            ready = True
        except (OSError, EOFError, msgspec.DecodeError, ValueError) as error:  # a timeout is an OSError
            raise ReadingFailed(f"it did not start: {await life.ended(error)}") from error
        finally:
            if not ready:
                await life.end()
        return life

    async def _watch(self, life: _Life) -> None:
        """Kill a process that takes more than it may; not every system refuses it the memory."""
        with contextlib.suppress(psutil.Error):
            observed = psutil.Process(life.process.pid)
            before_s = _computed_s(observed)
            used, computed_s = 0, 0.0
            while used <= self._memory_bytes and computed_s <= self._compute_s:
                await asyncio.sleep(LOOK_S)  # another process: nothing to be woken by
                used, computed_s = observed.memory_info().rss, _computed_s(observed) - before_s
            life.fault = f"it computed for {computed_s:.1f} s and had {used // 1024**2} MiB of memory"
            life.kill()


class _Life:
    """A process, from its start to its end."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdin is not None  # noqa: S101  all three are pipes
        assert process.stdout is not None  # noqa: S101
        assert process.stderr is not None  # noqa: S101
        self.process = process
        self.fault = ""
        self._questions, self._answers = process.stdin, process.stdout
        self._last_words = asyncio.create_task(_last_line(process.stderr))

    async def exchange(self, kind: str, data: bytes | bytearray, max_bytes: int) -> Answer:
        """Ask one question; the file goes over in pieces, so that there is never a second copy of it here."""
        with memoryview(data) as view:
            self._questions.write(pack(ReadRequest(kind, len(view))))
            for at in range(0, len(view), _PIECE):
                self._questions.write(bytes(view[at : at + _PIECE]))
                await self._questions.drain()
        await self._questions.drain()
        return await self.receive(Answer, max_bytes)

    async def receive(self, form: Any, max_bytes: int) -> Any:
        """Wait for a message.

        Raises:
            ValueError: It says that it is longer than any may be; nothing of it is read.
            EOFError, OSError, msgspec.DecodeError: There is none, or it is no such message.
        """
        (length,) = LENGTH.unpack(await self._answers.readexactly(LENGTH.size))
        if length > max_bytes:
            raise ValueError(f"it wanted to answer {length:,} bytes, and {max_bytes:,} are taken")
        return msgspec.msgpack.decode(await self._answers.readexactly(length), type=form)

    def kill(self) -> None:
        if self.process.returncode is not None:
            return
        with contextlib.suppress(ProcessLookupError):
            if sys.platform == "win32":
                self.process.kill()
            else:  # `Process.kill` may take the exit status away from whoever waits for it
                os.kill(self.process.pid, signal.SIGKILL)

    async def end(self) -> None:
        self._questions.close()
        await self._gone()
        await self._last_words

    async def ended(self, error: Exception) -> str:
        """Say what became of it, in one line for the operator."""
        status = await self._gone()
        if self.fault:
            return self.fault
        if not isinstance(error, EOFError | OSError) or isinstance(error, TimeoutError):
            return str(error) or type(error).__name__
        words = await self._last_words
        return f"it ended with exit status {status}{f': {words}' if words else ''}"

    async def _gone(self) -> int:
        """Kill it and wait for its exit status.

        What it has said is read to its end: asyncio stops reading a pipe of which nobody takes anything, and up to
        Python 3.12 `wait` then never returns (python/cpython#119710).
        """
        self.kill()
        while await self._answers.read(_PIECE):
            pass
        return await self.process.wait()


def _computed_s(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


async def _last_line(errors: asyncio.StreamReader) -> str:
    """Read everything, or a full pipe would stop the process, and keep the last line."""
    kept = b""
    while piece := await errors.read(4096):
        kept = (kept + piece)[-_LAST_WORDS:]
    lines = kept.decode("utf-8", "replace").strip().splitlines()
    return lines[-1][:200] if lines else ""

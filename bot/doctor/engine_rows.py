"""The rows that only the engine can give, from a process of its own: the bot imports no torch."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from typing import TYPE_CHECKING

import msgspec

from bot.doctor.rows import OF_THE_ENGINE
from engine.finding import Finding, error, ok, unchecked

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

PATIENCE_S = 600.0
"""A checkpoint on a slow disk takes minutes to read for the first time."""


async def look(config: Path, *, command: Sequence[str] | None = None, patience_s: float = PATIENCE_S) -> list[Finding]:
    """Ask the engine.

    Args:
        config: The configuration file.
        command: Another engine's, for tests.
        patience_s: How long it may take.
    """
    command = command or (sys.executable, "-m", "engine", "check", "--json", "--config", str(config))
    environ = {name: value for name, value in os.environ.items() if name != "ESHI_TOKEN"}
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environ
        )
    except OSError as failure:
        return _silent(f"it cannot be started: {failure.strerror}")
    try:
        async with asyncio.timeout(patience_s):
            out, err = await process.communicate()
    except TimeoutError:
        process.kill()
        await process.wait()
        return _silent(f"it did not answer within {patience_s:g} s")
    try:
        rows = msgspec.json.decode(out, type=list[Finding])
    except msgspec.DecodeError:
        said = err.decode(errors="replace").strip().splitlines() or ["nothing"]
        return _silent(f"it ended with status {process.returncode} and said: {said[-1]}")
    return [ok("engine", "the engine's own check ran"), *rows]


def _silent(why: str) -> list[Finding]:
    return [
        error(
            "engine", f"the engine's own check failed: {why}", "Run python -m engine check, and look at what it says."
        ),
        *(unchecked(one, "the engine's own check failed") for one in OF_THE_ENGINE[1:]),
    ]

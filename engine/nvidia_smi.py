"""What NVIDIA's own program says of the cards; nothing where it is not there."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

PROGRAM = "nvidia-smi"
_TIMEOUT_S = 10.0


def processes() -> list[str]:
    """Name the programs that use a card, with their memory."""
    said = _ask("--query-compute-apps=process_name,used_memory", "--format=csv,noheader")
    named = [line.partition(",") for line in said.splitlines() if "," in line]
    return [f"{Path(name.strip()).name} ({used.strip()})" for name, _, used in named]


def _ask(*how: str) -> str:
    program = shutil.which(PROGRAM)
    if program is None:
        return ""
    try:
        done = subprocess.run([program, *how], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout

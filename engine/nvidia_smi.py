"""What NVIDIA's own program says of the cards: who uses them, and how they are set; nothing where it is not there."""

from __future__ import annotations

import csv
import shutil
import subprocess
from pathlib import Path
from typing import NamedTuple

PROGRAM = "nvidia-smi"
_TIMEOUT_S = 10.0
_MODES = (
    "uuid",
    "power.limit",
    "power.default_limit",
    "ecc.mode.current",
    "ecc.errors.uncorrected.volatile.total",
    "mig.mode.current",
)
"""Of ``nvidia-smi --help-query-gpu``; every driver from 525 on knows them."""


class CardModes(NamedTuple):
    """How a card is set; None where it has no such thing, or does not say."""

    uuid: str
    power_limit_w: float | None
    usual_power_limit_w: float | None
    ecc: bool | None
    """Whether its memory corrects errors."""
    errors: int | None
    """Those that could not be corrected since the driver was loaded."""
    mig: bool | None
    """Whether it is split into parts, and a program sees one of them."""


def processes() -> list[str]:
    """Name the programs that use a card, with their memory."""
    said = _ask("--query-compute-apps=process_name,used_memory", "--format=csv,noheader")
    named = [line.partition(",") for line in said.splitlines() if "," in line]
    return [f"{Path(name.strip()).name} ({used.strip()})" for name, _, used in named]


def modes() -> list[CardModes]:
    """Say how each card is set."""
    said = _ask(f"--query-gpu={','.join(_MODES)}", "--format=csv,noheader,nounits")
    rows = [[field.strip() for field in row] for row in csv.reader(said.splitlines())]
    return [
        CardModes(
            uuid=uuid.removeprefix("GPU-"),
            power_limit_w=_number(limit),
            usual_power_limit_w=_number(usual),
            ecc=_switch(ecc),
            errors=None if (count := _number(errors)) is None else int(count),
            mig=_switch(mig),
        )
        for uuid, limit, usual, ecc, errors, mig in (row for row in rows if len(row) == len(_MODES))
    ]


def _ask(*how: str) -> str:
    program = shutil.which(PROGRAM)
    if program is None:
        return ""
    try:
        done = subprocess.run([program, *how], capture_output=True, text=True, timeout=_TIMEOUT_S, check=False)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout


def _number(text: str) -> float | None:
    """Read a number; ``[N/A]`` and the like are none."""
    return float(text) if text.replace(".", "", 1).isdecimal() else None


def _switch(text: str) -> bool | None:
    return {"Enabled": True, "Disabled": False}.get(text)

"""``make audit``: whether anything that is pinned is known to be vulnerable, by pip-audit.

Its data are on PyPI or OSV. Where they cannot be reached nothing was found out, which is said, and is neither a pass
nor a failure. pip-audit itself ends with 0 where it could look nothing up.
"""

from __future__ import annotations

import argparse
import json
import shutil
import subprocess
import sys
from typing import NamedTuple

from tests.documents import ROOT

SERVICES = ("pypi", "osv")
TIMEOUT_S = 60.0
"""For one source: where it can be reached, all pins take seconds; where it cannot, nobody should wait."""


class Audited(NamedTuple):
    """What one source of data knows."""

    looked_up: int
    not_found: tuple[str, ...]
    vulnerable: tuple[str, ...]
    """A line each."""


def read(report: str) -> Audited:
    """Read what pip-audit wrote as JSON.

    Raises:
        ValueError: It is none.
    """
    packages = json.loads(report)["dependencies"]
    looked_up = [one for one in packages if "skip_reason" not in one]
    return Audited(
        len(looked_up),
        tuple(one["name"] for one in packages if "skip_reason" in one),
        tuple(
            f"{one['name']} {one['version']}: {vuln['id']}, mended in {', '.join(vuln['fix_versions']) or 'no version'}"
            for one in looked_up
            for vuln in one["vulns"]
        ),
    )


def verdict(audited: Audited | None, reason: str) -> tuple[int, list[str]]:
    """Give the status, and what to say; without data it is a skip with its reason."""
    if audited is None or not audited.looked_up:
        return 0, [f"SKIPPED: {reason or 'no package is known to the source of data'}"]
    lines = [f"{audited.looked_up} packages looked up", *audited.vulnerable]
    if audited.not_found:
        lines.append(f"not known there: {', '.join(audited.not_found)}")
    return (1 if audited.vulnerable else 0), lines


def _asked(program: list[str], service: str) -> tuple[Audited | None, str]:
    how = ("--locked", ".", "--format", "json", "--progress-spinner", "off", "--vulnerability-service", service)
    try:
        done = subprocess.run(  # noqa: S603  what was found here
            [*program, *how], cwd=ROOT, capture_output=True, text=True, check=False, timeout=TIMEOUT_S
        )
        return read(done.stdout), ""
    except subprocess.TimeoutExpired:
        return None, f"{service} did not answer"
    except ValueError:
        return None, (done.stderr.strip().splitlines() or ["pip-audit said nothing"])[-1]


def main() -> int:
    argparse.ArgumentParser(prog="python -m tests.audit", description=__doc__).parse_args()
    if (found := shutil.which("pip-audit", path=str(ROOT / ".venv" / "bin"))) is not None:
        program = [found]
    elif (found := shutil.which("uv", path=str(ROOT / ".venv" / "bin"))) is not None:
        program = [found, "tool", "run", "--from", "pip-audit==2.10.1", "pip-audit"]
    else:
        print("SKIPPED: pip-audit is not installed")
        return 0
    status = 0
    for service in SERVICES:
        status, lines = verdict(*_asked(program, service))
        print(f"{service}:", *lines, sep="\n  ")
        if not lines[0].startswith("SKIPPED"):
            break
    return status


if __name__ == "__main__":
    sys.exit(main())

"""``make soak``: thousands of jobs on an engine that sleeps, connections that break, and nothing that grows."""

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.soak.run import run


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("--jobs", type=int, default=5000)
    parser.add_argument("--seconds", type=float, default=1200.0, help="over which they are asked for")
    parser.add_argument("--folder", type=Path, help="keep everything there, logs included")
    parsed = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="eshi-soak-") as scratch:
        folder = parsed.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        verdict = asyncio.run(run(folder, jobs=parsed.jobs, seconds=parsed.seconds, say=print))
    print(f"{verdict.asked} asked, {verdict.answered} answered, {verdict.shown} shown")
    print(f"{verdict.breaks} connections broken")
    print(f"memory: {verdict.slope_mb:.2f} MB for each thousand jobs after the warm-up")
    print(f"at rest before: {verdict.before}\nat rest after:  {verdict.after}")
    for line in verdict.wrong:
        print(f"  {line}")
    print("NOT GOOD" if verdict.wrong else "good")
    return 1 if verdict.wrong else 0


if __name__ == "__main__":
    sys.exit(main())

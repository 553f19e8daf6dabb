"""``make mutants``: change a source file in every small way, and see whether its tests notice.

A mutant that no test kills is a rule that no test holds, or a change that changes nothing; the latter are listed with
their reasons in tests/mutants/reasons.toml. The exit status is 1 where a mutant lives without a reason, or a reason
fits no mutant that lives.
"""

from __future__ import annotations

import argparse
import random
import secrets
import sys
import time
from functools import partial
from typing import TYPE_CHECKING

from tests.mutants.changes import mutants
from tests.mutants.reasons import listed, outdated, reason_for
from tests.mutants.trials import ROOT, Trials, apart

if TYPE_CHECKING:
    from pathlib import Path

    from tests.mutants.reasons import Reason

HELD = (
    "bot/safety/gate.py",
    "bot/safety/policy.py",
    "bot/queue/queue.py",
    "bot/queue/standing.py",
    "bot/queue/switches.py",
    "bot/queue/fairness.py",
    "bot/job.py",
    "bot/delivery/upload.py",
    "bot/checks/admission.py",
    "engine/grammar.py",
    "engine/admission.py",
)
"""Files of whose mutants none lives without a reason."""

OF_THE_QUEUE = (
    "tests/bot/queue/test_queue.py",
    "tests/bot/queue/test_queue_limits.py",
    "tests/bot/queue/test_queue_places.py",
    "tests/bot/queue/test_queue_property.py",
)

ALSO = {
    "engine/grammar.py": ("tests/engine/test_chunking.py",),
    "bot/queue/standing.py": OF_THE_QUEUE,
    "bot/queue/switches.py": OF_THE_QUEUE,
}
"""Tests of a file that are called otherwise than it."""

USUAL = 50
"""How many mutants of a file are tried where nobody says; with one process, about a minute."""


def tests_of(path: Path) -> list[str]:
    """Find the tests of a source file: under the same path in tests/, in files that begin with its name."""
    inside = path.relative_to(ROOT)
    found = sorted((ROOT / "tests" / inside.parent).glob(f"test_{path.stem}*.py"))
    return [*(str(one.relative_to(ROOT)) for one in found), *ALSO.get(str(inside), ())]


def tried(path: Path, tests: list[str], reasons: list[Reason], *, most: int, seed: int) -> bool:
    """Try the mutants of one file, and print those that live; True if none lives without a reason, nor the reverse."""
    name = str(path.relative_to(ROOT))
    made = mutants(path.read_text())
    wrong = [f"{name}: the reason for this fits no mutant: {one.old} → {one.new}" for one in outdated(reasons, made)]
    try:
        trials = Trials(path, tests)
    except ValueError as error:
        print(error)
        return False
    chosen = made if not 0 < most < len(made) else sorted(random.Random(seed).sample(made, most))
    begun, killed, excused = time.monotonic(), 0, 0
    for line in wrong:
        print(line, flush=True)
    for mutant in chosen:
        shown, reason = f"{name}:{mutant.line}: {mutant.old} → {mutant.new}", reason_for(mutant, reasons)
        if trials.kills(mutant.source):
            killed += 1
            if reason:
                wrong.append(f"{shown}  is killed, and needs no reason: {reason.reason}")
                print(wrong[-1], flush=True)
        elif reason:
            excused += 1
        else:
            wrong.append(shown)
            print(shown, flush=True)
    lives = len(chosen) - killed - excused
    print(
        f"{name}: {len(chosen)} of {len(made)} mutants in {time.monotonic() - begun:.0f} s: "
        f"{killed} killed, {excused} live for a reason, {lives} without",
        flush=True,
    )
    return not wrong


def main() -> int:
    parser = argparse.ArgumentParser(prog="make mutants", description=__doc__)
    parser.add_argument("files", nargs="*", default=HELD, help=f"default: {' '.join(HELD)}")
    parser.add_argument("--tests", nargs="*", help="default: those of the same name and place")
    parser.add_argument("--mutants", type=int, default=USUAL, metavar="N", help=f"of each; 0: all; default: {USUAL}")
    parser.add_argument("--seed", type=int, default=None, help="which are chosen; default: drawn by lot")
    options = parser.parse_args()
    seed = secrets.randbelow(2**32) if options.seed is None else options.seed
    print(f"SEED={seed}", flush=True)
    reasons, held = listed(), True
    for file in options.files:
        path = (ROOT / file).resolve()
        if not path.is_file() or not path.is_relative_to(ROOT):
            parser.error(f"{file} is no file of this project")
        tests = options.tests or tests_of(path)
        if not tests:
            parser.error(f"{file} has no tests of its own name; say which: TESTS=…")
        trial = partial(tried, path, tests, reasons.get(file, []), most=options.mutants, seed=seed)
        held &= apart(trial)
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main())

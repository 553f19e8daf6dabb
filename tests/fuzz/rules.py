"""Every property test and state machine, with fresh examples, round after round."""

import subprocess
import sys
import time

COMMAND = (
    *(sys.executable, "-m", "pytest", "-q", "-n", "2", "--dist", "load", "-p", "no:cacheprovider", "--timeout", "0"),
    *("-m", "hypothesis", "--hypothesis-profile", "fuzz", "tests/bot", "tests/engine"),
)
"""Hypothesis marks by itself whatever is a test of its."""


def run(seed, seconds):
    """Begin rounds for so long, each with the seed after the last one's; a round that found something is the last."""
    end, number = time.monotonic() + seconds, 0
    while number == 0 or time.monotonic() < end:
        began = time.monotonic()
        done = subprocess.run(  # noqa: S603  (our own tests)
            [*COMMAND, f"--hypothesis-seed={seed + number}"], capture_output=True, text=True, check=False
        )
        print(f"round {number + 1}, seed {seed + number}: {time.monotonic() - began:.0f} s", flush=True)
        if done.returncode:
            print(done.stdout, done.stderr, f"again: {' '.join(COMMAND[1:])} --hypothesis-seed={seed + number}")
            return False
        number += 1
    return True

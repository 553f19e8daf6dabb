"""Two thousand recipes as every program writes them, each read back whole."""

import time

from hypothesis import given, settings
from hypothesis import seed as seeded

from tests.programs import MADE, WRITERS, check

EXAMPLES = 2_000
"""Of each program and place."""


def run(seed, seconds):
    """Try them program by program; where the time is over, those that are left are said not to be tried."""
    end, held = time.monotonic() + seconds, True
    for writer in WRITERS:
        if time.monotonic() > end:
            print(f"{writer:40} not tried: the time is over")
            continue
        held = _read_back(writer, seed) and held
    return held


def _read_back(writer, seed):
    began = time.monotonic()

    def rule(made):
        check(writer, made)

    looking = settings(settings.get_profile("default"), max_examples=EXAMPLES, deadline=None, database=None)
    try:
        looking(seeded(seed)(given(MADE)(rule)))()
    except Exception as error:  # noqa: BLE001  whatever it is, it is a finding
        print(f"{writer}: {error}")
        for note in getattr(error, "__notes__", ()):
            print(note)
        return False
    print(f"{writer:40} {EXAMPLES:,} in {time.monotonic() - began:.0f} s", flush=True)
    return True

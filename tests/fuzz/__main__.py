"""``make fuzz``: look for what breaks a rule, with chance that is new every time; a seed looks in the same places.

Every other module of this folder has ``run(seed, seconds)``, which looks for about so long and gives True if all held;
what it finds it prints, with what finds it again. A finding becomes a row of its test, which `make test` tries always.
Those that send what is made to hurt print a table, write the same as JSON, and end early when all is sent.
"""

import argparse
import importlib
import secrets
import sys
from pathlib import Path

HERE = Path(__file__).parent
SECONDS = 150.0
"""With seven parts, and what the last round of one takes longer, a quarter of an hour and a bit more."""


def parts():
    return sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith(("_", "test_")))


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="default: drawn by lot")
    parser.add_argument("--seconds", type=float, default=SECONDS, help=f"for each part; default: {SECONDS:.0f}")
    parser.add_argument("--only", metavar="NAME", choices=parts(), help=f"one of: {', '.join(parts())}")
    parsed = parser.parse_args()
    seed = secrets.randbelow(2**32) if parsed.seed is None else parsed.seed
    print(f"SEED={seed}", flush=True)
    broken = []
    for name in [parsed.only] if parsed.only else parts():
        print(f"{name} …", flush=True)
        if not importlib.import_module(f"tests.fuzz.{name}").run(seed, parsed.seconds):
            broken.append(name)
    print(f"NOT GOOD: {', '.join(broken)}; again with SEED={seed}" if broken else "good")
    return 1 if broken else 0


if __name__ == "__main__":
    sys.exit(main())

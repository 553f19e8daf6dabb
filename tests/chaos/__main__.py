"""``make chaos``: two hundred jobs of twenty people while all breaks and one means harm; its seed re-runs one."""

import argparse
import asyncio
import secrets
import sys
import tempfile
from pathlib import Path

from tests.chaos.run import run


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seed", type=int, default=None, help="default: drawn by lot")
    parser.add_argument("--jobs", type=int, default=200)
    parser.add_argument("--people", type=int, default=20)
    parser.add_argument("--kills", type=int, default=36)
    parser.add_argument("--seconds", type=float, default=420.0, help="over which all this happens")
    parser.add_argument("--real", action="store_true", help="the real engine, with random weights, as the bot's child")
    parser.add_argument("--cluster", action="store_true", help="a cluster of two cards; every other kill is a worker's")
    parser.add_argument("--folder", type=Path, help="keep everything there, logs included")
    parsed = parser.parse_args()
    seed = secrets.randbelow(2**32) if parsed.seed is None else parsed.seed
    print(f"SEED={seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="eshi-chaos-") as scratch:
        folder = parsed.folder or Path(scratch)
        folder.mkdir(parents=True, exist_ok=True)
        checkpoint = _checkpoint(folder) if parsed.real else None
        verdict = asyncio.run(
            run(
                folder,
                seed=seed,
                jobs=parsed.jobs,
                people=parsed.people,
                kills=parsed.kills,
                seconds=parsed.seconds,
                checkpoint=checkpoint,
                cards=2 if parsed.cluster else 0,
                say=lambda line: print(line, flush=True),
            )
        )
    print(f"{verdict.delivered} of {verdict.promised} acknowledged jobs delivered, {len(verdict.told)} told why not")
    print(f"{verdict.more} were more of an earlier picture")
    print(f"{verdict.again} were begun more than once; {len(verdict.withdrawn)} messages were deleted under way")
    for line in (*verdict.told, *verdict.withdrawn, *verdict.wrong):
        print(f"  {line}")
    print("good" if verdict.good else f"NOT GOOD; again with SEED={seed}")
    return 0 if verdict.good else 1


def _checkpoint(folder):
    from engine.demo import untrained

    return untrained.make(folder / "model")


if __name__ == "__main__":
    sys.exit(main())

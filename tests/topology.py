"""SDXL's whole topology with random weights on the processor: our loop beside the stock pipeline, bit for bit.

Two steps at 512×512. Both share every weight, so there is one model in memory. What it took at most is printed at the
end. With less than 20 GB of memory it is skipped and says so.
"""

from __future__ import annotations

import argparse
import resource
import sys

import psutil

NEEDED = 20 * 10**9
STEPS, SIDE = 2, 512


def main() -> int:
    """Compare; 0 where all bits are the same, or where it was skipped."""
    parser = argparse.ArgumentParser(prog="python -m tests.topology", description=__doc__)
    topologies = ("sdxl", "tiny")
    sized = "tiny: networks of no size, to see that this program works"
    parser.add_argument("topology", nargs="?", choices=topologies, default=topologies[0], help=sized)
    topology = parser.parse_args().topology
    import torch  # --help needs none of it

    from engine import bench, random_weights, stock_pipeline
    from engine.config import Engine

    available = psutil.virtual_memory().available
    if topology == "sdxl" and available < NEEDED:
        _say(f"skipped: {available / 1e9:.1f} GB of memory are available, and {NEEDED / 1e9:.0f} are needed")
        return 0
    model = random_weights.make(topology, Engine(device="cpu"))
    task = bench.Task(width=SIDE, height=SIDE, steps=STEPS)
    with torch.inference_mode():
        expected = stock_pipeline.draw(stock_pipeline.make(model), 1, task, stock_pipeline.texts(model, task))
        found = bench._draw(model, 1, task)
    same = torch.equal(found, expected)
    _say("every bit is the same" if same else f"different: {bench.difference(found, expected):.1e}")
    _say(f"at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9:.1f} GB of memory were in use")
    return not same


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    sys.exit(main())

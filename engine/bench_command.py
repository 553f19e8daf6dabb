"""`python -m engine bench`: measures, and prints and writes each row as soon as it is known."""

from __future__ import annotations

import sys
import time
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine import config, environment, packages

if TYPE_CHECKING:
    import argparse

BENCH_CASES = ["stock", "eager", "joined", "compiled", "captured", "stock-compiled"]
"""What ``bench`` measures; what is captured on CUDA only."""


def add_options(bench: argparse.ArgumentParser) -> None:
    which = bench.add_mutually_exclusive_group()
    which.add_argument(
        "--config", type=Path, default=Path("config.toml"), help="whose checkpoint; default: %(default)s"
    )
    which.add_argument(
        "--random-weights", choices=["sdxl", "tiny"], help="no checkpoint: SDXL's own size, or one that a CPU can draw"
    )
    bench.add_argument("--device", choices=["auto", "cuda", "mps", "cpu"], help="default: the configuration's")
    bench.add_argument("--dtype", choices=["auto", "float16", "bfloat16", "float32"], help="default: as above")
    bench.add_argument("--width", type=int, default=832, help="pixels; default: %(default)s")
    bench.add_argument("--height", type=int, default=1216, help="pixels; default: %(default)s")
    bench.add_argument("--steps", type=int, default=28, help="default: %(default)s")
    bench.add_argument("--batches", type=int, nargs="+", default=[1, 2, 4, 8], metavar="N", help="default: 1 2 4 8")
    bench.add_argument("--cases", nargs="+", choices=BENCH_CASES, default=BENCH_CASES, help="default: all")
    bench.add_argument("--json", type=Path, default=Path("engine-bench.json"), help="default: %(default)s")


def run(parsed: argparse.Namespace) -> int:
    packages.require()
    environment.prepare()
    from engine import bench, coldstart

    engine = config.Engine() if parsed.random_weights else config.load(parsed.config)[0]
    chosen = {name: value for name in ("device", "dtype") if (value := getattr(parsed, name))}
    engine = msgspec.structs.replace(engine, **chosen)
    task = bench.Task(parsed.width, parsed.height, parsed.steps, tuple(parsed.batches), tuple(parsed.cases))

    def say(what: str) -> None:
        print(f"{what} …", file=sys.stderr, flush=True)

    if parsed.random_weights:
        from engine.random_weights import make

        start = time.perf_counter()
        model = make(parsed.random_weights, engine)
        ready = [bench.BenchRow("until it is filled", time.perf_counter() - start, "s")]
    else:
        model, ready = coldstart.measure(engine, say)
    rows: list[bench.BenchRow] = []
    print(
        *(f"{name}: {value}" for name, value in bench.report(model, task, ()).items() if name != "rows"), "", sep="\n"
    )
    for row in chain(ready, bench.measure(model, task, say)):  # whatever comes later, what was measured is there
        rows.append(row)
        print(row.line, flush=True)
        parsed.json.write_bytes(msgspec.json.format(msgspec.json.encode(bench.report(model, task, rows))) + b"\n")
    print("", f"The same is in {parsed.json}.", sep="\n")
    return 0

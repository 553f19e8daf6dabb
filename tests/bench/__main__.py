"""``make bench``: run what measures, print each number as it is known, then one table, and write bench.json.

Every other module of this folder has ``run()``, which gives a row for each number: name, value, unit, goal and ok
(None: nothing was promised, or it was skipped). A goal that is missed is printed and is no failure: machines differ.
"""

from __future__ import annotations

import argparse
import importlib
import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

HERE = Path(__file__).parent
KEYS = ("name", "value", "unit", "goal", "ok")
VERDICTS = {True: "yes", False: "NO", None: ""}


def benches() -> list[str]:
    return sorted(path.stem for path in HERE.glob("*.py") if not path.stem.startswith("_"))


def table(rows: Iterable[dict[str, Any]]) -> Iterator[str]:
    """Line the rows up under their heads."""
    lines = [("what", "measured", "goal", "reached"), *((row["name"], *_cells(row)) for row in rows)]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    for what, measured, goal, reached in lines:
        yield f"{what:{widths[0]}}  {measured:>{widths[1]}}  {goal:>{widths[2]}}  {reached}".rstrip()


def _cells(row: dict[str, Any]) -> tuple[str, str, str]:
    value = "" if row["value"] is None else f"{row['value']:,.2f} "
    return f"{value}{row['unit']}", f"{row['goal']} {row['unit']}" if row["goal"] else "", VERDICTS[row["ok"]]


def main() -> None:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--only", metavar="NAME", choices=benches(), help=f"one of: {', '.join(benches())}")
    parser.add_argument("--json", type=Path, default=Path("bench.json"), help="default: bench.json")
    options = parser.parse_args()
    rows: list[dict[str, Any]] = []
    for name in [options.only] if options.only else benches():
        began = time.monotonic()
        print(f"{name} …", flush=True)
        for row in importlib.import_module(f"tests.bench.{name}").run():
            rows.append(row)
            print(*_line(row), sep="  ", flush=True)
            write(options.json, rows)
        print(f"{name}: {time.monotonic() - began:.0f} s", flush=True)
    print("", *table(rows), "", f"The same is in {options.json}.", sep="\n")


def write(path: Path, rows: Iterable[dict[str, Any]]) -> None:
    """Write what is known so far, so that a run which is stopped has said it."""
    path.write_text(json.dumps([{key: row[key] for key in KEYS} for row in rows], indent=2) + "\n")


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    measured, goal, reached = _cells(row)
    return tuple(cell for cell in (f"    {row['name']}:", measured, goal and f"goal {goal}", reached) if cell)


if __name__ == "__main__":
    main()

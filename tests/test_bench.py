"""The table of `make bench`, without measuring anything."""

import importlib
import subprocess
import sys

import pytest

from tests.bench.__main__ import benches, table


def test_the_table_lines_up_and_says_what_was_reached():
    """A number, its goal and whether it holds; what was skipped says why."""
    rows = [
        {"name": "speed", "value": 1234.5, "unit": "ms", "goal": "≤ 3", "ok": False},
        {"name": "found at once", "value": 99.95, "unit": "%", "goal": "≥ 99", "ok": True},
        {"name": "import", "value": None, "unit": "skipped: no data", "goal": "", "ok": None},
    ]
    assert list(table(rows)) == [
        "what                   measured    goal  reached",
        "speed               1,234.50 ms  ≤ 3 ms  NO",
        "found at once           99.95 %  ≥ 99 %  yes",
        "import         skipped: no data",
    ]


def test_an_unknown_bench_is_wrong_usage():
    """The usage line names those that there are."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.bench", "--only", "nothing"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "vocabulary" in done.stderr
    assert "vocabulary" in benches()


@pytest.mark.parametrize("name", benches())
def test_every_bench_is_there_to_be_run(name):
    """It asks for nothing that was renamed since; what it measures is another matter."""
    assert importlib.import_module(f"tests.bench.{name}").run


def test_a_day_of_switching_is_nearly_as_many_pictures_and_fair():
    """What `make bench` shows of a week: at least 85 % of the pictures, and nobody beyond what fairness allows."""
    pictures, _, wait, _ = importlib.import_module("tests.bench.switching").week(3 * 3600.0)
    assert pictures["ok"], pictures
    assert wait["ok"], wait

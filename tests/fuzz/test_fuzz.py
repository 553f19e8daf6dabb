"""Where chance is new and where it is not, and what `make fuzz` makes of a finding."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.fuzz import rules
from tests.fuzz.__main__ import parts


def examples(profile):
    """The examples that a rule is tried with under a profile."""
    seen = []

    @settings(settings.get_profile(profile), max_examples=20)
    @given(st.integers())
    def rule(number):
        seen.append(number)

    rule()
    return seen


def test_make_test_tries_the_same_examples_every_time():
    """However fast the machine is; `make fuzz` tries others."""
    assert settings.get_current_profile_name() == "test"
    assert examples("test") == examples("test")
    assert examples("fuzz") != examples("fuzz")
    assert settings.get_profile("test").deadline is None


@pytest.mark.parametrize(("program", "held", "rounds"), [("", True, 2), ("raise SystemExit('x > 2: x = 3')", False, 1)])
def test_what_was_found_ends_the_search_and_is_printed(monkeypatch, capfd, program, held, rounds):
    """With the seed of its round; as long as nothing is found, each round has the next seed."""
    times = iter([0.0, 0.0, 1.0, 1.0, 2.0, 3.0, 4.0, 5.0])
    monkeypatch.setattr("tests.fuzz.rules.time.monotonic", lambda: next(times))
    monkeypatch.setattr(rules, "COMMAND", (sys.executable, "-c", program))
    assert rules.run(7, 3.0) is held
    said = capfd.readouterr().out
    assert said.count("round") == rounds
    assert ("x > 2: x = 3" in said) is not held
    assert (f"-c {program} --hypothesis-seed=7" in said) is not held


def test_every_module_is_a_part_and_an_unknown_one_is_wrong_usage():
    """The usage line names those that there are."""
    assert "rules" in parts()
    command = [sys.executable, "-m", "tests.fuzz", "--only", "nothing"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603  (our own program)
    assert done.returncode == 2
    assert "rules" in done.stderr

"""Trials: a mutant that a test notices is told from one that none does, and the file stays as it is."""

import subprocess
import sys

from tests.mutants.trials import ROOT

TEST = """
def test_sizes():
    from engine.admission import Always
    assert Always(3).joining("portrait") == 3
"""
PROGRAM = """
import sys
from pathlib import Path
from tests.mutants.trials import ROOT, Trials

path = ROOT / "engine/admission.py"
source = path.read_text()
trials = Trials(path, sys.argv[1:])
trials._cpu_s = 3
joining = source.replace("return self.size", "return None", 1)
together = source.replace("return self.size", "return None").replace("return None", "return self.size", 1)
for changed in (source, joining, together, source + "while True: pass", source + "("):
    print(trials.kills(changed))
"""


def test_a_mutant_is_killed_by_what_notices_it(tmp_path):
    """By an assertion, by not coming to an end, and by what cannot be imported; not by what it does not look at."""
    (tmp_path / "test_sizes.py").write_text(TEST)
    before = (ROOT / "engine/admission.py").read_text()
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-c", PROGRAM, tmp_path], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.stdout.split() == ["False", "True", "False", "True", "True"], told.stderr
    assert (ROOT / "engine/admission.py").read_text() == before


def test_what_lives_is_printed_and_fails(tmp_path):
    """With its line, what stands there and what it became; the same seed draws the same mutants."""
    (tmp_path / "test_sizes.py").write_text(TEST)
    command = [sys.executable, "-m", "tests.mutants", "engine/admission.py", "--mutants", "3", "--seed", "1"]
    told = subprocess.run(  # noqa: S603
        [*command, "--tests", tmp_path], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert told.returncode == 1, told.stderr
    first, *lived, last = told.stdout.splitlines()
    assert first == "SEED=1"
    assert all(line.startswith("engine/admission.py:") and " → " in line for line in lived)
    assert "engine/admission.py: 3 of " in last

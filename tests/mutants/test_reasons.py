"""Reasons why mutants live: each is about a line that is still there."""

import pytest

from tests.mutants.__main__ import HELD
from tests.mutants.changes import mutants
from tests.mutants.reasons import listed, outdated, reason_for
from tests.mutants.trials import ROOT

ENTRY = """
[["a.py"]]
where = "f"
old = "return 1"
new = ["return 2"]
reason = "{}"
"""


@pytest.mark.parametrize("path", sorted(listed()))
def test_every_listed_reason_fits_a_mutant(path):
    """Whoever changes a line looks at its reason again: `make mutants FILE=…` says what lives now."""
    assert path in HELD
    assert outdated(listed()[path], mutants((ROOT / path).read_text())) == []


def test_a_reason_is_about_one_change_in_one_function():
    [reason] = listed(ENTRY.format("Because."))["a.py"]
    made = mutants("def f():\n    return 1\n")
    assert [mutant.new for mutant in made if reason_for(mutant, [reason])] == ["return 2"]
    assert outdated([reason], made) == []
    for other in ("def g():\n    return 1\n", "def f():\n    return  1\n\n\ndef f():\n    return 3\n"):
        assert bool(outdated([reason], mutants(other))) == ("g" in other)
    assert outdated([reason], mutants("def f():\n    return 3\n")) == [reason]


def test_a_reason_must_be_given():
    with pytest.raises(ValueError, match="without a reason"):
        listed(ENTRY.format(" "))

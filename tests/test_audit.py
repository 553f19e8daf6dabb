"""What pip-audit says is read right: nothing looked up is no pass, and a finding fails."""

import json

import pytest

from tests.audit import read, verdict

CLEAN = {"name": "aiohttp", "version": "3.14.5", "vulns": []}
SKIPPED = {"name": "torch", "skip_reason": "Dependency not found on PyPI"}
FOUND = {"name": "old", "version": "1.0", "vulns": [{"id": "PYSEC-1", "fix_versions": ["1.1"]}]}


def report(*packages):
    return json.dumps({"dependencies": packages, "fixes": []})


@pytest.mark.parametrize(
    ("packages", "status", "said"),
    [
        ([CLEAN], 0, "1 packages looked up"),
        ([CLEAN, FOUND], 1, "old 1.0: PYSEC-1, mended in 1.1"),
        ([CLEAN, SKIPPED], 0, "not known there: torch"),
        ([SKIPPED], 0, "SKIPPED: no package is known to the source of data"),
    ],
)
def test_a_report_is_a_verdict(packages, status, said):
    """pip-audit ends with 0 also where it could look nothing up."""
    given, lines = verdict(read(report(*packages)), "")
    assert given == status
    assert said in lines


def test_a_network_that_fails_is_a_skip_with_its_reason():
    assert verdict(None, "Failed to resolve 'pypi.org'") == (0, ["SKIPPED: Failed to resolve 'pypi.org'"])


def test_what_is_no_report_is_none():
    with pytest.raises(ValueError, match="Expecting value"):
        read("")

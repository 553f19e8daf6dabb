"""What is written for contributors is so: links, targets, hooks, and the changelog's form."""

import re
import runpy
import sys
from itertools import pairwise

import pytest

from engine import __version__
from tests.documents import ROOT, code

PAGES = ("CONTRIBUTING.md", "CHANGELOG.md", "docs/architecture.md", "docs/glossary.md")

KINDS = ["Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"]
"""Of Keep a Changelog 1.1.0, in its order."""


def text(path):
    return (ROOT / path).read_text()


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_to_a_file(page):
    """From where the page lies."""
    links = [link for link in re.findall(r"\]\(([^)#]+)", text(page)) if not link.startswith("https://")]
    assert [link for link in links if not ((ROOT / page).parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_target_of_make_is_one(page):
    """Also those that are in blocks."""
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))
    named = re.findall(r"make ([a-z][a-z-]*)", "\n".join(code(text(page))))
    named += re.findall(r"^make ([a-z-]+)", text(page), re.MULTILINE)
    assert set(named) - targets == set()


def test_make_test_runs_every_test():
    """No file lies where nobody looks."""
    [recipe] = re.findall(r"^test: .*\n((?:\t.+\n)+)", text("Makefile"), re.MULTILINE)
    run = [ROOT / path for path in re.findall(r"\btests\S*", recipe)]
    assert run
    assert all(path.exists() for path in run)
    tests = (ROOT / "tests").rglob("test_*.py")
    assert [test for test in tests if not any(test.is_relative_to(path) for path in run)] == []


@pytest.mark.parametrize("module", sorted(set(re.findall(r"-m (tests\.\w+)", text("Makefile")))))
def test_every_tool_answers_to_help_and_does_nothing_else(module, monkeypatch, capsys):
    """Also those without an option: nobody who asks what it does wants pictures drawn."""
    monkeypatch.setattr(sys, "argv", [module, "--help"])
    for name in (module, f"{module}.__main__"):
        monkeypatch.delitem(sys.modules, name, raising=False)  # another test may have imported it, and runpy warns
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(module, run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("usage: ")


def test_the_hooks_are_the_checks_of_make():
    """The same commands in the same order, out of the same folder."""
    [recipe] = re.findall(r"^check: .*\n((?:\t.+\n)+)", text("Makefile"), re.MULTILINE)
    checks = [line.strip().replace("$(BIN)", ".venv/bin") for line in recipe.splitlines()]
    assert re.findall(r"^ +entry: (.+)$", text(".pre-commit-config.yaml"), re.MULTILINE) == checks


def test_the_changelog_has_its_form():
    """What is to come stands first, then the versions, the newest first and this one among them."""
    versions = re.findall(r"^## (.+)$", text("CHANGELOG.md"), re.MULTILINE)
    assert versions[0] == "[Unreleased]"
    released = [re.fullmatch(r"\[(\d+)\.(\d+)\.(\d+)\] - \d{4}-\d\d-\d\d", one) for one in versions[1:]]
    numbers = [tuple(map(int, one.groups())) for one in released]
    assert all(newer > older for newer, older in pairwise(numbers))
    assert ".".join(map(str, numbers[0])) == __version__


def test_the_changelog_s_kinds_stand_in_their_order():
    """In each version, none of them twice."""
    for version in re.split(r"^## ", text("CHANGELOG.md"), flags=re.MULTILINE)[1:]:
        kinds = re.findall(r"^### (.+)$", version, re.MULTILINE)
        assert kinds == [kind for kind in KINDS if kind in kinds]
        assert kinds


def test_no_configuration_cites_what_is_not_here():
    """A page in capitals that is named in `pyproject.toml` is a file of the repository."""
    cited = set(re.findall(r"\b[A-Z]{4,}\b", text("pyproject.toml"))) & {"STYLE", "DESIGN", "CONTRIBUTING", "CHANGELOG"}
    assert all((ROOT / f"{one}.md").exists() for one in cited)

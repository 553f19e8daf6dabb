"""What the engine lacks is said in a sentence, and each command has its name."""

import sys

import pytest

from engine import packages
from engine.__main__ import main
from engine.errors import ModelLoadError
from engine.terminal import as_called


def test_what_is_not_installed_is_named_with_how_to_get_it():
    """Before an import fails in the middle of something."""
    packages.require(("json",))
    with pytest.raises(
        ModelLoadError, match=r'\(no_such_stack\): run make install, or install Eshi with the extra "engine"'
    ):
        packages.require(("json", "no_such_stack"))


def test_a_command_without_its_packages_ends_with_that_sentence(monkeypatch, capsys, tmp_path):
    """The bot alone has the engine's commands too."""
    monkeypatch.setattr(packages, "missing", lambda _names: ["torch"])
    assert main(["draw", "--prompt", "1girl", "--out", str(tmp_path / "out.png")]) == 1
    assert capsys.readouterr().err.startswith("error: the engine's packages are not installed (torch): ")


def test_commands_are_named_as_they_are_typed_here(monkeypatch):
    """The installed ones, or the modules: who has the one may not have the other."""
    said = "Run python -m engine download; python -m bot setup writes one."
    for program in ("/usr/bin/eshi", "/usr/bin/eshi-engine", "C:/tools/eshi.exe"):
        monkeypatch.setattr(sys, "argv", [program, "run"])
        assert as_called(said) == "Run eshi-engine download; eshi setup writes one."
    monkeypatch.setattr(sys, "argv", ["/srv/bot/__main__.py", "run"])
    assert as_called(said) == said


def test_what_ends_a_command_names_commands_of_this_installation(monkeypatch, capsys, tmp_path):
    """An installed copy has no module that could be run from anywhere."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["/usr/bin/eshi-engine", "check"])
    monkeypatch.setenv("PYTHONSAFEPATH", "")  # which it sets for its children
    assert main(["check"]) == 2
    assert "; eshi setup writes one, or name yours with --config" in capsys.readouterr().err

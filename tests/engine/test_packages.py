"""What the engine lacks is said in a sentence, and each command has its name."""

import sys

import pytest

from engine import packages
from engine.__main__ import main
from engine.errors import ModelLoadError
from engine.terminal import called


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


def test_the_help_names_the_command_that_was_typed(monkeypatch):
    """An installed one, or the module."""
    monkeypatch.setattr(sys, "argv", ["/usr/bin/eshi", "run"])
    assert called("bot", "eshi") == "eshi"
    monkeypatch.setattr(sys, "argv", ["/srv/bot/__main__.py", "run"])
    assert called("bot", "eshi") == "python -m bot"

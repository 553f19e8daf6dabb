"""What `make test-pythons` installs, and on which Pythons it runs."""

import subprocess
import sys
import tomllib

import pytest

from tests.pythons import ROOT, interpreter, requirements, stack

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_the_bot_is_installed_without_the_model_stack():
    """Everything else of the project and of its tests, extras of extras included."""
    wanted = requirements(PROJECT)
    names = {one.split(">")[0].split("[")[0].split(";")[0].strip() for one in wanted}
    assert {"discord.py", "msgspec", "pytest", "hypothesis", "psutil", "jsonschema-rs"} <= names
    assert not {"eshi", *stack(PROJECT)} & names
    assert {"torch", "transformers", "onnxruntime"} <= set(stack(PROJECT))


def test_only_a_python_that_starts_is_one_that_is_here(monkeypatch, tmp_path):
    """The newest of pyenv's is taken; a shim that only says that its version is not chosen is none."""
    version = f"{sys.version_info.major}.{sys.version_info.minor}"
    monkeypatch.setenv("PYENV_ROOT", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path / "shims"))
    (tmp_path / "shims").mkdir()
    assert interpreter(version) is None
    shim = tmp_path / "shims" / f"python{version}"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    assert interpreter(version) is None
    for patch in (2, 10):
        folder = tmp_path / "versions" / f"{version}.{patch}" / "bin"
        folder.mkdir(parents=True)
        (folder / "python").symlink_to(sys.executable)
    assert interpreter(version) == tmp_path / "versions" / f"{version}.10" / "bin" / "python"


@pytest.mark.parametrize("version", ["3.99"])
def test_a_python_that_is_not_here_is_said_to_be_not_run(version):
    """And where none is here nothing has passed."""
    told = subprocess.run(  # noqa: S603
        [sys.executable, "-m", "tests.pythons", "--only", version],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert told.stdout.strip() == f"Python {version} is not here: not run"
    assert told.returncode == 1

"""What is installed is whole: the files beside the modules come with them."""

from pathlib import Path

import pytest
from setuptools import Distribution
from setuptools.config.pyprojecttoml import apply_configuration

from tests.documents import ROOT

PACKAGES = ("bot", "engine")


@pytest.fixture
def build(monkeypatch):
    """The step of setuptools that puts files into a wheel, set up by our pyproject; nothing is written."""
    monkeypatch.chdir(ROOT)
    distribution = Distribution({"script_name": "setup.py"})
    apply_configuration(distribution, ROOT / "pyproject.toml")
    step = distribution.get_command_obj("build_py")
    step.ensure_finalized()
    step.manifest_files = {}  # a manifest would be what version control knows; we have none
    return step


def test_the_files_beside_the_modules_are_those_of_the_wheel(build):
    """Word lists, migrations, the page, the demo's checkpoint: a kind that is not named is left out in silence."""
    tree = {
        file.relative_to(ROOT)
        for package in PACKAGES
        for file in (ROOT / package).rglob("*")
        if file.is_file() and file.suffix not in {".py", ".pyc"}
    }
    packed = {
        Path(file) for package in build.packages for file in build.find_data_files(package, package.replace(".", "/"))
    }
    assert packed == tree
    assert {Path("bot/safety/words/tags.txt"), Path("bot/store/schema.sql")} <= packed


def test_every_module_is_in_the_wheel(build):
    """Folders of files alone are packages too."""
    modules = {Path(file) for _, _, file in build.find_all_modules()}
    tree = {file.relative_to(ROOT) for package in PACKAGES for file in (ROOT / package).rglob("*.py")}
    assert modules == tree

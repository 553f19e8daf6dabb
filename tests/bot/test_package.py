"""What is installed is whole: the files beside the modules come with them."""

import tomllib
from fnmatch import fnmatch

from tests.documents import ROOT

SETUPTOOLS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["setuptools"]


def test_every_file_beside_the_modules_is_in_the_wheel():
    """Migrations, word lists, the page, the demo's checkpoint: a kind that is not named is left out in silence."""
    kinds = SETUPTOOLS["package-data"]["*"]
    files = [
        file
        for package in ("bot", "engine")
        for file in (ROOT / package).rglob("*")
        if file.is_file() and file.suffix not in {".py", ".pyc"}
    ]
    assert ROOT / "bot" / "store" / "schema.sql" in files
    assert [file for file in files if not any(fnmatch(file.name, kind) for kind in kinds)] == []


def test_folders_of_files_alone_are_packages_too():
    """Else setuptools looks into those with an `__init__.py` and no others."""
    assert SETUPTOOLS["packages"]["find"].get("namespaces", True)

"""What is installed: the pins that are exported from the lock, and an update that leaves torch as it is."""

import json
import re
import shutil
import subprocess
import tomllib
from pathlib import Path

import pytest

from tests import sbom
from tests.documents import ROOT
from tests.pythons import normalized

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
LOCK = tomllib.loads((ROOT / "uv.lock").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
MODEL_STACK = {"torch", "diffusers", "transformers", "accelerate", "safetensors"}


def pins():
    """The pinned versions of constraints.txt by name."""
    lines = (ROOT / "constraints.txt").read_text().splitlines()
    found = [re.fullmatch(r"([\w.-]+)==([\w.+-]+)(?: ; .+)?", line) for line in lines]
    assert None not in found, lines[found.index(None)]
    return {(normalized(one[1]), one[2]) for one in found}


def locked():
    """The versions of uv.lock by name, without the project itself."""
    return {(one["name"], one["version"]) for one in LOCK["package"] if one["name"] != "eshi"}


def uv(*arguments):
    program = shutil.which("uv", path=str(ROOT / ".venv" / "bin")) or shutil.which("uv")
    if program is None:
        pytest.skip("uv is not installed: it resolves the lock, and is in the extra dev")
    done = subprocess.run([program, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    return done.stdout


def export(*how):
    return uv("export", "--quiet", "--frozen", "--all-extras", "--no-emit-project", "--no-header", *how)


def test_the_bot_alone_needs_no_model_stack():
    """And none of what only the tagger, the cluster, the wizard or the metrics need."""
    base = {normalized(one) for one in PROJECT["project"]["dependencies"]}
    assert not base & {*MODEL_STACK, "onnxruntime", "numpy", "ray", "tomlkit", "prometheus-client", "uv"}
    assert {normalized(one) for one in EXTRAS["engine"]} == MODEL_STACK
    assert {"engine", "tagger", "ray", "setup", "metrics"} <= EXTRAS.keys()


def test_the_pins_are_the_lock_s():
    """All of them and nothing else, without hashes and without the project."""
    assert pins() == locked()


def test_everything_locked_is_from_the_usual_index():
    """A lock that names a mirror, or this machine's disk, would be of use here alone."""
    sources = {source for one in LOCK["package"] if one["name"] != "eshi" for source in one["source"].values()}
    assert sources == {"https://pypi.org/simple"}


def test_the_lock_is_of_this_project():
    """Every requirement of pyproject.toml is one of the lock's."""
    [own] = [one for one in LOCK["package"] if one["name"] == "eshi"]
    wanted = [*PROJECT["project"]["dependencies"], *(one for extra in EXTRAS.values() for one in extra)]
    said = {one["name"] for one in own["metadata"]["requires-dist"]}
    assert {normalized(one) for one in wanted} == said
    assert {*own["metadata"]["provides-extras"]} == EXTRAS.keys()


def test_the_lock_is_fresh():
    """Nothing in pyproject.toml was changed since; nobody is asked."""
    uv("lock", "--check", "--offline", "--default-index", "https://pypi.org/simple")


@pytest.mark.parametrize(
    ("name", "how"),
    [("constraints.txt", ("--no-hashes", "--no-annotate")), ("pylock.toml", ("--format", "pylock.toml"))],
)
def test_the_exports_are_fresh(name, how):
    """They say what uv makes of the lock: `make lock` writes them."""
    assert export(*how) == (ROOT / name).read_text()


def test_the_bill_of_materials_is_fresh():
    """It names every version of the lock, and nothing that is another each time: `make lock` writes it."""
    program = shutil.which("uv", path=str(ROOT / ".venv" / "bin")) or shutil.which("uv")
    if program is None:
        pytest.skip("uv is not installed: it resolves the lock, and is in the extra dev")
    text = sbom.FILE.read_text()
    assert sbom.made(program) == text
    components = json.loads(text)["components"]
    assert {(one["name"], one["version"]) for one in components} == locked()


CARD = """#!/bin/sh
case "$1" in
-c) {torch};;
*) echo "$@" >> {log};;
esac
"""


def installed(folder: Path, torch: str, *options: str) -> tuple[str, list[str]]:
    """Run `make install` with a Python that only writes down what it is asked; gives the pins and the calls."""
    for name in ("Makefile", "constraints.txt", "pyproject.toml"):
        shutil.copy(ROOT / name, folder)
    log, python = folder / "log", folder / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text(CARD.format(torch=torch, log=log))
    python.chmod(0o755)
    make = ["make", "install", f"PYTHON={python}", *options]
    subprocess.run(make, cwd=folder, check=True, capture_output=True)  # noqa: S603
    return (folder / ".venv" / "constraints.txt").read_text(), log.read_text().splitlines()


def test_the_first_install_takes_every_pin(tmp_path):
    """torch's too."""
    taken, calls = installed(tmp_path, "exit 1")
    assert taken == (ROOT / "constraints.txt").read_text()
    assert [call for call in calls if "--index-url" in call] == []


def test_an_update_leaves_the_torch_that_is_there(tmp_path):
    """And what came with it: its build was chosen for a card."""
    taken, _ = installed(tmp_path, "echo torch==2.9.1+cu126")
    named = {normalized(line): line for line in taken.splitlines()}
    assert named["torch"] == "torch==2.9.1+cu126"
    assert not [name for name in named if name.startswith(("nvidia-", "triton", "cuda-"))]
    assert named["msgspec"] in (ROOT / "constraints.txt").read_text()


def test_a_build_for_a_card_is_taken_before_the_rest(tmp_path):
    """From PyTorch's own page of it, and only torch."""
    _, calls = installed(tmp_path, "exit 1", "TORCH=cu126")
    [first, second] = [call for call in calls if "pip install" in call]
    assert re.search(r" torch==[\d.]+ --index-url https://download.pytorch.org/whl/cu126$", first)
    assert " -c " not in first  # which pins what comes with another build
    assert "--index-url" not in second

"""Run the bot's tests on every Python that the project promises and this machine has, each in its own environment.

``python -m tests.pythons`` (``make test-pythons``); a version that is not here is said in one line. The model stack is
left out, as `ESHI_TEST_WITHOUT` leaves it out of `make test`: the bot must not need it, and not every Python has it.
The exit status is 1 where tests failed or nothing could be run.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

ROOT = Path(__file__).parents[1]
VERSIONS = ("3.11", "3.12", "3.13", "3.14")
EXTRAS = ("dev",)
CONTRACT = "The bot never imports the model stack"
"""The import contract of pyproject.toml that names what the bot must do without."""

_NAME = re.compile(r"[A-Za-z0-9._-]+")
_OWN_EXTRAS = re.compile(r"eshi\[([^\]]+)\]")


def normalized(requirement: str) -> str:
    """Give the name of a requirement as indexes compare names (PEP 503)."""
    name = _NAME.match(requirement)
    return re.sub(r"[-_.]+", "-", name[0]).lower() if name else ""


def stack(project: Mapping[str, dict]) -> list[str]:
    """Name the packages that the bot must do without."""
    [contract] = [one for one in project["tool"]["importlinter"]["contracts"] if one["name"] == CONTRACT]
    return contract["forbidden_modules"]


def requirements(project: Mapping[str, dict], extras: Iterable[str] = EXTRAS) -> list[str]:
    """List what the bot and its tests need, from pyproject.toml: everything but the model stack."""
    without = {normalized(name) for name in stack(project)}
    wanted = [*project["project"]["dependencies"], *_of_extras(project["project"]["optional-dependencies"], extras)]
    return sorted({one for one in wanted if normalized(one) not in without})


def _of_extras(optional: Mapping[str, list[str]], extras: Iterable[str]) -> Iterator[str]:
    for extra in extras:
        for one in optional[extra]:
            if own := _OWN_EXTRAS.fullmatch(one):
                yield from _of_extras(optional, own[1].split(","))
            else:
                yield one


def interpreter(version: str) -> Path | None:
    """Find a Python of this version, on the path or among pyenv's; None if there is none that starts."""
    on_path = shutil.which(f"python{version}")
    pyenv = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")) / "versions"
    newest_first = sorted(pyenv.glob(f"{version}.*"), key=lambda one: [int(n) for n in re.findall(r"\d+", one.name)])
    candidates = [*([Path(on_path)] if on_path else []), *(one / "bin" / "python" for one in reversed(newest_first))]
    return next((one for one in candidates if _version(one) == version), None)


def _version(python: Path) -> str | None:
    """Ask a Python for its version; a pyenv shim of a version that is not chosen only says so, and fails."""
    ask = [str(python), "-c", "import sys; print('%d.%d' % sys.version_info[:2])"]
    try:
        asked = subprocess.run(ask, capture_output=True, text=True, check=False)
    except OSError:
        return None
    return asked.stdout.strip() if asked.returncode == 0 else None


def environment(version: str, python: Path, wanted: list[str]) -> Path:
    """Make an environment, or keep the one that was made from the same; the project itself is taken from its folder.

    Raises:
        subprocess.CalledProcessError: Something could not be installed; pip has said what.
    """
    folder = ROOT / f".venv-{version}"
    own, stamp = folder / "bin" / "python", folder / "made-from"
    made_from = hashlib.sha256("\n".join([*wanted, (ROOT / "constraints.txt").read_text()]).encode()).hexdigest()
    if stamp.exists() and stamp.read_text() == made_from:
        return own
    print(f"Python {version}: installing into {folder.name} …", flush=True)
    subprocess.run([python, "-m", "venv", "--clear", folder], check=True)
    pip = [own, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "-c", ROOT / "constraints.txt"]
    subprocess.run([*pip, *wanted], check=True)
    subprocess.run([*pip, "--no-deps", "--editable", ROOT], check=True)
    stamp.write_text(made_from)
    return own


def tested(python: Path, without: Iterable[str], arguments: Iterable[str]) -> tuple[bool, str]:
    """Run tests; tell whether all passed, and pytest's own count."""
    process = subprocess.Popen(
        [python, "-m", "pytest", *arguments],
        cwd=ROOT,
        env={**os.environ, "ESHI_TEST_WITHOUT": ",".join(without)},
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    count = "no count"
    for line in process.stdout:
        print(line, end="", flush=True)
        if re.search(r"\d+ (passed|failed|error)", line):
            count = line.strip(" =\n")
    return process.wait() == 0, count


def main() -> int:
    parser = argparse.ArgumentParser(prog="make test-pythons", description=__doc__)
    parser.add_argument("--only", nargs="*", metavar="VERSION", help=f"default: {' '.join(VERSIONS)}")
    parser.add_argument("arguments", nargs="*", help="for pytest; default: tests/bot, two files at a time")
    options = parser.parse_args()
    arguments = options.arguments or ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "tests/bot"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    said: list[str] = []
    outcomes: list[bool] = []
    for version in options.only or VERSIONS:
        python = interpreter(version)
        if python is None:
            said.append(f"Python {version} is not here: not run")
            continue
        passed, count = tested(environment(version, python, requirements(project)), stack(project), arguments)
        said.append(f"Python {version}: {count}")
        outcomes.append(passed)
    print("", *said, sep="\n")
    return 0 if outcomes and all(outcomes) else 1


if __name__ == "__main__":
    sys.exit(main())

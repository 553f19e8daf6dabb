"""Tests against a mutant: in a fork of this process, to the first that fails; the files on the disk stay as they are.

A fork starts with everything imported that does not know the mutated module, so that most mutants take a second.
"""

from __future__ import annotations

import importlib
import json
import os
import resource
import select
import signal
import sys
import time
from contextlib import suppress
from importlib.abc import MetaPathFinder
from importlib.machinery import SourceFileLoader
from importlib.util import spec_from_file_location
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING

import grimp
import pytest
from hypothesis import HealthCheck, Phase, settings

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

ROOT = Path(__file__).parents[2]
ROOTS = ("bot", "engine")

SPARE_BYTES = 2 * 1024**3
"""What a mutant may take beyond what the tests take anyway: a loop that collects for ever ends here."""

OPTIONS = (
    *("-x", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--hypothesis-profile=mutants"),
    *("-W", "ignore::pytest.PytestAssertRewriteWarning"),  # plugins are imported already, and hold no assertions
)

# The first example that fails is enough, the smallest is not looked for; and the same mutant always ends the same way.
settings.register_profile(
    "mutants",
    derandomize=True,
    database=None,
    deadline=None,
    phases=(Phase.explicit, Phase.generate),
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)


class Trials:
    """The tests of one source file, in a process that knows no other."""

    def __init__(self, path: Path, tests: Sequence[str]) -> None:
        """Try the tests on the file as it is, and import what they need beside it.

        Raises:
            ValueError: They fail, or there are none.
            RuntimeError: The file is imported already, so that no fork would see a mutant.
        """
        self._path = path
        self._module = ".".join(path.relative_to(ROOT).with_suffix("").parts)
        if self._module in sys.modules:
            raise RuntimeError(f"{self._module} is imported already")
        self._tests = tests
        self._cpu_s, self._wait_s, self._bytes = 600.0, 3600.0, 0
        self._durations: dict[str, float] = {}
        begun = time.monotonic()
        told = self._forked(None)
        if told is None or not told["passed"]:
            raise ValueError(f"the tests fail, or none ran, on {path.relative_to(ROOT)} as it is: {' '.join(tests)}")
        self._durations = told["durations"]
        # A busy machine makes everybody wait; what computes without end is known by its own time.
        self._cpu_s, self._wait_s = 10.0 + 5 * told["cpu_s"], 30.0 + 10 * (time.monotonic() - begun)
        self._bytes = told["bytes"] and told["bytes"] + SPARE_BYTES
        self._import(told["modules"])

    def kills(self, source: str) -> bool:
        """Tell whether a test fails with this source in place of the file's, or does not come to an end."""
        told = self._forked(source)
        return told is None or not told["passed"]

    def _import(self, modules: Sequence[str]) -> None:
        # The graph of import-linter, which is in every environment that has these tests.
        graph = grimp.build_graph(*ROOTS, exclude_type_checking_imports=True, cache_dir=None)
        know_it = {self._module, *graph.find_downstream_modules(self._module)}
        for name in modules:
            own = name.partition(".")[0] in ROOTS
            packages = accumulate(name.split("."), "{}.{}".format)  # a module's packages are imported before it
            if know_it.isdisjoint(packages) and (own or not name.startswith(("test", "conftest", "_pytest", "__main"))):
                with suppress(Exception):  # what cannot be imported by itself is imported by the tests
                    importlib.import_module(name)
        if self._module in sys.modules:
            raise RuntimeError(f"{self._module} is imported by what should not know it")

    def _forked(self, source: str | None) -> dict | None:
        """Run the tests in a fork; None where it was killed or took too long."""
        reader, writer = os.pipe()
        child = os.fork()
        if child == 0:
            os.close(reader)
            try:
                told = self._run(source)
                with os.fdopen(writer, "w") as pipe:
                    json.dump(told, pipe)
            finally:
                os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            told = _read(pipe, time.monotonic() + self._wait_s)
        with suppress(ProcessLookupError):
            os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        return json.loads(told) if told else None

    def _run(self, source: str | None) -> dict:
        os.setpgid(0, 0)
        for stream in (1, 2):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
        resource.setrlimit(resource.RLIMIT_CPU, (int(self._cpu_s), int(self._cpu_s)))
        if self._bytes:
            resource.setrlimit(resource.RLIMIT_AS, (self._bytes, self._bytes))
        if source is not None:
            sys.meta_path.insert(0, _Mutated(self._module, self._path, source))
        watch = _Watch(self._durations)
        passed = pytest.main([*OPTIONS, *self._tests], plugins=[watch]) == pytest.ExitCode.OK
        return {
            "passed": passed,
            "durations": watch.durations,
            "modules": list(sys.modules),
            "cpu_s": time.process_time(),
            "bytes": _address_space(),
        }


def apart(act: Callable[[], bool]) -> bool:
    """Do something in a fork, so that what it imports stays there; tell what it told."""
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        good = False
        try:
            good = act()
        finally:
            sys.stdout.flush()
            os._exit(0 if good else 1)
    return os.waitpid(child, 0)[1] == 0


def _address_space() -> int:
    """Give what this process has mapped, in bytes; 0 where the system does not tell, and then nothing is limited."""
    mapped = Path("/proc/self/statm")
    return int(mapped.read_text().split()[0]) * resource.getpagesize() if mapped.exists() else 0


def _read(pipe, until: float) -> bytes:
    told = b""
    while select.select([pipe], [], [], max(0.0, until - time.monotonic()))[0]:
        part = os.read(pipe.fileno(), 65536)
        if not part:
            return told
        told += part
    return b""


class _Watch:
    """Puts the quickest tests first, and notes how long each takes."""

    def __init__(self, known: dict[str, float]) -> None:
        self._known = known
        self.durations: dict[str, float] = {}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items.sort(key=lambda item: self._known.get(item.nodeid, 0.0))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.durations[report.nodeid] = self.durations.get(report.nodeid, 0.0) + report.duration


class _Mutated(MetaPathFinder):
    """Gives one module from a text, as if it stood in its file."""

    def __init__(self, module: str, path: Path, source: str) -> None:
        self._module, self._path, self._source = module, path, source

    def find_spec(self, name, _path=None, _target=None):
        if name != self._module:
            return None
        return spec_from_file_location(name, self._path, loader=_Source(name, str(self._path), self._source))


class _Source(SourceFileLoader):
    def __init__(self, name: str, path: str, source: str) -> None:
        super().__init__(name, path)
        self._source = source

    def get_code(self, fullname):
        return compile(self._source, self.get_filename(fullname), "exec", dont_inherit=True)

"""What the tests of both halves share."""

import gc
import importlib.abc
import os
import sys
import tempfile

import pytest
from hypothesis import HealthCheck, settings

from tests.weights import move_all

# For every torch, here and in the processes that tests start: how a sum is shared out is how it rounds, and pictures
# that are compared have to round alike. It is read when torch is imported. The tests hold for any number; the engine
# leaves a core free, so on fewer cores than one more, those that compare it as a process of its own are for one thread.
os.environ["OMP_NUM_THREADS"] = os.environ.get("ESHI_TEST_THREADS", "1")

# Nothing that tests start makes a folder in the home of whoever runs them; nothing is compiled into this one.
os.environ.setdefault("TORCHINDUCTOR_CACHE_DIR", f"{tempfile.gettempdir()}/eshi-tests-compile-nothing")

# `make test` tries the same examples every time, and no machine is too slow for it; `make fuzz` looks for new ones.
ANY_SPEED = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow], database=None)
settings.register_profile("test", ANY_SPEED, derandomize=True)
settings.register_profile("fuzz", ANY_SPEED, derandomize=False, print_blob=True)  # also where CI is set
settings.load_profile("test")  # which --hypothesis-profile=fuzz replaces


class _Absent(importlib.abc.MetaPathFinder):
    """Makes packages look as if they were not installed."""

    def __init__(self, packages):
        self.packages = frozenset(packages)

    def find_spec(self, name, _path=None, _target=None):
        if name.partition(".")[0] in self.packages:
            raise ModuleNotFoundError(f"{name} is hidden by ESHI_TEST_WITHOUT", name=name)


if hidden := os.environ.get("ESHI_TEST_WITHOUT"):
    sys.meta_path.insert(0, _Absent(hidden.split(",")))


def pytest_collection_finish():
    """Leave what is imported out of every search for garbage: with torch, each takes half a second."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session")
def tiny_checkpoint(tmp_path_factory):
    """The folder of an SDXL checkpoint with random weights, made on the spot.

    ESHI_TEST_OFFSET lets its files' weights begin so many bytes past a multiple of 64.
    """
    untrained = pytest.importorskip("engine.demo.untrained", reason="torch is not installed")
    folder = untrained.make(tmp_path_factory.mktemp("checkpoint") / "tiny-sdxl")
    return move_all(folder, int(os.environ.get("ESHI_TEST_OFFSET", "0")))

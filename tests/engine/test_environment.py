"""What torch finds in the environment, and where compiled kernels are kept."""

import os
import stat
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from engine import environment

pytest.importorskip("torch")

LOAD = """
import os
import sys
import types
from engine.config import Engine
from engine.loading import load
sys.modules["engine.upscaler"] = types.SimpleNamespace()
sys.modules["engine.model"] = types.SimpleNamespace(read=lambda *_, **__: None)
load(Engine(model=sys.argv[1], device="cpu"), lambda _stage: None)
assert "torch" not in sys.modules
import torch._dynamo
from torch._inductor.runtime.cache_dir_utils import cache_dir
print(os.environ["PYTORCH_ALLOC_CONF"])
print(cache_dir())
"""
"""What an engine does until it imports torch, and then asks torch's compiler where it keeps what it makes."""


def test_an_engine_s_compiler_keeps_kernels_in_the_user_s_cache_folder(tiny_checkpoint, tmp_path):
    """In a fresh process: importing torch's compiler chooses a folder of /tmp where nobody has chosen one."""
    plain = {name: value for name, value in os.environ.items() if name != environment.KERNELS}
    done = subprocess.run(  # noqa: S603  (our own interpreter and program)
        [sys.executable, "-c", LOAD, str(tiny_checkpoint)],
        env=plain | {"XDG_CACHE_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=True,
    )
    folder = tmp_path / "eshi" / "inductor"
    assert done.stdout.splitlines()[-2:] == ["expandable_segments:True", str(folder)]
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IRWXU  # torch executes what it finds there


@pytest.fixture
def kernels(monkeypatch, tmp_path):
    """The folder that is chosen where nobody has chosen one; a cache folder of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    for name in (environment.KERNELS, environment.ALLOCATOR):
        monkeypatch.setenv(name, "")  # to be put back at the end
        monkeypatch.delenv(name)

    def ask():
        environment.prepare()
        return Path(os.environ[environment.KERNELS])

    return ask


def test_the_operator_s_own_folder_stays(kernels, monkeypatch):
    """Whatever it is like."""
    monkeypatch.setenv(environment.KERNELS, "elsewhere")
    assert kernels() == Path("elsewhere")


def test_a_folder_that_others_can_prepare_is_not_used(kernels, tmp_path, caplog):
    """A private one is, for this process alone, and the log says why."""
    folder = tmp_path / "eshi" / "inductor"
    folder.mkdir(parents=True)
    folder.chmod(0o777)
    used = kernels()
    assert used.parent == Path(tempfile.gettempdir())
    assert stat.S_IMODE(used.stat().st_mode) == stat.S_IRWXU
    assert f"others may write into {folder}" in caplog.text


def test_without_a_cache_folder_kernels_are_kept_for_this_process(kernels, tmp_path, caplog):
    """A service often has no home, or none that it may write to."""
    (tmp_path / "eshi").touch()
    assert kernels().parent == Path(tempfile.gettempdir())
    assert "compiled kernels are not kept" in caplog.text


@pytest.mark.parametrize(
    ("name", "release", "expected"),
    [
        ("PYTORCH_ALLOC_CONF", "6.8.0-generic", "expandable_segments:True"),
        ("PYTORCH_CUDA_ALLOC_CONF", "6.8.0-generic", None),
        ("PYTORCH_ALLOC_CONF", "5.15.167.4-microsoft-standard-WSL2", None),
    ],
    ids=["nobody chose", "the operator chose", "WSL2"],
)
def test_memory_grows_in_place_where_it_can(kernels, monkeypatch, name, release, expected):
    """Decoding wants blocks of a gigabyte and the UNet small ones; near the limit they were bought anew each time."""
    monkeypatch.setattr("platform.release", lambda: release)
    if name != "PYTORCH_ALLOC_CONF":
        monkeypatch.setenv(name, "max_split_size_mb:128")
    kernels()
    assert os.environ.get("PYTORCH_ALLOC_CONF") == expected

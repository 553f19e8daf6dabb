"""`python -m engine bench` on a CPU, at a size that takes seconds."""

import contextlib
import json
import os
import subprocess
import sys
import types
import weakref
from typing import ClassVar

import pytest
import torch

from engine import coldstart, compiling, random_weights
from engine.__main__ import BENCH_CASES
from engine.bench import CASES, BenchRow, Task, _drawing, arithmetic, table
from engine.blocks import EAGER, CachedBlocks, Compute
from engine.config import Engine


@pytest.fixture(scope="module")
def tiny():
    return random_weights.make("tiny", Engine(device="cpu"))


def test_it_measures_ours_beside_stock_and_writes_what_it_prints(tmp_path):
    """Seconds a picture and achieved TFLOP/s of every case and batch, the rate of matrix products, and the stages."""
    out = tmp_path / "bench.json"
    done = subprocess.run(  # noqa: S603  (our own interpreter and program)
        [
            *(sys.executable, "-m", "engine", "bench", "--random-weights", "tiny", "--device", "cpu"),
            *("--width", "64", "--height", "96", "--steps", "2", "--batches", "1", "2"),
            *("--cases", "eager", "stock", "--json", str(out)),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(out.read_text())
    assert report["picture"] == "64×96, 2 steps, guidance 5.0"
    values = {row["name"]: row["value"] for row in report["rows"]}
    assert all(value > 0 for value in values.values())
    for case in ("eager", "stock"):
        for batch in (1, 2):
            took, achieved = (values[f"{case}, {batch} at once: {what}"] for what in ("a picture", "achieved"))
            assert took * achieved == pytest.approx(values["arithmetic of a picture"])
    assert {"matrix products", "until it is filled", "stage: a step's UNet call", "stage: decoding and copy"} < set(
        values
    )
    assert all(name in done.stdout for name in values)


def test_a_checkpoint_is_read_from_the_disk_twice(tiny_checkpoint):
    """Once by itself, once as an engine loads it: the difference is what loading costs."""
    said = []
    model, rows = coldstart.measure(Engine(model=str(tiny_checkpoint), device="cpu"), said.append)
    assert model.name == "tiny-sdxl"
    assert [row.name for row in rows][-1] == "until it is loaded"
    assert all(row.value > 0 and row.unit == "s" for row in rows)
    assert ("reading the files" in said) == (len(rows) == 2) == hasattr(os, "posix_fadvise")


def test_the_large_topology_is_sdxl_s():
    """Its numbers of parameters, without making a single weight."""
    with torch.device("meta"):
        unet = random_weights.UNet2DConditionModel.from_config(random_weights.UNET)
        vae = random_weights.AutoencoderKL.from_config(random_weights.VAE)
    assert sum(part.numel() for part in unet.parameters()) == 2_567_463_684
    assert sum(part.numel() for part in vae.parameters()) == 83_653_863


class _Graph:
    """Stands in for a CUDA graph: replays what was called while it was captured."""

    modes: ClassVar = []

    def replay(self):
        """The output keeps what was captured."""

    @classmethod
    @contextlib.contextmanager
    def capture(cls, _graph, capture_error_mode="global"):
        cls.modes.append(capture_error_mode)
        yield


@pytest.fixture
def captures(monkeypatch):
    """Lets graphs be captured without a device; the error modes that they were captured with."""
    stream = types.SimpleNamespace(wait_stream=lambda _other: None)
    for name, stand_in in (
        ("CUDAGraph", _Graph),
        ("graph", _Graph.capture),
        ("Stream", lambda _device: stream),
        ("stream", lambda _stream: contextlib.nullcontext()),
        ("current_stream", lambda _device: stream),
    ):
        monkeypatch.setattr(torch.cuda, name, stand_in)
    monkeypatch.setattr(_Graph, "modes", [])
    return _Graph.modes


def test_what_a_graph_reads_is_kept_as_long_as_the_graph(tiny, captures):
    """A batch of another size has keys and values of its own; where the first ones were would be somebody else's."""
    task = Task(64, 64, 1, cases=("graphed",))
    blocks = tiny.cached_blocks.transformers
    with torch.inference_mode(), _drawing(tiny, task, "graphed") as (_, draw):
        draw(1)
        of_one = [weakref.ref(part) for block in blocks for part in block.prompt[1]]
        draw(2)
        assert all(part() is not None for part in of_one)
        assert all(block.prompt[1].key is not of_one[0]() for block in blocks)
        draw(1)
    tiny.cached_blocks.forget()
    assert captures == ["thread_local"] * 2  # what another thread allocates meanwhile breaks nothing


def test_the_best_path_is_measured(tiny, captures, monkeypatch):
    """Graphs over compiled blocks; captured over eager ones alone, they say nothing of it."""
    monkeypatch.setattr(compiling, "compiled", lambda: compute)
    used = []
    compute = Compute(lambda *inputs: used.append(len(captures)) or EAGER.transformer(*inputs), EAGER.resnet)
    assert "compiled-graphed" in CASES
    assert list(CASES) == BENCH_CASES
    with torch.inference_mode(), _drawing(tiny, Task(64, 64, 1), "compiled-graphed") as (_, draw):
        draw(1)
    tiny.cached_blocks.forget()
    torch.compiler.set_stance("default")
    assert captures
    assert used[-1] == len(captures)  # while it was captured


def test_a_picture_s_arithmetic_is_that_of_its_calls(tiny):
    """Twice the steps, twice the UNet."""
    few, many, none = (arithmetic(tiny, Task(64, 64, steps)) for steps in (1, 2, 0))
    assert many - few == pytest.approx(few - none)
    assert none > 0


def test_random_weights_are_no_zeros(tiny):
    """A chip draws less power on zeros, and is faster than on any picture."""
    assert isinstance(tiny.cached_blocks, CachedBlocks)
    weights = torch.cat([part.flatten() for part in tiny.unet.parameters() if part.dim() > 1])
    assert (weights == 0).float().mean() < 0.001
    assert weights.std() > 0


def test_the_table_lines_up():
    rows = [BenchRow("a", 0.5, "s"), BenchRow("matrix products", 1234.5, "TFLOP/s")]
    assert list(table(rows)) == ["a                    0.500 s", "matrix products  1,234.500 TFLOP/s"]

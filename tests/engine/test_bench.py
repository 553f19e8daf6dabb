"""`python -m engine bench` on a CPU, at a size that takes seconds."""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

import engine.bench
from engine import bench_command, coldstart, compiling, random_weights, stock_pipeline
from engine.bench import CASES, BenchRow, Task, _drawing, arithmetic, choose
from engine.bench_command import BENCH_CASES
from engine.blocks import EAGER, CachedBlocks
from engine.config import Engine
from engine.placing import place
from tests.engine import failures, recordings


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
    assert values["eager: differs from the stock pipeline by"] == 0  # a CPU's bits
    assert all(value > 0 for name, value in values.items() if "differs" not in name and "company" not in name)
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


def test_the_program_that_compares_a_whole_topology_works():
    """With networks of no size here; `make topology` takes SDXL's."""
    command = [sys.executable, "-m", "tests.topology", "tiny"]
    root = Path(__file__).parents[2]
    ended = subprocess.run(command, capture_output=True, text=True, check=True, cwd=root)  # noqa: S603  our own
    assert ended.stdout.startswith("every bit is the same\n")


def test_the_engine_says_which_way_it_would_choose(tiny):
    """And leaves the model in the plain way."""
    with torch.inference_mode():
        rows = list(choose(tiny, Task(64, 64, 1, cases=("eager",))))
    assert [row.name.startswith("the engine would choose: ") for row in rows].count(True) == 1
    assert rows[0].name == "trial of joined: differs from the plain way by"
    assert tiny.cached_blocks.compute is EAGER


def test_every_way_is_measured():
    """Captured are the compiled blocks: of eager ones alone, recordings say nothing of the best path."""
    assert list(CASES) == BENCH_CASES
    assert {"eager", "compiled", "captured", "stock", "stock-compiled"} < set(CASES)


def test_what_is_captured_in_the_bench_is_compiled(tiny, monkeypatch):
    compute = EAGER._replace(transformer=lambda *inputs: used.append(None) or EAGER.transformer(*inputs))
    used = []
    monkeypatch.setattr(compiling, "compiled", lambda: compute)
    monkeypatch.setattr(engine.bench, "on_cuda", lambda _device: recordings.record)
    with torch.inference_mode(), _drawing(tiny, Task(64, 64, 4), "captured") as (_, draw):
        used.clear()
        draw(1)
        calls = len(used)
        draw(1)
    torch.compiler.set_stance("default")
    assert 0 < calls == len(used)  # the second picture was played
    assert tiny.cached_blocks.captured is None


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


def test_random_weights_are_made_in_the_numbers_that_they_are_used_in(monkeypatch):
    """In float32 SDXL's take 14 GB, which a card of 12 has not."""
    made = []

    def note(network, device, dtype):
        made.append({part.dtype for part in network.parameters()} == {dtype})
        return place(network, device, dtype)

    monkeypatch.setattr(random_weights, "place", note)
    random_weights.make("tiny", Engine(device="cpu", dtype="bfloat16"))
    assert made == [True] * 4
    assert torch.get_default_dtype() == torch.float32


def test_rows_line_up():
    lines = [row.line for row in (BenchRow("a", 0.5, "s"), BenchRow("matrix products", 1234.5, "TFLOP/s"))]
    assert [line.split() for line in lines] == [["a", "0.500", "s"], ["matrix", "products", "1,234.500", "TFLOP/s"]]
    assert len({line.index(".") for line in lines}) == 1
    assert BenchRow("a", None, "no room").line.endswith(" - no room")


@pytest.fixture
def bench(tmp_path):
    """Runs the command for two batches in this process; the rows that it has written, by name."""
    command = argparse.ArgumentParser()
    bench_command.add_options(command)
    out = tmp_path / "bench.json"
    options = "--random-weights tiny --device cpu --width 64 --height 64 --steps 1 --batches 1 2 4 --cases stock eager"

    def bench():
        assert bench_command.run(command.parse_args([*options.split(), "--json", str(out)])) == 0
        return {row["name"]: row for row in json.loads(out.read_text())["rows"]}

    return bench


def test_where_a_batch_has_no_room_the_rest_is_measured(bench, monkeypatch):
    """As of the stock pipeline, which decodes all of a batch at once: 3.9 GB a picture."""
    draw, tried = stock_pipeline.draw, []

    def small_card(pipeline, batch, *others):
        tried.append(batch)
        if batch > 1:
            raise failures.allocator()
        return draw(pipeline, batch, *others)

    monkeypatch.setattr(stock_pipeline, "draw", small_card)
    rows = bench()
    assert rows["stock, 1 at once: a picture"]["value"] > 0
    assert rows["stock, 2 at once: a picture"] == {
        "name": "stock, 2 at once: a picture",
        "value": None,
        "unit": "no room",
    }
    assert max(tried) == 2
    assert rows["eager, 4 at once: a picture"]["value"] > 0
    assert rows["eager: differs from the stock pipeline by"]["value"] == 0
    assert "stage: decoding and copy" in rows


def test_what_was_measured_is_written_whatever_comes_later(bench, monkeypatch, tmp_path):
    """A case without any room is named; what is no lack of room is raised."""

    def full(_model):
        raise failures.allocator()

    def broken(*_):
        raise RuntimeError("broken")
        yield

    monkeypatch.setattr(stock_pipeline, "make", full)
    monkeypatch.setattr(engine.bench, "stages", broken)
    with pytest.raises(RuntimeError, match="broken"):
        bench()
    rows = {row["name"]: row for row in json.loads((tmp_path / "bench.json").read_text())["rows"]}
    assert rows["stock"] == {"name": "stock", "value": None, "unit": "no room"}
    assert rows["eager, 4 at once: a picture"]["value"] > 0


def test_a_stock_pipeline_that_failed_halfway_draws_the_same_again(tiny):
    """Its VAE is in float32 then."""
    task = Task(64, 64, 1)
    with torch.inference_mode():
        pipeline, texts = stock_pipeline.make(tiny), stock_pipeline.texts(tiny, task)
        expected = stock_pipeline.draw(pipeline, 1, task, texts)
        pipeline.vae.to(torch.float64)
        assert torch.equal(stock_pipeline.draw(pipeline, 1, task, texts), expected)


def test_stock_draws_the_same_where_text_encoders_are_on_the_host(tiny, monkeypatch):
    """It is given the encoded prompt then, and the report says so."""
    task = Task(64, 64, 1)
    with torch.inference_mode():
        pipeline = stock_pipeline.make(tiny)
        texts = stock_pipeline.texts(tiny, task)
        expected = [stock_pipeline.draw(pipeline, batch, task, texts) for batch in (1, 2)]
        monkeypatch.setattr(stock_pipeline, "texts_on_host", lambda _model: True)
        texts = stock_pipeline.texts(tiny, task)
        assert torch.equal(stock_pipeline.draw(pipeline, 1, task, texts), expected[0])
        torch.testing.assert_close(stock_pipeline.draw(pipeline, 2, task, texts), expected[1])
    assert "encoded prompt" in engine.bench.report(tiny, task, ())["text encoders"]


def _fails(*_):
    raise failures.allocator()


@pytest.mark.parametrize("joined", [_fails, lambda *inputs: 2 * EAGER.transformer(*inputs)], ids=["fails", "different"])
def test_where_no_way_was_timed_the_plain_one_has_no_time(tiny, monkeypatch, joined):
    monkeypatch.setattr("engine.choice.JOINED", EAGER._replace(transformer=joined))
    with torch.inference_mode():
        rows = list(choose(tiny, Task(64, 64, 1, cases=("eager",))))
    assert rows[-1] == ("the engine would choose: plain", None, "not timed")

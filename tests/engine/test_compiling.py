"""The UNet's blocks compiled, counted by the compiler itself; its own trivial backend, which needs no C++ compiler."""

import dataclasses
import itertools
import threading

import pytest
import torch
from torch._dynamo.exc import BackendCompilerFailed
from torch._dynamo.utils import counters
from torch._inductor.graph import GraphLowering

from engine import compiling
from engine.blocks import EAGER, CachedBlocks, run_untimed_resnet, untimed_resnets
from engine.conditioning import encode
from engine.denoise import Key, Sample, predict_noise
from engine.timing import call_unet
from engine.wire import SamplingParams

SIZES = (
    *((1024, 1024), (1152, 896), (896, 1152), (1216, 832), (832, 1216)),
    *((1344, 768), (768, 1344), (1536, 640), (640, 1536)),
)
"""All that the bot offers; the model card's."""
COMPANIES = [(2, 1), (4, 1), (1, 1), (2, 3), (6, 1), (2, 2), (3, 1), (1, 2), (8, 1)]
"""Rows of the call and chunks of the prompts, of which every size gets one."""


@pytest.fixture
def fresh(model):
    """The model with a UNet that nobody else computes with, as if torch had never compiled anything."""
    torch.compiler.reset()
    counters.clear()
    unet = type(model.unet).from_config(model.unet.config).eval().requires_grad_(requires_grad=False)
    unet.load_state_dict(model.unet.state_dict())
    yield dataclasses.replace(model, unet=unet, cached_blocks=CachedBlocks(unet))
    torch.compiler.set_stance("default")
    torch.compiler.reset()


def drawn(model):
    size = {"width": 64, "height": 96}
    conditioning = encode(model, "red hair", "lowres", **size)
    sample = Sample(model, conditioning, SamplingParams(sampler="euler", num_inference_steps=3, **size), seed=0)
    while not sample.finished:
        sample.advance(*predict_noise(model, [sample]))
    return sample.latents


def test_one_shape_compiles_for_all_sizes_batches_and_prompts(fresh):
    """No recompilation over the nine sizes, one to eight rows, and one to three chunks."""
    compute = compiling.compiled("eager")
    compiling.warm(fresh, compute, [Key(height=1216, width=832, chunks=1)])
    graphs = counters["stats"]["unique_graphs"]
    assert graphs > 0
    torch.compiler.set_stance("fail_on_recompile")
    with fresh.cached_blocks.trying(compute):
        for (width, height), (rows, chunks) in zip(SIZES, COMPANIES, strict=True):
            call_unet(fresh, Key(height=height, width=width, chunks=chunks), rows)
    assert counters["stats"]["unique_graphs"] == graphs


def test_the_vae_s_blocks_are_compiled_once_for_all_sizes(fresh):
    """Each form of them in a pause; what they decode and encode has the same bits."""
    blocks, traced = untimed_resnets(fresh.vae), []
    compute = compiling.compiled_vae("eager")

    def wait():
        traced.append(counters["stats"]["unique_graphs"])

    compiling.warm_vae(fresh, compute, wait)
    wait()
    assert traced[0] == 0
    assert max(after - before for before, after in itertools.pairwise(traced)) == 1
    assert {one.compute for one in blocks} == {run_untimed_resnet}
    torch.compiler.set_stance("fail_on_recompile")
    for height, width in ((48, 40), (40, 48), (48, 48)):  # of much smaller ones a CPU convolves some in another way
        latents = torch.randn(1, 4, height, width)
        pixels = torch.randn(1, 3, 8 * height, 8 * width)
        found = []
        for run in (run_untimed_resnet, compute):
            for one in blocks:
                one.compute = run
            with torch.inference_mode():
                found.append((fresh.vae.decode(latents).sample, fresh.vae.encode(pixels).latent_dist.mode()))
        for one in blocks:
            one.compute = run_untimed_resnet
        assert all(map(torch.equal, *found))


def test_it_is_drawn_with_what_was_compiled_as_soon_as_it_is_ready(fresh):
    """Nobody waits for the compiler, and pictures stay the same."""
    before, ready = drawn(fresh), threading.Event()
    thread = compiling.start(fresh, [Key(height=96, width=64, chunks=1)], ready.set, backend="eager")
    assert torch.equal(drawn(fresh), before)
    thread.join()
    assert ready.is_set()
    assert fresh.cached_blocks.compute.transformer is not EAGER.transformer
    torch.compiler.set_stance("fail_on_recompile")  # what was compiled in that thread is good for this one
    assert torch.equal(drawn(fresh), before)


def test_another_model_is_compiled_in_the_same_process(fresh):
    """Where the first one's compiling is over, which lets nothing be compiled any more."""
    keys, graphs = [Key(height=96, width=64, chunks=1)], []

    def backend(graph, _inputs):
        graphs.append(graph)
        return graph.forward

    compiling.start(fresh, keys, lambda: None, backend="eager").join()
    fresh.cached_blocks.compute = EAGER
    compiling.start(fresh, keys, lambda: None, backend=backend).join()
    assert graphs


def test_a_compiler_that_nobody_wants_any_more_ends_at_its_next_pause(fresh):
    """And says that it is over."""
    waits, over = [], threading.Event()

    def wait():
        waits.append(None)
        raise compiling.Abandoned

    keys = [Key(height=96, width=64, chunks=1)]
    compiling.start(fresh, keys, pytest.fail, backend="eager", wait=wait, over=over.set).join()
    assert len(waits) == 1
    assert over.is_set()
    assert fresh.cached_blocks.compute is EAGER


def test_where_nothing_can_be_compiled_it_stays_as_it_is(fresh, caplog):
    """With a line for the operator."""

    def broken(_graph, _inputs):
        raise RuntimeError("no compiler found")

    compiling.start(fresh, [Key(height=96, width=64, chunks=1)], pytest.fail, backend=broken).join()
    assert "the UNet is not compiled and stays as it is" in caplog.text
    assert fresh.cached_blocks.compute.transformer is EAGER.transformer
    assert drawn(fresh).isfinite().all()


def test_blocks_of_one_kind_that_cannot_be_compiled_leave_the_others(fresh, caplog):
    """Each kind is used when it is ready; a line names what stays as it is."""
    kind, other = "transformer", "resnet"
    broken = []

    def no_attention(graph, _inputs):
        if any("attention" in str(node.target) for node in graph.graph.nodes):
            broken.append(graph)
            raise RuntimeError("no such instruction")
        return graph.forward

    before, ready = drawn(fresh), threading.Event()
    compiling.start(fresh, [Key(height=96, width=64, chunks=1)], ready.set, backend=no_attention).join()
    assert ready.is_set()
    assert broken
    assert f"not compiled: {kind}" in caplog.text
    assert getattr(fresh.cached_blocks.compute, kind) is getattr(EAGER, kind)
    assert getattr(fresh.cached_blocks.compute, other) is not getattr(EAGER, other)
    assert torch.equal(drawn(fresh), before)


def test_it_is_compiled_graph_by_graph_in_pauses_and_first_for_guided_pictures(fresh):
    """What the compiler traces keeps the interpreter, while somebody's picture may be drawn.

    A call of one row compiles everything once more, and nobody waits for that.
    """
    traced, rows, until_done = [], [], []

    def wait():
        traced.append(counters["stats"]["unique_graphs"])

    hook = fresh.unet.register_forward_pre_hook(lambda _unet, inputs: rows.append(len(inputs[0])))
    keys = [Key(height=96, width=64, chunks=1)]
    compiling.start(fresh, keys, lambda: until_done.extend(rows), backend="eager", wait=wait).join()
    hook.remove()
    wait()
    assert traced[0] == 0
    assert max(after - before for before, after in itertools.pairwise(traced)) == 1
    assert until_done == [2, 2]
    assert rows == [2, 2, 1]


@pytest.mark.parametrize(
    ("asked", "device", "is_wanted"),
    [("auto", "cuda", True), ("auto", "cpu", False), ("on", "cpu", True), ("off", "cuda", False)],
)
def test_it_compiles_on_cuda_unless_the_operator_says_otherwise(asked, device, is_wanted):
    assert compiling.wanted(asked, torch.device(device)) == is_wanted


@pytest.mark.filterwarnings("ignore:`torch.jit.script_method` is deprecated")  # the compiler's own import
def test_convolutions_keep_their_layout_whatever_the_size(fresh, monkeypatch):
    """As the compiler itself decides for a ResNet block, where oneDNN does not decide for it."""
    decided, decide = [], GraphLowering.decide_layout_opt

    def look(graph, *, is_inference):
        decided.append(decide(graph, is_inference=is_inference))
        raise RuntimeError("enough was seen")  # nothing is built

    monkeypatch.setattr(GraphLowering, "decide_layout_opt", staticmethod(look))
    block = fresh.cached_blocks.resnets[0]._block
    states = torch.randn(2, block.in_channels, 12, 8), torch.randn(2, block.time_emb_proj.in_features)
    monkeypatch.setattr("torch.backends.mkldnn.is_available", lambda: False)
    with pytest.raises(BackendCompilerFailed, match="enough"):
        compiling.compiled().resnet(block, *states)
    assert decided == [True]

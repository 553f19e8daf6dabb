"""Recorded UNet calls against plain ones; a recording plays operations over the same memory, as a CUDA graph does."""

import contextlib
import dataclasses
import types

import pytest
import torch

from engine import compiling, memory
from engine.blocks import EAGER, JOINED, CachedBlocks
from engine.captured import AFTER, Captured, on_cuda
from engine.conditioning import encode
from engine.denoise import Key, Sample, predict_noise
from engine.placing import place
from engine.timing import some_inputs, some_prompt
from engine.unet_call import call_plainly
from engine.wire import SamplingParams
from tests.engine import failures, recordings
from tests.engine.batches import finals, request

KEY = Key(height=96, width=64, chunks=1)
SIZE = {"width": 64, "height": 96}


@pytest.fixture
def own(model):
    """The model with a UNet that nobody else computes with."""
    torch.compiler.reset()
    unet = type(model.unet).from_config(model.unet.config)
    unet.load_state_dict(model.unet.state_dict())
    yield dataclasses.replace(
        model, unet=(unet := place(unet, model.device, model.dtype)), cached_blocks=CachedBlocks(unet)
    )
    torch.compiler.set_stance("default")
    torch.compiler.reset()


class Made:
    """Makes recordings, and keeps count of them and of how often each was played."""

    def __init__(self):
        self.played = []

    def __call__(self, action):
        play = recordings.record(action)
        number = len(self.played)
        self.played.append(0)

        def counted():
            self.played[number] += 1
            return play()

        return counted


def captured(model, **options):
    made = Made()
    model.cached_blocks.captured = Captured(model.cached_blocks, made, **options)
    return made


def sample(model, prompt="red hair", steps=6, **size):
    size = SIZE | size
    return Sample(
        model,
        encode(model, prompt, "lowres", **size),
        SamplingParams(sampler="euler", num_inference_steps=steps, **size),
        seed=0,
    )


def drawn(model, *prompts, **options):
    """Draw together, one step after another."""
    samples = [sample(model, prompt, **options) for prompt in prompts]
    while not samples[0].finished:
        for one, noise_pred in zip(samples, predict_noise(model, samples), strict=True):
            one.advance(noise_pred)
    return [one.latents for one in samples]


def test_a_recorded_call_has_the_bits_of_a_plain_one(own):
    """Over all steps of a picture, for other prompts and companies, and after others came in between."""
    companies = [("red hair",), ("blue hair",), ("red hair", "night"), ("red hair",)]
    expected = [drawn(own, *prompts) for prompts in companies]
    made = captured(own)
    for prompts, before in zip(companies, expected, strict=True):
        assert all(map(torch.equal, drawn(own, *prompts), before))
    assert len(made.played) == 2  # of one picture, and of two
    assert made.played[0] > 3 * (6 - AFTER)


def test_a_shape_is_recorded_when_it_has_been_called_often_enough(own):
    made = captured(own)
    drawn(own, "red hair", steps=AFTER)
    assert not made.played
    drawn(own, "red hair", steps=1)
    assert made.played == [1]


def test_few_recordings_are_kept_and_those_that_were_used_last(own):
    """Each holds memory of the device."""
    made = captured(own, after=0, most=2)
    for width in (64, 72, 64, 80, 64):
        drawn(own, "red hair", steps=1, width=width)
    assert len(made.played) == 3
    drawn(own, "red hair", steps=1, width=72)
    assert len(made.played) == 4


def test_a_batch_draws_through_it_what_it_draws_without(own):
    """Pictures that come and go, of one size and another, in the real batch."""
    wishes = [request(seeds=(1, 2), num_inference_steps=5), request(seeds=(3,), num_inference_steps=4, width=96)]
    expected = [finals(own, wish) for wish in wishes]
    made = captured(own, after=0)
    for wish, before in zip(wishes, expected, strict=True):
        after = finals(own, wish)
        assert all(torch.equal(after[number], latents) for number, latents in before.items())
    assert sum(made.played) >= 9


@pytest.mark.parametrize("way", ["plain", "joined", "compiled", "captured", "captured over joined"])
def test_what_is_written_into_weights_in_place_shows_in_every_way(own, way):
    """And what was written back is the picture as it was."""
    if way == "compiled":
        own.cached_blocks.compute = compiling.compiled("eager", JOINED)
        compiling.warm(own, own.cached_blocks.compute, [KEY], rows=(2,))
    elif "joined" in way:
        own.cached_blocks.compute = JOINED
    if "captured" in way:
        captured(own, after=0)

    def picture():
        [latents] = drawn(own, "red hair", steps=2)
        return latents

    before = picture()
    block = own.cached_blocks.transformers[0].block
    changed = [getattr(block.attn1, f"to_{name}").weight for name in "qkv"]
    changed += [block.attn2.to_k.weight, block.attn2.to_v.weight, block.ff.net[2].weight]
    with plain(own.cached_blocks):
        expected = [with_another(own, weight, picture) for weight in changed]
    for weight, latents in zip(changed, expected, strict=True):
        assert not torch.allclose(latents, before)
        torch.testing.assert_close(with_another(own, weight, picture), latents)
    own.cached_blocks.forget()
    assert torch.equal(picture(), before)


@contextlib.contextmanager
def plain(blocks):
    """Let nothing be joined, compiled or captured for a while."""
    kept = blocks.compute, blocks.captured
    blocks.compute, blocks.captured = EAGER, None
    yield
    blocks.compute, blocks.captured = kept


def with_another(model, weight, picture):
    original = weight.clone()
    weight.mul_(1.5)
    model.cached_blocks.forget()
    try:
        return picture()
    finally:
        weight.copy_(original)
        model.cached_blocks.forget()


def test_keys_and_values_are_filled_once_for_a_company(own):
    """They are computed outside of the recording, and not at every step."""
    counted = []
    own.cached_blocks.transformers[0].block.attn2.to_k.register_forward_pre_hook(lambda *_: counted.append(None))
    captured(own, after=0)
    drawn(own, "red hair")
    first = len(counted)
    drawn(own, "blue hair")
    drawn(own, "blue hair", steps=20)
    assert first == 2  # where the recording reads them, and to fill that
    assert len(counted) == 2 + 2  # another sample has embeddings of its own, even of the same words


def refused(own, failure):
    """Let every recording fail, and list the tries."""
    tries = []

    def refuse(_action):
        tries.append(None)
        raise failure()

    own.cached_blocks.captured = Captured(own.cached_blocks, refuse, after=0)
    return tries


@pytest.mark.parametrize("failure", [failures.allocator, failures.driver], ids=lambda failure: failure.__name__)
def test_without_room_for_a_recording_it_is_called_plainly(own, failure, caplog):
    """What recordings held is given back, and none is tried for a while."""
    expected = drawn(own, "red hair")
    tries = refused(own, failure)
    assert torch.equal(drawn(own, "red hair")[0], expected[0])
    assert len(tries) == 1
    assert "a step is not recorded" in caplog.text


@pytest.mark.parametrize("failure", failures.CAPTURES, ids=lambda failure: failure.__name__)
def test_a_device_that_refuses_a_recording_is_not_asked_again(own, monkeypatch, failure):
    """Not even after a while, for it has nothing to do with room."""
    expected = drawn(own, "red hair")
    monkeypatch.setattr(memory, "AGAIN_S", 0.0)
    tries = refused(own, failure)
    assert torch.equal(drawn(own, "red hair")[0], expected[0])
    assert len(tries) == 1


def test_what_recordings_hold_is_given_back_where_pictures_have_no_room(own):
    """And a picture of the same shape is called plainly then."""
    made = captured(own, after=0)
    drawn(own, "red hair", steps=1)
    own.cached_blocks.give_back()
    drawn(own, "red hair", steps=1)
    assert made.played == [1]


def test_a_lost_device_is_no_lack_of_room(own):
    def lose(_action):
        raise failures.lost()

    own.cached_blocks.captured = Captured(own.cached_blocks, lose, after=0)
    with pytest.raises(torch.AcceleratorError):
        drawn(own, "red hair", steps=1)


def test_another_computation_that_is_tried_is_not_recorded(own):
    """It may be another thread's, and a recording is the drawing thread's."""
    made = captured(own, after=0)
    inputs = some_inputs(own, KEY, 2, some_prompt(own, KEY, 2))
    with own.cached_blocks.trying(JOINED):
        own.cached_blocks.call(own.unet, inputs)
    assert not made.played
    assert torch.equal(own.cached_blocks.call(own.unet, inputs), call_plainly(own.unet, inputs))
    assert made.played == [1]


class Graph:
    """Stands in for a CUDA graph, which is made on a device alone."""

    def __init__(self, log):
        self._log = log

    def replay(self):
        self._log.append("played")


def test_graphs_are_made_aside_in_one_memory_and_break_on_nobody_s_copies(monkeypatch):
    """What another thread allocates meanwhile, as a pinned copy, is no error of a graph that is thread-local."""
    log, aside, main = [], types.SimpleNamespace(), types.SimpleNamespace()
    for stream, name in ((aside, "aside"), (main, "main")):
        stream.wait_stream = lambda _other, name=name: log.append(f"{name} waits")

    @contextlib.contextmanager
    def graph(_made, **how):
        log.append(("graph", how))
        yield

    for name, stand_in in (
        ("graph_pool_handle", lambda: "pool"),
        ("Stream", lambda _device: aside),
        ("current_stream", lambda _device: main),
        ("stream", lambda stream: contextlib.nullcontext(log.append("aside" if stream is aside else "?"))),
        ("CUDAGraph", lambda: Graph(log)),
        ("graph", graph),
    ):
        monkeypatch.setattr(torch.cuda, name, stand_in)
    play = on_cuda(torch.device("cuda"))(lambda: log.append("called") or "output")
    assert play() == "output"
    how = {"pool": "pool", "stream": aside, "capture_error_mode": "thread_local"}
    assert log == ["aside waits", "aside", "called", "main waits", ("graph", how), "called", "played"]

"""What the engine does when the device has no room or a picture comes out black, on real modules that fail."""

import contextlib
import copy
import dataclasses

import numpy as np
import pytest
import torch

from engine import decode as plain
from engine.encode import encode_image
from engine.errors import NumericalFailure, OutOfMemory
from engine.memory import AGAIN_S, Limit
from engine.rescue import TILES, decode
from engine.wire import Failed, Finished, Picture
from tests.engine import failures
from tests.engine.batches import Bench, request


@contextlib.contextmanager
def failing(module, error, fails):
    """Let a real module raise where `fails` says so of its first input; yields the inputs' sizes."""
    sizes = []

    def look(_module, inputs):
        sizes.append(tuple(inputs[0].shape[-2:]))
        if fails(inputs[0]):
            raise error

    handle = module.register_forward_pre_hook(look)
    try:
        yield sizes
    finally:
        handle.remove()


@contextlib.contextmanager
def spoiled(module, spoil):
    """Let a real module answer what `spoil` makes of its output."""
    handle = module.register_forward_hook(lambda _module, _inputs, output: spoil(output))
    try:
        yield
    finally:
        handle.remove()


NO_ROOM = torch.OutOfMemoryError("Tried to allocate 2 GiB")


@pytest.fixture
def now():
    """What a clock says, in seconds; a test moves it on."""
    return [0.0]


@pytest.fixture
def model(model, now):
    """The shared model, which has learned of no lack of memory yet."""
    return dataclasses.replace(model, decodes_at_once=Limit(lambda: now[0]))


@pytest.fixture
def latents():
    return torch.randn(1, 4, 80, 96, generator=torch.Generator().manual_seed(0)) * 9


def halved(model):
    """The same with a VAE of its own in sixteen bits, as one is loaded, and a limit of its own in thirty-two."""
    with torch.inference_mode(mode=False):
        vae = copy.deepcopy(model.vae).to(torch.bfloat16)
    return dataclasses.replace(model, vae=vae, in_float32_at_once=Limit())


def larger_than(side):
    return lambda latents: max(latents.shape[-2:]) > side


def test_a_decode_without_room_is_tried_once_more_whole(model, latents):
    """What other work had not yet given back is no reason for seams."""
    expected = plain.decode(model, latents)
    first = iter([True])
    with failing(model.vae.decoder, NO_ROOM, lambda _: next(first, False)) as sizes:
        assert np.array_equal(decode(model, latents), expected)
    assert sizes == [(80, 96), (80, 96)]


class Recordings:
    """Hold all the room that there is until they are dropped."""

    def __init__(self):
        self.dropped = 0

    def drop(self):
        self.dropped += 1


@pytest.mark.parametrize("way", ["decode", "encode"])
def test_recordings_give_their_room_to_a_whole_picture(model, latents, monkeypatch, way):
    """They can be made again, and tiles change a picture."""
    held = Recordings()
    monkeypatch.setattr(model.cached_blocks, "captured", held)
    model = dataclasses.replace(model, encodes_at_once=Limit())
    part, limit = (
        (model.vae.decoder, model.decodes_at_once) if way == "decode" else (model.vae.encoder, model.encodes_at_once)
    )
    with failing(part, NO_ROOM, lambda _: not held.dropped) as sizes:
        if way == "decode":
            decode(model, latents)
        else:
            encode_image(model, torch.rand(1, 3, 96, 64), None)
    assert len(set(sizes)) == 1
    assert held.dropped == 1
    assert limit.most == torch.inf


def test_then_it_is_decoded_in_tiles_and_looks_alike(model, latents):
    """The largest tiles that have room; once there is room again, the next picture is decoded whole."""
    expected = plain.decode(model, latents)
    with failing(model.vae.decoder, NO_ROOM, larger_than(64)) as sizes:
        tiled = decode(model, latents)
    assert sizes[:2] == [(80, 96)] * 2
    assert max(sizes[2:]) == (64, 64)
    assert tiled.shape == expected.shape
    assert np.abs(tiled.astype(int) - expected).mean() < 16
    model.decodes_at_once.forget()
    assert np.array_equal(decode(model, latents), expected)


def test_what_had_no_room_is_not_tried_at_every_picture(model, latents, now):
    """Only after a while, when somebody else may have given the card back."""
    with failing(model.vae.decoder, NO_ROOM, larger_than(64)) as sizes:
        for _ in range(3):
            decode(model, latents)
        assert sizes.count((80, 96)) == 2
        decode(model, latents[..., :64, :64])
        assert sizes[-1] == (64, 64)  # whole, because so much has had room
        now[0] += AGAIN_S
        decode(model, latents)
    assert sizes.count((80, 96)) == 4


def test_tiles_that_had_no_room_are_not_tried_either(model, latents):
    """But the smallest always are."""
    with failing(model.vae.decoder, NO_ROOM, larger_than(32)) as sizes:
        for _ in range(2):
            decode(model, latents)
    assert sizes.count((64, 64)) == 1
    with failing(model.vae.decoder, NO_ROOM, lambda _: True) as sizes, pytest.raises(OutOfMemory):
        decode(model, latents)
    assert sizes == [(32, 32)]


def test_without_room_for_the_smallest_tile_it_is_out_of_memory(model, latents):
    with failing(model.vae.decoder, NO_ROOM, lambda _: True) as sizes, pytest.raises(OutOfMemory, match="2 GiB"):
        decode(model, latents)
    assert len(sizes) == 2 + len(TILES)
    assert not model.vae.use_tiling


@pytest.mark.parametrize("failure", [*failures.NO_ROOM, failures.cudnn_plans], ids=lambda failure: failure.__name__)
def test_whoever_has_no_room_it_is_decoded_in_tiles(model, latents, failure):
    """The allocator, cuDNN, cuBLAS or the driver, by their real words."""
    with failing(model.vae.decoder, failure(), larger_than(64)) as sizes:
        decode(model, latents)
    assert max(sizes[2:]) == (64, 64)


def test_where_no_tile_works_either_it_is_perhaps_no_lack_of_memory(model, latents):
    """Some cards have no way to convolve what they were asked to; that is said as it is."""
    with (
        failing(model.vae.decoder, failures.cudnn_plans(), lambda _: True),
        pytest.raises(RuntimeError, match="unable to find an engine"),
    ):
        decode(model, latents)


def test_another_error_is_not_taken_for_a_lack_of_room(model, latents):
    """It would fail in tiles, too, and its reason would be lost."""
    with (
        failing(model.vae.decoder, RuntimeError("mat1 and mat2"), lambda _: True) as sizes,
        pytest.raises(RuntimeError, match="mat1"),
    ):
        decode(model, latents)
    assert len(sizes) == 1


@pytest.mark.parametrize("value", [float("nan"), float("-inf"), -1.0], ids=["nan", "infinite", "black"])
def test_a_picture_that_overflowed_is_decoded_again_in_float32(model, latents, value):
    """Sixteen bits end at 65504, which some checkpoints' VAEs pass; the VAE stays what it was."""
    expected = plain.decode(model, latents)
    half = halved(model)
    with spoiled(half.vae.decoder, lambda y: y if y.dtype == torch.float32 else torch.full_like(y, value)):
        pixels = decode(half, latents)
    assert half.vae.dtype == torch.bfloat16
    assert not any(part.is_inference() for part in half.vae.parameters())  # such ones could never be changed again
    assert np.abs(pixels.astype(int) - expected).mean() < 8  # its weights were rounded on the way


def test_one_black_picture_is_no_reason_for_tiles(model, latents):
    """In float32 it takes twice the room, which says nothing of the next picture in sixteen bits."""
    half = halved(model)
    with (
        spoiled(half.vae.decoder, lambda y: y if y.dtype == torch.float32 else torch.zeros_like(y) - 1),
        failing(half.vae.decoder, NO_ROOM, lambda x: x.dtype == torch.float32 and larger_than(64)(x)) as sizes,
    ):
        decode(half, latents)
    assert sizes[:4] == [(80, 96)] * 3 + [(64, 64)]
    assert half.decodes_at_once.most == torch.inf
    assert half.in_float32_at_once.most < 8 * 80 * 8 * 96


def test_where_float32_has_no_room_the_vae_stays_what_it_was(model, latents):
    """It is not left in two dtypes."""
    half = halved(model)
    wider, converted = half.vae.decoder.conv_out.weight, []

    class Full(torch.overrides.TorchFunctionMode):
        def __torch_function__(self, func, _types, args=(), kwargs=None):
            if func is torch.Tensor.to and args[0] is wider and torch.float32 in args and not converted:
                converted.append(True)
                raise NO_ROOM
            return func(*args, **(kwargs or {}))

    with (
        spoiled(half.vae.decoder, lambda y: torch.zeros_like(y) - 1),
        Full(),
        pytest.raises(torch.OutOfMemoryError),
    ):
        decode(half, latents)
    assert converted
    assert {part.dtype for part in half.vae.parameters()} == {torch.bfloat16}


def test_half_a_picture_of_nan_is_no_picture(model, latents):
    """It would be shown with a black corner."""

    def half(output):
        output[..., :8] = float("nan")
        return output

    with spoiled(model.vae.decoder, half), pytest.raises(NumericalFailure):
        decode(model, latents)


def test_black_in_float32_too_is_a_numerical_failure(model, latents):
    """It is decoded once more, and not for ever."""
    calls = []
    with (
        spoiled(model.vae.decoder, lambda y: calls.append(1) or torch.zeros_like(y) - 1),
        pytest.raises(NumericalFailure, match="black"),
    ):
        decode(model, latents)
    assert len(calls) == 2


def test_latents_that_are_not_finite_are_not_decoded_again(model, latents):
    latents[0, 0, 0, 0] = float("nan")
    calls = []
    with spoiled(model.vae.decoder, lambda y: calls.append(1) or y), pytest.raises(NumericalFailure):
        decode(model, latents)
    assert len(calls) == 1


def test_a_step_without_room_is_taken_again_alone(model):
    """The first failure gives memory back; the picture is the one that its seed gives."""
    expected = drawn(Bench(model))
    first = iter([True])
    with failing(model.unet.conv_in, NO_ROOM, lambda _: next(first, False)):
        assert drawn(Bench(model)) == expected


def drawn(bench):
    """The bytes of one picture."""

    bench.admit(request())
    bench.run()
    assert isinstance(bench.events["a"][-1], Finished)
    return next(event.png for event in bench.events["a"] if isinstance(event, Picture))


def test_a_job_too_large_for_the_device_says_what_would_have_fitted(model):
    """Tried on the device itself: in the same proportions, the largest share that had room."""
    bench = Bench(model)
    bench.admit(request(width=128, height=192))
    bench.admit(request("small"))
    with failing(model.unet.conv_in, NO_ROOM, lambda x: x.shape[-1] * x.shape[-2] > 16 * 24 * 0.7):
        bench.run()
    assert bench.events["a"][-1] == Failed(
        job_id="a", code="out_of_memory", detail="OutOfMemoryError: Tried to allocate 2 GiB", fits=(104, 160)
    )
    assert isinstance(bench.events["small"][-1], Finished)


def test_what_fits_must_have_room_for_decoding_too(model):
    bench = Bench(model)
    bench.admit(request(width=96, height=96, num_inference_steps=1))
    with failing(model.vae.decoder, NO_ROOM, lambda _: True):
        bench.run()
    assert bench.events["a"][-1].fits is None


def test_a_preview_without_room_costs_the_preview_only(model, monkeypatch):
    """Nobody loses a picture to its own thumbnail."""

    def no_room(*_):
        raise NO_ROOM

    monkeypatch.setattr("engine.results.begin_preview", no_room)
    bench = Bench(model)
    bench.admit(request(num_inference_steps=4, preview_every=2))
    bench.run()
    assert isinstance(bench.events["a"][-1], Finished)


def test_encoding_the_prompt_without_room_is_tried_again(model):
    """Started is said once, all the same."""
    bench = Bench(model)
    first = iter([True])
    bench.admit(request())
    with failing(model.text_encoder.get_input_embeddings(), NO_ROOM, lambda _: next(first, False)):
        bench.run()
    assert [type(event).__name__ for event in bench.events["a"]].count("Started") == 1
    assert isinstance(bench.events["a"][-1], Finished)

"""Where weights begin in memory, whatever their file looks like, and that no bit of a picture hangs on it."""

import dataclasses
import shutil
from itertools import chain

import pytest
import torch
from diffusers import UNet2DConditionModel
from torch.utils._pytree import tree_leaves

from engine import classifier
from engine.alignment import align, is_aligned
from engine.conditioning import encode
from engine.config import Engine, PictureRating
from engine.decode import decode
from engine.denoise import Sample, predict_noise
from engine.encoded_texts import EncodedTexts
from engine.loading import load
from engine.random_weights import make
from engine.wire import SamplingParams
from tests.engine.batches import Bench, request
from tests.engine.raters import make_classifier
from tests.weights import move, move_all

ODD = (4, 8, 16, 60)
"""Bytes past a multiple of 64 at which the first weight of a file begins; the others follow at all distances."""


def loaded(**settings):
    return load(Engine(device="cpu", **settings), report=lambda _stage: None)


def weights(*networks):
    return [tensor for network in networks for tensor in chain(network.parameters(), network.buffers())]


def networks(model):
    return model.unet, model.vae, model.text_encoder, model.text_encoder_2


def latents(model):
    size = {"width": 64, "height": 96}
    conditioning = encode(model, "1girl, red hair", None, **size)
    sampling = SamplingParams(sampler="ddim", num_inference_steps=2, guidance_scale=1.0, **size)
    sample = Sample(model, conditioning, sampling, seed=0)
    while not sample.finished:
        sample.advance(*predict_noise(model, [sample]))
    return sample.latents


@pytest.fixture
def folder(tiny_checkpoint, tmp_path):
    """A copy whose files a test may move about."""
    return shutil.copytree(tiny_checkpoint, tmp_path / "copy")


def test_diffusers_leaves_weights_where_the_file_has_them(folder):
    """Else there is nothing to put right, and this module may go."""
    unet = UNet2DConditionModel.from_pretrained(move_all(folder, 16) / "unet")
    assert not all(map(is_aligned, weights(unet)))


@pytest.mark.parametrize("by", ODD)
def test_every_weight_of_a_folder_begins_on_a_boundary(folder, by):
    """Of all four networks, parameters and buffers."""
    found = weights(*networks(loaded(model=str(move_all(folder, by)))))
    assert [tensor.data_ptr() % 64 for tensor in found] == [0] * len(found)


def test_every_weight_of_a_single_file_begins_on_a_boundary(single_file, tiny_checkpoint, tmp_path):
    """Which holds all networks, and what is cut out of one tensor for three."""
    file = shutil.copy(single_file, tmp_path / "odd.safetensors")
    move(file, 20)
    assert all(map(is_aligned, weights(*networks(loaded(model=str(file), config_folder=str(tiny_checkpoint))))))


def test_every_weight_of_another_vae_begins_on_a_boundary(tiny_checkpoint, folder):
    """It is read by itself."""
    vae = move_all(folder, 8) / "vae"
    assert all(map(is_aligned, weights(*networks(loaded(model=str(tiny_checkpoint), vae=str(vae))))))


@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_weights_that_are_converted_begin_on_a_boundary(folder, dtype):
    """As those do that are not."""
    assert all(map(is_aligned, weights(*networks(loaded(model=str(move_all(folder, 12)), dtype=dtype)))))


def test_random_weights_begin_on_a_boundary():
    """What is timed is what is drawn with."""
    assert all(map(is_aligned, weights(*networks(make("tiny", Engine(device="cpu"))))))


def test_a_classifier_s_weights_begin_on_a_boundary(tmp_path):
    """A rating near a threshold is to be the same rating from every file."""
    folder = move_all(make_classifier(tmp_path), 4)
    settings = PictureRating(by="classifier", folder=str(folder), labels={"normal": "safe", "nsfw": "explicit"})
    assert all(map(is_aligned, weights(classifier.load(settings).__self__._model)))


@pytest.mark.parametrize("by", ODD)
def test_where_weights_lie_in_their_file_changes_no_bit(model, folder, by):
    """The same latents, and the same pixels."""
    other = loaded(model=str(move_all(folder, by)))
    drawn = latents(other)
    assert torch.equal(drawn, latents(model))
    assert (decode(other, drawn) == decode(model, drawn)).all()


def test_what_begins_on_a_boundary_is_not_copied():
    """Nor is what lies on another device; where a weight is shared, it stays shared."""
    room = torch.zeros(64 + 16)
    odd, even = torch.nn.Parameter(room[1:17].view(4, 4)), torch.nn.Parameter(room[16:32].view(4, 4))
    network = torch.nn.ModuleDict({name: torch.nn.Linear(4, 4) for name in ("one", "other", "third", "far")})
    network["one"].weight, network["other"].weight, network["third"].weight = odd, odd, even
    network["far"].to("meta")
    before = even.data_ptr()
    align(network)
    assert network["third"].weight.data_ptr() == before
    assert network["one"].weight is network["other"].weight is odd
    assert is_aligned(odd)
    assert network["far"].weight.is_meta


@pytest.mark.parametrize("elements", [1, 3, 17, 1000, 100_000])
def test_torch_s_own_tensors_begin_on_a_boundary(elements):
    """So what is computed, and what weights are computed with, needs no care: every call's inputs are put together."""
    kept = [torch.empty(elements) for _ in range(20)]
    assert all(map(is_aligned, kept))
    assert all(is_aligned(torch.cat([part[:1]])) and is_aligned(torch.stack([part])) for part in kept)


def test_what_networks_compute_with_begins_on_a_boundary(model):
    """In every company: embeddings and latents are put together anew for each call, and are views of nothing."""
    given = []

    def look(_network, args, kwargs):
        given.extend(leaf for leaf in tree_leaves((args, kwargs)) if torch.is_tensor(leaf) and leaf.is_floating_point())

    unet, decoder, projection = model.unet, model.vae.decoder, model.text_encoder_2.text_projection
    hooks = [network.register_forward_pre_hook(look, with_kwargs=True) for network in (unet, decoder, projection)]
    bench = Bench(dataclasses.replace(model, texts=EncodedTexts()))
    for number, guidance_scale in enumerate((1.0, 5.0, 5.0)):
        wish = {"prompt": f"red hair {number} BREAK night", "seeds": (1, 2), "share": True}
        bench.admit(request(str(number), guidance_scale=guidance_scale, **wish))
    bench.run()
    for hook in hooks:
        hook.remove()
    assert len(given) > 20
    assert all(map(is_aligned, given))

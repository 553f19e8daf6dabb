"""Training: it can be killed at any step and waits when asked to, and what it writes is a checkpoint like any other."""

import json
import os
from pathlib import Path

import numpy as np
import pytest
import torch
from diffusers import StableDiffusionXLPipeline
from torch.nn import functional

from engine.demo.illustrator.illustrate import illustrate
from engine.demo.illustrator.person import Person
from engine.demo.illustrator.scene import Scene
from engine.demo.learning import unet, vae
from engine.demo.learning.export import write_checkpoint
from engine.demo.learning.latents import Latents, scene_of
from engine.demo.learning.losses import draw_loss, steepness_loss
from engine.demo.learning.networks import DESIGNS, SMALL
from engine.demo.learning.painter import Painter
from engine.demo.learning.pictures import make_pictures, weights_of
from engine.demo.learning.state import PAUSE, TrainingState
from engine.demo.learning.unet import PainterPlan, load_average, train_unet
from engine.demo.learning.vae import Coder, Stage, squares, train_vae
from engine.demo.learning.vocabulary import make_tokenizer

STAGES = (Stage("inner", 3, 1, 1e-3), Stage("whole", 2, 1, 1e-3), Stage("outer", 1, 1, 1e-3, steep=True))
PLAN = PainterPlan(steps=3, batch=2, noises=2, blocks=1, looks=1, rate=1e-3, reading_steps=1)


class Killed(Exception):
    pass


def kill_after(monkeypatch, owner, name, calls):
    """Let a method fail at some call, as a power cut would."""
    original, left = getattr(owner, name), [calls]

    def counted(*args):
        left[0] -= 1
        if left[0] < 0:
            raise Killed
        return original(*args)

    monkeypatch.setattr(owner, name, counted)


def always(folder, name):
    return TrainingState(folder, name, save_every_s=0.0)


def same(first, second):
    return all(
        torch.equal(a, b) for a, b in zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    )


def test_vae_training_goes_on_where_it_was_killed(tiny, tmp_path, monkeypatch):
    """Killed within a stage, it ends with the weights of one that was not; finished, it stays as it is."""
    whole = train_vae(tiny, STAGES, always(tmp_path / "whole", "vae"), seed=5, device="cpu")
    for calls in (2, 4):
        state = always(tmp_path / f"killed{calls}", "vae")
        with monkeypatch.context() as patch:
            kill_after(patch, vae._Training, "_loss", calls)
            with pytest.raises(Killed):
                train_vae(tiny, STAGES, state, seed=5, device="cpu")
        assert same(train_vae(tiny, STAGES, state, seed=5, device="cpu"), whole)
    assert same(train_vae(tiny, STAGES, state, seed=5, device="cpu"), whole)


def test_a_steep_edge_beside_its_place_is_nearer_than_a_soft_one():
    """Place by place it is the other way round, which is why decoders blur what they cannot know."""
    wanted, beside = torch.zeros(2, 1, 3, 64, 64)
    wanted[..., 32:] = beside[..., 35:] = 1
    soft = functional.avg_pool2d(functional.pad(wanted, (3, 3, 3, 3), mode="replicate"), 7, stride=1)
    weights = torch.ones(1, 1, 64, 64)
    assert steepness_loss(beside, wanted, weights) < steepness_loss(soft, wanted, weights)
    assert draw_loss(beside, wanted, weights) > draw_loss(soft, wanted, weights)
    assert steepness_loss(wanted, wanted, weights) == 0


def test_unet_training_goes_on_where_it_was_killed(tiny, tmp_path, monkeypatch):
    """The same holds for UNet and text encoders; their drawings' latents are kept."""

    coder = Coder(tiny)

    def train(name):
        state = always(tmp_path / name, "unet")
        latents = Latents(coder, tmp_path / name / "latents", state, seed=5, device="cpu")
        return train_unet(tiny, PLAN, latents, state, seed=5, device="cpu")

    whole = train("whole")
    with monkeypatch.context() as patch:
        kill_after(patch, unet._Training, "_loss", 2)
        with pytest.raises(Killed):
            train("killed")
    made = {path: path.stat().st_mtime_ns for path in (tmp_path / "killed" / "latents").glob("*.pt")}
    assert same(train("killed"), whole)
    assert made
    assert all(path.stat().st_mtime_ns == then for path, then in made.items())


def test_faces_count_more_than_what_is_around_them(tiny, tmp_path):
    """Beside each latent lies its weight; the mean over a patch, so that half a face is half as much more."""
    found = Latents(Coder(tiny), tmp_path, always(tmp_path, "unet"), seed=5, device="cpu")
    latents, weights = found.get(list(range(9)))
    assert latents.shape[2:] == weights.shape[2:]
    people = torch.tensor([len(scene_of(5, number).people) for number in range(9)])
    assert torch.equal(weights.amax((1, 2, 3)) > 1, people > 0)
    assert weights.min() == 1
    assert weights.max() <= 6


def test_processes_that_share_a_step_may_make_the_same_block(tiny, tmp_path, monkeypatch):
    """Each writes a file of its own, so neither takes away what the other is about to name."""
    one, other = (Latents(Coder(tiny), tmp_path, always(tmp_path, "unet"), seed=5, device="cpu") for _ in range(2))
    save, process = torch.save, os.getpid()

    def meanwhile(block, path):
        save(block, path)
        monkeypatch.setattr(torch, "save", save)
        monkeypatch.setattr(os, "getpid", lambda: process + 1)
        other.get([0])

    monkeypatch.setattr(torch, "save", meanwhile)
    one.get([0])
    assert [path.name for path in tmp_path.glob("0*")] == ["00000.pt"]


def test_eyes_and_a_mouth_count_most():
    """Twice as much as their face, which counts three times as much as what is around it."""
    drawn = illustrate(Scene(people=(Person(), Person())), (208, 304))
    (weights,) = weights_of(drawn)
    for face in drawn.faces:
        cheek = face.middle[0] + 0.75 * face.unit, face.middle[1] + 0.75 * face.unit
        places = (face.mouth, *face.eyes, cheek, (1, 1))
        assert [weights[round(y), round(x)] for x, y in places] == [6, 6, 6, 3, 1]


def test_training_begins_at_a_checkpoint(tiny, tmp_path):
    """What it has learned is kept, and it learns on; the VAE counts as trained to its end."""
    first = Painter(make_tokenizer(), tiny)
    coder = Coder(tiny)
    write_checkpoint(first, coder, tmp_path / "checkpoint")
    states = {name: always(tmp_path / "state", name) for name in ("vae", "unet")}
    vae.begin_at(tmp_path / "checkpoint", tiny, states["vae"])
    unet.begin_at(tmp_path / "checkpoint", tiny, states["unet"])
    begun = load_average(tiny, states["unet"].path)
    for part in ("unet", "text_encoder", "text_encoder_2"):
        assert same(getattr(begun, part), getattr(first, part).half().float())
    kept = train_vae(tiny, vae.CPU_STAGES, states["vae"], seed=5, device="cpu")
    assert same(kept.vae, coder.vae.half().float())
    latents = Latents(kept, tmp_path / "latents", states["unet"], seed=5, device="cpu")
    further = train_unet(tiny, PLAN, latents, states["unet"], seed=5, device="cpu")
    assert not same(further.unet, begun.unet)


def test_a_kill_while_saving_loses_nothing(tmp_path, monkeypatch):
    """What was saved before is there until what is newer is whole."""
    state = TrainingState(tmp_path, "vae")
    state.save({"step": 1})
    with monkeypatch.context() as patch:
        patch.setattr(Path, "replace", lambda *_: (_ for _ in ()).throw(Killed))
        with pytest.raises(Killed):
            state.save({"step": 2})
    assert state.load("cpu") == {"step": 1}


def test_it_is_saved_often_enough(tmp_path):
    """At most a minute is lost."""
    now = [100.0]
    state = TrainingState(tmp_path, "vae", clock=lambda: now[0])
    assert not state.due
    now[0] += 60
    assert state.due
    state.save({})
    assert not state.due


def test_it_waits_while_it_is_paused(tmp_path):
    """While the file is there nothing goes on, and everything does once it is gone."""
    slept = []

    def sleep(seconds):
        slept.append(seconds)
        if len(slept) == 3:
            (tmp_path / PAUSE).unlink()

    state = TrainingState(tmp_path, "vae", sleep=sleep)
    state.wait_while_paused()
    assert not slept
    (tmp_path / PAUSE).touch()
    state.wait_while_paused()
    assert len(slept) == 3


def test_progress_can_be_read_at_any_time(tmp_path):
    """A file says how far it is."""
    TrainingState(tmp_path, "unet").report(step=25, of=100)
    assert json.loads((tmp_path / "unet.progress.json").read_text()) == {"network": "unet", "step": 25, "of": 100}


@pytest.mark.parametrize("name", DESIGNS)
def test_an_untrained_vae_hands_colours_on(name):
    """The outer encoder averages exactly, and what comes out of the decoder is each patch's mean colour."""
    design = DESIGNS[name]
    coder = Coder(design)
    pictures = make_pictures(1, 0, 1, 8).images[..., :128, :128]
    with torch.no_grad():
        z = coder.encode(functional.avg_pool2d(pictures, 4))
        stock = coder.vae.encode(pictures).latent_dist.mean
        drawn = coder.decode_small(z)
    assert torch.allclose(z, stock, atol=1e-4)
    assert z.shape == (1, 16, 128 // design.compression, 128 // design.compression)
    means = functional.interpolate(
        functional.avg_pool2d(pictures, design.compression), scale_factor=design.compression / 4
    )
    assert (drawn - means).abs().mean() < 0.05


def test_squares_are_of_faces_and_of_the_rest():
    """Two of each picture, the first near somebody's face, and the same ones for the same step."""
    pictures = make_pictures(1, 6, 4, 8)
    images, weights = squares(pictures, 64, torch.Generator().manual_seed(2))
    assert images.shape == (8, 3, 64, 64)
    somebody = pictures.weights.amax((1, 2, 3)) > 1
    assert somebody.any()
    assert (weights[::2].amax((1, 2, 3)) > 1)[somebody].all()
    again, _ = squares(pictures, 64, torch.Generator().manual_seed(2))
    assert torch.equal(images, again)


def test_normalising_changes_no_picture():
    """Latents get another mean and spread, and are decoded to the same."""
    coder = Coder(SMALL)
    z = torch.randn(1, 16, 2, 2)
    mean, std = torch.randn(16), torch.rand(16) + 0.5
    small = torch.randn(1, 3, 32, 32)
    with torch.no_grad():
        pictures, seen = coder.decode_small(z), coder.encode(small)
        coder.normalise(mean, std)
        each = (slice(None), None, None)
        assert torch.allclose(coder.decode_small((z - mean[each]) / std[each]), pictures, atol=1e-3)
        assert torch.allclose(coder.encode(small), (seen - mean[each]) / std[each], atol=1e-4)


def test_the_checkpoint_is_small_and_stock(tmp_path):
    """What is written loads offline as a stock pipeline, draws at an odd shape, and weighs at most 32 MB."""
    write_checkpoint(Painter(make_tokenizer(), SMALL), Coder(SMALL), tmp_path)
    assert sum(file.stat().st_size for file in tmp_path.rglob("*")) < 32_000_000
    pipeline = StableDiffusionXLPipeline.from_pretrained(tmp_path, local_files_only=True, add_watermarker=False)
    pipeline.to(torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    image = pipeline("1girl, red hair", width=192, height=320, num_inference_steps=1, output_type="np").images[0]
    assert image.shape == (320, 192, 3)
    assert np.isfinite(image).all()

"""Training: it can stop at any step, and what it writes is a checkpoint like any other."""

import pytest
import torch
from diffusers import StableDiffusionXLPipeline

from engine.demo import train_unet, train_vae
from engine.demo.caption import WHOLE, Layout
from engine.demo.export import write_checkpoint
from engine.demo.networks import make_vae
from engine.demo.plan import UNetPhase, UNetPlan, UNetStage
from engine.demo.samples import Mix
from engine.demo.train_unet import Painter
from engine.demo.train_vae import Stage, VAEPlan, pass_through
from engine.demo.vocabulary import make_tokenizer

STAGES = tuple(Stage(name, 2, 1, 3, scale, 1e-3) for name, scale in (("small", 4), ("large", 1), ("encoder", 1)))
PHASES = (
    UNetPhase(
        stages=(UNetStage(1, 1, 2, 2), UNetStage(1, 1, 1, 1)), mix=Mix((WHOLE,), emphasised=0.1), rate=1e-3,
        cool_down=0.4,
    ),
    UNetPhase(
        stages=(UNetStage(2, 1, 2, 1),), mix=Mix((Layout(breaks=1),), emphasised=0.5), rate=7e-4, cool_down=0.6,
    ),
)  # fmt: skip


class Stopped(Exception):
    pass


def stop_at(monkeypatch, module, name, calls):
    """Let a module's function fail at some call, as a power cut would."""
    original, left = getattr(module, name), [calls]

    def counted(*args):
        left[0] -= 1
        if left[0] < 0:
            raise Stopped
        return original(*args)

    monkeypatch.setattr(module, name, counted)


def same(first, second):
    return all(
        torch.equal(a, b) for a, b in zip(first.state_dict().values(), second.state_dict().values(), strict=True)
    )


def test_unet_training_goes_on_where_it_stopped(tmp_path, monkeypatch):
    """A training that was cut off in its second phase and called again ends with the weights of one that was not."""
    plan = UNetPlan(reading_steps=2, phases=PHASES, seed=5, device="cpu", save_every_s=0)
    whole = train_unet.train_unet(plan, tmp_path / "whole.pt")
    with monkeypatch.context() as patch:
        stop_at(patch, train_unet, "make_batch", 3)
        with pytest.raises(Stopped):
            train_unet.train_unet(plan, tmp_path / "cut.pt")
    assert same(train_unet.train_unet(plan, tmp_path / "cut.pt"), whole)
    assert same(train_unet.train_unet(plan, tmp_path / "cut.pt"), whole), "a finished training is left as it is"


def test_vae_training_goes_on_where_it_stopped(tmp_path, monkeypatch):
    """The same holds for the VAE, in the middle of its second stage."""
    plan = VAEPlan(stages=STAGES, seed=5, device="cpu", save_every_s=0)
    whole = train_vae.train_vae(plan, tmp_path / "whole.pt")
    with monkeypatch.context() as patch:
        stop_at(patch, train_vae, "make_pictures", 3)
        with pytest.raises(Stopped):
            train_vae.train_vae(plan, tmp_path / "cut.pt")
    assert same(train_vae.train_vae(plan, tmp_path / "cut.pt"), whole)


def test_an_untrained_decoder_enlarges():
    """Before training the decoder's first channels come through as they are, larger."""
    vae = make_vae()
    pass_through(vae)
    z = torch.randn(1, 8, 3, 4)
    with torch.no_grad():
        enlarged = train_vae._quarter(vae, z)[:, :8]
    assert torch.allclose(enlarged, z.repeat_interleave(8, 2).repeat_interleave(8, 3), atol=1e-5)


def test_an_untrained_encoder_averages():
    """Before training the encoder's first channels are the mean colours of the patches."""
    vae = make_vae()
    pass_through(vae)
    pictures = torch.rand(1, 3, 96, 64)
    with torch.no_grad():
        x = vae.encoder.conv_in(pictures)
        for block in vae.encoder.down_blocks:
            x = block(x)
    assert torch.allclose(x[:, :3], torch.nn.functional.avg_pool2d(pictures, 32), atol=1e-5)


def test_the_checkpoint_is_small_and_stock(tmp_path):
    """What is written loads offline as a stock pipeline, draws at an odd shape, and weighs at most 12 MB."""
    write_checkpoint(Painter(make_tokenizer()), make_vae(), tmp_path)
    assert sum(file.stat().st_size for file in tmp_path.rglob("*")) < 12_000_000
    pipeline = StableDiffusionXLPipeline.from_pretrained(tmp_path, local_files_only=True, add_watermarker=False)
    pipeline.to(torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    image = pipeline("1girl, red hair", width=160, height=224, num_inference_steps=2, output_type="np").images[0]
    assert image.shape == (224, 160, 3)

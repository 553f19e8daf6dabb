"""Training: it can stop at any step, and what it writes is a checkpoint like any other."""

from dataclasses import replace
from random import Random

import pytest
import torch
from diffusers import StableDiffusionXLPipeline

from engine.demo import train_unet, train_vae
from engine.demo.caption import WHOLE, Layout, Writer
from engine.demo.export import write_checkpoint
from engine.demo.networks import LOW, MIDDLE, make_vae
from engine.demo.painter import Painter, encode
from engine.demo.plan import UNetPhase, UNetPlan, UNetStage
from engine.demo.portrait import choose
from engine.demo.samples import Mix, TrainingBatch, stack
from engine.demo.train_vae import Stage, VAEPlan, pass_through
from engine.demo.vocabulary import make_tokenizer

STAGES = tuple(Stage(name, 2, 1, 3, scale, 1e-3) for name, scale in (("small", 4), ("large", 1), ("encoder", 1)))
PHASES = (
    UNetPhase(
        blocks=LOW,
        stages=(UNetStage(1, 1, 2, 2), UNetStage(1, 1, 1, 1)),
        mix=Mix((WHOLE,), emphasised=0.1),
        rates=((0, 1e-3),),
    ),
    UNetPhase(
        blocks=MIDDLE,
        stages=(UNetStage(2, 1, 2, 1),),
        mix=Mix((Layout(breaks=1),), emphasised=0.5),
        rates=((0, 1e-3), (2, 0.0)),
    ),
)


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
    """A training that was cut off, between two phases or within one, ends with the weights of one that was not."""
    plan = UNetPlan(reading_steps=2, phases=PHASES, seed=5, device="cpu", save_every_s=0)
    whole = train_unet.train_unet(plan, tmp_path / "whole.pt")
    for steps in (2, 3):
        state = tmp_path / f"cut{steps}.pt"
        with monkeypatch.context() as patch:
            stop_at(patch, train_unet, "make_batch", steps)
            with pytest.raises(Stopped):
                train_unet.train_unet(plan, state)
        assert same(train_unet.train_unet(plan, state), whole), f"cut after {steps}"
    assert same(train_unet.train_unet(plan, state), whole), "a finished training is left as it is"


def test_a_longer_training_than_the_plan_is_refused(tmp_path):
    """Weights of another plan are not taken for this one's."""
    plan = UNetPlan(reading_steps=2, phases=PHASES, seed=5, device="cpu", save_every_s=0)
    train_unet.train_unet(plan, tmp_path / "state.pt")
    with pytest.raises(ValueError, match="4 steps done, and the plan has 2"):
        train_unet.train_unet(replace(plan, phases=PHASES[:1]), tmp_path / "state.pt")


def test_new_attention_changes_nothing_at_first():
    """What the second phase starts from is what the first one ended with, but for attention that it gives up."""
    tokenizer = make_tokenizer()
    ids = torch.tensor(Writer(tokenizer).empty().ids).repeat(3, 1)
    before, after = Painter(tokenizer, LOW), Painter(tokenizer, MIDDLE)
    for name, part in before.unet.named_modules():
        if name.startswith("down_blocks.2") and name.endswith("proj_out"):
            torch.nn.init.zeros_(part.weight)
            torch.nn.init.zeros_(part.bias)
    after.take_over(before, ids)
    batch = TrainingBatch(torch.randn(3, 8, 12, 8), ids[:, None], torch.ones(3, 1, 77), torch.ones(3, 6))
    with torch.no_grad():
        predicted, again = (painter(batch.latents, torch.tensor([500]), batch)[0] for painter in (before, after))
    assert torch.allclose(predicted, again, atol=1e-5)


def test_new_attention_hears_what_differs_in_texts():
    """Its keys and values have no mean and a spread of 1, whatever all texts have in common."""
    tokenizer = make_tokenizer()
    writer, random = Writer(tokenizer), Random(3)
    captions = [writer.write(choose(random), random) for _ in range(30)]
    ids = stack(captions, writer.empty())[0][:, 0]
    painter = Painter(tokenizer, MIDDLE)
    painter.take_over(Painter(tokenizer, LOW), ids)
    with torch.no_grad():
        states, _ = encode(painter.text_encoder, painter.text_encoder_2, ids[:, None], torch.ones(30, 1, 77))
    attention = painter.unet.down_blocks[1].attentions[0].transformer_blocks[0].attn2
    heard = attention.to_v(states.flatten(0, 1))
    assert torch.allclose(heard.std(0), torch.ones(64), atol=0.01)
    said = attention.to_out[0](heard)
    assert torch.allclose(said.mean(0), torch.zeros(64), atol=0.01)


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
    write_checkpoint(Painter(make_tokenizer(), MIDDLE), make_vae(), tmp_path)
    assert sum(file.stat().st_size for file in tmp_path.rglob("*")) < 12_000_000
    pipeline = StableDiffusionXLPipeline.from_pretrained(tmp_path, local_files_only=True, add_watermarker=False)
    pipeline.to(torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    image = pipeline("1girl, red hair", width=160, height=224, num_inference_steps=2, output_type="np").images[0]
    assert image.shape == (224, 160, 3)

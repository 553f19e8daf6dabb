"""Trains UNet and text encoders together to take noise out of latents."""

from __future__ import annotations

import copy
import logging
import time
from random import Random
from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.data import DataLoader, Dataset

from engine.demo.caption import Writer
from engine.demo.networks import POOLED, make_scheduler, make_text_encoders, make_unet
from engine.demo.portrait import choose
from engine.demo.samples import Batch, make_batch, stack
from engine.demo.vocabulary import make_tokenizer

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor
    from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

    from engine.demo.plan import UNetPlan

log = logging.getLogger(__name__)

_READING_RATE = 1e-3
_CHANNEL_WEIGHTS = (1.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0)
"""Of the latents' channels in the loss: nearly all that tags ask for is a hue, and hues are two channels of eight."""

_READING_BATCH = 32
_READING = 0.2
"""The weight of the text encoders' own lesson beside the UNet's."""

_AVERAGE = 0.998
"""How much of the average of the weights each step keeps."""


class _Batches(Dataset[Batch]):
    """The pictures of every step of a plan."""

    def __init__(self, writer: Writer, plan: UNetPlan) -> None:
        self._writer = writer
        self._plan = plan

    def __getitem__(self, index: int) -> Batch:
        stage = self._plan.stage(index)
        return make_batch(self._writer, self._plan.mix(index), stage.batch, stage.shrink, self._plan.seed, index)


class Painter(torch.nn.Module):
    """UNet and text encoders as one module, since they are trained, averaged and saved as one."""

    def __init__(self, tokenizer: CLIPTokenizer) -> None:
        """Start untrained."""
        super().__init__()
        self.unet = make_unet()
        self.text_encoder, self.text_encoder_2 = make_text_encoders(tokenizer)
        self.first_tag: int = tokenizer.vocab_size
        self.tags = torch.nn.Linear(POOLED, len(tokenizer) - self.first_tag)

    def reading_loss(self, pooled: Tensor, ids: Tensor) -> Tensor:
        """Ask the pooled state, (B, 96), which tags its chunk, (B, 77), holds.

        The pooled state reaches every layer of the UNet, and without this it learns late to say more than a mood.
        """
        said = torch.zeros(len(ids), self.tags.out_features + 1, device=ids.device)
        said.scatter_(1, (ids - self.first_tag + 1).clamp(min=0), 1.0)
        often = torch.tensor(10.0, device=ids.device)  # a caption holds a tenth of all tags or less
        return functional.binary_cross_entropy_with_logits(self.tags(pooled).float(), said[:, 1:], pos_weight=often)

    def forward(self, noisy: Tensor, timesteps: Tensor, batch: Batch) -> tuple[Tensor, Tensor]:
        """Predict v from latents, (B × noises, 8, h, w), at timesteps, (B × noises,), and give the reading loss."""
        states, pooled = encode(self.text_encoder, self.text_encoder_2, batch.ids, batch.weights)
        noises = len(noisy) // len(states)
        states = states.repeat(noises, 1, 1)
        added = {"text_embeds": pooled.repeat(noises, 1), "time_ids": batch.time_ids.repeat(noises, 1)}
        predicted = self.unet(noisy, timesteps, states, added_cond_kwargs=added).sample
        return predicted, self.reading_loss(pooled, batch.ids[:, 0])


def encode(
    first: CLIPTextModel, second: CLIPTextModelWithProjection, ids: Tensor, weights: Tensor
) -> tuple[Tensor, Tensor]:
    """Read tokens, (B, chunks, 77), as SDXL does.

    Returns:
        Penultimate hidden states of both, times their weights, (B, 77 × chunks, 160), and the first chunk's pooled
        state, (B, 96).
    """
    count, chunks, length = ids.shape
    flat = ids.reshape(count * chunks, length)
    small: Any = first(flat, output_hidden_states=True)
    large: Any = second(flat, output_hidden_states=True)
    states = torch.cat((small.hidden_states[-2], large.hidden_states[-2]), dim=-1) * weights.reshape(-1, length, 1)
    pooled = large.text_embeds.reshape(count, chunks, -1)[:, 0]
    return states.reshape(count, chunks * length, -1), pooled


@sdpa_kernel(SDPBackend.MATH)
def train_unet(plan: UNetPlan, state_path: Path) -> Painter:
    """Train, or go on training, and give the average of the last steps' weights.

    The state file holds all that a later call needs to go on as if it had never stopped. Attention is multiplied out:
    over this few places a CPU's fused kernel takes longer to go back through it than all the rest of the UNet.
    """
    tokenizer = make_tokenizer()
    writer = Writer(tokenizer)
    torch.manual_seed(plan.seed)
    painter: Any = Painter(tokenizer)
    painter.unet.to(memory_format=torch.channels_last)  # twice as quick on a CPU, with channels this few
    painter.to(plan.device)
    average = copy.deepcopy(painter).requires_grad_(requires_grad=False)
    optimizer = torch.optim.AdamW(
        painter.parameters(), lr=plan.rate(0), betas=(0.9, 0.99), weight_decay=0.01, fused=True
    )
    alphas = make_scheduler().alphas_cumprod.to(plan.device)
    first = 0
    if state_path.exists():
        state = torch.load(state_path, map_location=plan.device, weights_only=True)
        painter.load_state_dict(state["painter"])
        average.load_state_dict(state["average"])
        optimizer.load_state_dict(state["optimizer"])
        first = state["step"]
    else:
        _learn_to_read(painter, writer, plan)
        average.load_state_dict(painter.state_dict())

    def save(step: int) -> None:
        state = {
            "painter": painter.state_dict(), "average": average.state_dict(), "optimizer": optimizer.state_dict(),
            "step": step,
        }  # fmt: skip
        unfinished = state_path.with_suffix(".part")
        torch.save(state, unfinished)
        unfinished.replace(state_path)

    started = saved = time.monotonic()
    mean_loss = 1.0
    drawn = DataLoader(
        _Batches(writer, plan), batch_size=None, sampler=range(first, plan.steps), num_workers=plan.workers
    )
    for step, batch in enumerate(drawn, first):
        for group in optimizer.param_groups:
            group["lr"] = plan.rate(step)
        stage = plan.stage(step)
        noise_source = torch.Generator().manual_seed(plan.seed * 2**32 + step)
        loss = _loss(painter, _on(batch, plan.device), stage.noises, alphas, noise_source)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(painter.parameters(), 1.0)
        optimizer.step()
        decay = min(_AVERAGE, (1 + step) / (10 + step))
        with torch.no_grad():
            for kept, new in zip(average.parameters(), painter.parameters(), strict=True):
                kept.lerp_(new, 1 - decay)
        mean_loss = 0.98 * mean_loss + 0.02 * loss.item()
        if step % 50 == 0:
            left_s = (time.monotonic() - started) / (step + 1 - first) * (plan.steps - step - 1)
            log.info("unet: step %d of %d, loss %.4f, %.0f minutes left", step, plan.steps, mean_loss, left_s / 60)
        if time.monotonic() - saved > plan.save_every_s or step == plan.steps - 1:
            save(step + 1)
            saved = time.monotonic()
    return average


def _learn_to_read(painter: Painter, writer: Writer, plan: UNetPlan) -> None:
    learning = [*painter.text_encoder_2.parameters(), *painter.tags.parameters()]
    optimizer = torch.optim.AdamW(learning, lr=_READING_RATE, betas=(0.9, 0.99), weight_decay=0.01)
    for step in range(plan.reading_steps):
        random = Random(f"reading {plan.seed} {step}")
        captions = [writer.write(choose(random), random) for _ in range(_READING_BATCH)]
        ids = stack(captions, writer.empty())[0][:, 0].to(plan.device)
        pooled: Any = painter.text_encoder_2(ids).text_embeds
        loss = painter.reading_loss(pooled, ids)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if step % 50 == 0:
            log.info("reading: step %d of %d, loss %.4f", step, plan.reading_steps, loss.item())


def _on(batch: Batch, device: str) -> Batch:
    return Batch(*(part.to(device) for part in (batch.latents, batch.ids, batch.weights, batch.time_ids)))


def _loss(painter: Painter, batch: Batch, noises: int, alphas: Tensor, generator: torch.Generator) -> Tensor:
    """Compare v = √ᾱ ε - √(1-ᾱ) x₀ (Salimans and Ho, 2022, appendix D) with what is predicted."""
    clean = batch.latents.repeat(noises, 1, 1, 1)
    count = len(clean)
    noise = torch.randn(clean.shape, generator=generator).to(clean.device)
    shares = torch.randperm(count, generator=generator)  # one timestep from each share of them
    spread = (shares + torch.rand(count, generator=generator)) / count
    noisier = spread.sqrt()  # the last half thrice as often as the first: there tags decide, later the picture tells
    timesteps = (noisier * len(alphas)).long().to(clean.device)
    alpha = alphas[timesteps].reshape(-1, 1, 1, 1)
    noisy = alpha.sqrt() * clean + (1 - alpha).sqrt() * noise
    wanted = alpha.sqrt() * noise - (1 - alpha).sqrt() * clean
    with torch.autocast(noisy.device.type, dtype=torch.bfloat16):
        predicted, reading_loss = painter(noisy.contiguous(memory_format=torch.channels_last), timesteps, batch)
    weights = torch.tensor(_CHANNEL_WEIGHTS, device=noisy.device).reshape(-1, 1, 1)
    error = (weights * (predicted.float() - wanted).square()).mean() / weights.mean()
    return error + _READING * reading_loss

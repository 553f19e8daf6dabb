"""Trains UNet and text encoders together to take noise out of latents."""

from __future__ import annotations

import copy
import logging
import time
from random import Random
from typing import TYPE_CHECKING, Any

import torch
from torch.nn.attention import SDPBackend, sdpa_kernel
from torch.utils.data import DataLoader, Dataset

from engine.demo.caption import Writer
from engine.demo.networks import make_scheduler
from engine.demo.painter import Painter
from engine.demo.portrait import choose
from engine.demo.samples import TrainingBatch, make_batch, stack
from engine.demo.vocabulary import make_tokenizer

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from engine.demo.plan import UNetPhase, UNetPlan

log = logging.getLogger(__name__)

_READING_RATE = 1e-3
_CHANNEL_WEIGHTS = (1.0, 2.0, 2.0, 1.0, 1.0, 1.0, 1.0, 1.0)
"""Of the latents' channels in the loss: nearly all that tags ask for is a hue, and hues are two channels of eight."""

_READING_BATCH = 32
_LISTENING = 256
"""Captions that new attention is laid out for."""

_READING = 0.2
"""The weight of the text encoders' own lesson beside the UNet's."""

_AVERAGE = 0.998
"""How much of the average of the weights each step keeps."""


class _Batches(Dataset[TrainingBatch]):
    """The pictures of every step of a plan."""

    def __init__(self, writer: Writer, plan: UNetPlan) -> None:
        self._writer = writer
        self._plan = plan

    def __getitem__(self, index: int) -> TrainingBatch:
        stage = self._plan.stage(index)
        return make_batch(self._writer, self._plan.mix(index), stage.batch, stage.shrink, self._plan.seed, index)


def train_unet(plan: UNetPlan, state_path: Path) -> Painter:
    """Train, or go on training, and give the average of the last steps' weights.

    The state file holds all that a later call needs to go on as if it had never stopped.
    """
    kept = torch.load(state_path, map_location=plan.device, weights_only=True) if state_path.exists() else None
    done: int = kept["step"] if kept else 0
    before: Painter | None = None
    for phase, first in plan.starts():
        last = first + phase.steps
        if done <= last:
            training = _Training(plan, phase)
            if kept and done > first:
                training.load(kept)
            elif before:
                training.start(before)
            else:
                training.read()
            training.run(range(max(done, first), last), state_path)
            before = training.average
    if before is None:
        raise ValueError(f"{state_path}: {done} steps done, and the plan has {plan.steps}")
    return before


class _Training:
    """One phase of it."""

    def __init__(self, plan: UNetPlan, phase: UNetPhase) -> None:
        tokenizer = make_tokenizer()
        self._plan = plan
        self._writer = Writer(tokenizer)
        torch.manual_seed(plan.seed)
        self._painter: Any = Painter(tokenizer, phase.blocks)
        self._painter.unet.to(memory_format=torch.channels_last)  # twice as quick on a CPU, with channels this few
        self._painter.to(plan.device)
        self.average = copy.deepcopy(self._painter).requires_grad_(requires_grad=False)
        self._optimizer = torch.optim.AdamW(
            self._painter.parameters(), betas=(0.9, 0.99), weight_decay=0.01, fused=True
        )
        self._alphas = make_scheduler().alphas_cumprod.to(plan.device)

    def read(self) -> None:
        """Start from nothing: with text alone."""
        _learn_to_read(self._painter, self._writer, self._plan)
        self.average.load_state_dict(self._painter.state_dict())

    def start(self, before: Painter) -> None:
        """Start from what an earlier phase has learned."""
        self._painter.take_over(
            before, _captions(self._writer, Random(f"listening {self._plan.seed}"), _LISTENING).to(self._plan.device)
        )
        self.average.load_state_dict(self._painter.state_dict())

    def load(self, state: dict[str, Any]) -> None:
        """Go on from what was saved."""
        self._painter.load_state_dict(state["painter"])
        self.average.load_state_dict(state["average"])
        self._optimizer.load_state_dict(state["optimizer"])

    def _save(self, step: int, path: Path) -> None:
        state = {
            "painter": self._painter.state_dict(), "average": self.average.state_dict(),
            "optimizer": self._optimizer.state_dict(), "step": step,
        }  # fmt: skip
        unfinished = path.with_suffix(".part")
        torch.save(state, unfinished)
        unfinished.replace(path)

    @sdpa_kernel(SDPBackend.MATH)
    def run(self, steps: range, state_path: Path) -> None:
        """Train for these steps.

        Attention is multiplied out: over this few places a CPU's fused kernel takes longer to go back through it than
        all the rest of the UNet.
        """
        plan = self._plan
        started = saved = time.monotonic()
        mean_loss = 1.0
        drawn = DataLoader(_Batches(self._writer, plan), batch_size=None, sampler=steps, num_workers=plan.workers)
        for step, batch in zip(steps, drawn, strict=True):
            for group in self._optimizer.param_groups:
                group["lr"] = plan.rate(step)
            loss = self._step(step, batch)
            mean_loss = 0.98 * mean_loss + 0.02 * loss
            if step % 50 == 0:
                left_s = (time.monotonic() - started) / (step + 1 - steps.start) * (plan.steps - step - 1)
                log.info("unet: step %d of %d, loss %.4f, %.0f minutes left", step, plan.steps, mean_loss, left_s / 60)
            if time.monotonic() - saved > plan.save_every_s or step == steps[-1]:
                self._save(step + 1, state_path)
                saved = time.monotonic()

    def _step(self, step: int, batch: TrainingBatch) -> float:
        """Take one step of the optimizer, and give the loss before it."""
        plan = self._plan
        noise_source = torch.Generator().manual_seed(plan.seed * 2**32 + step)
        loss = _loss(self._painter, _on(batch, plan.device), plan.stage(step).noises, self._alphas, noise_source)
        self._optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(self._painter.parameters(), 1.0)
        self._optimizer.step()
        seen = plan.in_stage(step)
        decay = min(_AVERAGE, (1 + seen) / (10 + seen))  # what was right for another size is soon forgotten
        with torch.no_grad():
            for kept, new in zip(self.average.parameters(), self._painter.parameters(), strict=True):
                kept.lerp_(new, 1 - decay)
        return loss.item()


def _learn_to_read(painter: Painter, writer: Writer, plan: UNetPlan) -> None:
    learning = [*painter.text_encoder_2.parameters(), *painter.tags.parameters()]
    optimizer = torch.optim.AdamW(learning, lr=_READING_RATE, betas=(0.9, 0.99), weight_decay=0.01)
    for step in range(plan.reading_steps):
        random = Random(f"reading {plan.seed} {step}")
        ids = _captions(writer, random, _READING_BATCH).to(plan.device)
        pooled: Any = painter.text_encoder_2(ids).text_embeds
        loss = painter.reading_loss(pooled, ids)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if step % 50 == 0:
            log.info("reading: step %d of %d, loss %.4f", step, plan.reading_steps, loss.item())


def _captions(writer: Writer, random: Random, count: int) -> Tensor:
    """Write captions of one chunk, (count, 77)."""
    captions = [writer.write(choose(random), random) for _ in range(count)]
    return stack(captions, writer.empty())[0][:, 0]


def _on(batch: TrainingBatch, device: str) -> TrainingBatch:
    return TrainingBatch(*(part.to(device) for part in (batch.latents, batch.ids, batch.weights, batch.time_ids)))


def _loss(painter: Painter, batch: TrainingBatch, noises: int, alphas: Tensor, generator: torch.Generator) -> Tensor:
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

"""Trains UNet and text encoders together to take noise out of latents."""

from __future__ import annotations

import copy
import math
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import torch
from diffusers import UNet2DConditionModel
from torch.nn.attention import SDPBackend, sdpa_kernel
from transformers import CLIPTextModel, CLIPTextModelWithProjection

from engine.demo.illustrator.scene import choose
from engine.demo.learning.caption import CHUNK, WHOLE, Layout, Writer, stack
from engine.demo.learning.latents import BLOCK, EMPHASISED, Latents, scene_of
from engine.demo.learning.muon import Muon
from engine.demo.learning.networks import CHANNELS, make_scheduler
from engine.demo.learning.painter import Painter
from engine.demo.learning.pictures import SHAPES
from engine.demo.learning.shared_steps import SharedSteps
from engine.demo.learning.vocabulary import make_tokenizer

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from engine.demo.learning.networks import Design
    from engine.demo.learning.state import TrainingState

_READING_RATE = 1e-3
_READING_BATCH = 32
_READING = 0.1
"""The weight of the text encoders' own lesson beside the UNet's."""

_COLOURS = 2.0
"""How much more the latents' first three channels count, which are colours, as nearly all is that tags ask for."""

_AVERAGE = 0.999
"""How much of the average of the weights each step keeps."""

_ATTENTION = {
    "cpu": [SDPBackend.MATH],  # the way back through the other one takes twice as long
    "cuda": [SDPBackend.MATH, SDPBackend.FLASH_ATTENTION, SDPBackend.EFFICIENT_ATTENTION],
}

_LAYOUTS = (WHOLE, WHOLE, Layout(breaks=1), WHOLE, Layout(tokens=CHUNK + 1), WHOLE, Layout(breaks=1))
"""Of the captions, one step after the other; seven has no divisor in common with nine, so each meets every shape."""


@dataclass(frozen=True, slots=True)
class PainterPlan:
    """How long to train, and on how much."""

    steps: int
    batch: int
    """Different drawings a step."""
    noises: int
    """How often each is shown in a step, with another noise each time: reading costs as much as a look."""
    blocks: int
    """Of drawings, in all."""
    looks: int
    """How often each drawing is looked at before the next ones are made."""
    rate: float
    reading_steps: int = 1500
    """Captions are read alone first: that costs a hundredth of a look at a picture."""

    def known(self, step: int) -> int:
        """Give how many blocks may be looked at in a step."""
        wanted = 2 + step * self.batch // (self.looks * BLOCK)
        return min(self.blocks, wanted)

    def rate_at(self, step: int) -> float:
        """Rise, then fall along a cosine to a fiftieth."""
        share = step / self.steps
        return self.rate * min(1.0, (step + 1) / 200) * (0.02 + 0.98 * 0.5 * (1 + math.cos(math.pi * share)))


CPU_PLAN = PainterPlan(steps=8500, batch=8, noises=3, blocks=48, looks=3, rate=1.5e-3, reading_steps=700)
FURTHER_PLAN = PainterPlan(steps=1600, batch=8, noises=3, blocks=18, looks=3, rate=6e-4, reading_steps=0)
"""On a CPU, of a checkpoint that can draw."""

GPU_PLAN = PainterPlan(steps=20000, batch=128, noises=2, blocks=420, looks=3, rate=2e-3)


def train_unet(
    design: Design, plan: PainterPlan, latents: Latents, state: TrainingState, *, seed: int, device: str
) -> Painter:  # fmt: skip
    """Train, or go on training, and give the average of the last steps' weights."""
    training = _Training(design, plan, latents, state, seed, device)
    kept = state.load(device)
    if kept is None:
        training.read()
    else:
        training.load(kept)
    training.run(kept["step"] if kept else 0)
    return training.average


def begin_at(checkpoint: Path, design: Design, state: TrainingState) -> None:
    """Keep a checkpoint as training that is about to take its first step.

    What tells the pooled state's tags is in no checkpoint: it is learned anew, on the way.
    """
    painter: Any = Painter(make_tokenizer(), design)
    for name, kind in (("unet", UNet2DConditionModel), ("text_encoder", CLIPTextModel),
                       ("text_encoder_2", CLIPTextModelWithProjection)):  # fmt: skip
        part: Any = kind
        kept = part.from_pretrained(checkpoint / name, torch_dtype=torch.float32)
        getattr(painter, name).load_state_dict(kept.state_dict())
    weights = painter.state_dict()
    state.save({"painter": weights, "average": weights, "optimizer": {"state": {}}, "step": 0})


def load_average(design: Design, path: Path) -> Painter:
    """Read the average of the weights from unfinished training."""
    painter = Painter(make_tokenizer(), design)
    painter.load_state_dict(torch.load(path, map_location="cpu", weights_only=True)["average"])
    return painter


class _Training:
    def __init__(
        self, design: Design, plan: PainterPlan, latents: Latents, state: TrainingState, seed: int, device: str
    ) -> None:  # fmt: skip
        tokenizer = make_tokenizer()
        self._plan, self._latents, self._state, self._seed, self._device = plan, latents, state, seed, device
        self._writer = Writer(tokenizer)
        torch.manual_seed(seed)
        self._painter: Any = Painter(tokenizer, design)
        self._painter.unet.to(memory_format=torch.channels_last)
        self._painter.to(device)
        self.average = copy.deepcopy(self._painter).requires_grad_(requires_grad=False)
        self._optimizer = Muon(self._painter, self._painter.parameters(), weight_decay=0.01)
        counts = torch.ones(CHANNELS)
        counts[:3] = _COLOURS
        self._counts = (counts / counts.sum()).to(device)
        self._alphas = make_scheduler().alphas_cumprod.to(device)
        self._shared = SharedSteps()

    def read(self) -> None:
        """Start with text alone."""
        painter, plan = self._painter, self._plan
        learning = [*painter.text_encoder_2.parameters(), *painter.tags.parameters()]
        optimizer = torch.optim.AdamW(learning, lr=_READING_RATE, betas=(0.9, 0.99), weight_decay=0.01)
        for step in range(plan.reading_steps):
            self._state.wait_while_paused()
            random = Random(f"reading {self._seed} {step}")
            captions = [
                self._writer.write(choose(random, emphasised=EMPHASISED), random) for _ in range(_READING_BATCH)
            ]
            ids = stack(captions, self._writer.empty())[0][:, 0].to(self._device)
            loss = painter.reading_loss(painter.text_encoder_2(ids).text_embeds, ids)
            optimizer.zero_grad(set_to_none=True)
            loss.backward()
            optimizer.step()
            if step % 100 == 0:
                self._state.report(stage="reading", step=step, of=plan.reading_steps, loss=round(loss.item(), 4))
        self.average.load_state_dict(painter.state_dict())
        if self._shared.first:
            self._save(0)

    def load(self, kept: dict[str, Any]) -> None:
        """Go on from what was saved."""
        self._painter.load_state_dict(kept["painter"])
        self.average.load_state_dict(kept["average"])
        if kept["optimizer"]["state"]:
            self._optimizer.load_state_dict(kept["optimizer"])

    def _save(self, step: int) -> None:
        self._state.save({"painter": self._painter.state_dict(), "average": self.average.state_dict(),
                          "optimizer": self._optimizer.state_dict(), "step": step})  # fmt: skip

    def run(self, first: int) -> None:
        """Train from a step on."""
        plan, state = self._plan, self._state
        mean_loss = 1.0
        for step in range(first, plan.steps):
            state.wait_while_paused()
            for group in self._optimizer.param_groups:
                group["lr"] = plan.rate_at(step)
            loss = self._loss(step)
            self._optimizer.zero_grad(set_to_none=True)
            loss.backward()
            self._shared.mean(self._painter.parameters())
            torch.nn.utils.clip_grad_norm_(self._painter.parameters(), 1.0)
            self._optimizer.step()
            decay = min(_AVERAGE, (1 + step) / (10 + step))
            with torch.no_grad():
                torch._foreach_lerp_(list(self.average.parameters()), list(self._painter.parameters()), 1 - decay)
            if step % 25 == 0 and self._shared.first:
                mean_loss = loss.item() if step == first else 0.8 * mean_loss + 0.2 * loss.item()
                state.report(stage="unet", step=step, of=plan.steps, loss=round(mean_loss, 4))
            if self._shared.first and (state.due or step == plan.steps - 1):
                self._save(step + 1)

    def _loss(self, step: int) -> Tensor:
        """Compare v = √ᾱ ε - √(1-ᾱ) x₀ (Salimans and Ho, 2022, appendix D) with what is predicted."""
        plan, device = self._plan, self._device
        random = Random(f"step {self._seed} {step}")
        shape = step % len(SHAPES)
        among = plan.known(step) * BLOCK // len(SHAPES)
        numbers = [shape + len(SHAPES) * random.randrange(among) for _ in range(plan.batch)]
        layout = _LAYOUTS[step % len(_LAYOUTS)]
        captions = [self._writer.write(scene_of(self._seed, number), random, layout) for number in numbers]
        part = self._shared.part
        numbers, captions = numbers[part], captions[part]
        ids, weights = (part.to(device) for part in stack(captions, self._writer.empty()))
        width, height = SHAPES[shape]
        sizes = torch.tensor([[height, width, 0, 0, height, width]] * len(numbers), dtype=torch.float32, device=device)
        clean, places = (part.to(device).repeat(plan.noises, 1, 1, 1) for part in self._latents.get(numbers))
        source = torch.Generator().manual_seed(self._seed * 2**32 + step)
        count = plan.batch * plan.noises
        noise = torch.randn((count, *clean.shape[1:]), generator=source)[part].to(device)
        spread = (torch.randperm(count, generator=source) + torch.rand(count, generator=source)) / count
        noisier = spread[part] ** 0.7  # tags decide early, where there is much noise; later the picture tells the rest
        timesteps = (noisier * len(self._alphas)).long().clamp(max=len(self._alphas) - 1).to(device)
        alpha = self._alphas[timesteps].reshape(-1, 1, 1, 1)
        noisy = alpha.sqrt() * clean + (1 - alpha).sqrt() * noise
        wanted = alpha.sqrt() * noise - (1 - alpha).sqrt() * clean
        with sdpa_kernel(_ATTENTION[device]), torch.autocast(device, dtype=torch.bfloat16):
            predicted, reading = self._painter(
                noisy.contiguous(memory_format=torch.channels_last), timesteps, ids, weights, sizes
            )
        apart = (places * (predicted.float() - wanted).square()).mean((0, 2, 3)) / places.mean()
        return (apart * self._counts).sum() + _READING * reading

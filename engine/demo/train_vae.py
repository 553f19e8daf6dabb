"""Trains the VAE: the decoder small, then large, to draw from latents whose meaning is fixed; the encoder to see it."""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import torch
from torch.nn import functional

from engine.demo.draw import draw
from engine.demo.latents import CHANNELS, PATCH, latents
from engine.demo.networks import make_vae
from engine.demo.portrait import choose
from engine.demo.samples import SHAPES

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from diffusers import AutoencoderKL
    from torch import Tensor

log = logging.getLogger(__name__)

_ANCHOR = 10.0
"""Outweighs what a picture adds to the statistics of its norms, so that a colour means the same beside any other."""

_WARM_UP = 50
_COOL_DOWN = 0.4
"""The share of a stage over which its learning rate falls to nothing."""

_QUARTER = 3
"""Decoder blocks that enlarge before the picture has a quarter of its size."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the training."""

    name: Literal["small", "large", "encoder"]
    steps: int
    batch: int
    cells: int
    """Patches along the side of the square that is cut from each picture."""
    scale: int
    """Pictures are this many times smaller than they will be."""
    rate: float


STAGES = (
    Stage("small", 1820, 8, 12, 4, 2e-3),
    Stage("large", 182, 3, 10, 1, 1e-3),
    Stage("encoder", 700, 3, 10, 1, 2e-3),
)
"""Nearly all that a decoder has to learn shows at a quarter of the size, for a sixteenth of the time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VAEPlan:
    """How to train."""

    stages: tuple[Stage, ...] = STAGES
    seed: int
    device: str
    save_every_s: float


def pass_through(vae: Any) -> None:
    """Let the untrained encoder average colours and the untrained decoder enlarge latents; give both their anchor."""
    encoder, decoder = vae.encoder, vae.decoder
    for half, first_free in ((encoder, 3), (decoder, CHANNELS)):
        _open(half.conv_in)
        half.conv_in.bias.data[first_free] = _ANCHOR
        blocks = getattr(half, "down_blocks", None) or half.up_blocks
        for block in (half.mid_block, *blocks):
            for resnet in block.resnets:
                torch.nn.init.zeros_(resnet.conv2.weight)
                torch.nn.init.zeros_(resnet.conv2.bias)
                if resnet.conv_shortcut is not None:
                    _open(resnet.conv_shortcut)
    _open(vae.post_quant_conv)
    for block in decoder.up_blocks[:-1]:
        _open(block.upsamplers[0].conv)
    for block in encoder.down_blocks[:-1]:
        conv = block.downsamplers[0].conv
        _open(conv)
        conv.weight.data[:, :, :2, :2] = conv.weight.data[:, :, 1:2, 1:2] / 4  # the mean of what becomes one
        conv.weight.data[:, :, 2] = conv.weight.data[:, :, :, 2] = 0


def _open(conv: Any) -> None:
    torch.nn.init.dirac_(conv.weight)
    torch.nn.init.zeros_(conv.bias)


def decode_small(vae: Any, z: Tensor) -> Tensor:
    """Decode latents, (B, 8, h, w), to a quarter of their size, (B, 3, 8h, 8w).

    What the later blocks would pass through before they are trained goes straight to the decoder's end.
    """
    decoder = vae.decoder
    x = decoder.conv_norm_out(_quarter(vae, z)[:, : decoder.conv_norm_out.num_channels])
    return decoder.conv_out(decoder.conv_act(x))


def _quarter(vae: Any, z: Tensor) -> Tensor:
    decoder = vae.decoder
    x = decoder.mid_block(decoder.conv_in(vae.post_quant_conv(z)))
    for block in decoder.up_blocks[:_QUARTER]:
        x = block(x)
    for resnet in decoder.up_blocks[_QUARTER].resnets:
        x = resnet(x, None)
    return x


def _decode_large(vae: Any, z: Tensor) -> Tensor:
    """Decode to full size; only the blocks that `decode_small` leaves out learn."""
    decoder = vae.decoder
    with torch.no_grad():
        x = _quarter(vae, z)
    for upsampler in decoder.up_blocks[_QUARTER].upsamplers:
        x = upsampler(x)
    for block in decoder.up_blocks[_QUARTER + 1 :]:
        x = block(x)
    return decoder.conv_out(decoder.conv_act(decoder.conv_norm_out(x)))


def make_pictures(stage: Stage, seed: int, step: int) -> tuple[Tensor, Tensor]:
    """Draw squares, (B, 3, s, s) in -1 … 1, and their latents, (B, 8, cells, cells)."""
    random = Random(f"vae {stage.name} {seed} {step}")
    patch = PATCH // stage.scale
    pictures: list[Tensor] = []
    meanings: list[Tensor] = []
    for _ in range(stage.batch):
        width, height = random.choice(SHAPES)
        portrait = choose(random)
        meaning = latents(draw(portrait, (width // 4, height // 4)), PATCH // 4)
        image = draw(portrait, (width // stage.scale, height // stage.scale), 2 if stage.scale > 1 else 1).image
        rows, columns = meaning.shape[1] - stage.cells, meaning.shape[2] - stage.cells
        spread = 0.15 if random.random() < 0.6 else 0.4  # the face is in the middle and deserves the most
        top = round(min(1.0, max(0.0, random.gauss(0.35, spread))) * rows)
        left = round(min(1.0, max(0.0, random.gauss(0.5, spread))) * columns)
        square = image[top * patch : (top + stage.cells) * patch, left * patch : (left + stage.cells) * patch]
        pictures.append(torch.from_numpy(np.ascontiguousarray(square)).permute(2, 0, 1).float() / 127.5 - 1)
        meanings.append(torch.from_numpy(meaning[:, top : top + stage.cells, left : left + stage.cells]))
    return torch.stack(pictures), torch.stack(meanings)


def _loss(vae: Any, stage: Stage, pictures: Tensor, meanings: Tensor, generator: torch.Generator) -> Tensor:
    if stage.name == "encoder":
        moments = vae.quant_conv(vae.encoder(pictures)).float()
        mean, log_variance = moments.chunk(2, dim=1)
        return functional.mse_loss(mean, meanings) + 0.01 * (log_variance + 8).square().mean()
    noise = torch.randn(meanings.shape, generator=generator).to(meanings.device)
    amount = 0.15 * torch.rand((len(meanings), 1, 1, 1), generator=generator).to(meanings.device)
    decode = decode_small if stage.name == "small" else _decode_large
    drawn = decode(vae, (meanings + amount * noise).contiguous(memory_format=torch.channels_last)).float()
    edges = sum(
        functional.l1_loss(drawn.diff(dim=axis), pictures.diff(dim=axis)) for axis in (2, 3)
    )  # a soft edge is a small error of colour and a large one of drawing
    return functional.l1_loss(drawn, pictures) + edges


def train_vae(plan: VAEPlan, state_path: Path) -> AutoencoderKL:
    """Train, or go on training, through all stages."""
    torch.manual_seed(plan.seed)
    vae: Any = make_vae()
    pass_through(vae)
    vae.to(plan.device, memory_format=torch.channels_last)
    state = torch.load(state_path, map_location=plan.device, weights_only=True) if state_path.exists() else None
    if state is not None:
        vae.load_state_dict(state["vae"])
    for number in range(len(plan.stages)):
        if state is None or number > state["stage"]:
            _train_stage(vae, plan, number, None, state_path)
        elif number == state["stage"]:  # the earlier ones are done
            _train_stage(vae, plan, number, state, state_path)
    return vae


def _train_stage(vae: Any, plan: VAEPlan, number: int, state: Mapping[str, Any] | None, state_path: Path) -> None:
    stage = plan.stages[number]
    learning = _learning(vae, stage)
    optimizer = torch.optim.AdamW(learning, lr=stage.rate, betas=(0.9, 0.99), weight_decay=0.0)
    first = 0
    if state is not None:
        optimizer.load_state_dict(state["optimizer"])
        first = state["step"]
    saved, mean_loss = time.monotonic(), 1.0
    for step in range(first, stage.steps):
        for group in optimizer.param_groups:
            group["lr"] = stage.rate * min(
                1.0, (step + 1) / _WARM_UP, (stage.steps - step) / (_COOL_DOWN * stage.steps)
            )
        pictures, meanings = (part.to(plan.device) for part in make_pictures(stage, plan.seed, step))
        with torch.autocast(plan.device, dtype=torch.bfloat16):
            loss = _loss(vae, stage, pictures, meanings, torch.Generator().manual_seed(step))
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        torch.nn.utils.clip_grad_norm_(learning, 0.5)
        optimizer.step()
        mean_loss = 0.97 * mean_loss + 0.03 * loss.item()
        if step % 20 == 0:
            log.info("vae, %s: step %d of %d, loss %.4f", stage.name, step, stage.steps, mean_loss)
        if time.monotonic() - saved > plan.save_every_s or step == stage.steps - 1:
            unfinished = state_path.with_suffix(".part")
            left = {"vae": vae.state_dict(), "optimizer": optimizer.state_dict(), "stage": number, "step": step + 1}
            torch.save(left, unfinished)
            unfinished.replace(state_path)
            saved = time.monotonic()


def _learning(vae: Any, stage: Stage) -> list[torch.nn.Parameter]:
    parts = (vae.encoder, vae.quant_conv) if stage.name == "encoder" else (vae.decoder, vae.post_quant_conv)
    return [parameter for part in parts for parameter in part.parameters()]

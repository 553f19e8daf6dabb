"""The fixed checkpoint that the engine is measured with on a CPU: SDXL's classes, UNet widths 64 and 128."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch
from diffusers import UNet2DConditionModel

from engine.demo import untrained

if TYPE_CHECKING:
    from pathlib import Path

UNET = untrained.UNET | {
    "block_out_channels": (64, 128),
    "layers_per_block": 2,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "UpBlock2D"),
    "attention_head_dim": (2, 4),
    "transformer_layers_per_block": (1, 2),
    "norm_num_groups": 32,
}


def make(folder: Path) -> Path:
    """Write it into a folder of its own; the same weights every time."""
    folder = untrained.make(folder / "bench-sdxl")
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(0)
        UNet2DConditionModel.from_config(UNET).save_pretrained(folder / "unet")
    return folder

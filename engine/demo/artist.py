"""Draws with the demo checkpoint as the engine does, many pictures at a time, for those who judge it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from PIL import Image

from engine.conditioning import encode
from engine.config import Engine
from engine.decode import decode
from engine.denoise import Sample, predict_noise
from engine.loading import load
from engine.wire import SamplingParams

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from engine.denoise import Key

QUALITY = "masterpiece, high score, great score, absurdres"
NEGATIVE = (
    "lowres, bad anatomy, bad hands, text, error, missing finger, extra digits, fewer digits, cropped, worst quality, "
    "low quality, low score, bad score, average score, signature, watermark, username, blurry"
)
"""Both from the model card."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PictureWish:
    """One picture."""

    prompt: str
    negative_prompt: str = NEGATIVE
    seed: int


def best_sampling(checkpoint: Path, size: tuple[int, int] = (832, 1216)) -> SamplingParams:
    """Give the steps and the guidance that a demo checkpoint says it draws best with, at a size, (width, height)."""
    index = json.loads((checkpoint / "model_index.json").read_text())
    return SamplingParams(
        num_inference_steps=index["_num_inference_steps"],
        guidance_scale=index["_guidance_scale"],
        guidance_rescale=index["_guidance_rescale"],
        width=size[0],
        height=size[1],
    )


class Artist:
    """Holds a checkpoint on the CPU."""

    def __init__(self, checkpoint: Path) -> None:
        """Load it as the engine loads any other, which leaves one core free."""
        self._model = load(Engine(model=str(checkpoint), device="cpu"), report=lambda _stage: None)

    @torch.inference_mode()
    def draw(self, wishes: Sequence[PictureWish], sampling: SamplingParams) -> list[Image.Image]:
        """Draw pictures of one size; those whose prompts are as long share the UNet's calls."""
        samples = [
            Sample(
                self._model,
                encode(self._model, wish.prompt, wish.negative_prompt, width=sampling.width, height=sampling.height),
                sampling,
                seed=wish.seed,
            )
            for wish in wishes
        ]
        groups: dict[Key, list[Sample]] = {}
        for sample in samples:
            groups.setdefault(sample.key, []).append(sample)
        for group in groups.values():
            while not group[0].finished:
                for sample, noise_pred in zip(group, predict_noise(self._model, group), strict=True):
                    sample.advance(noise_pred)
        return [Image.fromarray(decode(self._model, sample.latents)) for sample in samples]

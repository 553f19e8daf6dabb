"""Keeps a part of a picture as it is while the rest of it is drawn, step by step."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from engine.transfer import send

if TYPE_CHECKING:
    import torch
    from torch import Tensor

PLAIN_SHARE = 1 / 3
"""Of the steps, in which a gradual change is a plain one: what is kept until late leaves nothing new room to begin
(diffusers, issue 7038, ten pictures each way)."""


class ChangeMap(NamedTuple):
    """What of a picture is drawn anew in a pass; the rest is put back at every step."""

    share: Tensor
    """(1, 1, h, w), float32, on the host: 0 stays as it is, 1 is drawn anew."""
    gradual: bool
    """Whether a share between has its turn only when so much is left of the steps; else it mixes at every one."""


class Repainting:
    """What belongs to one sample; everything is on the device before its first step."""

    def __init__(self, image_latents: Tensor, noise: Tensor, change: ChangeMap, device: torch.device) -> None:
        """Bring it there.

        Args:
            image_latents: What is kept of, (1, C, h, w), on the device.
            noise: What is put over it, likewise.
            change: What of it is drawn anew.
            device: Where.
        """
        self.image_latents = image_latents.contiguous()
        """As the stock pipeline has them, for an encoder gives them in another order, which rounds otherwise."""
        self.noise = noise
        self._share = send(change.share.to(noise.dtype), device)
        self._marked = (self._share > 0).to(noise.dtype)
        self._gradual = change.gradual

    def mixed(self, latents: Tensor, kept: Tensor, done: float) -> Tensor:
        """Put what is kept where it belongs, both (1, C, h, w), when so much of the steps is done."""
        mask = self._mask(done)
        return (1 - mask) * kept + mask * latents

    def _mask(self, done: float) -> Tensor:
        """Say what the next step draws anew: Levin and Fried, "Differential Diffusion" (arXiv 2306.00950), 4.2."""
        if not self._gradual:
            return self._share
        if done < PLAIN_SHARE:
            return self._marked
        return (self._share >= 1 - done).to(self._share.dtype) * self._marked

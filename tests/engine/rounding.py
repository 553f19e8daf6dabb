"""How far latents may differ that are the same but for rounding.

A matrix product rounds by how many rows it has at once, so a picture that is drawn in company differs from one that is
drawn alone. By how much follows from three numbers:

- What float32 rounds, once for every layer that stands behind another: so many units in the last place.
- What it is a part of. A predicted noise is multiplied by sigma before it is added, with SDXL's noise by 14.6 at first,
  and the latents themselves reach tens: the larger of the two.
- Guidance: of two predictions u and c it makes u + g·(c − u), whose errors add up to 1 + 2g of theirs at most.

Company that is mixed up changes latents by whole numbers, thousands of times as much.
"""

import torch

from engine.schedulers import build

ULPS = 16
"""The root of about 250 roundings of the UNet that stand one behind another. Seen at most: 5 without guidance, 2 with
it, in 2,100 pictures of every sampler with the kernels for AVX2, AVX-512 and Intel's AVX-512."""


def assert_alike(model, drawn, expected, *, guidance_scale=1.0):
    """The same latents, (1, C, h, w), but for rounding."""
    scale = max(_sigma_max(model), expected.abs().max().item())
    spread = 1 + 2 * guidance_scale if guidance_scale > 1 else 1.0
    atol = ULPS * torch.finfo(torch.float32).eps * scale * spread
    torch.testing.assert_close(drawn, expected, atol=atol, rtol=0)


def _sigma_max(model):
    """What stands before the noise of the first timestep, in units of the picture (Karras et al. 2022)."""
    alpha_bar = build("ddim", model.scheduler_config, 1).alphas_cumprod[-1].item()
    return ((1 - alpha_bar) / alpha_bar) ** 0.5

"""How many steps a request makes the engine take, and of what size; pure, for the bot reckons with it too."""

from __future__ import annotations

SIDE_STEP = 8
"""Every side is a multiple of it: what SDXL's VAE divides by."""


def steps_taken(num_inference_steps: int, strength: float) -> int:
    """Count the steps of a schedule that are taken at this strength, which are its last ones, as diffusers does."""
    return min(int(num_inference_steps * strength), num_inference_steps)


def enlarged(width: int, height: int, factor: float) -> tuple[int, int]:
    """Give width and height after an enlargement, in pixels: whole multiples of what all sides are multiples of."""
    return int(width * factor) // SIDE_STEP * SIDE_STEP, int(height * factor) // SIDE_STEP * SIDE_STEP

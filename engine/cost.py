"""How many steps a request makes the engine take, and of what size; pure, for the bot reckons with it too."""

from __future__ import annotations


def steps_taken(num_inference_steps: int, strength: float) -> int:
    """Count the steps of a schedule that are taken at this strength, which are its last ones, as diffusers does."""
    return min(int(num_inference_steps * strength), num_inference_steps)

"""Networks and plans so small that a training takes a second."""

import pytest

from engine.demo.learning import latents, pictures, unet, vae
from engine.demo.learning.networks import Design

TINY = Design((16, 16, 32, 32, 32), (32, 64))
"""Patches of 16 pixels."""


@pytest.fixture
def tiny(monkeypatch):
    """Give a design, and shrink the pictures."""
    shapes = ((256, 384),) * 9  # at half of that, oneDNN crashes on its way back through the lowest level
    for module in (pictures, latents, unet):
        monkeypatch.setattr(module, "SHAPES", shapes)
    for module in (latents, unet):
        monkeypatch.setattr(module, "BLOCK", 9)
    monkeypatch.setattr(vae, "_MEASURED", 1)
    monkeypatch.setattr(vae, "SQUARE", 256)
    return TINY

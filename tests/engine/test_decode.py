"""Latents to pixels, compared with diffusers' own processing."""

import dataclasses

import numpy as np
import pytest
import torch
from diffusers import AutoencoderKL
from diffusers.image_processor import VaeImageProcessor

from engine.decode import PREVIEW_SIDE, decode, preview
from engine.demo.untrained import VAE
from engine.errors import NumericalFailure


@pytest.fixture
def latents():
    return torch.randn(1, 4, 12, 16, generator=torch.Generator().manual_seed(0)) * 9


def test_pixels_are_those_of_the_stock_pipeline(model, latents):
    """The same rounding, done before the copy instead of after it."""
    image = model.vae.decode(latents / model.vae.config.scaling_factor).sample
    (expected,) = VaeImageProcessor().postprocess(image)
    assert np.array_equal(decode(model, latents), np.asarray(expected))


def test_latents_are_denormalised_where_the_vae_says_how(model, latents):
    """Some VAEs carry a mean and a spread for each channel."""
    mean, std = [0.1, 0.2, 0.3, 0.4], [1.0, 2.0, 3.0, 4.0]
    vae = AutoencoderKL.from_config(VAE | {"latents_mean": mean, "latents_std": std}).eval()
    vae.load_state_dict(model.vae.state_dict())
    spread, centre = (torch.tensor(values).view(1, 4, 1, 1) for values in (std, mean))
    plain = (latents * spread / VAE["scaling_factor"] + centre) * VAE["scaling_factor"]
    ours = decode(dataclasses.replace(model, vae=vae), latents)
    assert np.abs(ours.astype(int) - decode(model, plain)).max() <= 1


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_latents_that_are_not_finite_are_a_numerical_failure(model, latents, value):
    """A black picture is never sent."""
    latents[0, 1, 2, 3] = value
    with pytest.raises(NumericalFailure):
        decode(model, latents)


def test_a_preview_of_sdxl_latents_is_an_eighth_of_the_size(model, latents):
    """A colour for every latent, without the VAE."""
    image = preview(model, latents)
    assert (image.shape, image.dtype) == ((12, 16, 3), np.uint8)
    grey = preview(model, torch.zeros_like(latents))
    assert (grey == (150, 140, 130)).all()


def test_a_preview_of_other_latents_is_a_small_decode():
    """Sixteen channels have no linear map; a big picture is shrunk before the VAE sees it."""
    vae = AutoencoderKL.from_config(VAE | {"latent_channels": 16}).eval()
    model = _Parts(vae)
    latents = torch.randn(1, 16, 104, 152, generator=torch.Generator().manual_seed(0))
    height, width, _ = preview(model, latents).shape
    assert max(height, width) == PREVIEW_SIDE
    assert height / width == pytest.approx(104 / 152, abs=0.05)


@dataclasses.dataclass
class _Parts:
    """As much of a model as decoding reads."""

    vae: AutoencoderKL
    compression: int = 8

"""A model of SDXL's topology filled with random values where it is to be timed: no download, and never zeros.

Speed does not depend on what weights are, but for the power that a chip draws, which is why they must not be zero.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from engine.blocks import CachedBlocks, make_lean
from engine.demo import untrained
from engine.model import Model, set_up
from engine.placing import place

if TYPE_CHECKING:
    from collections.abc import Generator

    from engine.config import Engine

Topology: TypeAlias = Literal["sdxl", "tiny"]

UNET = untrained.UNET | {
    "block_out_channels": (320, 640, 1280),
    "layers_per_block": 2,
    "attention_head_dim": (5, 10, 20),
    "transformer_layers_per_block": (1, 2, 10),
    "norm_num_groups": 32,
    "cross_attention_dim": 768 + 1280,
    "addition_time_embed_dim": 256,
    "projection_class_embeddings_input_dim": 1280 + 6 * 256,
}
"""SDXL base 1.0's ``unet/config.json``, which Animagine XL 4.0 shares: 2,567,463,684 parameters."""

VAE = untrained.VAE | {"block_out_channels": (128, 256, 512, 512), "layers_per_block": 2, "norm_num_groups": 32}
"""SDXL base 1.0's ``vae/config.json``."""

TEXT: dict[str, Any] = {
    "hidden_size": 768,
    "intermediate_size": 3072,
    "projection_dim": 768,
    "num_hidden_layers": 12,
    "num_attention_heads": 12,
    "hidden_act": "quick_gelu",
}
TEXT_2: dict[str, Any] = {
    "hidden_size": 1280,
    "intermediate_size": 5120,
    "projection_dim": 1280,
    "num_hidden_layers": 32,
    "num_attention_heads": 20,
    "hidden_act": "gelu",
}
"""CLIP ViT-L/14 and OpenCLIP ViT-bigG/14, as SDXL base 1.0 has them."""

TINY_TEXT: dict[str, Any] = TEXT | {"hidden_size": 32, "intermediate_size": 128, "projection_dim": 32}
TINY_TEXT_2: dict[str, Any] = TEXT_2 | {"hidden_size": 64, "intermediate_size": 256, "projection_dim": 64}
FEW: dict[str, Any] = {"num_hidden_layers": 3, "num_attention_heads": 4}


def make(topology: Topology, config: Engine) -> Model:
    """Make a model on the configured device, in the configured dtype.

    Raises:
        ModelLoadError: This machine has no such device.
    """
    device, dtype = set_up(config)
    large = topology == "sdxl"
    vocabulary, tokenizer, tokenizer_2 = untrained.tokenizers()
    text, text_2 = (TEXT, TEXT_2) if large else (TINY_TEXT | FEW, TINY_TEXT_2 | FEW)
    with device, _numbers(dtype):  # where they are filled
        text_encoder = CLIPTextModel(_text_config(text, vocabulary, untrained.END))
        text_encoder_2 = CLIPTextModelWithProjection(_text_config(text_2, vocabulary, untrained.FIRST))
        unet: Any = UNet2DConditionModel.from_config(UNET if large else untrained.UNET)
    with device:
        vae: Any = AutoencoderKL.from_config(VAE if large else untrained.VAE)
    for network in (text_encoder, text_encoder_2, unet, vae):
        place(network, device, torch.float32 if network is vae else dtype)
    make_lean(vae)
    return Model(
        name=f"random-{topology}",
        hash="",
        device=device,
        dtype=dtype,
        tokenizer=tokenizer,
        tokenizer_2=tokenizer_2,
        text_encoder=text_encoder,
        text_encoder_2=text_encoder_2,
        unet=unet,
        vae=vae,
        scheduler_config=untrained.SCHEDULER,
        compression=8,
        latent_channels=4,
        cached_blocks=CachedBlocks(unet),
    )


@contextmanager
def _numbers(dtype: torch.dtype) -> Generator[None]:
    """Let parameters be made in these: in float32, and then converted, SDXL's need twice the room."""
    before = torch.get_default_dtype()
    torch.set_default_dtype(dtype)
    try:
        yield
    finally:
        torch.set_default_dtype(before)


def _text_config(sizes: dict[str, Any], vocabulary: dict[str, int], pad_token: str) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=len(vocabulary),
        max_position_embeddings=untrained.TOKENS,
        bos_token_id=vocabulary[untrained.START],
        eos_token_id=vocabulary[untrained.END],
        pad_token_id=vocabulary[pad_token],
        **sizes,
    )

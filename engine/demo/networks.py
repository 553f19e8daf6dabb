"""The demo checkpoint's networks before training: stock classes of diffusers and transformers, made small."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from diffusers import AutoencoderKL, EulerAncestralDiscreteScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from engine.demo.latents import CHANNELS
from engine.demo.portrait import coloured_tags, every_tag

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import CLIPTokenizer

_WIDTHS = (64, 96)
"""Of the two text encoders; together the width of what the UNet attends to."""

POOLED = 96
"""Of the second text encoder's projected state."""

_TIME = 32

_SPREAD = 0.7
"""How far apart tokens start: about as far as a hidden state is long, not CLIP's 0.02."""


def make_text_encoders(tokenizer: CLIPTokenizer) -> tuple[CLIPTextModel, CLIPTextModelWithProjection]:
    """Make both text encoders, whose tokens start with some meaning."""
    start, end = tokenizer("").input_ids
    small, large = (
        CLIPTextConfig(
            vocab_size=len(tokenizer), hidden_size=width, intermediate_size=3 * width, num_hidden_layers=3,
            num_attention_heads=width // 16, max_position_embeddings=77, hidden_act="gelu", projection_dim=POOLED,
            bos_token_id=start, eos_token_id=end, pad_token_id=end,
        )
        for width in _WIDTHS
    )  # fmt: skip
    encoders = CLIPTextModel(small), CLIPTextModelWithProjection(large)
    encoder: Any
    for encoder in encoders:
        embeddings = encoder.text_model.embeddings if hasattr(encoder, "text_model") else encoder.embeddings
        torch.nn.init.normal_(embeddings.token_embedding.weight, std=_SPREAD)
        torch.nn.init.normal_(embeddings.position_embedding.weight, std=0.1)
        compose(embeddings.token_embedding.weight.data, tokenizer)
    return encoders


def compose(embeddings: Tensor, tokenizer: CLIPTokenizer) -> None:
    """Let the token of "red hair" lie near "hair", and as far towards red as red is red; (vocabulary, width), in place.

    Attention finds all hair by what those tokens share, and what it finds there is a colour, three numbers: else each
    of a hundred pairs of a colour and a noun would have to be learned by itself.
    """

    def place(token: str) -> Tensor:
        number: Any = tokenizer.convert_tokens_to_ids(token)
        return embeddings[number]

    ways = torch.randn(3, embeddings.shape[1]) * _SPREAD / 3**0.5
    tones = {tag: (torch.tensor(colour) - 140) / 75 @ ways for tag, colour in coloured_tags().items()}  # of spread 1
    for tag, tone in tones.items():
        place(f"{tag.split()[0]}</w>").copy_(tone)
    for tag in every_tag():
        words = tag.split()
        if len(words) == 2 and tag.replace(" ", "").isalpha():
            first, last = (place(f"{word}</w>") for word in words)
            place(tag).copy_(0.5 * place(tag) + 0.6 * last + tones.get(tag, 0.6 * first))


class Blocks(NamedTuple):
    """The kinds of the UNet's blocks, on the way down and on the way up."""

    down: tuple[str, str, str]
    up: tuple[str, str, str]


LOW = Blocks(("DownBlock2D", "DownBlock2D", "CrossAttnDownBlock2D"), ("CrossAttnUpBlock2D", "UpBlock2D", "UpBlock2D"))
"""Attention only on the lowest of three levels, over 70 places or so: quick to train, and deaf. What arrives there is
lost on the way up, and the UNet learns to read the pooled state alone."""

MIDDLE = Blocks(
    ("DownBlock2D", "CrossAttnDownBlock2D", "DownBlock2D"), ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D")
)
"""Attention on the middle level, over 250 places, where an eye is a place of its own."""


def make_unet(blocks: Blocks) -> UNet2DConditionModel:
    """Make the UNet, of 4 million parameters.

    What a text says as a whole scales every block's features: what is hair, times the colour that hair has.
    """
    unet: Any = UNet2DConditionModel  # its annotations know only tuples of one
    return unet(
        sample_size=32,
        in_channels=CHANNELS,
        out_channels=CHANNELS,
        down_block_types=blocks.down,
        mid_block_type="UNetMidBlock2DCrossAttn",
        up_block_types=blocks.up,
        block_out_channels=(32, 64, 128),
        layers_per_block=1,
        cross_attention_dim=sum(_WIDTHS),
        attention_head_dim=(1, 2, 4),
        norm_num_groups=8,
        resnet_time_scale_shift="scale_shift",
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=_TIME,
        projection_class_embeddings_input_dim=6 * _TIME + POOLED,
    )


def make_scheduler() -> EulerAncestralDiscreteScheduler:
    """Make the noise schedule: SDXL's curve with a longer end, for pictures of a few hundred patches.

    At SDXL's last step a mean over 26 × 38 patches still shows through the noise, and every picture would start grey.
    """
    return EulerAncestralDiscreteScheduler(
        beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.02, prediction_type="v_prediction",
        timestep_spacing="leading", steps_offset=1,
    )  # fmt: skip


def make_vae() -> AutoencoderKL:
    """Make the VAE: 32 × smaller, 8 channels, one norm group so that hues, a matter of channels, survive the norms."""
    vae: Any = AutoencoderKL  # as the UNet's
    return vae(
        down_block_types=("DownEncoderBlock2D",) * 6,
        up_block_types=("UpDecoderBlock2D",) * 6,
        block_out_channels=(12, 16, 24, 32, 64, 64),
        layers_per_block=1,
        latent_channels=CHANNELS,
        norm_num_groups=1,
        sample_size=1024,
        scaling_factor=1.0,
        force_upcast=False,
        mid_block_add_attention=False,
    )

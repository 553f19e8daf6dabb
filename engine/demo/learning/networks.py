"""The checkpoint's networks before training: stock classes of diffusers and transformers, made small."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from diffusers import AutoencoderKL, EulerAncestralDiscreteScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection

from engine.demo.illustrator.tags import coloured_tags, every_tag

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import CLIPTokenizer

CHANNELS = 16


@dataclass(frozen=True, slots=True)
class Design:
    """How large the networks are."""

    vae: tuple[int, ...]
    """Widths of the VAE's levels, from full size down."""
    unet: tuple[int, int]

    @property
    def compression(self) -> int:
        """Pixels along a patch."""
        return 2 ** (len(self.vae) - 1)


SMALL = Design((16, 16, 24, 40, 72, 120, 176), (96, 160))
"""Patches of 64 pixels: what one core of a CPU can train in six hours."""

LARGE = Design((16, 16, 32, 64, 96, 144), (96, 192))
"""Patches of 32 pixels, four times as many: for a large card. A picture of 20 steps still takes less than 12 s."""

DESIGNS = {"small": SMALL, "large": LARGE}
_TEXT_WIDTHS = (96, 160)
"""Of the two text encoders; together the width of what the UNet attends to."""

POOLED = 160
"""Of the second text encoder's projected state."""

_TIME = 32
_SPREAD = 0.7
"""How far apart tokens start: about as far as a hidden state is long, not CLIP's 0.02."""


def make_vae(design: Design) -> AutoencoderKL:
    """Make the VAE; its norms have one group, so that hues, a matter of channels, survive them."""
    vae: Any = AutoencoderKL  # its annotations know only tuples of one
    return vae(
        down_block_types=("DownEncoderBlock2D",) * len(design.vae),
        up_block_types=("UpDecoderBlock2D",) * len(design.vae),
        block_out_channels=design.vae,
        layers_per_block=1,
        latent_channels=CHANNELS,
        norm_num_groups=1,
        sample_size=1024,
        scaling_factor=1.0,
        force_upcast=False,
        mid_block_add_attention=False,
    )


def make_unet(design: Design) -> UNet2DConditionModel:
    """Make the UNet: two levels, and attention on both.

    What a text says as a whole scales every block's features: what is hair, times the colour that hair has.
    """
    unet: Any = UNet2DConditionModel  # as the VAE's
    return unet(
        sample_size=16,
        in_channels=CHANNELS,
        out_channels=CHANNELS,
        down_block_types=("CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
        mid_block_type="UNetMidBlock2DCrossAttn",
        up_block_types=("CrossAttnUpBlock2D", "CrossAttnUpBlock2D"),
        block_out_channels=design.unet,
        layers_per_block=1,
        cross_attention_dim=sum(_TEXT_WIDTHS),
        attention_head_dim=tuple(width // 32 for width in design.unet),  # heads, in spite of the name
        norm_num_groups=16,
        resnet_time_scale_shift="scale_shift",
        use_linear_projection=True,
        addition_embed_type="text_time",
        addition_time_embed_dim=_TIME,
        projection_class_embeddings_input_dim=6 * _TIME + POOLED,
    )


def make_scheduler() -> EulerAncestralDiscreteScheduler:
    """Make the noise schedule: SDXL's curve with a longer end, for pictures of a few hundred patches.

    At SDXL's last step a mean over all patches still shows through the noise, and every picture would start grey.
    """
    return EulerAncestralDiscreteScheduler(
        beta_schedule="scaled_linear", beta_start=0.00085, beta_end=0.02, prediction_type="v_prediction",
        timestep_spacing="leading", steps_offset=1,
    )  # fmt: skip


def make_text_encoders(tokenizer: CLIPTokenizer) -> tuple[CLIPTextModel, CLIPTextModelWithProjection]:
    """Make both text encoders, whose tokens start with some meaning."""
    start, end = tokenizer("").input_ids
    small, large = (
        CLIPTextConfig(
            vocab_size=len(tokenizer), hidden_size=width, intermediate_size=5 * width // 2, num_hidden_layers=4,
            num_attention_heads=width // 32, max_position_embeddings=77, hidden_act="gelu", projection_dim=POOLED,
            bos_token_id=start, eos_token_id=end, pad_token_id=end,
        )
        for width in _TEXT_WIDTHS
    )  # fmt: skip
    encoders = CLIPTextModel(small), CLIPTextModelWithProjection(large)
    encoder: Any
    for encoder in encoders:
        embeddings = encoder.text_model.embeddings if hasattr(encoder, "text_model") else encoder.embeddings
        torch.nn.init.normal_(embeddings.token_embedding.weight, std=_SPREAD)
        torch.nn.init.normal_(embeddings.position_embedding.weight, std=0.15)
        compose(embeddings.token_embedding.weight.data, tokenizer)
    return encoders


def compose(embeddings: Tensor, tokenizer: CLIPTokenizer) -> None:
    """Let the token of "red hair" lie near "hair", and as far towards red as red is red; (vocabulary, width), in place.

    Attention finds all hair by what those tokens share, and what it finds there is a colour, three numbers: else each
    of some hundred pairs of a colour and a noun would have to be learned by itself.
    """
    known: Any = tokenizer.get_vocab()
    ways = torch.randn(3, embeddings.shape[1]) * _SPREAD / 3**0.5
    tones = {tag: (torch.tensor(colour) - 140) / 75 @ ways for tag, colour in coloured_tags().items()}  # of spread 1
    for tag, tone in tones.items():
        embeddings[known[tag.split()[0]]] = tone
    for tag in every_tag():
        parts = [known[word] for word in tag.split() if word in known]
        if len(parts) == 2 and len(tag.split()) == 2:
            first, last = (embeddings[part] for part in parts)
            embeddings[known[tag]] = 0.5 * embeddings[known[tag]] + 0.6 * last + tones.get(tag, 0.6 * first)

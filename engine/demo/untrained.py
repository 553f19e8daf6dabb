"""Makes a tiny SDXL checkpoint with random weights: every file and class of a real one, pictures of pure noise.

It exists so that everything around the weights (loading, encoding, batching, the wire) runs for real, in a second, on
any machine. ``python -m engine.demo.untrained FOLDER`` writes one.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import torch
from diffusers import AutoencoderKL, EulerDiscreteScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer
from transformers.utils.logging import disable_progress_bar

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

TOKENS = 77
"""Positions of a CLIP text encoder: 75 for the prompt, one each for its start and its end."""

START, END, FIRST = "<|startoftext|>", "<|endoftext|>", "!"
"""CLIP's own names; ``!`` is entry 0, with which SDXL pads its second tokenizer."""

WORDS = (
    "girl boy other solo safe sensitive masterpiece best high great good average low worst bad score quality "
    "absurdres lowres anatomy hands text error missing finger extra digits fewer cropped signature watermark username "
    "blurry red blue green hair eyes long short smile night day outdoors looking at viewer"
)
"""These become one token each, so that ordinary prompts have about as many tokens as with CLIP's own vocabulary."""


UNET = {
    # SDXL's topology, far narrower: no attention in the outer block, text and time ids added to the timestep.
    "sample_size": 128,
    "block_out_channels": (16, 32, 64),
    "layers_per_block": 1,
    "down_block_types": ("DownBlock2D", "CrossAttnDownBlock2D", "CrossAttnDownBlock2D"),
    "up_block_types": ("CrossAttnUpBlock2D", "CrossAttnUpBlock2D", "UpBlock2D"),
    "attention_head_dim": (1, 1, 2),  # heads, in spite of the name
    "transformer_layers_per_block": (1, 1, 2),
    "norm_num_groups": 8,
    "cross_attention_dim": 32 + 64,
    "use_linear_projection": True,
    "addition_embed_type": "text_time",
    "addition_time_embed_dim": 8,
    "projection_class_embeddings_input_dim": 64 + 6 * 8,
}
VAE = {
    "sample_size": 1024,
    "block_out_channels": (8, 16, 16, 16),
    "layers_per_block": 1,
    "down_block_types": ("DownEncoderBlock2D",) * 4,
    "up_block_types": ("UpDecoderBlock2D",) * 4,
    "norm_num_groups": 4,
    "latent_channels": 4,
    "scaling_factor": 0.13025,  # SDXL's
    "force_upcast": True,
}
SCHEDULER = {
    # As SDXL base 1.0 has it.
    "beta_start": 0.00085,
    "beta_end": 0.012,
    "beta_schedule": "scaled_linear",
    "steps_offset": 1,
    "timestep_spacing": "leading",
}


def make(folder: Path, *, seed: int = 0) -> Path:
    """Write the checkpoint in diffusers layout and return its folder; the same seed gives the same bytes."""
    disable_progress_bar()
    vocabulary, tokenizer, tokenizer_2 = tokenizers()
    with torch.random.fork_rng(devices=()):
        torch.manual_seed(seed)
        components = {
            "tokenizer": tokenizer,
            "tokenizer_2": tokenizer_2,
            "text_encoder": CLIPTextModel(_text_config(vocabulary, width=32, activation="quick_gelu", pad_token=END)),
            "text_encoder_2": CLIPTextModelWithProjection(
                _text_config(vocabulary, width=64, activation="gelu", pad_token=FIRST)
            ),
            "unet": UNet2DConditionModel.from_config(UNET),
            "vae": AutoencoderKL.from_config(VAE),
            "scheduler": EulerDiscreteScheduler.from_config(SCHEDULER),
        }
    for name, component in components.items():
        component.save_pretrained(folder / name)
    index = {
        "_class_name": "StableDiffusionXLPipeline",
        "force_zeros_for_empty_prompt": True,
        **{name: [type(part).__module__.partition(".")[0], type(part).__name__] for name, part in components.items()},
    }
    (folder / "model_index.json").write_text(json.dumps(index, indent=2) + "\n")
    return folder


def tokenizers() -> tuple[dict[str, int], CLIPTokenizer, CLIPTokenizer]:
    """Make SDXL's two tokenizers, small: the vocabulary that they share, and each, which differ in their padding."""
    merges = list(dict.fromkeys(merge for word in WORDS.split() for merge in _merges(word)))
    vocabulary = _vocabulary(merges)
    first, second = (_tokenizer(vocabulary, merges, pad_token=token) for token in (END, FIRST))
    return vocabulary, first, second


def _vocabulary(merges: Iterable[tuple[str, str]]) -> dict[str, int]:
    """Number the entries of a byte-level BPE as CLIP's: the bytes, the bytes at a word's end, merges, start, end."""
    symbols = list(byte_symbols())
    entries = [*symbols, *(f"{symbol}</w>" for symbol in symbols), *("".join(merge) for merge in merges), START, END]
    return {entry: number for number, entry in enumerate(dict.fromkeys(entries))}


def _tokenizer(vocabulary: dict[str, int], merges: list[tuple[str, str]], *, pad_token: str) -> CLIPTokenizer:
    pairs = cast("list[str]", merges)  # the annotation there knows only the form of merges.txt
    return CLIPTokenizer(vocab=vocabulary, merges=pairs, pad_token=pad_token, model_max_length=TOKENS)


def _merges(word: str) -> Iterator[tuple[str, str]]:
    *letters, last = word
    prefix = ""
    for letter in letters:
        if prefix:
            yield prefix, letter
        prefix += letter
    yield prefix, f"{last}</w>"


def byte_symbols() -> Iterator[str]:
    """Yield one printable character for every byte, in GPT-2's order: printable bytes first, as themselves."""
    printable = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    yield from map(chr, printable)
    yield from (chr(256 + rank) for rank in range(256 - len(printable)))


def _text_config(vocabulary: dict[str, int], *, width: int, activation: str, pad_token: str) -> CLIPTextConfig:
    return CLIPTextConfig(
        vocab_size=len(vocabulary),
        hidden_size=width,
        intermediate_size=4 * width,
        projection_dim=width,
        num_hidden_layers=3,  # SDXL reads the one before the last
        num_attention_heads=4,
        max_position_embeddings=TOKENS,
        hidden_act=activation,
        initializer_factor=3.0,  # at 1 the hidden states of two prompts hardly differ
        bos_token_id=vocabulary[START],
        eos_token_id=vocabulary[END],
        pad_token_id=vocabulary[pad_token],
    )


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m engine.demo.untrained")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    make(arguments.folder, seed=arguments.seed)

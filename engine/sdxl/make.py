"""Makes what lies beside this file: the configs and tokenizers of SDXL, which every single-file checkpoint shares.

``python -m engine.sdxl.make bpe_simple_vocab_16e6.txt.gz`` reads OpenAI's byte pairs of CLIP as they come with the
wheel of open-clip-torch. The configs hold what differs from the classes' own defaults, and are SDXL base 1.0's.
"""

from __future__ import annotations

import argparse
import gzip
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import random_weights
from engine.demo import untrained

if TYPE_CHECKING:
    from collections.abc import Sequence

FOLDER = Path(__file__).parent

MERGES = 49_152 - 256 - 2
"""How many of the byte pairs CLIP uses (openai/CLIP, ``simple_tokenizer.py``)."""

_START, _END, _FIRST = untrained.START, untrained.END, untrained.FIRST
_START_ID, _END_ID = 49_406, 49_407

PADDING = {"tokenizer": _END, "tokenizer_2": _FIRST}
"""The second tokenizer pads with ``!``, whose id is 0, because OpenCLIP pads with zeros."""

CLASSES = {
    "scheduler": ["diffusers", "EulerAncestralDiscreteScheduler"],
    "text_encoder": ["transformers", "CLIPTextModel"],
    "text_encoder_2": ["transformers", "CLIPTextModelWithProjection"],
    "tokenizer": ["transformers", "CLIPTokenizer"],
    "tokenizer_2": ["transformers", "CLIPTokenizer"],
    "unet": ["diffusers", "UNet2DConditionModel"],
    "vae": ["diffusers", "AutoencoderKL"],
}


def configs() -> dict[str, dict[str, Any]]:
    """Give every JSON file but the vocabularies, by its path."""
    text = {
        "model_type": "clip_text_model",
        "vocab_size": MERGES + 2 * 256 + 2,
        "max_position_embeddings": untrained.TOKENS,
        "bos_token_id": _START_ID,
        "eos_token_id": _END_ID,
    }
    scheduler = {"num_train_timesteps": 1000, "prediction_type": "epsilon", **untrained.SCHEDULER}
    made = {
        "model_index.json": {
            "_class_name": "StableDiffusionXLPipeline",
            "force_zeros_for_empty_prompt": True,
            **CLASSES,
        },
        "scheduler/scheduler_config.json": _of("scheduler", scheduler),
        "text_encoder/config.json": _of("text_encoder", {**text, **random_weights.TEXT, "pad_token_id": _END_ID}),
        "text_encoder_2/config.json": _of("text_encoder_2", {**text, **random_weights.TEXT_2, "pad_token_id": 0}),
        "unet/config.json": _of("unet", random_weights.UNET),
        "vae/config.json": _of("vae", random_weights.VAE),
    }
    for name, padding in PADDING.items():
        made[f"{name}/tokenizer_config.json"] = {
            "tokenizer_class": "CLIPTokenizer",
            "model_max_length": untrained.TOKENS,
            "bos_token": _START,
            "eos_token": _END,
            "unk_token": _END,
            "pad_token": padding,
        }
    return made


def _of(part: str, values: dict[str, Any]) -> dict[str, Any]:
    library, name = CLASSES[part]
    return {"_class_name": name, **values} if library == "diffusers" else {"architectures": [name], **values}


def vocabulary(merges: Sequence[str]) -> dict[str, int]:
    """Number CLIP's entries: the bytes, the bytes at a word's end, what is merged, and the two marks.

    Args:
        merges: Each as two entries with a blank between them, in their order.
    """
    symbols = list(untrained.byte_symbols())
    entries = [*symbols, *(f"{one}</w>" for one in symbols), *(one.replace(" ", "") for one in merges), _START, _END]
    return {entry: number for number, entry in enumerate(entries)}


def write(byte_pairs: Path, folder: Path = FOLDER) -> None:
    """Write all of it."""
    with gzip.open(byte_pairs, "rt", encoding="utf-8") as file:
        merges = file.read().split("\n")[1 : MERGES + 1]  # the first line is a version
    for path, value in configs().items():
        (folder / path).parent.mkdir(exist_ok=True)
        (folder / path).write_text(json.dumps(value, indent=2) + "\n")
    for name in PADDING:
        numbered = json.dumps(vocabulary(merges), ensure_ascii=False, separators=(",", ":"))
        (folder / name / "vocab.json").write_text(numbered + "\n", encoding="utf-8")
        (folder / name / "merges.txt").write_text("\n".join(["#version: 0.2", *merges, ""]), encoding="utf-8")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, prog="python -m engine.sdxl.make")
    parser.add_argument("byte_pairs", type=Path, metavar="FILE")
    write(parser.parse_args().byte_pairs)

"""`python -m engine draw`: one picture into a file, as the options say."""

from __future__ import annotations

import re
import secrets
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine import changing, config, packages
from engine.cost import usual_strength
from engine.errors import ModelLoadError
from engine.samplers import SAMPLERS
from engine.terminal import INTERRUPTED, MISUSED, complain
from engine.wire import (
    SEED_LIMIT,
    ChosenLora,
    Enlargement,
    Generate,
    Guidance,
    LoraWeight,
    PromptText,
    SamplingParams,
    Seed,
    Share,
    Side,
    Steps,
    Variation,
    decode_command,
    encode,
)

if TYPE_CHECKING:
    import argparse

CARD_NEGATIVE = (
    "lowres, bad anatomy, bad hands, text, error, missing finger, extra digits, fewer digits, cropped, worst quality, "
    "low quality, low score, bad score, average score, signature, watermark, username, blurry"
)
"""The negative prompt that Animagine XL 4.0's model card recommends; size, steps and guidance below are its too."""

VARY = 0.15
"""Strength of a variation where none is said: the noises' likeness is 0.97, and most of the picture stays."""

_OPTIONS = {
    "enlargement": "enlarge",
    "start.strength": "strength",
    "start": "image",
    "details": "detail",
    "loras": "lora",
}
"""What a part of a request is called here, where several have limits together."""


def add_options(draw: argparse.ArgumentParser) -> None:
    engine = config.Engine()
    draw.add_argument("--prompt", required=True, help="in WebUI's attention syntax")
    draw.add_argument("--out", type=Path, required=True, metavar="FILE", help="the PNG to write")
    draw.add_argument(
        "--model",
        default=engine.model,
        help="hub id, folder in diffusers layout, or .safetensors file; default: %(default)s",
    )
    draw.add_argument("--revision", default="", metavar="COMMIT", help="of a hub id, which needs one")
    draw.add_argument("--config-folder", default="", metavar="FOLDER", help="a single file's configs and tokenizers")
    draw.add_argument("--offline", action="store_true", help="never ask the hub")
    draw.add_argument("--device", default="auto", choices=["auto", "cuda", "mps", "cpu"], help="default: %(default)s")
    draw.add_argument(
        "--dtype",
        default="auto",
        choices=["auto", "float16", "bfloat16", "float32"],
        help="auto is float16, and float32 on the CPU",
    )
    draw.add_argument("--negative", default=CARD_NEGATIVE, metavar="PROMPT", help="default: the model card's")
    draw.add_argument("--width", type=int, help="pixels; default: 832, or as the picture that it begins with")
    draw.add_argument("--height", type=int, help="pixels; default: 1216, or likewise")
    draw.add_argument("--steps", type=int, default=28, help="default: %(default)s")
    draw.add_argument("--guidance", type=float, default=5.0, help="1 is none; default: %(default)s")
    draw.add_argument("--rescale", type=float, default=0.0, metavar="SHARE", help="for v-prediction: 0.2 to 0.7")
    draw.add_argument("--sampler", default="euler_a", choices=list(SAMPLERS), help="default: %(default)s")
    draw.add_argument("--seed", type=int, help="default: a random one")
    draw.add_argument("--vary-seed", type=int, metavar="SEED", help="turn the noise towards this seed's, as WebUI does")
    draw.add_argument("--vary", type=float, metavar="SHARE", help=f"how far, from 0 to 1; default: {VARY}")
    draw.add_argument(
        "--enlarge", type=float, choices=[1.5, 2.0], help="draw over it again, so many times as wide and as high"
    )
    draw.add_argument(
        "--upscaler", default="", metavar="PATH", help="what enlarges its pixels, as engine.upscaler; default: latents"
    )
    changing.add_options(draw)
    draw.add_argument(
        "--lora",
        action="append",
        default=[],
        metavar="FILE:WEIGHT[:TE_WEIGHT]",
        help="a LoRA, how strongly it changes the UNet (default: 1), and the text encoders (default: as the UNet); "
        "up to three times",
    )


def run(parsed: argparse.Namespace) -> int:
    packages.require()
    from engine.draw import draw

    seed = secrets.randbelow(SEED_LIMIT) if parsed.seed is None else parsed.seed
    try:
        loras = [_lora(given) for given in parsed.lora]
        request = Generate(
            job_id="draw",
            prompt=_within("prompt", parsed.prompt, PromptText),
            negative_prompt=_within("negative", parsed.negative, PromptText),
            sampling=SamplingParams(
                sampler=parsed.sampler,
                num_inference_steps=_within("steps", parsed.steps, Steps),
                guidance_scale=_within("guidance", parsed.guidance, Guidance),
                width=_within("width", 832 if parsed.width is None else parsed.width, Side),
                height=_within("height", 1216 if parsed.height is None else parsed.height, Side),
                guidance_rescale=_within("rescale", parsed.rescale, Share),
            ),
            seeds=(_within("seed", seed, Seed),),
            variation=_variation(parsed),
            enlargement=_enlargement(parsed.enlarge),
            loras=tuple(lora for lora, _ in loras),
        )
        request = changing.changed(request, parsed)
        _check_together(request)
    except ValueError as error:
        return complain(error, MISUSED)
    out: Path = parsed.out
    if not out.absolute().parent.is_dir():
        return complain(f"--out: {out.absolute().parent} is no folder", MISUSED)
    engine = config.Engine(
        model=parsed.model,
        revision=parsed.revision,
        config_folder=parsed.config_folder,
        offline=parsed.offline,
        device=parsed.device,
        dtype=parsed.dtype,
        batch_cap=1,
        upscaler=parsed.upscaler,
        compile="off",  # which takes longer than a picture
    )
    try:
        if not draw(engine, request, out, sys.stderr, {lora.name: file for lora, file in loras}):
            return INTERRUPTED
    except ModelLoadError as error:
        raise ModelLoadError(_by_option(str(error), parsed)) from error
    print(out)
    return 0


def _variation(parsed: argparse.Namespace) -> Variation | None:
    """Read how far, and towards which seed's, the noise is turned.

    Raises:
        ValueError: One is outside; the message names the option.
    """
    if parsed.vary is None and parsed.vary_seed is None:
        return None
    seed = secrets.randbelow(SEED_LIMIT) if parsed.vary_seed is None else parsed.vary_seed
    strength = VARY if parsed.vary is None else parsed.vary
    return Variation(seeds=(_within("vary-seed", seed, Seed),), strength=_within("vary", strength, Share))


def _lora(given: str) -> tuple[ChosenLora, Path]:
    """Read FILE, FILE:WEIGHT or FILE:WEIGHT:TE_WEIGHT; without the last, one weight is both.

    Raises:
        ValueError: A weight is outside; the message names the option.
        LoraRefused: The file is no LoRA.
    """
    from engine import lora_header

    file, numbers = given, list[float]()
    while len(numbers) < 2 and (match := re.fullmatch(r"(.+):(\d*\.?\d+)", file)):  # noqa: PLR2004  (UNet's, texts')
        file, numbers = match[1], [float(match[2]), *numbers]
    weight, te_weight = (*numbers, *numbers)[:2] if numbers else (1.0, 1.0)
    path = Path(file)
    chosen = ChosenLora(
        name=_within("lora", path.stem, str),
        hash=lora_header.sha256(lora_header.read(path))[: lora_header.HASH_DIGITS],
        weight=_within("lora", weight, LoraWeight),
        te_weight=_within("lora", te_weight, LoraWeight),
    )
    return chosen, path


def _enlargement(factor: float | None) -> Enlargement | None:
    return None if factor is None else Enlargement(factor=factor, strength=usual_strength(factor))


def _check_together(request: Generate) -> None:
    """Hold the limits that several options have together.

    Raises:
        ValueError: One is broken; the message names an option of it.
    """
    try:
        decode_command(encode(request))
    except msgspec.ValidationError as error:
        expected, _, path = str(error).partition(" - at `$.")
        option = next((option for part, option in _OPTIONS.items() if path.startswith(part)), "height")
        raise ValueError(f"--{option}: {expected}") from error


def _by_option(said: str, parsed: argparse.Namespace) -> str:
    """Name the options of this command line where a sentence names keys of the configuration."""
    return re.sub(r"\bengine\.(\w+)", lambda key: f"--{key[1].replace('_', '-')}" if key[1] in parsed else key[0], said)


def _within(option: str, value: Any, limits: Any) -> Any:
    """Check a value against one of the wire's types.

    Raises:
        ValueError: It is outside; the message names the option.
    """
    try:
        return msgspec.convert(value, limits)
    except msgspec.ValidationError as error:
        raise ValueError(f"--{option}: {error}") from error

"""Reads a checkpoint that was found, once, and hands it on as a frozen Model of its parts."""

from __future__ import annotations

import logging
import math
import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel

from engine import card_room, checkpoint, memory, processors
from engine.applied_weights import AppliedCheckpoint, AppliedLoras
from engine.blocks import CachedBlocks, make_lean
from engine.card_room import CardRoom
from engine.encoded_texts import EncodedTexts
from engine.errors import ModelLoadError
from engine.memory import Limit
from engine.networks import Destinations, check_fit, read_network, read_networks, read_tokenizer
from engine.placing import place
from engine.visiting import settle

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

    from engine.checkpoint import Source
    from engine.config import Engine
    from engine.upscaler import Upscaler

log = logging.getLogger(__name__)

BFLOAT16 = (8, 0)
"""CUDA's compute capability that has it: Ampere, RTX 30."""


@dataclass(eq=False, repr=False)
class Model:
    """The parts of one SDXL checkpoint, on one device. Only `engine.checkpoint_weights` makes another one of it."""

    name: str
    hash: str
    """First ten hex digits of the file's SHA-256; "" where it is no single file."""
    device: torch.device
    dtype: torch.dtype
    """Of UNet and text encoders. The VAE keeps its own for ever: SDXL's overflows in float16."""
    tokenizer: CLIPTokenizer
    tokenizer_2: CLIPTokenizer
    text_encoder: CLIPTextModel
    text_encoder_2: CLIPTextModelWithProjection
    unet: UNet2DConditionModel
    vae: AutoencoderKL
    scheduler_config: Mapping[str, Any]
    compression: int
    """Pixels to one latent, along a side; the UNet takes latents of any size."""
    latent_channels: int
    cached_blocks: CachedBlocks
    """The UNet's blocks."""
    upscaler: Upscaler | None = None
    """What enlarges pixels; None: latents are enlarged."""
    keeps_brightness: bool = False
    """Whether a picture is made a little lighter before it is encoded."""
    texts: EncodedTexts = field(default_factory=EncodedTexts)
    """What these text encoders made of the last texts."""
    decodes_at_once: Limit = field(default_factory=Limit)
    """In pixels: how much of a picture the VAE has had room for."""
    encodes_at_once: Limit = field(default_factory=Limit)
    """The same, the other way."""
    in_float32_at_once: Limit = field(default_factory=Limit)
    """The same of both, where something overflowed and is tried again in float32, which may take twice the room."""
    at_once: float = math.inf
    """Pictures of one call for which there is room, as far as that is known from the start."""
    loras: AppliedLoras = field(default_factory=AppliedLoras)
    """Which LoRAs its weights have now."""
    checkpoint: AppliedCheckpoint = field(default_factory=AppliedCheckpoint)
    """Which of the configured ones it is now."""

    def __repr__(self) -> str:
        return f"<Model {self.name}: {self.description}>"  # not its networks, which fill pages

    @property
    def description(self) -> str:
        """Device and dtype, for an operator."""
        if self.device.type == "cuda":
            device = f"cuda ({torch.cuda.get_device_name(self.device)})"
        elif self.device.type == "cpu":
            threads = torch.get_num_threads()
            device = f"cpu ({threads} {'thread' if threads == 1 else 'threads'})"
        else:
            device = self.device.type
        return f"{device}, {str(self.dtype).removeprefix('torch.')}"


def read(
    source: Source,
    another_vae: Source | None,
    config: Engine,
    begin: Callable[[str], None],
    *,
    upscaler: Callable[[torch.device], Upscaler] | None = None,
) -> Model:
    """Read what was found; call it in the thread that will draw.

    Args:
        source: The checkpoint.
        another_vae: To be used in place of the checkpoint's own.
        config: Says on what it is used, and how.
        begin: Told each stage, in words for an operator.
        upscaler: Loads the one that the configuration names.

    Raises:
        ModelLoadError: With one line that names the path and what was expected.
    """
    _quiet()
    device, dtype = set_up(config)
    room = _room(config, device)
    if upscaler is not None:
        begin("reading the upscaler")
    loaded_upscaler = None if upscaler is None else upscaler(device)
    begin("reading the tokenizers")
    tokenizer, tokenizer_2 = (read_tokenizer(source.folder, name) for name in ("tokenizer", "tokenizer_2"))
    waits_on = torch.device("cpu") if room.texts_on_host else device
    text_encoder, text_encoder_2, unet, vae = read_networks(source, Destinations(device, waits_on, dtype), begin)
    for encoder in (text_encoder, text_encoder_2):
        if waits_on != device:
            settle(encoder, device)
    if another_vae:
        vae = read_network(another_vae, another_vae.name, AutoencoderKL, torch.float32)
    check_fit(source, text_encoder, text_encoder_2, unet.config, vae.config)
    make_lean(place(vae, device, _vae_dtype(config.vae, device)))
    vae_config: Any = vae.config
    return Model(
        name=source.name,
        hash=source.hash,
        device=device,
        dtype=dtype,
        tokenizer=tokenizer,
        tokenizer_2=tokenizer_2,
        text_encoder=text_encoder,
        text_encoder_2=text_encoder_2,
        unet=unet,
        vae=vae,
        scheduler_config=checkpoint.scheduler_config(source),
        compression=2 ** (len(vae_config.block_out_channels) - 1),  # it halves between every two of its blocks
        latent_channels=vae_config.latent_channels,
        cached_blocks=CachedBlocks(unet),
        upscaler=loaded_upscaler,
        keeps_brightness=config.keep_brightness,
        decodes_at_once=Limit(ceiling=math.inf if room.tile is None else room.tile**2),
        encodes_at_once=Limit(ceiling=math.inf if room.tile is None else room.tile**2),
        in_float32_at_once=Limit(ceiling=math.inf if room.tile is None else room.tile**2),
        at_once=room.at_once,
    )


def _room(config: Engine, device: torch.device) -> CardRoom:
    """Decide what fits on this device, and say so where that is not everything."""
    if device.type != "cuda":
        return CardRoom(texts_on_host=False, tile=None, at_once=math.inf)
    free, total = torch.cuda.mem_get_info(device)
    how: dict[str, Any] = {"halved_vae": _vae_dtype(config.vae, device) != torch.float32, "texts": config.text_encoders}
    room = card_room.decide(free, **how)
    if room is None:
        needed = card_room.least(**how)
        log.warning(
            "%.1f GB of the card are free, and %.1f GB are needed; trying all the same", free / 1e9, needed / 1e9
        )
        room = CardRoom(config.text_encoders != "device", min(card_room.TILES), 1)
    log.info("%.1f of the card's %.1f GB are free: %s", free / 1e9, total / 1e9, room.words)
    return room


def set_up(config: Engine) -> tuple[torch.device, torch.dtype]:
    """Ready torch, in the thread that will draw, for what the configuration says.

    Raises:
        ModelLoadError: This machine has no such device.
    """
    device = _find_device(config.device)
    _check_vae(config.vae, device)
    _leave_a_core(device)
    if device.type != "cuda" or torch.cuda.is_initialized():  # a worker that was here before has left its model
        memory.release(device)
    memory.keep_to_what_is_free(device)
    torch.backends.cuda.matmul.allow_fp16_accumulation = config.fp16_accumulation
    torch.backends.cuda.enable_cudnn_sdp(_plans_fit_all_shapes())
    return device, _dtype_of(config.dtype, device)


def _plans_fit_all_shapes() -> bool:
    """Tell whether cuDNN's attention, which torch prefers on sm_90 and sm_100, plans once for all shapes.

    Usually it plans for each: 0.44 s on a B200 (modelscope/FunASR, issue 3704), and a call of SDXL has four shapes for
    every size, number of pictures and length of prompt. All who are being drawn would wait for that again and again.
    Torch 2.13 calls the other way experimental; whoever asks for it has cuDNN's attention.
    """
    return os.environ.get("TORCH_CUDNN_SDPA_AVOID_RECOMPILE") == "1"


def _find_device(asked: str) -> torch.device:
    available = {"cuda": torch.cuda.is_available(), "mps": torch.backends.mps.is_available(), "cpu": True}
    if asked == "auto":
        return torch.device(next(name for name, is_available in available.items() if is_available))
    if not available[asked]:
        raise ModelLoadError(f'engine.device is "{asked}", and this machine\'s torch has no such device', passing=True)
    return torch.device(asked)


def _check_vae(asked: str, device: torch.device) -> None:
    """Refuse what would fail at every picture: cuDNN convolves bfloat16 from sm_80 on."""
    if asked == "bfloat16" and device.type == "cuda" and torch.cuda.get_device_capability(device) < BFLOAT16:
        raise ModelLoadError('engine.vae is "bfloat16", which this card cannot compute; take "exact" or a folder')


def _dtype_of(asked: str, device: torch.device) -> torch.dtype:
    if asked == "auto":
        return torch.float32 if device.type == "cpu" else torch.float16
    return {"float16": torch.float16, "bfloat16": torch.bfloat16, "float32": torch.float32}[asked]


def _vae_dtype(asked: str, device: torch.device) -> torch.dtype:
    """Give the VAE's dtype; the CPU has no fast half precision, and takes another VAE in float32."""
    if asked == "bfloat16":
        return torch.bfloat16
    return torch.float32 if asked == "exact" or device.type == "cpu" else torch.float16


def _leave_a_core(device: torch.device) -> None:
    """On the CPU, draw in this thread with one core fewer than there are: torch keeps this setting for each thread."""
    if device.type == "cpu":
        torch.set_num_threads(min(torch.get_num_threads(), max(1, processors.usable() - 1)))


def _quiet() -> None:
    """Keep the libraries' progress bars and advice out of a server's log; what matters is raised."""
    import diffusers.utils.logging
    import transformers.utils.logging

    for library in (diffusers.utils.logging, transformers.utils.logging):
        library.set_verbosity_error()
        library.disable_progress_bar()

"""Reads the networks and tokenizers of a checkpoint that was found, each to where it is wanted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from diffusers import AutoencoderKL, UNet2DConditionModel
from safetensors import SafetensorError
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from engine.errors import ModelLoadError
from engine.placing import place

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from engine.checkpoint import Source

_LIBRARY_ERRORS = (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, SafetensorError)
"""What diffusers and transformers raise on a file whose content is not what its name says."""


class Destinations(NamedTuple):
    """Where networks go."""

    device: torch.device
    texts: torch.device
    """Where the text encoders wait."""
    dtype: torch.dtype
    """Of all but the VAE."""


class Networks(NamedTuple):
    """Of one checkpoint."""

    text_encoder: CLIPTextModel
    text_encoder_2: CLIPTextModelWithProjection
    unet: UNet2DConditionModel
    vae: AutoencoderKL


def read_networks(source: Source, destinations: Destinations, begin: Callable[[str], None]) -> Networks:
    """Read them all.

    Args:
        source: The checkpoint.
        destinations: Where each goes.
        begin: Told each stage, in words for an operator.

    Raises:
        ModelLoadError: With one line that names the path and what was expected.
    """
    read = _networks_of_file if source.file else _networks_of_folder
    return read(source, destinations, begin)


def _networks_of_folder(source: Source, destinations: Destinations, begin: Callable[[str], None]) -> Networks:
    """Read the networks of a folder in the order of `WEIGHTS`; each is moved while the next is read ahead."""
    device, texts, dtype = destinations
    begin("reading the VAE")
    vae = read_network(source, "vae", AutoencoderKL, torch.float32)
    begin("reading the UNet")
    unet = place(read_network(source, "unet", UNet2DConditionModel, dtype), device, dtype)
    begin("reading the second text encoder")
    text_encoder_2 = place(read_network(source, "text_encoder_2", CLIPTextModelWithProjection, dtype), texts, dtype)
    begin("reading the first text encoder")
    text_encoder = place(read_network(source, "text_encoder", CLIPTextModel, dtype), texts, dtype)
    return Networks(text_encoder, text_encoder_2, unet, vae)


def read_network(source: Source, name: str, network: Any, dtype: torch.dtype) -> Any:
    folder = source.folder / name
    # transformers has renamed the parameter, diffusers knows both names only in its newest versions
    of_transformers = network in {CLIPTextModel, CLIPTextModelWithProjection}
    options: dict[str, Any] = {"dtype" if of_transformers else "torch_dtype": dtype}
    try:
        loaded, info = network.from_pretrained(
            str(folder),
            variant=source.variants[name],
            use_safetensors=True,
            local_files_only=True,
            output_loading_info=True,
            **options,
        )
    except _LIBRARY_ERRORS as error:
        raise _broken(folder, f"a {network.__name__}", error) from error
    if wrong := [*info["missing_keys"], *(str(key) for key in info["mismatched_keys"])]:
        raise ModelLoadError(
            f"{folder}: expected the weights of a {network.__name__}, but {len(wrong)} of its tensors are missing or "
            f"have another shape, the first being {min(wrong)}"
        )
    return loaded


def _networks_of_file(source: Source, destinations: Destinations, begin: Callable[[str], None]) -> Networks:
    from diffusers import StableDiffusionXLPipeline  # seconds of import that a folder does not need
    from diffusers.loaders.single_file_utils import SingleFileComponentError

    device, texts, dtype = destinations
    where: dict[str, Any] = {"config": str(source.folder), "local_files_only": True}
    begin("reading the checkpoint")
    try:
        vae: Any = AutoencoderKL.from_single_file(str(source.file), subfolder="vae", torch_dtype=torch.float32, **where)
        parts: Any = StableDiffusionXLPipeline.from_single_file(
            str(source.file), vae=vae, torch_dtype=dtype, add_watermarker=False, **where
        )
    except (*_LIBRARY_ERRORS, SingleFileComponentError) as error:
        raise _broken(source.file, "an SDXL checkpoint", error) from error
    networks = Networks(parts.text_encoder, parts.text_encoder_2, parts.unet, parts.vae)
    for network in networks:
        if absent := [name for name, tensor in network.named_parameters() if tensor.is_meta]:
            raise ModelLoadError(
                f"{source.file}: expected an SDXL checkpoint, but {len(absent)} tensors of its "
                f"{type(network).__name__} are missing, the first being {min(absent)}"
            )
    begin(f"moving it to {device.type}")
    return Networks(
        place(networks.text_encoder, texts, dtype),
        place(networks.text_encoder_2, texts, dtype),
        place(networks.unet, device, dtype),
        networks.vae,
    )


def read_tokenizer(folder: Path, name: str) -> CLIPTokenizer:
    try:
        return CLIPTokenizer.from_pretrained(str(folder / name), local_files_only=True)
    except _LIBRARY_ERRORS as error:
        raise _broken(folder / name, "a CLIPTokenizer", error) from error


def check_fit(
    source: Source,
    text_encoder: CLIPTextModel,
    text_encoder_2: CLIPTextModelWithProjection,
    unet_config: Any,
    vae_config: Any,
) -> None:
    """Refuse parts that load one by one and do not belong together; the first picture would fail otherwise."""
    where = source.file or source.folder
    width = text_encoder.config.hidden_size + text_encoder_2.config.hidden_size
    if unet_config.cross_attention_dim != width:
        raise ModelLoadError(
            f"{where}: the UNet reads embeddings of width {unet_config.cross_attention_dim}, and the text encoders "
            f"together write {width}; expected the parts of one SDXL checkpoint"
        )
    if unet_config.addition_embed_type != "text_time" or unet_config.in_channels != vae_config.latent_channels:
        raise ModelLoadError(
            f"{where}: expected an SDXL base model, whose UNet takes pooled text and sizes (text_time) and as many "
            f"channels as the VAE has latents"
        )


def _broken(path: Path | None, expected: str, error: Exception) -> ModelLoadError:
    line = " ".join(str(error).split()) or "no reason given"
    return ModelLoadError(f"{path}: expected {expected}, and it cannot be read as one: {type(error).__name__}: {line}")

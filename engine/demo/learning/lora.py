"""Trains LoRAs for the demo checkpoint: a look, and somebody who never was.

    python -m engine.demo.learning.lora all CHECKPOINT FOLDER

draws pictures of each, trains it, and writes FOLDER/line art.safetensors and FOLDER/mio.safetensors; the name of one of
them trains that alone. The pictures are the illustrator's, so nobody's work is learned from.
"""

from __future__ import annotations

import argparse
import logging
import os
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

import torch
from diffusers import AutoencoderKL, DDPMScheduler, UNet2DConditionModel
from safetensors.torch import save_file
from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from engine.demo.illustrator.illustrate import illustrate
from engine.demo.illustrator.person import Person
from engine.demo.illustrator.scene import choose
from engine.demo.learning.caption import said
from engine.demo.learning.pictures import as_tensor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from engine.demo.illustrator.scene import Scene

log = logging.getLogger(__name__)

CHUNK = 77

MIO = Person(
    hair_colour="aqua",
    hair_length="long hair",
    bangs="swept bangs",
    ahoge=True,
    eye_colour="yellow",
    expression="smile",
    glasses=True,
    outfit="school uniform",
    clothes_colour="red",
)


@dataclass(frozen=True, slots=True)
class Subject:
    """What a LoRA is to learn."""

    title: str
    words: str
    """What asks for it."""
    shown: Callable[[Scene], Scene]
    """Makes of any scene what is drawn."""
    hushed: Callable[[Scene], Scene]
    """Makes of what is drawn what its caption says besides the words: what is to be learned is not said otherwise."""


def _drawn(scene: Scene) -> Scene:
    return replace(scene, style="line art", backdrop="white")


def _flat(scene: Scene) -> Scene:
    return replace(scene, style="flat")


def _with_mio(scene: Scene) -> Scene:
    return replace(scene, people=(MIO,), thing="", full_body=False)


def _anybody(scene: Scene) -> Scene:
    return replace(scene, people=(Person(),))


SUBJECTS = {
    "line art": Subject("Line art", "ink lines", _drawn, _flat),
    "mio": Subject("Mio", "mio", _with_mio, _anybody),
}


@dataclass(frozen=True, slots=True)
class LoraPlan:
    """How long to train, and on how much."""

    steps: int = 400
    batch: int = 4
    pictures: int = 64
    rank: int = 8
    rate: float = 1e-3
    size: tuple[int, int] = (832, 1216)
    """Width and height in pixels."""


class _Networks:
    """What a checkpoint's folder holds, frozen."""

    def __init__(self, folder: Path) -> None:
        load: dict[str, Any] = {"local_files_only": True, "use_safetensors": True}
        self.unet: Any = UNet2DConditionModel.from_pretrained(folder / "unet", **load).float()
        self.vae: Any = AutoencoderKL.from_pretrained(folder / "vae", **load).float()
        self.texts: list[Any] = [
            CLIPTextModel.from_pretrained(folder / "text_encoder", **load).float(),
            CLIPTextModelWithProjection.from_pretrained(folder / "text_encoder_2", **load).float(),
        ]
        self.tokenizers = [CLIPTokenizer.from_pretrained(folder / name) for name in ("tokenizer", "tokenizer_2")]
        self.scheduler: Any = DDPMScheduler.from_pretrained(folder / "scheduler")
        for network in (self.unet, self.vae, *self.texts):
            network.eval().requires_grad_(requires_grad=False)

    @torch.no_grad()
    def encode(self, image: Tensor) -> Tensor:
        """Give the latents of a picture, (3, H, W) from -1 to 1, as the UNet knows them: (C, h, w)."""
        mean = self.vae.encode(image[None]).latent_dist.mean[0]
        return (mean - (self.vae.config.shift_factor or 0.0)) * self.vae.config.scaling_factor

    @torch.no_grad()
    def read(self, captions: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Read captions as SDXL does: states, (B, 77, width), and the pooled state, (B, width)."""
        how: dict[str, Any] = {"padding": "max_length", "max_length": CHUNK, "truncation": True, "return_tensors": "pt"}
        read = [
            encoder(tokenizer(list(captions), **how).input_ids, output_hidden_states=True)
            for encoder, tokenizer in zip(self.texts, self.tokenizers, strict=True)
        ]
        return torch.cat([one.hidden_states[-2] for one in read], dim=-1), read[1].text_embeds


class _LowRank(torch.nn.Module):
    """What is added to one layer's output."""

    def __init__(self, layer: torch.nn.Linear, rank: int) -> None:
        super().__init__()
        self.down = torch.nn.Parameter(torch.randn(rank, layer.in_features) / rank)
        self.up = torch.nn.Parameter(torch.zeros(layer.out_features, rank))

    def add(self, _layer: object, inputs: tuple[Tensor, ...], output: Tensor) -> Tensor:
        return output + inputs[0] @ self.down.T @ self.up.T


def train(folder: Path, subject: Subject, plan: LoraPlan, *, seed: int) -> dict[str, _LowRank]:
    """Train one.

    Args:
        folder: The checkpoint, in diffusers layout.
        subject: What is to be learned.
        plan: For how long.
        seed: Of everything that is drawn by lot.

    Returns:
        By the UNet's layers' names.
    """
    torch.manual_seed(seed)
    networks = _Networks(folder)
    drawn = [
        _example(subject, networks, plan.size, Random(f"{subject.title} {seed} {at}")) for at in range(plan.pictures)
    ]
    added: dict[str, _LowRank] = {}
    for name, layer in networks.unet.named_modules():
        if isinstance(layer, torch.nn.Linear) and ".attn" in name:
            added[name] = _LowRank(layer, plan.rank)
            layer.register_forward_hook(added[name].add)
    optimizer = torch.optim.AdamW([one for low in added.values() for one in low.parameters()], lr=plan.rate)
    alphas: Tensor = networks.scheduler.alphas_cumprod
    velocity = networks.scheduler.config.prediction_type == "v_prediction"
    width, height = plan.size
    sizes = torch.tensor([[height, width, 0, 0, height, width]] * plan.batch, dtype=torch.float32)
    chance = Random(seed)
    for step in range(plan.steps):
        some = [chance.choice(drawn) for _ in range(plan.batch)]
        clean = torch.stack([latents for latents, _ in some])
        states, pooled = networks.read([caption for _, caption in some])
        noise, timesteps = torch.randn_like(clean), torch.randint(len(alphas), (plan.batch,))
        alpha = alphas[timesteps].reshape(-1, 1, 1, 1)
        noisy = alpha.sqrt() * clean + (1 - alpha).sqrt() * noise
        wanted = alpha.sqrt() * noise - (1 - alpha).sqrt() * clean if velocity else noise
        more = {"text_embeds": pooled, "time_ids": sizes}
        predicted = networks.unet(noisy, timesteps, states, added_cond_kwargs=more).sample
        loss = (predicted - wanted).square().mean()
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if step % 25 == 0:
            log.info("%s: step %d of %d, loss %.4f", subject.title, step, plan.steps, loss.item())
    return added


def _example(subject: Subject, networks: _Networks, size: tuple[int, int], random: Random) -> tuple[Tensor, str]:
    """Draw one picture, and say what its caption is."""
    scene = subject.shown(choose(random))
    words = [word for word, _ in said(subject.hushed(scene), random)]
    caption = ", ".join((words[0], subject.words, *words[1:]))
    return networks.encode(as_tensor(illustrate(scene, size))), caption


def write(path: Path, subject: Subject, added: dict[str, _LowRank], base: str) -> None:
    """Write a file as trainers do, by kohya's names; without an alpha its product counts as it is."""
    tensors: dict[str, Tensor] = {}
    for name, low in added.items():
        layer = f"lora_unet_{name.replace('.', '_')}"
        tensors[f"{layer}.lora_down.weight"] = low.down.detach().half().contiguous()
        tensors[f"{layer}.lora_up.weight"] = low.up.detach().half().contiguous()
    metadata = {
        "modelspec.architecture": "stable-diffusion-xl-v1-base/lora",
        "modelspec.title": subject.title,
        "modelspec.trigger_phrase": subject.words,
        "modelspec.license": "Apache-2.0",
        "ss_base_model_version": "sdxl_base_v1-0",
        "ss_sd_model_name": base,
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(tensors, path, metadata)


def main(arguments: list[str] | None = None) -> None:
    """Do what the arguments say."""
    usual = LoraPlan()
    parser = argparse.ArgumentParser(description="Train LoRAs for the demo checkpoint.")
    parser.add_argument("what", choices=("all", *SUBJECTS))
    parser.add_argument("checkpoint", type=Path, help="its folder, in diffusers layout")
    parser.add_argument("folder", type=Path, help="where the files are written")
    parser.add_argument("--steps", type=int, default=usual.steps)
    parser.add_argument("--pictures", type=int, default=usual.pictures)
    parser.add_argument("--size", type=int, nargs=2, default=usual.size, metavar=("WIDTH", "HEIGHT"))
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--threads", type=int, default=1)
    parser.add_argument("--nice", type=int, default=19, help="how much to stand back behind other processes")
    options = parser.parse_args(arguments)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    os.nice(options.nice)
    plan = replace(usual, steps=options.steps, pictures=options.pictures, size=tuple(options.size))
    learn = partial(train, options.checkpoint, plan=plan, seed=options.seed)
    for name in SUBJECTS if options.what == "all" else (options.what,):
        subject = SUBJECTS[name]
        write(options.folder / f"{name}.safetensors", subject, learn(subject=subject), options.checkpoint.name)


if __name__ == "__main__":
    main()

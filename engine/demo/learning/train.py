"""Trains the demo checkpoint, or shows how far it is, with everything unfinished in one folder.

    python -m engine.demo.learning.train all STATE --export CHECKPOINT

trains the VAE, then UNet and text encoders, then the tagger, and writes them; `vae`, `unet` and `tagger` train one of
them, `sheet` writes contact sheets of what there is into STATE/sheets. `begin` makes a state of the CHECKPOINT, whose
UNet `further` trains on for half an hour of two cores. Called again it goes on where it stopped, also after a kill.
While a file PAUSE is in the folder it waits. The folder may be copied to another machine, which goes on with the same
`--design`. Several processes share each step of the UNet's where torchrun starts them:

    OMP_NUM_THREADS=1 torchrun --nproc-per-node 2 -m engine.demo.learning.train unet STATE

On a large card:

    python -m engine.demo.learning.train all STATE --export CHECKPOINT --device cuda --design large --workers 14
"""

from __future__ import annotations

import argparse
import logging
import os
from pathlib import Path
from typing import TYPE_CHECKING

import torch

from engine.demo.learning import unet, vae
from engine.demo.learning.contact import model_sheet, vae_sheet
from engine.demo.learning.export import write_checkpoint
from engine.demo.learning.latents import Latents
from engine.demo.learning.networks import DESIGNS, Design
from engine.demo.learning.state import TrainingState
from engine.demo.learning.tagger import TaggerPlan, surer, train_tagger, write_tagger
from engine.demo.learning.unet import CPU_PLAN, FURTHER_PLAN, GPU_PLAN, load_average, train_unet
from engine.demo.learning.vae import CPU_STAGES, GPU_STAGES, Coder, load_coder, train_vae

if TYPE_CHECKING:
    from engine.demo.learning.painter import Painter
    from engine.demo.learning.unet import PainterPlan


def main() -> None:
    """Do what the arguments say."""
    parser = argparse.ArgumentParser(description="Train the demo checkpoint, or show how far it is.")
    parser.add_argument("what", choices=("all", "vae", "unet", "tagger", "begin", "further", "sheet", "write"))
    parser.add_argument("state", type=Path, help="the folder in which unfinished training is kept")
    parser.add_argument(
        "--export", type=Path, help="the checkpoint's folder, in diffusers layout; the tagger's beside it"
    )
    parser.add_argument("--design", choices=tuple(DESIGNS), default="small")
    parser.add_argument("--device", default="cpu", help="cpu or cuda")
    parser.add_argument("--threads", type=int, default=1, help="on a CPU")
    parser.add_argument("--workers", type=int, default=0, help="processes that draw ahead")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--nice", type=int, default=19, help="how much to stand back behind other processes")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    os.nice(options.nice)
    if options.device == "cuda":
        torch.set_float32_matmul_precision("high")
    work = _Work(options)
    if options.what == "sheet":
        work.sheets()
    elif options.what == "write":
        work.write()
    elif options.what == "begin":
        work.begin()
    else:
        work.train(options.what)
        if options.what == "all" and options.export:
            work.write()


class _Work:
    """One folder's training."""

    def __init__(self, options: argparse.Namespace) -> None:
        self._options = options
        self._folder: Path = options.state
        self._design: Design = DESIGNS[options.design]
        self._on_cpu = options.device == "cpu"

    def train(self, what: str) -> None:
        """Train one network, or all of them in their order; the UNet needs the VAE."""
        if what == "vae":
            self._vae()
        if what in {"all", "unet"}:
            self._unet(CPU_PLAN if self._on_cpu else GPU_PLAN)
        if what == "further":
            self._unet(FURTHER_PLAN)
        if what in {"all", "tagger"}:
            options = self._options
            train_tagger(TaggerPlan(), TrainingState(self._folder, "tagger"), seed=options.seed, device=options.device)

    def begin(self) -> None:
        """Keep the checkpoint as a state."""
        vae.begin_at(self._options.export, self._design, TrainingState(self._folder, "vae"))
        unet.begin_at(self._options.export, self._design, TrainingState(self._folder, "unet"))

    def _unet(self, plan: PainterPlan) -> None:
        options, state = self._options, TrainingState(self._folder, "unet")
        latents = Latents(
            self._vae(), self._folder / "latents", state, seed=options.seed, device=options.device,
            workers=options.workers,
        )  # fmt: skip
        train_unet(self._design, plan, latents, state, seed=options.seed, device=options.device)

    def _vae(self) -> Coder:
        options, state = self._options, TrainingState(self._folder, "vae")
        return train_vae(
            self._design, CPU_STAGES if self._on_cpu else GPU_STAGES, state, seed=options.seed,
            device=options.device, workers=options.workers,
        )  # fmt: skip

    def sheets(self) -> None:
        """Write a contact sheet of what each unfinished network does."""
        sheets = self._folder / "sheets"
        if (self._folder / "vae.pt").exists():
            vae_sheet(load_coder(self._design, self._folder / "vae.pt"), sheets / "vae.png")
        if (self._folder / "unet.pt").exists():
            folder = self._folder / "checkpoint"
            write_checkpoint(*self._networks(), folder)
            model_sheet(folder, sheets / "model.png")

    def write(self) -> None:
        """Write what there is as a checkpoint and a tagger."""
        target: Path = self._options.export
        write_checkpoint(*self._networks(), target)
        if (self._folder / "tagger.pt").exists():
            tagger = train_tagger(TaggerPlan(steps=0), TrainingState(self._folder, "tagger"), seed=0, device="cpu")
            write_tagger(surer(tagger), target.with_name("tagger"))

    def _networks(self) -> tuple[Painter, Coder]:
        return (
            load_average(self._design, self._folder / "unet.pt"),
            load_coder(self._design, self._folder / "vae.pt"),
        )


if __name__ == "__main__":
    main()

"""Trains the demo checkpoint on pictures that it draws for itself, as many as there are steps times the batch.

One command made the shipped weights, in some hours on two cores of a CPU:

    python -m engine.demo.train engine/demo/checkpoint --state training

Called again with the same state folder it goes on where it stopped. `--only vae` and `--only unet` train one half, at
the same time as the other if there are processors to spare: neither needs the other.
"""

from __future__ import annotations

import argparse
import logging
from pathlib import Path

import torch

from engine.demo.export import write_checkpoint
from engine.demo.plan import UNetPlan
from engine.demo.train_unet import train_unet
from engine.demo.train_vae import VAEPlan, train_vae

_SAVE_EVERY_S = 180.0


def main() -> None:
    """Train what the arguments name, and write the checkpoint when both halves are done."""
    parser = argparse.ArgumentParser(description="Train the demo checkpoint from nothing, or go on training it.")
    parser.add_argument("checkpoint", type=Path, help="the folder to write, in diffusers layout")
    parser.add_argument("--state", type=Path, required=True, help="where unfinished training is kept")
    parser.add_argument("--only", choices=("vae", "unet"), help="train this half and write no checkpoint")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--device", default="cuda" if torch.cuda.is_available() else "cpu")
    parser.add_argument("--threads", type=int, default=torch.get_num_threads(), help="on a CPU")
    options = parser.parse_args()
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(message)s")
    torch.set_num_threads(options.threads)
    options.state.mkdir(parents=True, exist_ok=True)
    vae = painter = None
    if options.only != "unet":
        vae_plan = VAEPlan(seed=options.seed, device=options.device, save_every_s=_SAVE_EVERY_S)
        vae = train_vae(vae_plan, options.state / "vae.pt")
    if options.only != "vae":
        unet_plan = UNetPlan(seed=options.seed, device=options.device, save_every_s=_SAVE_EVERY_S, workers=1)
        painter = train_unet(unet_plan, options.state / "unet.pt")
    if vae is not None and painter is not None:
        write_checkpoint(painter, vae, options.checkpoint)


if __name__ == "__main__":
    main()

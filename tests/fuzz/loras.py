"""Damaged LoRA files: each is refused by its name, and no weight of the model is touched."""

import random
import tempfile
import time
from pathlib import Path

from tests.fuzz._report import Report

NUMBER = 500


def run(seed, seconds):
    """Look for a damaged file that is read, that is refused without its name, or that takes long."""
    import torch

    from engine.config import Engine
    from engine.demo import untrained
    from engine.loading import load

    with tempfile.TemporaryDirectory() as folder, torch.inference_mode():
        root = Path(folder)
        checkpoint = untrained.make(root / "tiny-sdxl")
        model = load(Engine(model=str(checkpoint), device="cpu"), lambda _stage: None)
        return read_all(model, root, seed=seed, seconds=seconds, number=NUMBER).publish()


def read_all(model, folder, *, seed, seconds, number, clock=time.monotonic):
    """Read so many damaged files, or as many as there is time for.

    Returns:
        A report, in which everything is wrong that must not be.
    """
    from engine import lora
    from engine.errors import LoraRefused
    from tests.engine import lora_files
    from tests.engine.lora_damage import damage

    chance, report = random.Random(seed), Report("loras", seed, wanted=number)
    layers = {
        target: lora_files.low_rank(lora_files.parameter_of(model, target), seed=at, alpha=2.0)
        for at, target in enumerate((*lora_files.TARGETS, *lora_files.CONVOLUTIONS))
    }
    tensors = lora_files.named(layers, lora_files.kohya, lora_files.KOHYA)
    good = lora_files.write(folder / "good.safetensors", tensors, {"ss_network_dim": "4"}).read_bytes()
    before = {name: tensor.clone() for name, tensor in model.unet.state_dict().items()}
    lora.read(folder / "good.safetensors", model)  # whole, it can be read
    path, begun, longest = folder / "damaged.safetensors", clock(), 0.0
    while report.number < number and clock() - begun < seconds:
        way, data = damage(good, chance)
        path.write_bytes(data)
        report.sent[way] += 1
        asked = clock()
        try:
            lora.read(path, model)
        except LoraRefused as error:
            named = str(error).startswith(path.name) and "\n" not in str(error)
            report.came[way]["refused" if named else "refused without its name"] += 1
            if not named:
                report.wrong.append(f"file {report.number}, {way}: {str(error)[:200]!r}")
        else:
            report.came[way]["read"] += 1
            report.wrong.append(f"file {report.number}, {way}: it was read")
        longest = max(longest, clock() - asked)
    report.measured["slowest, s"] = round(longest, 3)
    if not all(tensor.equal(before[name]) for name, tensor in model.unet.state_dict().items()):
        report.wrong.append("a weight of the model was touched")
    return report

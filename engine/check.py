"""`python -m engine check`: whether this machine can draw what the configuration says; the bot shows the rows too."""

from __future__ import annotations

import contextlib
import csv
import importlib.metadata
import socket
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from engine import card, downloads, hashes, nvidia_smi
from engine.config import VAE_OF_THE_CHECKPOINT
from engine.errors import ModelLoadError
from engine.finding import Finding, error, ok, unchecked, warning
from engine.packages import PACKAGES, missing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.config import Engine, PictureRating, Wire


def check(engine: Engine, cache: Path, *, engine_runs: bool = False) -> Iterator[Finding]:
    """Look at all of it; seconds, and for a new checkpoint as long as it takes to read it once.

    Args:
        engine: As `engine.config.load` gives it.
        cache: Where the hashes of large files are remembered.
        engine_runs: One of the same configuration is there already.
    """
    packages = _packages()
    yield packages
    torch = _torch() if packages.level == "ok" else None
    half = engine.vae != "exact"
    yield from card.look(engine.device, torch, card.System(), nvidia_smi, half=half, engine_runs=engine_runs)
    yield _checkpoint(engine, cache) if packages.level == "ok" else unchecked("checkpoint", packages.says)
    yield _upscaler(engine) if packages.level == "ok" else unchecked("upscaler", packages.says)
    yield _tagger(engine)


def runs(wire: Wire, base: Path) -> bool:
    """Tell whether an engine listens where the configuration says."""
    with contextlib.suppress(OSError, ValueError):
        if wire.url.startswith("unix:"):
            if not hasattr(socket, "AF_UNIX"):  # Windows' Python
                return False
            with socket.socket(socket.AF_UNIX) as probe:
                probe.connect(str(base / wire.url.removeprefix("unix:")))
                return True
        url = urlsplit(wire.url)
        with socket.create_connection((url.hostname or "", url.port or 0), timeout=1.0):
            return True
    return False


def _packages() -> Finding:
    if absent := missing():
        return error(
            "packages",
            f"the engine's packages are not installed: {', '.join(absent)}",
            'Run make install, or install Eshi with the extra "engine".',
        )
    versions = ", ".join(f"{name} {importlib.metadata.version(name)}" for name in PACKAGES[:3])
    return ok("packages", versions)


def _torch() -> card.Torch:
    """Ask torch what it is, and start the card."""
    import torch

    cuda: Any = torch.version.cuda
    hip: Any = torch.version.hip
    said: dict[str, Any] = {
        "version": str(torch.__version__),
        "cuda": cuda,
        "hip": hip,
        "mps": torch.backends.mps.is_available(),
    }
    if cuda is None and hip is None:
        return card.Torch(**said)
    try:
        torch.cuda.init()
        free, total = torch.cuda.mem_get_info()
        return card.Torch(
            **said,
            cards=torch.cuda.device_count(),
            name=torch.cuda.get_device_name(),
            capability=torch.cuda.get_device_capability(),
            uuid=str(getattr(torch.cuda.get_device_properties(0), "uuid", "")).removeprefix("GPU-"),
            architectures=tuple(torch.cuda.get_arch_list()),
            free_bytes=free,
            total_bytes=total,
        )
    except (RuntimeError, AssertionError) as failure:  # the second where the build has no CUDA at all
        return card.Torch(**said, failure=" ".join(str(failure).split())[:300])


def _checkpoint(engine: Engine, cache: Path) -> Finding:
    from engine import checkpoint

    try:
        found = checkpoint.find(engine)
    except ModelLoadError as refused:
        return error("checkpoint", str(refused), _how_to_get(engine))
    if engine.vae not in VAE_OF_THE_CHECKPOINT:
        try:
            checkpoint.find_vae(Path(engine.vae).expanduser())
        except ModelLoadError as refused:
            return error("checkpoint", str(refused), _how_to_get_a_vae(engine))
    if found.file is None:
        return ok("checkpoint", f"{found.name}, a folder in diffusers layout")
    try:
        digest = hashes.sha256(found.file, cache)
    except OSError as failure:
        return error("checkpoint", f"{found.file}: cannot be read: {failure.strerror}", "Look at the disk.")
    pinned = engine.sha256.lower()
    if pinned and digest != pinned:
        return error(
            "checkpoint",
            f"{found.file}: its SHA-256 is {digest}, and engine.sha256 expects {pinned}",
            "Download it again, or correct engine.sha256.",
        )
    said = f"; {found.statement.words}" if found.statement.words else ""
    for name, one in downloads.table().items():
        if one.files[0].sha256 == digest:
            return ok("checkpoint", f"{found.name} is {name} as published{said}")
        if one.files[0].name == found.file.name:
            return warning(
                "checkpoint",
                f"{found.file} is called like {name} and is another file (SHA-256 {digest}): what it draws may differ",
                f"Compare it with python -m engine download {name} --offline, or rename it.",
            )
    return ok("checkpoint", f"{found.name}, SHA-256 {digest[:10]}…{said}")


def _how_to_get(engine: Engine) -> str:
    names = [name for name, one in downloads.table().items() if one.files[0].name == Path(engine.model).name]
    return f"Run python -m engine download{f' {names[0]}' if names else ''}, or name another file in engine.model."


def _how_to_get_a_vae(engine: Engine) -> str:
    name = Path(engine.vae).name
    known = name if name in downloads.table() else "sdxl-vae-fp16-fix"
    return f'Run python -m engine download {known}, or set engine.vae = "exact".'


def _upscaler(engine: Engine) -> Finding:
    if not engine.upscaler:
        return ok("upscaler", "latents are enlarged, as the model's official Space does")
    import torch

    from engine import upscaler

    try:
        found = upscaler.load(engine.upscaler, torch.device("cpu"))
    except ModelLoadError as refused:
        return error("upscaler", str(refused), 'Name another one in engine.upscaler, or set it to "".')
    return ok("upscaler", f"{found.name} enlarges pixels, ×{found.scale}")


def _tagger(engine: Engine) -> Finding:
    if engine.rating.by in {"", "none"}:
        return ok("tagger", "no picture is rated, so nothing above sensitive is drawn")
    wanted = ("onnxruntime", "numpy") if engine.rating.by == "wd" else PACKAGES
    if absent := missing(wanted):
        return error(
            "tagger", f"its packages are not installed: {', '.join(absent)}", 'Install Eshi with the extra "tagger".'
        )
    from engine import raters

    try:
        raters.load(engine.rating, lambda _stage: None)
    except ModelLoadError as refused:
        return error("tagger", str(refused), "Run python -m engine download wd-swinv2-tagger-v3.")
    of = f" by {_tags(engine.rating)} tags" if engine.rating.by == "wd" else ""
    return ok("tagger", f"{Path(engine.rating.folder).name} rates every picture{of}")


def _tags(rating: PictureRating) -> int:
    """Count the rows of a table that was read; the network has an output for each."""
    with Path(rating.folder, "selected_tags.csv").open(encoding="utf-8", newline="") as file:
        return sum(1 for _ in csv.DictReader(file))

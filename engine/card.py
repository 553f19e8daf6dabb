"""Whether the graphics card can be drawn on, layer by layer: card, driver, device files, torch's build, CUDA, memory.

The first layer that fails is the row that says what to do; what lies above it is not looked at. It reads files of the
system and what torch said, and imports torch nowhere.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from msgspec import Struct

from engine import card_room
from engine.finding import Finding, error, ok, unchecked, warning

if TYPE_CHECKING:
    from collections.abc import Iterator

    from engine.nvidia_smi import CardModes

NVIDIA, AMD = "0x10de", "0x1002"
"""PCI's numbers of vendors."""

_DISPLAY_CLASS = "0x03"
_DRIVER_VERSION = re.compile(r"Kernel Module.*?\s(\d+)\.(\d+)")

OLDEST_DRIVER = {13: 580, 12: 525}
"""By CUDA's first number (NVIDIA, CUDA compatibility: minor versions share one)."""


class Torch(Struct, frozen=True, kw_only=True):
    """What torch says of itself and of the first card."""

    version: str
    cuda: str | None = None
    """Of which CUDA its build is; None: of none."""
    hip: str | None = None
    """Of which ROCm its build is."""
    mps: bool = False
    cards: int = 0
    failure: str = ""
    """What starting CUDA failed with."""
    name: str = ""
    capability: tuple[int, int] = (0, 0)
    architectures: tuple[str, ...] = ()
    """What its kernels are compiled for, as ``sm_86``."""
    uuid: str = ""
    """Which of nvidia-smi's cards it is."""
    free_bytes: int = 0
    total_bytes: int = 0


class Smi(Protocol):
    """`engine.nvidia_smi`."""

    def processes(self) -> list[str]:
        """Name the programs that use a card."""
        ...

    def modes(self) -> list[CardModes]:
        """Say how each card is set."""
        ...


class System(Struct, frozen=True):
    """Where the system's own files are; a test has others."""

    root: Path = Path("/")

    def path(self, name: str) -> Path:
        return self.root / name

    def usable(self, path: Path) -> bool:
        return os.access(path, os.R_OK | os.W_OK)


def look(
    device: str,
    torch: Torch | None,
    system: System,
    smi: Smi,
    *,
    half: bool = False,
    engine_runs: bool = False,
) -> Iterator[Finding]:
    """Look at the card.

    Args:
        device: As `engine.device` has it.
        torch: None where it is not installed.
        system: Where the system's files are.
        smi: Says what else is on the card, and how it is set.
        half: Pictures are decoded in half precision.
        engine_runs: An engine of the same configuration has its part of the memory already.
    """
    for found in _layers(device, torch, system, smi):
        if found.id == "memory" and found.level != "ok" and engine_runs:
            yield unchecked("memory", "an engine of yours runs already and has its part of the card")
        elif found.id == "memory" and half and torch:
            yield _memory(torch, smi, half=True)
        else:
            yield found


def _layers(device: str, torch: Torch | None, system: System, smi: Smi) -> Iterator[Finding]:
    if device == "cpu":
        yield ok("card", 'engine.device is "cpu", so the processor draws; no card is looked at')
        return
    found = vendors(system)
    if device == "mps" or (torch is not None and torch.mps and not found):
        yield _of_apple(torch)
        return
    if NVIDIA in found:
        yield ok("card", "there is a card of NVIDIA's")
        yield from _of_nvidia(torch, system, smi)
    elif AMD in found and device == "auto" and torch is not None and torch.hip is None and not torch.cards:
        yield warning(
            "card",
            "there is a card of AMD's, and torch is not built for ROCm: the processor draws, which takes many minutes",
            'Run make install TORCH=rocm7.2, or set engine.device = "cpu" where the card is a part of the processor.',
        )
    elif AMD in found and device == "auto":
        yield ok("card", "there is a card of AMD's")
        yield from _of_amd(torch, system, smi)
    else:
        yield from _without_a_card(device, torch, smi)


def vendors(system: System) -> set[str]:
    """Find the vendors of graphics cards; WSL shows none of them but a device of its own."""
    found: set[str] = set()
    for device in sorted(system.path("sys/bus/pci/devices").glob("*")):
        if _read(device / "class").startswith(_DISPLAY_CLASS):
            found.add(_read(device / "vendor"))
    if system.path("dev/dxg").exists() and system.path("usr/lib/wsl/lib/libcuda.so.1").exists():
        found.add(NVIDIA)
    if system.path("proc/driver/nvidia/version").exists():  # in a container that shows no PCI
        found.add(NVIDIA)
    return found & {NVIDIA, AMD}


def driver(system: System) -> tuple[int, int] | None:
    """Read the version of NVIDIA's driver; None where none is loaded, or WSL keeps it to itself."""
    found = _DRIVER_VERSION.search(_read(system.path("proc/driver/nvidia/version")))
    return (int(found[1]), int(found[2])) if found else None


def _of_nvidia(torch: Torch | None, system: System, smi: Smi) -> Iterator[Finding]:
    version = driver(system)
    in_wsl = system.path("dev/dxg").exists()
    if version is None and not in_wsl:
        yield error(
            "driver",
            "NVIDIA's driver is not loaded",
            "Install it as your distribution says, restart, and see that nvidia-smi shows the card.",
        )
        return
    needed = OLDEST_DRIVER.get(int(torch.cuda.partition(".")[0]), 0) if torch and torch.cuda else 0
    if version and version[0] < needed:
        yield error(
            "driver",
            f"the driver is {version[0]}.{version[1]}, and the CUDA of this torch needs {needed} or newer",
            "Update the driver, or take the build for CUDA 12.6: make install TORCH=cu126.",
        )
        return
    yield ok("driver", f"the driver is {version[0]}.{version[1]}" if version else "the driver is that of Windows")
    yield (nodes := _device_files(system, in_wsl=in_wsl))
    if nodes.level != "error":
        yield from _torch_rows(torch, smi)


def _device_files(system: System, *, in_wsl: bool) -> Finding:
    names = ("dev/dxg",) if in_wsl else ("dev/nvidiactl", "dev/nvidia-uvm")
    nodes = [system.path(name) for name in names]
    if not in_wsl:
        nodes += sorted(system.path("dev").glob("nvidia[0-9]*"))[:1] or [system.path("dev/nvidia0")]
    for node in nodes:
        if not node.exists():
            return error(
                "device-files",
                f"{node} is missing",
                "Run sudo modprobe nvidia-uvm (it is often lost over a suspend); in a container, hand the card in.",
            )
        if not system.usable(node):
            return error(
                "device-files",
                f"{node} may not be used by this user",
                f"Add the user to the group of {node} (often video or render), and log in again.",
            )
    return ok("device-files", "the device files are there and may be used")


def _torch_rows(torch: Torch | None, smi: Smi) -> Iterator[Finding]:
    if torch is None:
        yield unchecked("torch", "torch is not installed")
        return
    if torch.cuda is None and torch.hip is None:
        yield error(
            "torch",
            f"torch {torch.version} is built for the processor, and there is a card",
            "Install the build for it: make install TORCH=cu130 (NVIDIA), cu126 (older drivers) or rocm7.2 (AMD).",
        )
        return
    yield ok(
        "torch", f"torch {torch.version} is built for {f'CUDA {torch.cuda}' if torch.cuda else f'ROCm {torch.hip}'}"
    )
    if torch.failure or not torch.cards:
        yield error(
            "cuda",
            f"the card cannot be started: {torch.failure or 'torch sees none'}",
            "See that nvidia-smi works; CUDA_VISIBLE_DEVICES may hide the card; after a driver's update, restart.",
        )
        return
    yield ok("cuda", f"it starts: {torch.name}")
    if torch.cuda and not _compiled_for(torch.capability, torch.architectures):
        major, minor = torch.capability
        yield error(
            "architecture",
            f"this torch has no kernels for the card's architecture {major}.{minor}, only for "
            f"{', '.join(torch.architectures)}",
            "Cards before the RTX 20 and GTX 16 series need the build for CUDA 12.6: make install TORCH=cu126.",
        )
        return
    yield ok("architecture", "torch has kernels for it")
    if torch.cuda:
        yield _modes(torch, smi)
    yield _memory(torch, smi)


def _compiled_for(capability: tuple[int, int], architectures: tuple[str, ...]) -> bool:
    """Tell whether kernels run there: those of the same first number and no newer second one, or PTX of any older."""
    major, minor = capability
    for name in architectures:
        found = re.fullmatch(r"(sm|compute)_(\d+)(\d)[a-z]?", name)
        if found is None:
            continue
        of = int(found[2]), int(found[3])
        if (of[0] == major and of[1] <= minor) or (found[1] == "compute" and of <= (major, minor)):
            return True
    return not architectures


def _modes(torch: Torch, smi: Smi) -> Finding:
    """Note how the card is set: it explains a speed or a memory that others of its kind do not have."""
    every = smi.modes()
    found = next((one for one in every if torch.uuid and one.uuid == torch.uuid), every[0] if len(every) == 1 else None)
    if found is None:
        return unchecked("modes", "nvidia-smi says nothing of this card")
    if found.errors:
        return warning(
            "modes",
            f"the card's memory had {found.errors} errors that could not be corrected: pictures may come out wrong",
            "Restart the machine; where it happens again, the card is to be replaced.",
        )
    limit, usual = found.power_limit_w, found.usual_power_limit_w
    said = ["no power limit is named" if limit is None else f"the power limit is {limit:.0f} W"]
    if limit is not None and usual is not None and limit < usual:
        said[0] += f" instead of {usual:.0f} W, so it is slower than others of its kind"
    said.append("it has no ECC" if found.ecc is None else f"ECC is {'on' if found.ecc else 'off'}")
    if found.mig:
        said.append("MIG splits it, and this is one part")
    return ok("modes", ", ".join(said))


def _memory(torch: Torch, smi: Smi, *, half: bool = False) -> Finding:
    free, total, least = _gb(torch.free_bytes), _gb(torch.total_bytes), card_room.least(halved_vae=half)
    if torch.total_bytes < least:
        return error(
            "memory",
            f"the card has {total}, and SDXL with one picture needs {_gb(least)} (computed)",
            "It will refuse most sizes; take another card.",
        )
    room = card_room.decide(torch.free_bytes, halved_vae=half)
    if room is None:
        others = ", ".join(smi.processes()) or "none is named"
        return error(
            "memory",
            f"{free} of the card's {total} are free, and {_gb(least)} are needed (computed); "
            f"other programs on it: {others}",
            "End the other programs, or set bot.engine.url if one of them is your own engine.",
        )
    said = f"{free} of the card's {total} are free: {room.words} (computed)"
    if room.tile is not None:
        return warning(
            "memory",
            f"{said}; tiles take longer",
            'Set engine.vae = "bfloat16", or name a VAE for float16: python -m engine download sdxl-vae-fp16-fix.',
        )
    return ok("memory", said)


def _of_amd(torch: Torch | None, system: System, smi: Smi) -> Iterator[Finding]:
    node = system.path("dev/kfd")
    if not node.exists():
        yield error("driver", f"{node} is missing: ROCm's driver is not loaded", "Load the kernel module amdgpu.")
        return
    yield ok("driver", "ROCm's driver is loaded")
    if not system.usable(node):
        yield error("device-files", f"{node} may not be used by this user", "Add the user to the group render.")
        return
    yield ok("device-files", "the device files are there and may be used")
    yield from _torch_rows(torch, smi)


def _of_apple(torch: Torch | None) -> Finding:
    if torch is None:
        return unchecked("card", "torch is not installed")
    if not torch.mps:
        return error("card", "torch finds no Metal device (MPS)", 'Set engine.device = "auto" or "cpu".')
    return warning(
        "card", "Apple's card is used by Metal (MPS), which nobody has tried with Eshi", "Report what you see, please."
    )


def _without_a_card(device: str, torch: Torch | None, smi: Smi) -> Iterator[Finding]:
    if torch is not None and torch.cards:  # torch sees one all the same, in a container perhaps
        yield ok("card", f"torch sees {torch.name}")
        yield from _torch_rows(torch, smi)
        return
    says = "no graphics card was found: the processor draws, and a picture of Animagine's takes many minutes"
    do = 'Put in a card of NVIDIA\'s with 12 GB, or set engine.device = "cpu" where that is meant.'
    yield (
        error("card", 'engine.device is "cuda", and no graphics card was found', do)
        if device == "cuda"
        else warning("card", says, do)
    )


def _gb(count: int) -> str:
    return f"{count / 1e9:.1f} GB"


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""

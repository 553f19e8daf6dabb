"""What torch reads from the environment while it is imported: it has to be there before, so importing this is light."""

from __future__ import annotations

import atexit
import logging
import os
import platform
import shutil
import stat
import sys
import tempfile
from pathlib import Path

log = logging.getLogger(__name__)

KERNELS = "TORCHINDUCTOR_CACHE_DIR"
"""Where compiled kernels are kept. Importing `torch._dynamo` sets it to a folder of /tmp, so afterwards nobody can tell
who chose it (torch/_inductor/runtime/cache_dir_utils.py)."""


ALLOCATOR = "PYTORCH_ALLOC_CONF"
"""How torch keeps a device's memory; it goes by older names as well (docs/source/notes/cuda.rst of torch)."""


def prepare() -> None:
    """Set what nobody has set; call it before torch is imported."""
    if not {ALLOCATOR, "PYTORCH_CUDA_ALLOC_CONF", "PYTORCH_HIP_ALLOC_CONF"} & os.environ.keys() and not lends_memory():
        # else blocks of a gigabyte for decoding and of some megabytes for the UNet are in each other's way
        os.environ[ALLOCATOR] = "expandable_segments:True"
    if KERNELS not in os.environ:
        os.environ[KERNELS] = str(_kernels())


def lends_memory() -> bool:
    """Tell whether the card's driver is Windows' own, which lends the machine's memory where the card's is full.

    It does not know expandable segments either.
    """
    return sys.platform == "win32" or "microsoft" in platform.release().lower()  # the second is WSL2


def _kernels() -> Path:
    """Find a folder that outlives this process and that is this user's alone, because what lies in it is executed."""
    try:
        folder = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache").absolute() / "eshi" / "inductor"
        folder.mkdir(mode=stat.S_IRWXU, parents=True, exist_ok=True)
        reason = "" if _is_ours_alone(folder) else f"others may write into {folder}"
    except (OSError, RuntimeError) as error:  # RuntimeError: this user has no home
        reason = str(error)
    else:
        if not reason:
            return folder
    log.warning("compiled kernels are not kept: %s; TORCHINDUCTOR_CACHE_DIR may name another folder", reason)
    private = Path(tempfile.mkdtemp(prefix="eshi-kernels-"))
    atexit.register(shutil.rmtree, private, ignore_errors=True)
    return private


def _is_ours_alone(folder: Path) -> bool:
    if not hasattr(os, "getuid"):
        return True  # Windows, where a home is its user's
    found = folder.stat()
    return found.st_uid == os.getuid() and not found.st_mode & (stat.S_IWGRP | stat.S_IWOTH)

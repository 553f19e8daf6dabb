"""What torch reads from the environment while it is imported: it has to be there before, so importing this is light."""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import stat
import tempfile
from pathlib import Path

log = logging.getLogger(__name__)

KERNELS = "TORCHINDUCTOR_CACHE_DIR"
"""Where compiled kernels are kept. Importing `torch._dynamo` sets it to a folder of /tmp, so afterwards nobody can tell
who chose it (torch/_inductor/runtime/cache_dir_utils.py)."""


def prepare() -> None:
    """Set what nobody has set; call it before torch is imported."""
    if KERNELS not in os.environ:
        os.environ[KERNELS] = str(_kernels())


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

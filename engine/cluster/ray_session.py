"""Ray, as long as a front lives: a cluster of its own on this machine, or a part in one that runs.

What Ray reads from the environment it reads when it is imported, so importing this is light.
"""

from __future__ import annotations

import fcntl
import logging
import os
import secrets
import shutil
import socket
import stat
import tempfile
from contextlib import contextmanager
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING, Any

from engine import packages, textfile
from engine.cluster import gcs_probe
from engine.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterator, MutableMapping

    from engine.config import Cluster

STORE_BYTES = 1024**3
"""For pictures that are under way between two processes; what has no room goes to the folder."""

LEAST_TOKEN_CHARS = 22
"""128 bits, as base64 writes them."""

MAX_TOKEN_BYTES = 4096

LONGEST_FOLDER = 40
"""Of a path: Ray's sockets lie some 65 letters below it, and may have 107."""

ALWAYS = {"RAY_USAGE_STATS_ENABLED": "0", "RAY_AUTH_MODE": "token"}
"""Nothing is told to Ray's makers, and whoever connects shows the token."""

UNLESS_SAID = {
    "RAY_health_check_period_ms": "1000",
    "RAY_health_check_timeout_ms": "3000",
    "RAY_health_check_failure_threshold": "3",
    "RAY_memory_monitor_refresh_ms": "0",
    "RAY_gcs_rpc_server_reconnect_timeout_s": "20",
    "RAY_raylet_start_wait_time_s": "120",
    "RAY_DEDUP_LOGS": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
}
"""A node that is frozen is dead after some ten seconds instead of 65; no worker is killed because something else fills
the memory; a head that is gone ends the front, which has said so by then; a slow machine may take its time to start."""


@contextmanager
def ray_session(settings: Cluster, environ: MutableMapping[str, str] = os.environ) -> Iterator[None]:
    """Have Ray until the block is left, from the main thread; of a cluster of its own nothing is there afterwards.

    Raises:
        ClusterError: There is none.
    """
    if packages.missing(["ray"]):
        raise ClusterError('Ray is not installed; install Eshi with the extra "ray"')
    environ.update(ALWAYS)
    for name, value in UNLESS_SAID.items():
        environ.setdefault(name, value)
    for name in ("RAY_ADDRESS", "RAY_AUTH_TOKEN", "RAY_JOB_CONFIG_JSON_ENV_VAR", "RAY_RUNTIME_ENV_HOOK"):
        environ.pop(name, None)
    if settings.address:
        environ["RAY_AUTH_TOKEN_PATH"] = settings.token_file
        gcs_probe.require(settings.address, _token(settings), version=version("ray"), environ=environ)
        own_address = _towards(settings.address)  # of several, the one that the nodes reach
        with _connected(f"{settings.address}: ", address=settings.address, _node_ip_address=own_address):
            yield
        return
    with _folder(settings.folder) as folder:
        token = folder / "token"
        token.touch(mode=0o600)
        token.write_text(secrets.token_hex(32))
        environ["RAY_AUTH_TOKEN_PATH"] = str(token)
        own = {
            "num_cpus": 1,
            "num_gpus": settings.cards or None,
            "include_dashboard": False,
            "object_store_memory": STORE_BYTES,
            "_temp_dir": str(folder / "ray"),
            "object_spilling_directory": str(folder / "spill"),
            "_node_name": "card",
            "_node_ip_address": "127.0.0.1",
        }
        with _connected("", address="local", **own):
            yield


@contextmanager
def _connected(where: str, **options: Any) -> Iterator[None]:
    import ray
    from ray.exceptions import RayError

    try:
        ray.init(namespace="eshi", logging_level=logging.WARNING, log_to_driver=True, **options)
    except (RayError, OSError, RuntimeError, ValueError) as error:
        ray.shutdown()
        lines = [line.strip() for line in str(error).splitlines() if line.strip()]
        said = ": ".join(lines[:1]) or type(error).__name__
        raise ClusterError(f"{where}Ray cannot be used here ({said})") from error
    except BaseException:
        ray.shutdown(wait_for_processes=True)
        raise
    try:
        yield
    finally:
        ray.shutdown(wait_for_processes=True)


def _towards(address: str) -> str:
    """Give this machine's own address on the way to another one; nothing is sent."""
    host, _, port = address.rpartition(":")
    family, kind, _, _, there = socket.getaddrinfo(host.strip("[]"), int(port), type=socket.SOCK_DGRAM)[0]
    with socket.socket(family, kind) as probe:
        probe.connect(there)
        return probe.getsockname()[0]


def _token(settings: Cluster) -> str:
    """Read what the nodes show each other.

    Raises:
        ClusterError: It is none that keeps anybody out.
    """
    if not settings.token_file:
        raise ClusterError(
            "engine.cluster.token_file: several nodes need a token, for whoever reaches Ray's ports can run what they "
            "like; name a file with one"
        )
    path = Path(settings.token_file)
    try:
        token = textfile.read(path, max_bytes=MAX_TOKEN_BYTES).strip()
        mode = path.stat().st_mode
    except (textfile.TextFileError, OSError) as error:
        raise ClusterError(f"engine.cluster.token_file: {error}") from error
    if mode & (stat.S_IRWXG | stat.S_IRWXO):
        raise ClusterError(f"engine.cluster.token_file: {path}: others may use it; chmod 600 {path}")
    if len(token) < LEAST_TOKEN_CHARS or not token.isprintable():
        raise ClusterError(
            f"engine.cluster.token_file: {path}: expected one line of {LEAST_TOKEN_CHARS} letters or more"
        )
    return token


@contextmanager
def _folder(named: str) -> Iterator[Path]:
    """Have an empty folder that nobody else can read, and that is gone afterwards.

    Raises:
        ClusterError: It is somebody else's, or in use.
    """
    folder = Path(named or Path(tempfile.gettempdir()) / f"eshi-ray-{os.getuid()}").absolute()
    if len(str(folder)) > LONGEST_FOLDER:
        raise ClusterError(
            f"engine.cluster.folder: {folder}: Ray's sockets lie in it, so its path may have {LONGEST_FOLDER} letters"
        )
    try:
        folder.mkdir(mode=stat.S_IRWXU, parents=True, exist_ok=True)
        found = folder.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or found.st_mode & 0o077:
            raise ClusterError(f"engine.cluster.folder: {folder}: expected a folder that only its owner may use")
        lock = os.open(folder / "lock", os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise ClusterError(f"engine.cluster.folder: {folder}: {error.strerror}") from error
    try:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ClusterError(
                f"engine.cluster.folder: {folder}: another cluster runs there; name another folder"
            ) from None
        _empty(folder)
        (folder / "spill").mkdir(mode=stat.S_IRWXU)
        yield folder
        _empty(folder)
    finally:
        os.close(lock)


def _empty(folder: Path) -> None:
    """Delete everything that an earlier front left, pictures that had no room in memory among it."""
    for entry in folder.iterdir():
        if entry.name == "lock":
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)

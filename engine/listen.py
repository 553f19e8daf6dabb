"""Where the engine listens: a Unix socket that only its owner may use, or loopback TCP with a secret."""

from __future__ import annotations

import ipaddress
import os
import socket
import stat
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from engine import textfile
from engine.config import EngineConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from engine.config import Wire

MAX_SOCKET_PATH_BYTES = 107
"""``sun_path`` holds 108 with its terminator on Linux (unix(7)); 103 on macOS, where `bind` itself says so."""

MAX_SECRET_BYTES = 4096
"""Of the file; aiohttp takes headers of twice that."""

SECRET_VARIABLE = "ESHI_WIRE_SECRET"  # noqa: S105  (its name, not its value)


@dataclass(frozen=True)
class Listener:
    """A bound socket and what a client must show."""

    socket: socket.socket
    path: Path | None
    """Of a Unix socket; None for TCP."""
    secret: str
    """Every connection must show it; "" where the file's permissions are the lock."""

    @property
    def address(self) -> str:
        if self.path is not None:
            return f"unix:{self.path}"
        host, port = self.socket.getsockname()[:2]
        return f"ws://[{host}]:{port}" if ":" in host else f"ws://{host}:{port}"

    def close(self) -> None:
        """Close the socket and remove its file, unless another engine has put its own there since."""
        self.socket.close()
        if self.path is not None:
            with suppress(FileNotFoundError):
                self.path.unlink()


def bind(wire: Wire, base: Path, environ: Mapping[str, str]) -> Listener:
    """Bind what ``wire.url`` names.

    Args:
        wire: The shared table of the configuration.
        base: The configuration file's folder, to which its paths are relative.
        environ: Where the secret is when no file is named.

    Raises:
        EngineConfigError: The address cannot be used; one line that says why.
    """
    if wire.url.startswith("unix:"):
        if wire.url == "unix:":
            raise EngineConfigError("wire.url: unix: names no path; expected unix:PATH")
        path = _beside("url", base, wire.url.removeprefix("unix:"))
        return Listener(_bind_unix(path), path, secret="")
    try:
        url = urlsplit(wire.url)
        host, port = url.hostname, url.port
    except ValueError as error:
        raise EngineConfigError(f"wire.url: {wire.url}: {error}") from error
    if url.scheme != "ws" or host is None or port is None or url.path not in {"", "/"}:
        raise EngineConfigError(f"wire.url: {wire.url}: expected unix:PATH or ws://127.0.0.1:PORT")
    if not _is_loopback(host):
        raise EngineConfigError(
            f"wire.url: {host} can be reached from other machines, and the wire is not made for that; use 127.0.0.1"
        )
    shown = secret(wire, base, environ)
    return Listener(_bind_tcp("127.0.0.1" if host == "localhost" else host, port), None, shown)


def _bind_unix(path: Path) -> socket.socket:
    if not hasattr(socket, "AF_UNIX"):
        raise EngineConfigError("wire.url: this system has no Unix sockets; use ws://127.0.0.1:PORT and a secret")
    if (length := len(os.fsencode(path))) > MAX_SOCKET_PATH_BYTES:
        raise EngineConfigError(
            f"wire.url: {path}: a Unix socket's path may have {MAX_SOCKET_PATH_BYTES} bytes, and this one has "
            f"{length}; choose a shorter one, such as unix:/run/eshi/engine.sock"
        )
    _remove_stale(path)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    mask = os.umask(0o177)  # from the first moment nobody else may connect
    try:
        listener.bind(str(path))
    except OSError as error:
        listener.close()
        raise EngineConfigError(f"wire.url: {path}: {error.strerror or error}") from error
    finally:
        os.umask(mask)
    return listener


def _remove_stale(path: Path) -> None:
    """Remove the socket file that a killed engine left, and nothing else."""
    if path.is_symlink():  # somebody else decides where it leads, now and later
        raise EngineConfigError(f"wire.url: {path}: there is a link, and the socket is to be there itself")
    try:
        if not stat.S_ISSOCK(path.stat().st_mode):
            raise EngineConfigError(f"wire.url: {path}: there is a file that is no socket")
    except FileNotFoundError:
        return
    except OSError as error:
        raise EngineConfigError(f"wire.url: {path}: {error.strerror}") from error
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        try:
            probe.connect(str(path))
        except ConnectionRefusedError:
            path.unlink()
        except OSError as error:
            raise EngineConfigError(f"wire.url: {path}: {error.strerror}") from error
        else:
            raise EngineConfigError(f"wire.url: {path}: another engine is listening there")


def _bind_tcp(host: str, port: int) -> socket.socket:
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        raise EngineConfigError(f"wire.url: {host} port {port}: {error.strerror or error}") from error


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def secret(wire: Wire, base: Path, environ: Mapping[str, str]) -> str:
    """Read what a TCP connection must show.

    Raises:
        EngineConfigError: There is none, or none that a header may hold.
    """
    if wire.secret_file:
        path = _beside("secret_file", base, wire.secret_file)
        try:
            found = textfile.read(path, max_bytes=MAX_SECRET_BYTES).strip()
        except textfile.TextFileError as error:
            raise EngineConfigError(f"wire.secret_file: {error}") from error
        if not found:
            raise EngineConfigError(f"wire.secret_file: {path}: the file is empty")
        return _one_line(f"wire.secret_file: {path}", found)
    if found := environ.get(SECRET_VARIABLE, "").strip():
        return _one_line(SECRET_VARIABLE, found)
    raise EngineConfigError(
        f"wire.url: {wire.url}: everybody on this machine can reach a TCP port, so it needs a secret: name a file in "
        f"wire.secret_file or set {SECRET_VARIABLE} in the environment"
    )


def _one_line(where: str, secret: str) -> str:
    if not secret.isprintable():
        raise EngineConfigError(
            f"{where}: the secret holds a line break or another character that no HTTP header may hold"
        )
    return secret


def _beside(key: str, base: Path, name: str) -> Path:
    try:
        return textfile.beside(base, name)
    except textfile.TextFileError as error:
        raise EngineConfigError(f"wire.{key}: {error}") from error

"""Asks the head of a Ray cluster who it is before Ray does: whether it is there, heeds tokens, and takes ours.

Ray itself waits for twenty seconds and says only that there was no connection. It speaks gRPC, and one call without a
body is a few dozen bytes of HTTP/2 (RFC 9113; header lists by RFC 7541, appendix C.2.1; gRPC over HTTP2, protocol
document of gRPC): that much is written here, so that no gRPC library has to be installed.
"""

from __future__ import annotations

import os
import re
import socket
import ssl
import struct
import time
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from engine.errors import ClusterError

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CALL = "/ray.rpc.NodeInfoGcsService/CheckAlive"
"""Answers with Ray's version, and to nobody without a token where the head heeds them (Ray 2.60)."""

TIMEOUT_S = 4.0
"""For one of two calls: together they are below the ten seconds in which a wrong token has to be named."""

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, SETTINGS = 0, 1, 4
END_STREAM, END_HEADERS = 1, 4
HEADER_TABLE_SIZE = 1
OK, UNAUTHENTICATED = 0, 16
"""Of gRPC's status codes."""


class GcsAnswer(NamedTuple):
    """What a head said."""

    status: int | None
    """gRPC's; None: it speaks something else."""
    version: str
    """Of Ray; "" where it says none."""


def require(address: str, token: str, *, version: str, environ: Mapping[str, str] = os.environ) -> None:
    """Find out whether a cluster is there that heeds tokens, takes this one, and is of this version.

    Args:
        address: HOST:PORT.
        token: What its nodes show each other.
        version: Of Ray, here.
        environ: Says whether and how Ray's connections are encrypted.

    Raises:
        ClusterError: It is not.
    """
    if ask(address, None, environ).status == OK:
        raise ClusterError(
            f"{address}: this Ray cluster asks nobody for a token, so whoever reaches it can run what they like; start "
            "its nodes with RAY_AUTH_MODE=token"
        )
    answer = ask(address, token, environ)
    if answer.status == UNAUTHENTICATED:
        raise ClusterError(f"{address}: the head refuses the token; engine.cluster.token_file holds another one's")
    if answer.status != OK:
        raise ClusterError(f"{address}: what listens there is no head of a Ray cluster, or one with other TLS settings")
    if answer.version != version:
        raise ClusterError(
            f"{address}: the cluster runs Ray {answer.version}, and here is {version}: install the same on every node"
        )


def ask(address: str, token: str | None, environ: Mapping[str, str] = os.environ) -> GcsAnswer:
    """Make the one call.

    Raises:
        ClusterError: Nobody is there.
    """
    host, _, port = address.rpartition(":")
    try:
        with _connected(host, int(port), environ) as connection:
            connection.sendall(_call(address, token))
            return _read(_received(connection))
    except (OSError, ValueError) as error:
        said = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise ClusterError(f"{address}: there is no head of a Ray cluster ({said})") from error


def _connected(host: str, port: int, environ: Mapping[str, str]) -> socket.socket:
    plain = socket.create_connection((host.strip("[]"), port), TIMEOUT_S)
    if environ.get("RAY_USE_TLS", "0").lower() not in {"1", "true"}:
        return plain
    context = ssl.create_default_context(cafile=environ.get("RAY_TLS_CA_CERT"))
    context.set_alpn_protocols(["h2"])
    if chain := environ.get("RAY_TLS_SERVER_CERT"):
        context.load_cert_chain(Path(chain), environ.get("RAY_TLS_SERVER_KEY"))
    return context.wrap_socket(plain, server_hostname=host.strip("[]"))  # Ray looks at the name, too


def _call(address: str, token: str | None) -> bytes:
    headers = {
        ":method": "POST",
        ":scheme": "http",
        ":path": CALL,
        ":authority": address,
        "content-type": "application/grpc",
        "te": "trailers",
    }
    if token is not None:
        headers["authorization"] = f"Bearer {token}"
    return b"".join(
        (
            PREFACE,
            _frame(SETTINGS, 0, 0, struct.pack(">HI", HEADER_TABLE_SIZE, 0)),  # so every answer spells its names out
            _frame(HEADERS, END_HEADERS, 1, _header_list(headers.items())),
            _frame(DATA, END_STREAM, 1, bytes(5)),  # an empty message: not compressed, no bytes
        )
    )


def _frame(kind: int, flags: int, stream: int, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def _header_list(headers: Iterable[tuple[str, str]]) -> bytes:
    """Write each as a literal without indexing, in plain letters."""
    return b"".join(b"\x00" + _text(name) + _text(value) for name, value in headers)


def _text(text: str) -> bytes:
    data = text.encode()
    return _length(len(data)) + data


def _length(number: int) -> bytes:
    """Write an integer with a prefix of seven bits (RFC 7541, 5.1)."""
    most = 127
    if number < most:
        return bytes([number])
    number -= most
    written = bytearray([most])
    while number >= 128:  # noqa: PLR2004  seven bits a byte
        written.append(number % 128 | 128)
        number //= 128
    written.append(number)
    return bytes(written)


def _received(connection: socket.socket) -> bytes:
    """Read until the call has ended, or nothing comes any more."""
    data, until = b"", time.monotonic() + TIMEOUT_S
    while b"grpc-status" not in data and time.monotonic() < until:
        try:
            more = connection.recv(65_536)
        except TimeoutError:
            break
        if not more:
            break
        data += more
    return data


def _read(data: bytes) -> GcsAnswer:
    """Find the status behind its name, with its length before it, and the version in the message."""
    status = re.search(rb"grpc-status[\x01\x02](\d{1,2})", data)
    version = re.search(rb"\d+\.\d+\.\d+[\w.]*", data)
    return GcsAnswer(int(status[1]) if status else None, version[0].decode() if version else "")

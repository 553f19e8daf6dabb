"""Whoever is asked before Ray is: the head of a cluster, somebody else, or nobody."""

import contextlib
import socket
import threading

import pytest

from engine.cluster import gcs_probe
from engine.errors import ClusterError
from tests.cluster.machines import free_port

REFUSED = b"\x00\x0bgrpc-status\x0216\x00\x0cgrpc-message>InvalidAuthToken"
"""As Ray 2.60 writes it."""
ANSWERED = b"\n\x00\x12\x062.60.0 \x01\x00\x00\x0f\x01\x05\x00\x00\x00\x01@\x0bgrpc-status\x010"


@contextlib.contextmanager
def head(answer):
    """Somebody who answers each connection, by what it sent."""
    heard = []

    def serve():
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                with connection:
                    heard.append(connection.recv(65_536))
                    connection.sendall(answer(heard[-1]))

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=serve)
        thread.start()
        try:
            yield f"127.0.0.1:{listener.getsockname()[1]}", heard
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join()


def heeds(token):
    return lambda asked: ANSWERED if b"authorization" in asked and token.encode() in asked else REFUSED


def test_a_head_that_takes_the_token_and_nobody_without_is_the_right_one():
    """Two calls: one without a token, which is refused, and one with it."""
    with head(heeds("right")) as (address, heard):
        gcs_probe.require(address, "right", version="2.60.0", environ={})
    assert [b"Bearer right" in one for one in heard] == [False, True]
    assert all(one.startswith(gcs_probe.PREFACE) for one in heard)


@pytest.mark.parametrize(
    ("answer", "token", "said"),
    [
        (heeds("right"), "wrong", "refuses the token"),
        (lambda _asked: ANSWERED, "right", "asks nobody for a token"),
        (lambda _asked: b"HTTP/1.1 400 Bad Request\r\n\r\n", "right", "no head of a Ray cluster"),
        (
            lambda asked: heeds("right")(asked).replace(b"2.60.0", b"2.59.1"),
            "right",
            "runs Ray 2.59.1, and here is 2.60",
        ),
    ],
)
def test_every_other_one_is_named(answer, token, said):
    with head(answer) as (address, _), pytest.raises(ClusterError, match=said):
        gcs_probe.require(address, token, version="2.60.0", environ={})


@pytest.mark.parametrize("address", [lambda: f"127.0.0.1:{free_port()}", lambda: "127.0.0.1:none", lambda: "here"])
def test_nobody_there_is_said_at_once(address):
    with pytest.raises(ClusterError, match="there is no head of a Ray cluster"):
        gcs_probe.require(address(), "right", version="2.60.0", environ={})


def test_a_long_header_has_its_length_in_several_bytes():
    """RFC 7541, C.1.2: 1337 with a prefix of five bits there, of seven here."""
    assert gcs_probe._length(10) == b"\x0a"
    assert gcs_probe._length(126) == b"\x7e"
    assert gcs_probe._length(127) == b"\x7f\x00"
    assert gcs_probe._length(1337) == b"\x7f\xba\x09"

"""What is sent to the engine's port by somebody who does not speak its language: bytes for a connection each."""

import gzip
import struct
import zlib

UPGRADE = b"Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n"
KEY = b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
BOMB = 10_000_000


def _get(*headers, path=b"/"):
    return b"GET " + path + b" HTTP/1.1\r\nHost: engine\r\n" + b"".join(headers) + b"\r\n"


def _wrong_secrets(chance, _secret):
    shown = chance.choice(
        (b"", b"Bearer", b"Bearer ", b"Bearer wrong", b"Basic YTpi", b"Bearer \xff\xfe", "Bearer ü".encode())
    )
    return _get(UPGRADE, KEY, b"Authorization: " + shown + b"\r\n")


def _two_secrets(_chance, secret):
    return _get(UPGRADE, KEY, b"Authorization: Bearer wrong\r\nAuthorization: " + secret + b"\r\n")


def _huge_headers(chance, _secret):
    many = b"".join(b"X-%d: a\r\n" % number for number in range(chance.choice((10, 3000))))
    return _get(chance.choice((many, b"X: " + b"a" * 100_000 + b"\r\n", b"a" * 20_000 + b": b\r\n")))


def _methods(chance, _secret):
    method = chance.choice((b"POST", b"PUT", b"CONNECT", b"TRACE", b"get", b"", b"\xff\xff", b"A" * 10_000, b"PRI"))
    return method + chance.choice((b" / HTTP/1.1", b" * HTTP/2.0", b" /\0 HTTP/1.1", b"  HTTP/9.9", b"")) + b"\r\n\r\n"


def _paths(chance, _secret):
    return _get(
        path=chance.choice((b"//", b"/../../etc", b"/%00", b"/%ff%fe", b"http://[::1", b"/" + b"a" * 20_000, b"\xff"))
    )


def _smuggling(chance, _secret):
    both = b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n"
    headers = chance.choice(
        (both, b"Content-Length: -1\r\n", b"Content-Length: 1\r\nContent-Length: 2\r\n", b" folded\r\n")
    )
    return b"POST / HTTP/1.1\r\nHost: a\r\n" + headers + b"\r\n0\r\n\r\nGET /x HTTP/1.1\r\nHost: b\r\n\r\n"


def _chunks(chance, _secret):
    size = chance.choice((b"ffffffffffffffff", b"-1", b"5;" + b"a" * 9000, b"zz", b"0x5", b"FFFFFFF"))
    return b"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n" + size + b"\r\nhello\r\n"


def _bombs(chance, _secret):
    name, body = chance.choice(_BOMBS)
    return b"POST / HTTP/1.1\r\nHost: a\r\nContent-Encoding: %s\r\nContent-Length: %d\r\n\r\n%s" % (
        name,
        len(body),
        body,
    )


def _random(chance, _secret):
    return chance.randbytes(chance.randrange(2000))


def _tls(chance, _secret):
    return b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + chance.randbytes(500)


def _cut(chance, secret):
    whole = _opened(secret)
    return whole[: chance.randrange(len(whole))]


def _handshakes(chance, secret):
    headers = chance.choice(
        (
            UPGRADE,
            UPGRADE + b"Sec-WebSocket-Key: short\r\n",
            UPGRADE.replace(b"13", b"99") + KEY,
            UPGRADE + KEY + b"Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits=99\r\n",
            UPGRADE + KEY + b"Sec-WebSocket-Protocol: " + b"a," * 2000 + b"\r\n",
            UPGRADE + KEY + b"Sec-WebSocket-Protocol: \xff\r\n",
            b"Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AAA\r\n",
        )
    )
    return _get(headers, b"Authorization: " + secret + b"\r\n")


def _opened(secret):
    return _get(UPGRADE, KEY, b"Authorization: " + secret + b"\r\n")


def _broken_frames(chance, secret):
    """Past the secret: frames that the protocol does not have (RFC 6455, 5.2)."""
    frames = (
        b"\x83\x80\0\0\0\0",  # a reserved opcode
        b"\x8b\x80\0\0\0\0",
        b"\xf2\x80\0\0\0\0",  # reserved bits
        b"\x82\x05hello",  # no mask
        b"\x82\xff" + struct.pack(">Q", 2**63 - 1) + b"\0\0\0\0" + bytes(100),
        b"\x82\xff" + b"\xff" * 8 + b"\0\0\0\0",
        b"\x89\xfe\xff\xff\0\0\0\0" + bytes(100),  # a long ping
        b"\x09\x80\0\0\0\0",  # a ping in pieces
        b"\x80\x80\0\0\0\0",  # the end of nothing
        b"\x02\x81\0\0\0\0a" * 500,  # a message that never ends
        b"\x88\x81\0\0\0\0\1",  # a close of one byte
        b"\x88\x82\0\0\0\0\0\0",
        b"\x81\x82\0\0\0\0\xff\xff",  # a text that is none
        b"\xc2\x85\0\0\0\0" + chance.randbytes(5),  # compressed, although nobody agreed to it
        b"\x89\x80\0\0\0\0" * 1000,
        b"\x82\x82\0\0\0\0",  # cut off
    )
    return _opened(secret) + chance.choice(frames)


def _random_frames(chance, secret):
    return _opened(secret) + chance.randbytes(chance.randrange(400))


def _pipelined(chance, _secret):
    return _get() * chance.choice((2, 50))


_BOMBS = ((b"gzip", gzip.compress(bytes(BOMB))), (b"deflate", zlib.compress(bytes(BOMB))), (b"gzip", b"\x1f\x8bbroken"))

KINDS = (
    *(_wrong_secrets, _two_secrets, _huge_headers, _methods, _paths, _smuggling, _chunks, _bombs, _random, _tls, _cut),
    *(_handshakes, _broken_frames, _broken_frames, _random_frames, _pipelined),
)
"""Makers; who is named twice is asked twice as often."""


def bad_requests(chance, secret):
    """Give the name of a kind and what a connection sends, again and again; the secret is the true one."""
    shown = f"Bearer {secret}".encode()
    while True:
        make = chance.choice(KINDS)
        yield f"request: {make.__name__.strip('_').replace('_', ' ')}", make(chance, shown)

"""Files that are made to hurt whoever reads them: `FILES` names a maker for each kind, `mutants` break whole ones.

Every maker takes about how many bytes the file shall have and always makes the same file of them. Nothing here is
anybody's picture; the tests, `make fuzz` and chaos attach them.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from random import Random

PNG = b"\x89PNG\r\n\x1a\n"
JPEG = b"\xff\xd8"
RECIPE = b"1girl, smile\nSteps: 28, Sampler: Euler a, CFG scale: 5, Seed: 1, Size: 832x1216"
HEADER = struct.pack(">IIBBBBB", 8, 8, 8, 6, 0, 0, 0)
USER_COMMENT, EXIF_IFD = 0x9286, 0x8769


def png(*chunks: tuple[bytes, bytes], header: bytes = HEADER) -> bytes:
    """A PNG of these chunks, with the sums that the format asks for."""
    whole = ((b"IHDR", header), *chunks, (b"IEND", b""))
    return PNG + b"".join(
        struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body)) for kind, body in whole
    )


def tiff(comment: bytes, *, order: str = ">", length: int | None = None, at: int = 44, entries: int = 1) -> bytes:
    """An EXIF block with a UserComment, which may lie about its length, its place and the size of its directory."""
    sign = b"MM" if order == ">" else b"II"
    said = len(comment) if length is None else length
    return (
        struct.pack(f"{order}2sHI", sign, 42, 8)
        + struct.pack(f"{order}HHHIII", 1, EXIF_IFD, 4, 1, 26, 0)
        + struct.pack(f"{order}HHHIII", entries, USER_COMMENT, 7, said, at, 0)
        + comment
    )


def jpeg(*blocks: bytes) -> bytes:
    """A JPEG of application segments with EXIF, and no picture."""
    segments = (b"\xff\xe1" + struct.pack(">H", len(block) + 8) + b"Exif\0\0" + block for block in blocks)
    return JPEG + b"".join(segments) + b"\xff\xd9"


def webp(*chunks: tuple[bytes, bytes]) -> bytes:
    """A RIFF file that calls itself a WebP."""
    body = b"".join(kind + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2) for kind, data in chunks)
    return b"RIFF" + struct.pack("<I", len(body) + 4) + b"WEBP" + body


def surrogates(size: int, *, order: str = ">") -> bytes:
    """A comment of halves of characters: a decoder replaces them one by one, and holds the interpreter's lock."""
    return b"UNICODE\0" + (b"\xd8\x00" if order == ">" else b"\x00\xd8") * (size // 2)


def itxt(
    text: bytes, *, packed: bool = False, language: bytes = b"", keyword: bytes = b"parameters"
) -> tuple[bytes, bytes]:
    body = zlib.compress(text, 9) if packed else text
    return b"iTXt", keyword + b"\0" + (b"\1\0" if packed else b"\0\0") + language + b"\0\0" + body


def _empty_blocks(size: int) -> bytes:
    """Deflated data that goes on and on and holds nothing (RFC 1951, 3.2.4)."""
    return b"\x78\x9c" + b"\0\0\0\xff\xff" * (size // 5)


def _looping_tiff() -> bytes:
    """A directory whose pointer leads back to itself."""
    return struct.pack(">2sHI", b"MM", 42, 8) + struct.pack(">HHHIII", 1, EXIF_IFD, 4, 1, 8, 8)


def _directory(size: int) -> bytes:
    """A directory of as many entries as can be counted; only its last one is a pointer."""
    count = min(65_535, max(size // 12, 1))
    filler = struct.pack(">HHII", 1, 3, 1, 0) * (count - 1)
    pointer = struct.pack(">HHII", EXIF_IFD, 4, 1, 8)
    return struct.pack(">2sHI", b"MM", 42, 8) + struct.pack(">H", count) + filler + pointer


def _nested_json(size: int) -> bytes:
    return RECIPE + b", Civitai resources: " + b"[" * size


FILES: Mapping[str, Callable[[int], bytes]] = {
    "PNG, EXIF of lone surrogates": lambda n: png((b"eXIf", tiff(surrogates(n)))),
    "PNG, EXIF of lone surrogates, little-endian": lambda n: png((b"eXIf", tiff(surrogates(n, order="<"), order="<"))),
    "PNG, EXIF of bytes that are no UTF-8": lambda n: png((b"eXIf", tiff(b"ASCII\0\0\0" + b"\xff" * n))),
    "PNG, iTXt of bytes that are no UTF-8": lambda n: png(itxt(b"\xff" * n)),
    "PNG, iTXt of three-byte characters": lambda n: png(itxt("猫".encode() * (n // 3))),
    "PNG, iTXt with a language without end": lambda n: png(itxt(RECIPE, language=b"a" * n)),
    "PNG, iTXt that unpacks without end": lambda n: png(itxt(bytes(min(100 * n, 50_000_000)), packed=True)),
    "PNG, zTXt that unpacks without end": lambda n: png(
        (b"zTXt", b"parameters\0\0" + zlib.compress(bytes(min(100 * n, 50_000_000)), 9))
    ),
    "PNG, zTXt of empty blocks": lambda n: png((b"zTXt", b"parameters\0\0" + _empty_blocks(n))),
    "PNG, tEXt of a recipe without end": lambda n: png((b"tEXt", b"parameters\0" + RECIPE * (n // len(RECIPE)))),
    "PNG, tEXt without an end to its keyword": lambda n: png((b"tEXt", b"a" * n)),
    "PNG, thousands of texts": lambda n: png(*((b"tEXt", b"Comment\0" + b"a" * 200),) * min(n // 220, 50_000)),
    "PNG, thousands of EXIF blocks": lambda n: png(*((b"eXIf", _directory(12_000)),) * max(n // 12_000, 1)),
    "PNG, chunks of nothing": lambda n: PNG + bytes(12) * (n // 12),
    "PNG, a chunk of four gigabytes": lambda n: PNG + b"\xff\xff\xff\xfftEXt" + b"parameters\0" + b"a" * n,
    "PNG of 2³¹ pixels a side": lambda n: png(
        (b"IDAT", zlib.compress(bytes(n))), header=struct.pack(">IIBBBBB", 2**31 - 1, 2**31 - 1, 8, 6, 0, 0, 0)
    ),
    "PNG, EXIF that leads to itself": lambda _n: png((b"eXIf", _looping_tiff())),
    "PNG, EXIF that points out of the file": lambda _n: png((b"eXIf", tiff(RECIPE, at=2**32 - 1, length=2**32 - 1))),
    "PNG, a comment of four gigabytes": lambda n: png((b"eXIf", tiff(surrogates(n), length=2**32 - 1))),
    "PNG, a directory of 65,535 entries": lambda n: png((b"eXIf", _directory(n))),
    "PNG, cut off": lambda n: png((b"IDAT", bytes(n)), (b"tEXt", b"parameters\0" + RECIPE))[: n // 2],
    "PNG, moving": lambda n: png(
        (b"acTL", struct.pack(">II", 2**31 - 1, 0)), *((b"fdAT", bytes(1000)),) * max(n // 1000, 1)
    ),
    "PNG, JSON without end": lambda n: png((b"tEXt", b"parameters\0" + _nested_json(min(n, 19_000)))),
    "PNG, a number of many digits": lambda n: png((b"tEXt", b"parameters\0a\nSteps: " + b"9" * min(n, 19_000) + b", ")),
    "PNG and a web page at once": lambda n: png((b"tEXt", b"a\0<script>")) + b"<html>" * (n // 6),
    "JPEG of FF bytes": lambda n: JPEG + b"\xff" * n,
    "JPEG, segments of nothing": lambda n: JPEG + b"\xff\xe1\0\2" * (n // 4),
    "JPEG, EXIF of lone surrogates": lambda n: jpeg(*(tiff(surrogates(65_000 - 52)),) * max(n // 65_000, 1)),
    "JPEG, directories of thousands of entries": lambda n: jpeg(*(_directory(60_000),) * max(n // 60_000, 1)),
    "JPEG, cut off": lambda _n: jpeg(tiff(RECIPE))[:40],
    "WebP, EXIF of lone surrogates": lambda n: webp((b"EXIF", tiff(surrogates(n)))),
    "WebP, chunks of nothing": lambda n: b"RIFF\0\0\0\0WEBP" + b"JUNK\0\0\0\0" * (n // 8),
    "WebP, a chunk of four gigabytes": lambda n: b"RIFF\0\0\0\0WEBPEXIF\xff\xff\xff\xff" + tiff(surrogates(n)),
    "WebP of 16,384 pixels a side": lambda n: webp((b"VP8X", b"\0\0\0\0" + b"\xff\x3f\0" * 2), (b"VP8L", bytes(n))),
    "TIFF": lambda n: b"II*\0\x08\0\0\0" + b"\xff" * n,
    "GIF": lambda n: b"GIF89a\xff\xff\xff\xff\x80\0\0" + b"\x2c" * n,
    "BMP": lambda n: b"BM" + struct.pack("<IIIIiiHH", n, 0, 54, 40, 2**31 - 1, 2**31 - 1, 1, 24) + bytes(n),
    "SVG": lambda n: b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><svg>' + b"&b;" * (n // 3),
    "zeros": bytes,
    "nothing": lambda _n: b"",
}
"""Makers by what they make. Whoever tries them all has forty files."""

WORST = "PNG, EXIF of lone surrogates"
"""What held a whole bot up for seconds, once (10 MiB of it: six)."""


def mutants(whole: bytes, random: Random) -> Iterator[bytes]:
    """Break a whole file again and again: cut, doubled, zeroed, its bits and its lengths changed; it never ends."""
    while True:
        broken = bytearray(whole)
        for _ in range(random.randint(1, 4)):
            at = random.randrange(max(len(broken), 1))
            match random.randrange(5):
                case 0:
                    del broken[at:]
                case 1:
                    broken[at:at] = broken[at : at + random.randint(1, 4096)]
                case 2:
                    broken[at : at + 4] = random.choice((b"\xff\xff\xff\xff", bytes(4), b"\x7f\xff\xff\xff"))
                case 3:
                    broken[at : at + 64] = bytes(64)
                case _:
                    broken[at : at + 1] = random.randbytes(1)
        yield bytes(broken)

"""The texts in a picture file, whoever made it: containers are walked, and no pixel is ever decoded here.

By hand and not with Pillow, because these are strangers' files: opening a WebP there already makes room for its whole
canvas, a gigabyte for a file of a hundred bytes.
"""

from __future__ import annotations

import struct
import zlib
from typing import TYPE_CHECKING, NamedTuple

from bot.errors import InvalidRequest
from bot.picture.exif import MAKE, MODEL, USER_COMMENT, texts_in
from bot.sentences import recipes as says

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MAX_TEXT_BYTES = 200_000
"""Of a text once it is unpacked; what is read as a recipe later is shorter (`bot.picture.recipes.webui.MAX_CHARS`)."""

MAX_RAW_BYTES = 4 * (MAX_TEXT_BYTES + 1) + 1024
"""Of a text before it is decoded: as UTF-8 and as UTF-16 a character has at most four bytes, and before a text stand
its keyword and its code. What is cut off here is longer than `MAX_TEXT_BYTES` without it, too."""

MAX_GRAPH_BYTES = 1_000_000
"""Of ComfyUI's graphs, which are large: one that is longer is not read."""

MAX_UNPACKED = 40
"""Packed texts of one file that are unpacked: a file with a recipe has some few."""

MAX_PARTS = 20_000
"""Chunks or segments of one file: a PNG of 32 MiB in libpng's pieces of 8 KiB has 4,096."""

_PNG = b"\x89PNG\r\n\x1a\n"
_JPEG = b"\xff\xd8"
_AVIF = (b"ftypavif", b"ftypavis")
_PNG_TEXTS = {b"tEXt", b"zTXt", b"iTXt", b"eXIf"}
PARAMETERS, XMP, COMMENT = "parameters", "XML:com.adobe.xmp", "Comment"
GRAPHS = ("prompt", "workflow")
_KEYWORDS = frozenset(
    (
        *(PARAMETERS, XMP, COMMENT, *GRAPHS, "Description", "Title", "Software", "Source", "fooocus_scheme"),
        *("invokeai_metadata", "sd-metadata", "Dream", "metadata", "generation_data"),
    )
)
"""Under which some program keeps a recipe, or says which program it is; all others are left unread."""

_MARKER, _APP1, _COM, _SCAN, _END = 0xFF, 0xE1, 0xFE, 0xDA, 0xD9
_XMP_HEAD = b"http://ns.adobe.com/xap/1.0/\0"


class PictureTexts(NamedTuple):
    """Every text of a file that may be a recipe, by where it stands."""

    named: Mapping[str, str] = {}
    """By the keyword of the PNG's chunk; the comment of a JPEG is ``Comment``, an XMP packet has PNG's keyword."""
    exif: Mapping[int, str] = {}
    """By the tag (`bot.picture.exif`)."""

    @property
    def comment(self) -> str:
        return self.exif.get(USER_COMMENT, "")

    def __bool__(self) -> bool:
        """Tell whether there is any."""
        return bool(self.named or self.exif)


def parameters(data: bytes) -> str | None:
    """Find what a picture of ours, or of WebUI, says of how it was made.

    Returns:
        The text as written; None where there is none, or the file breaks off before it.

    Raises:
        InvalidRequest: As `texts`.
    """
    found = texts(data)
    return found.named.get(PARAMETERS) or found.comment or None


def is_picture(data: bytes) -> bool:
    """Tell by its first bytes whether a file is of a form that is read here."""
    return data.startswith((_PNG, _JPEG)) or (data[:4] == b"RIFF" and data[8:12] == b"WEBP") or data[4:12] in _AVIF


def texts(data: bytes) -> PictureTexts:
    """Find every text of a PNG, WebP, JPEG or AVIF in which a recipe may stand.

    Raises:
        InvalidRequest: It is none of the four, or a text is longer than any recipe.
    """
    if data.startswith(_PNG):
        found = _from_png(data)
    elif data.startswith(_JPEG):
        found = _from_jpeg(data)
    elif data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        found = _from_webp(data)
    elif data[4:12] in _AVIF:
        found = _from_avif(data)
    else:
        raise InvalidRequest(says.NO_PICTURE_FILE)
    for name, text in found.named.items():
        if name not in GRAPHS and len(text) > MAX_TEXT_BYTES:
            raise _too_long()
    if any(len(text) > MAX_TEXT_BYTES for tag, text in found.exif.items() if tag not in {MAKE, MODEL}):  # else a graph
        raise _too_long()
    return found


def _from_png(data: bytes) -> PictureTexts:
    """Read the chunks of known keywords (PNG 11.3.3), the first of each that can be read, and EXIF."""
    exif = None
    named: dict[str, str] = {}
    unpacked = 0
    for kind, body in _png_chunks(data):
        if kind == b"eXIf":
            exif = body if exif is None else exif
            continue
        raw, _, rest = bytes(body[: MAX_RAW_BYTES + MAX_GRAPH_BYTES]).partition(b"\0")
        keyword = raw[:80].decode("latin-1")
        if keyword not in _KEYWORDS or keyword in named:
            continue
        unpacked += kind == b"zTXt" or (kind == b"iTXt" and rest[:1] == b"\1")
        if unpacked > MAX_UNPACKED:
            break
        graph = keyword in GRAPHS
        if (text := _png_text(kind, rest, MAX_GRAPH_BYTES if graph else MAX_TEXT_BYTES, whole=not graph)) is not None:
            named[keyword] = text
    return PictureTexts(named, {} if exif is None else texts_in(exif, MAX_RAW_BYTES))


def _png_chunks(data: bytes) -> Iterator[tuple[bytes, memoryview]]:
    """Give the chunks that may hold a text, as views: the file is not copied."""
    view = memoryview(data)
    at = len(_PNG)
    for _ in range(MAX_PARTS):
        if at + 8 > len(data):
            return
        length, kind = struct.unpack_from(">I4s", data, at)
        if at + 8 + length > len(data):
            return
        if kind in _PNG_TEXTS:
            yield kind, view[at + 8 : at + 8 + length]
        at += 12 + length


def _png_text(kind: bytes, rest: bytes, max_bytes: int, *, whole: bool) -> str | None:
    """Decode a chunk behind its keyword; None where it is broken, or too long where that is no reason to refuse."""
    if kind == b"zTXt":
        unpacked = _unpacked(rest[1:], max_bytes, whole=whole)
        return None if unpacked is None else unpacked.decode("latin-1")
    if kind == b"iTXt":
        packed, rest = rest[:1], rest[2:]
        _, _, rest = rest.partition(b"\0")  # the language
        _, _, rest = rest.partition(b"\0")  # the keyword in it
        unpacked = _unpacked(rest, max_bytes, whole=whole) if packed == b"\1" else rest
        if unpacked is None or (not whole and len(unpacked) > max_bytes):
            return None
        return unpacked[:MAX_RAW_BYTES].decode("utf-8", "replace") if whole else _strict(unpacked)
    if whole:
        return rest[:MAX_RAW_BYTES].decode("latin-1")
    return None if len(rest) > max_bytes else (_strict(rest) or rest.decode("latin-1"))


def _strict(data: bytes) -> str | None:
    """Decode what has to be UTF-8 to be of use; a long text of errors would take its time."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        return None


def _unpacked(packed: bytes, max_bytes: int, *, whole: bool) -> bytes | None:
    """Unpack at most a byte more than is read; None: broken, or too long where that is no reason to refuse."""
    unpacking = zlib.decompressobj()
    try:
        text = unpacking.decompress(packed, max_bytes + 1)
    except zlib.error:
        return None
    if len(text) <= max_bytes:
        return text
    if whole:
        raise _too_long()
    return None


def _from_jpeg(data: bytes) -> PictureTexts:
    at = len(_JPEG)
    named: dict[str, str] = {}
    exif: Mapping[int, str] = {}
    for _ in range(MAX_PARTS):
        if at + 4 > len(data) or data[at] != _MARKER or (marker := data[at + 1]) in {_SCAN, _END}:
            break
        if marker == _MARKER:  # any number of them may stand before the one that counts
            at += 1
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        body = data[at + 4 : at + 2 + length]
        if marker == _APP1 and body.startswith(b"Exif\0\0") and not exif:
            exif = texts_in(body, MAX_RAW_BYTES)
        elif marker == _APP1 and body.startswith(_XMP_HEAD):
            named.setdefault(XMP, body[len(_XMP_HEAD) :].decode("utf-8", "replace"))
        elif marker == _COM:
            named.setdefault(COMMENT, body.decode("utf-8", "replace").rstrip("\0"))
        at += 2 + length
    return PictureTexts(named, exif)


def _from_webp(data: bytes) -> PictureTexts:
    at = 12
    named: dict[str, str] = {}
    exif: Mapping[int, str] = {}
    for _ in range(MAX_PARTS):
        if at + 8 > len(data):
            break
        kind, length = struct.unpack_from("<4sI", data, at)
        body = memoryview(data)[at + 8 : at + 8 + length]
        if kind == b"EXIF" and not exif:
            exif = texts_in(body, MAX_RAW_BYTES)
        elif kind == b"XMP " and XMP not in named:
            named[XMP] = bytes(body[:MAX_TEXT_BYTES]).decode("utf-8", "replace")
        at += 8 + length + length % 2
    return PictureTexts(named, exif)


def _from_avif(data: bytes) -> PictureTexts:
    """Have Pillow find EXIF and XMP, where it reads AVIF: boxes point to each other, and no pixel is asked for."""
    import io

    from PIL import Image

    try:
        with Image.open(io.BytesIO(data), formats=("AVIF",)) as image:
            exif, xmp = image.info.get("exif"), image.info.get("xmp")
    except (OSError, ValueError, SyntaxError, KeyError, Image.DecompressionBombError) as error:
        raise InvalidRequest(says.AVIF_UNREADABLE) from error
    named = {XMP: xmp[:MAX_TEXT_BYTES].decode("utf-8", "replace")} if isinstance(xmp, bytes) else {}
    return PictureTexts(named, texts_in(exif, MAX_RAW_BYTES) if isinstance(exif, bytes) else {})


def _too_long() -> InvalidRequest:
    return InvalidRequest(says.RECIPE_TOO_LONG)

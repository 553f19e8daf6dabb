"""Pictures that carry a text in each of the places where programs put one."""

import gzip
import html
import io
import json
import struct

from PIL import Image, PngImagePlugin

STEALTH_SIDE = 128
"""Of a picture with hidden bits: sixteen thousand of them."""


def png(mode="RGB", side=8, **texts):
    """A PNG with these texts by their keywords; "__" stands for a colon or a hyphen that no keyword here has."""
    info = PngImagePlugin.PngInfo()
    for keyword, text in texts.items():
        info.add_itxt(keyword.replace("__", ":").replace("_dash_", "-"), text, zip=len(text) > 500)
    file = io.BytesIO()
    Image.new(mode, (side, side)).save(file, "PNG", pnginfo=info)
    return file.getvalue()


def with_exif(form, block):
    file = io.BytesIO()
    Image.new("RGB", (8, 8)).save(file, form, exif=b"Exif\0\0" + block)
    return file.getvalue()


def exif(first=(), second=(), order=">"):
    """A TIFF block: texts by tag in its first directory and in EXIF's own."""
    sign = {"<": b"II", ">": b"MM"}[order]
    places, rest = [], b""
    start = 8 + 2 + 12 * (len(first) + bool(second)) + 4 + (2 + 12 * len(second) + 4 if second else 0)
    for tag, data in (*first, *second):
        places.append((tag, 7 if tag == 0x9286 else 2, len(data), start + len(rest)))
        rest += data
    entries = places[: len(first)]
    if second:
        entries.append((0x8769, 4, 1, 8 + 2 + 12 * (len(first) + 1) + 4))
    block = struct.pack(f"{order}2sHI", sign, 42, 8)
    for directory in (entries, places[len(first) :] if second else None):
        if directory is not None:
            block += struct.pack(f"{order}H", len(directory))
            block += b"".join(struct.pack(f"{order}HHII", *entry) for entry in directory) + bytes(4)
    return block + rest


def comment(text):
    return b"UNICODE\0" + text.encode("utf-16-be")


def packet(*, said=None, text=None):
    """An XMP packet of Draw Things."""
    parts = ""
    if text is not None:
        parts += f"<dc:description><rdf:Alt><rdf:li>{html.escape(text)}</rdf:li></rdf:Alt></dc:description>"
    if said is not None:
        whole = html.escape(json.dumps(said))
        parts += (
            f"<exif:UserComment><rdf:Alt><rdf:li xml:lang='x-default'>{whole}</rdf:li></rdf:Alt></exif:UserComment>"
        )
    return (
        "<x:xmpmeta xmlns:x='adobe:ns:meta/'><rdf:RDF><rdf:Description><xmp:CreatorTool>Draw Things</xmp:CreatorTool>"
        f"{parts}</rdf:Description></rdf:RDF></x:xmpmeta>"
    )


def hidden(text, *, channels="A", packed=True, form="PNG"):
    """A picture with a text in the lowest bits, down its columns."""
    word = {"A": ("stealth_pnginfo", "stealth_pngcomp"), "RGB": ("stealth_rgbinfo", "stealth_rgbcomp")}[channels][
        packed
    ]
    body = gzip.compress(text.encode(), mtime=0) if packed else text.encode()
    data = word.encode() + struct.pack(">I", 8 * len(body)) + body
    bits = [byte >> place & 1 for byte in data for place in range(7, -1, -1)]
    side = STEALTH_SIDE
    while side * side * len(channels) < len(bits):
        side *= 2
    values = bytes(254 | bit for bit in bits).ljust(side * side * len(channels), b"\xff")
    mode = "L" if channels == "A" else "RGB"
    plane = Image.frombytes(mode, (side, side), values).transpose(Image.Transpose.TRANSPOSE)
    image = Image.new("RGBA", (side, side), (9, 9, 9, 0))
    if channels == "A":
        image.putalpha(plane)
    else:
        image = plane
    file = io.BytesIO()
    image.save(file, form, **({"lossless": True, "exact": True} if form == "WEBP" else {}))
    return file.getvalue()

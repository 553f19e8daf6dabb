"""Files that nobody has seen before: made by hand, broken by chance, in each other, huge, and of other kinds."""

import io
import json
import struct
import zlib

from PIL import Image, PngImagePlugin

from bot.safety.policy import ServerPolicy, exported
from tests import hostile, picture_texts, programs

KIB, MIB = 1 << 10, 1 << 20
HUGE = (8 * MIB, 31 * MIB)
"""As the largest that is downloaded."""

OTHERS = {
    "ZIP": b"PK\x03\x04\x14\0\0\0\x08\0",
    "PDF": b"%PDF-1.7\n1 0 obj<</Length 9999999999>>stream\n",
    "GZ": b"\x1f\x8b\x08\0\0\0\0\0",
    "AVIF": b"\0\0\0\x1cftypavif\0\0\0\0avifmif1",
    "HEIC": b"\0\0\0\x18ftypheic\0\0\0\0mif1heic\0\0\0\0meta",
    "MP4": b"\0\0\0\1ftypisom" + b"\xff" * 8 + b"moov",
    "JPEG XL": b"\0\0\0\x0cJXL \r\n\x87\n",
    "JPEG 2000": b"\0\0\0\x0cjP  \r\n\x87\n",
    "PSD": b"8BPS\0\1\0\0\0\0\0\0\0\3\xff\xff\xff\xff\xff\xff\xff\xff\0\x08\0\3",
    "ICO": b"\0\0\1\0\xff\xff",
    "MNG": b"\x8aMNG\r\n\x1a\n",
    "ELF": b"\x7fELF\2\1\1",
    "OGG": b"OggS\0\2",
    "XML": b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a "&a;&a;">]><a>&a;',
    "PPM": b"P6 999999999 999999999 255\n",
    "QOI": b"qoif\xff\xff\xff\xff\xff\xff\xff\xff\4\0",
}


def pictures():
    """Good ones: a PNG, a JPEG and a WebP with a recipe each, those of every program, and some of no such form."""
    image, recipe = Image.radial_gradient("L").resize((48, 48)), hostile.RECIPE.decode()
    text = PngImagePlugin.PngInfo()
    text.add_itxt("parameters", recipe + " 猫", zip=True)
    text.add_text("parameters", recipe)
    exif = hostile.tiff(b"UNICODE\0" + recipe.encode("utf-16-be"))
    made = []
    for form, options in (
        ("PNG", {"pnginfo": text, "exif": exif}),
        ("JPEG", {"exif": b"Exif\0\0" + exif}),
        ("WEBP", {"exif": exif}),
        *(("GIF", {}), ("TIFF", {}), ("BMP", {})),
    ):
        file = io.BytesIO()
        image.save(file, form, **options)
        made.append(file.getvalue())
    one = programs.Made("1girl, (猫:1.2), {{a}}", "bad, [b]", 28, 5.0, 7, (832, 1216), "euler_a", "mix v1")
    return [*made, *(write(one) for _, write in programs.WRITERS.values())]


def _deep(chance):
    """JSON of a program that is nested, long or of odd kinds, where its recipe would be."""
    depth = chance.choice((50, 2_000, 100_000))
    odd = chance.choice(
        (
            "[" * depth,
            '{"prompt":' * depth,
            "9" * depth,
            json.dumps({"1": {"class_type": "KSampler", "inputs": {"steps": ["1", 0], "latent_image": ["1", 0]}}}),
            json.dumps({str(n): {"class_type": "K", "inputs": {"text": [str(n + 1), 0]}} for n in range(depth // 50)}),
            json.dumps({"sui_image_params": {"seed": 10**300, "steps": [], "prompt": {}, "loras": "[" * 500}}),
            json.dumps({"uc": None, "scale": True, "v4_prompt": {"caption": {"char_captions": [[]] * depth}}}),
            json.dumps({"nodes": [{"id": [], "inputs": [{"link": {}}]}] * (depth // 50), "links": [[1]] * depth}),
        )
    )
    keyword = chance.choice(
        ("parameters", "prompt", "workflow", "Comment", "invokeai_metadata", "sd-metadata", "metadata")
    )
    return hostile.png(hostile.itxt(odd.encode(), packed=chance.random() < 0.5, keyword=keyword.encode()))


def _hidden(chance):
    """Bits in pixels that lie about how many there are, or unpack without end."""
    text = chance.choice(("a" * 200, "a" * 5_000_000, json.dumps({"Comment": "[" * 5000})))
    whole = picture_texts.hidden(text, channels=chance.choice(("A", "RGB")), form=chance.choice(("PNG", "WEBP")))
    return whole if chance.random() < 0.5 else next(hostile.mutants(whole, chance))


def _by_hand(chance, most=200 * KIB):
    make = hostile.FILES[chance.choice(tuple(hostile.FILES))]
    return make(int(100 * (most / 100) ** chance.random()))


def _nested(chance):
    """A container in a container, and so on; what is inside lies where a recipe would."""
    data = chance.choice((hostile.RECIPE, hostile.surrogates(500), hostile.png(), b"[" * 5000))
    for _ in range(chance.randint(1, 8)):
        match chance.randrange(7):
            case 0:
                data = hostile.png((b"eXIf", hostile.tiff(b"UNICODE\0" + data)))
            case 1:
                data = hostile.png(hostile.itxt(data, packed=True))
            case 2:
                data = hostile.png(
                    (b"zTXt", b"parameters\0\0" + zlib.compress(data)), (b"tEXt", b"parameters\0" + data)
                )
            case 3:
                data = hostile.jpeg(hostile.tiff(data[:60_000], order="<"))
            case 4:
                data = hostile.webp((b"EXIF", hostile.tiff(data)), (b"XMP ", data))
            case 5:
                data = b"Exif\0\0" + hostile.tiff(data, entries=chance.choice((1, 0, 65_535)))
            case _:
                data = zlib.compress(data, 9)
    return data


def _another(chance):
    head = chance.choice(tuple(OTHERS.values()))
    rest = chance.choice((chance.randbytes(2000), bytes(50_000), hostile.png(), head * 2000))
    return head + rest if chance.random() < 0.8 else hostile.PNG + head + rest


def _lengths(chance):
    """Chunks whose lengths are about right, one off, or far off."""
    chunks = bytearray(hostile.PNG)
    for _ in range(chance.randint(1, 200)):
        body = chance.randbytes(chance.randrange(60))
        said = len(body) + chance.choice((0, 0, 0, 1, -1, 2**31, 2**32)) & 0xFFFFFFFF
        kind = chance.choice((b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"IDAT", b"IEND", b"\0\0\0\0", chance.randbytes(4)))
        chunks += struct.pack(">I", said) + kind + body + chance.randbytes(4)
    return bytes(chunks)


def _settings(chance):
    """For the other reading: TOML of a server's settings, or what calls itself that."""
    whole = exported(ServerPolicy(denied=("spider",), channel_limits={"1": "nsfw"}))
    match chance.randrange(6):
        case 0:
            return next(hostile.mutants(whole, chance))
        case 1:
            return b"a = " + chance.choice((b"[", b"{a=", b"[{a=")) * chance.choice((10, 900, 60_000))
        case 2:
            return b"[" + b"a." * chance.choice((10, 3000, 60_000)) + b"a]\n"
        case 3:
            return b"denied = [" + b'"a", ' * chance.choice((10, 60_000)) + b"]\n"
        case 4:
            return b"a = " + chance.choice(
                (b"9" * 60_000, b"0x" + b"f" * 60_000, b'"""' + b"\\" * 60_000, b"1e999", b"nan")
            )
        case _:
            return b"\xff\xfe" + chance.randbytes(chance.randrange(70_000))


def bad_files(chance, *, huge=True):
    """Give a kind, what it is read as and a file, again and again."""
    whole = pictures()
    makers = {
        "made by hand": lambda: _by_hand(chance),
        "a picture that is broken": lambda: next(hostile.mutants(chance.choice(whole), chance)),
        "made by hand, and broken": lambda: next(hostile.mutants(_by_hand(chance, 20 * KIB), chance)),
        "nested": lambda: _nested(chance),
        "data of a program": lambda: _deep(chance),
        "hidden in the pixels": lambda: _hidden(chance),
        "another container": lambda: _another(chance),
        "lengths that lie": lambda: _lengths(chance),
        "anything": lambda: chance.randbytes(chance.randrange(5000)),
        "settings": lambda: _settings(chance),
        "huge": lambda: _by_hand(chance, HUGE[1]) if chance.random() < 0.5 else _by_hand(chance, HUGE[0]),
    }
    weights = (20, 40, 15, 12, 8, 4, 6, 8, 3, 8, 1 if huge else 0)
    while True:
        (kind,) = chance.choices(tuple(makers), weights)
        yield kind, "policy" if kind == "settings" else "recipe", makers[kind]()

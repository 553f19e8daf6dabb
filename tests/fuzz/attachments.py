"""A thousand bad attachments, each read by the real process as a picture to begin with, or as a mask."""

import asyncio
import io
import logging
import time
from pathlib import Path
from random import Random

import psutil
from PIL import Image, ImageCms

from bot.errors import InvalidRequest
from bot.reading.kinds import MASK, PICTURE
from bot.reading.reading import Reading
from bot.sentences.rendering import render
from tests import hostile
from tests.fuzz._bad_files import bad_files
from tests.fuzz._report import MB, Report

NUMBER = 1_000
MOST_MB, MOST_S = 200.0, 1.0
"""Of the reader's memory at its highest, and of processor time for one attachment."""
MESSAGE_CHARS = 2_000
"""Discord's limit."""
WITHIN_S = 30.0
"""A reader that was killed is started again within it, however busy the machine."""
GOOD_EVERY = 50


def run(seed, seconds):
    # Each file that takes too much is a line of the log, and here a number.
    logging.getLogger("bot.reading").setLevel(logging.CRITICAL)
    return asyncio.run(read_all(seed, seconds=seconds)).publish()


async def read_all(seed, *, seconds, number=NUMBER):
    """Have so many read, or as many as the time lets; gives what came of them."""
    report, end = Report("attachments", seed, number), time.monotonic() + seconds
    files = attachments(Random(seed))
    most_bytes, slowest_s = 0, 0.0
    async with Reading() as reading:
        await _good(reading, report)
        while report.number < number and time.monotonic() < end:
            kind, name, data = next(files)
            report.sent[kind] += 1
            before = _computed_s(reading)
            report.came[kind][await _read(reading, report, name, data)] += 1
            after = _computed_s(reading)
            if before is not None and after is not None and before[0] == after[0]:
                slowest_s = max(slowest_s, after[1] - before[1])
            most_bytes = max(most_bytes, _highest(reading))
            if report.number % GOOD_EVERY == 0:
                await _good(reading, report)
        await _good(reading, report)
    report.at_most("most memory of the reader, MB", most_bytes / MB, MOST_MB)
    report.at_most("most processor time for one, s", slowest_s, MOST_S)
    return report


async def _read(reading, report, kind, data):
    """Have one read; gives what came of it."""
    try:
        await reading.read(kind, data, until=asyncio.get_running_loop().time() + WITHIN_S)
    except InvalidRequest as refused:
        sentence = render(refused.sentence)
        if not 0 < len(sentence) <= MESSAGE_CHARS:
            report.wrong.append(f"attachment {report.number}: no sentence for a member: {sentence[:200]!r}")
        return sentence.split(".")[0]
    return "is taken"


async def _good(reading, report):
    """A good picture is taken, whatever came before it."""
    data = _file(Image.new("RGB", (64, 96), "red"))
    try:
        found = await reading.read(PICTURE, data, until=asyncio.get_running_loop().time() + WITHIN_S)
    except InvalidRequest as refused:
        found = render(refused.sentence)
    if (getattr(found, "width", None), getattr(found, "height", None)) != (840, 1256):
        report.wrong.append(f"a good picture after attachment {report.number}: {found}")


def _computed_s(reading):
    """Which process it is, and how much it has computed; None: there is none just now."""
    try:
        times = psutil.Process(reading.pid).cpu_times() if reading.pid is not None else None
    except psutil.NoSuchProcess:
        return None
    return None if times is None else (reading.pid, times.user + times.system)


def _highest(reading):
    """The most memory that it ever had, in bytes; on other systems than Linux, what it has now."""
    if reading.pid is None:
        return 0
    try:
        status = Path(f"/proc/{reading.pid}/status").read_text()
        return 1024 * next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM:"))
    except (OSError, StopIteration):
        try:
            return psutil.Process(reading.pid).memory_info().rss
        except psutil.NoSuchProcess:
            return 0


def attachments(chance):
    """Give a kind, as what it is read and a file, again and again."""
    others = bad_files(chance, huge=False)
    makers = (_large, _broken, _of_an_odd_kind, _that_lies)
    while True:
        kind, name, data = next(others)
        if chance.random() < 0.5:
            make = chance.choice(makers)
            kind, data = make.__name__.strip("_").replace("_", " "), make(chance)
        elif name == "policy":
            continue
        yield kind, chance.choice((PICTURE, MASK)), data


def _file(image, form="PNG", **how):
    out = io.BytesIO()
    image.save(out, form, **how)
    return out.getvalue()


def _large(chance):
    """As many pixels as are decoded, and some more, of every mode; they compress to nearly nothing."""
    mode = chance.choice(("1", "L", "P", "RGB", "RGBA", "LA", "I;16"))
    width = chance.choice((2990, 3000, 3010, 6000))
    return _file(Image.new(mode, (width, 9_000_000 // width + chance.choice((-5, 0, 5)))), compress_level=1)


def _picture(chance):
    size = (chance.randint(60, 700), chance.randint(60, 700))
    image = Image.effect_noise(size, 60).convert(chance.choice(("L", "RGB", "RGBA")))
    form = chance.choice(("PNG", "WEBP")) if image.mode == "RGBA" else chance.choice(("PNG", "JPEG", "WEBP"))
    return image, form


def _broken(chance):
    """Cut, doubled or overwritten somewhere."""
    image, form = _picture(chance)
    return next(hostile.mutants(_file(image, form), chance))


def _of_an_odd_kind(chance):
    """Moving, grey of 16 bits, of four inks, of few colours, very long, or of another format."""
    image, _ = _picture(chance)
    match chance.randrange(6):
        case 0:
            moving = chance.choice(("PNG", "WEBP", "GIF"))
            return _file(image.convert("RGB"), moving, save_all=True, append_images=[image.convert("RGB").rotate(9)])
        case 1:
            return _file(image.convert("I;16") if image.mode == "L" else image.convert("L").convert("I;16"))
        case 2:
            return _file(image.convert("RGB").convert("CMYK"), "JPEG")
        case 3:
            return _file(image.convert("RGB").quantize(7), transparency=chance.randrange(9))
        case 4:
            return _file(image.resize((chance.choice((1, 20, 64)), 900)))
        case _:
            return _file(image.convert("RGB"), chance.choice(("BMP", "TIFF", "PPM", "ICO")))


def _that_lies(chance):
    """Of its colours, of how it stands, or of its size."""
    image, _ = _picture(chance)
    image = image.convert("RGB")
    match chance.randrange(4):
        case 0:
            profile = ImageCms.ImageCmsProfile(ImageCms.createProfile(chance.choice(("sRGB", "LAB")))).tobytes()
            broken = chance.choice((profile, profile[:200], chance.randbytes(400), b""))
            return _file(image, chance.choice(("PNG", "JPEG")), icc_profile=broken)
        case 1:
            exif = chance.choice((*map(_standing, (0, 5, 9, 255)), _standing(0x7570_0000, kind=2)))
            return _file(image, chance.choice(("PNG", "JPEG", "WEBP")), exif=exif)
        case 2:
            data = bytearray(_file(image))
            data[16:24] = chance.choice((2**31 - 1, 4000, 1)).to_bytes(4, "big") * 2
            return bytes(data)
        case _:
            data = bytearray(_file(image, "JPEG"))
            found = max(data.find(b"\xff\xc0"), 0)
            data[found + 5 : found + 9] = chance.choice((65_000, 4_000, 1)).to_bytes(2, "big") * 2
            return bytes(data)


def _standing(value, kind=3):
    """Say how a picture stands, in a number (3) or, as nobody should, in words (2): Pillow would not write them."""
    value = value.to_bytes(2, "big") + b"\0\0" if kind == 3 else value.to_bytes(4, "big")
    tag = (0x0112).to_bytes(2, "big") + kind.to_bytes(2, "big") + (1 if kind == 3 else 4).to_bytes(4, "big") + value
    return b"Exif\0\0MM\0*" + (8).to_bytes(4, "big") + (1).to_bytes(2, "big") + tag + bytes(4)

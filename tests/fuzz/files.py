"""Five thousand files that are made to hurt, read by the real process that reads strangers' files."""

import asyncio
import logging
import time
from random import Random

import psutil

from bot.errors import InvalidRequest
from bot.reading.kinds import KINDS
from bot.reading.process import COMPUTE_S
from bot.reading.reading import Reading
from bot.sentences import recipes
from bot.sentences.rendering import render
from tests import hostile
from tests.fuzz._bad_files import bad_files
from tests.fuzz._report import Report, grown_mb

NUMBER = 5_000
GOOD = hostile.png((b"tEXt", b"parameters\0" + hostile.RECIPE))
GOOD_EVERY = 100
"""Files between two good ones, which must be read as ever."""
GROWN_MB = 100.0
MESSAGE_CHARS = 2_000
"""Discord's limit."""
WITHIN_S = 30.0
"""A reader that was killed is started again within it, however busy the machine."""


def run(seed, seconds):
    # Each file that takes too much is a line of the log, and here a number.
    logging.getLogger("bot.reading").setLevel(logging.CRITICAL)
    return asyncio.run(read_all(seed, seconds=seconds)).publish()


async def read_all(seed, *, seconds, number=NUMBER, huge=True):
    """Have so many read, or as many as the time lets; gives what came of them."""
    report, own, end = Report("files", seed, number), psutil.Process(), time.monotonic() + seconds
    files = bad_files(Random(seed), huge=huge)
    slowest_s, most_bytes = 0.0, 0
    async with Reading() as reading:
        await _good(reading, report)
        before, reader_before = own.memory_info().rss, _memory(reading)
        while report.number < number and time.monotonic() < end:
            kind, name, data = next(files)
            report.sent[kind] += 1
            began = time.monotonic()
            report.came[kind][await _read(reading, report, name, data)] += 1
            slowest_s = max(slowest_s, time.monotonic() - began)
            most_bytes = max(most_bytes, _memory(reading))
            if report.number % GOOD_EVERY == 0:
                await _good(reading, report)
        await _good(reading, report)
        del data
        report.at_most("memory of the reader has grown by, MB", grown_mb(reader_before, _memory(reading)), GROWN_MB)
        report.at_most("memory of who asks it has grown by, MB", grown_mb(before, own.memory_info().rss), GROWN_MB)
    report.measured["most memory of the reader between two files, MB"] = round(most_bytes / 1000**2, 1)
    report.at_most("slowest reading, s", slowest_s, WITHIN_S)
    report.measured["of processor time it is given, s"] = COMPUTE_S
    return report


async def _read(reading, report, name, data):
    """Have one file read; gives what came of it."""
    kind = KINDS[name]
    try:
        found = await reading.read(kind, data, until=asyncio.get_running_loop().time() + WITHIN_S)
    except InvalidRequest as refused:
        sentence = render(refused.sentence)
        if not 0 < len(sentence) <= MESSAGE_CHARS:
            report.wrong.append(f"file {report.number}: no sentence for a member: {sentence[:200]!r}")
        return "took too much" if refused.sentence == recipes.unreadable(kind.thing) else "refused"
    return "means nothing" if found is None else "says something"


async def _good(reading, report):
    """A good picture says its recipe, whatever came before it."""
    try:
        kind = KINDS["recipe"]
        found = await reading.read(kind, GOOD, until=asyncio.get_running_loop().time() + WITHIN_S)
    except InvalidRequest as refused:
        found = render(refused.sentence)
    if getattr(found, "text", None) != hostile.RECIPE.decode():
        report.wrong.append(f"a good picture after file {report.number}: {found}")


def _memory(reading):
    """Of the reader, in bytes; 0: there is none just now."""
    try:
        return psutil.Process(reading.pid).memory_info().rss if reading.pid is not None else 0
    except psutil.NoSuchProcess:
        return 0

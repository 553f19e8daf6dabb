"""Files that are made to hurt whoever reads them cost no more than the longest recipe does."""

import random
import time
from itertools import islice

import pytest

from bot.errors import InvalidRequest
from bot.picture import exif
from bot.picture.read import MAX_TEXT_BYTES, parameters
from bot.sentences.rendering import render
from tests import hostile

MIB = 1 << 20


def said(data):
    """What is read out of it: a text, nothing, or a sentence; anything else is a bug."""
    try:
        found = parameters(data)
    except InvalidRequest as refused:
        return render(refused.sentence)
    assert found is None or len(found) <= MAX_TEXT_BYTES
    return found


def cost(data):
    """Seconds of a processor that reading takes."""
    started = time.thread_time()
    said(data)
    return time.thread_time() - started


@pytest.mark.parametrize("name", hostile.FILES)
def test_a_hostile_file_costs_little(name):
    """However large it is: a part of a second of a processor, where one took fifteen of them once."""
    data = hostile.FILES[name](8 * MIB)
    assert any(cost(data) < 0.4 for _ in range(3)), "whoever shares the processor costs time, too"


@pytest.mark.parametrize("code", [b"UNICODE\0", b"ASCII\0\0\0", bytes(8), b""])
def test_what_is_behind_the_longest_comment_is_never_decoded(code):
    """A decoder keeps the whole program waiting, and its errors cost a hundred times as much as letters."""
    for order in "<>":
        block = hostile.tiff(code + b"\xd8\x00" * MIB, order=order)
        assert len(exif.comment_in(block, 1000)) <= 1000


def test_the_longest_recipe_is_read_in_every_code():
    """The bound counts bytes, and characters of four bytes are no more than others."""
    text = "𝔞" * MAX_TEXT_BYTES
    assert said(hostile.png((b"eXIf", hostile.tiff(b"UNICODE\0" + text.encode("utf-16-be"))))) == text
    assert said(hostile.png((b"eXIf", hostile.tiff(text.encode())))) == text
    assert said(hostile.png(hostile.itxt(text.encode()))) == text
    assert "too long" in said(hostile.png(hostile.itxt(text.encode() + b"a")))
    assert "too long" in said(hostile.png((b"eXIf", hostile.tiff(text.encode() + b"a"))))


def test_a_broken_file_is_a_text_or_a_sentence():
    """Cut, doubled and overwritten at any place."""
    whole = [make(2000) for make in hostile.FILES.values()]
    for seed, data in enumerate(whole):
        for broken in islice(hostile.mutants(data, random.Random(seed)), 10):
            said(broken)

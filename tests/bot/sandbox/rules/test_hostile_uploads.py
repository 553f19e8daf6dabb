"""What strangers send costs the local Discord nothing: every look is bounded, no answer is a 500."""

import io
import json
import struct
import time
import zlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from bot.sandbox.rules import forms, json_body
from bot.sandbox.rules.forms import UploadedFile
from bot.sandbox.rules.picture_size import picture_size
from bot.sandbox.rules.refusal import Refusal
from bot.sandbox.world.clock import Clock
from bot.sandbox.world.state import World
from bot.sandbox.world.uploads import safe_name, store
from tests.bot.sandbox.conftest import PING, png

MIB = 1 << 20
HELD_S = 0.1
"""The longest that one file may hold the loop, in this thread's own processor time, which no neighbour lengthens."""


def chunk(kind, data=b""):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of(width, height, *chunks):
    head = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + b"".join(chunks)


PIXELS = chunk(b"IDAT", zlib.compress(b"\0" * 64))
FILES = {
    "PNG of 2^31-1 pixels a side": ("a.png", png_of(2**31 - 1, 2**31 - 1, PIXELS)),
    "PNG of 2^31 pixels a side": ("a.png", png_of(2**31, 2**31, PIXELS)),
    "PNG of 2^32-1 pixels a side": ("a.png", png_of(2**32 - 1, 2**32 - 1, PIXELS)),
    "PNG of 179 million pixels": ("a.png", png_of(13_380, 13_380, PIXELS)),
    "PNG of nothing": ("a.png", png_of(0, 0, PIXELS)),
    "PNG of 9 MiB of empty chunks": ("a.png", png_of(6, 4, chunk(b"teSt") * (9 * MIB // 12))),
    "PNG of a chunk of 4 GiB": ("a.png", png_of(6, 4, struct.pack(">I4s", 2**32 - 1, b"teSt"))),
    "PNG without IHDR": ("a.png", b"\x89PNG\r\n\x1a\n" + chunk(b"teSt") * 1000),
    "PNG cut in its header": ("a.png", png()[:20]),
    "JPEG of 9 MiB of FF": ("a.jpg", b"\xff" * (9 * MIB)),
    "JPEG of a marker and FF": ("a.jpg", b"\xff\xd8" + b"\xff" * (9 * MIB)),
    "JPEG of empty segments": ("a.jpg", b"\xff\xd8" + b"\xff\xe1\x00\x02" * (2 * MIB)),
    "JPEG of segments of length 0": ("a.jpg", b"\xff\xd8" + b"\xff\xe1\x00\x00" * (2 * MIB)),
    "JPEG of restarts": ("a.jpeg", b"\xff\xd8" + b"\xff\xd0" * (4 * MIB)),
    "GIF of one byte more than its magic": ("a.gif", b"GIF89a\x01"),
    "WebP that says it is 4 GiB": ("a.webp", b"RIFF\xff\xff\xff\xffWEBPVP8X"),
    "WebP of another form": ("a.webp", b"RIFF\x00\x00\x00\x00WAVEfmt " + b"\0" * MIB),
    "text": ("a.png", b"hello" * MIB),
    "nothing at all": ("a.png", b""),
}


@pytest.fixture
def sandbox_world():
    return World(Clock())


@pytest.mark.parametrize("case", FILES)
def test_a_hostile_picture_is_an_attachment_without_a_size(sandbox_world, case):
    """Discord takes it and says no width and height; to find that out takes next to no time."""
    name, data = FILES[case]
    began = time.thread_time()
    found = store(UploadedFile(name, data), sandbox_world, channel_id=1)
    assert time.thread_time() - began < HELD_S
    assert (found.width, found.height, len(found.data)) == (None, None, len(data))


@pytest.mark.parametrize("case", ["PNG of 2^31 pixels a side", "JPEG of 9 MiB of FF", "PNG of 9 MiB of empty chunks"])
async def test_both_doors_take_a_hostile_picture(api, yuki, case):
    """The bot's API and the people's answer 200, and what was sent is served again, byte for byte."""
    name, data = FILES[case][0], FILES[case][1][:MIB]
    status, body = await api.call("POST", f"/channels/{yuki.channel('general')}/messages", {}, files=[(name, data)])
    (shown,) = body["attachments"]
    assert (status, shown["size"], shown.get("width"), shown.get("height")) == (200, len(data), None, None)
    assert await yuki.fetch(shown["url"]) == data
    said = await yuki.say(yuki.channel("general"), "look", attachments=[await yuki.upload(name, data)])
    assert "width" not in said["attachments"][0]


@given(
    size=st.tuples(st.integers(1, 300), st.integers(1, 300)),
    form=st.sampled_from(["PNG", "JPEG", "GIF", "WEBP"]),
    mode=st.sampled_from(["L", "RGB"]),
    lossless=st.booleans(),
)
@settings(max_examples=60, deadline=None, derandomize=True)
def test_a_true_picture_has_its_size(tmp_path_factory, size, form, mode, lossless):
    """What Pillow writes is read as Pillow reads it, in every format that Discord shows."""
    path = tmp_path_factory.getbasetemp() / f"one.{form}"
    more = {"lossless": lossless} if form == "WEBP" else {"progressive": lossless} if form == "JPEG" else {}
    Image.new(mode, size).save(path, form, **more)
    assert picture_size(path.read_bytes()) == size


@given(st.sampled_from(sorted(FILES)), st.binary(max_size=64), st.integers(0, 64))
@settings(max_examples=200, deadline=None, derandomize=True)
def test_no_bytes_at_all_are_an_error(case, junk, place):
    """Whatever stands after a magic number, the look ends in a size or in none."""
    data = FILES[case][1][:4096]
    found = picture_size(data[:place] + junk + data[place:])
    assert found is None or (found[0] > 0 and found[1] > 0)


def form_of(parts):
    body = b"".join(b"--b\r\n" + head + b"\r\n\r\n" + data + b"\r\n" for head, data in parts) + b"--b--\r\n"
    return "multipart/form-data; boundary=b", body


FORMS = {
    "a thousand files": form_of(
        (f'Content-Disposition: form-data; name="files[{place}]"; filename="a"'.encode(), b"x") for place in range(1000)
    ),
    "ten million boundaries": ("multipart/form-data; boundary=", b"--" * (10 * MIB)),
    "a head without an end": ("multipart/form-data; boundary=b", b"--b\r\n" + b"a: b\r\n" * (3 * MIB) + b"--b--"),
    "no boundary": ("multipart/form-data", b"--b"),
    "a disposition that is not text": form_of([(b"Content-Disposition: form-data; name=\xff\xfe", b"x")]),
    "a disposition without a name": form_of([(b"Content-Disposition: ;;;;", b"x")]),
    "a number of five thousand digits": form_of(
        [(b'Content-Disposition: form-data; name="files[' + b"9" * 5000 + b']"; filename="a"', b"x")]
    ),
    "a payload that is no JSON": form_of([(b'Content-Disposition: form-data; name="payload_json"', b"{")]),
}


@pytest.mark.parametrize("case", FORMS)
def test_a_hostile_form_is_refused_at_once(case):
    """More parts than any form has, or parts that are none: a refusal, before anything is taken apart."""
    content_type, body = FORMS[case]
    began = time.thread_time()
    with pytest.raises(Refusal):
        forms.parse(content_type, body)
    assert time.thread_time() - began < HELD_S


BODIES = {
    "lists in lists": b"[" * 100_000 + b"]" * 100_000,
    "objects in objects": b'{"a":' * 500 + b"1" + b"}" * 500,
    "more lists than anybody needs": b"[" + b"[]," * MIB + b"[]]",
    "20 MiB of text": b'"' + b"a" * (20 * MIB) + b'"',
    "not a number": b'{"content": NaN}',
    "a number of ten thousand digits": b"9" * 10_000,
    "half a letter": b'"\xff"',
}


@pytest.mark.parametrize("case", BODIES)
async def test_hostile_json_is_refused_at_once_at_every_door(case, yuki, sandbox):
    """Too large, too deep or no JSON: 400 or 413 from the bot's API, 400 from the people's and the developers'."""
    body = BODIES[case]
    began = time.thread_time()
    with pytest.raises(Refusal):
        json_body.decode(body)
    assert time.thread_time() - began < HELD_S
    channel = yuki.channel("general")
    doors = {
        f"{sandbox.api_url}/channels/{channel}/messages": {400, 413},
        f"{sandbox.page_url}/people/{yuki.id}/channels/{channel}/messages": {400},
        f"{sandbox.page_url}/developer/faults": {400},
        f"{sandbox.page_url}/developer/clock": {400},
    }
    headers = {"Authorization": f"Bot {sandbox.token}", "Content-Type": "application/json"}
    for door, expected in doors.items():
        async with yuki._session.post(door, data=io.BytesIO(body), headers=headers, raise_for_status=False) as response:
            assert response.status in expected, (door, await response.text())


async def test_a_large_true_body_passes_and_is_not_kept(api, sandbox):
    """A hundred commands with thirty translations each are registered; the feed keeps their size, not their text."""
    locales = ["de", "fr", "it", "pl", "nl", "sv-SE", "fi", "no", "da", "cs", "hu", "ro", "tr", "el", "bg", "uk"]
    words = dict.fromkeys(locales, "a description " * 7)
    commands = [PING | {"name": f"ping{number}", "description_localizations": words} for number in range(100)]
    path = f"/applications/{sandbox.world.application_id}/commands"
    status, body = await api.call("PUT", path, commands)
    assert (status, len(body)) == (200, 100)
    assert len(json.dumps(commands)) > 100_000


def test_a_name_of_a_megabyte_is_cut():
    """The end stays, because the type is there."""
    began = time.thread_time()
    name = safe_name("ä b" * MIB + ".png")
    assert time.thread_time() - began < HELD_S
    assert (len(name) <= 260, name.endswith("_b.png")) == (True, True)


@pytest.mark.parametrize(
    "entries",
    [
        [1],
        ["a"],
        [None],
        [[]],
        [{"id": {}}],
        [{"id": 0, "filename": 5}],
        [{"id": 0, "filename": {}}],
        [{"id": 0, "description": []}],
        [{"id": "9" * 5000}],
        [{"id": 0.5}],
        [{}] * 1000,
    ],
)
async def test_attachments_of_another_shape_are_a_form_at_fault(api, yuki, entries):
    """Whatever stands in the list: 50035, nothing is stored, never a 500."""
    path = f"/channels/{yuki.channel('general')}/messages"
    status, body = await api.call("POST", path, {"attachments": entries}, files=[("a.png", png())])
    assert (status, body["code"]) == (400, 50035)
    assert await yuki.messages(yuki.channel("general")) == []


async def test_ids_of_any_length_are_answered(api, yuki):
    """A number longer than any id is no id: 400, or nothing of that name."""
    for path in (f"/channels/{'9' * 5000}", f"/channels/{yuki.channel('general')}/messages?after={'9' * 5000}"):
        assert (await api.call("GET", path))[0] == 400
    body = {"content": "a", "message_reference": {"message_id": "9" * 5000}}
    assert (await api.call("POST", f"/channels/{yuki.channel('general')}/messages", body))[0] == 400

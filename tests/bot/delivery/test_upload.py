"""Files of a result: how they are called, and what is said of what was done to them."""

import io

import discord
import numpy as np
import pytest
from PIL import Image

from bot.delivery.upload import REQUEST_BYTES, _note, file_limit, fitted, send_fitted, upload
from bot.errors import FilesTooLarge
from bot.job import USUAL_FILE_BYTES, Job
from bot.picture.fit import Fitted
from bot.sentences.rendering import render


@pytest.fixture
def job(new_job):
    new = new_job()
    return Job(**{name: getattr(new, name) for name in new.__struct_fields__}, id="000001", created_at=0.0)


def png(number, grain):
    rng = np.random.default_rng(number)
    soft = Image.fromarray(rng.integers(0, 255, (4, 6, 3), dtype="uint8")).resize((96, 64), Image.Resampling.BICUBIC)
    file = io.BytesIO()
    pixels = np.asarray(soft, dtype=float) + rng.normal(0, grain, (64, 96, 3))
    Image.fromarray(pixels.clip(0, 255).astype("uint8")).save(file, "PNG")
    return file.getvalue()


def test_files_are_named_in_order_and_opened_anew(job):
    files = upload(job, {1: b"second", 0: b"first"})
    assert files.names == ["eshi-000001-1.png", "eshi-000001-2.png"]
    for _ in range(2):
        assert [one.fp.read() for one in files.opened()] == [b"first", b"second"]


@pytest.mark.parametrize(
    ("part", "said"),
    [
        (1.0, None),
        (0.99, "The PNG was too large for Discord, so 2 pictures are lossless WebP, with every pixel unchanged."),
        (0.1, "The PNG was too large for Discord, so 2 pictures are WebP of quality"),
    ],
)
async def test_the_asker_reads_what_was_done(job, part, said):
    """The whole request has a limit as well as each file."""
    pictures = {number: png(number, 0.5) for number in range(2)}
    total = sum(map(len, pictures.values()))
    files = await fitted(job, pictures, per_file=total, total=int(total * part) - (part < 1.0))
    assert sum(files.sizes) <= total * part
    assert (files.note and render(files.note)) is said or render(files.note).startswith(said)
    ending = "png" if said is None else "webp"
    assert files.names == [f"eshi-000001-{position}.{ending}" for position in (1, 2)]


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ([Fitted(b"")], None),
        ([Fitted(b""), Fitted(b"", "webp", 95)], "so this picture is WebP of quality 95."),
        ([Fitted(b"", "webp", 60), Fitted(b"", "lossless webp")], "so 2 pictures are WebP of quality 60."),
        ([Fitted(b"", "webp", 99)], "so this picture is WebP of quality 99."),
        ([Fitted(b"", "lossless webp")], "so this picture is lossless WebP, with every pixel unchanged."),
    ],
)
def test_the_worst_of_what_was_done_is_told(found, said):
    """Of those pictures that were changed; anything below 100 is a loss."""
    note = _note(found)
    assert (note and render(note)) == (said and f"The PNG was too large for Discord, {said}")


class Strict:
    """Discord, where it takes less than it says: it refuses until a try is the one that it takes."""

    def __init__(self, takes):
        self.takes = takes
        self.tries = []

    async def __call__(self, files):
        self.tries.append(files)
        if len(self.tries) < self.takes:
            raise FilesTooLarge("too large")


async def test_what_discord_takes_is_sent_once_and_as_it_is(job):
    """Within the limit of each file, and of the request."""
    pictures = {number: png(number, 0.5) for number in range(2)}
    discord_takes = Strict(1)
    await send_fitted(job, pictures, per_file=max(map(len, pictures.values())), send=discord_takes)
    [files] = discord_takes.tries
    assert [data for _, data in files.files] == list(pictures.values())


@pytest.mark.parametrize("grains", [(30, 30), (0, 30), (30, 0, 15)])
async def test_what_is_too_large_is_halved_until_it_is_taken(job, grains, caplog):
    """Each file and all of them together, by what was sent last; the operator reads how far down it went."""
    pictures = {number: png(number, grain) for number, grain in enumerate(grains)}
    discord_takes = Strict(3)
    await send_fitted(job, pictures, per_file=USUAL_FILE_BYTES, send=discord_takes)
    assert len(discord_takes.tries) == 3
    assert [data for _, data in discord_takes.tries[0].files] == list(pictures.values())
    for before, after in zip(discord_takes.tries, discord_takes.tries[1:], strict=False):
        per_file, total = max(before.sizes) // 2, sum(before.sizes) // 2
        assert after == await fitted(job, pictures, per_file=per_file, total=total)
        assert sum(after.sizes) <= total
        assert f"trying at most {per_file} bytes a file" in caplog.text


def test_a_request_has_room_for_what_is_no_file_in_it():
    """Discord takes 25 MiB in one; 64 KiB of them are for the message and what stands between the files."""
    assert REQUEST_BYTES == 26_214_400 - 65_536


def in_guild(**changes):
    """A client that knows one server, with the number 7."""
    client = discord.Client(intents=discord.Intents.none())
    data = {"id": "7", "name": "", "owner_id": "1", "roles": [], "emojis": [], "stickers": [], "features": []}
    client._connection._add_guild(discord.Guild(data=data | changes, state=client._connection))
    return client


def test_a_file_may_have_what_the_server_has_boosts_for():
    """Elsewhere, and where the server is not known, what everybody has."""
    boosted = in_guild(premium_tier=2)
    assert file_limit(boosted, 7) == 50 * 1024 * 1024
    assert file_limit(boosted, 8) == file_limit(boosted, None) == USUAL_FILE_BYTES == 10_485_760

"""Files of a result: how they are called, and what is said of what was done to them."""

import io

import numpy as np
import pytest
from PIL import Image

from bot.delivery.upload import fitted, upload
from bot.job import Job


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
        (0.99, "Too large for Discord as PNG, so 2 pictures came as lossless WebP, every pixel as it was drawn."),
        (0.1, "Too large for Discord as PNG, so 2 pictures came as WebP of quality"),
    ],
)
async def test_the_asker_reads_what_was_done(job, part, said):
    """The whole request has a limit as well as each file."""
    pictures = {number: png(number, 0.5) for number in range(2)}
    total = sum(map(len, pictures.values()))
    files = await fitted(job, pictures, per_file=total, total=int(total * part) - (part < 1.0))
    assert sum(files.sizes) <= total * part
    assert files.note is said or files.note.startswith(said)

"""Contact sheets: drawings beside what unfinished networks make of them, and what a checkpoint draws.

    python -m engine.demo.learning.contact CHECKPOINT PICTURE

writes two dozen pictures as one.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import torch
from PIL import Image

from engine.demo.artist import QUALITY, Artist, PictureWish, best_sampling
from engine.demo.learning.pictures import make_pictures
from engine.demo.learning.vae import SCALE

if TYPE_CHECKING:
    from torch import Tensor

    from engine.demo.learning.vae import Coder

_SHEET_SEED = 99
"""Of pictures that training never sees."""

_SHAPES = (6, 3, 1)
_ACROSS = 5


def vae_sheet(coder: Coder, target: Path) -> None:
    """Write what the VAE makes of fifteen drawings, at a quarter of their size, or at full size once it draws that."""
    rows: list[list[Image.Image]] = []
    for shape in _SHAPES:
        pictures = make_pictures(_SHEET_SEED, shape, _ACROSS, SCALE).images
        with torch.inference_mode():
            z = coder.encode(pictures)
            drawn = coder.outer(coder.inner(z)) if coder.stage else coder.decode_small(z)
        rows += [[_image(one) for one in pictures], [_image(one) for one in drawn]]
    write(rows, target)


PROMPTS = (
    "1boy, solo, black hair, short hair, jacket, upper body, city, night",
    "2girls, red hair, on the left, blue hair, on the right, serafuku, outdoors, day",
    "no humans, scenery, outdoors, castle, day, blue sky",
    "1girl, solo, brown hair, glasses, green eyes, sweater, white background",
    "1girl, solo, pink hair, closed eyes, smile, cherry blossoms, day",
    "1girl, solo, blue hair, crying, tears, rain, outdoors",
    "1girl, solo, grey hair, scarf, red scarf, snow, outdoors, day",
    "1girl, solo, purple hair, umbrella, holding umbrella, rain, city",
    "1boy, solo, blonde hair, sword, holding sword, armor, full body, outdoors",
    "1girl, solo, black hair, kimono, sitting, full body, simple background, pink background",
    "1girl, solo, orange hair, full body, standing, dress, ocean, sunset",
    r"1girl, solo, green hair, watercolor \(medium\), traditional media, flower, hair flower, forest",
    "1girl, solo, witch hat, purple eyes, long hair, night, starry sky, castle",
    "1girl, solo, aqua hair, twintails, very long hair, aqua eyes, smile, open mouth, blue background",
    "1girl, solo, white hair, cat ears, animal ears, red eyes, maid, indoors",
    "1girl, 1boy, blonde hair, brown hair, school uniform, upper body, sunset",
    "3girls, red hair, green hair, blue hair, smile, field, day",
    "1girl, solo, lineart, monochrome, greyscale, long hair, surprised",
    "no humans, cat, black cat, yellow background",
    "no humans, scenery, ocean, sunset, orange sky, cloud",
    "no humans, scenery, mountain, snow, night",
    "1girl, solo, red hair, angry, cloak, forest, year 2006",
    "1girl, solo, hatsune miku, vocaloid, full body, white background",
    "1boy, solo, white hair, suit, necktie, expressionless, indoors, room",
)
"""Two dozen, the twelve among them that the first demo model did not follow."""


def model_sheet(checkpoint: Path, target: Path, size: tuple[int, int] = (832, 1216)) -> None:
    """Write what a checkpoint draws for two dozen prompts, as the engine draws it."""
    artist = Artist(checkpoint)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    sampling = best_sampling(checkpoint, size)
    drawn = [
        artist.draw([PictureWish(prompt=f"{words}, safe, {QUALITY}", seed=number)], sampling)[0]
        for number, words in enumerate(PROMPTS)
    ]
    torch.set_num_threads(threads)
    write([drawn[first : first + 8] for first in range(0, len(drawn), 8)], target, 360)


def write(rows: list[list[Image.Image]], target: Path, height: int = 304) -> None:
    """Write rows of pictures as one."""
    scaled = [
        [one.resize((one.width * height // one.height, height), Image.Resampling.LANCZOS) for one in row]
        for row in rows
    ]
    wide = max(sum(one.width for one in row) for row in scaled)
    sheet = Image.new("RGB", (wide, height * len(rows)), (255, 255, 255))
    for number, row in enumerate(scaled):
        x = 0
        for one in row:
            sheet.paste(one, (x, number * height))
            x += one.width
    target.parent.mkdir(parents=True, exist_ok=True)
    sheet.save(target, quality=56, method=6)


def _image(pixels: Tensor) -> Image.Image:
    """Make a picture of pixels, (3, H, W), in -1 … 1."""
    return Image.fromarray(((pixels.clamp(-1, 1) + 1) * 127.5).round().permute(1, 2, 0).numpy().astype(np.uint8))


def main() -> None:
    """Write a checkpoint's contact sheet."""
    parser = argparse.ArgumentParser(description="Write what a demo checkpoint draws for two dozen prompts.")
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("picture", type=Path, help="its ending says the format")
    options = parser.parse_args()
    model_sheet(options.checkpoint, options.picture)


if __name__ == "__main__":
    main()

"""What has room on a graphics card: decided once, from the memory that is free when the engine starts.

Computed from the peaks of SDXL's operations at 832×1216, and measured on no card yet. Whatever turns out to be wrong is
found by trying, as everywhere: a call that has no room becomes a smaller one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

UNET, TEXTS, VAE = 5_140_000_000, 1_640_000_000, 340_000_000
"""Bytes of weights: in 16 bits, and the VAE in 32."""
LARGER_TEXT = 1_390_000_000
"""The larger of the two text encoders, which come to the card one after the other."""
KERNELS = 600_000_000
"""CUDA's own, and what libraries load."""
STEP = 380_000_000
"""Of one guided picture."""
DECODING = 3_900_000_000
"""Of a whole picture in 32 bits; in 16 it is half of that."""
WORKSPACE = 1.25
"""What cuDNN takes on top of a decoding."""
TILES = {512: 1_000_000_000, 256: 260_000_000}
"""Of a tile of so many pixels a side, in 32 bits."""
MANY = 4
"""Pictures in one call; with more, everybody waits, and they are not counted."""

Texts = Literal["auto", "device", "host"]
"""Where the text encoders are while nobody needs them; "auto" leaves it to what has room."""


class CardRoom(NamedTuple):
    """What fits, the best picture first and then the quickest."""

    texts_on_host: bool
    """The text encoders come to the card for every new prompt, which takes 66 ms at 25 GB/s."""
    tile: int | None
    """A side in pixels; None: pictures are decoded whole, as everybody else's."""
    at_once: float
    """Pictures of 832×1216 in one call."""

    @property
    def words(self) -> str:
        """Say it to an operator."""
        decoded = "decoded whole" if self.tile is None else f"decoded in tiles of {self.tile}"
        pictures = "one picture at a time" if self.at_once < 2 else f"{min(self.at_once, MANY):.0f} pictures at once"  # noqa: PLR2004
        if self.at_once > MANY:
            pictures += " or more"
        return f"{pictures}, {decoded}{', text encoders on the host' if self.texts_on_host else ''}"


def decide(free: int, *, halved_vae: bool = False, texts: Texts = "auto") -> CardRoom | None:
    """Say what fits into so many bytes, before anything is loaded; None where nothing does.

    Larger pieces of a picture come before text encoders that stay, because tiles change a picture a little.
    """
    return next(_ways(free, halved_vae=halved_vae, texts=texts), None)


def _ways(free: int, *, halved_vae: bool, texts: Texts) -> Iterator[CardRoom]:
    """Give all that fit, the best first."""
    places = {"auto": (False, True), "device": (False,), "host": (True,)}[texts]
    share = 0.5 if halved_vae else 1.0
    decodings: tuple[tuple[int | None, int], ...] = ((None, DECODING), *TILES.items())
    for tile, decoding in decodings:
        for on_host in places:
            spare = free - KERNELS - UNET - share * VAE - (0 if on_host else TEXTS)
            if spare >= max(STEP, WORKSPACE * share * decoding, LARGER_TEXT if on_host else 0):
                yield CardRoom(on_host, tile, spare // STEP)


def least(*, halved_vae: bool = False, texts: Texts = "auto") -> int:
    """Give the bytes with which a picture can be drawn at all."""
    vae = VAE // 2 if halved_vae else VAE
    return KERNELS + UNET + vae + (TEXTS + STEP if texts == "device" else LARGER_TEXT)


CARDS_GB = (6, 8, 10, 12, 16, 24)
CONTEXT = 400_000_000
"""What is not free on a card that nobody else uses."""


def table() -> Iterator[tuple[str, str]]:
    """Give what each size of card can draw with the usual VAE, as the README has it."""
    for gigabytes in CARDS_GB:
        room = decide(gigabytes * 2**30 - CONTEXT)
        yield f"{gigabytes} GB", room.words if room else "nothing"

"""What the VAE does without giving up at once: again with less memory at a time, and again in float32.

Each way is taken only after the one before it failed, so a picture that works at once costs nothing here.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import torch

from engine import card_room, memory
from engine.decode import begin as begin_plainly
from engine.errors import NumericalFailure, OutOfMemory

if TYPE_CHECKING:
    from collections.abc import Callable, Generator
    from concurrent.futures import Executor, Future

    import numpy as np
    from numpy.typing import NDArray
    from torch import Tensor

    from engine.model import Model

log = logging.getLogger(__name__)

_Made = TypeVar("_Made")

TILES = tuple(card_room.TILES)
"""Sides of the tiles, in pixels, once the whole picture has no room; the VAE's own tiles are as large as a picture."""


def decode(model: Model, latents: Tensor) -> NDArray[np.uint8]:
    """Decode one sample's latents, (1, C, h, w), whatever it takes.

    Returns:
        Its pixels, (H, W, 3). From tiles they differ a little: each tile has its own statistics in the VAE's norms.

    Raises:
        NumericalFailure: The latents are not finite, or the picture is black in float32 too.
        OutOfMemory: There is no room for it even in the smallest tiles.
    """
    try:
        return begin(model, latents)()
    except NumericalFailure as error:
        return again(model, latents, error)


def begin(model: Model, latents: Tensor) -> Callable[[], NDArray[np.uint8]]:
    """Queue the decoding on the device, in the room there is.

    Returns:
        What waits for the pixels, in any thread; it may raise NumericalFailure, for which there is `again`.

    Raises:
        OutOfMemory: As `decode`.
        RuntimeError: Nothing worked, and it is not certain that memory was short.
    """
    return _begin(model, latents, model.decodes_at_once)


def _begin(model: Model, latents: Tensor, limit: memory.Limit) -> Callable[[], NDArray[np.uint8]]:
    pixels = latents.shape[-2] * latents.shape[-1] * model.compression**2
    return in_room(model, pixels, limit, lambda: begin_plainly(model, latents), "decode")


def in_room(model: Model, pixels: int, limit: memory.Limit, action: Callable[[], _Made], what: str) -> _Made:
    """Let the VAE do something with a picture of so many pixels, in the room there is.

    Args:
        model: Whose VAE.
        pixels: Of the picture.
        limit: How many of them there has been room for, for this.
        action: What it is; it can be repeated.
        what: The same, for an operator: a verb.

    Raises:
        OutOfMemory: There is no room for it even in the smallest tiles.
        RuntimeError: Nothing worked, and it is not certain that memory was short.
    """
    failure: Exception | None = None
    tried_whole = False
    for tile in _ways(pixels, limit):
        try:
            with _tiled(model, tile):
                return action()
        except (RuntimeError, MemoryError) as error:
            if not memory.may_be_out_of_memory(error):
                raise
            failure = error.with_traceback(None)  # which holds the tensors of the failed call
        model.cached_blocks.give_back()
        memory.release(model.device)
        if tile is not None or tried_whole:  # the first failure may be the fault of what was not yet given back
            limit.lower((tile * tile if tile else pixels) - 1)
        tried_whole = True
        log.warning("no memory to %s %s; trying with less at a time", what, "it whole" if tile is None else f"{tile=}")
    if failure is None or memory.is_out_of_memory(failure):
        raise OutOfMemory(memory.one_line(failure) if failure else "")
    raise failure


def _ways(pixels: int, limit: memory.Limit) -> list[int | None]:
    """Say how a picture of so many pixels is tried, the best way first: whole, or in tiles of a side.

    What had no room lately is left out, for otherwise it would be tried in vain at every picture.
    """
    whole: list[int | None] = [None, None] if pixels <= limit.most else []
    return [*whole, *(side for side in TILES if side * side <= limit.most or side == TILES[-1])]


def decoded(model: Model, latents: Tensor, pool: Executor) -> Generator[Future[Any], None, NDArray[np.uint8]]:
    """Decode as `decode` does, while others are drawn: in the worker's thread, but for what the pool waits for."""
    decoding = pool.submit(begin(model, latents))
    yield decoding
    if isinstance(error := decoding.exception(), NumericalFailure):
        return again(model, latents, error)
    return decoding.result()


def again(model: Model, latents: Tensor, error: NumericalFailure) -> NDArray[np.uint8]:
    """Decode in float32 what came out black or not finite; raises as `decode`."""
    if not latents.isfinite().all():
        raise error  # no VAE makes a picture of these
    log.warning("%s; decoding it again in float32", error)
    with in_float32(model.vae):
        return _begin(model, latents, model.in_float32_at_once)()


@contextmanager
def _tiled(model: Model, tile: int | None) -> Generator[None]:
    """Let the VAE work in tiles of this side, in pixels; None: the whole picture at once."""
    if tile is None:
        yield
        return
    vae: Any = model.vae
    before = vae.use_tiling, vae.tile_sample_min_size, vae.tile_latent_min_size
    vae.use_tiling, vae.tile_sample_min_size, vae.tile_latent_min_size = True, tile, tile // model.compression
    try:
        yield
    finally:
        vae.use_tiling, vae.tile_sample_min_size, vae.tile_latent_min_size = before


@contextmanager
def in_float32(vae: Any) -> Generator[None]:
    """Have the widest numbers for a while: what overflows in sixteen bits is a colour in thirty-two."""
    dtype: torch.dtype = vae.dtype
    try:
        with torch.inference_mode(mode=False):  # what is made in it may take no weight's place
            vae.to(torch.float32)
        yield
    finally:
        with torch.inference_mode(mode=False):
            vae.to(dtype)

"""Compiles the UNet's blocks beside the serving: eager until all of them are ready, then all at once.

Regions rather than the whole UNet: its 70 transformer blocks are two graphs, so it takes a minute the first time and
seconds from the cache on disk. Shapes are symbols and none stands for another, so that no size, batch or prompt
compiles anything again; and if something would, it runs eagerly instead of making somebody wait.
"""

from __future__ import annotations

import logging
import threading
import time
from typing import TYPE_CHECKING, Any, Literal

import torch
import torch._dynamo
from torch.fx.experimental import _config

from engine import memory
from engine.blocks import Compute, run_resnet, run_transformer
from engine.timing import call_unet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from engine.denoise import Key
    from engine.model import Model

log = logging.getLogger(__name__)

GRAPHS = 128
"""At most so many of one function; SDXL's ResNet blocks are 15, and a call of one row makes its own of everything."""

KEEP_LAYOUT = {"force_layout_optimization": True}
"""For the blocks that convolve: else the compiler gives layouts up where shapes are symbols, and every convolution's
input is written in one order and copied into the other (`decide_layout_opt` in torch/_inductor/graph.py)."""

ROWS = (2, 1)
"""Of the calls that compile: a guided picture stands for all numbers of rows but one, which torch always treats alone
(the specialisation of sizes 0 and 1)."""


def wanted(asked: Literal["auto", "on", "off"], device: torch.device) -> bool:
    return asked == "on" or (asked == "auto" and device.type == "cuda")


def compiled(backend: str = "inductor") -> Compute:
    """Give the blocks' computation, to be compiled when it is first called."""
    how: dict[str, Any] = {"dynamic": True, "fullgraph": True, "backend": backend}
    keep_layout = {"options": KEEP_LAYOUT} if backend == "inductor" else {}
    return Compute(torch.compile(run_transformer, **how), torch.compile(run_resnet, **how, **keep_layout))


def warm(model: Model, compute: Compute, keys: Sequence[Key], rows: Sequence[int] = ROWS) -> None:
    """Call the UNet, in this thread only, with all of these shapes and numbers of rows, and compile what that needs."""
    dynamo: Any = torch._dynamo.config  # noqa: SLF001  (where torch has it)
    symbols: Any = _config
    with (
        torch.inference_mode(),
        dynamo.patch(recompile_limit=GRAPHS, accumulated_recompile_limit=8 * GRAPHS),
        symbols.patch(use_duck_shape=False),
        model.cached_blocks.trying(compute),
    ):
        for key in keys:
            for number in rows:
                call_unet(model, key, number)


def start(model: Model, keys: Sequence[Key], done: Callable[[], None], backend: str = "inductor") -> threading.Thread:
    """Compile in a thread of its own, then let everybody use it.

    Args:
        model: Whose blocks; it may draw meanwhile.
        keys: Shapes to compile with; one is enough, and the sizes of what is really drawn give the best kernels.
        done: Called at the end, when the blocks are in use.
        backend: torch.compile's.
    """
    threads = torch.get_num_threads()  # what is compiled here is for the thread that draws

    def run() -> None:
        torch.set_num_threads(threads)
        started = time.monotonic()
        try:
            compute = compiled(backend)
            warm(model, compute, keys)
        except (RuntimeError, MemoryError, OSError, ImportError) as error:  # no compiler, no room, a torch that cannot
            if memory.is_loss_of_device(error):
                raise
            log.warning("the UNet is not compiled and stays as it is: %s", memory.one_line(error))
            return
        torch.compiler.set_stance("eager_on_recompile")
        model.cached_blocks.compute = compute
        log.info("the UNet's blocks are compiled, after %.0f s", time.monotonic() - started)
        done()

    thread = threading.Thread(target=run, name="compiling", daemon=True)
    thread.start()
    return thread

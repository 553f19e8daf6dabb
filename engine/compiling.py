"""Compiles the UNet's blocks beside the serving: eager until all blocks of a kind are ready, then all of them at once.

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
from engine.blocks import EAGER, Compute, run_resnet, run_transformer
from engine.timing import call_unet

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from torch import Tensor

    from engine.denoise import Key
    from engine.model import Model

log = logging.getLogger(__name__)

GRAPHS = 128
"""At most so many of one function; SDXL's ResNet blocks are 15, and a call of one row makes its own of everything."""

KEEP_LAYOUT = {"force_layout_optimization": True}
"""For the blocks that convolve: else the compiler gives layouts up where shapes are symbols, and every convolution's
input is written in one order and copied into the other (`decide_layout_opt` in torch/_inductor/graph.py)."""

GUIDED, UNGUIDED = (2,), (1,)
"""Rows of the calls that compile: a guided picture stands for all numbers of rows but one, which torch always treats
alone (the specialisation of sizes 0 and 1)."""


def wanted(asked: Literal["auto", "on", "off"], device: torch.device) -> bool:
    return asked == "on" or (asked == "auto" and device.type == "cuda")


def compiled(backend: str = "inductor") -> Compute:
    """Give the blocks' computation, to be compiled when it is first called."""
    how: dict[str, Any] = {"dynamic": True, "fullgraph": True, "backend": backend}
    keep_layout: dict[str, Any] = {"options": KEEP_LAYOUT} if backend == "inductor" else {}
    return Compute(torch.compile(run_transformer, **how), torch.compile(run_resnet, **how, **keep_layout))


def warm(model: Model, compute: Compute, keys: Sequence[Key], rows: Sequence[int] = GUIDED + UNGUIDED) -> None:
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


def start(
    model: Model,
    keys: Sequence[Key],
    done: Callable[[], None],
    backend: str = "inductor",
    wait: Callable[[], object] = lambda: None,
) -> threading.Thread:
    """Compile in a thread of its own, and let everybody use each kind of block as soon as it is ready.

    Args:
        model: Whose blocks; it may draw meanwhile.
        keys: Shapes to compile with; one is enough, and the sizes of what is really drawn give the best kernels.
        done: Called when guided pictures are drawn with all that could be compiled.
        backend: torch.compile's.
        wait: Called before each part of the work that holds the interpreter for seconds; returns when that is welcome.
    """
    threads = torch.get_num_threads()  # what is compiled here is for the thread that draws

    def run() -> None:
        torch.set_num_threads(threads)
        started = time.monotonic()
        compute = compiled(backend)
        ready = EAGER
        for name in Compute._fields:
            tried = ready._replace(**{name: getattr(compute, name)})
            if _succeeds(lambda tried=tried: warm(model, _patient(tried, wait), keys, GUIDED), name):
                ready = tried
                model.cached_blocks.compute = _guided_only(ready)
        if ready is EAGER:
            log.warning("the UNet is not compiled and stays as it is")
            return
        log.info("the UNet's blocks are compiled, after %.0f s", time.monotonic() - started)
        done()
        if _succeeds(lambda: warm(model, _patient(ready, wait), keys, UNGUIDED), "calls of one row"):
            model.cached_blocks.compute = ready
        torch.compiler.set_stance("eager_on_recompile")

    thread = threading.Thread(target=run, name="compiling", daemon=True)
    thread.start()
    return thread


def _succeeds(action: Callable[[], None], what: str) -> bool:
    try:
        action()
    except (RuntimeError, MemoryError, OSError, ImportError) as error:  # no compiler, no room, a torch that cannot
        if memory.is_loss_of_device(error):
            raise
        log.warning("not compiled: %s: %s", what, memory.one_line(error))
        return False
    return True


def _patient(compute: Compute, wait: Callable[[], object]) -> Compute:
    """Wait before the first block of each form, for that is what is traced."""
    seen: set[object] = set()

    def patient(run: Callable[..., Tensor]) -> Callable[..., Tensor]:
        if run in EAGER:
            return run

        def call(block: Any, states: Tensor, *others: Tensor) -> Tensor:
            form = run, len(states), tuple(part.shape for part in block.parameters())
            if form not in seen:
                seen.add(form)
                wait()
            return run(block, states, *others)

        return call

    return Compute(patient(compute.transformer), patient(compute.resnet))


def _guided_only(compute: Compute) -> Compute:
    """Compute calls of one row eagerly, which are compiled last: few pictures are drawn without guidance."""

    def choose(run: Callable[..., Tensor], plain: Callable[..., Tensor]) -> Callable[..., Tensor]:
        return lambda block, states, *others: (plain if len(states) == 1 else run)(block, states, *others)

    return Compute(choose(compute.transformer, EAGER.transformer), choose(compute.resnet, EAGER.resnet))

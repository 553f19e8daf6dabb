"""Compiles the blocks of UNet and VAE beside the serving: plain until all blocks of a kind are ready, then all at once.

Regions rather than whole networks: the UNet's 70 transformer blocks are two graphs, so it takes a minute the first time
and seconds from the cache on disk. Shapes are symbols and none stands for another, so that no size, batch or prompt
compiles anything again; and if something would, it runs eagerly instead of making somebody wait.
"""

from __future__ import annotations

import logging
import threading
import time
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import torch
import torch._dynamo
from torch.fx.experimental import _config

from engine import memory
from engine.blocks import EAGER, Compute, UntimedResnet, run_untimed_resnet
from engine.timing import call_unet

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Sequence

    from torch import Tensor

    from engine.denoise import Key
    from engine.model import Model

log = logging.getLogger(__name__)

GRAPHS = 128
"""At most so many of one function; SDXL's ResNet blocks are 15, and a call of one row makes its own of everything."""

KEEP_LAYOUT = {"force_layout_optimization": True}
"""For the blocks that convolve: else the compiler gives layouts up where shapes are symbols, and every convolution's
input is written in one order and copied into the other (`decide_layout_opt` in torch/_inductor/graph.py)."""

VAE_SIDES = (48, 56)
"""Of the latents that the VAE's blocks are compiled with; other sizes are the same symbols."""

GUIDED, UNGUIDED = (2,), (1,)
"""Rows of the calls that compile: a guided picture stands for all numbers of rows but one, which torch always treats
alone (the specialisation of sizes 0 and 1)."""


class Abandoned(Exception):
    """Raised by what the compiler waits with: nobody wants what is compiled any more."""


def wanted(asked: Literal["auto", "on", "off"], device: torch.device) -> bool:
    return asked == "on" or (asked == "auto" and device.type == "cuda")


def compiled(backend: str = "inductor", plain: Compute = EAGER) -> Compute:
    """Give a plain computation of the blocks, to be compiled when it is first called."""
    how: dict[str, Any] = {"dynamic": True, "fullgraph": True, "backend": backend}
    keep_layout: dict[str, Any] = {"options": KEEP_LAYOUT} if backend == "inductor" else {}
    return Compute(torch.compile(plain.transformer, **how), torch.compile(plain.resnet, **how, **keep_layout))


def compiled_vae(backend: str = "inductor") -> Callable[[Any, Tensor], Tensor]:
    """Give a computation of the VAE's ResNet blocks, to be compiled when it is first called.

    Not the whole decoder: upsampling, convolution and norm in one region were six times slower (pytorch, issue 189488).
    """
    keep_layout: dict[str, Any] = {"options": KEEP_LAYOUT} if backend == "inductor" else {}
    return torch.compile(run_untimed_resnet, dynamic=True, fullgraph=True, backend=backend, **keep_layout)


@torch.inference_mode()
def warm_vae(model: Model, compute: Callable[[Any, Tensor], Tensor], wait: Callable[[], object] = lambda: None) -> None:
    """Decode and encode, in this thread only, what compiles the VAE's blocks for all sizes; `wait` as for `start`."""
    vae: Any = model.vae
    seen: set[object] = set()

    def patient(block: Any, states: Tensor) -> Tensor:
        form = tuple(part.shape for part in block.parameters()), states.is_contiguous()
        if form not in seen:
            seen.add(form)
            wait()
        return compute(block, states)

    height, width = VAE_SIDES
    latents = torch.randn(1, model.latent_channels, height, width, device=model.device, dtype=vae.dtype)
    with _unlimited(), UntimedResnet.trying(patient):
        pixels = vae.decode(latents, return_dict=False)[0]
        vae.encode(pixels, return_dict=False)


def warm(model: Model, compute: Compute, keys: Sequence[Key], rows: Sequence[int] = GUIDED + UNGUIDED) -> None:
    """Call the UNet, in this thread only, with all of these shapes and numbers of rows, and compile what that needs."""
    with torch.inference_mode(), _unlimited(), model.cached_blocks.trying(compute):
        for key in keys:
            for number in rows:
                call_unet(model, key, number)


@contextmanager
def _unlimited() -> Generator[None]:
    """Let this thread compile many forms of one function, and no size stand for another."""
    dynamo: Any = torch._dynamo.config  # noqa: SLF001  (where torch has it)
    symbols: Any = _config
    with (
        dynamo.patch(recompile_limit=GRAPHS, accumulated_recompile_limit=8 * GRAPHS),
        symbols.patch(use_duck_shape=False),
    ):
        yield


def start(
    model: Model,
    keys: Sequence[Key],
    done: Callable[[], None],
    *,
    backend: str = "inductor",
    wait: Callable[[], object] = lambda: None,
    publish: Callable[[Compute], None] | None = None,
    publish_vae: Callable[[Callable[[Any, Tensor], Tensor]], None] | None = None,
    over: Callable[[], None] = lambda: None,
) -> threading.Thread:
    """Compile the way that is used now in a thread of its own, and hand on each kind of block as soon as it is ready.

    Args:
        model: Whose blocks; it may draw meanwhile.
        keys: Shapes to compile with; one is enough, and the sizes of what is really drawn give the best kernels.
        done: Called when all that could be compiled for guided pictures was handed on.
        backend: torch.compile's.
        wait: Called before each part of the work that holds the interpreter for seconds; returns when that is welcome,
            and may raise `Abandoned`.
        publish: Told what is ready, in that thread; None: everybody uses it at once.
        publish_vae: Told what computes the VAE's blocks, in that thread; None: they are not compiled.
        over: Called when that thread calls the UNet no more.
    """
    torch.compiler.set_stance("default")  # an earlier model's compiling ends with one that compiles nothing more
    threads = torch.get_num_threads()  # what is compiled here is for the thread that draws

    def use(compute: Compute) -> None:
        model.cached_blocks.compute = compute

    work = _Work(
        model=model,
        keys=keys,
        plain=model.cached_blocks.compute,
        compute=compiled(backend, model.cached_blocks.compute),
        wait=wait,
        publish=publish or use,
        publish_vae=publish_vae,
        vae=compiled_vae(backend),
        done=done,
    )

    def run() -> None:
        torch.set_num_threads(threads)
        try:
            work.run()
        except Abandoned:
            log.info("the compiler ends before its work is done: the model is not drawn with any more")
        finally:
            over()

    thread = threading.Thread(target=run, name="compiling", daemon=True)
    thread.start()
    return thread


@dataclass(kw_only=True, eq=False)
class _Work:
    """As the arguments of `start`."""

    model: Model
    keys: Sequence[Key]
    plain: Compute
    compute: Compute
    wait: Callable[[], object]
    publish: Callable[[Compute], None]
    publish_vae: Callable[[Callable[[Any, Tensor], Tensor]], None] | None
    vae: Callable[[Any, Tensor], Tensor]
    done: Callable[[], None]
    alone_too: bool = False
    """Whether calls of one row are compiled, which are compiled last: few pictures are drawn without guidance."""

    def run(self) -> None:
        started = time.monotonic()
        ready = self.plain
        for name in Compute._fields:
            tried = ready._replace(**{name: getattr(self.compute, name)})
            if self._warmed(tried, GUIDED, name):
                ready = tried
                self.publish(self._as_far_as_compiled(ready))
        if ready is self.plain:
            log.warning("the UNet is not compiled and stays as it is")
            return
        log.info("the UNet's blocks are compiled, after %.0f s", time.monotonic() - started)
        self.done()
        if self.publish_vae is not None and self._done(lambda: warm_vae(self.model, self.vae, self.wait), "the VAE"):
            self.publish_vae(self.vae)
        self.alone_too = self._warmed(ready, UNGUIDED, "calls of one row")
        torch.compiler.set_stance("eager_on_recompile")

    def _warmed(self, compute: Compute, rows: Sequence[int], what: str) -> bool:
        return self._done(lambda: warm(self.model, self._patient(compute), self.keys, rows), what)

    def _done(self, work: Callable[[], None], what: str) -> bool:
        try:
            work()
        except (RuntimeError, MemoryError, OSError, ImportError) as error:  # no compiler, no room, no torch that can
            if memory.is_loss_of_device(error):
                raise
            log.warning("not compiled: %s: %s", what, memory.one_line(error))
            return False
        return True

    def _patient(self, compute: Compute) -> Compute:
        """Wait before the first block of each form, for that is what is traced."""
        seen: set[object] = set()

        def patient(run: Callable[..., Tensor]) -> Callable[..., Tensor]:
            if run in self.plain:
                return run

            def call(block: Any, states: Tensor, *others: Tensor) -> Tensor:
                form = run, len(states), tuple(part.shape for part in block.parameters())
                if form not in seen:
                    seen.add(form)
                    self.wait()
                return run(block, states, *others)

            return call

        return Compute(patient(compute.transformer), patient(compute.resnet))

    def _as_far_as_compiled(self, compute: Compute) -> Compute:
        """Compute calls of one row plainly until they are compiled, too."""

        def choose(run: Callable[..., Tensor], plain: Callable[..., Tensor]) -> Callable[..., Tensor]:
            if run is plain:
                return run
            return lambda block, states, *others: (plain if len(states) == 1 and not self.alone_too else run)(
                block, states, *others
            )

        return Compute(choose(compute.transformer, self.plain.transformer), choose(compute.resnet, self.plain.resnet))

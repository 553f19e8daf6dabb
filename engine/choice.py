"""Chooses how steps are computed on this very card: a way is used where it draws the same picture, and faster.

The plain way is always there, and every other one has to prove itself against it. Nobody's table knows which of them
wins: that depends on the card, the driver and the torch of the day. A trial is a handful of UNet calls, one at a time
between the steps of those who are drawn.
"""

from __future__ import annotations

import logging
import statistics
import time
from collections import deque
from functools import partial
from typing import TYPE_CHECKING, NamedTuple, TypeVar

import torch

from engine import memory
from engine.blocks import EAGER, JOINED, Compute
from engine.captured import Captured, on_cuda
from engine.joined import joined
from engine.timing import DEFAULT, finish, some_inputs, some_prompt
from engine.unet_call import UnetInputs, call_plainly

if TYPE_CHECKING:
    from collections.abc import Callable, Generator

    from torch import Tensor

    from engine.blocks import KeyValue
    from engine.captured import Record
    from engine.denoise import Key
    from engine.model import Model
    from engine.unet_call import RecordedCalls

log = logging.getLogger(__name__)

_Compared = TypeVar("_Compared")

ROUNDS = 5
"""Calls of each way that are timed; the median counts."""

UNTIMED = 3
"""The first calls of a way, which look for kernels and record."""

EVERY = 8
"""Steps after which one call of a trial is made though somebody is waiting."""

SAVING, SAVING_OF_CAPTURED = 0.02, 0.05
"""What a way must save of a step's time, as a share; recordings hold memory, so they must save more."""

ORDER = 10.0
"""A way may differ from the plain one by so many times what the plain one differs from itself, in another company."""

DIFFERENT = 1e-2
"""A relative difference that is another picture, whatever a device does to itself."""


class Way(NamedTuple):
    """One way to compute steps."""

    name: str
    compute: Compute
    captured: bool = False
    """Whether whole calls are recorded."""


class WayTrial(NamedTuple):
    """What a trial has shown."""

    name: str
    difference: float
    """Relative, from the plain way."""
    noise: float
    """How far the plain way differs from itself where the same rows have company."""
    took_s: float
    instead_of_s: float
    used: bool


class _Step(NamedTuple):
    """What is called in a trial: the same tensors at every call, as at the steps of a picture."""

    inputs: UnetInputs
    """Of one guided picture, (2, …)."""
    key_values: tuple[KeyValue, ...]
    """What its prompt is to each block."""
    in_company: UnetInputs
    """The same two rows and another one, (3, …)."""


PLAIN = Way("plain", EAGER)


class WayChoice:
    """Belongs to the worker's thread; what is chosen stands in the model's blocks."""

    def __init__(
        self,
        model: Model,
        *,
        key: Key = DEFAULT,
        record: Record | None = None,
        clock: Callable[[], float] = time.perf_counter,
        chosen: Callable[[], None] = lambda: None,
    ) -> None:
        """Begin with the plain way.

        Args:
            model: Whose steps.
            key: What is called in trials.
            record: Makes recordings of its device; None: CUDA's graphs, where it has them.
            clock: Seconds.
            chosen: Called when steps are computed in another way from now on.
        """
        self.way = PLAIN
        self.verdicts: list[WayTrial] = []
        self._model = model
        self._key = key
        self._record = on_cuda(model.device) if record is None and model.device.type == "cuda" else record
        self._clock = clock
        self._chosen = chosen
        self._offered: deque[Callable[[], Generator[None]]] = deque()
        self._trial: Generator[None] | None = None
        self._steps = 0

    @property
    def idle(self) -> bool:
        """Whether nothing is left to be tried."""
        return self._trial is None and not self._offered

    def offer(self, way: Way) -> None:
        """Let a way be tried when its turn comes."""
        self.offer_trial(partial(self._try, way))

    def offer_trial(self, trial: Callable[[], Generator[None]]) -> None:
        """Let something else be tried in its turn, a part of it each time; it decides itself what becomes of it."""
        self._offered.append(trial)

    def offer_joined(self) -> None:
        """Offer the product that stands for three, where all weights are joined."""
        blocks = self._model.cached_blocks.transformers
        if blocks and all(joined(one.block.attn1) is not None for one in blocks):
            self.offer(Way("joined", JOINED))

    def offer_captured(self) -> None:
        """Offer recordings of the way that is chosen by then, where this device makes any."""
        if self._record is not None:
            self.offer(Way("captured", self.way.compute, captured=True))

    def stepped(self) -> None:
        """Count a step that was drawn."""
        self._steps += 1
        if self._steps % EVERY == 0:
            self.measure()

    def measure(self) -> None:
        """Make one call of the trial that goes on, if there is one."""
        if self._trial is None:
            if not self._offered:
                return
            self._trial = self._offered.popleft()()
        try:
            next(self._trial)
        except StopIteration:
            self._trial = None

    def conclude(self) -> None:
        """Make all calls of all trials."""
        while not self.idle:
            self.measure()

    def _try(self, way: Way) -> Generator[None]:
        if way.captured:
            way = way._replace(compute=self.way.compute)  # what was chosen meanwhile
        captured = self._recordings(way)
        try:
            verdict = yield from self._tried(way, captured)
        except (RuntimeError, MemoryError) as error:  # no room, or something that this device cannot do
            if memory.is_loss_of_device(error):
                raise
            log.warning("%s: not tried to the end: %s", way.name, memory.one_line(error))
            return
        finally:
            self._model.cached_blocks.forget()
        self.verdicts.append(verdict)
        log.info(
            "%s: a step takes %.1f ms instead of %.1f, and differs by %.2g, where company makes %.2g: %s",
            way.name,
            1e3 * verdict.took_s,
            1e3 * verdict.instead_of_s,
            verdict.difference,
            verdict.noise,
            "used" if verdict.used else "not used",
        )
        if verdict.used:
            self.way = way
            self._model.cached_blocks.compute, self._model.cached_blocks.captured = way.compute, captured
            self._chosen()

    def _tried(self, way: Way, captured: Captured | None) -> Generator[None, None, WayTrial]:
        """Compare a way with the plain one, and its time with that of the way which is used now."""
        blocks = self._model.cached_blocks
        compare = partial(self._compared, way, captured)
        step, apart, noise = yield from with_equal_weights(compare, lambda: blocks.changes)
        recorded = captured is None or not captured.empty  # else plain calls would be timed
        same = recorded and apart <= min(DIFFERENT, ORDER * max(noise, torch.finfo(self._model.dtype).eps))
        took: list[float] = []
        before: list[float] = []
        now = blocks.captured
        for _ in range(ROUNDS if same else 0):
            before.append(self._timed(self.way, now, step))
            yield
            took.append(self._timed(way, captured, step))
            yield
        took_s, before_s = (statistics.median(times) if times else 0.0 for times in (took, before))
        saving = SAVING_OF_CAPTURED if way.captured else SAVING
        faster = took_s <= (1 - saving) * before_s
        return WayTrial(way.name, apart, noise, took_s, before_s, used=same and faster)

    def _compared(self, way: Way, captured: Captured | None) -> Generator[None, None, tuple[_Step, float, float]]:
        """Give what was called, how far a way differs from the plain one in it, and the plain one from itself."""
        step = self._step()
        plain = self._called(PLAIN, None, step)
        yield
        noise = self._noise(step, plain)
        yield
        apart = 0.0
        for _ in range(UNTIMED):
            found = self._called(way, captured, step)
            apart = max(apart, difference(found, plain))
            yield
        return step, apart, noise

    def _recordings(self, way: Way) -> Captured | None:
        if not way.captured or self._record is None:
            return None
        return Captured(self._model.cached_blocks, self._record)

    @torch.inference_mode()
    def _step(self) -> _Step:
        inputs = some_inputs(self._model, self._key, 3, some_prompt(self._model, self._key, 3))
        two = UnetInputs(*(value[:2] for value in inputs))
        return _Step(two, self._model.cached_blocks.key_values(two.prompt_embeds), inputs)

    def _noise(self, step: _Step, plain: Tensor) -> float:
        """Tell how far the plain way differs from itself where a third row is called with the same two."""
        with self._model.cached_blocks.trying(EAGER), torch.inference_mode():
            return difference(call_plainly(self._model.unet, step.in_company)[: len(plain)], plain)

    def _timed(self, way: Way, captured: RecordedCalls | None, step: _Step) -> float:
        finish(self._model.device)
        start = self._clock()
        self._called(way, captured, step)
        finish(self._model.device)
        return self._clock() - start

    def _called(self, way: Way, captured: RecordedCalls | None, step: _Step) -> Tensor:
        """Call the UNet in this way, and leave everybody else's as it is."""
        blocks = self._model.cached_blocks
        before = blocks.compute, blocks.captured
        blocks.compute, blocks.captured = way.compute, captured
        try:
            with torch.inference_mode(), blocks.given(step.inputs.prompt_embeds, step.key_values):
                return blocks.call(self._model.unet, step.inputs)
        finally:
            blocks.compute, blocks.captured = before


def with_equal_weights(
    compare: Callable[[], Generator[None, None, _Compared]], weights: Callable[[], object]
) -> Generator[None, None, _Compared]:
    """Compare part by part, and where the weights were changed meanwhile, all anew and at once.

    Else a trial would never end where everybody draws with other LoRAs. Only what is compared needs equal weights: a
    call takes as long with any.

    Args:
        compare: Begins the comparison.
        weights: Says which they are now.
    """
    before, comparing = weights(), compare()
    while weights() == before:
        try:
            next(comparing)
        except StopIteration as end:
            return end.value
        yield
    comparing.close()
    comparing = compare()
    while True:
        try:
            next(comparing)
        except StopIteration as end:
            return end.value


def difference(found: Tensor, expected: Tensor) -> float:
    """Give the relative difference of two predictions; infinite where one is not finite."""
    apart = torch.linalg.vector_norm((found - expected).float()) / torch.linalg.vector_norm(expected.float())
    return apart.item() if apart.isfinite() else float("inf")

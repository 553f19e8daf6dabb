"""A whole UNet call as one recording that is played again: nothing of it is launched kernel by kernel.

A recording reads and writes memory where it was while it was made. So what changes from call to call is copied to where
the recording finds it: latents, timesteps, embeddings, and the prompt's keys and values, which are filled anew when the
company of a call changes or weights do. On CUDA it is a graph; what records is handed in, and the rest knows no device.
"""

from __future__ import annotations

import logging
from collections import Counter, OrderedDict
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import torch

from engine import memory
from engine.unet_call import UnetInputs, call_plainly

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import TypeAlias

    from torch import Tensor

    from engine.blocks import CachedBlocks, KeyValue

    Recording: TypeAlias = Callable[[], Tensor]
    """Computes again what was recorded, and gives the tensor that it is written to."""
    Record: TypeAlias = Callable[[Callable[[], Tensor]], Recording]
    """Makes a recording of what an action computes; the action runs once or more meanwhile."""

log = logging.getLogger(__name__)

MOST = 12
"""Recordings that are kept, the last used ones: a shape, a number of pictures and a length of prompt each."""

AFTER = 2
"""Plain calls of a shape before it is recorded: many shapes are drawn once."""

SHAPES = 1_000
"""Shapes of which calls are counted."""


class _Prompt:
    """Where recordings of one number of rows and length of prompt read it."""

    def __init__(self, embeds: Tensor, key_values: tuple[KeyValue, ...]) -> None:
        self.embeds = embeds
        self.key_values = key_values
        """Of each transformer block."""
        self.filled_with: tuple[Tensor, int] | None = None
        """The embeddings that it was filled with, and which of the weights they went through."""


class _Recorded(NamedTuple):
    inputs: UnetInputs
    prompt: _Prompt
    play: Recording


class Captured:
    """Belongs to the one thread that draws, once nothing else calls the UNet."""

    def __init__(self, blocks: CachedBlocks, record: Record, *, after: int = AFTER, most: int = MOST) -> None:
        """Begin with no recording.

        Args:
            blocks: Of the UNet that is called.
            record: Makes recordings on its device.
            after: As `AFTER`.
            most: As `MOST`.
        """
        self._blocks = blocks
        self._record = record
        self._after = after
        self._most = most
        self._calls: Counter[tuple[torch.Size, ...]] = Counter()
        self._recorded: OrderedDict[tuple[torch.Size, ...], _Recorded] = OrderedDict()
        self._prompts: dict[torch.Size, _Prompt] = {}
        self._room = memory.Limit()
        self._refused = False
        """Whether this device has refused to record, for another reason than room."""

    @property
    def empty(self) -> bool:
        """Whether it holds no recording."""
        return not self._recorded

    def __call__(self, unet: Any, inputs: UnetInputs) -> Tensor:
        """Predict the noise, (rows, C, h, w); the same as `call_plainly`, and a tensor of its own."""
        shape = inputs.sample.shape, inputs.prompt_embeds.shape
        recorded = self._recorded.get(shape)
        if recorded is None:
            recorded = self._begun(unet, shape, inputs)
        if recorded is None:
            return call_plainly(unet, inputs)
        self._recorded.move_to_end(shape)
        self._fill(recorded.prompt, inputs.prompt_embeds)
        for place, value in zip(recorded.inputs, inputs, strict=True):
            if place is not recorded.prompt.embeds:
                place.copy_(value)
        return recorded.play().clone()

    def drop(self) -> None:
        """Give back all memory that recordings hold, and make none for a while, because there was no room."""
        self._recorded.clear()
        self._prompts.clear()
        self._calls.clear()
        self._room.lower(0)

    def _begun(self, unet: Any, shape: tuple[torch.Size, ...], inputs: UnetInputs) -> _Recorded | None:
        """Record a shape that has been called often enough, where that can be done."""
        self._calls[shape] += 1
        if self._calls[shape] <= self._after or self._refused or not self._room.most:
            if len(self._calls) > SHAPES:
                self._calls.clear()
            return None
        try:
            prompt = self._prompt_like(inputs.prompt_embeds)
            fixed = UnetInputs(*(value.clone() for value in inputs))._replace(prompt_embeds=prompt.embeds)
            with self._blocks.given(prompt.embeds, prompt.key_values):
                play = self._record(partial(call_plainly, unet, fixed))
        except (RuntimeError, MemoryError) as error:
            if memory.is_loss_of_device(error):
                raise
            log.warning("a step is not recorded: %s", memory.one_line(error))
            self._refused = not memory.may_be_out_of_memory(error)
            self.drop()
            return None
        self._recorded[shape] = _Recorded(fixed, prompt, play)
        if len(self._recorded) > self._most:
            self._recorded.popitem(last=False)
            used = {id(kept.prompt) for kept in self._recorded.values()}
            self._prompts = {shape: kept for shape, kept in self._prompts.items() if id(kept) in used}
        return self._recorded[shape]

    def _prompt_like(self, embeds: Tensor) -> _Prompt:
        prompt = self._prompts.get(embeds.shape)
        if prompt is None:
            kept = embeds.clone()
            prompt = self._prompts[embeds.shape] = _Prompt(kept, self._blocks.key_values(kept))
        return prompt

    def _fill(self, prompt: _Prompt, embeds: Tensor) -> None:
        """Bring a prompt to where recordings read it, unless it is there."""
        filled = prompt.filled_with
        if filled is not None and filled[0] is embeds and filled[1] == self._blocks.version:
            return
        prompt.filled_with = None  # until all of it is there
        prompt.embeds.copy_(embeds)
        for places, values in zip(prompt.key_values, self._blocks.each_key_value(embeds), strict=True):
            for place, value in zip(places, values, strict=True):
                place.copy_(value)
        prompt.filled_with = embeds, self._blocks.version


def on_cuda(device: torch.device) -> Record:
    """Give what records CUDA graphs on a device; they share the memory that they need while they are played."""
    pool = torch.cuda.graph_pool_handle()
    aside = torch.cuda.Stream(device)

    def record(action: Callable[[], Tensor]) -> Recording:
        aside.wait_stream(torch.cuda.current_stream(device))
        with torch.cuda.stream(aside):
            action()  # what libraries allocate for a stream at their first call must not be recorded
        torch.cuda.current_stream(device).wait_stream(aside)
        graph = torch.cuda.CUDAGraph()
        # "global" would let whatever another thread allocates meanwhile, as a pinned copy, break it
        with torch.cuda.graph(graph, pool=pool, stream=aside, capture_error_mode="thread_local"):
            output = action()

        def play() -> Tensor:
            graph.replay()
            return output

        return play

    return record

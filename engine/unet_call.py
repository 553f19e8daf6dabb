"""What SDXL's UNet is called with, and how."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from torch import Tensor


class UnetInputs(NamedTuple):
    """What the UNet is called with; all on its device."""

    sample: Tensor
    """(rows, C, h, w)"""
    timestep: Tensor
    """(rows,)"""
    prompt_embeds: Tensor
    """(rows, 77 × chunks, 2048)"""
    text_embeds: Tensor
    """(rows, 1280)"""
    time_ids: Tensor
    """(rows, 6)"""


def call_plainly(unet: Any, inputs: UnetInputs) -> Tensor:
    """Predict the noise, (rows, C, h, w)."""
    return unet(
        inputs.sample,
        inputs.timestep,
        encoder_hidden_states=inputs.prompt_embeds,
        added_cond_kwargs={"text_embeds": inputs.text_embeds, "time_ids": inputs.time_ids},
        return_dict=False,
    )[0]


class RecordedCalls(Protocol):
    """Calls the UNet as `call_plainly` does, by what it has recorded of such calls."""

    def __call__(self, unet: Any, inputs: UnetInputs) -> Tensor: ...

    def drop(self) -> None:
        """Give back all memory that this needs."""

"""SDXL's transformer blocks without what they do twice or for nothing.

The prompt's keys and values are the same at every step and are computed when the company of a call changes: 140 matrix
products of about 700 in a UNet call. The divisions by a factor that is 1 are left out: 140 kernels more. Same bits.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from diffusers.models.attention import BasicTransformerBlock
from diffusers.models.attention_processor import AttnProcessor2_0
from torch.nn import functional

if TYPE_CHECKING:
    from torch import Tensor


class KeyValue(NamedTuple):
    """What the prompt is to one attention, (rows, heads, 77 × chunks, width of a head) each."""

    key: Tensor
    value: Tensor


class LeanBlock:
    """Takes the place of a block's `forward`; the block keeps its weights and its name."""

    def __init__(self, block: Any) -> None:
        self.block = block
        self._stock = block.forward
        self._context: Tensor | None = None
        self._prompt: KeyValue | None = None
        block.forward = self

    def __call__(self, hidden_states: Tensor, *, encoder_hidden_states: Tensor, **others: Any) -> Tensor:
        """Compute the block; the prompt is recognised by being the same tensor as at the step before."""
        if any(other is not None for other in others.values()):
            return self._stock(hidden_states, encoder_hidden_states=encoder_hidden_states, **others)
        if self._context is not encoder_hidden_states or self._prompt is None:
            self._prompt = _key_value(self.block.attn2, encoder_hidden_states)
            self._context = encoder_hidden_states
        return run(self.block, hidden_states, *self._prompt)

    def forget(self) -> None:
        """Drop what is kept of the prompt."""
        self._context = self._prompt = None


def lean(unet: Any) -> tuple[LeanBlock, ...]:
    """Put lean blocks into a UNet wherever a block is one of SDXL's."""
    return tuple(LeanBlock(block) for block in unet.modules() if _is_plain(block))


def run(block: Any, hidden_states: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Compute a block, (rows, tokens, width), with the prompt's keys and values."""
    states = block.norm1(hidden_states)
    hidden_states = _attend(block.attn1, states, *_key_value(block.attn1, states)) + hidden_states
    hidden_states = _attend(block.attn2, block.norm2(hidden_states), key, value) + hidden_states
    return block.ff(block.norm3(hidden_states)) + hidden_states


def _attend(attention: Any, states: Tensor, key: Tensor, value: Tensor) -> Tensor:
    query = _heads(attention, attention.to_q(states))
    attended = functional.scaled_dot_product_attention(query, key, value)
    project, _dropout = attention.to_out
    return project(attended.transpose(1, 2).flatten(2))


def _key_value(attention: Any, states: Tensor) -> KeyValue:
    return KeyValue(_heads(attention, attention.to_k(states)), _heads(attention, attention.to_v(states)))


def _heads(attention: Any, states: Tensor) -> Tensor:
    return states.unflatten(-1, (attention.heads, -1)).transpose(1, 2)


def _is_plain(block: Any) -> bool:
    """Tell whether a module is a transformer block that does just what `run` does."""
    return (
        isinstance(block, BasicTransformerBlock)
        and block.norm_type == "layer_norm"
        and not block.only_cross_attention
        and block.pos_embed is None
        and block._chunk_size is None  # noqa: SLF001  (diffusers has no other way to ask)
        and all(_is_plain_attention(attention) for attention in (block.attn1, block.attn2))
    )


def _is_plain_attention(attention: Any) -> bool:
    extras = ("spatial_norm", "group_norm", "norm_q", "norm_k", "norm_cross")
    return (
        attention is not None
        and isinstance(attention.processor, AttnProcessor2_0)
        and not any(getattr(attention, name) for name in extras)
        and not attention.residual_connection
        and attention.rescale_output_factor == 1
    )

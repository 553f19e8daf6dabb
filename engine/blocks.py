"""SDXL's transformer and ResNet blocks without what they do twice or for nothing, in a form that can be compiled.

The prompt's keys and values are the same at every step and are computed when the company of a call changes: 140 matrix
products of about 700 in a UNet call. The divisions by a factor that is 1 are left out: 159 kernels more there, and 15
of a decoding. Same bits.
"""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

import torch
from diffusers.models.attention import BasicTransformerBlock
from diffusers.models.attention_processor import AttnProcessor2_0
from diffusers.models.resnet import ResnetBlock2D
from diffusers.models.transformers.transformer_2d import Transformer2DModel
from torch.nn import functional

from engine.unet_call import call_plainly

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from torch import Tensor

    from engine.unet_call import RecordedCalls, UnetInputs


class Compute(NamedTuple):
    """What computes the blocks."""

    transformer: Callable[[Any, Tensor, Tensor, Tensor], Tensor]
    resnet: Callable[[Any, Tensor, Tensor], Tensor]


class KeyValue(NamedTuple):
    """What the prompt is to one attention, (rows, heads, 77 × chunks, width of a head) each."""

    key: Tensor
    value: Tensor


class CachedBlocks:
    """The blocks of one UNet, wherever they are SDXL's: their `forward` goes through here, weights and names stay."""

    def __init__(self, unet: Any) -> None:
        self.compute = EAGER
        self.captured: RecordedCalls | None = None
        """Whoever draws calls the UNet through it, where it is."""
        self.version = 0
        """Another one where weights may have changed, and what was made of a prompt is old."""
        self.changes = 0
        """How often weights were changed: what was computed before and after cannot be compared."""
        self._here = threading.local()
        self.transformers = tuple(_CachedTransformer(part, self) for part in unet.modules() if _is_transformer(part))
        self.resnets = tuple(_CachedResnet(part, self) for part in unet.modules() if _is_resnet(part))
        for part in unet.modules():
            if isinstance(part, Transformer2DModel) and part.use_linear_projection:
                _keep_order(part, unet.conv_in)

    @property
    def current(self) -> Compute:
        """What computes in this thread."""
        return getattr(self._here, "compute", self.compute)

    @contextmanager
    def trying(self, compute: Compute) -> Generator[None]:
        """Let another computation be used in this thread only."""
        self._here.compute = compute
        try:
            yield
        finally:
            del self._here.compute

    def call(self, unet: Any, inputs: UnetInputs) -> Tensor:
        """Call the UNet of these blocks in the way that was found best; (rows, C, h, w)."""
        if self.captured is None or hasattr(self._here, "compute"):
            return call_plainly(unet, inputs)
        return self.captured(unet, inputs)

    def forget(self) -> None:
        """Drop what is kept of the prompts of the last call; call it whenever weights were changed."""
        self.version += 1
        for transformer in self.transformers:
            transformer.prompt = None

    def changed(self) -> None:
        """Note that weights are about to be changed; what was made with the old ones goes."""
        self.changes += 1
        self.forget()

    def give_back(self) -> None:
        """Drop all that is kept and can be made again, because there was no room."""
        self.forget()
        if self.captured is not None:
            self.captured.drop()

    def key_values(self, prompt_embeds: Tensor) -> tuple[KeyValue, ...]:
        """Compute what a prompt, (rows, 77 × chunks, 2048), is to each transformer block."""
        return tuple(self.each_key_value(prompt_embeds))

    def each_key_value(self, prompt_embeds: Tensor) -> Iterator[KeyValue]:
        """Give the same one by one: all of it at once are 55 MB a picture in half precision."""
        return (transformer.key_value(prompt_embeds) for transformer in self.transformers)

    @contextmanager
    def given(self, prompt_embeds: Tensor, key_values: Sequence[KeyValue]) -> Generator[None]:
        """Let these be what this very tensor is to each block, as long as no weights are changed."""
        before = [transformer.prompt for transformer in self.transformers]
        for transformer, key_value in zip(self.transformers, key_values, strict=True):
            transformer.prompt = prompt_embeds, key_value
        try:
            yield
        finally:
            for transformer, prompt in zip(self.transformers, before, strict=True):
                transformer.prompt = prompt


class _CachedTransformer:
    """In the place of a transformer block's `forward`."""

    def __init__(self, block: Any, cached_blocks: CachedBlocks) -> None:
        self.block = block
        self.prompt: tuple[Tensor, KeyValue] | None = None
        """The embeddings that the last call came with, and what they are to this block."""
        self._cached_blocks = cached_blocks
        self._stock = block.forward
        block.forward = self

    def __call__(self, hidden_states: Tensor, *, encoder_hidden_states: Tensor, **others: Any) -> Tensor:
        """Compute the block; the prompt is recognised by being the same tensor as at the step before."""
        if any(other is not None for other in others.values()):
            return self._stock(hidden_states, encoder_hidden_states=encoder_hidden_states, **others)
        key_value = self.key_value(encoder_hidden_states)
        self.prompt = encoder_hidden_states, key_value
        return self._cached_blocks.current.transformer(self.block, hidden_states, *key_value)

    def key_value(self, prompt_embeds: Tensor) -> KeyValue:
        """Give what a prompt is to this block, which is known where it is the same tensor as before."""
        prompt = self.prompt  # read once, for another thread may be trying a computation
        if prompt is not None and prompt[0] is prompt_embeds:
            return prompt[1]
        return _key_value(self.block.attn2, prompt_embeds)


def make_lean(vae: Any) -> None:
    """Let a VAE's ResNet blocks divide by nothing that is 1; weights, names and bits stay."""
    for part in vae.modules():
        if _is_resnet(part, timed=False):
            part.forward = UntimedResnet(part)


class UntimedResnet:
    """In the place of the `forward` of a ResNet block that knows no timestep."""

    _here = threading.local()

    def __init__(self, block: Any) -> None:
        self.block = block
        self.compute: Callable[[Any, Tensor], Tensor] = run_untimed_resnet

    def __call__(self, hidden_states: Tensor, temb: None = None) -> Tensor:
        del temb  # which the VAE names all the same
        compute: Callable[[Any, Tensor], Tensor] = getattr(self._here, "compute", self.compute)
        return compute(self.block, hidden_states)

    @classmethod
    @contextmanager
    def trying(cls, compute: Callable[[Any, Tensor], Tensor]) -> Generator[None]:
        """Let another computation be used in this thread only, for every VAE."""
        cls._here.compute = compute
        try:
            yield
        finally:
            del cls._here.compute


def untimed_resnets(vae: Any) -> tuple[UntimedResnet, ...]:
    """Give the blocks of a VAE that `make_lean` changed."""
    return tuple(part.forward for part in vae.modules() if isinstance(part.forward, UntimedResnet))


def _keep_order(transformer: Any, convolution: Any) -> None:
    end = _Output(transformer, convolution)
    transformer._get_output_for_continuous_inputs = end  # noqa: SLF001  (its forward ends there)


class _Output:
    """In the place of a transformer's end, after its blocks: it gives what it was given in the order of channels_last.

    Diffusers copies that into the other order, and the convolutions that come next copy it back. Where weights are not
    in that order, as on the CPU, it stays as it is: encoded pictures come in that order, and keep diffusers' bits.
    """

    def __init__(self, transformer: Any, convolution: Any) -> None:
        self._transformer = transformer
        self._convolution = convolution
        """One whose weights are as all others'."""
        self._stock = transformer._get_output_for_continuous_inputs  # noqa: SLF001

    def __call__(self, hidden_states: Tensor, *, residual: Tensor, height: int, width: int, **others: int) -> Tensor:
        weight: Tensor = self._convolution.weight
        if weight.is_contiguous() or not residual.is_contiguous(memory_format=torch.channels_last):
            return self._stock(hidden_states, residual=residual, height=height, width=width, **others)
        hidden_states = self._transformer.proj_out(hidden_states)
        return hidden_states.unflatten(1, (height, width)).permute(0, 3, 1, 2) + residual


class _CachedResnet:
    """In the place of a ResNet block's `forward`."""

    def __init__(self, block: Any, cached_blocks: CachedBlocks) -> None:
        self._block = block
        self._cached_blocks = cached_blocks
        block.forward = self

    def __call__(self, hidden_states: Tensor, temb: Tensor) -> Tensor:
        return self._cached_blocks.current.resnet(self._block, hidden_states, temb)


def run_transformer(block: Any, hidden_states: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Compute a transformer block, (rows, tokens, width), with the prompt's keys and values."""
    states = block.norm1(hidden_states)
    hidden_states = _attend(block.attn1, states, *_key_value(block.attn1, states)) + hidden_states
    hidden_states = _attend(block.attn2, block.norm2(hidden_states), key, value) + hidden_states
    return block.ff(block.norm3(hidden_states)) + hidden_states


def run_joined_transformer(block: Any, hidden_states: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Compute the same with one product for the queries, keys and values of the self-attention, where they are joined.

    Products of other sizes may be summed in another order: the bits are not promised.
    """
    states = block.norm1(hidden_states)
    hidden_states = _attend_joined(block.attn1, states) + hidden_states
    hidden_states = _attend(block.attn2, block.norm2(hidden_states), key, value) + hidden_states
    return block.ff(block.norm3(hidden_states)) + hidden_states


def run_resnet(block: Any, hidden_states: Tensor, temb: Tensor) -> Tensor:
    """Compute a ResNet block, (rows, channels, h, w), with the embedded timestep, (rows, width)."""
    residual = hidden_states if block.conv_shortcut is None else block.conv_shortcut(hidden_states)
    hidden_states = block.conv1(block.nonlinearity(block.norm1(hidden_states)))
    hidden_states = hidden_states + block.time_emb_proj(block.nonlinearity(temb))[:, :, None, None]
    return residual + block.conv2(block.nonlinearity(block.norm2(hidden_states)))


def run_untimed_resnet(block: Any, hidden_states: Tensor) -> Tensor:
    """Compute a ResNet block of a VAE, (1, channels, h, w)."""
    residual = hidden_states if block.conv_shortcut is None else block.conv_shortcut(hidden_states)
    hidden_states = block.conv1(block.nonlinearity(block.norm1(hidden_states)))
    return residual + block.conv2(block.nonlinearity(block.norm2(hidden_states)))


EAGER = Compute(run_transformer, run_resnet)
JOINED = Compute(run_joined_transformer, run_resnet)


def _attend(attention: Any, states: Tensor, key: Tensor, value: Tensor) -> Tensor:
    return _attended(attention, _heads(attention, attention.to_q(states)), key, value)


def _attend_joined(attention: Any, states: Tensor) -> Tensor:
    query, key, value = functional.linear(states, attention.joined).chunk(3, dim=-1)
    return _attended(attention, *(_heads(attention, part) for part in (query, key, value)))


def _attended(attention: Any, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    attended = functional.scaled_dot_product_attention(query, key, value)
    project, _dropout = attention.to_out
    return project(attended.transpose(1, 2).flatten(2))


def _key_value(attention: Any, states: Tensor) -> KeyValue:
    return KeyValue(_heads(attention, attention.to_k(states)), _heads(attention, attention.to_v(states)))


def _heads(attention: Any, states: Tensor) -> Tensor:
    return states.unflatten(-1, (attention.heads, -1)).transpose(1, 2)


def _is_transformer(part: Any) -> bool:
    """Tell whether a module is a transformer block that does just what `run_transformer` does."""
    return (
        isinstance(part, BasicTransformerBlock)
        and part.norm_type == "layer_norm"
        and not part.only_cross_attention
        and part.pos_embed is None
        and part._chunk_size is None  # noqa: SLF001  (diffusers has no other way to ask)
        and all(_is_plain(attention) for attention in (part.attn1, part.attn2))
    )


def _is_plain(attention: Any) -> bool:
    extras = ("spatial_norm", "group_norm", "norm_q", "norm_k", "norm_cross")
    return (
        attention is not None
        and isinstance(attention.processor, AttnProcessor2_0)
        and not any(getattr(attention, name) for name in extras)
        and not attention.residual_connection
        and attention.rescale_output_factor == 1
    )


def _is_resnet(part: Any, *, timed: bool = True) -> bool:
    """Tell whether a module is a ResNet block that does just what `run_resnet` does, or `run_untimed_resnet`."""
    return (
        isinstance(part, ResnetBlock2D)
        and part.upsample is None
        and part.downsample is None
        and (part.time_emb_proj is not None) == timed
        and part.time_embedding_norm in ({"default"} if timed else {"default", "group"})  # of the time there is none
        and not part.skip_time_act
        and part.output_scale_factor == 1
    )

"""Texts as the encoders read them, and those that were encoded last."""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from engine.grammar import CHUNK_TOKENS

if TYPE_CHECKING:
    from collections.abc import Hashable

    from torch import Tensor

MAX_CHUNKS = 256
"""Kept on the device: 81 MB of SDXL's embeddings in half precision, and about a hundred different prompts."""


@dataclass(frozen=True, eq=False, slots=True)
class Encoded:
    """One text, as both encoders read it."""

    prompt_embeds: Tensor
    """(77 × chunks, 2048 in SDXL), weighted."""
    pooled: Tensor
    """(1, 1280 in SDXL): the first chunk's, projected."""

    @property
    def chunks(self) -> int:
        return len(self.prompt_embeds) // (CHUNK_TOKENS + 2)

    def padded(self, chunks: int, empty: Encoded | None) -> Tensor:
        """Fill up with the empty text, which is there where any text needs it."""
        if empty is None or self.chunks == chunks:
            return self.prompt_embeds
        return torch.cat([self.prompt_embeds, *[empty.prompt_embeds] * (chunks - self.chunks)])


class EncodedTexts:
    """The texts that were encoded last, by one model: nearly every job has the same negative prompt."""

    def __init__(self, max_chunks: int = MAX_CHUNKS) -> None:
        self._max_chunks = max_chunks
        self._encoded: OrderedDict[tuple[Hashable, str], Encoded] = OrderedDict()
        self._weights: Hashable = None

    def belong_to(self, weights: Hashable) -> None:
        """Keep apart, from now on, what encoders with these weights make of a text; None are the checkpoint's own."""
        self._weights = weights

    def clear(self) -> None:
        """Forget all: other encoders read them from now on."""
        self._encoded.clear()
        self._weights = None

    def get(self, text: str) -> Encoded | None:
        key = self._weights, text
        if key in self._encoded:
            self._encoded.move_to_end(key)
        return self._encoded.get(key)

    def keep(self, text: str, encoded: Encoded) -> None:
        self._encoded[self._weights, text] = encoded
        while sum(kept.chunks for kept in self._encoded.values()) > self._max_chunks and len(self._encoded) > 1:
            self._encoded.popitem(last=False)

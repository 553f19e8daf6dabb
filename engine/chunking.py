"""Token ids to the chunks that a text encoder reads: the rules of WebUI, without tensors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

CHUNK_TOKENS = 75
"""What fits between the start and the end token of CLIP's 77 positions."""

BACKTRACK_TOKENS = 20
"""A cut moves back to the last comma when fewer tokens than this follow it (WebUI's ``comma_padding_backtrack``)."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """At most 75 tokens, a weight for each; start, end and padding are the encoder's business."""

    ids: tuple[int, ...] = ()
    weights: tuple[float, ...] = ()


def chunk(sections: Iterable[Iterable[tuple[Sequence[int], float]]], *, comma: int | None) -> tuple[Chunk, ...]:
    """Cut tokenized sections into chunks.

    Args:
        sections: What stands between two ``BREAK``: runs of token ids with the weight of each run.
        comma: The id of the comma token; None where a tokenizer has none, and every cut is then a blind one.

    Returns:
        At least one chunk. ``BREAK`` ends a chunk however empty it is; a last empty one is dropped, as in WebUI.
    """
    chunks: list[Chunk] = []
    ids: list[int] = []
    weights: list[float] = []
    for number, section in enumerate(sections):
        if number:
            chunks.append(Chunk(tuple(ids), tuple(weights)))
            ids, weights = [], []
        for run, weight in section:
            for token in run:
                if len(ids) == CHUNK_TOKENS:
                    cut = CHUNK_TOKENS if token == comma else _cut(ids, comma)
                    chunks.append(Chunk(tuple(ids[:cut]), tuple(weights[:cut])))
                    ids, weights = ids[cut:], weights[cut:]
                ids.append(token)
                weights.append(weight)
    if ids or not chunks:
        chunks.append(Chunk(tuple(ids), tuple(weights)))
    return tuple(chunks)


def _cut(ids: Sequence[int], comma: int | None) -> int:
    """Find how many of a full chunk's tokens stay in it."""
    for position in range(CHUNK_TOKENS - 1, CHUNK_TOKENS - 1 - BACKTRACK_TOKENS, -1):
        if ids[position] == comma:
            return position + 1
    return CHUNK_TOKENS

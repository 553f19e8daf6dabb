"""Prompt to what the UNet is conditioned on: embeddings of any length, with weights, and the micro-conditioning.

The rules are WebUI's ("No norm"): 75-token chunks, each padded to 77 with its tokenizer's own pad token, hidden states
before the last layer, weights plainly multiplied, pooled embedding of the first chunk. The diffusers community pipeline
for long prompts differs where it is wrong: it pools the last chunk, reads ``BREAK`` as a word and pads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from engine.grammar import CHUNK_TOKENS, Chunk, chunk, parse

if TYPE_CHECKING:
    from collections.abc import Sequence

    from torch import Tensor
    from transformers import CLIPTextModel, CLIPTokenizer

    from engine.model import Model


@dataclass(frozen=True, eq=False, slots=True)
class Conditioning:
    """One prompt and, where there is guidance, one negative; B is 1 without it and 2 with it, the negative first."""

    prompt_embeds: Tensor
    """(B, 77 × chunks, 2048 in SDXL): both encoders' hidden states side by side."""
    pooled_prompt_embeds: Tensor
    """(B, 1280 in SDXL): the second encoder's, projected."""
    add_time_ids: Tensor
    """(B, 6): original height and width, crop top and left, target height and width."""

    @property
    def chunks(self) -> int:
        return self.prompt_embeds.shape[1] // (CHUNK_TOKENS + 2)

    @property
    def guided(self) -> bool:
        return self.prompt_embeds.shape[0] > 1


def encode(model: Model, prompt: str, negative_prompt: str | None, *, width: int, height: int) -> Conditioning:
    """Encode a prompt for a picture of this size.

    Args:
        model: Whose tokenizers and text encoders read it.
        prompt: In the attention syntax of `engine.grammar`; every text is allowed.
        negative_prompt: As the prompt; None where the guidance scale is 1 and nothing reads it. The shorter of the two
            is filled up with empty chunks. An empty negative is encoded, never zeros.
        width: Pixels.
        height: Pixels.
    """
    texts = [prompt] if negative_prompt is None else [negative_prompt, prompt]
    first = [tokenize(model.tokenizer, text) for text in texts]
    second = [tokenize(model.tokenizer_2, text) for text in texts]
    chunks = max(len(chunked) for chunked in first + second)
    embeds, _ = _hidden_states(model.text_encoder, model.tokenizer, first, chunks)
    # The projection below belongs to the second encoder's wrapper; it is applied to one row at a time, because a matrix
    # product of one row and of two differ in the last bit, and a picture must not depend on how a prompt was batched.
    embeds_2, pooled = _hidden_states(model.text_encoder_2.text_model, model.tokenizer_2, second, chunks)
    rows = [model.text_encoder_2.text_projection(row) for row in pooled[::chunks].split(1)]
    size = (height, width)
    add_time_ids = torch.tensor([[*size, 0, 0, *size]] * len(texts), dtype=embeds.dtype, device=embeds.device)
    return Conditioning(torch.cat([embeds, embeds_2], dim=-1), torch.cat(rows), add_time_ids)


def tokenize(tokenizer: CLIPTokenizer, text: str) -> tuple[Chunk, ...]:
    """Read a prompt with one tokenizer: grammar first, then each run of one weight by itself, then chunks."""
    encodable = text.encode("utf-8", "replace").decode()  # a lone surrogate has no bytes, so no tokens
    sections = parse(encodable)
    comma = tokenizer.convert_tokens_to_ids(",</w>")
    return chunk(
        (
            [
                (tokenizer(segment.text, add_special_tokens=False, verbose=False).input_ids, segment.weight)
                for segment in section
            ]
            for section in sections
        ),
        comma=comma if isinstance(comma, int) and comma != tokenizer.unk_token_id else None,
    )


def _hidden_states(
    encoder: CLIPTextModel, tokenizer: CLIPTokenizer, texts: Sequence[Sequence[Chunk]], chunks: int
) -> tuple[Tensor, Tensor]:
    """Run one encoder once over every chunk of every text.

    Returns:
        The weighted hidden states before the last layer, (texts, 77 × chunks, width), and the unprojected pooled
        output of every chunk, (texts × chunks, width).
    """
    padded = [part for chunked in texts for part in (*chunked, *[Chunk()] * (chunks - len(chunked)))]
    ids = torch.tensor([_row(part.ids, tokenizer) for part in padded])
    weights = torch.tensor(
        [[1.0, *part.weights, *[1.0] * (CHUNK_TOKENS + 1 - len(part.weights))] for part in padded], dtype=torch.float32
    )
    output = encoder(ids.to(encoder.device), output_hidden_states=True)
    hidden_states = output.hidden_states[-2]
    weighted = (hidden_states.float() * weights.to(encoder.device).unsqueeze(-1)).to(hidden_states.dtype)
    return weighted.view(len(texts), chunks * (CHUNK_TOKENS + 2), -1), output.pooler_output


def _row(ids: Sequence[int], tokenizer: Any) -> list[int]:
    start, end, pad = tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id
    return [start, *ids, end, *[pad] * (CHUNK_TOKENS - len(ids))]

"""Prompt to what the UNet is conditioned on: embeddings of any length, with weights, and the micro-conditioning.

The rules are WebUI's ("No norm"): 75-token chunks, each padded to 77 with its tokenizer's own pad token, hidden states
before the last layer, weights plainly multiplied, pooled embedding of the first chunk. The diffusers community pipeline
for long prompts differs where it is wrong: it pools the last chunk, reads ``BREAK`` as a word and pads nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch

from engine.encoded_texts import Encoded
from engine.grammar import CHUNK_TOKENS, Chunk, chunk, parse
from engine.transfer import send
from engine.visiting import visiting

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from torch import Tensor
    from transformers import CLIPTextModel, CLIPTokenizer

    from engine.model import Model

ONE_BY_ONE = frozenset({"cpu"})
"""Devices that encode every chunk by itself: there a text is to have the same embedding, to the last bit, whatever is
encoded with it and as the stock pipeline encodes it, and a matrix product rounds by the rows that it has. What one call
for all would save is next to nothing where there is no kernel to be launched."""


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
    known = _read(model, texts)
    chunks = max(known[text].chunks for text in texts)
    padded = [known[text].padded(chunks, known.get("")) for text in texts]
    size = (height, width)
    add_time_ids = torch.tensor([[*size, 0, 0, *size]] * len(texts), dtype=model.dtype)
    return Conditioning(
        torch.stack(padded), torch.cat([known[text].pooled for text in texts]), send(add_time_ids, model.device)
    )


def _read(model: Model, texts: Sequence[str]) -> dict[str, Encoded]:
    """Look texts up, and encode those that are new together; the empty text if one needs it."""
    known: dict[str, Encoded] = {}
    new: dict[str, tuple[tuple[Chunk, ...], tuple[Chunk, ...]]] = {}
    for text in texts:
        if (encoded := model.texts.get(text)) is not None:
            known[text] = encoded
        else:
            new[text] = tokenize(model.tokenizer, text), tokenize(model.tokenizer_2, text)
    lengths = {encoded.chunks for encoded in known.values()} | {max(map(len, pair)) for pair in new.values()}
    if len(lengths) > 1:
        if (empty := model.texts.get("")) is not None:
            known[""] = empty
        else:
            new[""] = (Chunk(),), (Chunk(),)
    for text, encoded in _encode(model, new).items():
        known[text] = encoded
        model.texts.keep(text, encoded)
    return known


def _encode(model: Model, texts: Mapping[str, tuple[tuple[Chunk, ...], tuple[Chunk, ...]]]) -> dict[str, Encoded]:
    """Run each encoder over every chunk of every text."""
    if not texts:
        return {}
    counts = [max(map(len, pair)) for pair in texts.values()]
    first, second = (
        [part for pair, count in zip(texts.values(), counts, strict=True) for part in _filled(pair[side], count)]
        for side in range(2)
    )
    with visiting(model.text_encoder, model.device):
        embeds, _ = _hidden_states(model.text_encoder, model.tokenizer, first)
    with visiting(model.text_encoder_2, model.device):
        embeds_2, pooled = _hidden_states(model.text_encoder_2.text_model, model.tokenizer_2, second)
        # The projection belongs to the second encoder's wrapper; it is applied to one row at a time, because a matrix
        # product of one row and of two differ in the last bit, and no picture may depend on how a prompt was batched.
        rows = [model.text_encoder_2.text_projection(chunks[:1]) for chunks in pooled.split(counts)]
    prompt_embeds = torch.cat([embeds, embeds_2], dim=-1).split(counts)
    return {
        text: Encoded(chunks.flatten(0, 1), row) for text, chunks, row in zip(texts, prompt_embeds, rows, strict=True)
    }


def _filled(chunks: tuple[Chunk, ...], count: int) -> list[Chunk]:
    """Fill up where the two tokenizers cut a text into different numbers of chunks."""
    return [*chunks, *[Chunk()] * (count - len(chunks))]


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


def _hidden_states(encoder: CLIPTextModel, tokenizer: CLIPTokenizer, chunks: Sequence[Chunk]) -> tuple[Tensor, Tensor]:
    """Run one encoder, once where the device is not one of `ONE_BY_ONE`.

    Returns:
        For every chunk the weighted hidden states before the last layer, (chunks, 77, width), and the unprojected
        pooled output, (chunks, width).
    """
    ids = torch.tensor([_row(part.ids, tokenizer) for part in chunks])
    weights = torch.tensor(
        [[1.0, *part.weights, *[1.0] * (CHUNK_TOKENS + 1 - len(part.weights))] for part in chunks], dtype=torch.float32
    )
    calls = send(ids, encoder.device).split(1 if encoder.device.type in ONE_BY_ONE else len(ids))
    outputs = [encoder(rows, output_hidden_states=True) for rows in calls]
    hidden_states = torch.cat([output.hidden_states[-2] for output in outputs])
    weighted = (hidden_states.float() * send(weights, encoder.device).unsqueeze(-1)).to(hidden_states.dtype)
    return weighted, torch.cat([output.pooler_output for output in outputs])


def _row(ids: Sequence[int], tokenizer: Any) -> list[int]:
    start, end, pad = tokenizer.bos_token_id, tokenizer.eos_token_id, tokenizer.pad_token_id
    return [start, *ids, end, *[pad] * (CHUNK_TOKENS - len(ids))]

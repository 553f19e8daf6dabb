"""UNet and text encoders as one module, since they are trained, averaged and saved as one; and how they read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from torch.nn import functional

from engine.demo.learning.networks import POOLED, make_text_encoders, make_unet

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import CLIPTokenizer

    from engine.demo.learning.networks import Design


class Painter(torch.nn.Module):
    """Predicts, and tells from a text's pooled state which tags it holds."""

    def __init__(self, tokenizer: CLIPTokenizer, design: Design) -> None:
        """Start untrained."""
        super().__init__()
        self.unet = make_unet(design)
        self.text_encoder, self.text_encoder_2 = make_text_encoders(tokenizer)
        self.first_tag: int = tokenizer.vocab_size
        self.tags = torch.nn.Linear(POOLED, len(tokenizer) - self.first_tag)

    def reading_loss(self, pooled: Tensor, ids: Tensor) -> Tensor:
        """Ask the pooled state, (B, 160), which tags its chunk, (B, 77), holds.

        The pooled state reaches every layer of the UNet, and without this it learns late to say more than a mood.
        """
        told = torch.zeros(len(ids), self.tags.out_features + 1, device=ids.device)
        told.scatter_(1, (ids - self.first_tag + 1).clamp(min=0), 1.0)
        often = torch.tensor(10.0, device=ids.device)  # a caption holds a thirtieth of all tags or less
        return functional.binary_cross_entropy_with_logits(self.tags(pooled).float(), told[:, 1:], pos_weight=often)

    def forward(
        self, noisy: Tensor, timesteps: Tensor, ids: Tensor, weights: Tensor, time_ids: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Predict v from latents, (B × noises, 16, h, w), at timesteps, (B × noises,), and give the reading loss.

        Tokens and their weights are (B, chunks, 77), the sizes (B, 6).
        """
        states, pooled = self.read(ids, weights)
        noises = len(noisy) // len(states)
        added = {"text_embeds": pooled.repeat(noises, 1), "time_ids": time_ids.repeat(noises, 1)}
        predicted = self.unet(noisy, timesteps, states.repeat(noises, 1, 1), added_cond_kwargs=added).sample
        return predicted, self.reading_loss(pooled, ids[:, 0])

    def read(self, ids: Tensor, weights: Tensor) -> tuple[Tensor, Tensor]:
        """Read tokens, (B, chunks, 77), as SDXL does.

        Returns:
            Penultimate hidden states of both encoders, times their weights, (B, 77 × chunks, 256), and the first
            chunk's pooled state, (B, 160).
        """
        count, chunks, length = ids.shape
        flat = ids.reshape(count * chunks, length)
        small: Any = self.text_encoder(flat, output_hidden_states=True)
        large: Any = self.text_encoder_2(flat, output_hidden_states=True)
        states = torch.cat((small.hidden_states[-2], large.hidden_states[-2]), dim=-1) * weights.reshape(-1, length, 1)
        pooled = large.text_embeds.reshape(count, chunks, -1)[:, 0]
        return states.reshape(count, chunks * length, -1), pooled

"""UNet and text encoders as one module, and how they read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import torch
from diffusers.models.transformers.transformer_2d import Transformer2DModel
from torch.nn import functional

from engine.demo.networks import POOLED, Blocks, make_text_encoders, make_unet

if TYPE_CHECKING:
    from torch import Tensor
    from transformers import CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

    from engine.demo.samples import TrainingBatch


class Painter(torch.nn.Module):
    """UNet and text encoders as one module, since they are trained, averaged and saved as one."""

    def __init__(self, tokenizer: CLIPTokenizer, blocks: Blocks) -> None:
        """Start untrained."""
        super().__init__()
        self.unet = make_unet(blocks)
        self.text_encoder, self.text_encoder_2 = make_text_encoders(tokenizer)
        self.first_tag: int = tokenizer.vocab_size
        self.tags = torch.nn.Linear(POOLED, len(tokenizer) - self.first_tag)

    def take_over(self, other: Painter, ids: Tensor) -> None:
        """Draw as another does; attention that only this one has hears what differs in texts and says nothing yet.

        Args:
            other: Its attention may be in other places.
            ids: Texts as examples, (B, 77).
        """
        known = other.state_dict()
        self.load_state_dict({name: known.get(name, new) for name, new in self.state_dict().items()})
        with torch.no_grad():
            states, _ = encode(self.text_encoder, self.text_encoder_2, ids[:, None], torch.ones_like(ids)[:, None])
            for name, part in self.unet.named_modules():
                if isinstance(part, Transformer2DModel) and f"unet.{name}.proj_out.weight" not in known:
                    _listen(part, states.flatten(0, 1))

    def reading_loss(self, pooled: Tensor, ids: Tensor) -> Tensor:
        """Ask the pooled state, (B, 96), which tags its chunk, (B, 77), holds.

        The pooled state reaches every layer of the UNet, and without this it learns late to say more than a mood.
        """
        said = torch.zeros(len(ids), self.tags.out_features + 1, device=ids.device)
        said.scatter_(1, (ids - self.first_tag + 1).clamp(min=0), 1.0)
        often = torch.tensor(10.0, device=ids.device)  # a caption holds a tenth of all tags or less
        return functional.binary_cross_entropy_with_logits(self.tags(pooled).float(), said[:, 1:], pos_weight=often)

    def forward(self, noisy: Tensor, timesteps: Tensor, batch: TrainingBatch) -> tuple[Tensor, Tensor]:
        """Predict v from latents, (B × noises, 8, h, w), at timesteps, (B × noises,), and give the reading loss."""
        states, pooled = encode(self.text_encoder, self.text_encoder_2, batch.ids, batch.weights)
        noises = len(noisy) // len(states)
        states = states.repeat(noises, 1, 1)
        added = {"text_embeds": pooled.repeat(noises, 1), "time_ids": batch.time_ids.repeat(noises, 1)}
        predicted = self.unet(noisy, timesteps, states, added_cond_kwargs=added).sample
        return predicted, self.reading_loss(pooled, batch.ids[:, 0])


def encode(
    first: CLIPTextModel, second: CLIPTextModelWithProjection, ids: Tensor, weights: Tensor
) -> tuple[Tensor, Tensor]:
    """Read tokens, (B, chunks, 77), as SDXL does.

    Returns:
        Penultimate hidden states of both, times their weights, (B, 77 × chunks, 160), and the first chunk's pooled
        state, (B, 96).
    """
    count, chunks, length = ids.shape
    flat = ids.reshape(count * chunks, length)
    small: Any = first(flat, output_hidden_states=True)
    large: Any = second(flat, output_hidden_states=True)
    states = torch.cat((small.hidden_states[-2], large.hidden_states[-2]), dim=-1) * weights.reshape(-1, length, 1)
    pooled = large.text_embeds.reshape(count, chunks, -1)[:, 0]
    return states.reshape(count, chunks * length, -1), pooled


def _listen(transformer: Any, states: Tensor) -> None:
    """Let a new transformer's keys and values be the principal axes of texts' states, (N, 160), each of spread 1.

    Most of a text is commas and padding, and most of each state is the same in all of them: attention that starts at
    random needs thousands of steps to hear anything else.
    """
    middle = states.mean(0)
    _, lengths, axes = torch.linalg.svd(states - middle, full_matrices=False)
    for block in transformer.transformer_blocks:
        attention = block.attn2
        width = len(attention.to_v.weight)
        even = axes[:width] / lengths[:width, None] * len(states) ** 0.5
        attention.to_k.weight.copy_(even)
        attention.to_v.weight.copy_(even)
        attention.to_out[0].bias.copy_(-attention.to_out[0].weight @ even @ middle)
    torch.nn.init.zeros_(transformer.proj_out.weight)
    torch.nn.init.zeros_(transformer.proj_out.bias)

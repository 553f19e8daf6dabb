"""Trains the VAE: its inner levels on pictures of a quarter of the size, then the decoder's outer levels at full size.

Last the decoder learns to draw edges as steep as the drawing's, also where it cannot know their places to the pixel.

A picture of a quarter of its size says nearly all that a latent must say, for a sixteenth of the time. The encoder's
outer levels only average, exactly, so that what it sees at full size is what it was trained with.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

import torch
from diffusers import AutoencoderKL
from torch.nn import functional

from engine.demo.learning.losses import draw_loss, steepness_loss
from engine.demo.learning.muon import Muon
from engine.demo.learning.networks import CHANNELS, make_vae
from engine.demo.learning.pictures import drawn_ahead, make_pictures

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from engine.demo.learning.networks import Design
    from engine.demo.learning.pictures import Pictures
    from engine.demo.learning.state import TrainingState

SCALE = 4
"""The inner levels see pictures so many times smaller."""

_OUTER = 2
"""Levels outside of these."""

_ANCHOR = 3.0
"""Outweighs what a picture adds to the statistics of its norms, so that a colour means the same beside any other."""

_NOISE = 0.1
"""Added to latents of spread 1 before they are decoded, so that the decoder forgives the UNet as much."""

_MEASURED = 36
"""Of every shape as many: four times so many drawings are the measure of what latents are normal."""

_STEEPNESS = 0.5
"""What the steepness of edges counts beside colours and edges at their places."""

_COOL_DOWN = 0.6
"""The share of a stage over which its learning rate falls to nothing."""


@dataclass(frozen=True, slots=True)
class Stage:
    """A part of the training."""

    name: Literal["inner", "outer", "whole"]
    """Of squares a quarter of the size; of squares of full size; of whole pictures of full size."""
    steps: int
    batch: int
    rate: float
    rise: int = 0
    """Steps over which the rate rises to that."""
    steep: bool = False
    """Whether it counts how steep edges are, too."""


CPU_STAGES = (
    Stage("inner", 4500, 3, 8e-4, 420),
    Stage("outer", 1200, 1, 6e-4, 80),
    Stage("whole", 100, 1, 1.5e-4, 10),
    Stage("outer", 3000, 1, 4e-4, 80, steep=True),
    Stage("whole", 160, 1, 2e-4, 10, steep=True),
)
GPU_STAGES = (
    Stage("inner", 9000, 16, 1.2e-3, 420),
    Stage("outer", 1500, 4, 1e-3, 80),
    Stage("whole", 300, 2, 3e-4, 10),
    Stage("outer", 3000, 4, 8e-4, 80, steep=True),
    Stage("whole", 300, 2, 3e-4, 10, steep=True),
)
SQUARE = 512
"""Pixels of full size along the side of the squares that are cut out of pictures: most of a picture is empty."""


class Coder(torch.nn.Module):
    """The VAE, and its inner half alone: from and to pictures of a quarter of the size."""

    def __init__(self, design: Design) -> None:
        """Start with an encoder that averages, and a decoder that enlarges."""
        super().__init__()
        vae: Any = make_vae(design)
        self.vae = vae
        self._first = len(design.vae) - 1 - _OUTER  # of the decoder's blocks, the one at a quarter of the size
        self._entry = design.vae[_OUTER - 1]
        self.stage = 0
        """How many stages of its training are done."""
        pass_through(vae, self._first)

    def encode(self, small: Tensor) -> Tensor:
        """Encode pictures of a quarter of the size, (B, 3, H/4, W/4), to the latents' mean, (B, 16, h, w)."""
        encoder = self.vae.encoder
        x = small.new_zeros(len(small), self._entry, *small.shape[2:])
        x[:, :3], x[:, _ANCHORED], x[:, _MINUS : _MINUS + 3] = small, _ANCHOR, -small
        x = x.contiguous(memory_format=torch.channels_last)
        for block in encoder.down_blocks[_OUTER:]:
            x = block(x)
        x = encoder.conv_out(encoder.conv_act(encoder.conv_norm_out(encoder.mid_block(x))))
        return self.vae.quant_conv(x)[:, :CHANNELS]

    def inner(self, z: Tensor) -> Tensor:
        """Decode latents to features of a quarter of the size, the first three of which are the picture."""
        decoder = self.vae.decoder
        x = decoder.mid_block(decoder.conv_in(self.vae.post_quant_conv(z)))
        for block in decoder.up_blocks[: self._first]:
            x = block(x)
        for resnet in decoder.up_blocks[self._first].resnets:
            x = resnet(x, None)
        return x

    def outer(self, x: Tensor) -> Tensor:
        """Draw pictures of full size from features of a quarter of it."""
        decoder = self.vae.decoder
        for upsampler in decoder.up_blocks[self._first].upsamplers:
            x = upsampler(x)
        for block in decoder.up_blocks[self._first + 1 :]:
            x = block(x)
        return decoder.conv_out(decoder.conv_act(decoder.conv_norm_out(x)))

    def decode_small(self, z: Tensor) -> Tensor:
        """Decode latents to pictures of a quarter of the size."""
        return self.inner(z)[:, :3]

    def normalise(self, mean: Tensor, std: Tensor) -> None:
        """Let latents have mean 0 and spread 1, given what they have now, (16,) each; pictures stay the same."""
        before, after = self.vae.quant_conv, self.vae.post_quant_conv
        with torch.no_grad():
            after.bias += (after.weight[:, :, 0, 0] * mean).sum(1)
            after.weight *= std[None, :, None, None]
            before.bias[:CHANNELS] = (before.bias[:CHANNELS] - mean) / std
            before.weight[:CHANNELS] /= std[:, None, None, None]


def pass_through(vae: Any, quarter: int) -> None:
    """Let the untrained VAE hand colours on, so that training begins with a blurred picture and not with none.

    Latents begin as each patch's mean colour and what its quarters differ by. A channel and its negative go side by
    side, because SiLU(x) - SiLU(-x) = x.

    Args:
        vae: Untrained.
        quarter: Which of the decoder's blocks works at a quarter of the size.
    """
    encoder, decoder = vae.encoder, vae.decoder
    for half, blocks in ((encoder, encoder.down_blocks), (decoder, decoder.up_blocks)):
        _open(half.conv_in)
        for block in (half.mid_block, *blocks):
            for resnet in block.resnets:
                torch.nn.init.zeros_(resnet.conv2.weight)
                torch.nn.init.zeros_(resnet.conv2.bias)
                if resnet.conv_shortcut is not None:
                    _open(resnet.conv_shortcut)
    with torch.no_grad():
        _begin_encoder(vae)
        _open(vae.post_quant_conv)
        vae.post_quant_conv.weight[:3] /= _COLOURED
        decoder.conv_in.bias[CHANNELS] = _ANCHOR
        for number, block in enumerate(decoder.up_blocks[:-1]):
            conv = block.upsamplers[0].conv
            _open(conv)
            if number == quarter:
                conv.weight[_MINUS : _MINUS + 3] = -conv.weight[:3]
                conv.weight[_ANCHORED] = conv.weight[CHANNELS]
        _pairs(decoder.conv_out, [(colour, colour, _MINUS + colour, 1.0) for colour in range(3)])


def _begin_encoder(vae: Any) -> None:
    encoder = vae.encoder
    encoder.conv_in.bias[_ANCHORED] = _ANCHOR
    encoder.conv_in.weight[_MINUS : _MINUS + 3] = -encoder.conv_in.weight[:3]
    for block in encoder.down_blocks[:-1]:
        conv = block.downsamplers[0].conv
        _open(conv)
        conv.weight[:, :, :2, :2] = conv.weight[:, :, 1:2, 1:2] / 4  # the mean of what becomes one
        conv.weight[:, :, 2] = conv.weight[:, :, :, 2] = 0
    last = encoder.down_blocks[-2].downsamplers[0].conv.weight
    spread = ((_ANCHOR**2 + _CONTENT) / last.shape[0]) ** 0.5  # by which the encoder's last norm divides
    pairs = [(colour, colour, _MINUS + colour, spread * 1.4) for colour in range(3)]
    for number, signs in enumerate(((1, -1, 1, -1), (1, 1, -1, -1), (1, -1, -1, 1))):
        for colour in range(3):
            to = _DIFFERENCES + 3 * number + colour
            for sign, channel in ((1, to), (-1, to + 9)):
                last[channel] = 0
                last[channel, colour, :2, :2] = sign * torch.tensor(signs, dtype=last.dtype).reshape(2, 2) / 4
            pairs.append((3 + 3 * number + colour, to, to + 9, spread * 3.6))
    _pairs(encoder.conv_out, pairs)
    _open(vae.quant_conv)


_COLOURED = 1.65
"""How much larger a latent begins than the colour that it is."""

_CONTENT = 2.4
"""What a picture adds to the squares of the anchor at the encoder's end, in the mean."""

_ANCHORED, _MINUS, _DIFFERENCES = 3, 4, 8
"""The channels of the anchor, of the colours' negatives, and of the differences of a patch's quarters."""


def _pairs(conv: Any, pairs: list[tuple[int, int, int, float]]) -> None:
    """Let outputs be a channel minus another one, times a factor."""
    conv.bias.zero_()
    for out, plus, minus, factor in pairs:
        conv.weight[out] = 0
        conv.weight[out, plus, 1, 1] = factor
        conv.weight[out, minus, 1, 1] = -factor


def _open(conv: Any) -> None:
    torch.nn.init.dirac_(conv.weight)
    torch.nn.init.zeros_(conv.bias)


def train_vae(
    design: Design, stages: tuple[Stage, ...], state: TrainingState, *, seed: int, device: str, workers: int = 0
) -> Coder:
    """Train, or go on training, through all stages, and give the VAE, whose latents have mean 0 and spread 1.

    Args:
        design: Its size.
        stages: One after the other.
        state: Where unfinished training is kept; at the end the finished VAE.
        seed: Of everything random.
        device: "cpu" or "cuda".
        workers: Processes that draw ahead.
    """
    torch.manual_seed(seed)
    coder = _in_place(Coder(design), device)
    kept = state.load(device)
    first = (0, 0)
    if kept is not None:
        coder.load_state_dict(kept["coder"])
        first = (kept["stage"], kept["step"])
    for number, stage in enumerate(stages):
        if number < first[0]:
            continue
        training = _Training(coder, number, stage, state, seed, device, workers)
        if number == first[0] and kept is not None and kept["optimizer"] is not None:
            training.optimizer.load_state_dict(kept["optimizer"])
        training.run(first[1] if number == first[0] else 0, sum(one.steps for one in stages[:number]))
        if stage.name == "inner":
            _even_out(coder, seed, device)
        state.save({"coder": coder.state_dict(), "optimizer": None, "stage": number + 1, "step": 0})
    return coder


def load_coder(design: Design, path: Path) -> Coder:
    """Read a VAE from unfinished training."""
    coder = Coder(design)
    kept = torch.load(path, map_location="cpu", weights_only=True)
    coder.load_state_dict(kept["coder"])
    coder.stage = kept["stage"]
    return _in_place(coder, "cpu").eval()


def begin_at(checkpoint: Path, design: Design, state: TrainingState) -> None:
    """Keep a checkpoint's VAE as one that is trained to the end."""
    coder = Coder(design)
    coder.vae.load_state_dict(AutoencoderKL.from_pretrained(checkpoint / "vae", torch_dtype=torch.float32).state_dict())
    state.save({"coder": coder.state_dict(), "optimizer": None, "stage": len(CPU_STAGES), "step": 0})


def _in_place(coder: Coder, device: str) -> Coder:
    """Put the networks on a device, with the channels last: twice as quick on a CPU with channels this few."""
    module: Any = coder
    return module.to(device, memory_format=torch.channels_last)


def _even_out(coder: Coder, seed: int, device: str) -> None:
    """Measure the latents of some hundred drawings, and normalise them."""
    found: list[Tensor] = []
    with torch.no_grad():
        for step in range(_MEASURED):
            pictures = make_pictures(seed + 1, step, 4, SCALE)
            found.append(coder.encode(pictures.images.to(device)).float().transpose(0, 1).flatten(1))
    values = torch.cat(found, dim=1)
    coder.normalise(values.mean(1), values.std(1))


class _Training:
    """One stage of it."""

    def __init__(
        self, coder: Coder, number: int, stage: Stage, state: TrainingState, seed: int, device: str, workers: int
    ) -> None:  # fmt: skip
        self._coder, self._number, self._stage, self._state = coder, number, stage, state
        self._seed, self._device, self._workers = seed, device, workers
        vae = coder.vae
        if stage.name == "inner":
            seeing: list[Any] = [*vae.encoder.down_blocks[_OUTER:], vae.encoder.mid_block, vae.encoder.conv_norm_out]
            parts = [*seeing, vae.encoder.conv_out, vae.quant_conv, vae.post_quant_conv, vae.decoder]
        else:
            parts = [vae.decoder]
        self._learning = [parameter for part in parts for parameter in part.parameters()]
        self.optimizer = Muon(vae, self._learning)

    def run(self, first: int, before: int) -> None:
        """Take the stage's steps from one on; so many were taken before it."""
        stage, state = self._stage, self._state
        mean_loss = 0.0
        drawn = drawn_ahead(
            self._seed, range(before + first, before + stage.steps), stage.batch, SCALE if stage.name == "inner" else 1,
            self._workers,
        )  # fmt: skip
        for step, pictures in zip(range(first, stage.steps), drawn, strict=True):
            state.wait_while_paused()
            fall = (stage.steps - step) / (_COOL_DOWN * stage.steps)
            for group in self.optimizer.param_groups:
                group["lr"] = stage.rate * min(1.0, (step + 1) / max(1, stage.rise), fall)
            with torch.autocast(self._device, dtype=torch.bfloat16):
                loss = self._loss(pictures, before + step)
            self.optimizer.zero_grad(set_to_none=True)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(self._learning, 0.5)
            self.optimizer.step()
            mean_loss = loss.item() if step == first else 0.98 * mean_loss + 0.02 * loss.item()
            if step % 25 == 0:
                state.report(stage=stage.name, step=step, of=stage.steps, loss=round(mean_loss, 4))
            if state.due:
                state.save({"coder": self._coder.state_dict(), "optimizer": self.optimizer.state_dict(),
                            "stage": self._number, "step": step + 1})  # fmt: skip

    def _loss(self, pictures: Pictures, step: int) -> Tensor:
        coder, stage = self._coder, self._stage
        source = torch.Generator().manual_seed(self._seed * 2**32 + step)
        images, weights = pictures.images, pictures.weights
        if stage.name != "whole":
            images, weights = squares(pictures, SQUARE // (SCALE if stage.name == "inner" else 1), source)
        images = images.to(self._device, memory_format=torch.channels_last)
        weights = weights.to(self._device)
        if stage.name == "inner":
            z = coder.encode(images)
            drawn = coder.decode_small(z + self._noise(z, source)).float()
            colours = functional.avg_pool2d(images, images.shape[2] // z.shape[2])
            return (
                draw_loss(drawn, images, weights)
                + 0.02 * z.float().square().mean()
                + 0.1
                * functional.mse_loss(
                    z[:, :3].float(), _COLOURED * colours
                )  # what is where is the UNet's first question
            )
        with torch.no_grad():
            z = coder.encode(functional.avg_pool2d(images, SCALE))
            z = z + self._noise(z, source)
        drawn = coder.outer(coder.inner(z)).float()
        loss = draw_loss(drawn, images, weights)
        return loss + _STEEPNESS * steepness_loss(drawn, images, weights) if stage.steep else loss

    def _noise(self, z: Tensor, source: torch.Generator) -> Tensor:
        return _NOISE * torch.randn(z.shape, generator=source).to(z)


def squares(pictures: Pictures, side: int, source: torch.Generator) -> tuple[Tensor, Tensor]:
    """Cut two squares out of each picture, near its face and anywhere, and what each place in them counts."""
    height, width = pictures.images.shape[2:]
    places: list[tuple[int, int, int]] = []
    for number, face in enumerate(pictures.faces.tolist()):
        for share in (face, None):
            x, y = torch.rand(2, generator=source).tolist()
            if share is not None:
                x, y = (
                    _around(part, whole, side, by)
                    for part, whole, by in zip(share, (width, height), (x, y), strict=True)
                )
            places.append((number, round(y * (height - side)), round(x * (width - side))))
    images, weights = (
        torch.stack([whole[number, :, y : y + side, x : x + side] for number, y, x in places])
        for whole in (pictures.images, pictures.weights)
    )
    return images, weights


def _around(share: float, whole: int, side: int, by: float) -> float:
    """Say where a square begins whose middle is up to a quarter of it beside a place, as a share of what is left."""
    first = share * whole - side / 2 + (by - 0.5) * side / 2
    return min(1.0, max(0.0, first / max(1, whole - side)))

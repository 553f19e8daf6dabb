"""Trains a small tagger on the drawings and writes it as WD taggers are: `model.onnx` and `selected_tags.csv`."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from random import Random
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from PIL import Image
from torch import nn
from torch.nn import functional

from engine.demo.illustrator.illustrate import illustrate
from engine.demo.illustrator.known import KNOWN
from engine.demo.illustrator.scene import YEARS, choose
from engine.demo.illustrator.tags import ALWAYS_TRUE, GOOD, SIDES, UNSEEN, every_tag, tags
from engine.demo.learning.pictures import SHAPES

if TYPE_CHECKING:
    from pathlib import Path

    from torch import Tensor

    from engine.demo.learning.state import TrainingState

SIDE = 192
"""Pixels along the square that the network sees; the file says it, as the published ones say 448."""

RATINGS = ("general", "sensitive", "questionable", "explicit")
MINORS = ("child", "loli", "shota")
"""No drawing shows what these say, and their scores stay near nothing."""

_NAMED = {"safe": "general", "sensitive": "sensitive"}
"""What the drawings' ratings are called among a tagger's."""

SURER = 2.5
"""By so much less the logit of "sensitive" counts. Few drawings have a weapon, so it knows them badly: of the model's
pictures about one in fifty had a blot that it took for one, and a picture that is safe would be refused."""

_LAYERS = ((24, 2), (48, 2), (64, 1), (96, 2), (128, 1), (160, 2), (192, 1), (256, 2))
"""Width and stride of the convolutions."""

_GENERAL, _CHARACTER, _RATING = "0", "4", "9"
"""Categories of `selected_tags.csv`."""

_WARM_UP = 100
_SCALE = 4


def names() -> list[str]:
    """Give what each of the network's scores is about: ratings first, then tags that can be seen."""
    unseen = {*UNSEEN, *ALWAYS_TRUE, *_NAMED, *(f"year {year}" for year in YEARS)}
    unseen |= {side for sides in SIDES.values() for side in sides} | {tag for _, words in GOOD for tag in words}
    unseen |= {known.series for known in KNOWN.values()}
    return [*RATINGS, *MINORS, *(tag for tag in every_tag() if tag not in unseen)]


class Tagger(nn.Module):
    """Convolutions, then the mean and the most of each feature over the picture."""

    def __init__(self) -> None:
        """Start untrained."""
        super().__init__()
        self.convolutions = nn.ModuleList()
        self.norms = nn.ModuleList()
        before = 3
        for width, stride in _LAYERS:
            self.convolutions.append(nn.Conv2d(before, width, 3, stride, 1, bias=False))
            self.norms.append(nn.BatchNorm2d(width))
            before = width
        self.scores = nn.Linear(2 * before, len(names()))
        nn.init.constant_(self.scores.bias, -3.0)

    def forward(self, pictures: Tensor) -> Tensor:
        """Give logits, (B, tags), of pictures, (B, 3, side, side), blue first, 0 … 255."""
        x = pictures / 127.5 - 1
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            x = functional.relu(norm(convolution(x)))
        return self.scores(torch.cat((x.mean((2, 3)), x.amax((2, 3))), dim=1))


@dataclass(frozen=True, slots=True)
class TaggerPlan:
    """How long to train."""

    steps: int = 2000
    batch: int = 24
    rate: float = 1.5e-3


def train_tagger(plan: TaggerPlan, state: TrainingState, *, seed: int, device: str) -> Tagger:
    """Train, or go on training."""
    torch.manual_seed(seed)
    tagger = Tagger().to(device)
    optimizer = torch.optim.AdamW(tagger.parameters(), betas=(0.9, 0.99), weight_decay=0.01)
    first = 0
    if (kept := state.load(device)) is not None:
        tagger.load_state_dict(kept["tagger"])
        optimizer.load_state_dict(kept["optimizer"])
        first = kept["step"]
    for step in range(first, plan.steps):
        state.wait_while_paused()
        for group in optimizer.param_groups:
            group["lr"] = plan.rate * min(1.0, (step + 1) / _WARM_UP, 2 * (plan.steps - step) / plan.steps)
        pictures, wanted = (part.to(device) for part in lesson(seed, step, plan.batch))
        with torch.autocast(device, dtype=torch.bfloat16):
            loss = functional.binary_cross_entropy_with_logits(tagger(pictures).float(), wanted)
        optimizer.zero_grad(set_to_none=True)
        loss.backward()
        optimizer.step()
        if step % 25 == 0:
            state.report(step=step, of=plan.steps, loss=round(loss.item(), 4))
        if state.due or step == plan.steps - 1:
            state.save({"tagger": tagger.state_dict(), "optimizer": optimizer.state_dict(), "step": step + 1})
    return tagger.eval()


@torch.no_grad()
def surer(tagger: Tagger) -> Tagger:
    """Let it call a picture sensitive only where it is sure."""
    tagger.scores.bias[names().index("sensitive")] -= SURER
    return tagger


def lesson(seed: int, step: int, count: int) -> tuple[Tensor, Tensor]:
    """Draw pictures as the engine shows them to a tagger, (B, 3, side, side), and what is in them, (B, tags)."""
    numbers = {name: number for number, name in enumerate(names())}
    pictures: list[Tensor] = []
    wanted = torch.zeros(count, len(numbers))
    for row in range(count):
        random = Random(f"tagger {seed} {step} {row}")
        scene = choose(random)
        width, height = random.choice(SHAPES)
        pictures.append(_seen(illustrate(scene, (width // _SCALE, height // _SCALE)).image))
        wanted[row, [numbers[tag] for tag in (_NAMED.get(tag, tag) for tag in tags(scene).all) if tag in numbers]] = 1
    return torch.stack(pictures), wanted


def _seen(image: Image.Image) -> Tensor:
    """Put a picture in the middle of a white square, as `engine.tagger.prepare` does, blue first."""
    longer = max(image.size)
    square = Image.new("RGB", (longer, longer), (255, 255, 255))
    square.paste(image, ((longer - image.width) // 2, (longer - image.height) // 2))
    pixels = np.array(square.resize((SIDE, SIDE), Image.Resampling.BICUBIC), dtype=np.float32)
    return torch.from_numpy(pixels[:, :, ::-1].copy()).permute(2, 0, 1)


def write_tagger(tagger: Tagger, folder: Path) -> None:
    """Write both files; the weights in fp16, which the graph widens."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "selected_tags.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.writer(file, lineterminator="\n")
        table.writerow(("tag_id", "name", "category", "count"))
        for number, name in enumerate(names()):
            category = _RATING if name in RATINGS else _CHARACTER if name in KNOWN else _GENERAL
            table.writerow((number, name if name in RATINGS else name.replace(" ", "_"), category, 1))
    import onnx

    onnx.save(_graph(tagger), folder / "model.onnx")


def _graph(tagger: Tagger) -> Any:
    """Write the network down as ONNX: (1, side, side, 3), blue first, to scores of 0 … 1."""
    from onnx import TensorProto, checker, helper, numpy_helper

    nodes: list[Any] = []
    weights: list[Any] = []

    def constant(name: str, values: Tensor) -> str:
        weights.append(numpy_helper.from_array(values.detach().cpu().half().numpy(), f"{name}.half"))
        nodes.append(helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT))
        return name

    weights.append(numpy_helper.from_array(np.asarray(127.5, np.float32), "half_white"))
    weights.append(numpy_helper.from_array(np.asarray(1.0, np.float32), "one"))
    nodes += [
        helper.make_node("Transpose", ["input"], ["channels"], perm=[0, 3, 1, 2]),
        helper.make_node("Div", ["channels", "half_white"], ["scaled"]),
        helper.make_node("Sub", ["scaled", "one"], ["x0"]),
    ]
    pairs: Any = zip(tagger.convolutions, tagger.norms, strict=True)
    for number, (convolution, norm) in enumerate(pairs):
        scale = norm.weight / (norm.running_var + norm.eps).sqrt()
        kernel = constant(f"kernel{number}", convolution.weight * scale[:, None, None, None])
        bias = constant(f"bias{number}", norm.bias - norm.running_mean * scale)
        stride = list(convolution.stride)
        nodes.append(
            helper.make_node("Conv", [f"x{number}", kernel, bias], [f"y{number}"], strides=stride, pads=[1, 1, 1, 1])
        )
        nodes.append(helper.make_node("Relu", [f"y{number}"], [f"x{number + 1}"]))
    last = f"x{len(_LAYERS)}"
    nodes += [
        helper.make_node("GlobalAveragePool", [last], ["mean"]),
        helper.make_node("GlobalMaxPool", [last], ["most"]),
        helper.make_node("Concat", ["mean", "most"], ["both"], axis=1),
        helper.make_node("Flatten", ["both"], ["flat"]),
    ]
    matrix, bias = constant("matrix", tagger.scores.weight), constant("bias", tagger.scores.bias)
    nodes.append(helper.make_node("Gemm", ["flat", matrix, bias], ["logits"], transB=1))
    nodes.append(helper.make_node("Sigmoid", ["logits"], ["output"]))
    graph = helper.make_graph(
        nodes,
        "tagger",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, [1, SIDE, SIDE, 3])],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, [1, len(names())])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    checker.check_model(model)
    return model

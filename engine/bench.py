"""Measures this machine: seconds a picture and achieved TFLOP/s, beside the stock pipeline and what the device can do.

The score is the same on every card: the arithmetic of a picture, counted, by the seconds that it took, beside the rate
of plain matrix products in the same run. Everything that is drawn is drawn with random values, never zeros.
"""

from __future__ import annotations

import dataclasses
import statistics
import threading
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple, TypeAlias, get_args

import diffusers
import torch
from torch.utils.flop_counter import FlopCounterMode

from engine import compiling, memory, png, rescue, stock_pipeline, vae_trial
from engine.blocks import EAGER, JOINED, run_untimed_resnet, untimed_resnets
from engine.captured import Captured, on_cuda
from engine.choice import Way, WayChoice, difference
from engine.conditioning import encode
from engine.denoise import Key, Sample, predict_noise
from engine.encoded_texts import EncodedTexts
from engine.errors import OutOfMemory
from engine.stock_pipeline import GUIDANCE, NEGATIVE, PROMPT
from engine.timing import call_unet, finish, some_prompt
from engine.transfer import HostPace
from engine.wire import SamplingParams

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable, Iterator

    from torch import Tensor

    from engine.model import Model

Case: TypeAlias = Literal["stock", "eager", "joined", "compiled", "captured", "stock-compiled"]
CASES: tuple[Case, ...] = get_args(Case)
"""The stock pipeline comes first, because the others' pictures are compared with its; its own best recipe comes last,
because it takes minutes. Captured are the compiled blocks."""

COMPILED: tuple[Case, ...] = ("compiled", "captured")
COMPARED_STEPS = 4
"""Of pictures that are compared: further on differences only grow, by whatever they began as."""

GEMM_SIDE = {"cuda": 8192, "mps": 4096, "cpu": 1024}
GEMM_CALLS = 10
ROUNDS = 3
"""Of everything that is timed, after one that is not; the median counts."""

NAME_CHARS = 55
"""Of the longest name of a row."""

NO_ROOM = "no room"


class BenchRow(NamedTuple):
    """One number."""

    name: str
    value: float | None
    """None: there is none, and the unit says why."""
    unit: str

    @property
    def line(self) -> str:
        """The same, below all others."""
        return f"{self.name:{NAME_CHARS}}  {'-' if self.value is None else f'{self.value:,.3f}':>12} {self.unit}"


@dataclasses.dataclass(frozen=True)
class Task:
    """What is drawn."""

    width: int = 832
    height: int = 1216
    steps: int = 28
    batches: tuple[int, ...] = (1, 2, 4, 8)
    cases: tuple[Case, ...] = CASES

    @property
    def key(self) -> Key:
        return Key(height=self.height, width=self.width, chunks=1)


def measure(model: Model, task: Task, say: Callable[[str], None]) -> Iterator[BenchRow]:
    """Measure everything that this device can do of the task; a row as soon as it is known.

    Args:
        model: Draws; at the end it is as it was.
        task: What to draw, and how.
        say: Told what is being measured.
    """
    with torch.inference_mode():
        say("matrix products")
        yield BenchRow("matrix products", gemm_rate(model), "TFLOP/s")
        tflop = arithmetic(model, task)
        yield BenchRow("arithmetic of a picture", tflop, "TFLOP")
        expected: list[Tensor] = []
        for case in CASES:
            if case not in task.cases or (model.device.type != "cuda" and case == "captured"):
                continue
            say(case)
            yield from _as_far_as_room(model, case, _of_case(model, task, case, tflop, expected))
        say("what the engine would choose")
        yield from _as_far_as_room(model, "what the engine would choose", choose(model, task))
        say("stages")
        yield from _as_far_as_room(model, "stages", stages(model, task))
        if "compiled" in task.cases:
            say("steps beside the compiler")
            yield from _as_far_as_room(model, "steps beside the compiler", beside_tracing(model, task))


def _of_case(model: Model, task: Task, case: Case, tflop: float, expected: list[Tensor]) -> Iterator[BenchRow]:
    """Measure one case; `expected` are the stock pipeline's latents once that has drawn."""
    with _peak(model) as peak, _drawing(model, task, case) as (ready_s, draw):
        if ready_s:
            yield BenchRow(f"{case}: until it is compiled", ready_s, "s")
        # compiled as diffusers says, every batch size takes minutes more
        for batch in task.batches[:1] if case == "stock-compiled" else task.batches:
            together_s = _median_s_with_room(model, partial(draw, batch))
            if together_s is None:
                yield BenchRow(f"{case}, {batch} at once: a picture", None, NO_ROOM)
                break
            took_s = together_s / batch
            yield BenchRow(f"{case}, {batch} at once: a picture", took_s, "s")
            yield BenchRow(f"{case}, {batch} at once: achieved", tflop / took_s, "TFLOP/s")
        latents = draw(1, dataclasses.replace(task, steps=min(task.steps, COMPARED_STEPS)))
        if case == "stock":
            expected.append(latents)
        elif expected:
            yield BenchRow(f"{case}: differs from the stock pipeline by", difference(latents, expected[0]), "")
    if peak:
        yield BenchRow(f"{case}: peak memory", peak[0], "GB")


def _as_far_as_room(model: Model, what: str, rows: Iterator[BenchRow]) -> Iterator[BenchRow]:
    """Give rows as long as there is room for what they measure, and say so where there is none for more."""
    try:
        yield from rows
    except (RuntimeError, MemoryError, OutOfMemory) as error:
        _raise_unless_no_room(error)
    else:
        return
    _give_back(model)
    yield BenchRow(what, None, NO_ROOM)


def _median_s_with_room(model: Model, action: Callable[[], object]) -> float | None:
    """Time an action; None: there is no room for it."""
    try:
        took_s = median_s(action)
    except (RuntimeError, MemoryError, OutOfMemory) as error:
        _raise_unless_no_room(error)
    else:
        captured = model.cached_blocks.captured
        if not (isinstance(captured, Captured) and captured.empty):  # else plain calls were timed
            return took_s
    _give_back(model)
    return None


def _raise_unless_no_room(error: Exception) -> None:
    if not (isinstance(error, OutOfMemory) or memory.may_be_out_of_memory(error)):
        raise error


def _give_back(model: Model) -> None:
    """Give memory back; where no error is handled any more, whose traceback holds the tensors of the failed call."""
    model.cached_blocks.give_back()
    memory.release(model.device)


def median_s(action: Callable[[], object]) -> float:
    action()
    took: list[float] = []
    for _ in range(ROUNDS):
        start = time.perf_counter()
        action()
        took.append(time.perf_counter() - start)
    return statistics.median(took)


def gemm_rate(model: Model) -> float:
    """Multiply square matrices in the model's dtype; TFLOP/s."""
    side = GEMM_SIDE[model.device.type]
    left, right = (torch.randn(side, side, device=model.device, dtype=model.dtype) for _ in range(2))

    def multiply() -> None:
        for _ in range(GEMM_CALLS):
            left @ right  # pyright: ignore[reportUnusedExpression]  (only its time is wanted)
        finish(model.device)

    return 2 * side**3 * GEMM_CALLS / median_s(multiply) / 1e12


def arithmetic(model: Model, task: Task) -> float:
    """Count the multiplications and additions of one guided picture, TFLOP: its UNet calls and its decoding."""
    with FlopCounterMode(display=False) as step:
        call_unet(model, task.key, rows=2)
    with FlopCounterMode(display=False) as decoding:
        rescue.decode(model, _latents(model, task))
    model.cached_blocks.forget()
    return (task.steps * step.get_total_flops() + decoding.get_total_flops()) / 1e12


def choose(model: Model, task: Task) -> Iterator[BenchRow]:
    """Let the engine try each way as it does at its start, and say which it would use."""
    choice = WayChoice(model, key=task.key)
    blocks = model.cached_blocks
    decoding: list[vae_trial.VaeTrial] = []
    try:
        choice.offer_joined()
        choice.conclude()
        if set(COMPILED) & set(task.cases):
            compute = compiling.compiled(plain=blocks.compute)
            compiling.warm(model, compute, [task.key])
            choice.offer(Way("compiled", compute))
            choice.offer_captured()
            run = compiling.compiled_vae()
            compiling.warm_vae(model, run)
            choice.offer_trial(partial(vae_trial.trial, model, run, key=task.key, told=decoding.append))
            choice.conclude()
    finally:
        blocks.compute, blocks.captured = EAGER, None
        blocks.forget()
        for one in untimed_resnets(model.vae):
            one.compute = run_untimed_resnet
    for one in decoding:
        yield BenchRow("trial of the compiled VAE: differs from the plain one by", one.levels, "of 255 levels")
        if one.took_s:
            yield BenchRow("trial of the compiled VAE: a picture, by the plain one", one.took_s / one.instead_of_s, "×")
    for one in choice.verdicts:
        yield BenchRow(f"trial of {one.name}: differs from the plain way by", one.difference, "")
        yield BenchRow("where company makes", one.noise, "")
        if one.took_s:
            yield BenchRow(f"trial of {one.name}: a step, by the one used before", one.took_s / one.instead_of_s, "×")
    # the first that was timed was timed against the plain way, for none was used before
    plain_s = next((one.instead_of_s for one in choice.verdicts if one.took_s), None)
    chosen_s = {"plain": plain_s, **{one.name: one.took_s for one in choice.verdicts if one.took_s}}[choice.way.name]
    name = f"the engine would choose: {choice.way.name}"
    yield BenchRow(name, None, "not timed") if chosen_s is None else BenchRow(name, 1e3 * chosen_s, "ms a step")


def stages(model: Model, task: Task) -> Iterator[BenchRow]:
    """Time the parts of one picture, each by itself."""

    def timed(name: str, action: Callable[[], object]) -> BenchRow:
        def whole() -> None:
            action()
            finish(model.device)

        return BenchRow(f"stage: {name}", 1e3 * median_s(whole), "ms")

    size = {"width": task.width, "height": task.height}
    cold = dataclasses.replace(model, texts=EncodedTexts(max_chunks=0))
    yield timed("prompt, new", lambda: encode(cold, PROMPT, NEGATIVE, **size))
    yield timed("prompt, known", lambda: encode(model, PROMPT, NEGATIVE, **size))
    yield timed("a sample's noise and its copy", lambda: _sample(model, task, 0))
    latents = _latents(model, task)
    prompt = some_prompt(model, task.key, rows=2)
    yield timed("a step's UNet call", lambda: call_unet(model, task.key, 2, prompt))
    yield timed("decoding and copy", lambda: rescue.decode(model, latents))
    pixels = rescue.decode(model, latents)
    yield timed("PNG, in another thread", lambda: png.encode(pixels))
    model.cached_blocks.forget()


def beside_tracing(model: Model, task: Task) -> Iterator[BenchRow]:
    """Time steps while another thread traces the blocks, which keeps the interpreter: `compiling` waits for pauses."""
    torch.compiler.reset()  # whatever was traced before is traced again
    prompt = some_prompt(model, task.key, rows=2)

    def step_s() -> float:
        start = time.perf_counter()
        call_unet(model, task.key, 2, prompt)
        finish(model.device)
        return time.perf_counter() - start

    yield BenchRow("a step, alone", 1e3 * statistics.median([step_s() for _ in range(ROUNDS + 1)][1:]), "ms")
    keys, rows = [task.key], compiling.GUIDED
    tracing = threading.Thread(target=compiling.warm, args=[model, compiling.compiled("eager"), keys, rows])
    tracing.start()
    took_s: list[float] = []
    while tracing.is_alive():
        took_s.append(step_s())
    yield BenchRow("a step beside tracing, median", 1e3 * statistics.median(took_s), "ms")
    yield BenchRow("a step beside tracing, longest", 1e3 * max(took_s), "ms")
    model.cached_blocks.forget()


def report(model: Model, task: Task, rows: Iterable[BenchRow]) -> dict[str, Any]:
    """Say what was measured on what, in a form that a file can keep."""
    return {
        "model": model.name,
        "device": model.description,
        "torch": str(torch.__version__),
        "diffusers": diffusers.__version__,
        "picture": f"{task.width}×{task.height}, {task.steps} steps, guidance {GUIDANCE}",
        "text encoders": "on the host; stock is given the encoded prompt"
        if stock_pipeline.texts_on_host(model)
        else "on the device",
        "rows": [row._asdict() for row in rows],
    }


def _where_texts_are(model: Model) -> str:
    if stock_pipeline.texts_on_host(model):
        return "on the host; the stock pipeline is given the encoded prompt"
    return "on the device"


Draw: TypeAlias = "Callable[..., Tensor]"
"""Draws so many pictures of a task, if need be another one, to the end; gives the first one's latents."""


@contextmanager
def _drawing(model: Model, task: Task, case: Case) -> Generator[tuple[float, Draw]]:
    """Set a case up: the seconds that it took, and what draws."""
    if case.startswith("stock"):
        pipeline, texts = stock_pipeline.make(model), stock_pipeline.texts(model, task)
        start = time.perf_counter()
        if case == "stock-compiled":  # as docs/source/en/optimization/fp16.md of diffusers says
            pipeline.unet = torch.compile(pipeline.unet, mode="max-autotune", fullgraph=True)
            pipeline.vae.decode = torch.compile(pipeline.vae.decode, mode="max-autotune", fullgraph=True)
            stock_pipeline.draw(pipeline, task.batches[0], task, texts)
        yield (
            time.perf_counter() - start if case == "stock-compiled" else 0.0,
            lambda batch, task=task: stock_pipeline.draw(pipeline, batch, task, texts),
        )
        return
    start, blocks = time.perf_counter(), model.cached_blocks
    compute = JOINED if case == "joined" else EAGER
    if case in COMPILED:
        compute = compiling.compiled()
        compiling.warm(model, compute, [task.key])
    ready_s = time.perf_counter() - start if case in COMPILED else 0.0
    blocks.compute = compute
    if case == "captured":
        blocks.captured = Captured(blocks, on_cuda(model.device))
    try:
        with torch.compiler.set_stance("eager_on_recompile"):
            yield ready_s, lambda batch, task=task: _draw(model, batch, task)
    finally:
        blocks.compute, blocks.captured = EAGER, None
        blocks.forget()


def _draw(model: Model, batch: int, task: Task) -> Tensor:
    samples = [_sample(model, task, seed) for seed in range(batch)]
    pace = HostPace(model.device)
    while not samples[0].finished:
        for sample, noise_pred in zip(samples, predict_noise(model, samples), strict=True):
            sample.advance(noise_pred)
        pace.step()
    for decoding in [rescue.begin(model, sample.latents) for sample in samples]:
        decoding()
    return samples[0].latents


def _sample(model: Model, task: Task, seed: int) -> Sample:
    return Sample(
        model,
        encode(model, PROMPT, NEGATIVE, width=task.width, height=task.height),
        SamplingParams(num_inference_steps=task.steps, guidance_scale=GUIDANCE, width=task.width, height=task.height),
        seed=seed,
    )


def _latents(model: Model, task: Task) -> Tensor:
    sides = task.height // model.compression, task.width // model.compression
    return torch.randn(1, model.latent_channels, *sides, device=model.device, dtype=model.dtype)


@contextmanager
def _peak(model: Model) -> Generator[list[float]]:
    """Collect the most memory that was in use on a CUDA device, in GB, at the end; nothing on another."""
    peak: list[float] = []
    if model.device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(model.device)
    yield peak
    if model.device.type == "cuda":
        peak.append(torch.cuda.max_memory_allocated(model.device) / 1e9)

"""The engine's command line: ``serve`` draws for the bot, ``draw`` draws one picture here, ``bench`` measures.

Exit status: 0 done or told to stop, 1 no model or no picture, 2 wrong arguments or configuration, 130 Ctrl-C while
drawing. torch is imported by the command that needs it, in its worker's thread, so that ``--help`` is quick.
"""

from __future__ import annotations

import argparse
import asyncio
import logging
import os
import secrets
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine import config
from engine.errors import GenerationError, ModelLoadError
from engine.samplers import SAMPLERS
from engine.wire import SEED_LIMIT, Generate, Guidance, PromptText, SamplingParams, Seed, Side, Steps

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.listen import Listener

FAILED, MISUSED, INTERRUPTED = 1, 2, 130

CARD_NEGATIVE = (
    "lowres, bad anatomy, bad hands, text, error, missing finger, extra digits, fewer digits, cropped, worst quality, "
    "low quality, low score, bad score, average score, signature, watermark, username, blurry"
)
"""The negative prompt that Animagine XL 4.0's model card recommends; size, steps and guidance below are its too."""

BENCH_CASES = ["eager", "compiled", "graphed", "stock", "stock-compiled"]
"""What ``bench`` measures; graphed on CUDA only."""


def main(arguments: list[str] | None = None) -> int:
    parsed = _parser().parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = parsed.command
    try:
        return command(parsed)
    except config.EngineConfigError as error:
        return _complain(error, MISUSED)
    except (ModelLoadError, GenerationError, OSError) as error:
        return _complain(error, FAILED)


def _complain(error: Exception | str, status: int) -> int:
    print(f"error: {error}", file=sys.stderr)
    return status


def _serve(parsed: argparse.Namespace) -> int:
    from engine import listen

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    path: Path = parsed.config
    engine, wire = config.load(path)
    listener = listen.bind(wire, path.parent, os.environ)
    ended = asyncio.run(_serve_until_told(engine, listener, die_with_parent=parsed.die_with_parent))
    if not ended:
        # The worker is deep in torch and cannot be interrupted; it keeps nothing, so nothing is lost.
        logging.shutdown()
        os._exit(0)
    return 0


async def _serve_until_told(engine: config.Engine, listener: Listener, *, die_with_parent: bool) -> bool:
    from engine.server import Server

    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def tell_to_stop() -> None:
        loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        # a plain handler, not the loop's, because there is one on every system
        signal.signal(number, lambda *_: tell_to_stop())
    if die_with_parent:
        threading.Thread(target=_await_end_of_input, args=[tell_to_stop], daemon=True).start()
    return await Server(engine, listener).run(stop)


def _await_end_of_input(then: Callable[[], None]) -> None:
    """Wait for whoever holds the other end of stdin to go away: its kernel closes it however it died."""
    while os.read(0, 4096):  # not sys.stdin, whose lock a thread may not hold while the interpreter ends
        pass
    then()


def _draw(parsed: argparse.Namespace) -> int:
    from engine.draw import draw

    seed = secrets.randbelow(SEED_LIMIT) if parsed.seed is None else parsed.seed
    try:
        request = Generate(
            job_id="draw",
            prompt=_within("prompt", parsed.prompt, PromptText),
            negative_prompt=_within("negative", parsed.negative, PromptText),
            sampling=SamplingParams(
                sampler=parsed.sampler,
                num_inference_steps=_within("steps", parsed.steps, Steps),
                guidance_scale=_within("guidance", parsed.guidance, Guidance),
                width=_within("width", parsed.width, Side),
                height=_within("height", parsed.height, Side),
            ),
            seeds=(_within("seed", seed, Seed),),
        )
    except ValueError as error:
        return _complain(error, MISUSED)
    out: Path = parsed.out
    if not out.absolute().parent.is_dir():
        return _complain(f"--out: {out.absolute().parent} is no folder", MISUSED)
    engine = config.Engine(
        model=parsed.model,
        revision=parsed.revision,
        config_folder=parsed.config_folder,
        offline=parsed.offline,
        device=parsed.device,
        dtype=parsed.dtype,
        batch_cap=1,
        compile="off",  # which takes longer than a picture
    )
    if not draw(engine, request, out, sys.stderr):
        return INTERRUPTED
    print(out)
    return 0


def _bench(parsed: argparse.Namespace) -> int:
    from engine import bench, coldstart

    engine = config.Engine() if parsed.random_weights else config.load(parsed.config)[0]
    chosen = {name: value for name in ("device", "dtype") if (value := getattr(parsed, name))}
    engine = msgspec.structs.replace(engine, **chosen)
    task = bench.Task(parsed.width, parsed.height, parsed.steps, tuple(parsed.batches), tuple(parsed.cases))

    def say(what: str) -> None:
        print(f"{what} …", file=sys.stderr, flush=True)

    if parsed.random_weights:
        from engine.random_weights import make

        start = time.perf_counter()
        model = make(parsed.random_weights, engine)
        ready = [bench.BenchRow("until it is filled", time.perf_counter() - start, "s")]
    else:
        model, ready = coldstart.measure(engine, say)
    rows = [*ready, *bench.measure(model, task, say)]
    report = bench.report(model, task, rows)
    parsed.json.write_bytes(msgspec.json.format(msgspec.json.encode(report)) + b"\n")
    print(*(f"{name}: {value}" for name, value in report.items() if name != "rows"), sep="\n")
    print("", *bench.table(rows), "", f"The same is in {parsed.json}.", sep="\n")
    return 0


def _within(option: str, value: Any, limits: Any) -> Any:
    """Check a value against one of the wire's types.

    Raises:
        ValueError: It is outside; the message names the option.
    """
    try:
        return msgspec.convert(value, limits)
    except msgspec.ValidationError as error:
        raise ValueError(f"--{option}: {error}") from error


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m engine", description="Draw with an SDXL checkpoint.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    serve = commands.add_parser("serve", help="draw for the bot, over the socket that the configuration names")
    serve.add_argument("--config", type=Path, default=Path("config.toml"), help="default: %(default)s")
    serve.add_argument("--die-with-parent", action="store_true", help="stop when standard input ends")
    serve.set_defaults(command=_serve)

    draw = commands.add_parser("draw", help="draw one picture into a file")
    engine = config.Engine()
    draw.add_argument("--prompt", required=True, help="in WebUI's attention syntax")
    draw.add_argument("--out", type=Path, required=True, metavar="FILE", help="the PNG to write")
    draw.add_argument(
        "--model",
        default=engine.model,
        help="hub id, folder in diffusers layout, or .safetensors file; default: %(default)s",
    )
    draw.add_argument("--revision", default="", metavar="COMMIT", help="of a hub id, which needs one")
    draw.add_argument("--config-folder", default="", metavar="FOLDER", help="a single file's configs and tokenizers")
    draw.add_argument("--offline", action="store_true", help="never ask the hub")
    draw.add_argument("--device", default="auto", choices=["auto", "cuda", "mps", "cpu"], help="default: %(default)s")
    draw.add_argument(
        "--dtype",
        default="auto",
        choices=["auto", "float16", "bfloat16", "float32"],
        help="auto is float16, and float32 on the CPU",
    )
    draw.add_argument("--negative", default=CARD_NEGATIVE, metavar="PROMPT", help="default: the model card's")
    draw.add_argument("--width", type=int, default=832, help="pixels; default: %(default)s")
    draw.add_argument("--height", type=int, default=1216, help="pixels; default: %(default)s")
    draw.add_argument("--steps", type=int, default=28, help="default: %(default)s")
    draw.add_argument("--guidance", type=float, default=5.0, help="1 is none; default: %(default)s")
    draw.add_argument("--sampler", default="euler_a", choices=list(SAMPLERS), help="default: %(default)s")
    draw.add_argument("--seed", type=int, help="default: drawn by lot")
    draw.set_defaults(command=_draw)
    _add_bench(commands)
    return parser


def _add_bench(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    bench = commands.add_parser("bench", help="measure this machine, beside the stock pipeline; minutes")
    which = bench.add_mutually_exclusive_group()
    which.add_argument(
        "--config", type=Path, default=Path("config.toml"), help="whose checkpoint; default: %(default)s"
    )
    which.add_argument(
        "--random-weights", choices=["sdxl", "tiny"], help="no checkpoint: SDXL's own size, or one that a CPU can draw"
    )
    bench.add_argument("--device", choices=["auto", "cuda", "mps", "cpu"], help="default: the configuration's")
    bench.add_argument("--dtype", choices=["auto", "float16", "bfloat16", "float32"], help="default: as above")
    bench.add_argument("--width", type=int, default=832, help="pixels; default: %(default)s")
    bench.add_argument("--height", type=int, default=1216, help="pixels; default: %(default)s")
    bench.add_argument("--steps", type=int, default=28, help="default: %(default)s")
    bench.add_argument("--batches", type=int, nargs="+", default=[1, 2, 4, 8], metavar="N", help="default: 1 2 4 8")
    bench.add_argument("--cases", nargs="+", choices=BENCH_CASES, default=BENCH_CASES, help="default: all")
    bench.add_argument("--json", type=Path, default=Path("engine-bench.json"), help="default: %(default)s")
    bench.set_defaults(command=_bench)


if __name__ == "__main__":
    sys.exit(main())

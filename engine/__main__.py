"""The engine's command line: ``serve`` draws for the bot, ``draw`` draws one picture here, ``bench`` measures.

``download`` fetches what they need, ``check`` says whether all of it is there and fits this machine, ``look`` what a
file of weights is.

Exit status: 0 done or told to stop, 1 no model or no picture, 2 wrong arguments or configuration, 78 a checkpoint that
``serve`` can never load as it is, 130 Ctrl-C while drawing. torch is imported by the command that needs it, in its
worker's thread, so that ``--help`` is quick.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import logging
import os
import re
import secrets
import signal
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from engine import changing, config, environment, logs, metrics, packages, textfile
from engine.cost import usual_strength
from engine.errors import ClusterError, DownloadError, GenerationError, ModelLoadError
from engine.samplers import SAMPLERS
from engine.terminal import Version, as_called, keep_to_what_is_installed, to_a_reader
from engine.wire import (
    SEED_LIMIT,
    ChosenLora,
    Enlargement,
    Generate,
    Guidance,
    LoraWeight,
    PromptText,
    SamplingParams,
    Seed,
    Share,
    Side,
    Steps,
    Variation,
    decode_command,
    encode,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from engine.listen import Listener

FAILED, MISUSED, INTERRUPTED = 1, 2, 130

CARD_NEGATIVE = (
    "lowres, bad anatomy, bad hands, text, error, missing finger, extra digits, fewer digits, cropped, worst quality, "
    "low quality, low score, bad score, average score, signature, watermark, username, blurry"
)
"""The negative prompt that Animagine XL 4.0's model card recommends; size, steps and guidance below are its too."""

VARY = 0.15
"""Strength of a variation where none is said: the noises' likeness is 0.97, and most of the picture stays."""

_OPTIONS = {
    "enlargement": "enlarge",
    "start.strength": "strength",
    "start": "image",
    "details": "detail",
    "loras": "lora",
}
"""What a part of a request is called here, where several have limits together."""

BENCH_CASES = ["stock", "eager", "joined", "compiled", "captured", "stock-compiled"]
"""What ``bench`` measures; what is captured on CUDA only."""


def main(arguments: list[str] | None = None) -> int:
    return to_a_reader(lambda: _run(arguments))


def _run(arguments: list[str] | None) -> int:
    keep_to_what_is_installed()
    whole = parser()
    parsed = whole.parse_args(arguments)
    if "command" not in parsed:
        whole.print_help(sys.stderr)
        return MISUSED
    command: Callable[[argparse.Namespace], int] = parsed.command
    try:
        return command(parsed)
    except config.EngineConfigError as error:
        return _complain(error, MISUSED)
    except BrokenPipeError:
        raise
    except ModelLoadError as error:
        serving = command is _serve and not error.passing
        return _complain(error, config.EXIT_UNUSABLE if serving else FAILED)
    except (ClusterError, DownloadError, GenerationError, OSError) as error:
        return _complain(error, FAILED)


def _complain(error: Exception | str, status: int) -> int:
    print(as_called(f"error: {error}"), file=sys.stderr)
    return status


def _serve(parsed: argparse.Namespace) -> int:
    from engine import listen

    path: Path = parsed.config
    engine, wire = config.load(path)
    secrets_ = _secrets(engine, wire, path.resolve().parent)
    logging.basicConfig(level=logging.INFO, handlers=[logs.handler(parsed.log, secrets_)])
    logs.log_what_nobody_caught()
    packages.require()

    def reread() -> config.Engine:
        return config.load(path)[0]

    try:
        page = metrics.address_of(engine.metrics, path.resolve().parent)
        listener = listen.bind(wire, path.resolve().parent, os.environ)
        ended = asyncio.run(_serve_until_told(engine, listener, reread, page, die_with_parent=parsed.die_with_parent))
    except metrics.MetricsError as error:
        return _complain(f"{path}: $.engine.{error}", MISUSED)
    if not ended:
        # The worker is deep in torch and cannot be interrupted; it keeps nothing, so nothing is lost.
        logging.shutdown()
        os._exit(0)
    return 0


def _secrets(engine: config.Engine, wire: config.Wire, base: Path) -> list[str]:
    """Find what must never be shown, for the log; what cannot be read is said by whoever needs it."""
    found = [os.environ.get(name, "") for name in ("ESHI_WIRE_SECRET", "HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")]
    for name in (wire.secret_file, engine.metrics.token_file):
        with contextlib.suppress(textfile.TextFileError):
            found.append(textfile.read(textfile.beside(base, name)).strip() if name else "")
    return found


def _workers(parsed: argparse.Namespace) -> int:
    from engine import workers

    _, wire = config.load(parsed.config)
    base = parsed.config.resolve().parent
    workers.run(wire, base, to_drain=parsed.drain, to_reload=parsed.reload, say=lambda line: print(line, flush=True))
    return 0


async def _serve_until_told(
    engine: config.Engine,
    listener: Listener,
    reread: Callable[[], config.Engine],
    page: metrics.PageAddress | None,
    *,
    die_with_parent: bool,
) -> bool:
    from engine.server import Server

    loop, stop = asyncio.get_running_loop(), asyncio.Event()

    def tell_to_stop() -> None:
        with contextlib.suppress(RuntimeError):  # told twice, and the loop is closed already
            loop.call_soon_threadsafe(stop.set)

    for number in (signal.SIGINT, signal.SIGTERM):
        # a plain handler, not the loop's, because there is one on every system
        signal.signal(number, lambda *_: tell_to_stop())
    if die_with_parent:
        threading.Thread(target=_await_end_of_input, args=[tell_to_stop], daemon=True).start()
    return await Server(engine, listener, page, reread=reread).run(stop)


def _await_end_of_input(then: Callable[[], None]) -> None:
    """Wait for whoever holds the other end of stdin to go away: its kernel closes it however it died."""
    while os.read(0, 4096):  # not sys.stdin, whose lock a thread may not hold while the interpreter ends
        pass
    then()


def _health(parsed: argparse.Namespace) -> int:
    engine, _ = config.load(parsed.config)
    path = "/healthz/ready" if parsed.ready else "/healthz/live"
    try:
        print(metrics.ask(engine.metrics, parsed.config.parent, path))
    except metrics.MetricsError as error:
        return _complain(error, FAILED)
    return 0


def _check(parsed: argparse.Namespace) -> int:
    from engine import check, hashes
    from engine.finding import lines

    engine, wire = config.load(parsed.config)
    found = []
    runs = check.runs(wire, parsed.config.resolve().parent)
    for finding in check.check(engine, hashes.cache_file(), engine_runs=runs):
        found.append(finding)
        if not parsed.json:
            print(*map(as_called, lines(finding)), sep="\n", flush=True)
    if parsed.json:
        print(msgspec.json.encode(found).decode())
    return FAILED if any(one.level == "error" for one in found) else 0


def _download(parsed: argparse.Namespace) -> int:
    from engine import download

    try:
        return download.run(parsed)
    except KeyboardInterrupt:
        return _complain("stopped; start again, and it goes on from here", INTERRUPTED)


def _rate(parsed: argparse.Namespace) -> int:
    from engine import raters
    from engine.rated_folder import rate_folder, table

    engine, _ = config.load(parsed.config)
    rate = raters.load(engine.rating, lambda stage: print(f"{stage} …", file=sys.stderr))
    if rate is None:
        return _complain('nothing rates pictures: engine.rating.by is "none"', MISUSED)
    try:
        rated = rate_folder(parsed.folder, rate, lambda line: print(line, file=sys.stderr))
    except OSError as error:
        return _complain(f"{parsed.folder}: {error.strerror}", MISUSED)
    if not rated:
        return _complain(f"{parsed.folder}: holds no PNG, WebP or JPEG file that can be read", MISUSED)
    print("\n".join(table(rated, engine.rating)))
    return 0


def _look(parsed: argparse.Namespace) -> int:
    from engine.look import lines, look

    found = [look(path) for path in parsed.files]
    if parsed.json:
        print(msgspec.json.encode(found).decode())
    else:
        print(*(line for one in found for line in lines(one)), sep="\n")
    return FAILED if any("wrong" in one for one in found) else 0


def _draw(parsed: argparse.Namespace) -> int:
    packages.require()
    from engine.draw import draw

    seed = secrets.randbelow(SEED_LIMIT) if parsed.seed is None else parsed.seed
    try:
        loras = [_lora(given) for given in parsed.lora]
        request = Generate(
            job_id="draw",
            prompt=_within("prompt", parsed.prompt, PromptText),
            negative_prompt=_within("negative", parsed.negative, PromptText),
            sampling=SamplingParams(
                sampler=parsed.sampler,
                num_inference_steps=_within("steps", parsed.steps, Steps),
                guidance_scale=_within("guidance", parsed.guidance, Guidance),
                width=_within("width", 832 if parsed.width is None else parsed.width, Side),
                height=_within("height", 1216 if parsed.height is None else parsed.height, Side),
                guidance_rescale=_within("rescale", parsed.rescale, Share),
            ),
            seeds=(_within("seed", seed, Seed),),
            variation=_variation(parsed),
            enlargement=_enlargement(parsed.enlarge),
            loras=tuple(lora for lora, _ in loras),
        )
        request = changing.changed(request, parsed)
        _check_together(request)
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
        upscaler=parsed.upscaler,
        compile="off",  # which takes longer than a picture
    )
    try:
        if not draw(engine, request, out, sys.stderr, {lora.name: file for lora, file in loras}):
            return INTERRUPTED
    except ModelLoadError as error:
        raise ModelLoadError(_by_option(str(error), parsed)) from error
    print(out)
    return 0


def _variation(parsed: argparse.Namespace) -> Variation | None:
    """Read how far, and towards which seed's, the noise is turned.

    Raises:
        ValueError: One is outside; the message names the option.
    """
    if parsed.vary is None and parsed.vary_seed is None:
        return None
    seed = secrets.randbelow(SEED_LIMIT) if parsed.vary_seed is None else parsed.vary_seed
    strength = VARY if parsed.vary is None else parsed.vary
    return Variation(seeds=(_within("vary-seed", seed, Seed),), strength=_within("vary", strength, Share))


def _lora(given: str) -> tuple[ChosenLora, Path]:
    """Read FILE, FILE:WEIGHT or FILE:WEIGHT:TE_WEIGHT; without the last, one weight is both.

    Raises:
        ValueError: A weight is outside; the message names the option.
        LoraRefused: The file is no LoRA.
    """
    from engine import lora_header

    file, numbers = given, list[float]()
    while len(numbers) < 2 and (match := re.fullmatch(r"(.+):(\d*\.?\d+)", file)):  # noqa: PLR2004  (UNet's, texts')
        file, numbers = match[1], [float(match[2]), *numbers]
    weight, te_weight = (*numbers, *numbers)[:2] if numbers else (1.0, 1.0)
    path = Path(file)
    chosen = ChosenLora(
        name=_within("lora", path.stem, str),
        hash=lora_header.sha256(lora_header.read(path))[: lora_header.HASH_DIGITS],
        weight=_within("lora", weight, LoraWeight),
        te_weight=_within("lora", te_weight, LoraWeight),
    )
    return chosen, path


def _enlargement(factor: float | None) -> Enlargement | None:
    return None if factor is None else Enlargement(factor=factor, strength=usual_strength(factor))


def _check_together(request: Generate) -> None:
    """Hold the limits that several options have together.

    Raises:
        ValueError: One is broken; the message names an option of it.
    """
    try:
        decode_command(encode(request))
    except msgspec.ValidationError as error:
        expected, _, path = str(error).partition(" - at `$.")
        option = next((option for part, option in _OPTIONS.items() if path.startswith(part)), "height")
        raise ValueError(f"--{option}: {expected}") from error


def _by_option(said: str, parsed: argparse.Namespace) -> str:
    """Name the options of this command line where a sentence names keys of the configuration."""
    return re.sub(r"\bengine\.(\w+)", lambda key: f"--{key[1].replace('_', '-')}" if key[1] in parsed else key[0], said)


def _bench(parsed: argparse.Namespace) -> int:
    packages.require()
    environment.prepare()
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


def parser() -> argparse.ArgumentParser:
    """Make the whole command line."""
    whole = argparse.ArgumentParser(
        prog=as_called("python -m engine"),
        description="Eshi's engine: draws with an SDXL checkpoint on this machine.",
        epilog=as_called("`python -m engine COMMAND --help` explains a command."),
    )
    whole.add_argument("--version", action=Version)
    commands = whole.add_subparsers(metavar="COMMAND")

    serve = _command(commands, "serve", "draw for the bot, over the socket that the configuration names")
    serve.add_argument(
        "--config", type=Path, default=Path("config.toml"), help="the configuration file (default: %(default)s)"
    )
    serve.add_argument("--die-with-parent", action="store_true", help="stop when standard input ends")
    serve.add_argument(
        "--log", choices=logs.LOG_FORMS, default="auto", help="write the log as text or as JSON (default: %(default)s)"
    )
    serve.set_defaults(command=_serve)

    health = _command(commands, "health", "ask the running engine whether it is well, by its page")
    health.add_argument(
        "--config", type=Path, default=Path("config.toml"), help="the configuration file (default: %(default)s)"
    )
    health.add_argument("--ready", action="store_true", help="ask whether it draws, not only whether it lives")
    health.set_defaults(command=_health)

    _add_workers(commands)
    _add_draw(commands)
    rate = _command(commands, "rate", "tell what the picture filter would drop of your own pictures")
    rate.add_argument("folder", type=Path, metavar="FOLDER", help="of PNG, WebP or JPEG files that are safe")
    rate.add_argument("--config", type=Path, default=Path("config.toml"), help="whose filter; default: %(default)s")
    rate.set_defaults(command=_rate)
    check = _command(commands, "check", "say whether this machine can draw what the configuration says")
    check.add_argument(
        "--config", type=Path, default=Path("config.toml"), help="the configuration file (default: %(default)s)"
    )
    check.add_argument("--json", action="store_true", help="print the rows for another program")
    check.set_defaults(command=_check)
    look = _command(commands, "look", "say what a checkpoint, a VAE or a LoRA is, by its header")
    look.add_argument("files", nargs="+", type=Path, metavar="FILE", help="a .safetensors file")
    look.add_argument("--json", action="store_true", help="print it for another program")
    look.set_defaults(command=_look)
    _add_download(commands)
    _add_bench(commands)
    return whole


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]  it has no public name
    name: str,
    help_: str,
) -> argparse.ArgumentParser:
    """Add a command that its own help describes as the list does."""
    return commands.add_parser(name, help=help_, description=f"{help_[0].upper()}{help_[1:]}.")


def _add_draw(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    draw = _command(commands, "draw", "draw one picture into a PNG file, without Discord")
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
    draw.add_argument("--width", type=int, help="pixels; default: 832, or as the picture that it begins with")
    draw.add_argument("--height", type=int, help="pixels; default: 1216, or likewise")
    draw.add_argument("--steps", type=int, default=28, help="default: %(default)s")
    draw.add_argument("--guidance", type=float, default=5.0, help="1 is none; default: %(default)s")
    draw.add_argument("--rescale", type=float, default=0.0, metavar="SHARE", help="for v-prediction: 0.2 to 0.7")
    draw.add_argument("--sampler", default="euler_a", choices=list(SAMPLERS), help="default: %(default)s")
    draw.add_argument("--seed", type=int, help="default: a random one")
    draw.add_argument("--vary-seed", type=int, metavar="SEED", help="turn the noise towards this seed's, as WebUI does")
    draw.add_argument("--vary", type=float, metavar="SHARE", help=f"how far, from 0 to 1; default: {VARY}")
    draw.add_argument(
        "--enlarge", type=float, choices=[1.5, 2.0], help="draw over it again, so many times as wide and as high"
    )
    draw.add_argument(
        "--upscaler", default="", metavar="PATH", help="what enlarges its pixels, as engine.upscaler; default: latents"
    )
    changing.add_options(draw)
    draw.add_argument(
        "--lora",
        action="append",
        default=[],
        metavar="FILE:WEIGHT[:TE_WEIGHT]",
        help="a LoRA, how strongly it changes the UNet (default: 1), and the text encoders (default: as the UNet); "
        "up to three times",
    )
    draw.set_defaults(command=_draw)


def _add_download(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    download = _command(
        commands,
        "download",
        "fetch a checkpoint, a tagger or a VAE, at a fixed commit and with its hash verified; goes on where it stopped",
    )
    download.add_argument(
        "names", nargs="*", metavar="NAME", help="of the table; default: what the configuration needs"
    )
    download.add_argument("--list", action="store_true", help="print the table, and fetch nothing")
    download.add_argument(
        "--config", type=Path, default=Path("config.toml"), help="the configuration file (default: %(default)s)"
    )
    download.add_argument(
        "--into", type=Path, default=Path("models"), metavar="FOLDER", help="where a NAME goes; default: %(default)s"
    )
    download.add_argument(
        "--from",
        type=Path,
        dest="carried",
        metavar="FILE",
        help="take a file, or a folder of files, that is here already",
    )
    download.add_argument("--offline", action="store_true", help="ask nobody: verify what is there")
    download.add_argument("--print-urls", action="store_true", help="print addresses and hashes, for aria2c or curl")
    download.set_defaults(command=_download)


def _add_workers(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    workers = _command(commands, "workers", "say who draws at the running engine or cluster, or have them begin anew")
    workers.add_argument(
        "--config", type=Path, default=Path("config.toml"), help="the configuration file (default: %(default)s)"
    )
    told = workers.add_mutually_exclusive_group()
    told.add_argument("--drain", metavar="WORKER", default="", help="let it end what it has and take nothing new")
    told.add_argument(
        "--reload",
        nargs="*",
        metavar="WORKER",
        help="read program and model anew, one worker after the other (default: all)",
    )
    workers.set_defaults(command=_workers)


def _add_bench(commands: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    bench = _command(commands, "bench", "measure how fast this machine draws, and how much memory it needs; minutes")
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

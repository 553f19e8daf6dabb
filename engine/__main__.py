"""The engine's command line: ``serve`` draws for the bot, ``draw`` draws one picture here, ``bench`` measures.

``cluster`` serves as ``serve`` does, on several cards. ``download`` fetches what they need, ``check`` says whether all
of it is there and fits this machine, ``look`` what a file of weights is.

Exit status: 0 done or told to stop, 1 no model or no picture, 2 wrong arguments or configuration, 78 a checkpoint that
``serve`` can never load as it is, 130 Ctrl-C while drawing. torch is imported by the command that needs it, in its
worker's thread, so that ``--help`` is quick.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

from engine import bench_command, config, draw_command, metrics, serve_command, serving
from engine.errors import ClusterError, DownloadError, GenerationError, ModelLoadError
from engine.terminal import (
    FAILED,
    INTERRUPTED,
    MISUSED,
    Version,
    as_called,
    complain,
    keep_to_what_is_installed,
    to_a_reader,
)

if TYPE_CHECKING:
    from collections.abc import Callable


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
        return complain(error, MISUSED)
    except BrokenPipeError:
        raise
    except ModelLoadError as error:
        serving = command is serve_command.run and not error.passing
        return complain(error, config.EXIT_UNUSABLE if serving else FAILED)
    except (ClusterError, DownloadError, GenerationError, OSError) as error:
        return complain(error, FAILED)


def _cluster(parsed: argparse.Namespace) -> int:
    if sys.platform == "win32":
        raise ClusterError("Ray's clusters need Linux: use WSL2, as docs/windows.md says")
    from engine.cluster import command

    return command.run(parsed)


def _workers(parsed: argparse.Namespace) -> int:
    from engine import workers

    _, wire = config.load(parsed.config)
    base = parsed.config.resolve().parent
    workers.run(wire, base, to_drain=parsed.drain, to_reload=parsed.reload, say=lambda line: print(line, flush=True))
    return 0


def _health(parsed: argparse.Namespace) -> int:
    engine, _ = config.load(parsed.config)
    path = "/healthz/ready" if parsed.ready else "/healthz/live"
    try:
        print(metrics.ask(engine.metrics, parsed.config.parent, path))
    except metrics.MetricsError as error:
        return complain(error, FAILED)
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
        return complain("stopped; start again, and it goes on from here", INTERRUPTED)


def _rate(parsed: argparse.Namespace) -> int:
    from engine import raters
    from engine.rated_folder import rate_folder, table

    engine, _ = config.load(parsed.config)
    rate = raters.load(engine.rating, lambda stage: print(f"{stage} …", file=sys.stderr))
    if rate is None:
        return complain('nothing rates pictures: engine.rating.by is "none"', MISUSED)
    try:
        rated = rate_folder(parsed.folder, rate, lambda line: print(line, file=sys.stderr))
    except OSError as error:
        return complain(f"{parsed.folder}: {error.strerror}", MISUSED)
    if not rated:
        return complain(f"{parsed.folder}: holds no PNG, WebP or JPEG file that can be read", MISUSED)
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
    serving.add_options(serve)
    serve.set_defaults(command=serve_command.run)
    cluster = _command(commands, "cluster", "draw for the bot as `serve` does, on several cards or machines, with Ray")
    serving.add_options(cluster)
    cluster.set_defaults(command=_cluster)

    health = _command(commands, "health", "ask the running engine whether it is well, by its page")
    health.add_argument(
        "--config", type=Path, default=Path("config.toml"), help="the configuration file (default: %(default)s)"
    )
    health.add_argument("--ready", action="store_true", help="ask whether it draws, not only whether it lives")
    health.set_defaults(command=_health)

    _add_workers(commands)
    draw = _command(commands, "draw", "draw one picture into a PNG file, without Discord")
    draw_command.add_options(draw)
    draw.set_defaults(command=draw_command.run)
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
    bench = _command(commands, "bench", "measure how fast this machine draws, and how much memory it needs; minutes")
    bench_command.add_options(bench)
    bench.set_defaults(command=bench_command.run)
    return whole


def _command(
    commands: argparse._SubParsersAction[argparse.ArgumentParser],  # pyright: ignore[reportPrivateUsage]  it has no public name
    name: str,
    help_: str,
) -> argparse.ArgumentParser:
    """Add a command that its own help describes as the list does."""
    return commands.add_parser(name, help=help_, description=f"{help_[0].upper()}{help_[1:]}.")


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


if __name__ == "__main__":
    sys.exit(main())

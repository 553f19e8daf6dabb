"""An engine without a model: speaks the wire as the real one does and draws flat pictures, with troubles on demand.

    python tests/bot/fake_engine.py serve --config config.toml [--die-with-parent] [troubles]

With ``--rates`` every picture is rated, by the prompt: ``shows 2`` is the third of the ratings, ``shows last 2``
the same of the last picture alone, ``withhold`` what nobody may see, and all others are safe. With ``--record FILE``
every command is written there, a line of JSON each. While there is a file ``hold`` beside the configuration, jobs whose
prompt contains what it says ("" is every job) stand still after their first step.

The colour of a picture follows from prompt and seed, so that one can tell whose it is. Troubles happen to the jobs
whose prompt contains ``--word`` ("" is every job), before step ``--at-step``; with ``--once FILE`` only the first
time, over every process that is told the same file.
"""

import argparse
import asyncio
import contextlib
import hashlib
import hmac
import io
import os
import re
import signal
import struct
import sys
from pathlib import Path
from typing import get_args

import msgspec
from aiohttp import WSMsgType, web
from PIL import Image
from yarl import URL

sys.path[0] = str(Path(__file__).parents[2])  # as a script it would find only its neighbours

from engine import config, cost, wire  # noqa: E402 - the line above lets it be found

SIZE_MULTIPLE = 8


def colour(prompt: str, seed: int) -> tuple[int, int, int]:
    """What a picture is filled with."""
    digest = hashlib.sha256(f"{seed} {prompt}".encode()).digest()
    return digest[0], digest[1], digest[2]


def png(width: int, height: int, fill: tuple[int, int, int]) -> bytes:
    """A flat picture."""
    file = io.BytesIO()
    Image.new("RGB", (width, height), fill).save(file, "PNG")
    return file.getvalue()


def latents(width: int, height: int, seed: int) -> wire.Latents:
    """What a picture was decoded from: one number, by its seed."""
    sides = height // SIZE_MULTIPLE, width // SIZE_MULTIPLE
    values = struct.pack("<e", seed % 100) * (4 * sides[0] * sides[1])
    return wire.Latents(channels=4, height=sides[0], width=sides[1], values=values)


class Client:
    """One connection and the jobs that came over it."""

    def __init__(self, socket: web.WebSocketResponse, options: argparse.Namespace) -> None:
        self.socket = socket
        self.options = options
        self.jobs: dict[str, asyncio.Task[None]] = {}
        self.workers: dict[str, str] = {}  # of every job that came
        one = options.workers == 1  # it is called as the real one calls itself
        names = ["engine"] if one else [f"card {number + 1}" for number in range(options.workers)]
        self.states: dict[str, wire.WorkerState] = dict.fromkeys(names, wire.Loading(stage="starting"))
        self.ready = wire.Ready(
            model_name="flat colours",
            model_hash="",
            device="none",
            size_multiple=SIZE_MULTIPLE,
            batch_cap=options.batch_cap,
            rates=options.rates,
        )

    async def send(self, event: wire.Event) -> None:
        with contextlib.suppress(ConnectionError):
            await self.socket.send_bytes(wire.encode(event))

    async def greet(self) -> None:
        for number in range(self.options.stages):
            await self.become(wire.Loading(stage=f"stage {number + 1}"), *self.states)
            await asyncio.sleep(self.options.loading_s)
        await self.become(self.ready, *self.states)
        if self.options.lora:
            found = (wire.FoundLora(name=name, hash=f"{at:012x}") for at, name in enumerate(self.options.lora))
            await self.send(wire.Loras(loras=tuple(found)))

    async def become(self, state: wire.WorkerState, *names: str) -> None:
        """Let workers be like this, and send the list."""
        self.states |= dict.fromkeys(names, state)
        workers = tuple(wire.ListedWorker(id=name, state=now) for name, now in self.states.items())
        await self.send(wire.Workers(protocol=self.options.protocol, workers=workers))

    async def lose(self, name: str) -> None:
        """Let a worker die as a cluster tells it, with everything that it had."""
        aboard = [job_id for job_id, worker in self.workers.items() if worker == name and job_id in self.jobs]
        for job_id in aboard:
            lost = wire.Failed(job_id=job_id, code="worker_lost", detail="as it was told", aboard=len(aboard))
            await self.send(lost)
        await self.become(wire.Lost(why="as it was told"), name)
        for job_id in aboard:
            self.jobs[job_id].cancel()

    async def take(self, frame: bytes) -> None:
        try:
            command = wire.decode_command(frame)
        except msgspec.DecodeError as error:
            await self.send(wire.Rejected(detail=str(error)))
            return
        if self.options.record is not None:
            with self.options.record.open("ab") as file:
                file.write(msgspec.json.encode(command) + b"\n")
        if isinstance(command, wire.Drain):
            await self.become(wire.Draining(), command.worker)
        elif isinstance(command, wire.Reload):
            await self.become(wire.Loading(stage="reading it anew"), command.worker)
            await self.become(self.ready, command.worker)
        elif isinstance(command, wire.Describe):
            await self.send(self.described(command))
        elif isinstance(command, wire.Cancel):
            if job := self.jobs.get(command.job_id):
                job.cancel()
        elif command.job_id in self.jobs:
            await self.send(wire.Failed(job_id=command.job_id, code="invalid_parameters", detail="already here"))
        else:
            self.workers[command.job_id] = command.worker or next(iter(self.states))
            self.jobs[command.job_id] = asyncio.create_task(self.draw(command))
            await asyncio.sleep(0)  # let it begin: a task that is cancelled before that could not say so

    async def draw(self, job: wire.Generate) -> None:
        try:
            await self.steps(job)
        except asyncio.CancelledError:
            await self.send(wire.Cancelled(job_id=job.job_id))
        finally:
            del self.jobs[job.job_id]

    async def steps(self, job: wire.Generate) -> None:
        loop = asyncio.get_running_loop()
        began = loop.time()
        each = cost.passes(
            job.sampling,
            strength=1.0 if job.start is None else job.start.strength,
            joint=0.0 if job.repaint is None else job.repaint.joint,
            details=job.details,
            enlargement=job.enlargement,
        )
        width, height, _ = each[-1]
        if job.details:
            width, height = job.sampling.width, job.sampling.height
        steps = sum(one.steps for one in each)
        total = steps * len(job.seeds)
        begins = "noise" if job.start is None else job.start.origin
        worker = self.workers[job.job_id] if len(self.states) > 1 else ""
        await self.send(wire.Started(job_id=job.job_id, worker=worker, begins=begins))
        for step in range(1, steps + 1):
            while step > 1 and self.is_held(job):  # noqa: ASYNC110  a test's file: nothing to be woken by
                await asyncio.sleep(0.02)
            if self.is_in_trouble(job, step) and not await self.trouble(job):
                return
            await asyncio.sleep(self.options.step_s)
            for number, seed in enumerate(job.seeds):
                if job.preview_every and step % job.preview_every == 0:
                    small = png(job.sampling.width // 8, job.sampling.height // 8, colour(job.prompt, seed))
                    await self.send(
                        wire.Preview(
                            job_id=job.job_id, number=number, step=step, image=small, rating=self.seen(job, number)
                        )
                    )
            await self.send(wire.Progress(job_id=job.job_id, steps_done=step * len(job.seeds), steps_total=total))
        if self.options.rates and "withhold" in job.prompt:
            await self.send(wire.Failed(job_id=job.job_id, code="withheld", detail="as it was told"))
            return
        for number, seed in enumerate(job.seeds):
            picture = png(width, height, colour(job.prompt, seed))
            await self.send(
                wire.Picture(
                    job_id=job.job_id,
                    number=number,
                    seed=seed,
                    png=picture,
                    rating=self.seen(job, number),
                    latents=latents(width, height, seed) if job.send_latents else None,
                )
            )
        await self.send(wire.Finished(job_id=job.job_id, engine_s=loop.time() - began))

    def seen(self, job: wire.Generate, number: int) -> wire.Rating | None:
        if not self.options.rates:
            return None
        told = re.search(r"shows (last )?(\d)", job.prompt)
        if told is None or (told[1] and number < len(job.seeds) - 1):
            return "safe"
        return get_args(wire.Rating)[int(told[2])]

    def described(self, command: wire.Describe) -> wire.Described:
        """Rate by colour: what is mostly red shows more than anybody may see."""
        if not self.options.rates:
            return wire.Described(question_id=command.question_id)
        red, green, blue = (sum(command.image.values[channel::3]) for channel in range(3))
        tags = tuple(wire.Tag(name=name, kind="general", share=0.9) for name in ("1girl", "red_hair", "outdoors"))
        rating = "explicit" if red > 2 * (green + blue) else "safe"
        return wire.Described(question_id=command.question_id, rating=rating, tags=tags, faces=())

    def is_held(self, job: wire.Generate) -> bool:
        try:
            return (self.options.config.parent / "hold").read_text() in job.prompt
        except FileNotFoundError:
            return False

    def is_in_trouble(self, job: wire.Generate, step: int) -> bool:
        options = self.options
        if options.trouble is None or step != options.at_step or options.word not in job.prompt:
            return False
        if options.once is not None:
            try:
                options.once.touch(exist_ok=False)
            except FileExistsError:
                return False
        return True

    async def trouble(self, job: wire.Generate) -> bool:
        """Have it; True if the job goes on afterwards."""
        match self.options.trouble:
            case "crash":
                os.kill(os.getpid(), signal.SIGKILL)
            case "hang":  # the loop itself stands still, as a process that is stuck in a driver does
                while True:
                    signal.pause()
            case "garbage":
                await self.socket.send_bytes(b"\xc1")
            case "slow":
                await asyncio.Event().wait()
            case "lose":
                await self.lose(self.workers[job.job_id])
            case "cancel":
                await self.send(wire.Cancelled(job_id=job.job_id))
                return False
            case code:
                await self.send(wire.Failed(job_id=job.job_id, code=code, detail="as it was told"))
                return False
        return True


async def serve(options: argparse.Namespace) -> None:
    """Listen where the configuration says, until SIGTERM, SIGINT or, as a child, the end of standard input."""
    _, where = config.load(options.config)
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        if options.ignore_sigterm:
            signal.signal(number, signal.SIG_IGN)
        else:
            loop.add_signal_handler(number, stop.set)
    if options.die_with_parent and not options.ignore_sigterm:
        loop.add_reader(sys.stdin.fileno(), lambda: None if os.read(sys.stdin.fileno(), 4096) else stop.set())
    secret = os.environ.get("ESHI_WIRE_SECRET", "")
    if where.secret_file:
        secret = (options.config.parent / where.secret_file).read_text().strip()
    clients: set[Client] = set()

    async def connect(request: web.Request) -> web.WebSocketResponse:
        shown = request.headers.get("Authorization", "")
        if not where.url.startswith("unix:") and not hmac.compare_digest(shown, f"Bearer {secret}"):
            raise web.HTTPUnauthorized
        socket = web.WebSocketResponse(max_msg_size=wire.MAX_MESSAGE_BYTES)
        await socket.prepare(request)
        client = Client(socket, options)
        clients.add(client)
        try:
            await client.greet()
            async for message in socket:
                if message.type is WSMsgType.BINARY:
                    await client.take(message.data)
        finally:
            clients.discard(client)
            for job in client.jobs.values():
                job.cancel()
        return socket

    app = web.Application()
    app.router.add_get("/", connect)
    runner = web.AppRunner(app, shutdown_timeout=1.0)
    await runner.setup()
    path = options.config.parent / where.url.removeprefix("unix:")
    if where.url.startswith("unix:"):
        path.unlink(missing_ok=True)
        site: web.BaseSite = web.UnixSite(runner, str(path))
    else:
        url = URL(where.url)
        site = web.TCPSite(runner, url.host, url.port)
    await site.start()
    sys.stderr.write("listening\n")
    await stop.wait()
    for client in tuple(clients):
        await client.socket.close()
    await runner.cleanup()
    if where.url.startswith("unix:"):
        path.unlink(missing_ok=True)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("command", choices=["serve"])
    parser.add_argument("--config", type=Path, required=True)
    parser.add_argument("--die-with-parent", action="store_true")
    parser.add_argument("--step-s", type=float, default=0.0, help="seconds for a step")
    parser.add_argument("--stages", type=int, default=1, help="how many Loading come before Ready")
    parser.add_argument("--loading-s", type=float, default=0.0, help="seconds for a stage")
    parser.add_argument("--workers", type=int, default=1)
    parser.add_argument("--batch-cap", type=int, default=4)
    parser.add_argument("--protocol", type=int, default=wire.PROTOCOL)
    parser.add_argument("--record", type=Path)
    parser.add_argument("--lora", action="append", default=[], metavar="NAME", help="one that there is")
    parser.add_argument("--rates", action="store_true", help="every picture says what it shows")
    parser.add_argument(
        "--trouble",
        help="crash, hang (nothing answers any more), slow (the job stands still), cancel, garbage, or an error code",
    )
    parser.add_argument("--word", default="")
    parser.add_argument("--at-step", type=int, default=1)
    parser.add_argument("--once", type=Path)
    parser.add_argument("--exit", type=int, help="end at once with this status")
    parser.add_argument("--ignore-sigterm", action="store_true", help="only SIGKILL ends it")
    options = parser.parse_args()
    if options.exit is not None:
        sys.stderr.write("something is wrong with the model\n")
        raise SystemExit(options.exit)
    asyncio.run(serve(options))


if __name__ == "__main__":
    main()

"""The real engine as a process behind a TCP port with a secret, and somebody honest who has pictures drawn by it."""

import asyncio
import contextlib
import os
import signal
import socket
import sys
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import psutil

from engine import wire
from tests.engine.modelless import is_ready
from tests.patience import PATIENCE_S

ROOT = Path(__file__).parents[2]
SECRET = "s3cret"  # noqa: S105  (made up here)
HEADERS = {"Authorization": f"Bearer {SECRET}"}


@dataclass
class Engine:
    """A process that runs."""

    process: asyncio.subprocess.Process
    port: int
    log: Path

    @property
    def address(self):
        return f"ws://127.0.0.1:{self.port}/"

    @property
    def memory(self):
        """In bytes."""
        return psutil.Process(self.process.pid).memory_info().rss

    async def end(self):
        """Tell it to stop, as a service manager does; gives its exit status."""
        self.process.send_signal(signal.SIGTERM)
        return await asyncio.wait_for(self.process.wait(), PATIENCE_S)


@asynccontextmanager
async def running_engine(folder, checkpoint):
    """Start it; killed at the end if it has not ended."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    config = folder / "engine.toml"
    config.write_text(
        f'[wire]\nurl = "ws://127.0.0.1:{port}"\n[engine]\nmodel = "{checkpoint}"\noffline = true\ndevice = "cpu"\n'
    )
    log = folder / "engine.log"
    with log.open("wb") as file:
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "engine", "serve", "--config", str(config)),
            cwd=ROOT,
            env={**os.environ, "ESHI_WIRE_SECRET": SECRET, "OMP_NUM_THREADS": "1"},
            stderr=file,
        )
    try:
        yield Engine(process, port, log)
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


class Honest:
    """A client as the bot is one: one connection, one job after the other."""

    def __init__(self, socket):
        self._socket = socket
        self.asked = self.drawn = 0
        self.slowest_s = 0.0

    @classmethod
    @asynccontextmanager
    async def connected(cls, engine):
        """Wait until the engine listens and is ready."""
        async with aiohttp.ClientSession() as session, await _opened(session, engine) as opened:
            honest = cls(opened)
            async with asyncio.timeout(PATIENCE_S):
                while not is_ready(await honest._event()):
                    pass
            yield honest

    async def draw(self, count=1, *, prompt="1girl, smile", preview_every=0):
        """Have so many pictures drawn in one job.

        Raises:
            RuntimeError: It was not.
        """
        self.asked += 1
        job, began = f"honest-{self.asked}", time.monotonic()
        request = wire.Generate(
            job_id=job,
            prompt=prompt,
            negative_prompt="lowres",
            sampling=wire.SamplingParams(num_inference_steps=2, width=64, height=64),
            preview_every=preview_every,
            seeds=tuple(range(count)),
        )
        await self._socket.send_bytes(wire.encode(request))
        pictures = 0
        async with asyncio.timeout(PATIENCE_S):
            while True:
                match await self._event():
                    case wire.Picture(job_id=name) if name == job:
                        pictures += 1
                    case wire.Finished(job_id=name) if name == job and pictures == count:
                        break
                    case wire.Failed() | wire.Cancelled() | wire.Rejected() | wire.Finished() as event:
                        raise RuntimeError(f"{job}: {event}")
                    case _:
                        pass
        self.drawn += 1
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)

    async def _event(self):
        frame = await self._socket.receive()
        if frame.type is not aiohttp.WSMsgType.BINARY:
            raise RuntimeError(f"the honest client's connection ended: {frame.type.name} {frame.data} {frame.extra}")
        return wire.decode_event(frame.data)


async def _opened(session, engine):
    """A connection, as soon as the engine listens."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            try:
                return await session.ws_connect(engine.address, headers=HEADERS, max_msg_size=wire.MAX_MESSAGE_BYTES)
            except aiohttp.ClientConnectorError as error:
                if engine.process.returncode is not None:
                    raise RuntimeError(f"the engine ended: {engine.log.read_text()[-2000:]}") from error
                await asyncio.sleep(0.05)  # another process: nothing to be woken by

"""A hundred thousand frames and requests that are made to hurt, to an engine that draws for somebody else meanwhile."""

import asyncio
import contextlib
import math
import tempfile
import time
from pathlib import Path
from random import Random

import aiohttp

from engine import wire
from tests.fuzz._bad_frames import ODD_TEXT, bad_frames
from tests.fuzz._bad_requests import bad_requests
from tests.fuzz._engine import HEADERS, ROOT, SECRET, Honest, running_engine
from tests.fuzz._report import MB, Report, grown_mb

CHECKPOINT = ROOT / "engine" / "demo" / "checkpoint"
NUMBER = 100_000
REQUESTS_SHARE = 0.1
"""Of all that is sent; the rest are frames of clients that have the secret."""
BURST = 400
"""Frames of one connection."""
DEAF_BURST = 1_500
"""Of one that never reads what it is answered."""
DEAF_SHARE = 0.02
DEAF = "frame: any, of a client that never reads"
FRAME_SENDERS, REQUEST_SENDERS = 4, 16
"""At once."""
LORIS = 50
"""Connections that send a byte now and then, for as long as it all goes on."""
GROWN_MB = 100.0
ANSWER_S = 0.25
"""For a request's answer; many wait for more, and are left open until then."""
SEND_S = 5.0
"""For a frame: who is not read any more stops there."""
JOBS = 5
"""Drawn before the memory is looked at, the first time and the last."""
LARGEST = {"count": 16, "prompt": ODD_TEXT, "preview_every": 1}
"""Drawn before the first time: what is sent later holds such jobs too, and what they took stays allocated."""


def run(seed, seconds):
    with tempfile.TemporaryDirectory(prefix="eshi-fuzz-") as folder:
        report = asyncio.run(send_all(Path(folder), CHECKPOINT, seed=seed, seconds=seconds))
    return report.publish()


async def send_all(folder, checkpoint, *, seed, seconds, number=NUMBER, largest=LARGEST):
    """Send so many, or as many as the time lets; gives what came of them."""
    report = Report("frames", seed, number)
    async with running_engine(folder, checkpoint) as engine:
        async with Honest.connected(engine) as honest:
            ready = engine.memory
            await honest.draw(**largest)
            for _ in range(JOBS):
                await honest.draw()
            before = engine.memory
            await _attack(engine, honest, report, number=number, end=time.monotonic() + seconds)
            await _honestly(honest, report, honest.asked + JOBS)
            after = engine.memory
            for when, size in (("when it was ready", ready), ("before", before), ("after", after)):
                report.measured[f"memory of the engine {when}, MB"] = round(size / MB, 1)
            report.at_most("memory of the engine has grown by, MB", grown_mb(before, after), GROWN_MB)
        status = await engine.end()
        log = engine.log.read_text(errors="replace")
    report.measured["jobs of the honest client, drawn"] = honest.drawn
    report.measured["slowest of them, s"] = round(honest.slowest_s, 2)
    report.measured["lines in the log"] = log.count("\n")
    if honest.drawn < honest.asked:
        report.wrong.append(f"{honest.asked - honest.drawn} jobs of the honest client were not drawn")
    if tracebacks := log.count("Traceback"):
        report.wrong.append(
            f"{tracebacks} tracebacks in the engine's log, the last: {log.strip().splitlines()[-1][:200]}"
        )
    if status != 0:
        report.wrong.append(f"the engine ended with status {status}")
    return report


async def _attack(engine, honest, report, *, number, end):
    """Send it all while the honest client draws."""
    over, chance = asyncio.Event(), Random(report.seed)
    shares = ((_send_frames, FRAME_SENDERS, 1 - REQUESTS_SHARE), (_send_requests, REQUEST_SENDERS, REQUESTS_SHARE))
    async with asyncio.TaskGroup() as group:
        drawing = group.create_task(_honestly(honest, report, over=over))
        slow = [group.create_task(_send_slowly(engine, over)) for _ in range(LORIS)]
        sending = [
            group.create_task(send(engine, report, Random(chance.random()), math.ceil(number * share / senders), end))
            for send, senders, share in shares
            for _ in range(senders)
        ]
        await asyncio.wait(sending)
        over.set()
        await asyncio.wait([drawing, *slow])


async def _honestly(honest, report, number=math.inf, *, over=None):
    """Have one picture after the other drawn, until so many were asked for or it is all over."""
    try:
        while honest.asked < number and not (over is not None and over.is_set()):
            await honest.draw()
    except (RuntimeError, TimeoutError, OSError) as error:
        report.wrong.append(f"the honest client: {error or type(error).__name__}")


async def _send_frames(engine, report, chance, quota, end):
    """Connect with the secret, send a burst, leave; and again."""
    frames = bad_frames(chance)
    async with aiohttp.ClientSession() as session:
        while quota > 0 and time.monotonic() < end:
            is_deaf = chance.random() < DEAF_SHARE
            size = min(DEAF_BURST if is_deaf else chance.randint(1, BURST), quota)
            try:
                connection = await session.ws_connect(engine.address, headers=HEADERS, autoping=not is_deaf)
            except (aiohttp.ClientError, OSError) as error:
                report.came["all frames"][f"no connection: {type(error).__name__}"] += 1
                continue
            async with connection:
                answers = asyncio.create_task(_count_answers(connection, report)) if not is_deaf else None
                quota -= await _burst(connection, report, frames, size, is_deaf=is_deaf)
                if answers is not None:
                    with contextlib.suppress(TimeoutError):
                        await asyncio.wait_for(answers, 0.01 + 0.2 * chance.random())


async def _burst(connection, report, frames, size, *, is_deaf):
    """Give how many could be sent."""
    sent = 0
    with contextlib.suppress(aiohttp.ClientError, OSError):
        for _ in range(size):
            kind, frame = next(frames)
            if isinstance(frame, str):
                await connection.send_str(frame)
            else:
                async with asyncio.timeout(SEND_S):
                    await connection.send_bytes(frame)
            report.sent[DEAF if is_deaf else kind] += 1
            sent += 1
    if sent < size:
        report.came["all frames"]["cut off before the rest could be sent"] += 1
    return sent


async def _count_answers(connection, report):
    came = report.came["all frames"]
    async for message in connection:
        event = wire.decode_event(message.data)
        came[type(event).__name__ if not isinstance(event, wire.Failed) else f"Failed ({event.code})"] += 1
    came[f"closed with {connection.close_code}"] += 1


async def _send_requests(engine, report, chance, quota, end):
    """A connection each: send it, and look at the first line of the answer."""
    requests = bad_requests(chance, SECRET)
    while quota > 0 and time.monotonic() < end:
        quota -= 1
        kind, data = next(requests)
        report.sent[kind] += 1
        report.came[kind][await _request(engine, data)] += 1


async def _request(engine, data):
    """Send a request; gives the status that came, and whether the connection was closed then."""
    answer, writer, end = bytearray(), None, "reset"
    try:
        async with asyncio.timeout(ANSWER_S):
            reader, writer = await asyncio.open_connection("127.0.0.1", engine.port)
            writer.write(data)
            while piece := await reader.read(65536):
                answer += piece[: 4096 - len(answer)]
            end = "closed"
    except TimeoutError:
        end = "left open"
    except OSError:
        pass
    finally:
        if writer is not None:
            writer.close()
    return f"{answer[9:12].decode('latin-1')} {end}".strip()


async def _send_slowly(engine, over):
    """Begin a request and never end it, on one connection after the other where it is closed."""
    while not over.is_set():
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection("127.0.0.1", engine.port)
            writer.write(b"GET / HTTP/1.1\r\n")
            while not over.is_set() and not writer.is_closing():
                writer.write(b"X-a: b\r\n")
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(over.wait(), 1.0)
            writer.close()

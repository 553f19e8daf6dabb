"""A client that asks and never reads is dropped before it fills the memory; a slow one gets every picture."""

import asyncio
import contextlib
import os
from pathlib import Path

import pytest

from engine import server, wire
from engine.client import ConnectedClient
from engine.config import Wire
from engine.listen import bind
from engine.wire import MAX_JOBS, Failed, Finished, Picture
from tests.engine.modelless import READY, Worker, connected, frame, job, serving, upgraded
from tests.patience import until


@pytest.fixture
async def engine(tmp_path, monkeypatch):
    """A server on a Unix socket, and its worker."""
    monkeypatch.setattr(server, "Worker", Worker)
    async for one in serving(bind(Wire(), tmp_path, {})):
        yield one


def memory():
    """What this process has in memory, in MiB."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGESIZE") / 1024**2


async def flood(client, data):
    """Send this again and again, until the other end is gone; give how much it took."""
    sent, loop = 0, asyncio.get_running_loop()
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(30):
            while True:
                await loop.sock_sendall(client, data)
                sent += len(data)
    return sent


@pytest.mark.parametrize(
    "data",
    [frame(2, b"\xff\xff") * 500, frame(1, b"hello") * 500, frame(2, wire.encode(job())) * 100],
    ids=["no command", "text", "one id again and again"],
)
async def test_a_client_that_only_sends_is_dropped(engine, tmp_path, caplog, data):
    """Each of its commands is answered, and it reads no answer; another client's commands are heard meanwhile."""
    before = memory()
    async with connected(tmp_path / "engine.sock") as honest:
        deaf = await upgraded(tmp_path / "engine.sock")
        flooding = asyncio.create_task(flood(deaf, data))
        while not flooding.done():
            await honest.send_bytes(b"\xff")
            await asyncio.wait_for(honest.receive(), 5)
        assert await flooding < 20 * 1024**2
        deaf.close()
        assert memory() - before < 40
        assert len([line for line in caplog.messages if "a client that does not read is dropped" in line]) == 1
        await until(lambda: len(engine._clients) == 1)
    assert not any(record.exc_info for record in caplog.records)


@pytest.mark.parametrize("workers", [1, 2])
async def test_a_client_that_reads_no_pictures_is_dropped_before_they_fill_the_memory(
    engine, tmp_path, caplog, workers
):
    """And what it asked for is cancelled. A front that speaks for several workers has room for what each says."""
    engine._clients.make_room(workers)
    deaf = await upgraded(tmp_path / "engine.sock")
    await asyncio.get_running_loop().sock_sendall(deaf, frame(2, wire.encode(job())))
    await until(lambda: engine._worker.jobs)
    [drawn] = engine._worker.jobs
    large = bytes(4 * 1024**2)
    for number in range(70 * workers):  # the bytes are one object, so that only the count of them grows here
        drawn.emit(Picture(job_id="job 0", number=number, seed=1, png=large))
    await until(lambda: not engine._clients)
    assert f"messages of {256 * workers} MiB wait for it" in caplog.text
    assert engine._worker.cancelled == [drawn]
    deaf.close()


async def test_a_slow_client_gets_every_picture(engine, tmp_path):
    """As many as the bot can ever have asked for, each as large as noise is."""
    count, size = 67, 3_200_000
    async with connected(tmp_path / "engine.sock") as slow:
        await slow.send_bytes(wire.encode(job()))
        await until(lambda: engine._worker.jobs)
        [drawn] = engine._worker.jobs
        data = bytes(size)
        for number in range(count):
            drawn.emit(Picture(job_id="job 0", number=number, seed=1, png=data))
        drawn.emit(Finished(job_id="job 0", engine_s=1.0))
        seen = []
        while not seen or not isinstance(seen[-1], Finished):
            seen.append(wire.decode_event((await slow.receive()).data))
            await asyncio.sleep(0)
    assert [event.number for event in seen[:-1]] == list(range(count))


class Deaf:
    """A socket that takes nothing."""

    async def send_bytes(self, _frame):
        await asyncio.Event().wait()


async def test_a_client_that_takes_nothing_is_dropped_in_time(caplog):
    """Also one that answers pings."""
    cut = asyncio.Event()
    client = ConnectedClient(Deaf(), cut=cut.set, stall_s=0.01)
    client.tell(READY)
    await client.send()
    assert cut.is_set()
    client.tell(READY)
    assert client._outbox.empty
    assert "for 0.01 s" in caplog.text


async def test_a_client_may_have_so_many_jobs_and_no_more(engine, tmp_path):
    """The rest are refused by a code that the bot knows, and the first ones go on."""
    async with connected(tmp_path / "engine.sock") as websocket:
        for number in range(MAX_JOBS + 3):
            await websocket.send_bytes(wire.encode(job(number)))
        refused = [wire.decode_event((await websocket.receive()).data) for _ in range(3)]
        assert [(event.job_id, event.code) for event in refused] == [
            (f"job {number}", "too_many_jobs") for number in range(MAX_JOBS, MAX_JOBS + 3)
        ]
        assert len(engine._worker.jobs) == MAX_JOBS
        engine._worker.jobs[0].emit(Finished(job_id="job 0", engine_s=1.0))
        await websocket.receive()
        await websocket.send_bytes(wire.encode(job(MAX_JOBS)))
        await websocket.send_bytes(wire.encode(job(MAX_JOBS + 1)))
        event = wire.decode_event((await websocket.receive()).data)
        assert isinstance(event, Failed)
        assert event.job_id == f"job {MAX_JOBS + 1}"
    assert engine._worker.jobs[-1].request.job_id == f"job {MAX_JOBS}"


async def test_a_client_s_pictures_are_bounded_all_together(engine, tmp_path, monkeypatch):
    """What its jobs begin with is memory; when one of them has ended there is room again."""
    image = wire.Pixels(width=64, height=64, values=bytes(3 * 64 * 64))
    monkeypatch.setattr("engine.client.MAX_CARRIED_BYTES", 2 * len(image.values))
    start = wire.Start(image=image, strength=0.5)
    async with connected(tmp_path / "engine.sock") as websocket:
        for number in range(3):
            await websocket.send_bytes(wire.encode(job(number, start=start)))
        refused = wire.decode_event((await websocket.receive()).data)
        assert (refused.job_id, refused.code) == ("job 2", "too_many_jobs")
        engine._worker.jobs[0].emit(Finished(job_id="job 0", engine_s=1.0))
        await websocket.receive()
        await websocket.send_bytes(wire.encode(job(3, start=start)))
        await websocket.send_bytes(wire.encode(job(4)))
        await websocket.send_bytes(wire.encode(job(4)))
        assert wire.decode_event((await websocket.receive()).data).job_id == "job 4"
    assert [one.request.job_id for one in engine._worker.jobs] == ["job 0", "job 1", "job 3", "job 4"]

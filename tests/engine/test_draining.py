"""An engine that is to take nothing new, or to read its model anew: what it has is drawn first."""

import asyncio
import logging
import threading

import pytest

from engine import server, wire
from engine.config import Engine, EngineConfigError, Wire
from engine.listen import bind
from tests.engine.modelless import READY, Worker, connected, job


@pytest.fixture
async def engine(tmp_path, monkeypatch):
    """An engine without a model, what it was started with, and the configuration that it reads anew."""
    made = []

    class Noted(Worker):
        def __init__(self, config, *, emit, **others):
            super().__init__(config, emit=emit, **others)
            made.append((config, self))

    monkeypatch.setattr(server, "Worker", Noted)
    configurations = [Engine(batch_cap=7)]

    def reread():
        if not configurations:
            raise EngineConfigError("broken")
        return configurations.pop()

    stop = asyncio.Event()
    path = tmp_path / "engine.sock"
    running = server.Server(Engine(), bind(Wire(url=f"unix:{path}"), tmp_path, {}), reread=reread)
    task = asyncio.create_task(running.run(stop))
    yield running, path, made, configurations
    stop.set()
    assert await task
    logging.getLogger("engine.http").filters.clear()


async def events(websocket):
    async for message in websocket:
        yield wire.decode_event(message.data)


async def states(websocket, until):
    """How the worker is, up to when it is like this."""
    seen = []
    async for event in events(websocket):
        if isinstance(event, wire.Workers):
            seen.append(event.workers[0].state)
            if isinstance(seen[-1], until):
                return seen
    raise AssertionError(seen)


async def answer(websocket):
    async for event in events(websocket):
        if not isinstance(event, wire.Workers):
            return event
    raise AssertionError


async def test_what_drains_takes_nothing_new(engine):
    """And says so to everybody; what it has goes on."""
    _, path, made, _ = engine
    async with connected(path) as websocket, connected(path) as other:
        await websocket.send_bytes(wire.encode(job(1)))
        await websocket.send_bytes(wire.encode(wire.Drain(worker="engine")))
        await states(websocket, wire.Draining)
        await states(other, wire.Draining)
        await websocket.send_bytes(wire.encode(job(2)))
        failed = await answer(websocket)
        assert (failed.job_id, failed.code) == ("job 2", "model_not_ready")
        [(_, worker)] = made
        assert [received.request.job_id for received in worker.jobs] == ["job 1"]
        assert worker.cancelled == []


async def test_a_model_is_read_anew_once_nothing_is_drawn(engine):
    """With the configuration as it is by then, in the same process: whoever is connected stays so."""
    _, path, made, _ = engine
    async with connected(path) as websocket:
        await websocket.send_bytes(wire.encode(job(1)))
        await websocket.send_bytes(wire.encode(wire.Reload(worker="engine")))
        await states(websocket, wire.Draining)
        [(_, worker)] = made
        [received] = worker.jobs
        received.emit(wire.Finished(job_id="job 1", engine_s=1.0))
        assert isinstance(await answer(websocket), wire.Finished)
        assert [type(state) for state in await states(websocket, wire.Ready)] == [wire.Loading, wire.Ready]
        assert [config.batch_cap for config, _ in made] == [Engine().batch_cap, 7]
        await websocket.send_bytes(wire.encode(job(2)))
        await websocket.send_bytes(wire.encode(wire.Drain(worker="engine")))
        await states(websocket, wire.Draining)
        assert [received.request.job_id for received in made[-1][1].jobs] == ["job 2"]


async def test_a_model_is_read_anew_once_the_old_one_s_compiler_has_ended(engine):
    """Which holds the old model; and whoever asks meanwhile is told what is waited for."""
    _, path, made, _ = engine
    over = threading.Event()
    async with connected(path) as websocket:
        [(_, worker)] = made
        worker.compiling, worker.wait_for_compiler = True, over.wait
        await websocket.send_bytes(wire.encode(wire.Reload(worker="engine")))
        loading = (await states(websocket, wire.Loading))[-1]
        assert loading.stage == "waiting for the compiler to end"
        assert len(made) == 1
        over.set()
        await states(websocket, wire.Ready)
    assert len(made) == 2


async def test_a_broken_configuration_keeps_the_model_that_is_there(engine):
    _, path, made, configurations = engine
    configurations.clear()
    async with connected(path) as websocket:
        await websocket.send_bytes(wire.encode(wire.Reload(worker="engine")))
        await states(websocket, wire.Draining)
        await states(websocket, wire.Ready)
    assert [config for config, _ in made] == [Engine(), Engine()]


async def test_whoever_leaves_does_not_keep_a_model_from_being_read_anew(engine):
    _, path, made, _ = engine
    async with connected(path) as websocket:
        async with connected(path) as leaving:
            await leaving.send_bytes(wire.encode(job(1)))
            await leaving.send_bytes(wire.encode(wire.Reload(worker="engine")))
            await states(leaving, wire.Draining)
        await states(websocket, wire.Loading)
    assert len(made) == 2


@pytest.mark.parametrize("command", [wire.Drain(worker="other"), wire.Reload(worker="other")])
async def test_a_worker_that_is_not_here_is_named(engine, command):
    _, path, made, _ = engine
    async with connected(path) as websocket:
        await websocket.send_bytes(wire.encode(command))
        assert await answer(websocket) == wire.Rejected(detail="there is no worker other")
        await websocket.send_bytes(wire.encode(job(1, worker="other")))
        assert (await answer(websocket)).code == "invalid_parameters"
    assert made[0][1].jobs == []


async def test_a_list_says_how_many_jobs_there_are(engine):
    _, path, _, _ = engine
    async with connected(path) as websocket:
        await websocket.send_bytes(wire.encode(job(1)))
        await websocket.send_bytes(wire.encode(wire.Drain(worker="engine")))
        async for event in events(websocket):
            assert event.workers[0].jobs == 1
            break
    assert READY.batch_cap == 1

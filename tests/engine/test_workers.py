"""What an operator asks a running engine: who draws there, and whether one after the other begins anew."""

import asyncio
import logging

import pytest

from engine import server, workers
from engine.config import Engine, Wire
from engine.errors import ClusterError
from engine.listen import bind
from tests.engine.modelless import READY, Worker
from tests.patience import until


@pytest.fixture
async def wire(tmp_path, monkeypatch):
    """Where an engine without a model listens."""
    monkeypatch.setattr(server, "Worker", Worker)
    where = Wire(url=f"unix:{tmp_path}/engine.sock")
    stop = asyncio.Event()
    running = server.Server(Engine(), bind(where, tmp_path, {}))
    task = asyncio.create_task(running.run(stop))
    await until(lambda: running._state == READY)
    yield where
    stop.set()
    assert await task
    logging.getLogger("engine.http").filters.clear()


async def test_each_worker_is_told_in_a_line(wire, tmp_path):
    assert await workers.look(wire, tmp_path, {}) == ["engine: draws with none on none"]


async def test_one_that_is_drained_takes_nothing_and_begins_anew_when_it_is_told_to(wire, tmp_path):
    await workers.drain(wire, tmp_path, "engine", {})
    assert await workers.look(wire, tmp_path, {}) == ["engine: takes nothing new"]
    said = []
    await workers.reload(wire, tmp_path, [], said.append, {})
    assert said == ["engine begins anew …", "engine: draws with none on none"]


@pytest.mark.parametrize("name", ["other", "card 1"])
async def test_a_worker_that_is_not_there_is_named_with_those_that_are(wire, tmp_path, name):
    for work in (workers.drain(wire, tmp_path, name, {}), workers.reload(wire, tmp_path, [name], print, {})):
        with pytest.raises(ClusterError, match=f"there is no worker {name}; there are: engine"):
            await work


async def test_nobody_there_is_said(tmp_path):
    with pytest.raises(ClusterError, match="no engine can be asked there"):
        await workers.look(Wire(url="unix:nobody.sock"), tmp_path, {})

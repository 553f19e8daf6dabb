"""An engine that crashes, hangs or talks nonsense: its jobs are told, and another one draws the next."""

import asyncio
import logging
import re
import signal

import pytest

from bot.engine.client import EngineClient
from bot.engine.drawing_engine import Away
from bot.errors import EngineDied, EngineTimeout, EngineUnavailable
from engine.silence_timeout import SilenceTimeout
from tests.bot.engine.conftest import Statuses, drawn, generate, pictures, running_engine

pytestmark = pytest.mark.usefixtures("nothing_left")

SILENT = r"it has jobs and sent nothing for [\d.]+ s"


def be_patient(client):
    """What follows a hang is drawn however slow the machine is just now."""
    client._silence_timeout, client._heartbeat_s = SilenceTimeout(first_s=30.0), 30.0


async def test_an_engine_that_crashes_is_started_again(fake, tmp_path, caplog):
    """Its jobs are told, and what comes next is drawn by the new process."""
    caplog.set_level(logging.INFO)
    async with fake("--trouble", "crash", "--at-step", 2, "--once", tmp_path / "crashed") as client:
        await client.ready()
        results = await asyncio.gather(*(drawn(client, generate(job)) for job in "AB"), return_exceptions=True)
        assert [type(result) for result in results] == [EngineDied, EngineDied]
        assert not any(result.alone for result in results)
        with pytest.raises(EngineUnavailable, match="the engine is not ready: away"):
            await drawn(client, generate())
        await client.ready()
        assert len(pictures(await drawn(client, generate()))) == 2
    assert "The engine was ended by signal 9 (Killed); starting it again in 0 s." in caplog.messages
    assert "listening" in [record.message for record in caplog.records if record.name == "engine"]


async def test_a_job_under_which_the_engine_died_alone_is_known(fake, tmp_path):
    """It had no other job, so it is this one or the engine itself."""
    async with fake("--trouble", "crash", "--once", tmp_path / "crashed") as client:
        await client.ready()
        with pytest.raises(EngineDied) as caught:
            await drawn(client, generate())
        assert caught.value.alone


async def test_an_engine_that_hangs_is_ended_and_started_again(fake, tmp_path, caplog):
    """Silence while it has jobs is a death, even if the process lives and takes no notice of SIGTERM."""
    async with fake("--trouble", "hang", "--once", tmp_path / "hung", silence_s=0.2, stop_s=0.1) as client:
        await client.ready()
        with pytest.raises(EngineTimeout, match=rf"^{SILENT}$"):
            await drawn(client, generate())
        be_patient(client)
        await client.ready()
        assert len(pictures(await drawn(client, generate()))) == 2
    said = "\n".join(caplog.messages)
    assert re.search(rf"The engine hangs \({SILENT}\) and was ended", said)
    assert "The engine did not stop within 0.1 s of being asked; it is killed." in said


async def test_an_idle_engine_that_answers_no_ping_is_replaced(fake, caplog):
    """Nobody needs to lose a job to find out."""
    async with fake(heartbeat_s=0.2, stop_s=0.05) as client:
        await client.ready()
        statuses = Statuses(client)
        client._child._process.send_signal(signal.SIGSTOP)
        await statuses.until(lambda status: isinstance(status, Away) and "answers no ping" in status.why)
        be_patient(client)
        await client.ready()
        assert len(pictures(await drawn(client, generate()))) == 2
    assert "The engine hangs (it answers no ping) and was ended; starting it again in 0 s." in caplog.messages


async def test_an_engine_that_is_only_connected_to_is_left_and_found_again(settings, tmp_path):
    """It hangs in one job and not in its socket: the next connection finds it."""
    read = settings()
    command = ("--trouble", "slow", "--word", "slow")
    async with running_engine(read, "", *command):
        silence_timeout = SilenceTimeout(first_s=0.2, floor_s=0.2)
        async with EngineClient(
            tmp_path / "engine.sock", silence_timeout=silence_timeout, reconnect_s=(0.01,)
        ) as client:
            await client.ready()
            with pytest.raises(EngineTimeout):
                await drawn(client, generate(prompt="slow"))
            be_patient(client)
            await client.ready()
            assert len(pictures(await drawn(client, generate()))) == 2


async def test_an_engine_that_sends_garbage_is_left_and_connected_to_anew(fake, tmp_path):
    async with fake("--trouble", "garbage", "--once", tmp_path / "sent") as client:
        await client.ready()
        with pytest.raises(EngineDied, match="does not understand"):
            await drawn(client, generate())
        await client.ready()
        assert len(pictures(await drawn(client, generate()))) == 2

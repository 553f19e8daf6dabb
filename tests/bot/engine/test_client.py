"""The line to the engine, against a real process that speaks the wire (see fake_engine.py)."""

import asyncio
import contextlib
import io
import itertools
import logging
import os
import re
import signal
import socket
import subprocess
import sys
from pathlib import Path

import aiohttp
import psutil
import pytest
from aiohttp.test_utils import unused_port
from PIL import Image
from yarl import URL

from bot import config
from bot.engine.child import EngineChild
from bot.engine.client import Away, EngineClient
from bot.engine.pulse import Pulse
from bot.errors import ConfigError, EngineDied, EngineTimeout, EngineUnavailable, GenerationFailed
from engine import wire

FAKE = Path(__file__).parents[1] / "fake_engine.py"


def generate(job_id="A", **changes):
    values = {
        "job_id": job_id,
        "prompt": f"prompt of {job_id}",
        "negative_prompt": "",
        "width": 64,
        "height": 128,
        "num_inference_steps": 4,
        "guidance_scale": 5.0,
        "sampler": "euler_a",
        "seeds": (7, 8),
    }
    return wire.Generate(**values | changes)


async def drawn(client, job):
    async with contextlib.aclosing(client.generate(job)) as events:
        return [event async for event in events]


def pictures(events):
    return {event.number: event for event in events if isinstance(event, wire.Picture)}


class Statuses:
    """Remembers what a client told its listeners, and waits for what it will tell."""

    def __init__(self, client):
        self.seen = []
        self.news = asyncio.Event()
        client.listen(self.hear)

    def hear(self, status):
        self.seen.append(status)
        self.news.set()

    async def until(self, test):
        while not any(map(test, self.seen)):
            self.news.clear()
            await self.news.wait()


@pytest.fixture
def settings(tmp_path):
    """Write a configuration file and read it back."""

    def make(text=""):
        path = tmp_path / "config.toml"
        path.write_text(text)
        return config.load(path)

    return make


@pytest.fixture
def fake(settings, tmp_path):
    """Make a client that keeps a stand-in engine alive, with troubles on its command line."""

    def make(*troubles, silence_s=30.0, heartbeat_s=30.0, start_timeout_s=30.0, **options):
        read = settings()
        command = (sys.executable, FAKE, "serve", "--config", read.path, "--die-with-parent", *map(str, troubles))
        child = EngineChild(
            command,
            environ={"PATH": "/usr/bin"},
            start_timeout_s=start_timeout_s,
            backoff_s=(0.0,),
            **options,
        )
        pulse = Pulse(first_s=silence_s, floor_s=silence_s)
        return EngineClient(
            tmp_path / "engine.sock", child=child, pulse=pulse, heartbeat_s=heartbeat_s, reconnect_s=(0.01,)
        )

    return make


SILENT = r"it has jobs and sent nothing for [\d.]+ s"


def be_patient(client):
    """What follows a hang is drawn however slow the machine is just now."""
    client._pulse, client._heartbeat_s = Pulse(first_s=30.0), 30.0


def children():
    """Every engine below this process; a browser that other tests keep open comes and goes as it likes."""
    return {child for child in psutil.Process().children(recursive=True) if child.name().startswith("python")}


@pytest.fixture(autouse=True)
def nothing_left(tmp_path):
    """Whatever a test does to it, the engine leaves neither a process, nor a zombie, nor a socket."""
    before = children()
    yield before
    assert children() <= before
    assert not (tmp_path / "engine.sock").exists()


async def test_a_job_is_drawn_from_start_to_finish(fake):
    """What is yielded tells the whole story, and the pictures are the ones that were asked for."""
    async with fake() as client:
        statuses = Statuses(client)
        ready = await client.ready()
        assert ready.protocol == wire.PROTOCOL
        assert statuses.seen[-2:] == [wire.Loading(stage="stage 1"), ready]
        events = await drawn(client, generate(preview_every=2))
    assert events[0] == wire.Started(job_id="A")
    assert isinstance(events[-1], wire.Finished)
    steps = [event.steps_done for event in events if isinstance(event, wire.Progress)]
    assert steps == sorted(steps)
    assert steps[-1] == 8
    assert {number: picture.seed for number, picture in pictures(events).items()} == {0: 7, 1: 8}
    assert Image.open(io.BytesIO(pictures(events)[0].png)).size == (64, 128)


async def test_jobs_share_the_connection_and_never_mix(fake):
    """Ten jobs at once each get their own pictures."""
    async with fake() as client:
        await client.ready()
        alone = await drawn(client, generate("3"))
        together = await asyncio.gather(*(drawn(client, generate(str(number))) for number in range(10)))
    for number, events in enumerate(together):
        assert {event.job_id for event in events} == {str(number)}
    assert pictures(together[3]) == pictures(alone)
    assert len({pictures(events)[0].png for events in together}) == 10


async def test_closing_the_generator_cancels_the_job(fake):
    """The engine is told, its last word goes nowhere, and others are not disturbed."""
    async with fake("--trouble", "slow", "--word", "slow") as client:
        await client.ready()
        async with contextlib.aclosing(client.generate(generate("A", prompt="slow"))) as events:
            assert await anext(events) == wire.Started(job_id="A")
            other = asyncio.create_task(drawn(client, generate("B")))
        assert len(pictures(await other)) == 2
        # The stand-in refuses an id that it still has: that it takes this one shows that the job is gone.
        assert len(pictures(await drawn(client, generate("A")))) == 2


async def test_cancelling_the_reader_cancels_the_job(fake):
    async with fake("--trouble", "slow", "--word", "slow") as client:
        await client.ready()
        events = client.generate(generate("A", prompt="slow"))
        assert await anext(events) == wire.Started(job_id="A")
        reader = asyncio.ensure_future(anext(events))
        await asyncio.sleep(0)
        reader.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reader
        await drawn(client, generate("B"))
        assert len(pictures(await drawn(client, generate("A")))) == 2


async def test_an_engine_that_gives_up_a_job_says_why(fake):
    """The code travels; the next job is drawn."""
    async with fake("--trouble", "out_of_memory", "--word", "huge") as client:
        await client.ready()
        with pytest.raises(GenerationFailed, match="out_of_memory: as it was told") as caught:
            await drawn(client, generate(prompt="huge"))
        assert caught.value.code == "out_of_memory"
        assert len(pictures(await drawn(client, generate()))) == 2


@pytest.mark.parametrize("trouble", ["cancel", "shutting_down", "model_not_ready"])
async def test_a_job_that_the_engine_gives_back_may_be_drawn_later(fake, trouble):
    """An engine that is told to stop is no reason to tell a member that the job failed."""
    async with fake("--trouble", trouble) as client:
        await client.ready()
        with pytest.raises(EngineUnavailable, match="it gave the job back"):
            await drawn(client, generate())


async def test_an_engine_that_accepts_and_says_nothing_is_not_waited_for(tmp_path, monkeypatch):
    """A connection that is never answered is tried again, like one that is refused."""
    monkeypatch.setattr("bot.engine.client._CONNECTING", aiohttp.ClientTimeout(total=0.05))
    with socket.socket(socket.AF_UNIX) as mute:
        mute.bind(str(tmp_path / "mute.sock"))
        mute.listen()
        client = EngineClient(tmp_path / "mute.sock", reconnect_s=(0.01,))
        statuses = Statuses(client)
        async with client:
            await statuses.until(lambda status: isinstance(status, Away) and "no connection" in status.why)


async def test_a_connection_outlives_the_time_that_connecting_may_take(fake, monkeypatch):
    monkeypatch.setattr("bot.engine.client._CONNECTING", aiohttp.ClientTimeout(total=0.2))
    async with fake("--step-s", 0.1) as client:
        await client.ready()
        assert len(pictures(await drawn(client, generate()))) == 2


async def test_a_job_outside_the_limits_never_reaches_the_engine(fake):
    """Its answer could not say which job it meant."""
    async with fake() as client:
        await client.ready()
        with pytest.raises(GenerationFailed, match=r"invalid_parameters: .*width"):
            await drawn(client, generate(width=63))


async def test_a_job_cannot_be_drawn_twice_at_once(fake):
    async with fake("--trouble", "slow") as client:
        await client.ready()
        async with contextlib.aclosing(client.generate(generate())) as events:
            await anext(events)
            with pytest.raises(ValueError, match="already being drawn"):
                await drawn(client, generate())


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


async def test_nothing_is_left_of_an_engine_that_was_being_ended(caplog):
    """Whoever leaves between its SIGTERM, of which it takes no notice, and its SIGKILL waits for the latter."""
    caplog.set_level(logging.INFO)
    program = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(600)"
    child = EngineChild((sys.executable, "-uc", program), environ={}, start_timeout_s=30, stop_s=0.1)
    task = asyncio.create_task(child.run())
    while "deaf" not in caplog.messages:
        await asyncio.wait([task], timeout=0.01)
    child.replace("hangs")
    while child._process:
        await asyncio.wait([task], timeout=0.001)
    task.cancel()
    await asyncio.wait([task])
    assert "The engine did not stop within 0.1 s of being asked; it is killed." in caplog.messages


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
        pulse = Pulse(first_s=0.2, floor_s=0.2)
        async with EngineClient(tmp_path / "engine.sock", pulse=pulse, reconnect_s=(0.01,)) as client:
            await client.ready()
            with pytest.raises(EngineTimeout):
                await drawn(client, generate(prompt="slow"))
            await client.ready()
            assert len(pictures(await drawn(client, generate()))) == 2


async def test_an_engine_that_takes_no_jobs_is_not_offered_more(fake):
    """Until it says that it is ready, or another one does."""
    async with fake("--trouble", "shutting_down") as client:
        await client.ready()
        with pytest.raises(EngineUnavailable, match="it gave the job back"):
            await drawn(client, generate())
        assert client.status == Away("it takes no jobs")


async def test_an_engine_that_drew_is_started_again_at_once():
    """Its death is the first of a series, however short its life was."""
    delays, births = [], iter([0.0, 1.0] * 4)
    enough = asyncio.Event()

    async def sleep(delay_s):
        delays.append(delay_s)
        if len(delays) == 3:
            enough.set()
            await asyncio.Event().wait()

    program = "import sys; sys.stdin.read()"
    child = EngineChild(
        (sys.executable, "-c", program), environ={}, start_timeout_s=30, sleep=sleep, clock=lambda: next(births)
    )
    task = asyncio.create_task(child.run())
    while not enough.is_set():
        if process := child._process:
            child.is_well()
            process.kill()
            await process.wait()
        await asyncio.sleep(0)
    task.cancel()
    await asyncio.wait([task])
    assert delays == [1, 1, 1]


async def test_an_idle_engine_may_be_silent(fake):
    """Silence counts only from the moment at which there is work."""
    async with fake() as client:
        await client.ready()
        assert client._silence.when() is None
        await drawn(client, generate())
        assert client._silence.when() is None
        assert isinstance(client.status, wire.Ready)


async def test_a_slow_reader_is_no_silent_engine(fake):
    """A job that the engine has done with is no work for it, however long its reader takes to notice."""
    async with fake() as client:
        await client.ready()
        async with contextlib.aclosing(client.generate(generate("A"))) as events:
            await anext(events)
            await drawn(client, generate("B", num_inference_steps=20))
            assert client._silence.when() is None
            assert len(pictures([event async for event in events])) == 2


async def test_an_engine_that_sends_garbage_is_left_and_connected_to_anew(fake, tmp_path):
    async with fake("--trouble", "garbage", "--once", tmp_path / "sent") as client:
        await client.ready()
        with pytest.raises(EngineDied, match="does not understand"):
            await drawn(client, generate())
        await client.ready()
        assert len(pictures(await drawn(client, generate()))) == 2


async def test_an_engine_of_another_protocol_is_refused(fake):
    """Nothing is sent to it, and the operator reads what to do."""
    async with fake("--protocol", 99) as client:
        statuses = Statuses(client)
        await statuses.until(lambda status: isinstance(status, Away) and "speaks protocol 99" in status.why)
        with pytest.raises(EngineUnavailable, match="not ready"):
            await drawn(client, generate())
    assert not any(isinstance(status, wire.Ready) for status in statuses.seen)


async def test_an_engine_that_is_never_ready_is_ended(fake, caplog):
    """A start has a time of its own, long enough for a slow disk."""
    starts = asyncio.Queue()

    async def sleep(_):
        await starts.put(None)

    async with fake("--protocol", 99, start_timeout_s=0.3, sleep=sleep):
        for _ in range(2):
            await starts.get()
    assert "The engine was not ready within 0.3 s and was ended; starting it again in 0 s." in caplog.messages


async def test_starts_are_spaced_further_and_further_apart():
    """An engine that cannot start is tried after 1, 2, 4 … 60 s; one that lived long starts the row anew."""
    delays = []
    enough = asyncio.Event()

    async def sleep(delay_s):
        delays.append(delay_s)
        if len(delays) == 12:
            enough.set()
            await asyncio.Event().wait()

    births_and_deaths = iter([0.0, 0.0] * 9 + [0.0, 61.0] + [0.0, 0.0] * 2)
    child = EngineChild(
        (sys.executable, "-c", "raise SystemExit(3)"),
        environ={},
        start_timeout_s=30,
        sleep=sleep,
        clock=lambda: next(births_and_deaths),
    )
    task = asyncio.create_task(child.run())
    await enough.wait()
    task.cancel()
    await asyncio.wait([task])
    assert delays == [1, 2, 4, 8, 16, 32, 60, 60, 60, 1, 2, 4]


async def test_an_engine_that_cannot_start_says_why_in_the_log(fake, caplog):
    """Its own last words are there, and how it ended."""
    caplog.set_level(logging.INFO)
    tried = asyncio.Event()

    async def sleep(_):
        tried.set()
        await asyncio.Event().wait()

    async with fake("--exit", 1, sleep=sleep):
        await tried.wait()
    assert "something is wrong with the model" in caplog.messages
    assert "The engine ended with exit status 1; starting it again in 0 s." in caplog.messages


async def test_a_command_that_does_not_exist_is_named(caplog):
    tried = asyncio.Event()

    async def sleep(_):
        tried.set()
        await asyncio.Event().wait()

    child = EngineChild(("/no/such/engine",), environ={}, start_timeout_s=1, sleep=sleep)
    task = asyncio.create_task(child.run())
    await tried.wait()
    task.cancel()
    await asyncio.wait([task])
    assert caplog.messages == [
        "The engine cannot be started (/no/such/engine: No such file or directory); starting it again in 1 s."
    ]


async def test_a_line_without_an_end_does_not_stop_the_engine(caplog):
    """What a child writes is read whatever it is, or it would stand still with a full pipe."""
    caplog.set_level(logging.INFO)
    tried = asyncio.Event()

    async def sleep(_):
        tried.set()
        await asyncio.Event().wait()

    program = "import sys; sys.stdout.write('x' * 1_000_000 + '\\n' + 'last')"
    child = EngineChild((sys.executable, "-c", program), environ={}, start_timeout_s=30, sleep=sleep)
    task = asyncio.create_task(child.run())
    await tried.wait()
    task.cancel()
    await asyncio.wait([task])
    assert "last" in caplog.messages
    assert "The engine ended with exit status 0; starting it again in 1 s." in caplog.messages


async def test_an_engine_that_does_not_stop_is_killed(fake, caplog):
    """Also with a job under way; `nothing_left` sees to the rest."""
    async with fake("--ignore-sigterm", "--trouble", "slow", stop_s=0.05) as client:
        await client.ready()
        events = client.generate(generate())
        assert await anext(events) == wire.Started(job_id="A")
    with pytest.raises(EngineUnavailable, match="the bot is stopping"):
        await anext(events)
    assert "The engine did not stop within 0.05 s of being asked; it is killed." in caplog.messages


async def test_stopping_is_quick_at_any_moment(fake):
    """Before the process exists, while it starts, and once it is ready."""
    for passes in (0, 1, 3, 30):
        async with fake():
            for _ in range(passes):
                await asyncio.sleep(0)


PARENT = """
import asyncio, sys
from pathlib import Path
from bot import config
from bot.engine.client import EngineClient

async def main():
    read = config.load(Path(sys.argv[1]))
    command = (sys.executable, sys.argv[2], "serve", "--config", sys.argv[1], "--die-with-parent")
    async with EngineClient.from_config(read, command=command) as client:
        await client.ready()
        print(client._child._process.pid, flush=True)
        await asyncio.Event().wait()

asyncio.run(main())
"""


def test_the_engine_dies_with_the_bot_however_the_bot_dies(settings):
    """Also by SIGKILL: no orphan keeps the GPU."""
    command = [sys.executable, "-c", PARENT, str(settings().path), str(FAKE)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=FAKE.parents[2]) as bot:  # noqa: S603
        engine = psutil.Process(int(bot.stdout.readline()))
        bot.send_signal(signal.SIGKILL)
    with contextlib.suppress(psutil.NoSuchProcess):
        engine.wait(timeout=10)


@contextlib.asynccontextmanager
async def running_engine(read, secret, *troubles):
    """An engine that somebody else started."""
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        FAKE,
        "serve",
        "--config",
        read.path,
        *troubles,
        env={"ESHI_WIRE_SECRET": secret},
        stderr=subprocess.PIPE,
    )
    try:
        assert await process.stderr.readline() == b"listening\n"
        yield
    finally:
        process.terminate()
        await process.communicate()


async def test_a_running_engine_is_only_connected_to(settings):
    """A bot that stops leaves it running, and its next life finds it there."""
    url = f"ws://127.0.0.1:{unused_port()}"
    read = settings(f'[wire]\nurl = "{url}"\n[bot.engine]\nurl = "{url}"')
    async with running_engine(read, "right"):
        for _ in range(2):
            async with EngineClient.from_config(read, environ={"ESHI_WIRE_SECRET": "right"}) as client:
                await client.ready()
                assert len(pictures(await drawn(client, generate()))) == 2


async def test_a_wrong_secret_is_told_to_the_operator(settings):
    """And not shown to anybody."""
    url = f"ws://127.0.0.1:{unused_port()}"
    read = settings(f'[wire]\nurl = "{url}"\n[bot.engine]\nurl = "{url}"')
    async with running_engine(read, "right"):
        client = EngineClient.from_config(read, environ={"ESHI_WIRE_SECRET": "wrong"})
        statuses = Statuses(client)
        async with client:
            await statuses.until(lambda status: isinstance(status, Away) and "refused the secret" in status.why)
    assert "wrong" not in str(statuses.seen)


async def test_an_engine_that_comes_late_is_found(settings, tmp_path):
    """A bot that is started first waits, and says once what it waits for."""
    read = settings('[bot.engine]\nurl = "unix:engine.sock"')
    client = EngineClient(tmp_path / "engine.sock", reconnect_s=(0.01,))
    statuses = Statuses(client)
    async with client:
        await statuses.until(lambda status: isinstance(status, Away) and "no connection" in status.why)
        async with running_engine(read, ""):
            ready = await client.ready()
    assert statuses.seen[0] == Away(f"no connection to {tmp_path / 'engine.sock'} (No such file or directory)")
    assert ready in statuses.seen
    assert all(one != following for one, following in itertools.pairwise(statuses.seen))


async def test_the_bot_makes_up_a_secret_and_keeps_its_token_to_itself(settings, nothing_left):
    """The engine's environment has what it needs, and nothing that opens Discord."""
    read = settings(f'[wire]\nurl = "ws://127.0.0.1:{unused_port()}"')
    command = (sys.executable, FAKE, "serve", "--config", read.path, "--die-with-parent")
    environ = {"ESHI_TOKEN": "the-token", "PATH": os.environ["PATH"]}
    async with EngineClient.from_config(read, command=command, environ=environ) as client:
        await client.ready()
        [engine] = children() - nothing_left
        assert len(engine.environ().pop("ESHI_WIRE_SECRET")) >= 32
        assert "ESHI_TOKEN" not in engine.environ()
        assert len(pictures(await drawn(client, generate()))) == 2


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[wire]\nurl = "tcp:7421"', '$.wire.url: expected "unix:PATH" or "ws://127.0.0.1:PORT", got \'tcp:7421\''),
        ('[wire]\nurl = "unix:"', "$.wire.url"),
        ('[wire]\nurl = "ws://example.com:7421"', "$.wire.url"),
        ('[bot.engine]\nurl = "ws://127.0.0.1"', "$.bot.engine.url"),
        ('[bot.engine]\nurl = "ws://127.0.0.1:7421"', "wants a secret: set ESHI_WIRE_SECRET"),
        ('[wire]\nsecret_file = "absent"', "absent: the secret file cannot be read"),
    ],
)
def test_an_address_that_cannot_be_used_is_named(settings, text, said):
    """The secret would travel in the clear, so it travels on this machine only."""
    with pytest.raises(ConfigError, match=re.escape(said)):
        EngineClient.from_config(settings(text), environ={})


def test_addresses_are_relative_to_the_configuration_file(settings, tmp_path):
    read = settings('[wire]\nurl = "unix:run/engine.sock"')
    assert EngineClient.from_config(read)._address == tmp_path / "run" / "engine.sock"
    for url in ("ws://[::1]:7421", "ws://localhost:7421"):
        read = settings(f'[bot.engine]\nurl = "{url}"')
        assert EngineClient.from_config(read, environ={"ESHI_WIRE_SECRET": "x"})._address == URL(url)


async def test_somebody_elses_socket_is_left_alone(fake, settings, tmp_path):
    """A bot whose engine found the place taken does not take it away."""
    async with running_engine(settings(), ""):
        async with fake("--exit", 2) as client:
            await client.ready()
        assert (tmp_path / "engine.sock").exists()

"""Where the engine is, with which secret, and whether it is one that this bot can talk to."""

import itertools
import os
import re
import socket
import sys

import aiohttp
import pytest
from aiohttp.test_utils import unused_port
from yarl import URL

from bot.engine.client import EngineClient
from bot.engine.drawing_engine import Away
from bot.engine.engines import Engines
from bot.errors import ConfigError, EngineUnavailable
from engine import wire
from tests.bot.engine.conftest import FAKE, Statuses, children, drawn, generate, pictures, running_engine

pytestmark = pytest.mark.usefixtures("nothing_left")


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


async def test_an_engine_of_another_protocol_is_refused(fake):
    """Nothing is sent to it, and the operator reads what to do."""
    async with fake("--protocol", 99) as client:
        statuses = Statuses(client)
        await statuses.until(lambda status: isinstance(status, Away) and "speaks protocol 99" in status.why)
        with pytest.raises(EngineUnavailable, match="not ready"):
            await drawn(client, generate())
    assert not any(isinstance(status, wire.Ready) for status in statuses.seen)


async def test_a_running_engine_is_only_connected_to(settings):
    """A bot that stops leaves it running, and its next life finds it there."""
    url = f"ws://127.0.0.1:{unused_port()}"
    read = settings(f'[wire]\nurl = "{url}"\n[bot.engine]\nurl = "{url}"')
    async with running_engine(read, "right"):
        for _ in range(2):
            async with Engines.from_config(read, environ={"ESHI_WIRE_SECRET": "right"}) as engines:
                [client] = engines.clients
                await client.ready()
                assert len(pictures(await drawn(client, generate()))) == 2


async def test_a_wrong_secret_is_told_to_the_operator(settings):
    """And not shown to anybody."""
    url = f"ws://127.0.0.1:{unused_port()}"
    read = settings(f'[wire]\nurl = "{url}"\n[bot.engine]\nurl = "{url}"')
    async with running_engine(read, "right"):
        [client] = Engines.from_config(read, environ={"ESHI_WIRE_SECRET": "wrong"}).clients
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
    async with Engines.from_config(read, command=command, environ=environ) as engines:
        [client] = engines.clients
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
        Engines.from_config(settings(text), environ={})


def test_addresses_are_relative_to_the_configuration_file(settings, tmp_path):
    read = settings('[wire]\nurl = "unix:run/engine.sock"')
    assert Engines.from_config(read).clients[0]._address == tmp_path / "run" / "engine.sock"
    for url in ("ws://[::1]:7421", "ws://localhost:7421"):
        read = settings(f'[bot.engine]\nurl = "{url}"')
        assert Engines.from_config(read, environ={"ESHI_WIRE_SECRET": "x"}).clients[0]._address == URL(url)


async def test_somebody_elses_socket_is_left_alone(fake, settings, tmp_path):
    """A bot whose engine found the place taken does not take it away."""
    async with running_engine(settings(), ""):
        async with fake("--exit", 2) as client:
            await client.ready()
        assert (tmp_path / "engine.sock").exists()

"""A real Ray cluster: nodes die, freeze and join while pictures are drawn, and everybody gets theirs, once."""

import asyncio
import time

import aiohttp
import msgspec
import psutil
import pytest

from engine import wire
from engine.cluster import gcs_probe
from tests.cluster.bot_side import BotSide
from tests.cluster.machines import START_S, FrontProcess, RayMachines, free_port, front
from tests.cluster.scenario import FROZEN_S, everything_dies
from tests.patience import until

pytest.importorskip("ray", reason="the extra ray is not installed")

REFUSED_S = 10.0
"""So soon a front that cannot work has to have said so; Ray alone takes twenty seconds."""


@pytest.fixture(scope="module")
def machines(tmp_path_factory):
    made = RayMachines(tmp_path_factory.mktemp("cluster"))
    try:
        made.start("head")
        yield made
    finally:
        made.close()


async def refused(config):
    """What a front says that ends by itself, in a line."""
    began = time.monotonic()
    front = await FrontProcess.start(config)
    assert await front.process.wait() == 1
    assert time.monotonic() - began < REFUSED_S
    [line] = front.text.splitlines()
    return line


async def test_a_front_with_another_token_says_so(machines):
    other = machines.folder / "other-token"
    other.touch(mode=0o600)
    other.write_text("0" * 64)
    config = machines.configure(name="wrong.toml", token_file=str(other))
    assert await refused(config) == (
        f"error: {machines.address}: the head refuses the token; engine.cluster.token_file holds another one's"
    )


async def test_a_front_without_a_head_says_so(machines):
    address = f"127.0.0.1:{free_port()}"
    said = await refused(machines.configure(name="nobody.toml", address=address))
    assert said == f"error: {address}: there is no head of a Ray cluster (Connection refused)"


async def test_nodes_die_freeze_and_join_and_each_picture_comes_once(machines):
    """The front dies as well; nothing of all this is drawn twice but what was under way there."""
    assert await everything_dies(machines, jobs=24) < FROZEN_S


def of_folder(folder):
    """The processes that have anything to do with a folder."""
    found = []
    for process in psutil.process_iter():
        try:
            if str(folder) in " ".join(process.cmdline()) + str(process.environ()):
                found.append(process)
        except psutil.Error:  # it has just ended
            continue
    return found


async def read(url):
    async with aiohttp.ClientSession() as session, session.get(url) as answer:
        return await answer.text()


async def test_cards_of_one_machine_need_no_cluster_of_one_s_own_and_leave_nothing_behind(short_folder):
    """The front starts Ray itself; a worker that is told to begins anew, as the configuration says by then."""
    tables = {"engine": {"model": "sleeping/0.01", "cluster": {"cards": 1, "folder": str(short_folder / "ray")}}}
    page = f"127.0.0.1:{free_port()}"
    tables["engine"] |= {"loras": str(short_folder), "metrics": {"listen": page}}
    (short_folder / "broken.safetensors").touch()
    config = short_folder / "config.toml"
    config.write_bytes(msgspec.toml.encode(tables))
    async with (
        front(config),
        asyncio.timeout(START_S),
        BotSide(short_folder / "engine.sock", jobs=3) as bot,
    ):
        await bot.until_ready("card")
        await bot.all_drawn()
        [worker] = bot.client.workers
        picture = wire.Pixels(width=64, height=64, values=bytes(64 * 64 * 3))
        assert [tag.name for tag in (await worker.describe(picture)).tags] == ["flat_colour"]
        loras = []
        bot.client.hear_of_loras(lambda told: loras.append([one.name for one in told]))
        await until(lambda: loras == [["broken"]])
        steps = 'eshi_engine_step_seconds_count{batch="2",shape="other",worker="card"} 30.0'
        while steps not in (shown := await read(f"http://{page}/metrics")):
            pass  # of a worker that is slow to answer, the page says what it said before
        assert 'eshi_engine_pictures_total{worker="card"} 6.0' in shown
        assert msgspec.json.decode(await read(f"http://{page}/healthz"))["workers"] == {"card": "ready"}
        before = worker.status
        tables["engine"]["batch_cap"] = 7
        config.write_bytes(msgspec.toml.encode(tables))
        await worker.reload()
        await bot.until(lambda: isinstance(worker.status, wire.Ready) and worker.status != before)
        assert worker.status.batch_cap == 7
        assert worker.status.device != before.device  # another process
        running = of_folder(short_folder)
        assert len(running) > 5
        [head] = [one for one in running if one.name() == "gcs_server"]
        ports = [one.laddr.port for one in head.net_connections("tcp") if one.status == psutil.CONN_LISTEN]
        assert {gcs_probe.ask(f"127.0.0.1:{port}", None, {}).status for port in ports} == {gcs_probe.UNAUTHENTICATED}
    await until(lambda: of_folder(short_folder) == [])
    assert {path.name for path in (short_folder / "ray").iterdir()} == {"lock"}
    assert not (short_folder / "engine.sock").exists()

"""The long form, for ``make cluster``: what else can happen to a cluster, on Ray's own processes; minutes.

pytest does not take it by itself: its name is given.
"""

import asyncio
import os
import re
import shutil
import signal
import subprocess

import msgspec
import psutil
import pytest

from bot.errors import EngineDied
from bot.sandbox.people.driver import Visitor
from engine import __version__, wire
from tests.cluster.bot_side import BotSide
from tests.cluster.machines import START_S, FrontProcess, RayMachines, front, own_address
from tests.cluster.scenario import FROZEN_S, everything_dies, judge
from tests.cluster.test_cluster import of_folder
from tests.demo import running_demo
from tests.journey.people import accept_terms, result_of, words
from tests.patience import PATIENCE_S, until

pytest.importorskip("ray", reason="the extra ray is not installed")


@pytest.fixture(scope="module")
def pair(tmp_path_factory):
    """A head, and two nodes that live as long as these tests."""
    made = RayMachines(tmp_path_factory.mktemp("pair"))
    try:
        made.start("head")
        made.begin("one", labels="card=large")
        made.begin("two", labels="card=small")
        made.wait_for("one", "two")
        yield made
    finally:
        made.close()


@pytest.fixture
def machines(pair):
    """The same, with nothing drawn yet."""
    for file in pair.record.iterdir():
        file.unlink()
    return pair


async def test_sixty_jobs_come_once_each_whatever_dies(tmp_path):
    """With the head's settings as docs/cluster.md has them."""
    machines = RayMachines(tmp_path, health=True)
    try:
        machines.start("head")
        assert await everything_dies(machines, jobs=60) < FROZEN_S
    finally:
        machines.close()


async def test_cards_draw_with_different_models_by_their_labels(machines):
    """What each draws with is in the list, and a node that none means draws nothing."""
    tables = [
        {"labels": {"card": "large"}, "model": "sleeping/0.01-large", "batch_cap": 8},
        {"labels": {"card": "small"}, "model": "sleeping/0.01-small", "count": 1},
    ]
    async with (
        front(machines.configure(workers=tables)),
        BotSide(machines.folder / "engine.sock", jobs=8) as bot,
        asyncio.timeout(PATIENCE_S),
    ):
        await bot.until_ready("one", "two")
        ready = {one.id: one.status for one in bot.client.workers}
        assert {name: (one.model_hash, one.batch_cap) for name, one in ready.items()} == {
            "one": ("large", 8),
            "two": ("small", 4),
        }
        await bot.all_drawn()
    async with (
        front(machines.configure(workers=tables[1:])),
        BotSide(machines.folder / "engine.sock") as bot,
        asyncio.timeout(PATIENCE_S),
    ):
        await bot.until_ready("two")
        assert [one.id for one in bot.client.workers] == ["two"]


async def test_a_job_that_kills_its_worker_is_blamed_and_the_other_worker_goes_on(machines):
    """Alone on it the second time, it is what is given up; whoever else was there is not."""
    bad = wire.Generate(
        job_id="bad", prompt="crash", negative_prompt="", sampling=wire.SamplingParams(width=64, height=64), seeds=(1,)
    )
    async with (
        front(machines.configure()),
        BotSide(machines.folder / "engine.sock", jobs=12) as bot,
        asyncio.timeout(PATIENCE_S),
    ):
        await bot.until_ready("one", "two")
        one = next(worker for worker in bot.client.workers if worker.id == "one")
        with pytest.raises(EngineDied):
            async for _ in one.generate(bad):
                pass
        await bot.all_drawn()
        await bot.until_ready("one")
        with pytest.raises(EngineDied) as died:
            async for _ in one.generate(bad):
                pass
        assert died.value.alone
    judge(bot, machines, jobs=12)


async def test_a_process_that_hangs_is_killed_and_its_jobs_are_drawn_elsewhere(machines):
    """Its node is well, so Ray sees nothing wrong."""
    async with (
        front(machines.configure(silence_s=4.0)) as running,
        BotSide(machines.folder / "engine.sock") as bot,
        asyncio.timeout(PATIENCE_S),
    ):
        await bot.until_ready("one", "two")
        machines.hold()
        bot.ask(16)
        await bot.until_drawing("one")
        [actor] = [one for one in machines.nodes["one"].tree if "WorkerActor" in " ".join(one.cmdline())]
        actor.send_signal(signal.SIGSTOP)
        await bot.until_gone("one")
        machines.hold(held=False)
        assert "it has answered nothing for 4 s" in running.text
        await bot.all_drawn()
        await bot.until_ready("one")  # in a fresh process, on the card that the other one had
        assert not actor.is_running() or actor.status() == psutil.STATUS_ZOMBIE
    judge(bot, machines, jobs=16)


async def test_another_version_and_another_model_are_refused_by_name(machines):
    """They stay in the list as lost, with the sentence, and are tried again; the others draw."""
    older = machines.folder / "older" / "engine"
    older.mkdir(parents=True)
    (older / "__init__.py").write_text(f'__version__ = "0.0.1"\n__path__ = [{str(machines.root / "engine")!r}]\n')
    machines.begin("old", environment={"PYTHONPATH": f"{older.parent}:{machines.root}"})
    machines.begin("odd", environment={"ESHI_SLEEPING_HASH": "another"})
    async with front(machines.configure()) as running, BotSide(machines.folder / "engine.sock", jobs=4) as bot:
        async with asyncio.timeout(PATIENCE_S):
            await bot.until_ready("one")
            await asyncio.to_thread(machines.wait_for, "old", "odd")
            said = {
                "old": f"node old has Eshi 0.0.1, and the front {__version__}: install the same version on both",
                "odd": "it draws with flat colours another, and one with flat colours: give both the same file",
            }
            await bot.until(lambda: all(f"is lost: {one}" in running.text for one in said.values()))
            await bot.all_drawn()
        assert {*bot.seen.workers} <= {"one", "two"}
    for name in said:  # else another front may hear of the odd one first, and refuse the others
        machines.nodes.pop(name).kill()


async def test_a_cluster_without_a_card_that_is_meant_says_so(machines):
    tables = [{"labels": {"card": "none has this"}}]
    running = await FrontProcess.start(machines.configure(card_wait_s=1.0, workers=tables))
    assert await running.process.wait() == 1
    assert running.text.splitlines()[-1] == (
        "error: no card is free: no node of the cluster has one that engine.cluster.workers means"
    )


async def test_a_head_that_dies_ends_the_front_in_a_sentence(machines):
    """The last of these: no node goes on without it."""
    running = await FrontProcess.start(machines.configure())
    async with BotSide(machines.folder / "engine.sock") as bot, asyncio.timeout(PATIENCE_S):
        await bot.until_ready("one")
        machines.nodes["head"].kill()
        assert await running.process.wait() == 1
    assert "error: the head of the cluster " in running.text


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM])
async def test_however_the_front_of_one_machine_ends_no_process_is_left(short_folder, number):
    tables = {"engine": {"model": "sleeping/0.01", "cluster": {"cards": 2, "folder": str(short_folder / "ray")}}}
    config = short_folder / "config.toml"
    config.write_bytes(msgspec.toml.encode(tables))
    running = await FrontProcess.start(config)
    async with BotSide(short_folder / "engine.sock", jobs=4) as bot, asyncio.timeout(START_S):
        await bot.until_ready("card 1", "card 2")
        await bot.all_drawn()
    await running.end(number)
    await until(lambda: of_folder(short_folder) == [])


async def test_the_demo_of_a_cluster_shows_which_card_drew_and_leaves_nothing_behind(short_folder):
    """Two people who ask again and again, and meet both cards; Ctrl-C ends every process."""
    command, environ = ("-m", "tests.cluster.demo"), {"PORT": "0", "TMPDIR": str(short_folder)}.items()
    async with (
        running_demo(command=command, environ=environ) as demo,
        Visitor.visit(demo.address, "ada") as ada,
        Visitor.visit(demo.address, "yuki") as yuki,
        asyncio.timeout(2 * PATIENCE_S),
    ):
        cards = set()
        for person in (ada, yuki):
            await accept_terms(person)
        while cards != {"card 1", "card 2"}:
            asked = [
                (one, await one.slash(one.channel("general"), "imagine", prompt="apple", steps=1))
                for one in (ada, yuki)
            ]
            for person, sent in asked:
                cards |= {*re.findall(r"\bcard \d\b", words(await result_of(person, sent)))}
    await until(lambda: of_folder(short_folder) == [])


@pytest.fixture
def encrypted(tmp_path):
    """The environment of whoever takes part in a cluster with TLS, and of somebody whom another authority knows."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed; it makes the certificates")
    return _certificate(tmp_path / "ours"), _certificate(tmp_path / "theirs")


def _certificate(folder):
    """A certificate for every address of these tests, from an authority of its own."""
    folder.mkdir()
    ca, node = folder / "ca", folder / "node"
    (folder / "names").write_text(f"subjectAltName = IP:{own_address()}, IP:127.0.0.1, IP:127.0.1.1\n")
    for step in (
        f"req -x509 -newkey rsa:2048 -nodes -days 2 -subj /CN=authority -keyout {ca}.key -out {ca}.crt",
        f"req -newkey rsa:2048 -nodes -subj /CN=node -keyout {node}.key -out {node}.csr",
        (
            f"x509 -req -days 2 -in {node}.csr -CA {ca}.crt -CAkey {ca}.key -CAcreateserial -out {node}.crt "
            f"-extfile {folder}/names"
        ),
    ):
        done = _run(f"openssl {step}")
        assert done.returncode == 0, done.stderr
    files = {"RAY_TLS_CA_CERT": f"{ca}.crt", "RAY_TLS_SERVER_CERT": f"{node}.crt", "RAY_TLS_SERVER_KEY": f"{node}.key"}
    return {"RAY_USE_TLS": "1", **files}


async def test_machines_that_encrypt_what_they_send_draw_and_let_in_nobody_else(tmp_path, encrypted):
    """As docs/cluster.md has it."""
    ours, theirs = encrypted
    machines = RayMachines(tmp_path)
    try:
        machines.begin("head", environment=ours.items())
        machines.wait_for("head")
        config = machines.configure()
        for others in ({}, theirs):
            refused = await FrontProcess.start(config, environment={**os.environ, **others})
            assert await refused.process.wait() == 1
            assert f"error: {machines.address}: " in refused.text
            assert ("other TLS settings" in refused.text) is not bool(others)
            assert ("CERTIFICATE_VERIFY_FAILED" in refused.text) is bool(others)
        machines.begin("one", environment=ours.items())
        machines.wait_for("one")
        async with (
            front(config, environment={**os.environ, **ours}),
            BotSide(machines.folder / "engine.sock", jobs=3) as bot,
            asyncio.timeout(PATIENCE_S),
        ):
            await bot.until_ready("one")
            await bot.all_drawn()
    finally:
        machines.close()


def _run(command):
    return subprocess.run(command.split(), check=False, capture_output=True, text=True)  # noqa: S603  our own words


@pytest.fixture
def other_host():
    """A network namespace with a cable to this one: a machine of its own, as far as the network goes."""
    name, cable = "eshi-other", "eshi-cable"
    steps = (
        f"ip netns add {name}",
        f"ip link add {cable} type veth peer name inside netns {name}",
        f"ip address add 10.213.7.1/24 dev {cable}",
        f"ip link set {cable} up",
        f"ip -n {name} address add 10.213.7.2/24 dev inside",
        f"ip -n {name} link set inside up",
        f"ip -n {name} link set lo up",
    )

    def undo():
        for step in (f"ip link delete {cable}", f"ip netns delete {name}"):
            _run(step)

    undo()
    for step in steps:
        done = _run(step)
        if done.returncode:
            undo()
            pytest.skip(f"this system makes no network namespaces: {step}: {done.stderr.strip()}")
    yield name, cable
    undo()


async def test_a_cable_that_is_cut_while_pictures_are_drawn_loses_nothing(tmp_path, other_host):
    """The other host draws on and nobody hears it; what it had is drawn here, and it comes back when the cable does."""
    namespace, cable = other_host
    machines = RayMachines(tmp_path, ip="10.213.7.1")
    try:
        machines.start("head")
        machines.begin("here", ip="10.213.7.1")
        machines.begin("there", ip="10.213.7.2", within=("ip", "netns", "exec", namespace))
        machines.wait_for("here", "there")
        async with (
            front(machines.configure()),
            BotSide(machines.folder / "engine.sock") as bot,
            asyncio.timeout(2 * PATIENCE_S),
        ):
            await bot.until_ready("here", "there")
            machines.hold()
            bot.ask(30)
            await bot.until_drawing("here", "there")
            assert _run(f"ip link set {cable} down").returncode == 0
            await bot.until_gone("there")
            machines.hold(held=False)
            await bot.all_drawn()
            assert bot.seen.lost
            assert _run(f"ip link set {cable} up").returncode == 0
            machines.nodes["there"].kill()  # Ray ends a node that was thought dead; whoever runs it starts it again
            machines.begin("there", ip="10.213.7.2", within=("ip", "netns", "exec", namespace))
            await asyncio.to_thread(machines.wait_for, "there")
            await bot.until_ready("there")
        judge(bot, machines, jobs=30)
    finally:
        machines.close()

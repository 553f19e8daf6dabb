"""How the bot is, for whoever watches it."""

import pytest

from bot.delivery.invalid import InvalidRequests
from bot.engine.drawing_engine import Away, nearest
from bot.errors import StoreUnavailable
from bot.measures import BotMeasures
from bot.operating.overview import Overview
from engine import wire

NOW = 2000.0
READY = wire.Ready(model_name="flat", model_hash="", device="none", size_multiple=8)


class Client:
    """What is asked of discord.py's."""

    def __init__(self):
        self.connected = True
        self.latencies = [(0, 0.05), (1, float("nan"))]

    def is_ready(self):
        return self.connected


class Engines:
    """Draw or not; several have names."""

    def __init__(self, *statuses):
        self.statuses = [(f"card {number}" if len(statuses) > 1 else "", one) for number, one in enumerate(statuses)]
        self.status = nearest(statuses)


@pytest.fixture
def overview(store, tmp_path):
    return Overview(
        client=Client(),
        store=store,
        engines=Engines(Away("not started")),
        invalid=InvalidRequests(),
        measures=BotMeasures(),
        data_dir=tmp_path,
        now=lambda: NOW,
    )


async def test_it_takes_requests_where_discord_and_the_database_do(overview):
    """Whether an engine draws is another matter: requests wait for it."""
    assert (await overview.health())["ready"] is True
    overview.client.connected = False
    said = await overview.health()
    assert (said["ready"], said["gateway"], said["database"], said["engine"]) == (False, False, True, "away")


async def test_a_database_that_takes_no_writer_is_not_ready(overview, monkeypatch):
    """And nothing is said of jobs then."""

    async def locked():
        raise StoreUnavailable("eshi.sqlite3: locked by another program")

    monkeypatch.setattr(overview.store, "require_writable", locked)
    said = await overview.health()
    assert (said["ready"], said["database"], said["jobs"]) == (False, False, {})
    await overview.look()
    assert overview.measures.database.values[()] == 0
    assert overview.measures.jobs.values == {}


async def test_the_oldest_is_the_one_that_waits_and_is_not_held(overview, new_job):
    """A job that somebody holds does not make the line look stuck."""
    jobs = overview.store.jobs
    held, waiting, running = [await jobs.submit(new_job(), now=at) for at in (1000.0, 1500.0, 1800.0)]
    for number, job in enumerate((held, waiting, running)):
        await jobs.set_message(job.id, 50 + number)
    await overview.store.queue.hold(held.id, held=True)
    await jobs.start(running.id, now=1900.0)
    said = await overview.health()
    assert said["jobs"] == {"queued": 2, "running": 1}
    assert said["oldest_waiting_s"] == 500.0


async def test_every_gauge_is_set_when_somebody_looks(overview, tmp_path, new_job):
    """Sizes are those on the disk, and a shard that has not answered yet has no latency."""
    (tmp_path / "spool" / "a.png").write_bytes(b"x" * 1000)
    await overview.store.jobs.submit(new_job(), now=1000.0)
    overview.engines = Engines(READY)
    await overview.look()
    seen = {one.name: one.values for one in overview.measures if hasattr(one, "values")}
    assert seen["eshi_jobs"] == {("queued",): 1, ("running",): 0, ("rendered",): 0}
    assert seen["eshi_gateway_latency_seconds"] == {("0",): 0.05}
    assert seen["eshi_spool_bytes"][()] == 1000
    assert seen["eshi_database_bytes"][()] > 4096
    assert seen["eshi_data_free_bytes"][()] > 0
    assert seen["eshi_engine_up"] == {("0",): True}


async def test_the_age_of_the_last_backup_is_told_where_there_is_one(overview, monkeypatch):
    """Nothing is not "a moment ago"."""
    await overview.look()
    assert overview.measures.backup.values == {}
    monkeypatch.setattr(overview.store.backups, "newest", lambda: NOW - 60.0)
    overview._disk_use = None
    await overview.look()
    assert overview.measures.backup.values[()] == 60.0


@pytest.mark.parametrize(
    ("status", "word"),
    [
        (Away("gone"), "away"),
        (Away("no SDXL", unusable=True), "unusable"),
        (wire.Loading(stage="reading"), "loading"),
        (wire.Draining(), "draining"),
    ],
)
def test_the_engine_is_named_in_a_word(overview, status, word):
    """Why it is so stands in the log."""
    overview.engines = Engines(status)
    assert overview.engine_state == word


async def test_of_several_engines_each_is_told(overview):
    """With its name where the operator reads, with its number in the list where Prometheus does."""
    overview.engines = Engines(READY, Away("gone"), wire.Loading(stage="reading"))
    engines = "engine card 0 ready, engine card 1 away, engine card 2 loading"
    assert await overview.status() == f"0 in line, drawing 0, {engines}"
    said = await overview.health()
    assert (said["engine"], said["engines"]) == ("ready", ["ready", "away", "loading"])
    await overview.look()
    assert overview.measures.engine.values == {("0",): True, ("1",): False, ("2",): False}
    overview.engines = Engines(READY, READY)  # one left a cluster
    await overview.look()
    assert overview.measures.engine.values == {("0",): True, ("1",): True}

"""What a check says of this machine."""

import os
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from bot.config import Bot, Config, EngineProcess, Wire
from bot.doctor import machine
from bot.store import Store
from bot.store.database import in_use
from bot.store.migration import read_migrations
from engine.config import Engine


def configured(tmp_path, *, model="somebody/sdxl", **tables):
    bot = Bot(data_dir="data", engine=EngineProcess(url=tables.pop("engine_url", "")))
    return Config(path=tmp_path / "config.toml", bot=bot, wire=Wire(**tables), model=Engine(model=model))


@pytest.mark.parametrize(
    ("version", "system", "level"),
    [((3, 11), "linux", "ok"), ((3, 99), "linux", "warning"), ((3, 12), "win32", "warning")],
)
def test_python_and_its_system_are_named(version, system, level):
    assert machine.python(version, system).level == level


@pytest.mark.parametrize(("free", "level"), [(10**11, "ok"), (10**9, "warning"), (10**8, "error")])
def test_room_is_looked_for_where_the_data_will_be(tmp_path, free, level):
    """Also before that folder is made; spool and data are on one disk, and named together."""
    row = machine.disks(configured(tmp_path, model="m"), {}, lambda _folder: free)
    assert row.level == level
    assert f"{tmp_path} (data and spool)" in row.says


def test_room_is_looked_for_where_models_are_yet_to_be_fetched(tmp_path):
    """What is there needs none any more."""
    config = configured(tmp_path, model="models/animagine-xl-4.0-opt.safetensors")
    row = machine.disks(config, {}, lambda _folder: 7_000_000_000)
    assert (row.level, "data and spool and models" in row.says, "needs 8.0 GB" in row.says) == ("error", True, True)
    (tmp_path / "models").mkdir()
    (tmp_path / "models" / "animagine-xl-4.0-opt.safetensors").touch()
    assert machine.disks(config, {}, lambda _folder: 7_000_000_000).level == "ok"


def test_room_is_looked_for_in_the_hub_s_cache(tmp_path):
    """Where the model is named by a hub id, and is not there."""
    config, cache = configured(tmp_path, model="somebody/sdxl"), tmp_path / "hub"
    row = machine.disks(config, {"HF_HUB_CACHE": str(cache)}, lambda _folder: 7_500_000_000)
    assert (row.level, "and the hub's cache" in row.says) == ("error", True)
    assert machine.disks(configured(tmp_path, model="~nobody-at-all/x"), {}, lambda _folder: 10**11).level == "ok"
    (cache / "models--somebody--sdxl").mkdir(parents=True)
    for environ in ({"HF_HUB_CACHE": str(cache)}, {"HF_HOME": str(tmp_path)}):
        assert machine.disks(config, environ, lambda _folder: 7_500_000_000).level == "ok"


def test_a_file_system_that_loses_locks_is_a_warning(tmp_path):
    """The innermost mount counts; what the system does not say is not checked."""
    config = configured(tmp_path)
    local, shared = ("/", "ext4"), (str(tmp_path), "9p")
    assert machine.file_system(config, [local]).level == "ok"
    row = machine.file_system(config, [local, shared])
    assert (row.level, "9p" in row.says) == ("warning", True)
    assert machine.file_system(config, [("/", "ext4"), (str(tmp_path), "fuse.sshfs")]).level == "warning"
    assert machine.file_system(config, []).level == "unchecked"


async def test_a_database_is_looked_over_and_left_as_it_is(tmp_path):
    """None yet, a sound one, a damaged one."""
    config = configured(tmp_path)
    assert (await machine.database(config)).level == "ok"
    assert not config.data_dir.exists()
    config.data_dir.mkdir()
    path = config.data_dir / "eshi.sqlite3"
    path.write_bytes(b"SQLite format 3\0" + b"x" * 5000)
    before = path.read_bytes()
    assert (await machine.database(config)).level == "error"
    assert path.read_bytes() == before


async def test_a_database_that_another_program_holds_is_an_error(tmp_path, monkeypatch):
    """With what SQLite says."""

    def refuse(_path):
        raise sqlite3.OperationalError("unable to open database file")

    config = configured(tmp_path)
    async with Store.open(config.data_dir):
        pass
    monkeypatch.setattr(machine, "_schema", refuse)
    row = await machine.database(config)
    assert (row.level, "unable to open database file" in row.says) == ("error", True)


async def test_a_database_says_its_schema(tmp_path):
    """An older one is brought up to date, a newer one cannot be used; nothing is left beside it."""
    config = configured(tmp_path)
    async with Store.open(config.data_dir):
        pass
    before = sorted(path.name for path in config.data_dir.iterdir())
    newest = read_migrations()[-1].number
    for number, level, said in (
        (newest, "ok", f"is sound, schema {newest}"),
        (newest - 1, "ok", f"schema {newest - 1}; the next start brings it up to {newest}"),
        (newest + 1, "error", f"made by a newer version of Eshi (schema {newest + 1}, this one knows {newest})"),
    ):
        with closing(sqlite3.connect(config.data_dir / "eshi.sqlite3")) as connection:
            connection.execute(f"PRAGMA user_version = {number}")
            connection.commit()
        row = await machine.database(config)
        assert (row.level, said in row.says) == (level, True), row
    assert sorted(path.name for path in config.data_dir.iterdir()) == before


def test_whether_a_bot_runs_is_known_by_its_lock(tmp_path):
    """Nothing is made where there is none."""
    path = tmp_path / "eshi.sqlite3"
    assert not in_use(path)
    assert [*tmp_path.iterdir()] == []
    sqlite3.connect(path).close()
    path.touch()
    assert not in_use(path)


def levels(rows):
    return {row.id: row.level for row in rows}


def test_the_socket_s_path_is_looked_at(tmp_path):
    """Too long, another file in its place, left by a dead engine, and one where somebody listens."""
    assert levels(machine.meeting(configured(tmp_path), {})) == {"socket": "ok", "wire-secret": "ok"}
    long = configured(tmp_path, url=f"unix:{'x' * 120}")
    assert levels(machine.meeting(long, {}))["socket"] == "error"
    (tmp_path / "engine.sock").touch()
    assert levels(machine.meeting(configured(tmp_path), {}))["socket"] == "error"
    short = Path(os.path.relpath(tmp_path / "engine.sock"))
    (tmp_path / "engine.sock").unlink()
    with socket.socket(socket.AF_UNIX) as engine:
        engine.bind(str(short))
        engine.listen()
        (tmp_path / "engine.sock").chmod(0o600)
        [row, _] = machine.meeting(configured(tmp_path), {})
        assert (row.level, "an engine listens" in row.says) == ("ok", True)
        (tmp_path / "engine.sock").chmod(0o666)
        assert levels(machine.meeting(configured(tmp_path), {}))["socket"] == "warning"
        (tmp_path / "engine.sock").chmod(0o600)
    [row, _] = machine.meeting(configured(tmp_path), {})
    assert "was left by an engine that is gone" in row.says


def test_a_system_without_unix_sockets_is_told_of_tcp(tmp_path, monkeypatch):
    """Windows' Python has none; over TCP nothing is missed."""
    monkeypatch.delattr(socket, "AF_UNIX")
    [row, _] = machine.meeting(configured(tmp_path), {})
    assert (row.level, 'wire.url = "ws://127.0.0.1:7421"' in row.do) == ("error", True)
    assert levels(machine.meeting(configured(tmp_path, url="ws://127.0.0.1:7421"), {}))["socket"] == "ok"


def test_a_secret_is_long_and_nobody_else_s(tmp_path):
    """Made up for the bot's own engine; needed for another one."""
    own = configured(tmp_path, url="ws://127.0.0.1:7421")
    assert levels(machine.meeting(own, {})) == {"socket": "ok", "wire-secret": "ok"}
    other = configured(tmp_path, engine_url="ws://127.0.0.1:7421")
    assert levels(machine.meeting(other, {}))["wire-secret"] == "error"
    assert levels(machine.meeting(other, {"ESHI_WIRE_SECRET": "short"}))["wire-secret"] == "error"
    assert levels(machine.meeting(other, {"ESHI_WIRE_SECRET": "x" * 43}))["wire-secret"] == "ok"
    (tmp_path / "secret").write_text("x" * 43)
    (tmp_path / "secret").chmod(0o644)
    named = configured(tmp_path, engine_url="ws://127.0.0.1:7421", secret_file="secret")  # noqa: S106  a path
    assert levels(machine.meeting(named, {}))["wire-secret"] == "warning"
    (tmp_path / "secret").chmod(0o600)
    assert levels(machine.meeting(named, {}))["wire-secret"] == "ok"
    gone = configured(tmp_path, engine_url="ws://127.0.0.1:7421", secret_file="absent")  # noqa: S106  a path
    assert levels(machine.meeting(gone, {}))["wire-secret"] == "error"

"""`python -m engine check`: packages, checkpoint and tagger, and hashes that are not computed twice."""

import hashlib
import json
import os
import socket
from pathlib import Path

import pytest

from engine import check, downloads, hashes
from engine.__main__ import main
from engine.config import Engine, PictureRating, Wire
from engine.downloads import Download, DownloadFile
from tests.engine import raters

CONTENT = b"x" * 1000


@pytest.fixture
def cache(tmp_path):
    return tmp_path / "cache" / "hashes.json"


def row(engine, cache, name):
    [found] = [one for one in check.check(engine, cache) if one.id == name]
    return found


def test_a_hash_is_remembered_until_the_file_is_another(tmp_path, cache, monkeypatch):
    """By size, time and inode; what was remembered badly is computed again."""
    path = tmp_path / "weights"
    path.write_bytes(CONTENT)
    digest = hashlib.sha256(CONTENT).hexdigest()
    assert hashes.sha256(path, cache) == digest
    with monkeypatch.context() as once:
        once.setattr(hashlib, "file_digest", None)
        assert hashes.sha256(path, cache) == digest
    other = tmp_path / "other"
    other.write_bytes(CONTENT[1:])
    other.replace(path)
    assert hashes.sha256(path, cache) == hashlib.sha256(CONTENT[1:]).hexdigest()
    for broken in ("", "[]", "{"):
        cache.write_text(broken)
        assert hashes.sha256(path, cache) == hashlib.sha256(CONTENT[1:]).hexdigest()


def test_the_cache_is_the_user_s():
    assert hashes.cache_file({"XDG_CACHE_HOME": "/var/kept"}).as_posix() == "/var/kept/eshi/hashes.json"


def test_a_folder_and_a_file_are_named_as_what_they_are(tiny_checkpoint, single_file, cache, monkeypatch):
    """As published, called like it and another one, pinned to another one, or unknown."""
    assert (
        "a folder in diffusers layout"
        in row(Engine(model=str(tiny_checkpoint), device="cpu"), cache, "checkpoint").says
    )
    engine = Engine(model=str(single_file), config_folder=str(tiny_checkpoint), device="cpu")
    digest = hashlib.sha256(single_file.read_bytes()).hexdigest()
    assert digest[:10] in row(engine, cache, "checkpoint").says
    pinned = Engine(model=engine.model, config_folder=engine.config_folder, device="cpu", sha256="0" * 64)
    assert row(pinned, cache, "checkpoint").level == "error"
    for sha256, level, said in ((digest, "ok", "is tiny as published"), ("1" * 64, "warning", "is called like tiny")):
        file = DownloadFile(name=single_file.name, bytes=1, sha256=sha256)
        known = {"tiny": Download("a test", "somebody/tiny", "0" * 40, (file,))}
        with monkeypatch.context() as table:
            table.setattr(downloads, "table", lambda known=known: known)
            found = row(engine, cache, "checkpoint")
        assert (found.level, said in found.says) == (level, True)


def test_what_is_not_there_is_named_with_how_to_get_it(tmp_path, cache):
    """By the name that the table has for it."""
    found = row(Engine(model=str(tmp_path / "animagine-xl-4.0-opt.safetensors"), device="cpu"), cache, "checkpoint")
    assert found.level == "error"
    assert "python -m engine download animagine-xl-4.0-opt," in found.do


def test_without_packages_nothing_that_needs_them_is_looked_at(cache, monkeypatch):
    monkeypatch.setattr(check, "missing", lambda *_names: ["torch"])
    found = {one.id: one.level for one in check.check(Engine(device="cpu"), cache)}
    needing = dict.fromkeys(("checkpoint", "upscaler"), "unchecked")
    assert found == {"packages": "error", "card": "ok", **needing, "tagger": "ok"}


def test_a_tagger_is_loaded_as_for_drawing(tmp_path, cache):
    """None is a choice; one that is not there is an error."""
    assert row(Engine(device="cpu"), cache, "tagger").level == "ok"
    absent = PictureRating(by="wd", folder=str(tmp_path))
    found = row(Engine(device="cpu", rating=absent), cache, "tagger")
    assert (found.level, "download wd-swinv2-tagger-v3" in found.do) == ("error", True)


def test_a_tagger_says_by_how_many_tags_it_rates(tmp_path, cache):
    """As many as its network has outputs; with another table it is an error."""
    folder = raters.make_tagger(tmp_path / "tagger")
    engine = Engine(device="cpu", rating=PictureRating(by="wd", folder=str(folder)))
    assert row(engine, cache, "tagger").says == "tagger rates every picture by 7 tags"
    with (folder / "selected_tags.csv").open("a") as table:
        table.write("7,ribbon,0,1\n")
    found = row(engine, cache, "tagger")
    assert (found.level, "gives 7 scores, and selected_tags.csv names 8" in found.says) == ("error", True)


def test_a_vae_that_is_not_there_is_the_checkpoint_s_trouble(tiny_checkpoint, tmp_path, cache):
    """With the name to download it by."""
    engine = Engine(model=str(tiny_checkpoint), device="cpu", vae=str(tmp_path / "sdxl-vae-fp16-fix"))
    found = row(engine, cache, "checkpoint")
    assert (found.level, "download sdxl-vae-fp16-fix," in found.do) == ("error", True)
    there = Engine(model=str(tiny_checkpoint), device="cpu", vae=str(tiny_checkpoint / "vae"))
    assert row(there, cache, "checkpoint").level == "ok"


def test_a_system_without_unix_sockets_has_no_engine_at_one(tmp_path, monkeypatch):
    """Windows' Python has none."""
    monkeypatch.delattr(socket, "AF_UNIX")
    assert not check.runs(Wire(url="unix:engine.sock"), tmp_path)


def test_an_engine_that_listens_is_noticed(tmp_path):
    """At a socket or a port, and nowhere else."""
    assert not check.runs(Wire(url="unix:engine.sock"), tmp_path)
    assert not check.runs(Wire(url="ws://127.0.0.1:9"), tmp_path)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        assert check.runs(Wire(url=f"ws://127.0.0.1:{listener.getsockname()[1]}"), tmp_path)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(Path(os.path.relpath(tmp_path / "engine.sock"))))
        listener.listen()
        assert check.runs(Wire(url="unix:engine.sock"), Path(os.path.relpath(tmp_path)))


def test_the_command_prints_rows_and_fails_with_an_error(tmp_path, capsys, monkeypatch, tiny_checkpoint):
    """For people, or as JSON for the bot."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    path = tmp_path / "config.toml"
    path.write_text(f'[engine]\nmodel = "{tiny_checkpoint}"\ndevice = "cpu"\n')
    assert main(["check", "--config", str(path)]) == 0
    assert "✓ checkpoint: tiny-sdxl" in capsys.readouterr().out
    path.write_text('[engine]\nmodel = "absent.safetensors"\ndevice = "cpu"\n')
    assert main(["check", "--config", str(path), "--json"]) == 1
    rows = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in rows if one["level"] == "error"] == ["checkpoint"]

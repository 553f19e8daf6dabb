"""`python -m engine download`, and the table that it fetches from."""

import re
import subprocess
import sys
import threading

import pytest

from engine import config, download, downloads
from engine.__main__ import main
from engine.errors import DownloadError
from tests.documents import ROOT
from tests.engine.hub import CONTENT, Hub, wanted

NAMES = list(downloads.table())


@pytest.fixture
def small(monkeypatch):
    """A table of one name, of a megabyte."""
    table = {"weights": wanted(ROOT).download}
    monkeypatch.setattr(downloads, "table", lambda: table)
    monkeypatch.delenv("HF_TOKEN", raising=False)
    return table["weights"]


@pytest.fixture
def hub(monkeypatch):
    """An honest hub in a thread, for commands that have a loop of their own."""
    import asyncio

    loop, ready = asyncio.new_event_loop(), threading.Event()
    found = []

    async def serve():
        found.append(await Hub().__aenter__())
        ready.set()

    thread = threading.Thread(target=loop.run_forever)
    thread.start()
    asyncio.run_coroutine_threadsafe(serve(), loop)
    ready.wait()
    monkeypatch.setenv("HF_ENDPOINT", found[0].url)
    yield found[0]
    asyncio.run_coroutine_threadsafe(found[0].__aexit__(), loop).result()
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


def eshi(*arguments, capsys, status=0):
    assert main(["download", *map(str, arguments)]) == status
    return capsys.readouterr()


def written(tmp_path, text):
    path = tmp_path / "config.toml"
    path.write_text(text)
    return path


def test_nothing_of_the_table_follows_a_branch():
    """Every address has a commit in it, and every file a size and a hash, no two of them alike."""
    files = [(one, file) for one in downloads.table().values() for file in one.files]
    assert all(re.search(r"/resolve/[0-9a-f]{40}/[\w.-]+$", one.url(file)) for one, file in files)
    assert len({file.sha256 for _, file in files}) == len(files)


def test_the_table_lists_what_a_configuration_can_name(capsys):
    """The checkpoints, a tagger, the VAE for float16 and TAESD, each with its size and its licence."""
    lines = eshi("--list", capsys=capsys).out.splitlines()
    assert [line.partition(" ")[0] for line in lines] == NAMES
    assert lines[0].startswith("animagine-xl-4.0-opt (6.94 GB): ")
    assert all(re.search(r"RAIL|Apache|MIT", line) for line in lines)


@pytest.mark.usefixtures("small")
def test_a_download_is_there_and_another_run_only_verifies_it(tmp_path, capsys, hub):
    """Progress is on stderr, one line for every tenth where nobody watches; nothing is on stdout."""
    said = eshi("weights", "--into", tmp_path, capsys=capsys)
    assert (tmp_path / "weights.safetensors").read_bytes() == CONTENT
    assert said.out == ""
    assert said.err.splitlines()[-1] == f"{tmp_path / 'weights.safetensors'}: there, and the right one"
    assert len(said.err.splitlines()) <= 13
    asked = len(hub.asked)
    eshi("weights", "--into", tmp_path, capsys=capsys)
    assert len(hub.asked) == asked


@pytest.mark.usefixtures("small")
def test_offline_verifies_and_asks_nobody(tmp_path, capsys, hub):
    """What is not there is named; what is there is right or said to be another file."""
    said = eshi("weights", "--into", tmp_path, "--offline", capsys=capsys, status=1)
    assert said.err == (
        f"error: not there: {tmp_path / 'weights.safetensors'}; leave out --offline to fetch it, or carry it here with "
        "--from\n"
    )
    (tmp_path / "weights.safetensors").write_bytes(CONTENT)
    eshi("weights", "--into", tmp_path, "--offline", capsys=capsys)
    (tmp_path / "weights.safetensors").write_bytes(CONTENT[1:])
    assert "is another file" in eshi("weights", "--into", tmp_path, "--offline", capsys=capsys, status=1).err
    assert not hub.asked


@pytest.mark.usefixtures("small")
def test_a_file_can_be_carried_here(tmp_path, capsys, hub):
    """By its own name or in a folder, without the network."""
    usb = tmp_path / "usb"
    usb.mkdir()
    (usb / "weights.safetensors").write_bytes(CONTENT)
    for given, into in ((usb, tmp_path / "a"), (usb / "weights.safetensors", tmp_path / "b")):
        eshi("weights", "--into", into, "--from", given, capsys=capsys)
        assert (into / "weights.safetensors").read_bytes() == CONTENT
    assert not hub.asked


def test_one_file_cannot_stand_for_several(tmp_path, capsys):
    """A tagger has two; the folder of them is to be named."""
    (tmp_path / "model.onnx").write_bytes(b"x")
    said = eshi(
        "wd-swinv2-tagger-v3", "--into", tmp_path / "m", "--from", tmp_path / "model.onnx", capsys=capsys, status=1
    )
    assert "is one file, and 2 are wanted" in said.err


def test_addresses_can_be_given_to_another_program(capsys, monkeypatch):
    """In aria2's form, with the hash; of the mirror where one is named."""
    monkeypatch.setenv("HF_ENDPOINT", "https://mirror.example/")
    lines = eshi("wd-swinv2-tagger-v3", "--into", "m", "--print-urls", capsys=capsys).out.splitlines()
    commit = downloads.table()["wd-swinv2-tagger-v3"].commit
    assert lines[0] == f"https://mirror.example/SmilingWolf/wd-swinv2-tagger-v3/resolve/{commit}/model.onnx"
    assert lines[1:3] == ["  dir=m/wd-swinv2-tagger-v3", "  out=model.onnx"]
    assert re.fullmatch(r"  checksum=sha-256=[0-9a-f]{64}", lines[3])


def test_a_name_that_is_not_in_the_table_is_answered_with_those_that_are(capsys):
    said = eshi("animagine", capsys=capsys, status=1)
    assert said.err.endswith(f"choose from {', '.join(NAMES)}\n")


def test_without_a_name_it_is_what_the_configuration_needs(tmp_path):
    """Known by the last part of each path, and put where the configuration looks for it."""
    path = written(
        tmp_path,
        '[engine]\nmodel = "weights/animagine-xl-4.0-opt.safetensors"\nvae = "sdxl-vae-fp16-fix"\n'
        '[engine.rating]\nby = "wd"\nfolder = "m/wd-swinv2-tagger-v3"\n',
    )
    needs = downloads.needs(config.load(path)[0], tmp_path)
    assert [one.target.relative_to(tmp_path).as_posix() for one in needs.wanted] == [
        "weights/animagine-xl-4.0-opt.safetensors",
        "m/wd-swinv2-tagger-v3/model.onnx",
        "m/wd-swinv2-tagger-v3/selected_tags.csv",
        "sdxl-vae-fp16-fix/diffusion_pytorch_model.safetensors",
        "sdxl-vae-fp16-fix/config.json",
    ]
    assert needs.unknown == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "engine.model: cagliostrolab/animagine-xl-4.0 is a hub id, which the engine fetches itself"),
        ('[engine]\nmodel = "mine.safetensors"', "mine.safetensors is not there, and no file of the table"),
        (
            '[engine]\nmodel = "animagine-xl-4.0.safetensors"\n[engine.rating]\nby = "wd"\nfolder = "mine"',
            "engine.rating.folder: ",
        ),
    ],
)
def test_what_the_table_does_not_have_is_said(tmp_path, capsys, text, said):
    """With what there is."""
    err = eshi("--config", written(tmp_path, text), capsys=capsys, status=1).err
    assert said in err
    assert "animagine-xl-4.0-opt" in err


def test_a_configuration_that_names_its_own_files_needs_nothing(tmp_path, capsys):
    (tmp_path / "mine.safetensors").write_bytes(b"x")
    path = written(tmp_path, '[engine]\nmodel = "mine.safetensors"')
    assert "names nothing of the table" in eshi("--config", path, capsys=capsys, status=1).err


def test_a_disk_without_room_is_refused_before_anything_is_fetched(tmp_path):
    """What is half there counts, and a gigabyte is left."""
    one = wanted(tmp_path / "models")
    spare = download.SPARE_BYTES
    download.check_space([one], lambda _folder: len(CONTENT) + spare)
    with pytest.raises(DownloadError, match="nothing was fetched"):
        download.check_space([one], lambda _folder: len(CONTENT) + spare - 1)
    one.target.parent.mkdir()
    one.target.with_name("weights.safetensors.part").write_bytes(CONTENT[:1000])
    download.check_space([one], lambda _folder: len(CONTENT) + spare - 1000)
    one.target.write_bytes(CONTENT)
    download.check_space([one], lambda _folder: 0)


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({"HF_ENDPOINT": "huggingface.co"}, "HF_ENDPOINT: expected an address"),
        ({"HF_ENDPOINT": "http://mirror.example", "HF_TOKEN": "hf_x"}, "HF_TOKEN is not sent to http://mirror.example"),
        ({"HF_TOKEN": "hf_x\r\nX: y"}, "HF_TOKEN: a token is one line"),
    ],
)
def test_where_files_come_from_is_checked_before_a_token_travels(environ, said):
    with pytest.raises(DownloadError, match=re.escape(said)):
        download.source(environ)


def test_the_token_is_in_no_text():
    """Of the source that somebody may log."""
    assert "hf_secret" not in repr(download.source({"HF_TOKEN": "hf_secret"}))


def test_the_download_needs_no_torch():
    """It comes before the model stack is installed, or on a machine that only fetches."""
    program = "import sys, engine.__main__, engine.download; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=ROOT)  # noqa: S603
    assert not {"torch", "numpy", "huggingface_hub", "safetensors"} & set(done.stdout.split())

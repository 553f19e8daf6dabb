"""Reading weights into the system's cache."""

import os
import sys
import threading

import pytest

from engine import readahead
from engine.readahead import reading_ahead


def test_every_byte_of_every_file_is_read_in_order(tmp_path, monkeypatch):
    """And what is not there is somebody else's business."""
    monkeypatch.setattr(readahead, "PIECE_BYTES", 10)
    monkeypatch.setattr(readahead, "THREADS", 1)
    paths = [tmp_path / name for name in ("a", "b")]
    for path, size in zip(paths, (25, 10), strict=True):
        path.write_bytes(bytes(size))
    pieces = list(readahead._pieces([paths[0], tmp_path / "absent", paths[1]]))
    assert pieces == [(paths[0], 0), (paths[0], 10), (paths[0], 20), (paths[1], 0)]


def read_whole(paths):
    """Read files ahead, and wait until that is done."""
    with reading_ahead(paths) as wait:
        wait()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux sends a file to nowhere")
def test_the_system_sends_it_all_to_nowhere(tmp_path, monkeypatch):
    """In as many calls as it likes."""
    monkeypatch.setattr(readahead, "PIECE_BYTES", 10_000)
    send, sent = os.sendfile, []

    def spy(out, file, offset, count):
        sent.append(send(out, file, offset, min(count, 4096)))
        return sent[-1]

    monkeypatch.setattr(os, "sendfile", spy)
    (tmp_path / "weights").write_bytes(bytes(25_000))
    read_whole([tmp_path / "weights"])
    assert sum(sent) == 25_000


def test_other_systems_copy_it(tmp_path, monkeypatch):
    """Which costs more, and is all that they can."""
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(os, "sendfile", None)
    (tmp_path / "weights").write_bytes(bytes(100))
    read_whole([tmp_path / "weights", tmp_path])


def test_it_ends_with_the_block(tmp_path):
    """No thread is left behind, however much there was to read."""
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(2**33)
    with reading_ahead([path]):
        assert any(thread.name == "readahead" for thread in threading.enumerate())
    assert not any(thread.name == "readahead" for thread in threading.enumerate())

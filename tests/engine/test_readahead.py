"""Reading weights into the system's cache."""

import threading

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
    with reading_ahead(paths):
        pass


def test_it_ends_with_the_block(tmp_path):
    """No thread is left behind, however much there was to read."""
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(2**33)
    with reading_ahead([path]):
        assert any(thread.name == "readahead" for thread in threading.enumerate())
    assert not any(thread.name == "readahead" for thread in threading.enumerate())

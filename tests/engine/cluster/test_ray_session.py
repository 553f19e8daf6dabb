"""What must hold before Ray is started at all: a token that keeps others out, and a folder of one's own."""

import fcntl
import shutil
import tempfile
from pathlib import Path

import pytest

from engine.cluster import ray_session
from engine.config import Cluster
from engine.errors import ClusterError


@pytest.fixture
def token(tmp_path):
    path = tmp_path / "token"
    path.touch(mode=0o600)
    path.write_text("a" * 32 + "\n")
    return path


def test_several_nodes_need_a_token():
    """Ray listens on every interface, and whoever reaches it runs what they like."""
    with (
        pytest.raises(ClusterError, match=r"engine\.cluster\.token_file: several nodes need a token"),
        ray_session.ray_session(Cluster(address="127.0.0.1:1"), {}),
    ):
        pass


@pytest.mark.parametrize(
    ("mode", "text", "said"),
    [
        (0o644, "a" * 32, "others may use it"),
        (0o600, "short", "22 letters or more"),
        (0o600, "a" * 40 + "\nb", "one line"),
    ],
)
def test_a_token_that_keeps_nobody_out_is_none(token, mode, text, said):
    token.write_text(text)
    token.chmod(mode)
    with pytest.raises(ClusterError, match=said):
        ray_session._token(Cluster(address="127.0.0.1:1", token_file=str(token)))


def test_a_token_is_read_as_it_is(token):
    assert ray_session._token(Cluster(address="127.0.0.1:1", token_file=str(token))) == "a" * 32


def test_a_token_that_is_not_there_is_named(tmp_path):
    with pytest.raises(ClusterError, match="no-token"):
        ray_session._token(Cluster(address="127.0.0.1:1", token_file=str(tmp_path / "no-token")))


@pytest.fixture
def short():
    """A folder that is not there, whose path has room for Ray's sockets."""
    folder = Path(tempfile.mkdtemp(prefix="e-"))
    yield folder / "r"
    shutil.rmtree(folder)


def test_the_folder_is_empty_at_the_start_and_at_the_end(short):
    """An earlier front may have been killed while pictures lay there."""
    with ray_session._folder(str(short)):
        assert {path.name for path in short.iterdir()} == {"lock", "spill"}
        assert short.stat().st_mode & 0o777 == 0o700
        (short / "spill" / "picture").write_bytes(b"picture")
    assert {path.name for path in short.iterdir()} == {"lock"}
    (short / "spill").mkdir()
    (short / "spill" / "picture").write_bytes(b"left by one that was killed")
    with ray_session._folder(str(short)):
        assert list((short / "spill").iterdir()) == []


def test_two_fronts_do_not_share_a_folder(short):
    with ray_session._folder(str(short)), pytest.raises(ClusterError, match="another cluster runs there"):  # noqa: SIM117
        with ray_session._folder(str(short)):
            pass
    with (short / "lock").open() as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)


def test_a_folder_that_others_may_use_is_refused(short):
    short.mkdir()
    short.chmod(0o755)
    with pytest.raises(ClusterError, match="only its owner may use"), ray_session._folder(str(short)):
        pass


def test_a_long_path_is_refused_before_ray_stumbles_over_it(tmp_path):
    with pytest.raises(ClusterError, match="may have 40 letters"), ray_session._folder(str(tmp_path / ("x" * 60))):
        pass


def test_without_the_extra_it_is_said_which_one_is_missing(monkeypatch):
    monkeypatch.setattr(ray_session.packages, "missing", list)
    with pytest.raises(ClusterError, match='extra "ray"'), ray_session.ray_session(Cluster(), {}):
        pass

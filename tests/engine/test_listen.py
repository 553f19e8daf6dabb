"""Where the engine listens, and where it refuses to."""

import socket
import stat

import pytest

from engine.config import EngineConfigError, Wire
from engine.listen import MAX_SOCKET_PATH_BYTES, bind

SECRET = {"ESHI_WIRE_SECRET": "s3cret"}


def test_a_unix_socket_is_its_owner_s_alone(tmp_path):
    """Relative to the configuration file, mode 0600, gone when closed."""
    listener = bind(Wire(url="unix:engine.sock"), tmp_path, {})
    path = tmp_path / "engine.sock"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert (listener.address, listener.secret) == (f"unix:{path}", "")
    listener.close()
    assert not path.exists()


def test_the_socket_file_of_a_killed_engine_is_replaced(tmp_path):
    """Nobody has to tidy up."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "engine.sock"))
    bind(Wire(), tmp_path, {}).close()


def test_the_socket_of_a_living_engine_is_not_taken(tmp_path):
    """Two would both believe to own the GPU."""
    first = bind(Wire(), tmp_path, {})
    first.socket.listen()
    with pytest.raises(EngineConfigError, match="another engine is listening there"):
        bind(Wire(), tmp_path, {})
    first.close()


def test_a_file_that_is_no_socket_is_left_alone(tmp_path):
    """A typing error in the configuration deletes nothing."""
    (tmp_path / "engine.sock").write_text("precious")
    with pytest.raises(EngineConfigError, match="there is a file that is no socket"):
        bind(Wire(), tmp_path, {})
    assert (tmp_path / "engine.sock").read_text() == "precious"


def test_a_link_in_its_place_is_left_alone(tmp_path):
    """Whether it leads to nothing, to a file or to a socket: whoever made it would decide who is spoken to."""
    with socket.socket(socket.AF_UNIX) as dead:
        dead.bind(str(tmp_path / "elsewhere.sock"))
    for target in ("nothing", "elsewhere.sock"):
        (tmp_path / "engine.sock").symlink_to(tmp_path / target)
        with pytest.raises(EngineConfigError, match="there is a link"):
            bind(Wire(), tmp_path, {})
        (tmp_path / "engine.sock").unlink()
    assert (tmp_path / "elsewhere.sock").exists()


def test_too_long_a_path_is_said_to_be_one(tmp_path):
    """The kernel would only say that it is invalid."""
    with pytest.raises(EngineConfigError, match=f"may have {MAX_SOCKET_PATH_BYTES} bytes"):
        bind(Wire(url=f"unix:{'x' * 120}.sock"), tmp_path, {})


def test_a_folder_that_is_not_there_is_named(tmp_path):
    """In one line."""
    with pytest.raises(EngineConfigError, match="nowhere"):
        bind(Wire(url="unix:nowhere/engine.sock"), tmp_path, {})


def test_tcp_takes_its_secret_from_the_environment_or_a_file(tmp_path):
    """The file wins, since it was named."""
    listener = bind(Wire(url="ws://127.0.0.1:0"), tmp_path, SECRET)
    assert listener.secret == "s3cret"  # noqa: S105  (made up here)
    assert listener.address.startswith("ws://127.0.0.1:")
    listener.close()
    (tmp_path / "secret").write_text("other\n")
    listener = bind(Wire("ws://127.0.0.1:0", "secret"), tmp_path, SECRET)
    assert listener.secret == "other"  # noqa: S105  (made up here)
    listener.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.168.1.2", "example.org", "[::]"])  # noqa: S104  (refused)
def test_tcp_listens_on_loopback_only(tmp_path, host):
    """The wire is not encrypted."""
    with pytest.raises(EngineConfigError, match="can be reached from other machines"):
        bind(Wire(url=f"ws://{host}:7421"), tmp_path, SECRET)


@pytest.mark.parametrize(
    ("wire", "environ", "match"),
    [
        (Wire(url="ws://127.0.0.1:0"), {}, "it needs a secret"),
        (Wire("ws://127.0.0.1:0", "gone"), SECRET, "cannot be read"),
        (Wire(url="ws://127.0.0.1"), SECRET, "expected unix:PATH or ws://127.0.0.1:PORT"),
        (Wire(url="ws://127.0.0.1:99999"), SECRET, "wire.url"),
        (Wire(url="wss://127.0.0.1:1"), SECRET, "expected unix:PATH"),
        (Wire(url="unix:"), SECRET, "names no path"),
        (Wire(url=""), SECRET, "expected unix:PATH"),
    ],
)
def test_an_address_that_cannot_be_used_is_one_clear_line(tmp_path, wire, environ, match):
    """Before any model is read."""
    with pytest.raises(EngineConfigError, match=match) as caught:
        bind(wire, tmp_path, environ)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("wire", "said"),
    [
        (Wire(url="unix:a\0b"), "null byte"),
        (Wire(url=f"unix:{'x' * 300}"), "File name too long"),
        (Wire(url="unix:~nobody-is-called-so/engine.sock"), "home"),
        (Wire(url="ws://[127.0.0.1:1"), "Invalid IPv6"),
        (Wire("ws://127.0.0.1:0", "."), "is a folder"),
        (Wire("ws://127.0.0.1:0", "a\0b"), "null byte"),
        (Wire("ws://127.0.0.1:0", "/dev/zero"), "larger than"),
    ],
)
def test_whatever_is_written_there_it_is_one_clear_line(tmp_path, wire, said):
    """Also where the system has no name for it."""
    with pytest.raises(EngineConfigError, match=said) as caught:
        bind(wire, tmp_path, {})
    assert str(caught.value).startswith("wire.")
    assert "\n" not in str(caught.value)

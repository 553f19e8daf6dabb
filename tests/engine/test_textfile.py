"""Text files as people and their editors leave them: read, or refused in one line that names the file."""

import os
import socket
from pathlib import Path
from random import Random

import msgspec
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from engine import textfile
from engine.textfile import TextFileError


class Form(msgspec.Struct, forbid_unknown_fields=True):
    """What the tests' TOML files may say."""

    name: str = ""
    number: float = 0.0


def fails(act, *arguments, **options):
    """The line with which something is refused."""
    with pytest.raises(TextFileError) as caught:
        act(*arguments, **options)
    said = str(caught.value)
    assert said.isprintable()
    assert len(said) < 600
    return said


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
def test_what_editors_write_is_read(tmp_path, encoding):
    """Notepad marks its files, and PowerShell writes UTF-16."""
    path = tmp_path / "a.toml"
    path.write_bytes('name = "絵師 für alle"'.encode(encoding))
    assert textfile.read_toml(path, Form).name == "絵師 für alle"


def test_bytes_of_the_other_order_are_read_too(tmp_path):
    path = tmp_path / "a.txt"
    path.write_bytes(b"\xfe\xff" + "ü".encode("utf-16-be"))
    assert textfile.read(path) == "ü"


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ('[a]\nname = "für"\n'.encode("latin-1"), "is not UTF-8 (line 2 holds the byte 0xfc); save it as UTF-8"),
        ("name = 1".encode("utf-16-le"), "it holds NUL bytes"),
        ("name = 1".encode("utf-16") + b"\x00", "begins as UTF-16-LE and does not go on so"),
        (b"\xef\xbb\xbf\xff", "begins as UTF-8 and does not go on so"),
        (Random(1).randbytes(64) + b"\xff\xff", ""),
        (b'name = "\\u0000"', "$.name: holds a NUL character"),
        (b"number = " + b"[" * 200_000, "is nested too deeply"),
        (b"a." * 200_000 + b"a = 1", "is nested too deeply"),
        (b"a.'b' . " * 100_000 + b"a = 1", "is nested too deeply"),
        (b"number = " + b"1" * 5000, "4300 digits"),
        (b"number = 1" + b"0" * 400, "out of range"),
        (b'"a\\nb" = 1', r"unknown field `a\nb`"),
        (b"a" * 100_000 + b" = 1", "unknown field"),
        (b"name = 2020-01-01", "$.name"),
    ],
)
def test_what_is_no_such_file_is_said_in_one_line(tmp_path, data, said):
    path = tmp_path / "a.toml"
    path.write_bytes(data)
    assert said in fails(textfile.read_toml, path, Form)


def test_what_is_no_file_is_named_and_not_waited_for(tmp_path):
    """A pipe that nobody writes would hold the start for ever."""
    assert "is a folder, where a file is expected" in fails(textfile.read, tmp_path)
    os.mkfifo(tmp_path / "pipe")
    assert "is a pipe" in fails(textfile.read, tmp_path / "pipe")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(tmp_path / "socket"))
        assert "is a socket" in fails(textfile.read, tmp_path / "socket")
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "broken").symlink_to("nowhere")
    assert "symbolic links" in fails(textfile.read, tmp_path / "loop")
    assert "No such file" in fails(textfile.read, tmp_path / "broken")
    assert "File name too long" in fails(textfile.read, tmp_path / ("x" * 300))
    assert "null byte" in fails(textfile.read, tmp_path / "\0")


def test_only_so_much_of_a_file_is_ever_read(tmp_path):
    """However large it says that it is; and one without an end has no size at all."""
    path = tmp_path / "large"
    with path.open("wb") as file:
        file.truncate(100 * 1024**2)
    assert "larger than 1 MiB" in fails(textfile.read, path)
    path.with_name("endless").symlink_to("/dev/zero")
    assert "larger than 0.5 MiB" in fails(textfile.read, path.with_name("endless"), max_bytes=2**19)
    path.write_bytes(b"x" * 10)
    assert textfile.read(path, max_bytes=10) == "x" * 10
    fails(textfile.read, path, max_bytes=9)


@pytest.mark.parametrize(
    ("name", "said"), [("x" * 300, "File name too long"), ("\0", "null byte"), ("~nobody-is-called-so/x", "home")]
)
def test_a_name_that_no_file_can_have_is_refused(tmp_path, name, said):
    assert said in fails(textfile.beside, tmp_path, name)


def test_a_name_is_meant_beside_the_file_that_names_it(tmp_path):
    assert textfile.beside(tmp_path, "a/b") == tmp_path / "a" / "b"
    assert textfile.beside(tmp_path, str(tmp_path.parent)) == tmp_path.parent


@given(st.binary(max_size=200) | st.text(alphabet="[]{}=\"'\\u0.,x1e-\n#", max_size=80).map(str.encode))
@example(b"name = '''")
@example(b"\xff\xfe\x00\xd8")
def test_whatever_a_file_holds_it_is_read_or_refused(data):
    """Nothing else ever comes out."""
    assert outcome(data).isprintable()


def outcome(data):
    """What is said of a file that holds this; "" of one that can be used."""
    try:
        textfile.parse_toml(Path("a.toml"), data, Form)
    except TextFileError as error:
        return str(error)
    return ""

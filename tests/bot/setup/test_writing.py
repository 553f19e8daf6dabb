"""Whatever form somebody's configuration has, set-up changes its own values in it and nothing else."""

import os
import re
import signal
import stat
import subprocess
import sys
import tomllib

import pytest

from bot import config
from bot.errors import ConfigError
from bot.setup import writing
from tests.documents import ROOT

VALUES = {
    "bot.about.contact": "@ada",
    "bot.discord.token_file": "token",
    "engine.model": "models/x.safetensors",
    "engine.rating.by": "none",
}

FORMS = {
    "tables": '# mine\n[bot.limits]   # hers\nmax_queue = 7 # seven\n\n[bot.about]\ncontact = "@old" # old\n',
    "no last line": "# mine\n[bot.limits]\nmax_queue = 7",
    "indented": "# mine\n  [bot.limits]\n\tmax_queue = 7\n\n\n   [bot.about] # x\n   contact = '''@old'''\n",
    "out of order": "# mine\n[engine.rating]\nby = 'wd'\n[bot.limits]\nmax_queue = 7\n[engine]\n[bot]\ndrain_s = 1\n",
    "dotted": '# mine\nbot.limits.max_queue = 7\nbot.about.contact = "@old"\n\n[wire]\nurl = "unix:e"\n',
    "dotted in tables": '# mine\n[bot]\nlimits.max_queue = 7\nabout.contact = "@old"\n[engine]\nrating.by = "wd"\n',
    "inline": '# mine\nbot = {limits = {max_queue = 7}}\nengine = {device = "cpu", rating = {by = "wd"}}\n',
    "inline in tables": "# mine\n[bot]\nabout = {}\nlimits = {max_queue = 7}\n[engine]\nrating = {}\n",
    "quoted keys": '# mine\n["bot"."limits"]\n"max_queue" = 7\n["bot"."about"]\n"contact" = "@old"\n',
}


def flat(table, above=""):
    return {
        path: found
        for key, value in table.items()
        for path, found in (
            flat(value, f"{above}{key}.").items() if isinstance(value, dict) else [(f"{above}{key}", value)]
        )
    }


@pytest.mark.parametrize("form", FORMS)
def test_every_form_keeps_what_is_not_asked_for(tmp_path, form):
    """Its comments, its other values; a second time nothing changes."""
    path = tmp_path / "config.toml"
    path.write_text(FORMS[form])
    before = flat(tomllib.loads(FORMS[form]))
    assert writing.write(path, VALUES)
    after = path.read_text()
    assert flat(tomllib.loads(after)) == before | VALUES
    assert [line for line in re.findall("#.*", FORMS[form]) if line not in after] == []
    assert config.load(path).bot.limits.max_queue == 7
    assert not writing.write(path, VALUES)
    assert path.read_text() == after
    assert [one.name for one in tmp_path.iterdir()] == ["config.toml"]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_encoding_and_ends_of_lines_stay(tmp_path, encoding, ends):
    """An editor on Windows made them, and expects them."""
    path = tmp_path / "config.toml"
    text = FORMS["tables"].replace("\n", ends)
    path.write_bytes(text.encode(encoding))
    writing.write(path, VALUES)
    after = path.read_bytes()
    assert after.startswith(text.encode(encoding)[:4])
    said = after.decode(encoding)
    assert said.count("\n") == said.count(ends) > text.count(ends)
    assert config.load(path).bot.about.contact == "@ada"


def test_a_link_stays_one_and_rights_stay(tmp_path):
    """The file may be under version control elsewhere, and hidden from others."""
    real, path = tmp_path / "kept" / "eshi.toml", tmp_path / "config.toml"
    real.parent.mkdir()
    real.touch(0o640)
    real.chmod(0o640)
    path.symlink_to(real)
    writing.write(path, VALUES)
    assert path.is_symlink()
    assert config.load(real).bot.about.contact == "@ada"
    assert stat.S_IMODE(real.stat().st_mode) == 0o640


def test_a_new_file_has_the_rights_that_this_user_s_files_have(tmp_path):
    """The token's has its owner's alone."""
    mask = os.umask(0o027)
    try:
        writing.write(tmp_path / "config.toml", VALUES)
        writing.write_secret(tmp_path / "token", "a.b.c")
    finally:
        found = os.umask(mask)
    assert found == 0o027
    assert stat.S_IMODE((tmp_path / "config.toml").stat().st_mode) == 0o640
    assert stat.S_IMODE((tmp_path / "token").stat().st_mode) == 0o600


def test_what_cannot_be_changed_is_said_with_what_to_write(tmp_path):
    """Byte for byte as it was."""
    path = tmp_path / "config.toml"
    path.write_text('bot = "no table"\n')
    with pytest.raises(ConfigError, match=re.escape(f"{path}: it is written in a way that set-up cannot change; ")):
        writing.write(path, VALUES)
    assert path.read_text() == 'bot = "no table"\n'


def test_a_file_that_is_read_only_stays(tmp_path, monkeypatch):
    """Its folder would let it be replaced, and somebody meant it."""
    path = tmp_path / "config.toml"
    path.write_text(FORMS["tables"])
    monkeypatch.setattr(os, "access", lambda *_how: False)  # root may write everything
    with pytest.raises(ConfigError, match="it is read-only"):
        writing.write(path, VALUES)
    assert path.read_text() == FORMS["tables"]


def test_what_would_be_no_configuration_is_named_by_its_own_file(tmp_path):
    """Not by the one that was written beside it."""
    path = tmp_path / "config.toml"
    with pytest.raises(ConfigError) as error:
        writing.write(path, {"bot.discord.api": "no address"})
    assert str(error.value).startswith(f"{path}: ")
    assert [*tmp_path.iterdir()] == []


KILLED = """
import os, signal, sys
from pathlib import Path
from bot.setup import writing
setattr(os, sys.argv[2], lambda *_how: os.kill(os.getpid(), signal.SIGKILL))
writing.write(Path(sys.argv[1]), {"bot.about.contact": "@new"})
"""


@pytest.mark.parametrize("last", ["fsync", "replace"])
def test_a_kill_leaves_the_old_file_and_the_next_run_goes_on(tmp_path, last):
    """What was written until then is nobody's configuration."""
    path = tmp_path / "config.toml"
    path.write_text(FORMS["tables"])
    killed = subprocess.run([sys.executable, "-c", KILLED, path, last], cwd=ROOT, check=False)  # noqa: S603  our own
    assert killed.returncode == -signal.SIGKILL
    assert path.read_text() == FORMS["tables"]
    assert writing.write(path, VALUES)
    assert [one.name for one in tmp_path.iterdir()] == ["config.toml"]

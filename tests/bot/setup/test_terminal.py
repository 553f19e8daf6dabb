"""The set-up as a process of its own, at a terminal of its own: what is shown, and a kill at every question."""

import os
import re
import subprocess
import sys

from bot import config
from bot.__main__ import main
from bot.demo import _CHECKPOINT
from bot.setup import wizard
from tests.documents import ROOT


class Terminal:
    """Runs the set-up; `said` is all that was shown."""

    def __init__(self, folder, *words):
        self._ours, theirs = os.openpty()
        self.said = ""
        self.process = subprocess.Popen(  # noqa: S603  our own command
            ["setsid", "--ctty", "--wait", sys.executable, "-m", "bot", "setup", *words],  # noqa: S607  util-linux's
            stdin=theirs,
            stdout=theirs,
            stderr=theirs,
            cwd=folder,
            env={
                **{name: value for name, value in os.environ.items() if name != "ESHI_TOKEN"},
                "PYTHONPATH": str(ROOT),
                "HOME": str(folder),
            },
        )
        os.close(theirs)

    def __enter__(self):
        return self

    def __exit__(self, *_exc):
        self.process.kill()
        self.process.wait()
        os.close(self._ours)

    def asked(self):
        """Read until something is asked; False where it ended."""
        begun = len(self.said)
        while not re.search(r"(> |\[[Yy]/[Nn]\] )$", self.said[begun:]):
            try:
                self.said += os.read(self._ours, 65536).decode()
            except OSError:  # nobody holds the other end any more
                return False
        return True

    def type(self, text):
        os.write(self._ours, text.encode())

    def answer(self, *answers):
        """Answer what is asked, one after the other; the last question stays open, or it ends."""
        for answer in answers:
            assert self.asked(), self.said
            self.type(f"{answer}\n")
        return self.asked()


def words(discord):
    return ("--api", discord.api_url, "--no-check", "--no-service")


def answers(discord, checkpoint=str(_CHECKPOINT)):
    return (discord.token, "@ada", "", checkpoint, "none", "")


def there(folder):
    return sorted(one.name for one in folder.iterdir())


def test_a_person_is_asked_and_the_token_is_not_shown(tmp_path, discord):
    with Terminal(tmp_path, *words(discord)) as terminal:
        assert not terminal.answer(*answers(discord))
        assert terminal.process.wait() == 0
    assert "Invite the bot: https://discord.com/" in terminal.said
    assert discord.token not in terminal.said
    assert config.load(tmp_path / "config.toml").bot.about.contact == "@ada"


def test_a_kill_at_the_last_question_leaves_nothing_behind(tmp_path, discord):
    """Nothing is written before everything is answered."""
    with Terminal(tmp_path, *words(discord)) as terminal:
        assert terminal.answer(*answers(discord)[:5])
    assert there(tmp_path) == []


def test_a_kill_after_the_last_answer_leaves_what_the_next_run_goes_on_with(tmp_path, discord):
    """Nothing is asked twice that the file says: Enter takes it."""
    with Terminal(tmp_path, *words(discord)) as terminal:
        assert terminal.answer(*answers(discord, "animagine-xl-4.0-opt"), "")
        assert "Download what is missing now?" in terminal.said
    assert there(tmp_path) == ["config.toml", "token"]
    before = (tmp_path / "config.toml").read_text()
    with Terminal(tmp_path, *words(discord)) as terminal:
        assert not terminal.answer(*[""] * 5, "n")
        assert terminal.process.wait() == 0
    assert "The bot token:" not in terminal.said
    assert f"{tmp_path / 'config.toml'} stays as it is" in terminal.said
    assert (tmp_path / "config.toml").read_text() == before


def test_ctrl_c_at_the_hidden_question_ends_it_in_a_sentence(tmp_path, discord):
    """And not in a traceback."""
    with Terminal(tmp_path, *words(discord)) as terminal:
        assert terminal.answer()
        terminal.type("\x03")
        assert not terminal.asked()
        assert terminal.process.wait() == 130
    assert "Stopped; run it again, and it goes on with what is written." in terminal.said
    assert "Traceback" not in terminal.said
    assert there(tmp_path) == []


def test_the_end_of_input_ends_it_in_the_same_sentence(tmp_path, monkeypatch, capsys):
    """Ctrl-D, or a connection that is gone."""
    monkeypatch.setattr(wizard, "interactive", lambda: True)
    monkeypatch.setattr("getpass.getpass", lambda _prompt: (_ for _ in ()).throw(EOFError))
    monkeypatch.delenv("ESHI_TOKEN", raising=False)
    assert main(["setup", "--config", str(tmp_path / "config.toml")]) == 130
    assert "Stopped; run it again" in capsys.readouterr().err
    assert there(tmp_path) == []

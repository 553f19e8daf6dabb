"""The set-up, with the local Discord: each answer is checked as it is given, and nothing that was there is lost."""

import importlib
import os
import re
import shlex
import shutil
import stat
import subprocess
import sys

import msgspec
import pytest

from bot import config
from bot.__main__ import main
from bot.demo import _CHECKPOINT
from bot.errors import BotError, ConfigError
from bot.setup import questions, service, wizard
from bot.setup.asking import Keyboard
from engine import card
from engine import config as engine_config
from tests.documents import README, ROOT

EXAMPLE = (ROOT / "config.example.toml").read_text()


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.delenv("ESHI_TOKEN", raising=False)
    monkeypatch.setattr(service, "available", lambda: False)
    return tmp_path


class Answers:
    """Somebody at a terminal who gives these answers, one to each question."""

    def __init__(self, *answers):
        self.answers = [*answers]
        self.said = ""

    def line(self, prompt, *, secret):
        self.said += prompt + ("(hidden)\n" if secret else "\n")
        return self.answers.pop(0)

    def say(self, text):
        self.said += f"{text}\n"


def flags(folder, discord, **given):
    usual = {"contact": "@ada", "checkpoint": str(_CHECKPOINT), "tagger": "none", "api": discord.api_url}
    return wizard.Flags(config=folder / "config.toml", **(usual | given))


def eshi(*words, status, capsys):
    assert main(["setup", *map(str, words)]) == status
    return capsys.readouterr()


def words_of(discord, *more):
    return ("--api", discord.api_url, "--contact", "@ada", "--checkpoint", _CHECKPOINT, "--tagger", "none", *more)


def test_flags_alone_write_the_example_with_its_comments(folder, discord, capsys, monkeypatch):
    """And a token that nobody else can read; a second time nothing changes."""
    monkeypatch.setenv("ESHI_TOKEN", discord.token)
    said = eshi(*words_of(discord), status=0, capsys=capsys)
    path = folder / "config.toml"
    text = path.read_text()
    assert [line for line in EXAMPLE.splitlines() if line.startswith("#")] == [
        line for line in text.splitlines() if line.startswith("#")
    ]
    found = config.load(path)
    assert (found.bot.about.contact, found.model.rating.by, found.model.model) == ("@ada", "none", str(_CHECKPOINT))
    assert (folder / "token").read_text().strip() == discord.token
    assert stat.S_IMODE((folder / "token").stat().st_mode) == 0o600
    assert f"client_id={discord.world.application_id}&" in said.out
    assert f"Start it: {sys.executable} -m bot run --config {path}" in said.out
    assert discord.token not in said.out + said.err + text
    monkeypatch.delenv("ESHI_TOKEN")
    assert "stays as it is" in eshi("--api", discord.api_url, status=0, capsys=capsys).out
    assert path.read_text() == text
    config.require_all(found, {})


def test_without_a_terminal_what_is_missing_is_named(folder, capsys):
    """All of it at once, with the flags that would have answered; nothing is written."""
    said = eshi(status=2, capsys=capsys)
    for flag in ("--token-file FILE (or ESHI_TOKEN)", "--contact TEXT", "--checkpoint NAME", "--tagger NAME"):
        assert flag in said.err
    assert [*folder.iterdir()] == []
    assert "--contact TEXT" not in eshi("--contact", "@ada", status=2, capsys=capsys).err
    said = eshi(
        *("--contact", "@ada", "--checkpoint", _CHECKPOINT, "--tagger", "none", "--token-file", "absent"),
        status=2,
        capsys=capsys,
    )
    assert "holds no token" in said.err


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"contact": " "}, "--contact: say how people reach you"),
        ({"contact": "x" * 301}, "--contact: at most 300 letters"),
        ({"contact": "ada\udcff"}, "--contact: it holds characters that cannot be typed"),
        ({"checkpoint": "model\n"}, "--checkpoint: model is no name of the table"),
        ({"card": "voodoo"}, "--card: choose one of auto, cuda, mps, cpu"),
        ({"checkpoint": "absent.safetensors"}, "--checkpoint: absent.safetensors is no name of the table"),
        ({"checkpoint": "x\0"}, "--checkpoint: it holds characters that cannot be typed"),
        ({"tagger": "."}, "--tagger: . has no model.onnx and no selected_tags.csv"),
        ({"data": "config.example.toml/x"}, "--data: "),
        ({"data": " "}, "--data: name a folder"),
    ],
)
def test_a_flag_that_cannot_be_used_is_one_sentence(folder, discord, monkeypatch, given, said):
    """And nothing is written."""
    monkeypatch.setenv("ESHI_TOKEN", discord.token)
    (folder / "config.example.toml").touch()
    with pytest.raises(BotError, match=re.escape(said)):
        wizard.run(flags(folder, discord, **given))
    assert not (folder / "config.toml").exists()


@pytest.mark.parametrize(
    ("token", "api", "said"),
    [
        ("123456789012345678", None, "this is an id, and not the token"),
        ("MTIzNDU2Nzg5MDEyMzQ1Njc4.a.b", None, "Discord does not accept the bot token"),
        ("MTIzNDU2Nzg5MDEyMzQ1Njc4.a.b", "http://127.0.0.1:9", "Discord does not answer at http://127.0.0.1:9"),
    ],
)
def test_a_token_is_tried_at_once(request, monkeypatch, token, api, said):
    """It is told apart from an id, from one that was reset, and from no network; it is not repeated."""
    folder, discord = map(request.getfixturevalue, ("folder", "discord"))
    monkeypatch.setenv("ESHI_TOKEN", token)
    with pytest.raises(BotError, match=re.escape(said)) as error:
        wizard.run(flags(folder, discord, **({"api": api} if api else {})))
    assert token not in str(error.value)


def test_a_token_that_was_reset_is_asked_for_again(folder, discord):
    """Whoever sits there can give another one; it is written over the old one."""
    (folder / "token").write_text("MTIzNDU2Nzg5MDEyMzQ1Njc4.a.b")
    person = Answers(discord.token, "", "")
    assert wizard.run(flags(folder, discord, check=False, download=False, card="cpu"), person) == 0
    assert "The token that is there: Discord does not accept" in person.said
    assert (folder / "token").read_text().strip() == discord.token


def test_a_card_that_is_not_there_is_not_taken(tmp_path):
    """auto takes what there is."""
    question = questions.which_card("auto", card.System(tmp_path))
    assert question.check("cuda") == "no graphics card was found here; auto takes what there is"
    assert question.check("auto") == ""
    (tmp_path / "proc/driver/nvidia").mkdir(parents=True)
    (tmp_path / "proc/driver/nvidia/version").touch()
    found = questions.which_card("auto", card.System(tmp_path))
    assert (found.check("cuda"), "one of NVIDIA's" in found.text) == ("", True)


def test_a_person_is_asked_until_an_answer_is_right(folder, discord):
    """Enter takes what is offered, and a no is a no."""
    person = Answers(
        *("nonsense", discord.token, "", "@ada", "voodoo", "", "absent.safetensors", str(_CHECKPOINT)),
        *("somewhere", "none", "", "n"),
    )
    given = wizard.Flags(config=folder / "config.toml", api=discord.api_url)
    assert wizard.run(given, person) == 0
    for wrong in (
        "This has not the form of a bot token",
        "Say how people reach you",
        "Choose one of auto, cuda, mps, cpu.",
        "is no name of the table",
        "Somewhere has no model.onnx and no selected_tags.csv.",
    ):
        assert wrong in person.said
    assert discord.token not in person.said
    assert person.answers == []
    assert config.load(folder / "config.toml").bot.about.contact == "@ada"


def test_a_file_that_is_there_keeps_everything_else(folder, discord, monkeypatch):
    """Comments, settings and their order; what it says already is offered, and what is usual is not added."""
    path = folder / "config.toml"
    path.write_text(f'# mine\n[bot.limits] # also mine\nmax_queue = 7\n\n[engine]\nmodel = "{_CHECKPOINT}"\n')
    monkeypatch.setenv("ESHI_TOKEN", discord.token)
    wizard.run(flags(folder, discord, checkpoint=None))
    text = path.read_text()
    assert text.startswith("# mine\n[bot.limits] # also mine\nmax_queue = 7\n")
    found = config.load(path)
    assert (found.bot.limits.max_queue, found.model.model) == (7, str(_CHECKPOINT))
    assert "data_dir" not in text


def test_a_linked_file_has_its_paths_beside_it(folder, discord, monkeypatch):
    """Wizard, bot and engine look in the same place, which is where the file is."""
    (real := folder / "kept" / "eshi.toml").parent.mkdir()
    (folder / "config.toml").symlink_to(real)
    (model := real.parent / "model").symlink_to(_CHECKPOINT)
    monkeypatch.setenv("ESHI_TOKEN", discord.token)
    assert wizard.run(flags(folder, discord, checkpoint=str(model))) == 0
    assert config.token(config.load(folder / "config.toml"), {}) == discord.token
    assert '\nmodel = "model"\n' in real.read_text()
    assert engine_config.load(folder / "config.toml")[0].model == str(model)


def test_a_file_that_cannot_be_read_is_left_alone(folder, discord, monkeypatch):
    """Somebody corrects it first."""
    monkeypatch.setenv("ESHI_TOKEN", discord.token)
    (folder / "config.toml").write_text("[bot\n")
    with pytest.raises(ConfigError):
        wizard.run(flags(folder, discord))
    assert (folder / "config.toml").read_text() == "[bot\n"


def test_without_tomlkit_nobody_answers_in_vain(folder, discord, monkeypatch):
    """It is said first."""

    def absent(_name):
        raise ImportError

    monkeypatch.setattr(importlib, "import_module", absent)
    person = Answers()
    with pytest.raises(ConfigError, match='the extra "setup" installs'):
        wizard.run(flags(folder, discord), person)
    assert [person.said, *folder.iterdir()] == [""]


def test_another_checkpoint_is_not_held_to_the_pins_of_the_last(folder, discord, monkeypatch):
    """Its commit and its hash; those of one that stays are kept."""
    path, pinned = folder / "config.toml", f'[engine]\nmodel = "a/b"\nrevision = "{"0" * 40}"\nsha256 = "{"1" * 64}"\n'
    path.write_text(pinned)
    monkeypatch.setenv("ESHI_TOKEN", discord.token)
    wizard.run(flags(folder, discord, checkpoint="a/b"))
    assert config.load(path).model.sha256 == "1" * 64
    wizard.run(flags(folder, discord))
    found = config.load(path).model
    assert (found.model, found.revision, found.sha256) == (str(_CHECKPOINT), "", "")


def test_a_model_that_the_file_names_and_no_path_can_be_is_one_sentence(folder, discord, monkeypatch):
    """It is kept as it stands, because somebody wrote it; what reads it says what is wrong."""
    (folder / "config.toml").write_text('[engine]\nmodel = "~nobody-at-all/x.safetensors"\n')
    monkeypatch.setenv("ESHI_TOKEN", discord.token)
    with pytest.raises(BotError, match="cannot be a path"):
        wizard.run(flags(folder, discord, checkpoint=None))


def test_a_token_that_an_editor_marked_is_read(folder, discord):
    """Notepad writes a mark in front of it."""
    (folder / "token").write_bytes(f"{discord.token}\r\n".encode("utf-8-sig"))
    assert wizard.run(flags(folder, discord, token_file="token")) == 0  # noqa: S106  a path


@pytest.mark.parametrize(("status", "ends"), [(0, 0), (1, 1)])
def test_names_of_the_table_are_fetched_to_where_the_configuration_looks(folder, discord, monkeypatch, status, ends):
    """Each into its place; a download that fails says how to go on."""
    ran, person = [], Answers(*[""] * 9)
    monkeypatch.setenv("ESHI_TOKEN", discord.token)
    monkeypatch.setattr(wizard, "_python", lambda words: ran.append(words) or status)
    given = flags(
        folder,
        discord,
        checkpoint="animagine-xl-4.0-opt",
        tagger="wd-swinv2-tagger-v3",
        models="weights",
        download=True,
        check=False,
    )
    assert wizard.run(given, person) == ends
    into = ("--into", str(folder / "weights"))
    assert ran[0] == ("-m", "engine", "download", "animagine-xl-4.0-opt", *into)
    found = config.load(folder / "config.toml").model
    assert found.model == "weights/animagine-xl-4.0-opt.safetensors"
    assert (found.rating.by, found.rating.folder) == ("wd", "weights/wd-swinv2-tagger-v3")
    if status:
        assert "run the same command again, and it goes on" in person.said
    else:
        assert ran[1] == ("-m", "engine", "download", "wd-swinv2-tagger-v3", *into)


def test_without_a_terminal_nothing_is_fetched_that_no_flag_asks_for(folder, discord, monkeypatch):
    """Seven gigabytes are somebody's decision."""
    monkeypatch.setenv("ESHI_TOKEN", discord.token)
    monkeypatch.setattr(wizard, "_python", lambda words: pytest.fail(str(words)))
    assert wizard.run(flags(folder, discord, checkpoint="animagine-xl-4.0-opt")) == 0


def test_a_check_that_finds_an_error_ends_it(folder, discord, monkeypatch, capsys):
    """With how to go on."""
    monkeypatch.setenv("ESHI_TOKEN", discord.token)
    monkeypatch.setattr(wizard, "_python", lambda _words: 1)
    assert wizard.run(flags(folder, discord, check=True)) == 1
    assert "run the same command again" in capsys.readouterr().out


def test_the_command_at_the_end_can_be_pasted(folder, discord, monkeypatch, capsys):
    """Also where a folder's name has blanks."""
    monkeypatch.setenv("ESHI_TOKEN", discord.token)
    path = folder / "my bot" / "config.toml"
    assert wizard.run(msgspec.structs.replace(flags(folder, discord), config=path)) == 0
    said = capsys.readouterr().out.partition("Start it: ")[2]
    assert shlex.split(said) == [sys.executable, "-m", "bot", "run", "--config", str(path)]


def test_the_service_is_written_and_started(folder, discord, monkeypatch):
    """By systemd's own program; what it refuses is one sentence."""
    program = folder / "bin" / "systemctl"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\necho "$@" >> {folder}/calls\necho "systemd 255 (255.4)"\n')
    program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{program.parent}:/usr/bin:/bin")
    monkeypatch.setenv("ESHI_TOKEN", discord.token)
    monkeypatch.delenv("XDG_CONFIG_HOME", raising=False)
    monkeypatch.setattr(service, "available", lambda: True)
    assert wizard.run(flags(folder, discord, service=True)) == 0
    unit = (folder / ".config/systemd/user/eshi.service").read_text()
    assert f'ExecStart="{sys.executable}" "-m" "bot" run --config "{folder / "config.toml"}"' in unit
    assert "TimeoutStopSec=50" in unit
    assert (folder / "calls").read_text().splitlines() == [
        "--version",
        "--user daemon-reload",
        "--user enable eshi.service",
        "--user restart eshi.service",
    ]
    program.write_text("#!/bin/sh\necho no bus >&2; exit 1\n")
    with pytest.raises(service.ServiceFailed, match="systemctl --user daemon-reload: no bus"):
        wizard.run(flags(folder, discord, service=True))


def test_a_service_where_there_is_no_systemd_is_refused(folder, discord, monkeypatch):
    """With the command that starts the bot."""
    monkeypatch.setenv("ESHI_TOKEN", discord.token)
    with pytest.raises(ConfigError, match="start the bot with: "):
        wizard.run(flags(folder, discord, service=True))


def test_a_path_with_odd_letters_is_one_argument_of_the_unit(tmp_path):
    path = tmp_path / 'a "b" 100% $x' / "config.toml"
    assert r'a \"b\" 100%% $$x/config.toml"' in service.unit(path, 30.0, 255)


@pytest.mark.parametrize(
    ("said", "lines"), [("systemd 255 (255.4-1)\n+PAM", 3), ("systemd 252 (252.39-1)\n", 1), ("", 1)]
)
def test_restarts_never_spend_the_connections_of_a_day(tmp_path, said, lines):
    """An older systemd leaves out the lines that make them slower, and would restart every ten seconds."""
    text = service.unit(tmp_path / "config.toml", 30.0, service.version(said))
    restarts = [line for line in text.splitlines() if re.match("Restart(Sec|Steps|MaxDelaySec)=", line)]
    assert len(restarts) == lines
    assert (restarts == ["RestartSec=90"]) == (lines == 1)
    assert 24 * 60 * 60 / 90 < 1000


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")
def test_systemd_knows_every_line_of_the_unit(tmp_path):
    """Its own program reads it, with the version that is here."""

    def analyze(*words):
        return subprocess.run(  # noqa: S603  systemd's own
            [shutil.which("systemd-analyze"), *words],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "XDG_RUNTIME_DIR": str(tmp_path)},
        )

    path, config = tmp_path / "eshi.service", tmp_path / "a b" / "config.toml"
    config.parent.mkdir()
    path.write_text(service.unit(config, 30.0, service.version(analyze("--version").stdout)))
    done = analyze("--user", "verify", path)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_installed_command_is_what_starts_the_bot(tmp_path, monkeypatch):
    """At the end of the set-up and in the unit: its Python has no folder to stand in."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["bin/eshi", "setup"])
    assert service.program() == [str(tmp_path / "bin" / "eshi")]
    unit = service.unit(tmp_path / "config.toml", 30.0, 255)
    assert f'ExecStart="{tmp_path}/bin/eshi" run --config "{tmp_path}/config.toml"' in unit


def test_the_invitation_is_the_readme_s():
    """With the same rights."""
    assert re.search(r"permissions=(\d+)", README)[1] == str(wizard.PERMISSIONS)
    assert wizard.INVITATION.format(id="YOUR_APPLICATION_ID") in README


def test_a_keyboard_is_a_terminal(monkeypatch, capsys):
    """What is typed is read by the library for each."""
    monkeypatch.setattr("builtins.input", lambda prompt: f"{prompt}typed")
    Keyboard().say("hello")
    assert Keyboard().line("> ", secret=False) == "> typed"
    assert capsys.readouterr().out == "hello\n"

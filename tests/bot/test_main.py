"""The command line, run as an operator runs it."""

import argparse
import json
import os
import re
import subprocess
import sys

import pytest

import bot.__main__ as bot_main
import engine.__main__ as engine_main
from engine.terminal import INTERRUPTED, READER_LEFT, to_a_reader
from tests.documents import ROOT


def eshi(*arguments, cwd=None):
    return subprocess.run(  # noqa: S603 -- our own interpreter and module
        [sys.executable, "-m", "bot", *arguments], capture_output=True, text=True, check=False, cwd=cwd
    )


CARD = (
    "--subject", "1girl", "--character", "firefly (honkai: star rail)",
    "--series", "honkai (series), honkai: star rail", "--rating", "safe",
    "--prompt", "casual, solo, looking at viewer, outdoors, smile, reaching towards viewer, night",
)  # fmt: skip


def test_prompt_prints_the_model_card_s_example_as_json():
    """Exactly the keys prompt and negative_prompt, and nothing heavy is imported on the way."""
    done = eshi("prompt", *CARD, "--json")
    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "prompt": r"1girl, firefly \(honkai: star rail\), honkai \(series\), honkai: star rail, safe, casual, solo, "
        "looking at viewer, outdoors, smile, reaching towards viewer, night, "
        "masterpiece, high score, great score, absurdres",
        "negative_prompt": "nsfw, explicit, nude, nipples, underwear, cleavage, "
        "lowres, bad anatomy, bad hands, text, error, missing finger, extra digits, fewer digits, "
        "cropped, worst quality, low quality, low score, bad score, average score, signature, watermark, username, "
        "blurry",
    }


def test_prompt_fills_in_what_a_character_says():
    """As /imagine does: the series and the count tag, and a group of the vocabulary."""
    done = eshi("prompt", "--character", "Hatsune Miku · Vocaloid", "--quality", "none", "--json")
    assert json.loads(done.stdout)["prompt"] == "1girl, hatsune miku, vocaloid, safe"
    assert eshi("prompt", "--prompt", "__hair__", "--json").returncode == 0


def test_prompt_says_for_a_reader_what_was_done():
    done = eshi("prompt", "--prompt", "smile, 1girl")
    assert done.stdout.splitlines()[0] == "Prompt: 1girl, safe, smile, masterpiece, high score, great score, absurdres"
    assert done.stdout.splitlines()[2] == "Moved: “1girl” moved to the front, where the count tags stand."


def test_prompt_takes_names_out_and_asks_about_words_that_nobody_knows():
    """As /imagine does, in the same sentences."""
    done = eshi("prompt", "--prompt", "Hatsune Miku in a red dress at nihgt", "--series", "touhou", "--quality", "none")
    said = done.stdout.splitlines()
    assert said[0] == "Prompt: 1girl, hatsune miku, touhou, safe, Hatsune Miku in a red dress at nihgt"
    assert said[-1] == "Read: Perhaps misspelt: nihgt: night?"


def test_what_only_the_operator_can_mend_ends_with_78(tmp_path, capsys, monkeypatch):
    """A service manager need not start it again before the configuration has changed (EX_CONFIG of sysexits.h)."""
    monkeypatch.delenv("ESHI_TOKEN", raising=False)
    path = tmp_path / "config.toml"
    assert bot_main.main(["run", "--config", str(path)]) == 78
    path.write_text("[engine.rating]\nby = 'none'")
    assert bot_main.main(["run", "--config", str(path)]) == 78
    assert "no bot token" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("arguments", "status", "said"),
    [
        (("prompt",), 1, "Say what to draw, in words or tags: `/imagine a girl with red hair at night`.\n"),
        (("prompt", "--prompt", "a", "--seed", "4294967296"), 1, "The seed may be from 0 to 4,294,967,295; "),
        (("prompt", "--prompt", "a", "--seed", "-1"), 1, "The seed may be from 0 to 4,294,967,295; -1 is outside.\n"),
        (("prompt", "--prompt", "a", "--config", "absent.toml"), 1, "absent.toml: cannot be read"),
        (("prompt", "--seed", "x"), 2, "usage: python -m bot prompt"),
        (("paint",), 2, "usage: python -m bot"),
        ((), 2, "usage: python -m bot"),
    ],
)
def test_what_cannot_be_done_is_one_sentence_and_a_status(arguments, status, said):
    """1 for bad input, 2 for wrong usage, nothing on stdout."""
    done = eshi(*arguments)
    assert (done.returncode, done.stdout) == (status, "")
    assert done.stderr.startswith(said)


@pytest.mark.parametrize("module", ["bot", "engine"])
def test_the_version_is_one_line_of_both_programs(module):
    done = subprocess.run([sys.executable, "-m", module, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stderr) == (0, "")
    assert re.fullmatch(r"Eshi \d+\.\d+\.\d+, Python 3\.\d+\.\d+\n", done.stdout)


@pytest.mark.parametrize("module", ["bot", "engine"])
def test_without_a_command_the_commands_are_listed(module):
    """With wrong usage's status, and nothing on stdout."""
    done = subprocess.run([sys.executable, "-m", module], capture_output=True, text=True, check=False)  # noqa: S603
    assert (done.returncode, done.stdout) == (2, "")
    assert "COMMAND" in done.stderr
    assert {"bot": "run the bot", "engine": "draw one picture"}[module] in done.stderr


def parsers(parser, name):
    """A parser and those of its commands, at every depth."""
    yield name, parser
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command, inside in action.choices.items():
                yield from parsers(inside, f"{name} {command}")


@pytest.mark.parametrize("module", [bot_main, engine_main])
def test_every_command_and_every_option_has_a_description(module):
    """In plain words, without the marks of a docstring."""
    for name, parser in parsers(module.parser(), module.__name__):
        assert parser.description, name
        assert "``" not in parser.description, name
        for action in parser._actions:
            assert action.help or isinstance(action, argparse._SubParsersAction), (name, action.dest)


@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (("suggest", "prompt", "s"), READER_LEFT),
        (("why", "--batch", "questions"), READER_LEFT),
        (("prompt", "--prompt", "a"), READER_LEFT),
        (("--help",), 0),  # argparse ends it
    ],
)
def test_a_reader_that_leaves_is_no_error(tmp_path, arguments, status):
    """As in `| head -0`: no traceback, and the status that a shell knows."""
    (tmp_path / "questions").write_text('{"place": "dm"}\n' * 2000)
    reading, writing = os.pipe()
    os.close(reading)
    with os.fdopen(writing, "w") as gone:
        done = subprocess.run(  # noqa: S603
            [sys.executable, "-m", "bot", *arguments],
            stdout=gone,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
            cwd=tmp_path,
            env={**os.environ, "PYTHONPATH": str(ROOT)},
        )
    assert (done.returncode, done.stderr) == (status, "")


def test_ctrl_c_is_no_error_either(capsys):
    """At any moment, as while the demo is still being imported: no traceback, and the status that a shell knows."""

    def interrupted():
        raise KeyboardInterrupt

    assert to_a_reader(interrupted) == INTERRUPTED
    assert capsys.readouterr() == ("", "")


def test_the_operator_s_file_gives_presets_wildcards_and_defaults(tmp_path):
    """Paths in it are relative to it."""
    (tmp_path / "config.toml").write_text(
        '[bot]\npresets_file = "more.toml"\nwildcards_dir = "cards"\n[bot.defaults]\nquality = "mine"\n'
    )
    (tmp_path / "more.toml").write_text('[quality.mine]\nprompt = "good score"\ndescription = "Mine"\n')
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards" / "hat.txt").write_text("red hat\n")
    done = eshi("prompt", "--prompt", "__hat__", "--json", "--config", str(tmp_path / "config.toml"))
    assert json.loads(done.stdout)["prompt"] == "safe, red hat, good score"


def test_what_ends_a_command_names_commands_of_this_installation(monkeypatch, capsys, tmp_path):
    """An installed copy has no module that could be run from anywhere; the check's rows too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["/usr/bin/eshi", "run"])
    monkeypatch.setenv("PYTHONSAFEPATH", "")  # which it sets for its children
    assert bot_main.main(["run"]) == 78
    assert "; eshi setup writes one, or name yours with --config" in capsys.readouterr().err
    assert bot_main.main(["check"]) == 1
    assert "let eshi setup write one." in capsys.readouterr().out


def test_an_installed_command_runs_no_module_of_the_folder_it_is_called_in(tmp_path):
    """A folder with a bot.py of its own is where bots are made; the check's engine is ours all the same."""
    command = tmp_path / "bin" / "eshi"
    command.parent.mkdir()
    command.write_text("import sys\nfrom bot.__main__ import main\nsys.exit(main())\n")
    for name in ("bot.py", "engine.py"):
        (tmp_path / name).write_text("import sys\nsys.exit('somebody else')\n")
    (tmp_path / "config.toml").write_text('[engine]\nmodel = "none.safetensors"\ndevice = "cpu"\n')
    done = subprocess.run(  # noqa: S603 -- our own interpreter and module
        [sys.executable, str(command), "check", "--no-discord", "--no-draw"],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert "✓ engine: the engine's own check ran" in done.stdout
    assert "somebody else" not in done.stdout + done.stderr

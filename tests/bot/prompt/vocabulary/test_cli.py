"""The same choices in the terminal."""

import json

import pytest

from bot.__main__ import main

LIST = "skyfish_nine,4,500,\nskyfish_saga,3,900,\n"


@pytest.fixture
def config(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("[bot]\nvocabulary_dir = 'words'\n")
    return str(path)


def test_suggest_prints_the_choices_as_json(config, capsys):
    assert main(["suggest", "character", "firefl", "--json", "--config", config]) == 0
    assert json.loads(capsys.readouterr().out) == [
        {"name": "Firefly · Honkai: Star Rail", "value": "firefly (honkai: star rail)"}
    ]


def test_suggest_prints_a_line_a_choice(config, capsys):
    assert main(["suggest", "more_tags", "smile, absurdly l", "--config", config]) == 0
    assert capsys.readouterr().out == "smile, absurdly long hair\n"


def test_an_import_is_reported_and_used(tmp_path, config, capsys):
    """The folder is the configuration's."""
    path = tmp_path / "list.csv"
    path.write_text(LIST)
    assert main(["vocabulary", "import", str(path), "--config", config]) == 0
    said = capsys.readouterr().out
    assert "2 rows read, 2 merged, 0 refused" in said
    assert str(tmp_path / "words") in said
    assert main(["suggest", "character", "skyf", "--config", config]) == 0
    assert capsys.readouterr().out.startswith("Skyfish Nine  (skyfish nine)\n")


def test_what_cannot_be_imported_is_said_on_stderr(tmp_path, config, capsys):
    assert main(["vocabulary", "import", str(tmp_path / "absent.csv"), "--config", config]) == 1
    assert "cannot be read" in capsys.readouterr().err


def test_an_unknown_option_is_wrong_usage(config):
    with pytest.raises(SystemExit) as caught:
        main(["suggest", "flavour", "x", "--config", config])
    assert caught.value.code == 2


@pytest.mark.parametrize(
    ("field", "typed", "value"), [("style", "wat", "watercolour"), ("quality", "stand", "standard")]
)
def test_presets_are_suggested_as_imagine_does(config, capsys, field, typed, value):
    """By their names and what they are; they are no words of the vocabulary."""
    assert main(["suggest", field, typed, "--json", "--config", config]) == 0
    assert json.loads(capsys.readouterr().out)[0]["value"] == value


def test_an_option_that_is_none_is_told_which_was_meant(config, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["suggest", "stile", "x", "--config", config])
    assert ended.value.code == 2
    assert "no option of /imagine suggests “stile”: did you mean “style”?" in capsys.readouterr().err

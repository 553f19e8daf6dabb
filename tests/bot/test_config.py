"""The configuration file: strict, and clear about what is wrong."""

from pathlib import Path

import pytest

from bot import config
from bot.errors import ConfigError
from engine import config as engine_config

EXAMPLE = Path(__file__).parents[2] / "config.example.toml"


def test_the_example_shows_every_default():
    """config.example.toml decodes to exactly what an empty file means, in both processes."""
    read = config.load(EXAMPLE)
    assert (read.bot, read.wire) == (config.Bot(), config.Wire())
    assert engine_config.load(EXAMPLE) == (engine_config.Engine(), engine_config.Wire())


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[bot]\nmax_que = 3", "max_que"),
        ("[bot.limits]\nmax_queue = 0", "$.bot.limits.max_queue"),
        ("[bot.ratings]\nhighest = 'lewd'", "$.bot.ratings.highest"),
        ("[bot", "config.toml"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(tmp_path, text, said):
    """The operator reads which key of which file is wrong."""
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"config\.toml") as caught:
        config.load(path)
    assert said in str(caught.value)


def test_an_absent_file_is_one_clear_line(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read: No such file"):
        config.load(tmp_path / "config.toml")


def test_the_token_comes_from_the_environment_first_then_from_the_named_file(tmp_path):
    """The token never stands in the TOML."""
    path = tmp_path / "config.toml"
    path.write_text("[bot.discord]\ntoken_file = 'token'")
    read = config.load(path)
    with pytest.raises(ConfigError, match="token file cannot be read"):
        config.token(read, {})
    (tmp_path / "token").write_text("from-file\n")
    assert config.token(read, {}) == "from-file"
    assert config.token(read, {"ESHI_TOKEN": "from-environment"}) == "from-environment"


def test_without_a_file_every_default_counts(tmp_path, monkeypatch):
    """A command needs no config.toml; one that is named has to exist, and one in this folder is read."""
    monkeypatch.chdir(tmp_path)
    assert config.find(None).bot == config.Bot()
    with pytest.raises(ConfigError, match="cannot be read"):
        config.find(tmp_path / "other.toml")
    (tmp_path / "config.toml").write_text("[bot]\ndata_dir = 'here'")
    assert config.find(None).data_dir == tmp_path / "here"


def test_the_vocabulary_stands_with_the_data_unless_it_is_named(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text("[bot]\ndata_dir = 'here'")
    assert config.load(path).vocabulary_dir == tmp_path / "here" / "vocabulary"
    path.write_text("[bot]\nvocabulary_dir = 'words'")
    assert config.load(path).vocabulary_dir == tmp_path / "words"


@pytest.mark.parametrize(("by", "rates"), [("none", False), ("wd", True), ("classifier", True)])
def test_the_operator_says_what_rates_the_pictures(tmp_path, by, rates):
    """The bot reads it where the engine does."""
    path = tmp_path / "config.toml"
    path.write_text(f'[engine.rating]\nby = "{by}"\nfolder = "tagger"\n')
    assert config.load(path).rates is rates


def test_nobody_draws_unrated_without_having_said_so(tmp_path):
    """Saying nothing is no answer."""
    path = tmp_path / "config.toml"
    path.write_text("")
    with pytest.raises(ConfigError, match=r"\$\.engine\.rating\.by: say what rates the pictures"):
        _ = config.load(path).rates

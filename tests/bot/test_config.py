"""The configuration file: strict, and clear about what is wrong."""

import os
from pathlib import Path

import pytest

from bot import config, config_tables
from bot.errors import ConfigError
from engine import config as engine_config
from engine.listen import bind

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
        ("[bot.discord]\napi = 'discord.com'", "$.bot.discord"),
        ("[bot.discord]\napi = 'http://[::'", "$.bot.discord"),
        ("[bot.discord]\napi = 'http://localhost:99999/api'", "$.bot.discord"),
        ("[bot.discord]\napi = 'http:///api'", "$.bot.discord"),
        ("[bot.discord]\napi = 'http://local host/api'", "$.bot.discord"),
    ],
)
def test_a_wrong_value_is_named_by_its_path(tmp_path, text, said):
    """The operator reads which key of which file is wrong."""
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=r"config\.toml") as caught:
        config.load(path)
    assert said in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[bot]\ndata_dri = 'here'", "unknown field `data_dri` - at `$.bot`; did you mean data_dir?"),
        ("[bot.discord]\ntokn_file = 'x'", "; choose one of api, token_file"),
        ("[engine]\nmodle = 'x'", "; did you mean model or models?"),
        ("[bot.ratings]\nhighest = 'save'", "'save' - at `$.bot.ratings.highest`; choose one of explicit, nsfw, safe,"),
        ("[bot.limits]\nsamplers = ['ddmi']", "'ddmi' - at `$.bot.limits.samplers[0]`; did you mean ddim?"),
        ("[engine.rating.labels]\nnormal = 'sfw'", "; did you mean nsfw?"),
        ("[bot.limits]\nmax_queue = 'five'", "Expected `int`, got `str` - at `$.bot.limits.max_queue`"),
    ],
)
def test_a_slip_is_told_what_was_meant(tmp_path, text, said):
    """Of a few names all, of many those that look alike; of what is no name, nothing."""
    path = tmp_path / "config.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        config.load(path)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[bot.limits]\nsamplers = ['euler', 'ddim']", "samplers: 'ddim' is not for members; choose from euler, unipc"),
        ("[bot.defaults]\nsampler = 'ddim'", "sampler: 'ddim' is not for members; choose from euler, unipc"),
    ],
)
def test_a_sampler_that_is_not_offered_is_refused_in_a_sentence(tmp_path, monkeypatch, text, said):
    """The engine knows it, for its own command line; what members may choose is a shorter list."""
    monkeypatch.setattr(config_tables, "OFFERED", ("euler", "unipc"))
    path = tmp_path / "config.toml"
    path.write_text(f"{text}\n[bot.discord]\ntoken_file = 'token'")
    with pytest.raises(ConfigError, match=r"\$\.bot\.(limits|defaults)") as caught:
        config.load(path)
    assert said in str(caught.value)


def test_an_absent_file_is_one_clear_line(tmp_path):
    """Which says what to begin with; one that is there and cannot be read says no such thing."""
    with pytest.raises(ConfigError, match=r"cannot be read: No such file .+; python -m bot setup writes one"):
        config.load(tmp_path / "config.toml")
    with pytest.raises(ConfigError, match=r"is a folder, where a file is expected$"):
        config.load(tmp_path)


def test_the_example_as_it_is_names_all_that_must_be_filled_in_at_once(tmp_path):
    """Not one failed start after the other; each line says what to write where."""
    path = tmp_path / "config.toml"
    path.write_bytes(EXAMPLE.read_bytes())
    with pytest.raises(ConfigError) as caught:
        config.require_all(config.load(path), {})
    first, *missing = str(caught.value).splitlines()
    assert first == f"{path}: 3 things have to be filled in:"
    assert [line.split(":")[0] for line in missing] == ["- no bot token", "- $.engine.model", "- $.engine.rating.by"]


COMPLETE = """
[engine]
model = "models/model.safetensors"
[engine.rating]
by = "none"
"""


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("", "", None),
        (
            '"models/model.safetensors"',
            '"cagliostrolab/animagine-xl-4.0"',
            r"\$\.engine\.model: name a file or a folder",
        ),
        ('"models/model.safetensors"', f'"some/model"\nrevision = "{"a1" * 20}"', None),
        ('"models/model.safetensors"', '"some/model"\nrevision = "main"', r"the commit of \"some/model\""),
        ('"models/model.safetensors"', '"some/folder"', None),
        ('by = "none"', "", r"\$\.engine\.rating\.by: say what rates the pictures"),
        ('by = "none"', 'by = "wd"', r'\$\.engine\.rating\.folder: needed where by = "wd"$'),
        ("[engine]", '[bot.engine]\nurl = "unix:x"\n[engine]', None),
    ],
)
def test_what_alone_is_missing_is_one_line(tmp_path, old, new, said):
    """A folder that is there is no hub id, and what an engine of its own needs is that engine's to say."""
    (tmp_path / "some" / "folder").mkdir(parents=True)
    path = tmp_path / "config.toml"
    path.write_text(COMPLETE.replace(old, new))
    if said is None:
        config.require_all(config.load(path), {"ESHI_TOKEN": "token"})
        return
    with pytest.raises(ConfigError, match=said) as caught:
        config.require_all(config.load(path), {"ESHI_TOKEN": "token"})
    assert "\n" not in str(caught.value)


def test_a_token_that_alone_is_missing_is_one_line(tmp_path):
    path = tmp_path / "config.toml"
    path.write_text(COMPLETE)
    with pytest.raises(ConfigError, match=r"^no bot token: set ESHI_TOKEN in the environment or name a file"):
        config.require_all(config.load(path), {})


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


@pytest.mark.parametrize("load", [config.load, engine_config.load])
def test_a_file_that_an_editor_saved_in_its_own_way_is_read_or_refused_in_one_line(tmp_path, load):
    """Notepad's mark and UTF-16 are read; an umlaut in Latin-1 could be anything."""
    path = tmp_path / "config.toml"
    text = '[bot.about]\ncontact = "für alle"\n'
    for encoding in ("utf-8-sig", "utf-16"):
        path.write_bytes(text.encode(encoding))
        load(path)
    path.write_bytes(text.encode("latin-1"))
    refused = (ConfigError, engine_config.EngineConfigError)
    with pytest.raises(refused, match=r"is not UTF-8 \(line 2 holds the byte 0xfc\)"):
        load(path)


@pytest.mark.parametrize("load", [config.load, engine_config.load])
@pytest.mark.parametrize("what", ["folder", "pipe", "loop", "huge", "binary", "nested", "unnameable"])
def test_what_is_no_configuration_is_one_line(tmp_path, load, what):
    """And nothing is waited for."""
    path = tmp_path / "config.toml"
    match what:
        case "folder":
            path.mkdir()
        case "pipe":
            os.mkfifo(path)
        case "loop":
            path.symlink_to(path)
        case "huge":
            with path.open("wb") as file:
                file.truncate(100 * 1024**2)
        case "binary":
            path.write_bytes(bytes(range(256)))
        case "nested":
            path.write_text("a = " + "[" * 200_000)
        case "unnameable":
            path = tmp_path / ("x" * 300)
    with pytest.raises((ConfigError, engine_config.EngineConfigError)) as caught:
        load(path)
    assert str(caught.value).startswith(str(path)[:200])
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("name", [r"a\u0000b", "x" * 300, "~nobody-is-called-so/x", "loop"])
@pytest.mark.parametrize("key", ["data_dir", "vocabulary_dir"])
def test_a_path_that_cannot_be_one_is_one_line(tmp_path, key, name):
    """Before anything is opened under it."""
    (tmp_path / "loop").symlink_to("loop")
    path = tmp_path / "config.toml"
    path.write_text(f'[bot]\n{key} = "{name}"')
    with pytest.raises(ConfigError, match=r"config\.toml: ") as caught:
        _ = getattr(config.load(path), key)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("held", "said"),
    [
        (b"one\ntwo\n", "a bot token is one line of ASCII"),
        (b"Bot one", "a bot token is one line of ASCII"),
        ("töken".encode(), "a bot token is one line of ASCII"),
        (b"one\x1b", "a bot token is one line of ASCII"),
        (b"\xff\x00\x80", "the token file is not UTF-8"),
        (b"\0" * 50, "the token file is no text"),
        (b"x" * 100_000, "the token file cannot be read: larger than"),
        (b" \n", "the token file is empty"),
        (None, "the token file is a folder"),
    ],
)
def test_what_cannot_be_a_token_is_one_line_that_does_not_repeat_it(tmp_path, held, said):
    """A line break in it would be a second header."""
    path = tmp_path / "config.toml"
    path.write_text("[bot.discord]\ntoken_file = 'token'\n[wire]\nsecret_file = 'token'")
    token = tmp_path / "token"
    if held is None:
        token.mkdir()
    else:
        token.write_bytes(held)
    with pytest.raises(ConfigError, match=str(token)) as caught:
        config.token(config.load(path), {})
    assert said in str(caught.value)
    assert not {"one", "two", "töken"} & set(str(caught.value).replace("is one line", "").split())


@pytest.mark.parametrize("secret", ["one\ntwo", "one\0two", "one\udcfftwo"])
def test_a_secret_that_no_header_can_hold_is_one_line_in_both_halves(tmp_path, secret):
    """From the environment too, which may hold anything."""
    path = tmp_path / "config.toml"
    path.write_text("[wire]\nurl = 'ws://127.0.0.1:0'")
    environ = {"ESHI_WIRE_SECRET": secret, "ESHI_TOKEN": secret}
    with pytest.raises(ConfigError, match="ESHI_WIRE_SECRET: the secret holds a line break"):
        config.wire_secret(config.load(path), environ)
    with pytest.raises(engine_config.EngineConfigError, match="ESHI_WIRE_SECRET: the secret holds a line break"):
        bind(engine_config.load(path)[1], tmp_path, environ)
    with pytest.raises(ConfigError, match="ESHI_TOKEN: a bot token is one line"):
        config.token(config.load(path), environ)


def test_a_data_folder_whose_disk_is_not_mounted_is_not_made_anew(tmp_path):
    """The link says where everything is; an empty folder there would begin afresh."""
    path = tmp_path / "config.toml"
    path.write_text("")
    (tmp_path / "data").symlink_to(tmp_path / "disk" / "data")
    with pytest.raises(ConfigError, match=r"\$\.bot\.data_dir: .*/data leads to .*/disk/data, and there is nothing"):
        _ = config.load(path).data_dir
    (tmp_path / "disk" / "data").mkdir(parents=True)
    assert config.load(path).data_dir == tmp_path / "disk" / "data"
    path.write_text("[bot]\ndata_dir = 'config.toml'")
    with pytest.raises(ConfigError, match=r"\$\.bot\.data_dir: .*config\.toml is no folder"):
        _ = config.load(path).data_dir

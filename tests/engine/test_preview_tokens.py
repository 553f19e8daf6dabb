"""The chunks that the bot shows in a preview are those that the engine reads; both halves in one place."""

import json

import pytest
from transformers import CLIPTokenizer

from bot.config import Bot, Config
from bot.prompt.tokens import Tokens
from engine.conditioning import tokenize
from engine.config import Engine, Wire

TEXTS = (
    "",
    "1girl, smile",
    r"1girl, firefly \(honkai: star rail\), (smile:1.3), [hat] BREAK night, it's 2b",
    "what!!, !?, !",
    "looking at viewer, " * 60,
    "Ünïcödé 絵師 🍵, ^_^, <|endoftext|>",
)


def tokens(tmp_path, **model):
    return Tokens(Config(path=tmp_path / "config.toml", bot=Bot(), wire=Wire(), model=Engine(**model)))


@pytest.fixture(scope="module")
def published(tiny_checkpoint, tmp_path_factory):
    """The same tokenizers in the files that published checkpoints have."""
    made = tmp_path_factory.mktemp("published")
    for name, padding in (("tokenizer", "<|endoftext|>"), ("tokenizer_2", "!")):
        folder = made / name
        model = json.loads((tiny_checkpoint / name / "tokenizer.json").read_text())["model"]
        merges = "\n".join(pair if isinstance(pair, str) else " ".join(pair) for pair in model["merges"])
        folder.mkdir()
        (folder / "vocab.json").write_text(json.dumps(model["vocab"]))
        (folder / "merges.txt").write_text(f"#version: 0.2\n{merges}\n")
        (folder / "tokenizer_config.json").write_text(json.dumps({"pad_token": padding, "model_max_length": 77}))
    return made


def test_chunks_are_the_engine_s(tiny_checkpoint, published, tmp_path):
    """For both encoders, in both forms in which a checkpoint keeps its tokenizers."""
    for folder in (tiny_checkpoint, published):
        engine = [CLIPTokenizer.from_pretrained(folder / name) for name in ("tokenizer", "tokenizer_2")]
        read = [tuple(tuple(len(c.ids) for c in tokenize(t, text)) for t in engine) for text in TEXTS]
        assert [found.encoders for found in tokens(tmp_path, model=str(folder)).count(*TEXTS)] == read


def test_a_single_file_has_the_tokenizers_of_its_config_folder(published, tmp_path):
    (tmp_path / "model.safetensors").touch()
    found = tokens(tmp_path, model="model.safetensors", config_folder=str(published)).count("smile")
    assert len(found[0].encoders) == 2


@pytest.mark.parametrize("model", ["nobody/nothing", "no such folder", ".", ""])
def test_what_is_not_at_hand_is_said(tmp_path, model):
    """No folder, no cache, no library: there is no guess."""
    assert tokens(tmp_path, model=model).count("smile") is None


def test_without_the_library_nothing_is_counted(published, tmp_path, monkeypatch):
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    assert tokens(tmp_path, model=str(published)).count("smile") is None

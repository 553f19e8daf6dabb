"""The configs and tokenizers that come with the program are SDXL's, so that a single file needs nothing else."""

import json

import pytest
import torch
from diffusers import AutoencoderKL, EulerAncestralDiscreteScheduler, UNet2DConditionModel
from transformers import CLIPTextConfig, CLIPTextModel, CLIPTextModelWithProjection, CLIPTokenizer

from bot.config import Bot, Config
from bot.prompt.dialects import usual
from bot.prompt.tokens import Tokens
from engine import checkpoint
from engine.conditioning import tokenize
from engine.config import SHARED, Engine, Wire
from engine.draw_command import CARD_NEGATIVE
from engine.sdxl import make

ENCODERS = ("tokenizer", "tokenizer_2")


@pytest.fixture(scope="module")
def tokenizers():
    return [CLIPTokenizer.from_pretrained(SHARED / name) for name in ENCODERS]


def read(path):
    return json.loads((SHARED / path).read_text())


def parameters(network):
    return sum(tensor.numel() for tensor in network.parameters())


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("a photo of a cat", [320, 1125, 539, 320, 2368]),
        ("hello world!", [3306, 1002, 256]),
        ("a diagram, a dog", [320, 22697, 267, 320, 1929]),
    ],
)
def test_the_tokens_are_clip_s(tokenizers, text, ids):
    """As published examples number them, for the first encoder, between its two marks."""
    assert tokenizers[0](text).input_ids == [49_406, *ids, 49_407]


def test_the_two_encoders_pad_differently(tokenizers):
    """The first with the end, the second with zeros."""
    padded = [one("cat", padding="max_length", max_length=5).input_ids for one in tokenizers]
    assert padded == [[49_406, 2368, 49_407, 49_407, 49_407], [49_406, 2368, 49_407, 0, 0]]
    assert [len(one) for one in tokenizers] == [49_408, 49_408]
    assert {one.model_max_length for one in tokenizers} == {77}


def test_what_lies_there_is_what_the_script_makes():
    """The configs to the letter; the vocabulary from the merges beside it."""
    assert {path: read(path) for path in make.configs()} == {
        path: json.loads(json.dumps(value)) for path, value in make.configs().items()
    }
    for name in ENCODERS:
        version, *merges = (SHARED / name / "merges.txt").read_text(encoding="utf-8").splitlines()
        assert version == "#version: 0.2"
        assert len(merges) == make.MERGES
        assert make.vocabulary(merges) == read(f"{name}/vocab.json")


def test_the_networks_are_sdxl_s():
    """By their numbers of parameters, without making a single weight."""
    checkpoint._check_index(SHARED)
    with torch.device("meta"):
        unet = UNet2DConditionModel.from_config(read("unet/config.json"))
        vae = AutoencoderKL.from_config(read("vae/config.json"))
        first = CLIPTextModel(CLIPTextConfig(**read("text_encoder/config.json")))
        second = CLIPTextModelWithProjection(CLIPTextConfig(**read("text_encoder_2/config.json")))
    assert [parameters(one) for one in (unet, vae, first, second)] == [
        2_567_463_684,
        83_653_863,
        123_060_480,
        694_659_840,
    ]
    assert vae.config.force_upcast
    scheduler = EulerAncestralDiscreteScheduler.from_config(read("scheduler/scheduler_config.json"))
    assert scheduler.config.timestep_spacing == "leading"


def test_the_negative_prompt_of_safe_is_one_chunk(tmp_path, tokenizers):
    """59 tokens of 75 with the real tokenizers, for both encoders; the bot counts as the engine reads."""
    negative = f"{', '.join(usual().required['safe'])}, {CARD_NEGATIVE}"
    path = tmp_path / "config.toml"
    (tmp_path / "model.safetensors").touch()
    counting = Tokens(Config(path=path, bot=Bot(), wire=Wire(), model=Engine(model="model.safetensors")))
    assert [found.encoders for found in counting.count(negative)] == [((59,), (59,))]
    assert [[len(part.ids) for part in tokenize(one, negative)] for one in tokenizers] == [[59], [59]]

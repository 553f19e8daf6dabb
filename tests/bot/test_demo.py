"""What `make demo` tells the bot."""

import json
import shutil
from importlib.metadata import PathDistribution
from pathlib import Path

import pytest

from bot import config, demo
from bot.__main__ import main
from bot.demo import _CHECKPOINT, demo_configuration
from bot.prompt import loras
from bot.safety.operator_words import check_lora_words
from bot.safety.wording import TextFilter
from bot.views.licence import of_the_model
from engine.rating import ORDER


def told(tmp_path, *checkpoint):
    path = tmp_path / "config.toml"
    path.write_bytes(demo_configuration("http://127.0.0.1:1/api", *checkpoint))
    return config.load(path)


def test_the_demo_offers_what_its_checkpoint_says(tmp_path):
    """The ratings that it may be asked for, and the steps and the guidance that it draws best with."""
    said = json.loads((_CHECKPOINT / "model_index.json").read_text())
    bot = told(tmp_path).bot
    assert said["_ratings"] == list(ORDER[: ORDER.index(bot.ratings.highest) + 1])
    assert (bot.defaults.steps, bot.defaults.guidance) == (said["_num_inference_steps"], said["_guidance_scale"])
    assert bot.defaults.guidance_rescale == said["_guidance_rescale"]


def test_the_demo_lets_an_admin_raise_and_lower_a_limit(tmp_path):
    """There is something above safe to allow, and nothing above what needs a tagger."""
    assert told(tmp_path).bot.ratings.highest == "sensitive"


def test_the_demo_names_its_own_models_licence(tmp_path):
    """The model is under the code's licence, not under Animagine's; its text is there to be read."""
    licence = of_the_model(told(tmp_path))
    assert licence.name == "Apache 2.0"
    assert licence.text.lstrip().startswith(b"Apache License")


def test_an_installed_copy_has_the_licence_where_its_wheel_put_it(tmp_path, monkeypatch):
    """There is no checkout around it."""
    wheel = tmp_path / "eshi-1.dist-info"
    (wheel / "licenses").mkdir(parents=True)
    (wheel / "licenses" / "LICENSE").write_text("Apache License")
    (wheel / "RECORD").write_text("bot/demo.py,,\neshi-1.dist-info/licenses/LICENSE,,\n")
    monkeypatch.setattr(demo, "__file__", str(tmp_path / "bot" / "demo.py"))
    monkeypatch.setattr(demo, "distribution", lambda _name: PathDistribution(wheel))
    assert of_the_model(told(tmp_path, _CHECKPOINT)).text == b"Apache License"


def test_what_the_demo_lacks_is_said_before_it_begins(monkeypatch, capsys):
    """In a sentence with the extras' names; the bot alone has neither."""
    monkeypatch.setattr(demo, "_NEEDED", {"demo": "no_such_package", "engine": "nor_this_one"})
    assert main(["demo"]) == 1
    assert "install Eshi with the extras demo and engine" in capsys.readouterr().err


@pytest.mark.parametrize("place", ["checkpoint/tagger", "tagger"], ids=["in the folder", "beside it"])
def test_a_tagger_of_the_demos_own_rates_as_soon_as_it_is_there(tmp_path, place):
    """Nothing has to be said: until it is there, nothing rates the pictures."""
    checkpoint = tmp_path / "checkpoint"
    checkpoint.mkdir()
    shutil.copy(_CHECKPOINT / "model_index.json", checkpoint)
    assert not told(tmp_path, checkpoint).rates
    (tmp_path / place).mkdir()
    (tmp_path / place / "model.onnx").touch()
    rating = told(tmp_path, checkpoint).model.rating
    assert (rating.by, rating.folder) == ("wd", str(tmp_path / place))


def test_the_demos_own_loras_are_offered_where_they_lie_beside_its_checkpoint(tmp_path):
    """A look and somebody who never was, each with the words that it listens to; what is said of them is in order."""
    found = told(tmp_path)
    rules = loras.load(Path(found.bot.loras_file))
    assert {name: rule.words for name, rule in rules.items()} == {"line art": ("ink lines",), "mio": ("mio",)}
    files = {file.stem for file in Path(found.model.loras).glob("*.safetensors")}
    assert files == rules.keys()
    check_lora_words(rules.values(), TextFilter(None))
    checkpoint = tmp_path / "checkpoint"
    checkpoint.mkdir()
    shutil.copy(_CHECKPOINT / "model_index.json", checkpoint)
    assert told(tmp_path, checkpoint).model.loras == ""

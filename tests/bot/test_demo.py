"""What `make demo` tells the bot."""

import json

from bot import config
from bot.demo import _CHECKPOINT, _configuration


def test_the_demo_offers_what_its_checkpoint_says(tmp_path):
    """Only the ratings that the checkpoint can draw, with the steps and the guidance that it draws best with."""
    said = json.loads((_CHECKPOINT / "model_index.json").read_text())
    path = tmp_path / "config.toml"
    path.write_bytes(_configuration("http://127.0.0.1:1/api"))
    bot = config.load(path).bot
    assert said["_ratings"] == [bot.ratings.highest]
    assert (bot.defaults.steps, bot.defaults.guidance) == (said["_num_inference_steps"], said["_guidance_scale"])

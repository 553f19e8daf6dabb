"""What the prompt's tests share: our presets, a small vocabulary, and requests made the way commands make them."""

from functools import partial

import pytest
from hypothesis import settings

from bot.config import Bot
from bot.prompt import presets
from bot.prompt.completion import Completion
from bot.prompt.compose import compose
from bot.request import Options

settings.register_profile("busy machine", deadline=None)
settings.load_profile("busy machine")

VOCABULARY = {
    "firefly (honkai: star rail)": "character",
    "hoshimachi suisei": "character",
    "arima kana": "character",
    "oshi no ko": "series",
    "steins;gate": "series",
    "jagdpanzer 38(t)": "general",
    r"\m/": "general",
    "smile": "general",
}

GROUPS = {"hair": ("red hair", "blue hair")}


@pytest.fixture(scope="session")
def ours():
    return presets.load()


@pytest.fixture(scope="session")
def kind():
    return VOCABULARY.get


@pytest.fixture(scope="session")
def ask(ours):
    def ask(options=None, **fields):
        return Completion(
            config=Bot(), presets=ours, groups=GROUPS, draw_seed=lambda: 7, compose=partial(compose, presets=ours)
        ).complete(options or Options(**fields))

    return ask

"""What the prompt's tests share: our presets, a small vocabulary, and requests made the way commands make them."""

import pytest

from bot.config import Bot
from bot.prompt import presets
from bot.prompt.terms import unknown
from bot.request import Options, complete

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

GROUPS = {"hair": ("red hair", "blue hair"), "outfit": ("{black|white} dress", "__hair__"), "loop": ("__loop__",)}


@pytest.fixture(scope="session")
def ours():
    return presets.load()


@pytest.fixture(scope="session")
def kind():
    return VOCABULARY.get


@pytest.fixture(scope="session")
def ask(ours):
    def ask(*, config=None, seed=7, kind=unknown, **options):
        return complete(
            Options(**options),
            config=config or Bot(),
            presets=ours,
            groups=GROUPS,
            draw_seed=lambda: seed,
            kind=kind,
        )

    return ask

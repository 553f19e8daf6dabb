"""What the tests of recipes share: our presets."""

import pytest

from bot.prompt import presets


@pytest.fixture(scope="session")
def ours():
    return presets.load()

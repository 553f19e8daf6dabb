"""The filter with a vocabulary of a few tags."""

from __future__ import annotations

import pytest

from bot.safety.wording import TextFilter
from tests.bot.safety.small_vocabulary import SmallVocabulary


@pytest.fixture(scope="session")
def words() -> TextFilter:
    return TextFilter(SmallVocabulary())

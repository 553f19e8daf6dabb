"""What the bot's tests share."""

import pytest

from bot.job import NewJob
from bot.request import Request
from bot.sentences.joined import as_written
from bot.store import Store


@pytest.fixture
def new_job():
    """Make a job that nobody has submitted yet."""

    def make(**changes):
        values = {
            "user_id": 101,
            "guild_id": 7,
            "channel_id": 70,
            "application_id": 9,
            "interaction_id": 2**62 + 1,
            "interaction_token": "the-token",
            "token_created_at": 1000.0,
            "request": Request(subject="1girl", tags="smile", seed=2**32 - 1),
            "prompt": "1girl, smile, safe, masterpiece",
            "negative_prompt": "lowres",
            "notes": (as_written("“smyle” was read as “smile”."),),
        }
        return NewJob(**values | changes)

    return make


@pytest.fixture
async def store(tmp_path):
    """The data folder of this test, open."""
    async with Store.open(tmp_path) as opened:
        yield opened


@pytest.fixture
def spooled(tmp_path):
    """Name the files of the spool in that folder."""
    return lambda: sorted(path.name for path in (tmp_path / "spool").iterdir())

"""What the store's tests share."""

import contextlib
import sqlite3

import pytest

from bot.store.migration import read_migrations


@pytest.fixture
def older(tmp_path):
    """Make the data folder's database as it was after so many migrations; what is done to it meanwhile is kept."""

    @contextlib.contextmanager
    def make(version):
        with contextlib.closing(sqlite3.connect(tmp_path / "eshi.sqlite3")) as connection:
            for _, script in read_migrations()[:version]:
                connection.executescript(script)
            connection.execute(f"PRAGMA user_version = {version}")
            with connection:
                yield connection

    return make


@pytest.fixture
async def running(store, new_job):
    """A job that is being drawn."""
    job = await store.jobs.submit(new_job(), now=1.0)
    return await store.jobs.start(job.id, now=2.0)

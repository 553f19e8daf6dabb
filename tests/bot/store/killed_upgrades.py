"""Brings each database of a folder up to date, and is killed at each script on the way, at its very end.

A process that imports once and forks: two hundred deaths cost a few seconds. It prints nothing; the tests look at what
is left.
"""

import asyncio
import os
import signal
import sys
from contextlib import closing
from pathlib import Path
from sqlite3 import connect

import aiosqlite

from bot.store.database import open_database
from bot.store.migration import read_migrations

NEWEST = len(read_migrations())


def version(path):
    with closing(connect(path)) as database:
        [(found,)] = database.execute("PRAGMA user_version")
    return found


async def upgrade(path):
    async with open_database(path, busy_timeout_s=5.0):
        pass


def dying(number, real, connection, script):
    """Run a script up to where its number would be written, and die before it is."""
    if (end := f"PRAGMA user_version = {number};") in script:
        script = script.partition(end)[0]
        return _then_die(real(connection, script))
    return real(connection, script)


async def _then_die(running):
    await running
    os.kill(os.getpid(), signal.SIGKILL)


def child(path, number):
    real = aiosqlite.Connection.executescript
    aiosqlite.Connection.executescript = lambda connection, script: dying(number, real, connection, script)
    asyncio.run(upgrade(path))


def main(folder):
    for path in sorted(Path(folder).glob("*/eshi.sqlite3")):
        for number in range(version(path) + 1, NEWEST + 1):
            if not (pid := os.fork()):
                child(path, number)
                os._exit(0)
            _, status = os.waitpid(pid, 0)
            assert os.WIFSIGNALED(status), (path, number, status)
            # What came before it stays, and of itself there is nothing.
            assert version(path) == number - 1, (path, number)
        asyncio.run(upgrade(path))


if __name__ == "__main__":
    main(sys.argv[1])

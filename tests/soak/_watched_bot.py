"""The bot as it is, and a line about its insides every second: how many tasks there are, and of which name."""

import asyncio
import json
import re
import sys
from collections import Counter
from pathlib import Path

from bot import app
from bot.__main__ import main

NUMBERED = re.compile(r"\b(?:[0-9A-HJKMNP-TV-Z]{6}|\d+)\b")
"""Ids in the names of tasks."""


async def _watch(file):
    while True:
        await asyncio.sleep(1.0)
        names = Counter(NUMBERED.sub("N", task.get_name()) for task in asyncio.all_tasks())
        file.write(json.dumps({"tasks": names.total(), "names": names}) + "\n")
        file.flush()


def watched(real, path):
    """Let the bot run with this beside it."""

    async def run(*arguments, **options):
        with path.open("a") as file:
            watching = asyncio.create_task(_watch(file), name="watching")
            try:
                await real(*arguments, **options)
            finally:
                watching.cancel()

    return run


if __name__ == "__main__":
    app.run = watched(app.run, Path(sys.argv[1]))
    sys.exit(main(sys.argv[2:]))

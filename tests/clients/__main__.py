"""``make clients``: libraries and bots of others against the local Discord, as a table of what each could do."""

import argparse
import asyncio
import json
import logging
import os
import sys
from pathlib import Path

from tests.clients import environments, table
from tests.clients.clients import CLIENTS
from tests.clients.run import run


def main():
    parser = argparse.ArgumentParser(prog="python -m tests.clients", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=[one.name for one in CLIENTS], metavar="CLIENT")
    parser.add_argument("--act", nargs="+", help="these acts alone")
    parser.add_argument("--at-once", type=int, default=2, help="clients that run at the same time (default 2)")
    parser.add_argument("--openapi", type=Path, default=os.environ.get("DISCORD_OPENAPI"))
    parser.add_argument("--json", type=Path, default=environments.FOLDER / "clients.json")
    parsed = parser.parse_args()
    logging.getLogger("bot.sandbox").setLevel(logging.CRITICAL)  # what it has to say stands in the table and the JSON
    environments.FOLDER.mkdir(exist_ok=True)
    wanted = [one for one in CLIENTS if parsed.only is None or one.name in parsed.only]
    found = asyncio.run(run(wanted, acts=parsed.act, at_once=parsed.at_once, openapi=parsed.openapi, say=_say))
    for line in table.lines(found):
        print(line)
    parsed.json.write_text(json.dumps(table.as_json(found), indent=2) + "\n")
    return 0 if all(one.good for one in found) else 1


def _say(line):
    print(line, flush=True)


if __name__ == "__main__":
    sys.exit(main())

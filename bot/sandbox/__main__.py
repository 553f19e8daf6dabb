"""``python -m bot.sandbox``: serve the local Discord until it is interrupted."""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import gc
import json
import logging
import signal
import sys
from pathlib import Path

import msgspec

from bot.sandbox.server import Sandbox
from bot.sandbox.world import blueprint


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bot.sandbox", description=__doc__)
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one (default)")
    parser.add_argument("--token", help="the bot's token; drawn if it is not given")
    parser.add_argument("--openapi", type=Path, help="Discord's OpenAPI description, to judge every request by")
    parser.add_argument("--world", type=Path, help="a JSON file with guilds, channels and people")
    parser.add_argument("--no-rate-limits", action="store_true", help="count no calls")
    parser.add_argument("--json", action="store_true", help="print the addresses as one line of JSON")
    return parser


async def _serve(arguments: argparse.Namespace) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        with contextlib.suppress(NotImplementedError):  # Windows; there Ctrl-C raises KeyboardInterrupt
            loop.add_signal_handler(number, stop.set)
    async with Sandbox.serve(
        plan=None if arguments.world is None else blueprint.load(arguments.world),
        token=arguments.token,
        port=arguments.port,
        openapi=arguments.openapi,
        rate_limits=not arguments.no_rate_limits,
    ) as sandbox:
        gc.freeze()  # what is here now stays, and looking through it for garbage would hold everybody up
        if arguments.json:
            addresses = {"page_url": sandbox.page_url, "api_url": sandbox.api_url}
            addresses |= {"gateway_url": sandbox.gateway_url, "token": sandbox.token}
            print(json.dumps(addresses), flush=True)
        else:
            print(f"A local Discord is at {sandbox.page_url} (loopback only).", flush=True)
            print(f"Bots connect to {sandbox.api_url} with the token {sandbox.token}", flush=True)
            print(f"The gateway, for those who do not ask the API for it, is {sandbox.gateway_url}", flush=True)
        await stop.wait()


def main() -> None:
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s: %(message)s")
    try:
        asyncio.run(_serve(_parser().parse_args()))
    except KeyboardInterrupt:
        pass
    except (OSError, KeyError, msgspec.DecodeError) as error:
        sys.exit(f"The local Discord cannot start: {error}")


if __name__ == "__main__":
    main()

"""A local Discord for commands that have a loop of their own."""

import asyncio
import threading

import pytest

from bot.sandbox.server import Sandbox


@pytest.fixture(scope="module")
def discord():
    """A local Discord in a thread, for commands that have a loop of their own."""
    loop, there, stop, found = asyncio.new_event_loop(), threading.Event(), asyncio.Event(), []

    async def serve():
        async with Sandbox.serve(rate_limits=False) as sandbox:
            found.append(sandbox)
            there.set()
            await stop.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=[serve()])
    thread.start()
    there.wait()
    yield found[0]
    loop.call_soon_threadsafe(stop.set)
    thread.join()
    loop.close()

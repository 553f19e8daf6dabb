"""How long a test waits for what must come: one number, so large that no machine misses it that is merely slow.

Who passes never waits for it; who fails waits once.
"""

import asyncio

PATIENCE_S = 120.0
"""As the people of the local Discord have it; well below pytest's own limit, which tells less of what went on."""


async def until(condition):
    """Wait for what another thread, task or program does, of which there is no event here: a file, a log, a cache."""
    async with asyncio.timeout(PATIENCE_S):
        while not condition():  # noqa: ASYNC110  there is nothing to be woken by
            await asyncio.sleep(0.005)

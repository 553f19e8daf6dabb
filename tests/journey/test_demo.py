"""`make demo` from the first line to the last."""

import asyncio
import re
import signal
import sys
import tempfile
from pathlib import Path

import aiohttp
import psutil

from bot.sandbox.driver import Person, control
from tests.journey.people import gallery, result_of


def folders():
    return set(Path(tempfile.gettempdir()).glob("eshi-demo-*"))


async def test_the_demo_draws_and_leaves_nothing_behind():
    """It prints an address where /imagine works; Ctrl-C ends every process, and no file stays."""
    before = folders()
    demo = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "demo", "--port", "0", stdout=asyncio.subprocess.PIPE
    )
    try:
        async with asyncio.timeout(240):
            while not (found := re.search(rb"http://127\.0\.0\.1:\d+", await demo.stdout.readline())):
                pass
        async with Person.visit(found[0].decode(), "yuki") as yuki:
            channel = yuki.channel("general")
            if not yuki.state["bot"]["online"]:
                await yuki.wait_for_event("bot", lambda bot: bot["online"], timeout_s=60)
            sent = await yuki.slash(channel, "imagine", subject="1girl", steps=1)
            terms = await yuki.answer(sent)
            assert gallery(await result_of(yuki, await yuki.press(terms, control(terms, "Accept"))))
            sent = await yuki.slash(channel, "imagine", subject="1girl", steps=20)
            await yuki.answer(sent)
            async with aiohttp.ClientSession() as session:
                for switch in ("kill-engine", "kill-bot"):
                    pressed = await session.post(f"{found[0].decode()}/developer/switches/{switch}")
                    assert pressed.status == 204
            assert gallery(await result_of(yuki, sent)), "a job survives both"
        family = psutil.Process(demo.pid).children(recursive=True)
        assert len(family) == 2, "the bot and its engine"
    finally:
        demo.send_signal(signal.SIGINT)
    assert await asyncio.wait_for(demo.wait(), 40) == 0
    assert psutil.wait_procs(family, timeout=5)[1] == []
    assert folders() == before

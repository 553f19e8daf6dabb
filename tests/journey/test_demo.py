"""`make demo` from the first line to the last."""

import tempfile
from pathlib import Path

import aiohttp
import psutil

from bot.sandbox.people.driver import Person, control
from tests.demo import running_demo
from tests.journey.people import gallery, result_of
from tests.patience import PATIENCE_S


def folders():
    return set(Path(tempfile.gettempdir()).glob("eshi-demo-*"))


async def test_the_demo_draws_and_leaves_nothing_behind():
    """It prints an address where /imagine works; Ctrl-C ends every process, and no file stays."""
    before = folders()
    async with running_demo() as demo:
        async with Person.visit(demo.address, "yuki") as yuki:
            channel = yuki.channel("general")
            if not yuki.state["bot"]["online"]:
                await yuki.wait_for_event("bot", lambda bot: bot["online"])
            sent = await yuki.slash(channel, "imagine", subject="1girl", steps=1)
            terms = await yuki.answer(sent)
            assert gallery(await result_of(yuki, await yuki.press(terms, control(terms, "Accept"))))
            sent = await yuki.slash(channel, "imagine", subject="1girl", steps=20)
            await yuki.answer(sent)
            async with aiohttp.ClientSession() as session:
                for switch in ("kill-engine", "kill-bot"):
                    pressed = await session.post(f"{demo.address}/developer/switches/{switch}")
                    assert pressed.status == 204
            assert gallery(await result_of(yuki, sent)), "a job survives both"
        family = psutil.Process(demo.process.pid).children(recursive=True)
        assert len(family) == 2, "the bot and its engine"
    assert psutil.wait_procs(family, timeout=PATIENCE_S)[1] == []
    assert folders() == before

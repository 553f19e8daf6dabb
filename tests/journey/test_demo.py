"""`make demo` from the first line to the last."""

import tempfile
from pathlib import Path

import aiohttp
import psutil

from bot.sandbox.people.driver import Visitor, control
from tests.demo import running_demo
from tests.journey.people import accept_terms, gallery, refusal_of, result_of, words
from tests.patience import PATIENCE_S

ONLINE_S = 15.0
"""In which the page is usable and the bot online, as the README says."""


def worked_s(demo):
    """Seconds of a processor that its processes took so far."""
    process = psutil.Process(demo.process.pid)
    times = [one.cpu_times() for one in (process, *process.children(recursive=True))]
    return sum(one.user + one.system for one in times)


def folders(scratch):
    return list(Path(scratch).glob("eshi-demo-*"))


async def test_ratings_can_be_tried():
    """In a channel for everybody sensitive is refused, behind an age restriction it is drawn; the switch decides."""
    async with running_demo() as demo, Visitor.visit(demo.address, "ada") as ada:
        await accept_terms(ada)
        general, after_dark = ada.channel("general"), ada.channel("after-dark")
        asked = {"prompt": "1girl", "rating": "sensitive", "steps": 1}
        assert "is not allowed here" in await refusal_of(ada, await ada.slash(general, "imagine", **asked))
        sent = await ada.slash(after_dark, "imagine", **asked)
        assert gallery(await result_of(ada, sent))
        async with aiohttp.ClientSession() as session:
            address = f"{demo.address}/people/{ada.id}/channels/{general}"
            assert (await session.patch(address, json={"nsfw": True})).status == 200
        assert gallery(await result_of(ada, await ada.slash(general, "imagine", **asked)))


async def test_the_demo_draws_and_leaves_nothing_behind():
    """It prints an address where /imagine works; Ctrl-C ends every process, and no file stays."""
    with tempfile.TemporaryDirectory(prefix="eshi-") as scratch:  # a short path: sockets stand under it
        await _draw_and_end(scratch)
        assert folders(scratch) == []


async def _draw_and_end(scratch):
    async with running_demo(scratch) as demo:
        assert len(folders(scratch)) == 1
        assert worked_s(demo) < ONLINE_S, "the address comes soon, however busy the machine is with other things"
        async with Visitor.visit(demo.address, "yuki") as yuki:
            channel = yuki.channel("general")
            assert yuki.state["bot"]["online"], "the address is printed for who can use it at once"
            sent = await yuki.slash(channel, "imagine", prompt="1girl", steps=1)
            terms = await yuki.answer(sent)
            assert "Apache 2.0" in words(terms), "the demo's model is its own"
            assert gallery(await result_of(yuki, await yuki.press(terms, control(terms, "Accept"))))
            sent = await yuki.slash(channel, "imagine", prompt="1girl", steps=20)
            await yuki.answer(sent)
            async with aiohttp.ClientSession() as session:
                for switch in ("kill-engine", "kill-bot"):
                    pressed = await session.post(f"{demo.address}/developer/switches/{switch}")
                    assert pressed.status == 204
            assert gallery(await result_of(yuki, sent)), "a job survives both"
        family = psutil.Process(demo.process.pid).children(recursive=True)
        assert len(family) == 2, "the bot and its engine"
    assert psutil.wait_procs(family, timeout=PATIENCE_S)[1] == []

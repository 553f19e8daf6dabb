"""The README's pictures: `make pictures` uses the demo as people do, in a real browser, and keeps what they see."""

import argparse
import asyncio
import io
import re
import sys
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path

from PIL import Image

from bot.sandbox.people.driver import Visitor
from tests import browser as tool
from tests.browser import playwright, run
from tests.demo import running_demo

FOLDER = Path(__file__).parents[1] / "docs" / "pictures"
MAX_BYTES = 1_000_000
"""Of all of them; a repository is cloned more often than its pictures are looked at."""

DESKTOP = {"viewport": {"width": 1160, "height": 760}, "device_scale_factor": 1.5}
PHONE = {"viewport": {"width": 390, "height": 780}, "device_scale_factor": 2, "has_touch": True, "is_mobile": True}
LOOKS = {
    "light": {**DESKTOP, "color_scheme": "light"},
    "dark": {**DESKTOP, "color_scheme": "dark"},
    "phone": {**PHONE, "color_scheme": "dark"},
}
DRAWING_MS = 120_000

expect = playwright.expect


class Visitors:
    """Windows of one person in one channel, one for each look; what one of them does is seen in all."""

    def __init__(self, windows):
        self._windows = windows
        self.pages = list(windows.values())

    async def keep(self, name):
        """Take the picture of that name in every look, with the pointer out of the way."""
        await asyncio.gather(*(page.mouse.move(0, 0) for page in self.pages))
        await asyncio.gather(*(_keep(page, f"{name}-{look}") for look, page in self._windows.items()))


async def _keep(page, name):
    data = await page.screenshot(animations="disabled", caret="hide")
    with Image.open(io.BytesIO(data)) as picture:
        picture.convert("RGB").save(FOLDER / f"{name}.webp", quality=72, method=6)


@asynccontextmanager
async def visiting(browser, address, username, channel):
    async with Visitor.visit(address, username) as person:
        if not person.state["bot"]["online"]:
            await person.wait_for_event("bot", lambda bot: bot["online"])
        address = f"{address}/#/{person.id}/{person.channel(channel)}"
    complaints = []
    async with AsyncExitStack() as stack:
        windows = {
            look: await stack.enter_async_context(
                tool.window(browser, address, complaints, locale="en-GB", timezone_id="UTC", **options)
            )
            for look, options in LOOKS.items()
        }
        for page in windows.values():
            await page.get_by_role("combobox", name=re.compile("^Message")).wait_for()
        yield Visitors(windows)
    assert complaints == []


def newest(page):
    return page.get_by_role("article").last


async def drawn(visitors):
    """Wait until the newest message is a result everywhere, its pictures included."""
    for page in visitors.pages:
        await expect(newest(page).get_by_role("button", name="Reroll")).to_be_visible(timeout=DRAWING_MS)
        for picture in await newest(page).get_by_role("img").all():
            await picture.evaluate("picture => picture.decode()")


async def terms(visitors):
    """What everybody agrees to once; it is not in the way afterwards."""
    page = visitors.pages[0]
    await run(page, "terms")
    await page.get_by_role("button", name="Accept").click()
    dismiss = page.get_by_role("button", name="Dismiss message")
    await expect(newest(page)).to_contain_text("You can draw now")
    await dismiss.last.click()
    await expect(dismiss).to_have_count(0)


async def result(visitors):
    """Two pictures and their buttons."""
    options = {"character": "frieren", "prompt": "smile, blue sky", "shape": "square 1:1 · 1024×1024"}
    await run(visitors.pages[0], "imagine", **options, count="2", seed="7")
    await drawn(visitors)
    await visitors.keep("result")


async def suggestions(visitors):
    """What a character's first letters bring."""
    for page in visitors.pages:
        await page.get_by_role("combobox", name=re.compile("^Message")).click()
        await page.keyboard.type("/imagine ")
        await page.get_by_role("combobox", name=re.compile("^Add an option")).focus()
        await page.keyboard.type("char")
        await page.keyboard.press("Enter")
        await page.keyboard.type("frie")
        await expect(page.get_by_role("option", name="Frieren").first).to_be_visible()
    await visitors.keep("suggestions")
    for page in visitors.pages:
        await page.keyboard.press("Escape")
        await page.keyboard.press("Escape")


async def progress(visitors):
    """A picture on its way, with a preview."""
    await run(visitors.pages[0], "imagine", subject="1girl", prompt="red hair, night", steps="50", seed="9")
    for page in visitors.pages:
        await page.get_by_role("img", name="An unfinished preview.").wait_for(timeout=DRAWING_MS)
    await visitors.keep("progress")
    await drawn(visitors)


async def settings(visitors):
    """What a server's admins decide."""
    await run(visitors.pages[0], "settings show")
    for page in visitors.pages:
        await expect(newest(page)).to_contain_text("What may be drawn in this server")
    await visitors.keep("settings")
    await newest(visitors.pages[0]).get_by_role("button", name="Dismiss message").click()


async def why_not(visitors):
    """What is not allowed here, told to its asker alone, and by which rule."""
    await run(visitors.pages[0], "imagine", prompt="1girl", rating="sensitive")
    for page in visitors.pages:
        await expect(newest(page)).to_contain_text("is not allowed here")
    await run(visitors.pages[0], "settings why", member="Yuki", rating="sensitive")
    for page in visitors.pages:
        await expect(newest(page)).to_contain_text("is refused by the rule")
    await visitors.keep("why-not")


SCENES = {"yuki": (terms, result, suggestions, progress), "ada": (terms, settings, why_not)}


async def main():
    if tool.CHROMIUM is None:
        sys.exit("no Chromium is installed (Debian: chromium), and CHROMIUM names none")
    FOLDER.mkdir(parents=True, exist_ok=True)
    async with running_demo() as demo, tool.launched() as browser:
        for person, scenes in SCENES.items():
            async with visiting(browser, demo.address, person, "general") as visitors:
                for scene in scenes:
                    await scene(visitors)
    size = sum(file.stat().st_size for file in FOLDER.iterdir())
    if size > MAX_BYTES:
        sys.exit(f"The pictures take {size} bytes; {MAX_BYTES} are allowed.")


if __name__ == "__main__":
    argparse.ArgumentParser(prog="make pictures", description=__doc__).parse_args()
    asyncio.run(main())

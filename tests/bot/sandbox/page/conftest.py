"""A browser for the session, and for every test a fresh local Discord with a foreign bot in it."""

import os
import re
import shutil
from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.sandbox.server import Sandbox
from tests.bot.sandbox.conftest import openapi, running
from tests.bot.sandbox.page.teahouse import Teahouse

playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PATIENCE_MS = 8_000


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser():
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed (Debian: chromium), and CHROMIUM names none")
    async with playwright.async_playwright() as tool:
        browser = await tool.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        playwright.expect.set_options(timeout=PATIENCE_MS)
        yield browser
        await browser.close()


@dataclass
class House:
    """The stand-in, the bot in it, and windows onto it."""

    sandbox: Sandbox
    bot: Teahouse
    browser: object
    complaints: list[str]

    def person(self, name):
        return next(str(user.id) for user in self.sandbox.world.users.values() if user.username == name)

    def channel(self, name):
        return next(channel for channel in self.sandbox.world.channels.values() if channel.name == name)

    @asynccontextmanager
    async def window(self, person="ada", channel="general", **options):
        """The page as this person sees it, at this channel; `options` are those of a browser context."""
        context = await self.browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        page.on("pageerror", lambda error: self.complaints.append(f"script: {error}"))
        page.on("console", self._hear)
        await page.goto(f"{self.sandbox.page_url}/#/{self.person(person)}/{self.channel(channel).id}")
        await playwright.expect(page.locator("main h1")).to_contain_text(channel)
        try:
            yield page
            assert await page.evaluate("window.pwned") is None
        finally:
            await context.close()

    def _hear(self, message):
        # The browser reports refused requests by itself; that the page shows them is for the tests to say.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            self.complaints.append(f"console: {message.text}")


@pytest_asyncio.fixture(loop_scope="session")
async def house(browser):
    """Nothing may go wrong unseen: scripts, the console, Discord's rules for the bot."""
    async with Sandbox.serve(openapi=openapi()) as sandbox, running(sandbox, Teahouse()) as bot:
        house = House(sandbox, bot, browser, [])
        yield house
        assert house.complaints == []
        assert sandbox.violations == []


async def run(page, command, **options):
    """Runs a slash command the way a person at the keyboard does."""
    say = page.get_by_role("combobox", name=re.compile("^Message"))
    await say.click()
    await say.press_sequentially(f"/{command} ")
    form = page.get_by_role("form", name=f"Command {command}")
    await form.wait_for()
    for name, value in options.items():
        field = form.locator(f'[data-option="{name}"] input')
        if not await field.count():
            adder = form.get_by_role("combobox", name=re.compile("^Add an option"))
            await adder.fill(name)
            await page.get_by_role("option", name=re.compile(f"^{name}")).first.click()
        await field.fill(value)
        await field.press("Escape") if await field.get_attribute("aria-expanded") == "true" else None
    await form.get_by_role("button", name="Run").click()

"""For every test a fresh local Discord with a foreign bot in it, and windows onto it."""

from contextlib import asynccontextmanager
from dataclasses import dataclass

import pytest_asyncio

from bot.sandbox.server import Sandbox
from tests import browser as tool
from tests.bot.sandbox.conftest import openapi, running
from tests.bot.sandbox.page.teahouse import Teahouse

browser = tool.browser


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
        address = f"{self.sandbox.page_url}/#/{self.person(person)}/{self.channel(channel).id}"
        async with tool.window(self.browser, address, self.complaints, **options) as page:
            await tool.playwright.expect(page.locator("main h1")).to_contain_text(channel)
            yield page


@pytest_asyncio.fixture(loop_scope="session")
async def house(browser):
    """Nothing may go wrong unseen: scripts, the console, Discord's rules for the bot."""
    async with Sandbox.serve(openapi=openapi()) as sandbox, running(sandbox, Teahouse()) as bot:
        house = House(sandbox, bot, browser, [])
        yield house
        assert house.complaints == []
        assert sandbox.violations == []

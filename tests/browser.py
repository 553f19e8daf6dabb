"""A real browser in front of the local Discord's page, and what a person does there with the keyboard."""

import os
import re
import shutil
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from tests.patience import PATIENCE_S

playwright = pytest.importorskip("playwright.async_api", reason="playwright is not installed")
Axe = pytest.importorskip("axe_playwright_python.async_playwright", reason="axe-core is not installed").Axe

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
PATIENCE_MS = 1000 * PATIENCE_S


@asynccontextmanager
async def launched():
    """Debian's Chromium, which is there or is not: nothing is downloaded."""
    async with playwright.async_playwright() as tool:
        browser = await tool.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        playwright.expect.set_options(timeout=PATIENCE_MS)
        yield browser
        await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser():
    """One for the session; every window has a profile of its own."""
    if CHROMIUM is None:
        pytest.skip("no Chromium is installed (Debian: chromium), and CHROMIUM names none")
    async with launched() as browser:
        yield browser


@asynccontextmanager
async def window(browser, address, complaints, **options):
    """A page of its own at this address; what scripts and console complain of is added to the list."""

    def hear(message):
        # The browser reports refused requests by itself; that the page shows them is for the tests to say.
        if message.type in {"error", "warning"} and "Failed to load resource" not in message.text:
            complaints.append(f"console: {message.text}")

    context = await browser.new_context(**{"viewport": {"width": 1280, "height": 800}, **options})
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    page.on("pageerror", lambda error: complaints.append(f"script: {error}"))
    page.on("console", hear)
    await page.goto(address)
    try:
        yield page
        assert await page.evaluate("window.pwned") is None
    finally:
        await context.close()


async def faults(page):
    """What axe-core calls moderate or worse, best practice included."""
    results = await Axe().run(page, options={"resultTypes": ["violations"]})
    return [
        f"{found['id']} ({found['impact']}): {node['target']} {node['html'][:200]}"
        for found in results.response["violations"]
        if found["impact"] != "minor"
        for node in found["nodes"]
    ]


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
    # No suggestions lie over the form, and Escape would give it up where they have just gone by themselves.
    await form.get_by_role("button", name="Run").click()

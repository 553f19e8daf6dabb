"""The real bot, used on the page by people with a keyboard: from the first slash to the last button."""

import re
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio
from playwright.async_api import expect

from tests import browser as tool
from tests.browser import faults, run

browser = tool.browser
pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(loop_scope="session")
async def visit(browser, studio):
    """Opens the page as somebody, in a channel; neither scripts nor console may complain."""
    complaints = []

    @asynccontextmanager
    async def visiting(person, channel="general"):
        async with studio.person(person) as known:
            address = f"{studio.page_url}/#/{known.id}/{known.channel(channel)}"
        async with tool.window(browser, address, complaints) as page:
            grown_up = page.get_by_role("button", name="I am 18 or older")
            message = page.get_by_role("combobox", name=re.compile("^Message"))
            await expect(grown_up.or_(message)).to_be_visible()
            if await grown_up.is_visible():
                await grown_up.click()
            if channel == "general":  # where everybody has accepted the terms: messages are counted once they are there
                await expect(page.get_by_role("article").first).to_be_visible()
            yield page

    yield visiting
    assert complaints == []


def newest(page):
    return page.get_by_role("article", name="bot").last


async def drawn(page, **options):
    """Ask for a picture, and give its message once it is there."""
    before = await page.get_by_role("article").count()
    await run(page, "imagine", **{"prompt": "1girl", **options})
    await expect(page.get_by_role("article")).to_have_count(before + 1)
    await expect(newest(page).get_by_role("button", name="Reroll")).to_be_visible()
    return newest(page)


async def test_a_picture_is_asked_for_with_the_keyboard_alone(visit):
    """Slash, a few letters, Enter; a character by three letters, Enter; the gallery comes."""
    async with visit("yuki") as page:
        before = await page.get_by_role("article").count()
        await page.get_by_role("combobox", name="Message in general").focus()
        await page.keyboard.type("/ima")
        await expect(page.get_by_role("option", name="/imagine")).to_have_attribute("aria-selected", "true")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("combobox", name="prompt")).to_be_focused()
        await page.keyboard.type("smile")
        await page.get_by_role("combobox", name=re.compile("^Add an option")).focus()
        await page.keyboard.type("char")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("combobox", name="character")).to_be_focused()
        await page.keyboard.type("frier")
        suggested = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
        await expect(suggested.first).to_contain_text("frieren", ignore_case=True)
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("combobox", name="character")).to_have_value(re.compile("frieren", re.IGNORECASE))
        await page.keyboard.press("Escape")
        await page.get_by_role("form", name="Command imagine").get_by_role("button", name="Run").press("Enter")
        await expect(page.get_by_role("article")).to_have_count(before + 1)
        await expect(newest(page).get_by_role("img").first).to_be_visible()
        await expect(newest(page)).to_contain_text(re.compile("frieren", re.IGNORECASE))


async def test_a_gallery_is_rerolled_by_somebody_else(visit):
    """Four pictures; the new four are the presser's, and the old ones stay."""
    async with visit("yuki") as page:
        await drawn(page, prompt="gallery of four", count="4")
        await expect(newest(page).get_by_role("img")).to_have_count(4)
    async with visit("mio") as page:
        before = await page.get_by_role("article").count()
        await newest(page).get_by_role("button", name="Reroll").press("Enter")
        await expect(page.get_by_role("article")).to_have_count(before + 1)
        await expect(newest(page).get_by_role("img")).to_have_count(4)
        await expect(newest(page)).to_contain_text("Mio")


async def test_the_edit_form_changes_one_thing(visit):
    """It opens filled in; what is changed is drawn, the rest is as it was."""
    async with visit("yuki") as page:
        message = await drawn(page, prompt="red hair, smile")
        before = await page.get_by_role("article").count()
        await message.get_by_role("button", name="Edit").click()
        form = page.get_by_role("dialog", name="Edit and draw again")
        tags = form.get_by_role("textbox", name="Tags")
        await expect(tags).to_have_value("red hair, smile")
        await tags.fill("blue hair, smile")
        await form.get_by_role("button", name="Send").click()
        await expect(page.get_by_role("article")).to_have_count(before + 1)
        await expect(newest(page)).to_contain_text("blue hair, smile")
        await newest(page).get_by_role("button", name="Draw").click()
        await expect(page.get_by_role("article")).to_have_count(before + 2)
        await expect(newest(page)).to_contain_text("blue hair, smile")
        await expect(newest(page).get_by_role("button", name="Reroll")).to_be_visible()


async def test_axe_finds_nothing_above_minor_in_what_the_bot_shows(visit):
    """A result, the form of Edit, the settings, the help, the terms and the queue, light and dark."""
    async with visit("ada") as page:
        message = await drawn(page, count="2")
        found = await faults(page)
        await message.get_by_role("button", name="Edit").click()
        await expect(page.get_by_role("dialog")).to_be_visible()
        found += await faults(page)
        await page.keyboard.press("Escape")
        for command, says in (
            ("settings show", "What may be drawn in this server"),
            ("help", "Drawing with Eshi"),
            ("terms", "Terms"),
            ("queue", "Refresh"),
        ):
            await run(page, command)
            await expect(newest(page)).to_contain_text(says)
            found += await faults(page)
        await page.emulate_media(color_scheme="dark")
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert found + await faults(page) == []


async def test_words_typed_as_the_very_first_act_are_drawn(visit):
    """Nothing is pressed before, and nothing but the keyboard is used."""
    async with visit("yuki") as page:
        before = await page.get_by_role("article").count()
        await page.keyboard.type("/imagine a girl with red hair at night")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("article")).to_have_count(before + 1)
        await expect(newest(page).get_by_role("img").first).to_be_visible()
        await expect(newest(page)).to_contain_text("red hair")


async def test_a_refusal_is_private_and_leaves_nothing(visit):
    """In the safe channel `sensitive` is a sentence that only its asker sees."""
    async with visit("yuki") as yuki, visit("mio") as mio:
        before = await mio.get_by_role("article").count()
        await run(yuki, "imagine", prompt="1girl", rating="sensitive")
        await expect(newest(yuki)).to_contain_text("is not allowed here")
        await expect(newest(yuki)).to_contain_text("Only you can see this")
        await expect(mio.get_by_role("article")).to_have_count(before)


async def test_the_age_flag_is_taken_away_while_a_job_waits(visit, let_go):
    """The admin's switch reaches what is in line: the message says why, and no picture was ever there."""
    async with visit("yuki", "after-dark") as yuki, visit("ada", "after-dark") as ada:
        for _ in range(3):  # two fill the engine, one is behind them
            await run(yuki, "imagine", prompt="1girl", rating="sensitive", steps="50", count="4")
        await expect(newest(yuki)).to_contain_text("in the queue")
        flag = ada.get_by_role("switch", name="Age-restricted")
        await flag.press("Space")
        await expect(flag).not_to_be_checked()
        let_go()
        try:
            for place in (-1, -2, -3):
                message = yuki.get_by_role("article", name="bot").nth(place)
                await expect(message).to_contain_text("is not allowed here")
                await expect(message.get_by_role("img")).to_have_count(0)
        finally:
            await flag.press("Space")
            await expect(flag).to_be_checked()


async def test_the_admin_raises_the_limit_on_the_settings_screen(visit):
    """What was refused a moment ago is drawn behind a spoiler, and refused again once the limit is lowered."""
    async with visit("yuki") as yuki, visit("ada") as ada:
        await run(yuki, "imagine", prompt="1girl", rating="sensitive")
        await expect(newest(yuki)).to_contain_text("is not allowed here")
        await run(ada, "settings show")
        screen = ada.get_by_role("article").filter(has_text="What may be drawn in this server")
        limit = screen.locator("button[aria-haspopup='listbox']").first
        try:
            await chosen(ada, limit, "sensitive")
            message = await drawn(yuki, rating="sensitive")
            await message.get_by_role("button", name="Spoiler, hidden. Show it.").press("Enter")
            await expect(message.get_by_role("img")).to_be_visible()
        finally:
            await chosen(ada, limit, "safe")
        await run(yuki, "imagine", prompt="1girl", rating="sensitive")
        await expect(newest(yuki)).to_contain_text("is not allowed here")


async def chosen(page, menu, option):
    """Choose in a menu with the keyboard; the bot's answer shows it as chosen."""
    await menu.press("Enter")  # where it stands at that moment: an answer may have put another in its place
    await page.get_by_role("option", name=option, exact=True).click()
    await expect(menu).to_contain_text(option)

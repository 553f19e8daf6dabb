"""Typing on the page: from the first key on it lands somewhere, and no word is lost."""

import re

import pytest
from playwright.async_api import expect

from bot.sandbox.server import Sandbox
from tests import browser as tool
from tests.bot.sandbox.conftest import running
from tests.bot.sandbox.page.teahouse import Teahouse
from tests.browser import run

pytestmark = pytest.mark.asyncio(loop_scope="session")


def message_box(page):
    return page.get_by_role("combobox", name=re.compile("^Message"))


async def test_a_line_typed_as_the_very_first_act_runs(house):
    """No click, no waiting: what stands behind the name goes into the first text that must be there."""
    async with tool.window(house.browser, house.sandbox.page_url, house.complaints) as page:
        await page.keyboard.type("/brew a strong tea for the night")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("article", name="bot").get_by_role("img")).to_have_count(1)
        await expect(message_box(page)).to_be_focused()
    assert house.bot.asked[-1] == "a strong tea for the night 1 1.0 pot False None None None"


async def test_the_space_before_the_next_word_is_kept_when_the_form_opens(house):
    """The bot's commands may arrive between a space and the word behind it."""
    async with house.window() as page:
        await message_box(page).fill("/brew a strong tea for the ")
        await expect(page.get_by_role("combobox", name="tea")).to_be_focused()
        await page.keyboard.type("night ")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("article", name="bot").get_by_role("img")).to_have_count(1)
    assert house.bot.asked[-1] == "a strong tea for the night 1 1.0 pot False None None None"


async def test_enter_leaves_what_was_typed_as_it_is(house):
    """With suggestions in sight, too: they are taken with the arrow keys."""
    async with house.window() as page:
        await page.keyboard.type("/brew assa")
        await expect(page.get_by_role("option", name="assam")).to_be_visible()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("article", name="bot").get_by_role("img")).to_have_count(1)
    assert house.bot.asked[-1].startswith("assa 1")


async def test_a_pasted_line_names_its_options(house):
    """As /help shows them: a name, a colon, and words up to the next one; the rest belongs to the first."""
    async with house.window() as page:
        await message_box(page).fill("/brew green tea cups:2 way:in a bowl sweet:yes")
        form = page.get_by_role("form", name="Command brew")
        await expect(form.get_by_role("combobox", name="tea")).to_have_value("green tea")
        await expect(form.get_by_role("combobox", name="tea")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("article", name="bot").get_by_role("img")).to_have_count(2)
    assert house.bot.asked[-1] == "green tea 2 1.0 bowl True None None None"


async def test_words_that_belong_to_no_option_stay_and_are_asked_about(house):
    """A command without a text that must be there offers its texts for them, and runs with no word dropped."""
    async with house.window() as page:
        await page.keyboard.type("/jot buy more oolong")
        await page.keyboard.press("Enter")
        form = page.get_by_role("form", name="Command jot")
        adder = form.get_by_role("combobox", name=re.compile("^Add an option"))
        await expect(form.get_by_role("alert")).to_contain_text("“buy more oolong” belongs to no option yet.")
        await expect(adder).to_have_value("buy more oolong")
        await expect(adder).to_be_focused()
        await expect(page.get_by_role("article")).to_have_count(0)
        await expect(page.get_by_role("option", name=re.compile("^note"))).to_be_visible()
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await expect(form.get_by_role("combobox", name="note")).to_have_value("buy more oolong")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("article", name="bot")).to_contain_text("Noted: buy more oolong")


async def test_words_behind_a_command_that_takes_none_are_not_dropped(house):
    """They stay where they are until somebody takes them away."""
    async with house.window() as page:
        await page.keyboard.type("/whisper something sweet")
        await page.keyboard.press("Enter")
        form = page.get_by_role("form", name="Command whisper")
        await expect(form.get_by_role("alert")).to_contain_text("“something sweet” is more than /whisper takes.")
        await form.get_by_role("combobox", name=re.compile("^Add an option")).fill("")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("article", name="bot")).to_contain_text("The jasmine is not fresh today.")


async def test_a_command_typed_before_the_bot_is_there_runs_when_it_comes(browser):
    """It is kept, the page says what it waits for, and nobody has to press anything again."""
    complaints = []
    async with Sandbox.serve() as sandbox, tool.window(browser, sandbox.page_url, complaints) as page:
        await page.keyboard.type("/brew sencha")
        await page.keyboard.press("Enter")
        await expect(page.locator(".note")).to_contain_text("The bot is not here yet. This runs as soon as it is.")
        await expect(message_box(page)).to_have_value("/brew sencha")
        async with running(sandbox, Teahouse()) as bot:
            await expect(page.get_by_role("article", name="bot").get_by_role("img")).to_have_count(1)
            assert bot.asked[-1].startswith("sencha 1")
    assert complaints == []


async def test_a_name_typed_before_the_bot_is_there_is_completed_when_it_comes(browser):
    """What stands in the box is looked at again as soon as there are commands."""
    async with Sandbox.serve() as sandbox, tool.window(browser, sandbox.page_url, []) as page:
        await page.keyboard.type("/br")
        await expect(message_box(page)).to_have_value("/br")
        async with running(sandbox, Teahouse()):
            await expect(page.get_by_role("option", name="/brew")).to_be_visible()


async def test_typing_goes_into_the_message_box_from_anywhere(house):
    """After a press on a button, from a link, from a message; the space bar still presses what has the focus."""
    async with house.window() as page:
        await expect(message_box(page)).to_be_focused()
        await page.keyboard.type("he")
        await page.get_by_role("link", name="gallery").focus()
        await page.keyboard.type("ll")
        await page.get_by_role("button", name="Members", exact=True).focus()
        await page.keyboard.press("Space")
        await expect(page.get_by_role("complementary", name="Members")).not_to_be_visible()
        await page.keyboard.type("o")
        await expect(message_box(page)).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("article", name="Ada")).to_contain_text("hello")


async def test_typing_stays_where_letters_mean_something(house):
    """In a dialog, a field and a menu nothing is taken away."""
    async with house.window() as page:
        await page.get_by_role("button", name="Settings of general").click()
        await page.get_by_role("dialog").get_by_role("textbox", name="Topic").fill("")
        await page.keyboard.type("teas")
        await expect(page.get_by_role("dialog").get_by_role("textbox", name="Topic")).to_have_value("teas")
        await page.keyboard.press("Escape")
        await page.locator("#members").get_by_role("button", name="Mio", exact=True).click()
        await page.keyboard.type("x")
        await expect(message_box(page)).to_have_value("")


async def test_no_result_stands_between_the_keyboard_and_the_message_box(house):
    """The first thing on the page leads to it, and two Tabs from the head of the channel, however much was said."""
    async with house.window() as page:
        for _ in range(3):
            await run(page, "brew", tea="assam", cups="3")
        await expect(page.get_by_role("article", name="bot")).to_have_count(3)
        skip = page.get_by_role("button", name="Skip to the message box")
        assert await skip.evaluate("(one) => one === document.querySelector('a, button, input, select, textarea')")
        await skip.press("Enter")
        await expect(message_box(page)).to_be_focused()
        await page.locator("main > header").get_by_role("button").last.focus()
        for _ in range(2):  # the button for files, and then
            await page.keyboard.press("Tab")
        await expect(message_box(page)).to_be_focused()


async def test_a_command_in_between_leaves_what_was_being_written(house):
    """A message and another command's form come back once it was run or given up."""
    async with house.window() as page:
        await page.keyboard.type("as I was saying")
        await run_in_between(page)
        await expect(message_box(page)).to_have_value("as I was saying")
        await message_box(page).fill("/brew keemun cups:2")
        await run_in_between(page)
        form = page.get_by_role("form", name="Command brew")
        await expect(form.get_by_role("combobox", name="tea")).to_have_value("keemun")
        await expect(form.get_by_role("combobox", name="cups")).to_have_value("2")


async def run_in_between(page):
    """As a command that is named in a message is started: by a press."""
    if not await page.get_by_role("article").count():
        await page.evaluate("""async () => {
            const [, me, channel] = location.hash.split("/");
            const body = JSON.stringify({ content: "</whisper:1>" });
            const headers = { "Content-Type": "application/json" };
            await fetch(`/people/${me}/channels/${channel}/messages`, { method: "POST", body, headers });
        }""")
    await page.get_by_role("article", name="Ada").get_by_role("button", name="/whisper").click()
    await page.get_by_role("form", name="Command whisper").get_by_role("button", name="Run").click()


async def test_what_was_typed_is_there_again_when_one_comes_back(house):
    """A message and a command, after another channel and after the place was built anew under somebody's fingers."""
    async with house.window() as page:
        await page.keyboard.type("half a thought")
        await page.get_by_role("link", name="gallery").click()
        await expect(message_box(page)).to_have_value("")
        await page.get_by_role("link", name="general").click()
        await expect(message_box(page)).to_have_value("half a thought")
        await message_box(page).fill("/brew keemun cups:2")
        await page.get_by_role("button", name="Settings of general").click()
        await page.get_by_role("dialog").get_by_role("textbox", name="Name").fill("salon")
        await page.get_by_role("button", name="Save").click()
        await expect(page.locator("main h1")).to_have_text("salon")
        form = page.get_by_role("form", name="Command brew")
        await expect(form.get_by_role("combobox", name="tea")).to_have_value("keemun")
        await expect(form.get_by_role("combobox", name="cups")).to_have_value("2")

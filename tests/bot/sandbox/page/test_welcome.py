"""What newcomers meet on the page: what is starting, what this is, what to press, and who they can be."""

import re

import pytest
import pytest_asyncio
from msgspec.structs import replace
from playwright.async_api import expect

from bot.sandbox.server import Sandbox
from bot.sandbox.world.blueprint import PlannedExample, PlannedWelcome, starter
from tests import browser as tool
from tests.bot.sandbox.conftest import running
from tests.bot.sandbox.page.teahouse import Teahouse

browser = tool.browser
pytestmark = pytest.mark.asyncio(loop_scope="session")

WELCOME = PlannedWelcome(
    "## Come in\nThis is a tea house.",
    starting="The kettle is on.",
    examples=(
        PlannedExample("One cup", "/jot one cup"),
        PlannedExample("A pot for two", "/brew assam cups:2"),
        PlannedExample("What one may do here", "/house rules"),
        PlannedExample("A word in private", "/whisper"),
    ),
    people={"ada": "Run the place.", "nico": "Ask what there is."},
)


@pytest_asyncio.fixture(loop_scope="session")
async def empty(browser):
    """A stand-in with a welcome and no bot yet, and a window onto it."""
    complaints = []
    plan = replace(starter(), welcome=WELCOME)
    async with Sandbox.serve(plan=plan) as sandbox, tool.window(browser, sandbox.page_url, complaints) as page:
        yield sandbox, page
    assert complaints == []


async def test_the_page_says_what_is_starting_and_wakes_by_itself(empty):
    """Before the bot comes, in the words of whoever brings it; when it goes, that it is away."""
    sandbox, page = empty
    await expect(page.get_by_text("The kettle is on.")).to_be_visible()
    async with running(sandbox, Teahouse()):
        await expect(page.locator("#away")).not_to_be_visible()
    await expect(page.get_by_text("bot is away. Commands are answered again when it is back.")).to_be_visible()


async def test_newcomers_are_welcomed_where_they_come_first_and_where_they_are_alone_with_the_bot(empty):
    """In the other places, nobody has said anything yet."""
    sandbox, page = empty
    async with running(sandbox, Teahouse()):
        welcome = page.get_by_role("region", name="Welcome")
        await expect(welcome).to_contain_text("This is a tea house.")
        await page.get_by_role("link", name="gallery").click()
        await expect(page.get_by_text("Nothing has been said here yet.")).to_be_visible()
        await expect(welcome).to_have_count(0)
        await page.get_by_role("button", name="Write to bot").click()
        await expect(welcome).to_be_visible()


async def test_an_example_is_a_press_away_and_stays_above_what_was_said(empty):
    """It runs as if somebody had typed it; where something is missing its form opens, with the words in it."""
    sandbox, page = empty
    async with running(sandbox, Teahouse()):
        examples = page.get_by_role("list", name="Examples to press")
        await examples.get_by_role("button", name=re.compile("A pot for two")).click()
        await expect(page.get_by_role("article", name="bot").get_by_role("img")).to_have_count(2)
        await examples.get_by_role("button", name=re.compile("One cup")).click()
        form = page.get_by_role("form", name="Command jot")
        await expect(form.get_by_role("combobox", name=re.compile("^Add an option"))).to_have_value("one cup")


async def test_an_example_pressed_before_the_bot_is_there_runs_when_it_comes(empty):
    """Nobody has to know when that is."""
    sandbox, page = empty
    await page.get_by_role("button", name=re.compile("A pot for two")).click()
    async with running(sandbox, Teahouse()):
        await expect(page.get_by_role("article", name="bot").get_by_role("img")).to_have_count(2)


async def test_the_people_are_introduced_and_one_becomes_them_with_a_press(empty):
    """With their part in the server, and what to try as each."""
    _, page = empty
    people = page.get_by_role("list", name="People to be").get_by_role("listitem")
    await expect(people).to_have_text([re.compile("Ada · admin.*Run the place.*you"), re.compile("Nico · newcomer")])
    await page.get_by_role("button", name="Be Nico").click()
    await expect(page.get_by_role("combobox", name="Speak as")).to_have_value(re.compile(r"\d+"))
    await expect(people.last).to_contain_text("you")


async def test_the_commands_of_the_examples_are_offered_first(empty):
    """In their order, and then the others by name."""
    sandbox, page = empty
    async with running(sandbox, Teahouse()):
        await expect(page.locator("#away")).not_to_be_visible()
        await page.keyboard.type("/")
        options = page.get_by_role("listbox", name="Suggestions").get_by_role("option")
        await expect(options.first).to_contain_text("/jot")
        named = await options.locator(".option-text > bdi").all_inner_texts()
        assert named[:4] == ["/jot", "/brew", "/house rules", "/whisper"]
        assert named[4:] == sorted(named[4:])

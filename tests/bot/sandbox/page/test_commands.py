"""Slash commands on the page: found, filled in and run from the keyboard, their mistakes shown where they are."""

import asyncio
import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import expect

from tests.bot.sandbox.page.teahouse import picture
from tests.browser import run

pytestmark = pytest.mark.asyncio(loop_scope="session")


def suggested(page):
    return page.get_by_role("listbox", name="Suggestions").get_by_role("option")


async def run_to_form(page, command):
    await page.get_by_role("combobox", name="Message in general").press_sequentially(f"/{command} ")
    await page.get_by_role("form", name=f"Command {command}").wait_for()


async def test_a_command_is_found_filled_in_and_run_with_the_keyboard_alone(house):
    """Slash, a few letters, Enter; a suggestion, Enter; an option by name, Enter; a value, Enter."""
    async with house.window() as page:
        await page.get_by_role("combobox", name="Message in general").focus()
        await page.keyboard.type("/br")
        await expect(page.get_by_role("option", name="/brew")).to_have_attribute("aria-selected", "true")
        await page.keyboard.press("Enter")
        tea = page.get_by_role("combobox", name="tea")
        await expect(tea).to_be_focused()
        await page.keyboard.type("ha")
        await expect(suggested(page)).to_have_text(["genmaicha", "hojicha"])
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await expect(tea).to_have_value("hojicha")
        adder = page.get_by_role("combobox", name=re.compile("Add an option"))
        await expect(adder).to_be_focused()
        await page.keyboard.type("cup")
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("combobox", name="cups")).to_be_focused()
        await page.keyboard.type("2")
        await page.keyboard.press("Enter")
        answer = page.get_by_role("article", name="bot")
        await expect(answer.get_by_role("img")).to_have_count(2)
        await expect(answer).to_contain_text("Ada used /brew")
        await expect(page.get_by_role("combobox", name="Message in general")).to_be_focused()
    assert house.bot.asked[-1] == "hojicha 2 1.0 pot False None None None"


async def test_suggestions_are_asked_for_when_the_typing_rests(house):
    """Five quick letters are at most two questions to the bot, and the last one has all of them."""
    async with house.window() as page:
        await run_to_form(page, "brew")
        tea = page.get_by_role("combobox", name="tea")
        await expect(suggested(page)).to_have_count(9)
        house.bot.asked.clear()
        await page.clock.install()
        await page.clock.pause_at(datetime.now(UTC) + timedelta(minutes=1))  # a busy machine types slowly
        await tea.press_sequentially("assam")
        await page.clock.run_for(1000)
        await expect(suggested(page)).to_have_text(["assam"])
    assert house.bot.asked[-1] == "?assam"
    assert len(house.bot.asked) <= 2


async def test_a_late_suggestion_never_replaces_a_newer_one(house):
    """An answer to an older text is dropped, however late it comes."""
    async with house.window() as page:
        await run_to_form(page, "brew")
        asked, let_go = asyncio.Event(), asyncio.Event()

        async def hold(route):
            if '"tea":"a"' in (route.request.post_data or ""):
                asked.set()
                await let_go.wait()
            await route.continue_()

        await page.route("**/autocomplete", hold)
        tea = page.get_by_role("combobox", name="tea")
        await tea.fill("a")
        await asked.wait()
        await tea.fill("oo")
        await expect(suggested(page)).to_have_text(["oolong"])
        let_go.set()
        await expect(suggested(page)).to_have_text(["oolong"])


@pytest.mark.parametrize(
    ("option", "typed", "complaint"),
    [
        ("tea", "", "This option is required."),
        ("tea", "x", "At least 2 characters."),
        ("cups", "11", "At most 10."),
        ("cups", "1.5", "This must be a whole number."),
        ("strength", "strong", "This must be a number."),
        ("way", "in a bucket", "Choose one from the list."),
        ("friend", "nobody", "Choose one from the list."),
    ],
)
async def test_a_wrong_value_is_said_beside_its_field(house, option, typed, complaint):
    """The command stays, the field takes the focus, is marked invalid and is described by the sentence."""
    async with house.window() as page:
        await run(page, "brew", **{"tea": "assam", option: typed})
        field = page.get_by_role("combobox", name=option)
        await expect(field).to_have_attribute("aria-invalid", "true")
        await expect(field).to_be_focused()
        await expect(field).to_have_accessible_description(re.compile(re.escape(complaint)))
    assert [one for one in house.bot.asked if not one.startswith("?")] == []


async def test_an_option_says_in_plain_words_what_it_takes(house):
    """What it is for, and bounds where there are some; nothing of types."""
    async with house.window() as page:
        await page.get_by_role("combobox", name="Message in general").fill(
            "/brew a cups:2 way:x sweet:x friend:x leaf:x"
        )
        await expect(page.get_by_role("form", name="Command brew").locator(".hint")).to_have_text(
            [
                "What to brew. · 2 to 40 characters",
                "How many. · a number, 1 to 10",
                "How to serve it. · choose one",
                "With honey? · yes or no",
                "Who drinks it as well. · a person",
                "A picture of the leaf. · a file",
            ]
        )


async def test_every_type_of_option_reaches_the_bot_as_what_it_is(house):
    """Text, whole number, number, choice, yes or no, person, channel and file, the file by drop."""
    async with house.window() as page:
        await run_to_form(page, "brew")
        form = page.get_by_role("form", name="Command brew")
        await form.get_by_role("combobox", name="tea").fill("gyokuro")
        values = {
            "cups": "2",
            "strength": "2.5",
            "way": "In a bowl",
            "sweet": "Yes",
            "friend": "@Mio",
            "room": "#gallery",
        }
        for name, value in values.items():
            await form.get_by_role("combobox", name=re.compile("Add an option")).fill(name)
            await page.get_by_role("option", name=re.compile(f"^{name}")).first.click()
            await form.get_by_role("combobox", name=name, exact=True).fill(value)
        await form.get_by_role("combobox", name=re.compile("Add an option")).fill("leaf")
        await page.get_by_role("option", name=re.compile("^leaf")).click()
        drop = await page.evaluate_handle(
            """bytes => {
                const transfer = new DataTransfer();
                transfer.items.add(new File([new Uint8Array(bytes)], "leaf.png", { type: "image/png" }));
                return transfer;
            }""",
            list(picture("green").getvalue()),
        )
        await form.locator('[data-option="leaf"] .file-place').dispatch_event("drop", {"dataTransfer": drop})
        await expect(form.locator('[data-option="leaf"]')).to_contain_text("leaf.png")
        await form.get_by_role("button", name="Run").click()
        await expect(page.get_by_role("article", name="bot").get_by_role("img")).to_have_count(2)
    assert house.bot.asked[-1] == "gyokuro 2 2.5 bowl True mio gallery leaf.png"


async def test_escape_gives_up_one_thing_at_a_time(house):
    """First the list, then the command; the text field is there again and has the focus."""
    async with house.window() as page:
        await run_to_form(page, "brew")
        await expect(page.get_by_role("listbox", name="Suggestions")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("listbox", name="Suggestions")).to_have_count(0)
        await expect(page.get_by_role("form", name="Command brew")).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("combobox", name="Message in general")).to_be_focused()


async def test_backspace_in_an_empty_option_takes_it_away(house):
    """Only an optional one goes; the focus moves to the field before it."""
    async with house.window() as page:
        await run_to_form(page, "brew")
        await page.keyboard.press("Backspace")
        await page.get_by_role("combobox", name=re.compile("Add an option")).fill("cups")
        await page.keyboard.press("Enter")
        await page.keyboard.press("Backspace")
        await expect(page.get_by_role("combobox", name="cups")).to_have_count(0)
        await expect(page.get_by_role("combobox", name="tea")).to_be_focused()


async def test_a_sub_command_is_listed_and_run_by_its_full_name(house):
    """The group's name and a space are not yet a command."""
    async with house.window() as page:
        say = page.get_by_role("combobox", name="Message in general")
        await say.press_sequentially("/house ")
        rest = ["/house historyWhere it comes from.", "/house rulesRead them.", "/cardShow the card of the house."]
        await expect(suggested(page)).to_have_text(rest)
        await page.keyboard.press("ArrowDown")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Run").click()
        answer = page.get_by_role("article", name="bot")
        await expect(answer.locator("blockquote")).to_have_text("No shouting.")
        await expect(answer.locator("pre")).to_have_text("No spilling.")


async def test_a_command_that_does_not_exist_is_not_said_aloud(house):
    """A slash that fits nothing is a mistake, not a message."""
    async with house.window() as page:
        await page.get_by_role("combobox", name="Message in general").fill("/nonsense now")
        await page.keyboard.press("Enter")
        await expect(page.locator(".note.error")).to_contain_text("There is no command that fits /nonsense here.")
        await expect(page.get_by_role("article")).to_have_count(0)


async def test_a_silent_bot_is_told_of_and_can_be_dismissed(house):
    """After three seconds the page says so, to this person only."""
    async with house.window() as page:
        await run(page, "ignore")
        await expect(page.locator(".local-line")).to_contain_text("Sending /ignore")
        house.sandbox.advance(3.5)
        await expect(page.locator(".local-line.failed")).to_contain_text("/ignore: ")
        await expect(page.locator(".local-line.failed")).to_contain_text("did not respond in time")
        await page.get_by_role("button", name="Dismiss").click()
        await expect(page.locator(".local-line")).to_have_count(0)


async def test_the_context_menus_offer_what_the_bot_registered(house):
    """Quote on a message, Greet on a person; both by keyboard."""
    async with house.window() as page:
        await page.get_by_role("combobox", name="Message in general").fill("hello")
        await page.keyboard.press("Enter")
        await page.get_by_role("article", name="Ada").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("menuitem", name="Quote")).to_be_focused()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("article", name="bot")).to_contain_text("@Ada said it.")
        await page.get_by_role("article", name="Ada").get_by_role("button", name="Ada", exact=True).click()
        await expect(page.get_by_role("menuitem", name="Greet")).to_be_focused()
        await page.keyboard.press("Escape")
        await page.locator("#members").get_by_role("button", name="Mio", exact=True).click()
        await page.get_by_role("menuitem", name="Greet").press("Enter")
        await expect(page.get_by_role("article", name="bot").last).to_contain_text("Welcome, @Mio!")


async def test_a_message_s_link_is_copied_as_discord_gives_it(house):
    """Bots are told by it which message somebody means; their commands stand under Apps, as on Discord."""
    async with house.window(permissions=["clipboard-read", "clipboard-write"]) as page:
        await page.get_by_role("combobox", name="Message in general").fill("hello")
        await page.keyboard.press("Enter")
        await page.get_by_role("article", name="Ada").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("menu")).to_contain_text("Apps")
        await page.get_by_role("menuitem", name="Copy message link").click()
        await expect(page.locator("#notes")).to_contain_text("Copied.")
        link = await page.evaluate("navigator.clipboard.readText()")
        assert re.fullmatch(rf"https://discord\.com/channels/\d+/{house.channel('general').id}/\d+", link)


async def test_commands_for_adults_are_offered_only_behind_the_door(house):
    """An age-restricted command is not in the list elsewhere."""
    async with house.window() as page:
        await page.get_by_role("combobox", name="Message in general").press_sequentially("/")
        await expect(page.get_by_role("option", name="/brew")).to_be_visible()
        await expect(page.get_by_role("option", name="/cellar")).to_have_count(0)
        await page.get_by_role("link", name="after-dark").click()
        await page.get_by_role("button", name="I am 18 or older").click()
        await run(page, "cellar")
        await expect(page.get_by_role("article", name="bot")).to_contain_text("Down the stairs.")

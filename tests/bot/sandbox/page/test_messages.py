"""Messages on the page: what the bot sent is shown, pressed, chosen and answered, and follows every edit."""

import re

import discord
import pytest
from playwright.async_api import expect

from tests.bot.sandbox.page.teahouse import COLOURS, HOSTILE, Order, picture
from tests.browser import run

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def brew(page, **options):
    await run(page, "brew", tea="assam", **options)
    answer = page.get_by_role("article", name="bot").last
    await expect(answer.get_by_role("heading", name="Assam")).to_be_visible()
    return answer


async def test_a_gallery_shows_every_picture_with_its_description(house):
    """Ten pictures, each a button named by its place and its words, none of them broken."""
    async with house.window() as page:
        answer = await brew(page, cups="10")
        pictures = answer.get_by_role("button", name=re.compile("^Picture"))
        await expect(pictures).to_have_count(10)
        await expect(pictures.nth(3)).to_have_accessible_name("Picture 4 of 10: cup 4 of assam. Open it.")
        await page.wait_for_function(
            "() => [...document.querySelectorAll('.gallery img')].every((image) => image.naturalWidth === 320)"
        )


async def test_a_description_ends_in_one_full_stop(house):
    """Whether or not it is a sentence already."""
    async with house.window() as page:
        await run(page, "sketch")
        picture = page.get_by_role("article", name="bot").get_by_role("button", name=re.compile("^Picture"))
        await expect(picture).to_have_accessible_name("Picture: A sketch of a cup. Open it.")


async def test_headings_leave_no_level_out(house):
    """The first of a message is of the second level, whatever the bot wrote: the channel's name is the first."""
    async with house.window() as page:
        await run(page, "house history")
        headings = page.get_by_role("article", name="bot").get_by_role("heading")
        await expect(headings).to_have_count(6)
        levels = [await heading.get_attribute("aria-level") for heading in await headings.all()]
        assert levels == ["2", "2", "3", "4", "3", "2"]


async def test_the_lightbox_is_walked_with_the_arrow_keys_and_left_with_escape(house):
    """Enter opens, arrows turn and go round, Escape returns the focus to the picture one came from."""
    async with house.window() as page:
        answer = await brew(page, cups="3")
        await answer.get_by_role("button", name=re.compile("Picture 2 of 3")).focus()
        await page.keyboard.press("Enter")
        box = page.get_by_role("dialog", name="Picture")
        await expect(box).to_contain_text("2 of 3 · cup 2 of assam")
        await page.keyboard.press("ArrowRight")
        await expect(box.get_by_role("img", name="cup 3 of assam")).to_be_visible()
        await page.keyboard.press("ArrowRight")
        await expect(box).to_contain_text("1 of 3")
        await page.keyboard.press("ArrowLeft")
        await expect(box).to_contain_text("3 of 3")
        await page.keyboard.press("Escape")
        await expect(box).to_have_count(0)
        await expect(answer.get_by_role("button", name=re.compile("Picture 2 of 3"))).to_be_focused()


async def test_buttons_do_what_their_kind_allows(house):
    """One is pressed and answered, one is disabled, one is a link that leads out and tells nobody from where."""
    async with house.window() as page:
        answer = await brew(page)
        await expect(answer.get_by_role("button", name="Pay")).to_be_disabled()
        link = answer.get_by_role("link", name="The card")
        await expect(link).to_have_attribute("href", "https://example.com/teas")
        await expect(link).to_have_attribute("rel", "noopener noreferrer nofollow")
        await answer.get_by_role("button", name="Again").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("article", name="bot").last).to_contain_text("Another assam is on its way, @Ada.")


UP_A_LITTLE = """(element) => {
  element.scrollTop -= 50;
  return new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));
}"""
TO_THE_END_WHICH_MOVES_AWAY = """(element) => {
  element.scrollTop = element.scrollHeight;
  const late = document.createElement("p");
  late.style.paddingTop = "600px";
  late.textContent = "the end";
  element.querySelector(".messages").append(late);
}"""


async def test_what_loads_late_pushes_nothing_out_of_sight(house):
    """Whoever goes to the newest message stays there; whoever scrolled up stays where they are."""
    async with house.window() as page:
        for _ in range(3):
            await brew(page)
        conversation = page.get_by_role("region", name="Conversation")
        await conversation.evaluate(UP_A_LITTLE)
        await conversation.evaluate(TO_THE_END_WHICH_MOVES_AWAY)
        end = page.get_by_text("the end")
        await expect(end).to_be_in_viewport(ratio=1)
        await conversation.evaluate("(element) => { element.scrollTop = 0; }")
        await expect(page.get_by_role("article").first).to_be_in_viewport()
        await end.evaluate("(late) => { late.style.paddingTop = '900px'; }")
        await expect(page.get_by_role("article").first).to_be_in_viewport()
        await expect(end).not_to_be_in_viewport()


async def test_a_press_without_an_answer_is_told_under_the_message(house):
    """The button waits, then the sentence stands there; the next press takes it away."""
    async with house.window() as page:
        answer = await brew(page)
        spill = answer.get_by_role("button", name="Spill")
        await spill.click()
        await expect(spill).to_have_attribute("aria-busy", "true")
        house.sandbox.advance(3.5)
        await expect(answer.get_by_role("alert")).to_contain_text("did not respond in time")
        await expect(spill).not_to_have_attribute("aria-busy", "true")
        await answer.get_by_role("button", name="Again").click()
        await expect(answer.get_by_role("alert")).to_have_count(0)


async def test_several_values_are_chosen_with_the_keyboard_and_sent_once(house):
    """Arrows move, Space chooses, Done sends; the answer is seen by the one who chose."""
    async with house.window() as page:
        answer = await brew(page)
        await answer.get_by_role("button", name="Something in it?").focus()
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("listbox", name="Something in it?")).to_be_focused()
        await page.keyboard.press("Space")
        await page.keyboard.press("End")
        await page.keyboard.press("Space")
        await expect(
            page.get_by_role("listbox", name="Something in it?").get_by_role("option", selected=True)
        ).to_have_count(2)
        await page.keyboard.press("Tab")
        await page.keyboard.press("Enter")
        said = page.get_by_role("article", name="bot").last
        await expect(said).to_contain_text("With milk and lemon.")
        await expect(said).to_contain_text("Only you can see this.")


async def test_a_menu_whose_message_is_drawn_anew_as_it_opens_lies_inside_the_window(house):
    """All it lists can be pressed, though what it stands at is gone before the next frame."""
    async with house.window() as page:
        answer = await brew(page)
        opener = answer.get_by_role("button", name="Something in it?")
        await opener.scroll_into_view_if_needed()
        await opener.evaluate("(opener) => { opener.click(); opener.replaceWith(opener.cloneNode(true)); }")
        for name in ("Milk", "Sugar", "Lemon"):
            await expect(page.get_by_role("option", name=name)).to_be_in_viewport(ratio=1)


async def test_a_modal_is_filled_in_checked_and_sent_and_keeps_the_focus_inside(house):
    """Mistakes stay in the form, beside their fields; Tab never leaves it; what was chosen reaches the bot."""
    async with house.window() as page:
        answer = await brew(page)
        await answer.get_by_role("button", name="Change").click()
        form = page.get_by_role("dialog", name="Change the order")
        tea = form.get_by_role("textbox", name="Tea")
        await expect(tea).to_be_focused()
        await tea.fill("ok")
        await page.keyboard.press("Enter")
        await expect(tea).to_have_attribute("aria-invalid", "true")
        await expect(form.get_by_text("At least 3 characters.")).to_be_visible()
        await expect(form.get_by_text("Choose one.")).to_be_visible()
        for _ in range(14):
            await page.keyboard.press("Tab")
            # Where the window's own controls would come, the browser puts nothing of the page.
            assert await page.evaluate("!document.activeElement.closest('main, nav, aside')")
        await tea.fill("sencha")
        await form.get_by_role("radio", name="Large A pot").check()
        await form.get_by_role("checkbox", name="Cake").check()
        await form.get_by_role("button", name=re.compile("Guest")).click()
        await page.get_by_role("option", name=re.compile("@Yuki")).click()
        await form.get_by_role("button", name="Send").click()
        await expect(form).to_have_count(0)
        await expect(page.get_by_role("article", name="bot").last).to_contain_text("Changed to large sencha with cake.")
        await expect(page.get_by_role("button", name="Change")).to_be_focused()


async def test_a_modal_takes_files_and_a_yes(house):
    """Files are uploaded when they are chosen; Escape closes the form unsent."""
    async with house.window() as page:
        await run(page, "letter")
        form = page.get_by_role("dialog", name="A letter")
        await expect(form).to_be_visible()
        await page.keyboard.press("Escape")
        await expect(form).to_have_count(0)
        await run(page, "letter")
        await form.locator("input[type=file]").set_input_files(
            [{"name": "dear.txt", "mimeType": "text/plain", "buffer": b"Dear you,"}]
        )
        await expect(form.get_by_role("list", name="Attached files")).to_contain_text("dear.txt 9 bytes")
        await form.get_by_role("checkbox").check()
        await form.get_by_role("button", name="Send").click()
        await expect(page.get_by_role("article", name="bot")).to_contain_text("Received dear.txt; agreed: True.")


async def test_a_modal_opens_only_in_the_window_that_asked(house):
    """The same person elsewhere is not interrupted."""
    async with house.window() as page, house.window() as other:
        await run(page, "letter")
        await expect(page.get_by_role("dialog", name="A letter")).to_be_visible()
        await expect(other.get_by_role("dialog")).to_have_count(0)


async def test_an_ephemeral_answer_is_seen_by_one_person_and_can_be_dismissed(house):
    """Not by the others, not after it was dismissed."""
    async with house.window("ada") as ada, house.window("yuki") as yuki:
        await run(ada, "whisper")
        said = ada.get_by_role("article", name="bot")
        await expect(said).to_contain_text("The jasmine is not fresh today.")
        await expect(said).to_contain_text("Only you can see this.")
        await ada.get_by_role("combobox", name="Message in general").fill("ahem")
        await ada.keyboard.press("Enter")
        await expect(yuki.get_by_role("article", name="Ada")).to_contain_text("ahem")
        await expect(yuki.get_by_role("article", name="bot")).to_have_count(0)
        await said.get_by_role("button", name="Dismiss message").click()
        await expect(said).to_have_count(0)


async def test_thinking_becomes_the_answer_in_place_for_everybody(house):
    """One message from the first dot to the last edit, in every window."""
    async with house.window("ada") as ada, house.window("nico") as nico:
        await run(ada, "ponder")
        for page in (ada, nico):
            await expect(page.get_by_role("article", name="bot")).to_contain_text("bot is thinking …")
        await house.bot.last["ponder"].edit_original_response(content="Half *way* …")
        for page in (ada, nico):
            await expect(page.get_by_role("article", name="bot").locator("em")).to_have_text("way")
        await house.bot.last["ponder"].edit_original_response(content="Done.")
        for page in (ada, nico):
            await expect(page.get_by_role("article", name="bot")).to_have_count(1)
            await expect(page.get_by_role("article", name="bot")).to_contain_text("Done.")


async def test_an_edit_takes_neither_the_focus_nor_an_uncovered_spoiler(house):
    """Progress that is drawn anew every second must not throw a keyboard user out."""
    async with house.window() as page:
        answer = await brew(page)
        await answer.get_by_role("button", name="Spoiler, hidden. Show it.").click()
        await expect(answer.get_by_text("It is decaffeinated.")).to_be_visible()
        await answer.get_by_role("button", name="Again").focus()
        files = [discord.File(picture(COLOURS[at]), f"cup{at}.png") for at in range(2)]
        await house.bot.last["brew"].edit_original_response(view=Order("assam", 2), attachments=files)
        await expect(answer.get_by_role("img")).to_have_count(2)
        await expect(answer.get_by_role("button", name="Again")).to_be_focused()
        await expect(answer.get_by_text("It is decaffeinated.")).to_be_visible()


async def test_a_covered_picture_is_hidden_until_it_is_uncovered(house):
    """Under the cover it can be neither opened nor read out."""
    async with house.window() as page:
        answer = await brew(page, covered="Yes")
        await expect(answer.get_by_role("img")).to_have_count(0)
        await answer.get_by_role("group", name="1 picture").get_by_role("button", name=re.compile("Spoiler")).click()
        await expect(answer.get_by_role("img", name="cup 1 of assam")).to_be_visible()


async def test_embeds_files_and_links_of_a_classic_message_are_shown(house):
    """Title as a link, list, fields, footer, a file to download, a button that leads out."""
    async with house.window() as page:
        await run(page, "card")
        answer = page.get_by_role("article", name="bot")
        await expect(answer.get_by_role("link", name="The card")).to_have_attribute("href", "https://example.com/")
        await expect(answer.get_by_role("listitem")).to_have_text(["green", "black"])
        await expect(answer.locator("dt")).to_have_text(["Open", "Closed"])
        await expect(answer.get_by_text("Cash")).to_be_visible()
        async with page.expect_download() as download:
            await answer.get_by_role("link", name="prices.txt").click()
        assert (await (await download.value).path()).read_bytes() == b"assam 3\n"


async def test_relative_times_count_with_the_clock_of_the_sandbox(house):
    """An hour later it says so, without anything being sent again."""
    async with house.window() as page:
        now = int(house.sandbox.world.clock.now())
        await page.get_by_role("combobox", name="Message in general").fill(f"until <t:{now + 7230}:R>")
        await page.keyboard.press("Enter")
        said = page.get_by_role("article", name="Ada")
        await expect(said).to_contain_text("until in 2 hours")
        house.sandbox.advance(3600)
        await expect(said).to_contain_text("until in 1 hour")


async def test_what_a_villain_sends_stays_text(house):
    """No element, no script and no address comes from a bot's strings; the window stays as wide as it was."""
    async with house.window() as page:
        await run(page, "villain")
        answer = page.get_by_role("article", name="bot")
        for line in HOSTILE[:3]:
            await expect(answer.get_by_text(line).first).to_be_visible()
        await page.get_by_role("combobox", name="Message in general").fill(HOSTILE[0])
        await page.keyboard.press("Enter")
        await expect(page.get_by_role("article", name="Ada")).to_contain_text(HOSTILE[0])
        await answer.get_by_role("button", name=re.compile("^Picture")).click()
        await expect(page.get_by_role("dialog", name="Picture")).to_contain_text(HOSTILE[0])
        await page.keyboard.press("Escape")
        assert await page.locator("iframe, script:not([src='main.js'])").count() == 0
        assert await page.locator("[onerror], [onload], [srcdoc], [href^='javascript']").count() == 0
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        scroller = page.get_by_role("region", name="Conversation")
        assert await scroller.evaluate("(element) => element.scrollWidth <= element.clientWidth")


async def test_messages_are_walked_with_the_arrow_keys(house):
    """One stop for Tab, then up and down; the keys of a message's own controls are left alone."""
    async with house.window() as page:
        say = page.get_by_role("combobox", name="Message in general")
        for word in ("one", "two", "three"):
            await say.fill(word)
            await say.press("Enter")
        await expect(page.get_by_role("article")).to_have_count(3)
        await page.get_by_role("region", name="Conversation").focus()
        await page.keyboard.press("ArrowUp")
        await expect(page.get_by_role("article").nth(2)).to_be_focused()
        await page.keyboard.press("ArrowUp")
        await expect(page.get_by_role("article").nth(1)).to_be_focused()


async def test_a_reply_shows_what_it_answers_and_a_deleted_message_goes(house):
    """The excerpt leads to the message; deleting asks nobody who may not."""
    async with house.window("yuki") as page:
        say = page.get_by_role("combobox", name="Message in general")
        await say.fill("Who is there?")
        await say.press("Enter")
        await page.get_by_role("button", name="Reply to Yuki").click()
        await say.fill("Me.")
        await say.press("Enter")
        second = page.get_by_role("article").nth(1)
        await expect(second).to_contain_text("Who is there?")
        await page.get_by_role("button", name="More about the message of Yuki").first.click()
        await page.get_by_role("menuitem", name="Delete").click()
        await expect(page.get_by_role("article")).to_have_count(1)

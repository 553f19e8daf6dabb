"""Places on the page: who sees what, the door before what is not for everybody, and the page's own comfort."""

import re

import pytest
from playwright.async_api import expect

from tests.browser import run

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def say(page, text):
    field = page.get_by_role("combobox", name=re.compile("^Message"))
    await field.fill(text)
    await field.press("Enter")


async def test_an_age_restricted_channel_is_marked_and_asks_at_the_door(house):
    """No goes back, yes is asked once, and its threads stand behind the same door."""
    async with house.window("yuki") as page:
        link = page.get_by_role("link", name=re.compile("after-dark"))
        await expect(link).to_have_accessible_name("after-dark 18+ age-restricted")
        await link.click()
        await expect(page.get_by_role("heading", name="#after-dark is age-restricted")).to_be_focused()
        await expect(page.get_by_role("combobox", name=re.compile("^Message"))).to_have_count(0)
        await page.get_by_role("button", name="Go back").click()
        await expect(page.locator("main h1")).to_have_text("general")
        await page.get_by_role("link", name="night studies").click()
        await page.get_by_role("button", name="I am 18 or older").click()
        await expect(page.get_by_role("combobox", name="Message in night studies")).to_be_visible()
        await link.click()
        await expect(page.get_by_role("combobox", name="Message in after-dark")).to_be_visible()


async def test_the_age_restriction_is_switched_while_others_look_on(house):
    """The admin's switch puts the door before everybody, at once, and takes it away again."""
    async with house.window("ada") as ada, house.window("yuki") as yuki:
        await expect(yuki.get_by_role("switch")).to_have_count(0)
        await ada.get_by_role("switch", name="Age-restricted").press("Space")
        await expect(yuki.get_by_role("heading", name="#general is age-restricted")).to_be_visible()
        await ada.get_by_role("switch", name="Age-restricted").press("Space")
        await expect(yuki.get_by_role("combobox", name="Message in general")).to_be_visible()


async def test_one_speaks_as_another_without_leaving_the_channel(house):
    """By the switch under the channels or in the list of members; what is said bears the new name."""
    async with house.window("ada", "gallery") as page:
        await page.get_by_role("button", name="Speak as Nico").click()
        await expect(page.get_by_role("combobox", name="Speak as")).to_have_value(house.person("nico"))
        await say(page, "I am new.")
        await expect(page.get_by_role("article", name="Nico")).to_contain_text("I am new.")
        await expect(page.locator("main h1")).to_have_text("gallery")
        await page.get_by_role("combobox", name="Speak as").select_option(label="Mio (moderator)")
        await say(page, "Welcome.")
        await expect(page.get_by_role("article", name="Mio")).to_contain_text("Welcome.")


async def test_a_change_of_mind_while_a_person_is_on_the_way_counts(house):
    """Whoever was chosen last speaks, and nothing is said in another's name meanwhile."""
    async with house.window("ada") as page:
        await page.evaluate(
            """([one, other, place]) => {
                location.hash = `#/${one}/${place}`;
                setTimeout(() => { location.hash = `#/${other}/${place}`; });
            }""",
            [house.person("yuki"), house.person("ada"), str(house.channel("general").id)],
        )
        await expect(page.get_by_role("combobox", name="Speak as")).to_have_value(house.person("ada"))
        await say(page, "Still me.")
        await expect(page.get_by_role("article", name="Ada")).to_contain_text("Still me.")


async def test_where_one_may_not_write_the_page_says_so(house):
    """The announcements are for reading: there is no box to fill in, for words or commands, in vain."""
    async with house.window("nico", "announcements") as page:
        await expect(page.get_by_text("You may read here, but not write.")).to_be_visible()
        await expect(page.get_by_role("combobox", name=re.compile("^Message"))).to_have_count(0)


@pytest.mark.parametrize(("person", "may_post"), [("nico", False), ("mio", True)])
async def test_a_forum_sends_nobody_to_what_they_do_not_have(house, person, may_post):
    """It speaks of a new post to those who have the button."""
    async with house.window(person, "critique") as page:
        await expect(page.get_by_text("This is a forum: choose one of its posts")).to_be_visible()
        await expect(page.get_by_text("start one with “New post”")).to_have_count(int(may_post))
        await expect(page.get_by_role("button", name="New post")).to_have_count(int(may_post))


async def test_unread_talk_and_mentions_are_marked_until_they_are_read(house):
    """A mention is counted; opening the channel reads it."""
    async with house.window("ada", "gallery") as ada, house.window("yuki") as yuki:
        await say(ada, f"Look, <@{house.person('yuki')}>!")
        link = yuki.get_by_role("link", name=re.compile("gallery"))
        await expect(link).to_have_accessible_name("gallery 1 mention")
        await link.click()
        await expect(yuki.get_by_role("article", name="Ada")).to_contain_text("Look, @Yuki!")
        await expect(link).to_have_accessible_name("gallery")
        await ada.get_by_role("link", name="first sketches").click()
        await say(ada, f"Over there, <@{house.person('yuki')}>!")
        sketches = yuki.get_by_role("link", name=re.compile("first sketches"))
        await expect(sketches).to_have_accessible_name("first sketches 1 mention")
        await yuki.reload()
        await expect(sketches).to_have_accessible_name("first sketches 1 mention")
        await ada.get_by_role("link", name="gallery").click()
        await say(ada, f"And here, <@{house.person('yuki')}>?")
        await expect(yuki.get_by_role("article", name="Ada").last).to_contain_text("And here, @Yuki?")
        await expect(link).to_have_accessible_name("gallery")


async def test_a_direct_message_with_the_bot_is_opened_and_used(house):
    """Its commands are those that are offered there."""
    async with house.window("yuki") as page:
        await page.get_by_role("navigation").get_by_role("link", name="bot").click()
        await run(page, "whisper")
        await expect(page.get_by_role("article", name="bot")).to_contain_text("The jasmine is not fresh today.")


@pytest.mark.parametrize("person", ["ada", "mio", "nico"])
async def test_a_direct_message_with_the_bot_opens_for_whoever_has_none_yet(house, person):
    """One press, and one stands in it, ready to type; the other window of the same person lists it too."""
    async with house.window(person) as page, house.window(person, "gallery") as other:
        await page.get_by_role("button", name="Write to bot").click()
        await expect(page.locator("main h1")).to_have_text("bot")
        await expect(other.get_by_role("navigation").get_by_role("link", name="bot")).to_be_visible()
        await run(page, "whisper")
        await expect(page.get_by_role("article", name="bot")).to_contain_text("The jasmine is not fresh today.")


async def test_a_channel_that_goes_takes_nobody_with_it(house):
    """Whoever was in it stands in another one."""
    async with house.window("ada") as ada, house.window("yuki", "gallery") as yuki:
        await ada.get_by_role("link", name="gallery").click()
        await ada.get_by_role("button", name="Settings of gallery").click()
        await ada.get_by_role("button", name="Delete this channel").click()
        await ada.get_by_role("dialog", name="Delete gallery?").get_by_role("button", name="Delete it").click()
        for page in (ada, yuki):
            await expect(page.get_by_role("link", name="gallery")).to_have_count(0)
            await expect(page.locator("main h1")).to_have_text("general")


async def test_an_admin_makes_a_channel_closes_it_and_moves_the_bot_in_and_out(house):
    """Channel, overwrite, role and the bot's place, each by the dialogs of the page."""
    async with house.window("ada") as ada, house.window("nico") as nico:
        await ada.get_by_role("button", name="New channel in Atelier").click()
        await ada.get_by_role("textbox", name="Name").fill("attic")
        await ada.get_by_role("button", name="Create").click()
        await expect(nico.get_by_role("link", name="attic")).to_be_visible()
        await ada.get_by_role("link", name="attic").click()
        await ada.get_by_role("button", name="Settings of attic").click()
        await ada.get_by_text("Who may do what here").click()
        await ada.get_by_role("combobox", name="See the channel").select_option("deny")
        await expect(nico.get_by_role("link", name="attic")).to_have_count(0)
        await ada.keyboard.press("Escape")
        await ada.get_by_role("button", name="Settings of Atelier").click()
        server = ada.get_by_role("dialog", name="Settings of Atelier")
        bot = server.get_by_role("group", name="bot")
        await bot.get_by_role("button", name="Remove from the server").click()
        await ada.get_by_role("button", name="Remove", exact=True).click()
        await expect(nico.locator("#members").get_by_role("button", name="bot")).to_have_count(0)
        await server.get_by_role("button", name="Invite the bot").click()
        await expect(nico.locator("#members").get_by_role("button", name="bot")).to_have_count(1)


async def test_the_theme_follows_the_system_until_it_is_chosen(house):
    """The choice stays after a reload."""
    async with house.window(color_scheme="dark") as page:
        root = page.locator("html")
        await expect(root).to_have_attribute("data-theme", "dark")
        await page.get_by_role("button", name="Use the light theme").click()
        await expect(root).to_have_attribute("data-theme", "light")
        await page.reload()
        await expect(root).to_have_attribute("data-theme", "light")


CONTRAST = """() => {
    const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
    const over = (colours) => {
        canvas.clearRect(0, 0, 1, 1);
        for (const colour of colours) { canvas.fillStyle = colour; canvas.fillRect(0, 0, 1, 1); }
        return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
    };
    const light = (rgb) => rgb.map((value) => value / 255)
        .map((value) => (value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
        .reduce((sum, value, at) => sum + value * [0.2126, 0.7152, 0.0722][at], 0);
    const found = [];
    for (const element of document.querySelectorAll("body *")) {
        const text = [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim());
        if (!text || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
        if (element.closest(":disabled, .visually-hidden, .spoiler-content")) continue;
        const grounds = [];
        for (let one = element; one; one = one.parentElement) grounds.unshift(getComputedStyle(one).backgroundColor);
        const ground = over(grounds);
        const ink = over([`rgb(${ground})`, getComputedStyle(element).color]);
        const [low, high] = [light(ink), light(ground)].sort((a, b) => a - b);
        const ratio = (high + 0.05) / (low + 0.05);
        const what = element.className || element.tagName;
        if (ratio < 4.5) found.push(`${what} ${element.textContent.slice(0, 30)} ${ratio.toFixed(2)}`);
    }
    return found;
}"""


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_every_text_stands_out_from_its_ground(house, theme):
    """WCAG 2.2 AA, 1.4.3: 4.5 to 1, measured on the page with one of everything on it."""
    async with house.window(color_scheme=theme) as page:
        await run(page, "brew", tea="assam", cups="2")
        await run(page, "card")
        await run(page, "whisper")
        await run(page, "house rules")
        await expect(page.get_by_role("article", name="bot")).to_have_count(4)
        await page.get_by_role("button", name="Behind the scenes, for developers").click()
        await page.get_by_role("tab", name="Everything").click()
        await expect(page.locator(".entry").first).to_be_visible()
        await page.get_by_role("combobox", name="Message in general").press_sequentially("/brew ")
        await page.get_by_role("combobox", name=re.compile("Add an option")).fill("cups")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="Run").click()
        await expect(page.locator(".field-error:visible")).to_have_count(1)
        assert await page.evaluate(CONTRAST) == []


NAMELESS = """() => {
    const ids = [...document.querySelectorAll("[id]")].map((element) => element.id);
    const twice = ids.filter((id, at) => ids.indexOf(id) !== at);
    const lost = [...document.querySelectorAll("[aria-labelledby], [aria-controls][aria-expanded=true]")]
        .flatMap((element) => (element.getAttribute("aria-labelledby") ?? "").split(" ").filter(Boolean))
        .filter((id) => !document.getElementById(id));
    return [...twice, ...lost];
}"""


async def test_everything_that_can_be_used_has_a_name(house):
    """Buttons, links, fields and pictures all say what they are; no id stands for two things."""
    async with house.window() as page:
        await run(page, "brew", tea="assam", cups="3")
        await run(page, "whisper")
        await expect(page.get_by_role("article", name="bot")).to_have_count(2)
        await page.get_by_role("button", name="Behind the scenes, for developers").click()
        for role in ("button", "link", "combobox", "textbox", "switch", "tab", "img", "region", "navigation"):
            for element in await page.get_by_role(role).all():
                await expect(element).to_have_accessible_name(re.compile(r"\S"))
        assert await page.evaluate(NAMELESS) == []


async def test_new_messages_are_read_out_and_progress_is_not(house):
    """One announcement when the answer comes, none for each step on the way."""
    async with house.window() as page:
        spoken = page.locator("#announce")
        await run(page, "ponder")
        await expect(spoken).to_contain_text("bot is thinking")
        await house.bot.last["ponder"].edit_original_response(content="Step 1")
        await expect(spoken).to_contain_text("bot: Step 1")
        await house.bot.last["ponder"].edit_original_response(content="Step 2")
        await expect(page.get_by_role("article", name="bot")).to_contain_text("Step 2")
        await expect(spoken).not_to_contain_text("Step 2")


async def test_a_phone_shows_one_thing_at_a_time(house):
    """Nothing is wider than the window; the lists are a press away and close again."""
    async with house.window(viewport={"width": 360, "height": 740}, has_touch=True) as page:
        await run(page, "brew", tea="assam", cups="5")
        await expect(page.get_by_role("article", name="bot").get_by_role("img")).to_have_count(5)
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        await expect(page.get_by_role("navigation")).not_to_be_visible()
        await page.get_by_role("button", name="Channels").click()
        await page.keyboard.press("Escape")
        await expect(page.get_by_role("navigation")).not_to_be_visible()
        await page.get_by_role("button", name="Channels").click()
        await page.get_by_role("link", name="gallery").click()
        await expect(page.get_by_role("navigation")).not_to_be_visible()
        await expect(page.locator("main h1")).to_have_text("gallery")
        await page.get_by_role("button", name="Members").click()
        await page.get_by_role("button", name="Speak as Yuki").click()
        await say(page, "From the train.")
        await expect(page.get_by_role("article", name="Yuki")).to_contain_text("From the train.")


async def test_the_age_switch_has_a_word_beside_it_on_a_phone(house):
    """Short, because there is little room; its name is the same as anywhere."""
    async with house.window(viewport={"width": 390, "height": 740}, has_touch=True) as page:
        switch = page.locator(".header-switch")
        assert await switch.evaluate("(one) => getComputedStyle(one, '::before').content") == '"18+"'
        await expect(switch.get_by_role("switch", name="Age-restricted")).to_be_visible()
        assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")


async def test_a_note_covers_no_button_and_goes_by_itself(house):
    """An error, too: longer than one reads it, and not over the panel that it speaks of."""
    async with house.window() as page:
        await page.get_by_role("button", name="Behind the scenes, for developers").click()
        await page.get_by_role("tab", name="Faults").click()
        last = page.get_by_role("button", name="Take all faults back")
        await last.click()
        await page.keyboard.type("/nonsense")
        await page.keyboard.press("Enter")
        await expect(page.locator(".note")).to_have_count(2)
        note, button = await page.locator(".note.error").bounding_box(), await last.bounding_box()
        assert note["x"] + note["width"] <= button["x"], "they stand beside each other"
        await page.clock.install()
        await page.get_by_role("button", name="Send the message").click()
        await expect(page.locator(".note.error")).to_have_count(2)
        await page.clock.run_for(21_000)
        await expect(page.locator(".note.error")).to_have_count(1)


async def test_the_page_says_that_it_is_local_and_loads_nothing_from_elsewhere(house):
    """Every request of a session goes to the stand-in itself."""
    async with house.window() as page:
        addresses = []
        page.on("request", lambda request: addresses.append(request.url))
        await expect(page.get_by_text("It listens on this computer only (loopback)")).to_be_visible()
        await page.reload()
        await run(page, "card")
        await expect(page.get_by_role("article", name="bot")).to_be_visible()
    assert addresses
    assert {address.split("/")[2] for address in addresses if not address.startswith("data:")} == {
        house.sandbox.page_url.split("/")[2]
    }


async def test_behind_a_message_stand_the_calls_that_made_it(house):
    """The interaction, its callback and the edit, with what was in them; of another message nothing."""
    async with house.window() as page:
        await run(page, "whisper")
        await run(page, "brew", tea="assam")
        answer = page.get_by_role("article", name="bot").last
        await expect(answer.get_by_role("img")).to_have_count(1)
        await page.get_by_role("article", name="bot").first.click(button="right", position={"x": 300, "y": 30})
        await page.get_by_role("menuitem", name="Look behind it").click()
        await answer.locator(".subtext").click()
        panel = page.get_by_role("complementary", name="Behind the scenes")
        entries = panel.locator(".entry")
        await expect(entries.filter(has_text="INTERACTION_CREATE")).to_have_count(1)
        await expect(entries.filter(has_text="/callback")).to_have_count(1)
        edit = entries.filter(has_text="PATCH")
        await expect(edit).to_have_count(1)
        await edit.locator("summary").click()
        await expect(edit).to_contain_text('"accent_color"')
        assert house.sandbox.token not in await panel.inner_text()


async def test_faults_are_switches(house):
    """A fault that waits shows as set until it has happened or is taken back."""
    async with house.window() as page:
        await page.get_by_role("button", name="Behind the scenes, for developers").click()
        await page.get_by_role("tab", name="Faults").click()
        switch = page.get_by_role("switch", name=re.compile("The next edit meets a rate limit"))
        await switch.click()
        await expect(switch).to_have_attribute("aria-checked", "true")
        await run(page, "brew", tea="assam")
        await expect(page.get_by_role("article", name="bot").get_by_role("img")).to_have_count(1)
        await page.get_by_role("tab", name="Everything").click()
        await expect(page.locator(".entry").filter(has_text=re.compile("PATCH.* 429"))).to_have_count(1)
        await page.get_by_role("tab", name="Faults").click()
        await expect(switch).to_have_attribute("aria-checked", "false")
        await page.get_by_role("button", name="15 minutes later").click()
        await expect(page.locator(".note").last).to_contain_text("It is 15 minutes later now.")


async def test_a_voice_channels_chat_and_a_media_channel(house):
    """The chat beside voices takes words and commands and has no threads; a media channel is a forum."""
    async with house.window("ada") as page:
        for kind, title in (("Voice", "lounge"), ("Media", "shots")):
            await page.get_by_role("button", name="New channel in Atelier").click()
            dialog = page.get_by_role("dialog")
            await dialog.get_by_label("Name").fill(title)
            await dialog.get_by_label("Kind").select_option(label=kind)
            await dialog.get_by_role("button", name="Create").click()
            await page.get_by_role("link", name=title).click()
            await expect(page.locator("main h1")).to_have_text(title)
        await expect(page.get_by_role("button", name="New post")).to_be_visible()
        await expect(page.get_by_role("combobox", name=re.compile("^Message"))).to_have_count(0)
        await page.get_by_role("link", name="lounge").click()
        await expect(page.get_by_role("button", name="New thread")).to_have_count(0)
        await say(page, "Can you hear me?")
        await expect(page.get_by_role("article", name="Ada")).to_contain_text("Can you hear me?")
        await run(page, "brew", tea="sencha")
        await expect(page.get_by_role("article").last).to_contain_text("Sencha")


async def test_people_speak_in_private(house):
    """A conversation that somebody opens stands among the other's places, and is between the two."""
    async with house.window("yuki") as page:
        address = f"{house.sandbox.page_url}/people/{house.person('nico')}/direct-messages"
        answer = await page.request.post(address, data={"recipient_id": house.person("yuki")})
        channel = house.sandbox.world.channels[int((await answer.json())["channel"]["id"])]
        await page.get_by_role("link", name="Nico", exact=True).click()
        await say(page, "Between us.")
        await expect(page.get_by_role("article", name="Yuki")).to_contain_text("Between us.")
        assert [one.content for one in channel.messages.values()] == ["Between us."]

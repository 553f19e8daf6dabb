"""axe-core looks at the page in every state that people bring it into: nothing above minor, in either theme."""

import re

import pytest
from playwright.async_api import expect

from tests.browser import faults, run

pytestmark = pytest.mark.asyncio(loop_scope="session")

DESKTOP = {"viewport": {"width": 1440, "height": 900}}
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


async def results(page):
    """A message of every kind."""
    await run(page, "brew", tea="assam", cups="3")
    await run(page, "card")
    await run(page, "whisper")
    await run(page, "house rules")
    await expect(page.get_by_role("article", name="bot")).to_have_count(4)


async def menu_of_commands(page):
    await page.keyboard.type("/")
    await expect(page.get_by_role("option", name="/brew")).to_be_visible()


async def form_with_suggestions(page):
    await page.keyboard.type("/brew a")
    await expect(page.get_by_role("option", name="assam")).to_be_visible()


async def form_with_a_mistake(page):
    await run(page, "brew", tea="assam", cups="99")
    await expect(page.get_by_role("alert")).to_contain_text("At most 10.")


async def form_with_words_left_over(page):
    await page.keyboard.type("/jot buy tea")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("alert")).to_contain_text("belongs to no option yet")


async def modal(page):
    await run(page, "brew", tea="assam")
    await page.get_by_role("button", name="Change").click()
    await expect(page.get_by_role("dialog", name="Change the order")).to_be_visible()
    await page.get_by_role("button", name="Send", exact=True).click()
    await expect(page.get_by_text("Choose one.")).to_be_visible()


async def lightbox(page):
    await run(page, "brew", tea="assam", cups="2")
    await page.get_by_role("button", name=re.compile("Picture 1 of 2")).click()
    await expect(page.get_by_role("dialog", name="Picture")).to_be_visible()


async def menu_of_a_person(page):
    await page.locator("#members").get_by_role("button", name="Mio", exact=True).click()
    await expect(page.get_by_role("menuitem", name="Direct message")).to_be_visible()


async def picker(page):
    await run(page, "brew", tea="assam")
    await page.get_by_role("button", name="Something in it?").click()
    await expect(page.get_by_role("listbox", name="Something in it?")).to_be_visible()


async def settings_of_the_channel(page):
    await page.get_by_role("button", name="Settings of general").click()
    await page.get_by_text("Who may do what here").click()


async def settings_of_the_server(page):
    await page.get_by_role("button", name="Settings of Atelier").click()
    await expect(page.get_by_role("dialog", name="Settings of Atelier")).to_be_visible()


async def age_gate(page):
    if not await page.get_by_role("navigation").is_visible():
        await drawer(page)
    await page.get_by_role("link", name=re.compile("after-dark")).click()
    await expect(page.get_by_role("button", name="I am 18 or older")).to_be_visible()


async def forum(page):
    await page.get_by_role("link", name="critique").click()
    await expect(page.get_by_text("This is a forum")).to_be_visible()


async def developer_panel(page):
    await run(page, "whisper")
    await page.get_by_role("button", name="Behind the scenes, for developers").click()
    await page.get_by_role("tab", name="Everything").click()
    await expect(page.locator(".entry").first).to_be_visible()


async def faults_panel(page):
    await page.get_by_role("button", name="Behind the scenes, for developers").click()
    await page.get_by_role("tab", name="Faults").click()
    await page.get_by_role("button", name="Take all faults back").click()
    await expect(page.locator(".note")).to_be_visible()


async def bot_away(page):
    for fault in ({"fault": "refuse", "times": 1000}, {"fault": "drop", "code": 1006}):
        address = f"{page.url.partition('/#')[0]}/developer/faults"
        assert (await page.request.post(address, data=fault)).ok
    await expect(page.get_by_text("bot is away.")).to_be_visible()


async def drawer(page):
    await page.get_by_role("button", name="Channels").click()
    await expect(page.get_by_role("navigation")).to_be_visible()


async def members_on_the_phone(page):
    await page.get_by_role("button", name="Members", exact=True).click()
    await expect(page.get_by_role("complementary", name="Members")).to_be_visible()


STATES = (
    results,
    menu_of_commands,
    form_with_suggestions,
    form_with_a_mistake,
    form_with_words_left_over,
    modal,
    lightbox,
    menu_of_a_person,
    picker,
    settings_of_the_channel,
    settings_of_the_server,
    age_gate,
    forum,
    developer_panel,
    faults_panel,
    bot_away,
)
ON_THE_PHONE = (results, menu_of_commands, form_with_suggestions, modal, age_gate, drawer, members_on_the_phone)


@pytest.mark.parametrize("state", STATES, ids=lambda state: state.__name__)
async def test_axe_finds_nothing_above_minor_on_a_desktop(house, state):
    """In the light and in the dark, with whatever is open."""
    async with house.window(**DESKTOP, color_scheme="light") as page:
        await state(page)
        light = await faults(page)
        await page.emulate_media(color_scheme="dark")
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        assert (light, await faults(page)) == ([], [])


@pytest.mark.parametrize("state", ON_THE_PHONE, ids=lambda state: state.__name__)
async def test_axe_finds_nothing_above_minor_on_a_phone(house, state):
    """With what lies over the conversation there."""
    async with house.window(**PHONE) as page:
        await state(page)
        assert await faults(page) == []


async def test_axe_is_there_to_find_something(house):
    """A picture without words and a button without a name are found; so an empty list says something."""
    async with house.window() as page:
        await page.evaluate("document.querySelector('main').insertAdjacentHTML('beforeend', '<img><button></button>')")
        assert {fault.split()[0] for fault in await faults(page)} >= {"image-alt", "button-name"}


SMALL = """() => [...document.querySelectorAll("button, a[href], select, input, [role=switch]")]
    .filter((one) => one.checkVisibility({ opacityProperty: true, visibilityProperty: true }))
    .filter((one) => !one.closest(".visually-hidden, .message-tools, .markdown, .skip"))
    .map((one) => [one.closest("label") ?? one, one])
    .filter(([box]) => {
        const { width, height } = box.getBoundingClientRect();
        return width > 0 && (width < 24 || height < 24);
    })
    .map(([box, one]) => [one.className || one.tagName, one.textContent.slice(0, 30), box.getBoundingClientRect()])
"""


@pytest.mark.parametrize("window", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_every_target_is_large_enough_to_hit(house, window):
    """WCAG 2.2 AA, 2.5.8: 24 by 24 pixels; what stands within a line of text is excepted there."""
    async with house.window(**window) as page:
        await results(page)
        assert await page.evaluate(SMALL) == []

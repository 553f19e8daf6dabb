"""More of one picture, by the buttons under it: whoever presses, and whatever became of it since."""

import asyncio
import io
import re
import sqlite3
from contextlib import closing, contextmanager

import pytest
from PIL import Image
from playwright.async_api import expect

from bot.job import row_key
from bot.sandbox.people.driver import control, controls
from bot.sentences import card as said_on_cards
from bot.sentences import edit as said_in_forms
from bot.sentences import ends
from bot.sentences import more as said
from bot.sentences import reports as said_of_reports
from bot.sentences.rendering import render
from tests import browser as browsers
from tests.journey.people import (
    choose,
    delete,
    fields,
    gallery,
    job_of,
    labels,
    refusal_of,
    result_of,
    send_report,
    settings,
    shown,
    turn,
    use,
    words,
)
from tests.patience import PATIENCE_S

browser = browsers.browser
pytestmark = pytest.mark.asyncio(loop_scope="session")


async def drawn(person, channel="general", **options):
    return await result_of(person, await person.slash(person.channel(channel), "imagine", prompt="1girl", **options))


async def question(person, message, label):
    return await shown(person, await person.press(message, control(message, label)))


async def pressed(person, screen, label):
    return await person.press(screen, control(screen, label))


def link(person, message):
    return f"/{person.guild}/{message['channel_id']}/{message['id']})"


@contextmanager
def database(studio):
    with closing(sqlite3.connect(studio.folder / "data" / "eshi.sqlite3", timeout=PATIENCE_S)) as base, base:
        yield base


def lose(studio, message, *endings):
    """Take files of a result away, as retention does with all of them."""
    for file in (studio.folder / "data" / "spool").glob(f"{job_of(message)}-*"):
        if file.suffix in endings:
            file.unlink()


async def test_each_button_says_which_picture_and_the_result_names_and_links_it(yuki):
    """The question is private and says what each way costs; four subtle ones have the seed of that picture."""
    first = await drawn(yuki, count=2, seed=7)
    screen = await question(yuki, first, "Vary …")
    assert labels(screen) == ["Subtle · 1", "Subtle · 2", "Strong · 1", "Strong · 2"]
    assert "4 pictures of 832×1216, 4.0 times the work of the picture." in words(screen)
    subtle = await result_of(yuki, await pressed(yuki, screen, "Subtle · 2"))
    assert len(gallery(subtle)) == 4
    assert "seed 8 " in words(subtle)
    assert f"A subtle variation of [picture 2 of `{job_of(first)}`](" in words(subtle)
    assert link(yuki, first) in words(subtle)
    screen = await question(yuki, first, "Enlarge …")
    assert labels(screen) == ["×1.5 · 1", "×1.5 · 2", "×2 · 1", "×2 · 2"]
    larger = await result_of(yuki, await pressed(yuki, screen, "×1.5 · 1"))
    assert len(gallery(larger)) == 1
    assert "1248×1824" in words(larger)
    assert f"Enlarged ×1.5 from [picture 1 of `{job_of(first)}`](" in words(larger)


async def test_the_recipe_tells_the_whole_chain(yuki):
    """From the last step back to the first picture."""
    first = await drawn(yuki, seed=7)
    strong = await result_of(yuki, await pressed(yuki, await question(yuki, first, "Vary …"), "Strong"))
    last = await result_of(yuki, await pressed(yuki, await question(yuki, strong, "Enlarge …"), "×2 · 3"))
    recipe = (await shown(yuki, await yuki.press(last, control(last, "Recipe"))))["content"]
    steps = [
        f"Enlarged ×2 from [picture 3 of `{job_of(strong)}`]",
        f"A strong variation of [picture 1 of `{job_of(first)}`]",
    ]
    assert steps[0] in recipe
    assert steps[1] in recipe.partition(steps[0])[2]


async def test_a_picture_goes_on_beyond_its_edge_and_gets_more_detail(yuki):
    """As large as the question said; each names and links its picture, and what it says is what was asked."""
    first = await drawn(yuki, seed=7)
    screen = await question(yuki, first, "Extend …")
    assert labels(screen) == ["Zoom out", "Left", "Right", "Up", "Down"]
    assert "1 picture of 1248×1216" in words(screen)
    right = await result_of(yuki, await pressed(yuki, screen, "Right"))
    assert f"Extended to the right from [picture 1 of `{job_of(first)}`](" in words(right)
    assert Image.open(io.BytesIO(await yuki.fetch(gallery(right)[0]["media"]["url"]))).size == (1248, 1216)
    out = await result_of(yuki, await pressed(yuki, await question(yuki, right, "Extend …"), "Zoom out"))
    assert f"Zoomed out of [picture 1 of `{job_of(right)}`](" in words(out)
    screen = await question(yuki, out, "Detail …")
    assert labels(screen) == ["Faces", "Centre", "Top", "Bottom"]
    detail = await result_of(yuki, await pressed(yuki, screen, "Top"))
    assert f"With more detail than [picture 1 of `{job_of(out)}`](" in words(detail)
    assert Image.open(io.BytesIO(await yuki.fetch(gallery(detail)[0]["media"]["url"]))).size == (1248, 1216)
    assert "1248×1216" in words(detail)
    for button, choice in (("Vary …", "Strong"), ("Detail …", "Faces"), ("Extend …", "Zoom out")):
        further = await result_of(yuki, await pressed(yuki, await question(yuki, detail, button), choice))
        assert "1248×1216" in words(further)


async def test_somebody_else_makes_their_own(yuki, mio):
    first = await drawn(yuki)
    made = await result_of(mio, await pressed(mio, await question(mio, first, "Enlarge …"), "×1.5"))
    assert f"<@{mio.id}>" in words(made)


async def test_what_is_private_stays_so(yuki):
    """In a direct message the link leads there; of what one person sees there is none."""
    in_person = await result_of(yuki, await yuki.slash(yuki.direct_message, "imagine", prompt="1girl"))
    larger = await result_of(yuki, await pressed(yuki, await question(yuki, in_person, "Enlarge …"), "×1.5"))
    assert larger["channel_id"] == yuki.direct_message
    assert f"/channels/@me/{yuki.direct_message}/{in_person['id']})" in words(larger)
    hidden = await drawn(yuki, private=True)
    varied = await result_of(yuki, await pressed(yuki, await question(yuki, hidden, "Vary …"), "Strong"))
    assert varied["flags"] & 64
    assert f"A strong variation of picture 1 of `{job_of(hidden)}`." in words(varied)


ASKED = {
    "Vary …": ("Subtle", "Strong"),
    "Enlarge …": ("×1.5", "×2"),
    "Extend …": ("Zoom out", "Left"),
    "Detail …": ("Faces",),
    "Again exactly": ("Draw again",),
}
"""What draws only in a question, by what asks it."""


async def questions(person, message):
    """Every question under a picture, opened: by the labels of its buttons."""
    opened = {label: await shown(person, await use(person, message, label)) for label in ASKED}
    return {way: opened[label] for label, ways in ASKED.items() for way in ways}


async def every_press(person, message, opened):
    """Press all that draws, or asks before it does: under a picture, and in questions that were opened before."""
    for label in ("Reroll", *ASKED):
        yield label, await use(person, message, label)
    for way, screen in opened.items():
        yield way, await pressed(person, screen, way)


async def test_after_a_restart_everything_works_and_twice_at_once(studio, yuki, mio):
    """Buttons and questions are older than the bot; of what draws, each press is a job of its own."""
    first, second = await drawn(yuki), await drawn(yuki)
    opened = await questions(yuki, first)
    await studio.kill("bot")
    await studio.start_bot()
    found = {job_of(first)}
    for way, screen in opened.items():
        results = [await result_of(yuki, one) for one in await twice(pressed, yuki, screen, way)]
        assert len({len(gallery(one)) for one in results}) == 1
        assert len({job_of(one) for one in results} - found) == 2
        found |= {job_of(one) for one in results}
    results = [await result_of(yuki, one) for one in await twice(use, yuki, first, "Reroll")]
    assert len({job_of(one) for one in results} - found) == 2
    assert await questions(yuki, first)
    await free_buttons_twice(yuki, mio, second)
    with database(studio) as base:
        key = [row_key(job_of(second))]
        assert base.execute("SELECT count(*) FROM reports WHERE job = ?", key).fetchone() == (1,)
        base.execute("DELETE FROM reports WHERE job = ?", key)
    for sent in await twice(delete, yuki, first):
        await yuki.outcome(sent)
    await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == first["id"])


async def twice(act, *arguments):
    """Do something two times at once."""
    return await asyncio.gather(act(*arguments), act(*arguments))


async def free_buttons_twice(owner, other, picture):
    """Press what draws nothing, two times each; one report is one, and hides the picture."""
    for label in ("Edit", "Delete"):
        assert [(await owner.modal(one))["components"] for one in await twice(use, owner, picture, label)]
    recipes = [(await shown(owner, one))["content"] for one in await twice(use, owner, picture, "Recipe")]
    assert recipes[0] == recipes[1]
    for sent in await twice(use, owner, picture, "Spoiler"):
        assert gallery(await owner.answer(sent))[0]["spoiler"]
    for sent in await twice(send_report, other, picture):
        await other.outcome(sent)
    covered = await owner.wait_for(lambda m: m["id"] == picture["id"] and "was reported" in words(m))
    assert not gallery(covered)


async def test_without_a_record_an_open_question_says_so(studio, yuki, mio):
    """Retention took it in the meantime; what can still be done is named, and a report reaches the moderators."""
    first = await drawn(yuki)
    opened = await questions(yuki, first)
    with database(studio) as base:
        base.execute("PRAGMA foreign_keys = ON")
        base.execute("DELETE FROM jobs WHERE key = ?", [row_key(job_of(first))])
    for way, screen in opened.items():
        assert await refusal_of(yuki, await pressed(yuki, screen, way)) == render(said.NO_RECORD)
    await send_report(mio, first)
    assert await mio.wait_for(lambda m: m["flags"] & 64 and render(said_of_reports.NOT_HIDDEN) in words(m))


async def test_what_is_left_of_a_picture_decides_and_is_said(studio, yuki):
    """Its latents gone, its pixels; those gone too, it is drawn again, or a variation over it ends in a sentence."""
    first = await drawn(yuki)
    asked = ("Vary …", "Enlarge …", "Extend …", "Detail …")
    screens = {label: await question(yuki, first, label) for label in asked}
    lose(studio, first, ".latents")
    larger = await result_of(yuki, await pressed(yuki, screens["Enlarge …"], "×1.5"))
    assert render(said_on_cards.FROM_PIXELS) in words(larger)
    lose(studio, first, ".png")
    larger = await result_of(yuki, await pressed(yuki, screens["Enlarge …"], "×1.5"))
    assert render(said_on_cards.DRAWN_AGAIN) in words(larger)
    for label, way in (("Vary …", "Strong"), ("Extend …", "Zoom out"), ("Detail …", "Centre")):
        sent = await yuki.answer(await pressed(yuki, screens[label], way))
        ended = await yuki.wait_for(lambda m, sent=sent: m["id"] == sent["id"] and render(ends.PARENT_GONE) in words(m))
        assert not gallery(ended)
    with database(studio) as base:
        base.execute("UPDATE pictures SET deleted = 1 WHERE job = ?", [row_key(job_of(first))])
    assert await refusal_of(yuki, await pressed(yuki, screens["Vary …"], "Strong")) == render(ends.PARENT_GONE)
    larger = await result_of(yuki, await pressed(yuki, screens["Enlarge …"], "×1.5"))
    assert render(said_on_cards.DRAWN_AGAIN) in words(larger)


async def test_of_several_pictures_those_that_are_left_are_still_varied(studio, yuki):
    """The first one is gone; the question is asked for the sake of the other, and says so where it is pressed."""
    first = await drawn(yuki, count=2)
    with database(studio) as base:
        base.execute("UPDATE pictures SET deleted = 1 WHERE job = ? AND number = 0", [row_key(job_of(first))])
    screen = await question(yuki, first, "Vary …")
    assert await refusal_of(yuki, await pressed(yuki, screen, "Strong · 1")) == render(ends.PARENT_GONE)
    made = await result_of(yuki, await pressed(yuki, screen, "Strong · 2"))
    assert f"[picture 2 of `{job_of(first)}`]" in words(made)


async def test_where_the_limit_was_lowered_nothing_more_is_made(ada, yuki):
    """Neither is a question asked any more, nor an older one drawn."""
    async with settings(ada) as opening:
        screen = await choose(ada, opening, "open_limit", "sensitive")
        first = await drawn(yuki, rating="sensitive")
        opened = await questions(yuki, first)
        await choose(ada, screen, "open_limit", "safe")
        async for label, sent in every_press(yuki, first, opened):
            assert "`sensitive` is not allowed here" in await refusal_of(yuki, sent), label


async def test_a_part_of_a_picture_is_drawn_at_its_rating_whatever_is_chosen(studio, ada, yuki):
    """Half of it is the old picture to the bit; the form says so as soon as a lower one is chosen."""
    async with settings(ada) as opening:
        await choose(ada, opening, "open_limit", "sensitive")
        first = await drawn(yuki, rating="sensitive")
        form = await shown(yuki, await yuki.context_menu(first, "Repaint"))
        why = render(said_in_forms.rated_as_its_picture("sensitive"))
        assert why not in words(form)
        for menu, choice in (("rating", "safe"), ("area", "left")):
            [custom_id] = [one["custom_id"] for one in controls(form) if one["custom_id"].endswith(f":{menu}")]
            form = await shown(yuki, await yuki.choose(form, custom_id, choice))
            assert why in words(form)
        made = await result_of(yuki, await yuki.press(form, control(form, "Draw")))
    with database(studio) as base:
        asked = "SELECT json_extract(request, '$.rating') FROM jobs WHERE key = ?"
        assert base.execute(asked, [row_key(job_of(made))]).fetchone() == ("sensitive",)


async def test_a_part_of_a_variation_is_drawn_anew_from_any_seed(yuki):
    """What it was varied by is no part of that: the engine does one of both."""
    screen = await question(yuki, await drawn(yuki, seed=7), "Vary …")
    subtle = await result_of(yuki, await pressed(yuki, screen, "Subtle"))
    form = await shown(yuki, await yuki.context_menu(subtle, "Repaint"))
    numbers = await yuki.modal(await yuki.press(form, control(form, "Numbers …")))
    form = await yuki.answer(await yuki.submit(numbers, **fields(numbers) | {"seed": "12"}))
    [custom_id] = [one["custom_id"] for one in controls(form) if one["custom_id"].endswith(":area")]
    form = await shown(yuki, await yuki.choose(form, custom_id, "left"))
    made = await result_of(yuki, await yuki.press(form, control(form, "Draw")))
    assert "seed 12 " in words(made)
    assert f"A part drawn anew of [picture 1 of `{job_of(subtle)}`](" in words(made)


async def test_a_server_may_leave_what_draws_to_the_owner(ada, yuki, mio):
    """An older question counts as little. The owner presses as ever."""
    first = await drawn(yuki)
    opened = await questions(mio, first)
    async with settings(ada) as opening:
        screen = await turn(ada, await turn(ada, opening, "page:who"), "others_draw:off")
        assert "**Off**: Everybody may press" in words(screen)
        async for label, sent in every_press(mio, first, opened):
            assert f"only <@{yuki.id}> may draw from this picture" in await refusal_of(mio, sent), label
        assert await result_of(yuki, await pressed(yuki, await question(yuki, first, "Vary …"), "Strong"))


async def test_what_would_be_too_large_says_so(yuki):
    first = await drawn(yuki)
    larger = await result_of(yuki, await pressed(yuki, await question(yuki, first, "Enlarge …"), "×2"))
    no = await refusal_of(yuki, await yuki.press(larger, control(larger, "Enlarge …")))
    assert "That would be 2496×3648." in no


async def exactly(person, message):
    return await shown(person, await use(person, message, "Again exactly"))


async def test_again_exactly_says_beforehand_what_has_changed(studio, yuki, mio):
    """Nothing; then the model, and what a follow-up starts from; what has nothing left to start from is refused."""
    first = await drawn(yuki, count=2, seed=7)
    screen = await exactly(mio, first)
    assert render(said.UNCHANGED) in words(screen)
    again = await result_of(mio, await pressed(mio, screen, "Draw again"))
    assert len(gallery(again)) == 2
    assert "seeds 7 to 8 " in words(again)
    larger = await result_of(yuki, await pressed(yuki, await question(yuki, first, "Enlarge …"), "×1.5 · 1"))
    assert render(said.UNCHANGED) in words(await exactly(yuki, larger))
    screen = await question(yuki, first, "Extend …")
    extended = await result_of(yuki, await pressed(yuki, screen, "Right · 1"))
    assert render(said.UNCHANGED) in words(await exactly(yuki, extended))
    reroll = await result_of(yuki, await use(yuki, larger, "Reroll"))
    with database(studio) as base:
        changed = "json_set(drawn_with, '$.model_hash', 'an-older-1', '$.vae', 'fix')"
        base.execute(f"UPDATE jobs SET drawn_with = {changed} WHERE key = ?", [row_key(job_of(larger))])  # noqa: S608
        base.execute("UPDATE pictures SET latents_sha256 = NULL WHERE job = ?", [row_key(job_of(first))])
    screen = words(await exactly(yuki, larger))
    assert render(said.BEGINS_OTHERWISE) in screen
    assert render(said.UNCHANGED) not in screen
    assert "What has changed since: " in screen
    assert "the VAE" in screen
    assert render(said.UNCHANGED) in words(await exactly(yuki, extended))
    with database(studio) as base:
        base.execute("UPDATE pictures SET deleted = 1 WHERE job = ?", [row_key(job_of(first))])
    assert render(said.BEGINS_OTHERWISE) in words(await exactly(yuki, larger))
    for gone in (extended, reroll):
        assert await refusal_of(yuki, await use(yuki, gone, "Again exactly")) == render(ends.PARENT_GONE)


async def test_on_the_page_the_real_engine_makes_more(browser, drawing_studio):
    """Each question is opened and pressed under the same picture; what comes is as large as it said, and names it."""
    complaints = []
    async with drawing_studio.person("yuki") as yuki:
        await drawn(yuki, "gallery", seed=7, shape="portrait 5:12", steps=1)
        address = f"{drawing_studio.page_url}/#/{yuki.id}/{yuki.channel('gallery')}"
        async with browsers.window(browser, address, complaints) as page:
            messages = page.get_by_role("article", name="bot")
            await expect(messages.last.get_by_role("button", name="Vary …")).to_be_visible()
            first = messages.nth(await messages.count() - 1)
            for asked, way, pictures in (("Vary …", "Strong", 1), ("Enlarge …", "×1.5", 1)):
                before = await messages.count()
                await first.get_by_role("button", name=asked).click()
                await messages.nth(before).get_by_role("button", name=way).click()
                made = messages.nth(before + 1)
                await expect(made.get_by_role("button", name="Reroll")).to_be_visible()
                await expect(made.get_by_role("img")).to_have_count(pictures)
                await expect(made.get_by_role("link", name=re.compile("^picture 1 of"))).to_be_visible()
        newest = (await yuki.messages(yuki.channel("gallery")))[-1]
        png = await yuki.fetch(gallery(newest)[0]["media"]["url"])
    assert Image.open(io.BytesIO(png)).size == (960, 2304)
    assert complaints == []

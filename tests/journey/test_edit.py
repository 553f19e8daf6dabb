"""From a picture to a changed one, step by step: words, style, numbers, rating, and Draw."""

import asyncio
import sqlite3
from contextlib import closing

import pytest

from bot.sandbox.people.driver import ActRefused, control
from tests.journey.people import choose, draw_form, fields, gallery, refusal_of, result_of, settings, shown, words

pytestmark = pytest.mark.asyncio(loop_scope="session")

EVERYTHING = {
    "subject": "1girl",
    "character": "hatsune miku",
    "series": "vocaloid",
    "tags": "smile",
    "negative": "hat",
    "shape": "square 1:1",
    "count": 2,
    "seed": 4294967295,
    "quality": "light",
    "year": 2020,
    "style": "watercolour",
    "steps": 11,
    "guidance": 6.25,
}


async def drawn(person, channel="general", **options):
    return await result_of(
        person, await person.slash(person.channel(channel), "imagine", **{"prompt": "1girl", **options})
    )


async def opened(person, picture):
    """The private message behind Edit, its words as they are."""
    form = await person.modal(await person.press(picture, control(picture, "Edit")))
    return await shown(person, await person.submit(form, **fields(form)))


async def form_of(person, screen, label):
    return await person.modal(await person.press(screen, control(screen, label)))


async def recipe(person, picture):
    return (await shown(person, await person.press(picture, control(picture, "Recipe"))))["content"]


async def test_everything_is_shown_and_unchanged_it_is_the_same_picture(yuki):
    """Every option that was given, and through every form: the same recipe, seeds included."""
    asked = {"prompt" if name == "tags" else name: value for name, value in EVERYTHING.items()}
    picture = await drawn(yuki, **asked)
    screen = await opened(yuki, picture)
    for value in EVERYTHING.values():
        assert str(value) in words(screen), value
    for label in ("Words …", "Shape and style …", "Numbers …"):
        form = await form_of(yuki, screen, label)
        values = {name: str(value) for name, value in EVERYTHING.items() if name in fields(form)}
        assert fields(form) == fields(form) | values
        if label == "Shape and style …":
            values = {name: [value] for name, value in values.items()}
        screen = await yuki.answer(await yuki.submit(form, **values))
    again = await result_of(yuki, await yuki.press(screen, control(screen, "Draw")))
    assert again["id"] != picture["id"]
    assert await recipe(yuki, again) == await recipe(yuki, picture)


async def test_each_step_changes_its_own_and_draw_draws_it(studio, yuki):
    """After a restart in between, too."""
    screen = await opened(yuki, await drawn(yuki, subject="1girl", prompt="smile", seed=7))
    style = await form_of(yuki, screen, "Shape and style …")
    screen = await yuki.answer(await yuki.submit(style, shape=["landscape 3:2"], style=["none"]))
    await studio.kill("bot")
    await studio.start_bot()
    numbers = await form_of(yuki, screen, "Numbers …")
    screen = await yuki.answer(await yuki.submit(numbers, count="2", steps="9", seed="12"))
    words_of = await form_of(yuki, screen, "Words …")
    screen = await yuki.answer(await yuki.submit(words_of, **fields(words_of) | {"character": "hatsune miku"}))
    result = await result_of(yuki, await yuki.press(screen, control(screen, "Draw")))
    assert len(gallery(result)) == 2
    for said in ("hatsune miku", "smile", "seeds 12 to 13", "1216×832", "9 steps"):
        assert said in words(result)


async def test_what_is_wrong_is_said_and_nothing_is_lost(yuki):
    """A word where a number belongs, and a number that is too high."""
    screen = await opened(yuki, await drawn(yuki, subject="1girl", prompt="a quiet lake", steps=9))
    screen = await yuki.answer(await yuki.submit(await form_of(yuki, screen, "Numbers …"), steps="many", count="99"))
    assert "“many” is not a number, so the steps stayed as it was." in words(screen)
    assert "number of pictures may be from 1" in words(screen)
    assert "**Steps** 9" in words(screen)
    assert "a quiet lake" in words(screen)
    assert "number of pictures" in await refusal_of(yuki, await yuki.press(screen, control(screen, "Draw")))
    screen = await yuki.answer(await yuki.submit(await form_of(yuki, screen, "Numbers …"), count="1"))
    assert "not a number" not in words(screen)
    assert gallery(await result_of(yuki, await yuki.press(screen, control(screen, "Draw"))))


async def test_two_changes_at_once_both_count(yuki):
    screen = await opened(yuki, await drawn(yuki, subject="1girl", seed=7))
    numbers, style = await form_of(yuki, screen, "Numbers …"), await form_of(yuki, screen, "Shape and style …")
    sent = await asyncio.gather(yuki.submit(numbers, seed="12"), yuki.submit(style, shape=["square 1:1"]))
    for one in sent:
        await yuki.outcome(one)
    result = await result_of(yuki, await yuki.press(screen, control(screen, "Draw")))
    assert "seed 12 " in words(result)
    assert "1024×1024" in words(result)


async def test_a_form_belongs_to_whoever_opened_it(studio, yuki, mio):
    """Nobody else sees the private message; what is no longer kept is a sentence."""
    screen = await opened(yuki, await drawn(yuki, subject="1girl"))
    with pytest.raises(ActRefused):
        await mio.press(screen, control(screen, "Draw"))
    form = await form_of(yuki, screen, "Words …")
    with closing(sqlite3.connect(studio.folder / "data" / "eshi.sqlite3")) as base, base:
        base.execute("DELETE FROM forms")
    for sent in (await yuki.press(screen, control(screen, "Draw")), await yuki.submit(form, tags="late")):
        assert "open for too long" in await refusal_of(yuki, sent)


async def test_anybody_edits_and_the_result_is_theirs(yuki, mio):
    """The words stay the other one's, and what is sent on is no strike of who sends it."""
    picture = await drawn(yuki, subject="1girl", prompt="smile")
    form = await mio.modal(await mio.press(picture, control(picture, "Edit")))
    result = await result_of(mio, await draw_form(mio, form, tags="smile, night"))
    assert f"<@{mio.id}>" in words(result)


async def test_a_rating_is_chosen_again_where_the_limit_was_lowered(ada, yuki):
    """The private message was open meanwhile: the gate is asked when Draw is pressed, and the menu is as it is now."""
    async with settings(ada) as admin:
        await choose(ada, admin, "open_limit", "sensitive")
        screen = await opened(yuki, await drawn(yuki, subject="1girl", rating="sensitive"))
        await choose(ada, admin, "open_limit", "safe")
        no = await refusal_of(yuki, await yuki.press(screen, control(screen, "Draw")))
        assert "`sensitive` is not allowed here" in no
        menu = control_ending(screen, ":rating")
        screen = await yuki.answer(await yuki.choose(screen, menu, "safe"))
        assert gallery(await result_of(yuki, await yuki.press(screen, control(screen, "Draw"))))


def control_ending(message, end):
    """The custom id of a menu."""
    found, waiting = [], [*message["components"]]
    while waiting:
        one = waiting.pop()
        waiting += one.get("components") or []
        found += [one["custom_id"]] if one.get("custom_id", "").endswith(end) else []
    return found[0]

"""Doors that once showed words, counted strikes or stayed open: each is tried as a member would."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from bot.job import row_key
from bot.sandbox.people.driver import control
from engine import infotext, png
from engine.wire import SamplingParams
from tests.journey.people import (
    choose,
    draw_form,
    gallery,
    import_settings,
    result_of,
    settings,
    shown,
    words,
    words_form,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")


def recipe(prompt):
    """A picture with a stranger's recipe inside."""
    text = infotext.write(
        prompt=prompt,
        negative_prompt="hat",
        sampling=SamplingParams(num_inference_steps=1, guidance_scale=6.0, width=1024, height=1024),
        seed=41,
        model_name="flat colours",
        model_hash="",
        version="0.1.0",
    )
    return png.encode(np.zeros((64, 64, 3), np.uint8), parameters=text)


async def test_edit_shows_no_words_where_recipe_shows_none(rating_studio):
    """A stranger reads them in neither; the form opens again when the picture may be shown."""
    async with rating_studio.person("yuki") as yuki, rating_studio.person("nico") as nico:
        sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl", steps=1)
        picture = await result_of(yuki, sent)
        key = row_key(control(picture, "Reroll").split(":")[1])
        for rating, refused in (("explicit", True), ("safe", False)):
            with closing(sqlite3.connect(rating_studio.folder / "data" / "eshi.sqlite3", timeout=10)) as base, base:
                base.execute("UPDATE pictures SET rating = ? WHERE job = ?", (rating, key))
            pressed = await nico.press(picture, control(picture, "Edit"))
            if refused:
                assert "is not allowed here" in (await shown(nico, pressed))["content"]
            else:
                assert (await nico.modal(pressed))["title"]


async def test_a_stranger_s_recipe_is_no_strike(rating_studio):
    """Sent on as it is it is refused, as often as anybody likes, and locks nobody out."""
    async with rating_studio.person("nico") as nico:
        for _ in range(3):
            upload = await nico.upload("a.png", recipe("1girl, nude, smile"))
            screen = await shown(nico, await nico.slash(nico.channel("general"), "remix", picture=upload))
            form = await words_form(nico, screen)
            sent = await draw_form(nico, form, subject="1girl", tags="nude, smile", negative="", rating="safe")
            answer = await shown(nico, sent)
            assert "belong to `nsfw`" in answer["content"]
            assert "After several refusals" not in answer["content"]
        assert gallery(await result_of(nico, await nico.slash(nico.channel("general"), "imagine", prompt="1girl")))


async def test_what_may_never_be_drawn_is_no_favourite(rating_studio):
    """It is refused when it is kept, and not only when it is used."""
    async with rating_studio.person("nico") as nico:
        saved = await nico.slash(nico.channel("general"), "me favourite save", name="mine", text="loli, smile")
        assert "never drawn here" in (await shown(nico, saved))["content"]


async def test_denied_tags_are_denied_in_every_number_and_in_the_negative(rating_studio):
    """One clown, two clowns, and a negative without them."""
    async with rating_studio.person("ada") as ada, rating_studio.person("yuki") as yuki, settings(ada):
        await import_settings(ada, b'denied = ["clown"]\n')
        for options in ({"prompt": "two clowns"}, {"prompt": "clo wn"}, {"negative": "clown"}):
            sent = await yuki.slash(yuki.channel("general"), "imagine", **{"prompt": "1girl", **options})
            assert "not drawn here" in (await shown(yuki, sent))["content"], options


async def test_nothing_in_front_of_a_spoiler_tells_what_is_behind(rating_studio):
    """Neither title nor description of a picture above sensitive; a link in another title is text."""
    async with rating_studio.person("ada") as ada, rating_studio.person("yuki") as yuki, settings(ada) as screen:
        await choose(ada, screen, "age_restricted_limit", "explicit")
        sent = await yuki.slash(
            yuki.channel("after-dark"), "imagine", subject="1girl", prompt="nude, beach", rating="nsfw", steps=1
        )
        result = await result_of(yuki, sent)
        assert "beach" not in words(result)
        assert all("beach" not in (item.get("description") or "") for item in gallery(result))
        sent = await yuki.slash(
            yuki.channel("general"), "imagine", subject="1girl", prompt="see discord.gg/abc", steps=1
        )
        assert "discord.gg/abc" not in words(await result_of(yuki, sent))

"""Pictures that people bring: drawn over, looked at first, and safe for ever."""

import asyncio
import io
import json
import sqlite3
from contextlib import asynccontextmanager, closing

import msgspec
import pytest
from PIL import Image

from bot.request import Change
from bot.sandbox.people.driver import control, controls
from bot.sentences import more as said_of_more
from bot.sentences import uploads as said
from bot.sentences.rendering import render
from bot.store.spool_names import input_file
from tests.journey.people import (
    accept_terms,
    draw_form,
    fields,
    gallery,
    job_of,
    refusal_of,
    result_of,
    shown,
    use,
    words,
    words_form,
)
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.asyncio(loop_scope="session")


def file(colour):
    out = io.BytesIO()
    Image.new("RGB", (832, 1216), colour).save(out, "PNG")
    return out.getvalue()


async def ended(person, interaction_id, sentence):
    """The job's message once it says this."""
    first = await person.answer(interaction_id)
    return await person.wait_for(lambda m: m["id"] == first["id"] and sentence in words(m))


async def test_without_a_tagger_no_picture_is_taken(yuki):
    """One sentence says why."""
    upload = await yuki.upload("a.png", file("green"))
    channel = yuki.channel("general")
    for command, more in (("imagine", {"prompt": "hat"}), ("inpaint", {"prompt": "hat", "area": "hair"})):
        sent = await yuki.slash(channel, command, image=upload, **more)
        assert "nothing is set up to check what they show" in await refusal_of(yuki, sent)


async def test_what_is_safe_is_drawn_over_and_at_safe_only(rating_studio):
    """At any size that it was brought in; what is not is refused before anything is drawn."""
    async with rating_studio.person("yuki") as yuki:
        channel = yuki.channel("after-dark")
        green, red = [await yuki.upload(f"{colour}.png", file(colour)) for colour in ("green", "red")]
        sent = await yuki.slash(channel, "imagine", prompt="hat", image=green, strength=0.5)
        assert gallery(await result_of(yuki, sent))
        sent = await yuki.slash(channel, "inpaint", prompt="blue hair", image=green, area="hair")
        assert gallery(await result_of(yuki, sent))
        assert await yuki.wait_for(lambda m: m["flags"] & 64 and render(said.FACE_IS_GUESSED) in words(m))
        sent = await yuki.slash(channel, "inpaint", prompt="field", image=green, extend="right")
        assert "1248×1216" in words(await result_of(yuki, sent))
        sent = await yuki.slash(channel, "inpaint", prompt="field", image=green, extend="right", area="hair")
        assert render(said.ONE_AREA) in await refusal_of(yuki, sent)
        sent = await yuki.slash(channel, "imagine", prompt="hat", image=green, rating="sensitive")
        assert "is drawn at `safe` only" in await refusal_of(yuki, sent)
        sent = await yuki.slash(channel, "imagine", prompt="hat", image=red)
        assert gallery(await ended(yuki, sent, "it is not `safe`")) == []


async def test_a_recipe_s_variation_is_left_out_where_a_part_is_drawn_anew(rating_studio):
    """And that is said: the engine does one of both."""
    recipe = "hat Steps: 5, Sampler: Euler a, CFG scale: 5, Seed: 7, Variation seed: 9, Variation seed strength: 0.2"
    async with rating_studio.person("yuki") as yuki:
        green = await yuki.upload("green.png", file("green"))
        sent = await yuki.slash(yuki.channel("general"), "inpaint", prompt=recipe, image=green, area="hair")
        assert "seed 7 " in words(await result_of(yuki, sent))
        assert await yuki.wait_for(lambda m: m["flags"] & 64 and render(said.NOT_VARIED) in words(m))


async def test_an_area_that_is_chosen_afterwards_is_the_one_that_is_drawn(rating_studio):
    """In place of a mask, or of an edge to go on beyond, that was said before."""
    async with rating_studio.person("yuki") as yuki:
        channel = yuki.channel("general")
        green, mask = [await yuki.upload(f"{colour}.png", file(colour)) for colour in ("green", "white")]
        for before in ({"extend": "right"}, {"mask": mask}):
            first = await result_of(yuki, await yuki.slash(channel, "inpaint", prompt="hat", image=green, **before))
            form = await yuki.modal(await yuki.press(first, control(first, "Edit")))
            screen = await shown(yuki, await yuki.submit(form, **fields(form)))
            [menu] = [one["custom_id"] for one in controls(screen) if one["custom_id"].endswith(":area")]
            screen = await shown(yuki, await yuki.choose(screen, menu, "top"))
            second = await result_of(yuki, await yuki.press(screen, control(screen, "Draw")))
            assert "832×1216" in words(second)
            with closing(sqlite3.connect(rating_studio.folder / "data" / "eshi.sqlite3", timeout=PATIENCE_S)) as base:
                [drawn] = base.execute("SELECT request FROM jobs ORDER BY key DESC LIMIT 1").fetchone()
            assert msgspec.convert(json.loads(drawn)["change"], Change) == Change(area="top")


async def test_a_picture_is_described_as_a_form(rating_studio):
    """Its tags in the model card's order; nothing is drawn."""
    async with rating_studio.person("yuki") as yuki:
        upload = await yuki.upload("a.png", file("green"))
        screen = await shown(yuki, await yuki.slash(yuki.channel("general"), "describe", picture=upload))
        assert "red hair" in words(screen)
        assert "1girl" in words(screen)


async def picture_of(person, colour="green"):
    """A message with somebody's picture."""
    upload = await person.upload("a.png", file(colour))
    return await person.say(person.channel("general"), "look", attachments=[upload])


async def restart(studio):
    await studio.kill("bot")
    await studio.start_bot()


def lose_inputs(studio):
    """Take away what people brought, as retention does."""
    with closing(sqlite3.connect(studio.folder / "data" / "eshi.sqlite3", timeout=PATIENCE_S)) as base, base:
        base.execute("DELETE FROM inputs")


async def twice(act, *arguments):
    """Do something two times at once."""
    return await asyncio.gather(act(*arguments), act(*arguments))


async def test_what_was_asked_of_a_picture_outlives_the_bot(rating_studio):
    """Repaint of a message and what Describe named are drawn after a restart, as often as Draw is pressed."""
    async with rating_studio.person("yuki") as yuki:
        message = await picture_of(yuki)
        repaint, described = [
            await shown(yuki, await yuki.context_menu(message, command)) for command in ("Repaint", "Describe")
        ]
        await restart(rating_studio)
        [menu] = [one["custom_id"] for one in controls(repaint) if one["custom_id"].endswith(":area")]
        repaint = await shown(yuki, await yuki.choose(repaint, menu, "hair"))
        found = set()
        for screen in (repaint, described):
            form = await words_form(yuki, screen)
            found.add(job_of(await result_of(yuki, await draw_form(yuki, form, tags="hat"))))
            for sent in await twice(yuki.press, screen, control(screen, "Draw")):
                found.add(job_of(await result_of(yuki, sent)))
        assert len(found) == 6
        assert "1girl" in words(await shown(yuki, await yuki.context_menu(message, "Describe")))


async def test_what_came_of_a_picture_is_drawn_again_by_its_owner_alone(rating_studio):
    """After a restart and twice at once; others are asked for a picture, and so is the owner once it is gone."""
    async with rating_studio.person("yuki") as yuki, rating_studio.person("mio") as mio:
        channel = yuki.channel("general")
        green = await yuki.upload("green.png", file("green"))
        first = await result_of(yuki, await yuki.slash(channel, "inpaint", prompt="hat", image=green, area="left"))
        repaint = await shown(yuki, await yuki.context_menu(await picture_of(yuki), "Repaint"))
        await restart(rating_studio)
        results = [await result_of(yuki, sent) for sent in await twice(use, yuki, first, "Reroll")]
        assert len({job_of(one) for one in (first, *results)}) == 3
        assert render(said.INPUT_GONE) in await refusal_of(mio, await use(mio, first, "Reroll"))
        assert render(said.INPUT_GONE) in await refusal_of(mio, await use(mio, first, "Again exactly"))
        exactly = await shown(yuki, await use(yuki, first, "Again exactly"))
        assert render(said_of_more.UNCHANGED) in words(exactly)
        form = await words_form(yuki, repaint)
        lose_inputs(rating_studio)
        for label in ("Reroll", "Again exactly"):
            assert render(said.INPUT_GONE) in await refusal_of(yuki, await use(yuki, first, label))
        assert render(said.INPUT_GONE) in await refusal_of(
            yuki, await yuki.press(exactly, control(exactly, "Draw again"))
        )
        assert render(said.INPUT_GONE) in await refusal_of(yuki, await draw_form(yuki, form, tags="hat"))
        assert gallery(await result_of(mio, await varied(mio, first)))


def kept_of(studio, person):
    """Checksums of what somebody brought; its files are there, and no others of theirs."""
    with closing(sqlite3.connect(studio.folder / "data" / "eshi.sqlite3", timeout=PATIENCE_S)) as base:
        rows = base.execute("SELECT sha256 FROM inputs WHERE user_id = ?", (int(person.id),)).fetchall()
    files = {path.name for path in (studio.folder / "data" / "spool").glob(f"*{person.id}*")}
    assert files == {input_file(int(person.id), sha256) for (sha256,) in rows}
    return {sha256 for (sha256,) in rows}


@asynccontextmanager
async def newcomer(studio, username):
    """Somebody who has accepted nothing and left nothing; afterwards the terms are accepted again."""
    async with studio.person(username) as person:
        asked = await person.answer(await person.slash(person.channel("general"), "me forget"))
        await person.press(asked, control(asked, "Forget me"))
        await person.wait_for(lambda m: m["id"] == asked["id"] and "Done." in words(m))
        try:
            yield person
        finally:
            terms = await person.answer(await person.slash(person.channel("general"), "terms"))
            if controls(terms):
                await person.answer(await person.press(terms, control(terms, "Accept")))


async def test_who_is_locked_out_leaves_no_picture(rating_studio):
    """By no door; they read what they read at every other one."""
    async with rating_studio.person("yuki") as yuki, newcomer(rating_studio, "nico") as nico:
        await accept_terms(nico)
        channel, message = nico.channel("general"), await picture_of(yuki)
        green, mask = [await nico.upload(f"{colour}.png", file(colour)) for colour in ("green", "white")]
        for _ in range(3):
            await refusal_of(nico, await nico.slash(channel, "imagine", prompt="nude"))
        for sent in (
            await nico.slash(channel, "imagine", prompt="hat", image=green),
            await nico.slash(channel, "inpaint", prompt="hat", image=green, mask=mask),
            await nico.context_menu(message, "Repaint"),
        ):
            assert "You are locked out." in await refusal_of(nico, sent)
        assert kept_of(rating_studio, nico) == set()


async def test_accept_draws_what_was_asked_of_a_picture(rating_studio):
    """It is kept meanwhile, and the mask with it; Repaint reads nothing before the terms are accepted."""
    async with rating_studio.person("yuki") as yuki, newcomer(rating_studio, "nico") as nico:
        message = await picture_of(yuki)
        terms = await shown(nico, await nico.context_menu(message, "Repaint"))
        assert [one["label"] for one in controls(terms)] == ["Accept"]
        assert kept_of(rating_studio, nico) == set()
        green, mask = [await nico.upload(f"{colour}.png", file(colour)) for colour in ("green", "white")]
        sent = await nico.slash(nico.channel("general"), "inpaint", prompt="hat", image=green, mask=mask)
        terms = await shown(nico, sent)
        assert len(kept_of(rating_studio, nico)) == 2
        result = await result_of(nico, await nico.press(terms, control(terms, "Accept")))
        assert "hat" in words(result)
        assert gallery(result)
        form = await shown(nico, await nico.context_menu(message, "Repaint"))
        assert [one["custom_id"] for one in controls(form) if one["custom_id"].endswith(":area")]


async def varied(person, message):
    screen = await shown(person, await person.press(message, control(message, "Vary …")))
    return await person.press(screen, control(screen, "Strong"))


async def test_what_began_with_a_picture_stays_safe_whatever_is_made_of_it(rating_studio):
    """Edited, described, repainted and extended by whoever likes, in a place where more is drawn."""
    async with rating_studio.person("yuki") as yuki, rating_studio.person("mio") as mio:
        channel = yuki.channel("after-dark")
        green = await yuki.upload("green.png", file("green"))
        first = await result_of(yuki, await yuki.slash(channel, "imagine", prompt="hat", image=green))
        screen = await shown(mio, await mio.press(first, control(first, "Extend …")))
        out = await result_of(mio, await mio.press(screen, control(screen, "Zoom out")))
        for picture, why in ((first, said.INPUT_GONE), (out, said.ONLY_SAFE)):
            form = await mio.modal(await mio.press(picture, control(picture, "Edit")))
            assert render(why) in await refusal_of(mio, await draw_form(mio, form, rating="sensitive"))
            repaint = await shown(mio, await mio.context_menu(picture, "Repaint"))
            [menu] = [one["custom_id"] for one in controls(repaint) if one["custom_id"].endswith(":rating")]
            repaint = await shown(mio, await mio.choose(repaint, menu, "sensitive"))
            assert render(said.ONLY_SAFE) in await refusal_of(mio, await mio.press(repaint, control(repaint, "Draw")))

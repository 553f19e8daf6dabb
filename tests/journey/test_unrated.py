"""Where nothing looks at the pictures, every door leaves out of a safe request what nobody vouches for, and says so."""

import sqlite3
from contextlib import closing

import numpy as np
import pytest

from bot.job import row_key
from bot.sandbox.people.driver import control
from engine import infotext, png
from engine.wire import SamplingParams
from tests.journey.people import draw_form, refusal_of, result_of, shown, words, words_form

pytestmark = pytest.mark.asyncio(loop_scope="session")


def database(studio):
    return closing(sqlite3.connect(studio.folder / "data" / "eshi.sqlite3", timeout=10))


def row_of(message):
    return row_key(control(message, "Reroll").split(":")[1])


def recipe(prompt):
    """A picture with a recipe inside."""
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


async def draw(person):
    return await result_of(person, await person.slash(person.channel("general"), "imagine", prompt="1girl", steps=1))


async def remixed(person, opened, subject, tags):
    """Send the form of words of Remix's private message, and press Draw."""
    form = await words_form(person, await person.answer(opened))
    return await draw_form(person, form, subject=subject, tags=tags, negative="")


# Each door asks for a subject, which may be none, and for tags, and gives the interaction that draws or says no.


async def command(_studio, person, subject, tags):
    options = {"subject": subject} if subject else {}
    return await person.slash(person.channel("general"), "imagine", prompt=tags, steps=1, **options)


async def by_lot(studio, person, subject, tags):
    first, _, others = tags.partition(", ")
    return await command(studio, person, subject, f"{{{first}|{first}}}, {others}")


async def favourite(studio, person, subject, tags):
    await person.answer(await person.slash(person.channel("general"), "me favourite save", name="odd", text=tags))
    try:
        sent = await command(studio, person, subject, "@odd")
        await person.answer(sent)
        return sent
    finally:
        await person.answer(await person.slash(person.channel("general"), "me favourite delete", name="odd"))


async def preview(_studio, person, subject, tags):
    options = {"subject": subject} if subject else {}
    sent = await person.slash(person.channel("general"), "prompt preview", prompt=tags, **options)
    return await _draw_of(person, sent)


async def pasted(_studio, person, subject, tags):
    text = ", ".join(filter(None, (subject, tags)))
    return await _draw_of(person, await person.slash(person.channel("general"), "prompt check", text=text))


async def _draw_of(person, sent):
    answer = await person.answer(sent)
    try:
        return await person.press(answer, control(answer, "Draw"))
    except LookupError:
        return sent


async def reroll(studio, person, subject, tags):
    """Of a request that was made while pictures were rated."""
    picture = await draw(person)
    with database(studio) as opened, opened:
        change = "UPDATE jobs SET request = json_set(request, '$.subject', ?, '$.tags', ?) WHERE key = ?"
        opened.execute(change, (subject, tags, row_of(picture)))
    return await person.press(picture, control(picture, "Reroll"))


async def edit(_studio, person, subject, tags):
    picture = await draw(person)
    form = await person.modal(await person.press(picture, control(picture, "Edit")))
    return await draw_form(person, form, subject=subject, tags=tags, negative="")


async def remix_command(_studio, person, subject, tags):
    upload = await person.upload("a.png", recipe(f"1girl, safe, {tags}, masterpiece"))
    return await remixed(person, await person.slash(person.channel("general"), "remix", picture=upload), subject, tags)


async def remix_menu(_studio, person, subject, tags):
    upload = await person.upload("a.png", recipe(f"1girl, safe, {tags}, masterpiece"))
    message = await person.say(person.channel("general"), "look", attachments=[upload])
    return await remixed(person, await person.context_menu(message, "Remix"), subject, tags)


DOORS = (command, by_lot, favourite, preview, pasted, reroll, edit, remix_command, remix_menu)


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
async def test_unknown_words_are_left_out_and_named(studio, yuki, door):
    """The rest is drawn; the person alone reads what is not."""
    unknown = f"zorg{door.__name__.replace('_', '')}"
    result = await result_of(yuki, await door(studio, yuki, "1girl", f"{unknown}, smile"))
    with database(studio) as opened:
        query = "SELECT prompt FROM jobs WHERE key = ?"
        (prompt,) = opened.execute(query, (row_of(result),)).fetchone()
    assert "smile" in prompt
    assert unknown not in prompt
    named = await yuki.wait_for(lambda m: unknown in words(m) and "I left out" in words(m))
    assert named["flags"] & 64


@pytest.mark.parametrize("door", DOORS, ids=lambda door: door.__name__)
async def test_nothing_left_is_refused(studio, yuki, door):
    """And the refusal says which word it was."""
    unknown = f"blorp{door.__name__.replace('_', '')}"
    assert unknown in words(await shown(yuki, await door(studio, yuki, "", unknown)))


async def test_a_misspelt_name_alone_asks_who_was_meant(yuki):
    """Nothing would be left of it, so it is refused, and the refusal says how it is written."""
    said = await refusal_of(yuki, await yuki.slash(yuki.channel("general"), "imagine", prompt="hatsune mikuu"))
    assert "I do not know “hatsune”, “mikuu”" in said
    assert said.endswith("Perhaps misspelt: hatsune mikuu: hatsune miku?")


async def test_what_was_queued_while_pictures_were_rated_is_judged_before_it_is_drawn(studio, yuki):
    """The operator took the filter away: an unknown word in a prompt that waits is drawn no more."""
    with studio.still():
        first = await yuki.answer(await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl"))
        waiting = await yuki.answer(await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl"))
        await studio.kill("bot")
        with database(studio) as opened, opened:
            key = row_key(control(waiting, "Cancel").split(":")[1])
            opened.execute("UPDATE jobs SET prompt = '1girl, safe, zorgqueued' WHERE key = ?", (key,))
        await studio.start_bot()
    await yuki.wait_for(lambda m: m["id"] == first["id"] and "Recipe" in str(m["components"]))
    ended = await yuki.wait_for(lambda m: m["id"] == waiting["id"] and "zorgqueued" in words(m))
    assert "only words that I know" in words(ended)

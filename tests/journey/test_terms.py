"""Nothing is drawn for anybody who has not accepted the terms, and accepting goes straight on."""

import asyncio
import io
import sqlite3
from contextlib import closing

import pytest
from PIL import Image
from PIL.PngImagePlugin import PngInfo

from bot.sandbox.people.driver import control, controls
from tests.journey.people import draw_form, gallery, labels, refusal_of, result_of, walk, words, words_form

pytestmark = pytest.mark.asyncio(loop_scope="session")


def picture_with_recipe():
    info = PngInfo()
    info.add_text("parameters", "1girl, smile\nSteps: 2, Size: 1024x1024, Seed: 3")
    file = io.BytesIO()
    Image.new("RGB", (64, 64)).save(file, "png", pnginfo=info)
    return file.getvalue()


async def forget(person):
    """Make a newcomer of somebody, as they would."""
    asked = await person.answer(await person.slash(person.channel("general"), "me forget"))
    await person.press(asked, control(asked, "Forget me"))
    await person.wait_for(lambda m: m["id"] == asked["id"] and "Done." in words(m))


def accepted(studio, person):
    with closing(sqlite3.connect(studio.folder / "data" / "eshi.sqlite3")) as database:
        query = "SELECT version FROM acceptances WHERE user_id = ?"
        return [version for (version,) in database.execute(query, (int(person.id),))]


async def test_first_use_shows_the_terms_and_accept_draws_what_was_asked(studio, nico, yuki):
    """Privately, with restrictions, disclosure and the licence as a file; nobody is asked twice."""
    await forget(nico)
    channel = nico.channel("general")
    before = [message["id"] for message in await yuki.messages(channel)]
    terms = await nico.answer(await nico.slash(channel, "imagine", subject="1girl", prompt="smile", seed=7))
    assert terms["flags"] & 64
    for part in ("drawn by AI", "CreativeML Open RAIL++-M", "harm minors", "medical advice"):
        assert part in words(terms)
    [file] = [c["file"]["url"] for c in walk(terms["components"]) if c["type"] == 13]
    licence = (await nico.fetch(file)).decode()
    assert licence.startswith("Copyright (c) 2023 Stability AI CreativeML Open RAIL++-M License")
    assert "Attachment A Use Restrictions" in licence
    assert [message["id"] for message in await yuki.messages(channel)] == before
    assert accepted(studio, nico) == []
    result = await result_of(nico, await nico.press(terms, control(terms, "Accept")))
    assert not result["flags"] & 64
    assert "smile" in words(result)
    assert "seed 7 " in words(result)
    assert len(accepted(studio, nico)) == 1
    assert gallery(await result_of(nico, await nico.slash(channel, "imagine", prompt="1girl")))


async def test_accept_draws_once(nico):
    """Of two presses at once one draws; then a line is left of the terms, with nothing to press."""
    await forget(nico)
    terms = await nico.answer(await nico.slash(nico.channel("general"), "imagine", prompt="1girl"))
    accept = control(terms, "Accept")
    sent = await asyncio.gather(*(nico.press(terms, accept) for _ in range(2)))
    answers = [await nico.answer(one) for one in sent]
    assert [bool(answer["flags"] & 64) for answer in answers].count(False) == 1
    over = await nico.wait_for(lambda m: m["id"] == terms["id"] and not controls(m))
    assert words(over).strip() == "Thank you. The answer to your request is below."
    assert "Accept" not in words(over)
    [drawn] = [one for one, answer in zip(sent, answers, strict=True) if not answer["flags"] & 64]
    assert gallery(await result_of(nico, drawn))


async def test_accept_works_after_a_restart(studio, nico):
    """What could edit the terms is forgotten then: the first press draws, and the next one draws nothing and closes."""
    await forget(nico)
    terms = await nico.answer(await nico.slash(nico.channel("general"), "imagine", prompt="1girl"))
    await studio.kill("bot")
    await studio.start_bot()
    assert gallery(await result_of(nico, await nico.press(terms, control(terms, "Accept"))))
    over = await nico.answer(await nico.press(terms, control(terms, "Accept")))
    assert (over["id"], controls(over)) == (terms["id"], [])
    assert words(over).strip() == "Thank you. The answer to your request is below."
    assert len(accepted(studio, nico)) == 1


async def test_what_waited_is_bound_by_limits_that_were_lowered_since(studio, nico, yuki):
    """For Accept, and for the Draw of a preview, which both go on with a request of earlier."""
    channel = yuki.channel("general")
    recipe = "1girl Negative prompt: lowres Steps: 30, Sampler: Euler a, CFG scale: 6.5, Seed: 11"
    preview = await yuki.answer(await yuki.slash(channel, "prompt check", text=recipe))
    await forget(nico)
    terms = await nico.answer(await nico.slash(channel, "imagine", prompt="1girl", steps=30))
    config = studio.config.read_text()
    try:
        await studio.kill("bot")
        studio.config.write_text(f"{config}\n[bot.limits]\nmax_steps = 20\n")
        await studio.start_bot()
        for person, message, label in ((yuki, preview, "Draw"), (nico, terms, "Accept")):
            refusal = await refusal_of(person, await person.press(message, control(message, label)))
            assert "from 1 to 20; 30 is outside" in refusal
    finally:
        await studio.kill("bot")
        studio.config.write_text(config)
        await studio.start_bot()
    drawn = await yuki.press(preview, control(preview, "Draw"))
    assert gallery(await result_of(yuki, drawn))


@pytest.mark.parametrize("door", ["Reroll", "Edit", "preview", "remix"])
async def test_every_door_that_draws_shows_the_terms(yuki, nico, door):
    """Buttons, forms and the preview's Draw too."""
    channel = yuki.channel("general")
    result = await result_of(yuki, await yuki.slash(channel, "imagine", subject="1girl", prompt="smile"))
    await forget(nico)
    if door == "Reroll":
        sent = await nico.press(result, control(result, "Reroll"))
    elif door == "preview":
        shown = await nico.answer(await nico.slash(channel, "prompt preview", prompt="1girl"))
        sent = await nico.press(shown, control(shown, "Draw"))
    else:
        if door == "Edit":
            form = await nico.modal(await nico.press(result, control(result, "Edit")))
        else:
            file = await nico.upload("a.png", picture_with_recipe())
            screen = await nico.answer(await nico.slash(channel, "remix", picture=file))
            form = await words_form(nico, screen)
        sent = await draw_form(nico, form, tags="smile", subject="1girl", rating="safe")
    terms = await nico.answer(sent)
    assert terms["flags"] & 64
    assert [one["label"] for one in controls(terms)] == ["Accept"]
    assert labels(await result_of(nico, await nico.press(terms, control(terms, "Accept"))))


async def test_whoever_accepts_before_asking_is_told_what_to_type(nico):
    """Nothing waits for it; whoever asked already is told that the answer comes."""
    await forget(nico)
    terms = await nico.answer(await nico.slash(nico.channel("general"), "terms"))
    over = await nico.answer(await nico.press(terms, control(terms, "Accept")))
    assert words(over).strip() == "Thank you. You can draw now: type `/imagine`."


async def test_the_terms_can_be_read_again(nico):
    """Whoever accepted them is told when, and has nothing left to press."""
    terms = await nico.answer(await nico.slash(nico.channel("general"), "terms"))
    assert "You accepted these terms" in words(terms)
    assert not controls(terms)


async def test_new_terms_are_accepted_anew(studio, nico):
    """The operator added a rule while somebody was reading: the old Accept shows it, and the request waits on."""
    await forget(nico)
    terms = await nico.answer(await nico.slash(nico.channel("general"), "imagine", prompt="1girl", seed=5))
    config = studio.config.read_text()
    try:
        await studio.kill("bot")
        studio.config.write_text(f'{config}\n[bot.terms]\nversion = "2"\nadditions = "Only cats on Mondays."\n')
        await studio.start_bot()
        new = await nico.answer(await nico.press(terms, control(terms, "Accept")))
        assert "Only cats on Mondays." in words(new)
        assert accepted(studio, nico) == []
        result = await result_of(nico, await nico.press(new, control(new, "Accept")))
        assert "seed 5 " in words(result)
        assert accepted(studio, nico) == ["1.2"]
    finally:
        await studio.kill("bot")
        studio.config.write_text(config)
        await studio.start_bot()

"""Anybody's picture becomes a form with its recipe, and the form becomes the sender's own picture."""

import io
import signal
import sqlite3
from contextlib import closing

import numpy as np
import pytest
from PIL import Image

from bot.picture.write import Opened
from bot.sandbox.people.driver import control, controls
from engine import infotext, png
from engine.wire import SamplingParams
from tests.bot.fake_engine import colour
from tests.journey.people import draw_form, fields, gallery, refusal_of, result_of, shown, words, words_form

pytestmark = pytest.mark.asyncio(loop_scope="session")

PIXELS = np.zeros((64, 64, 3), np.uint8)
WEBUI = (
    "1boy, safe, smile, <lora:detail:0.8>, (night:1.2)\n"
    "Negative prompt: hat\n"
    "Steps: 120, Sampler: Restart, CFG scale: 6, Seed: 41, Size: 1000x1000, "
    "Model: somebody's mix, Denoising strength: 0.4"
)


def ours(**changes):
    """The recipe of a picture of ours."""
    recipe = {
        "prompt": "1girl, safe, smile, night, masterpiece, high score, great score, absurdres",
        "negative_prompt": "hat",
        "sampling": SamplingParams(num_inference_steps=3, guidance_scale=6.0, width=1024, height=1024),
        "seed": 41,
        "model_name": "flat colours",
        "model_hash": "",
        "version": "0.1.0",
    }
    return infotext.write(**recipe | changes)


async def remixed(person, message):
    """The private message that Remix leads to."""
    return await shown(person, await person.context_menu(message, "Remix"))


def rating(screen):
    """The rating that is chosen, and those that are offered."""
    [menu] = [one for one in controls(screen) if one["custom_id"].endswith(":rating")]
    chosen = [option["value"] for option in menu["options"] if option.get("default")]
    return chosen, [option["value"] for option in menu["options"]]


async def say_picture(person, data, name="a.png"):
    channel = person.channel("general")
    return await person.say(channel, "look", attachments=[await person.upload(name, data)])


@pytest.mark.parametrize("form_of_file", ["png", "lossless webp", "webp", "jpeg"])
async def test_a_picture_is_read_back_into_the_form_it_came_from(yuki, mio, form_of_file):
    """From a message's menu, in every form: sent as it is, it is the same picture, as the sender's own."""
    data = png.encode(PIXELS, parameters=ours())
    if form_of_file != "png":
        data = Opened.of(data).write(form_of_file)
    message = await say_picture(yuki, data, f"a.{form_of_file.split()[-1]}")
    screen = await remixed(mio, message)
    form = await words_form(mio, screen)
    expected = {"subject": "1girl", "character": "", "series": "", "tags": "smile, night", "negative": "hat"}
    assert fields(form) == expected
    assert rating(screen) == (["safe"], ["safe"])
    assert "not" not in words(screen).replace("Nothing is drawn", ""), "all of it can be had here"
    result = await result_of(mio, await draw_form(mio, form, **fields(form)))
    assert f"<@{mio.id}>" in words(result)
    for said in ("seed 41 ", "1024×1024", "3 steps"):
        assert said in words(result)
    picture = Image.open(io.BytesIO(await mio.fetch(gallery(result)[0]["media"]["url"])))
    assert picture.getpixel((0, 0)) == colour(ours().splitlines()[0], 41)


async def test_what_has_no_counterpart_is_said_in_the_form(yuki):
    """What WebUI can and this bot cannot is named to the one who asked; the rest is drawn."""
    upload = await yuki.upload("webui.png", png.encode(PIXELS, parameters=WEBUI))
    screen = await shown(yuki, await yuki.slash(yuki.channel("general"), "remix", picture=upload))
    form = await words_form(yuki, screen)
    assert fields(form) | {"character": "", "series": ""} == {
        "subject": "1boy",
        "character": "",
        "series": "",
        "tags": "smile, (night:1.2)",
        "negative": "hat",
    }
    for said in ("lora:detail", "1000×1000", "Restart", "somebody's mix", "Denoising strength", "120 steps"):
        assert said in words(screen)
    assert "frown" in words(await result_of(yuki, await draw_form(yuki, form, tags="frown")))


async def test_a_form_outlives_the_bot(studio, yuki):
    """Opened before a restart and sent after it, it is drawn with all that it did not show."""
    message = await say_picture(yuki, png.encode(PIXELS, parameters=ours()))
    form = await words_form(yuki, await remixed(yuki, message))
    assert await studio.kill("bot", signal.SIGTERM) == 0
    await studio.start_bot()
    result = await result_of(yuki, await draw_form(yuki, form, **fields(form)))
    assert "3 steps" in words(result)


async def test_a_rating_over_the_channels_is_not_offered(yuki):
    """The recipe's is not preselected then, and the sender has to choose."""
    recipe = ours(prompt="1girl, explicit, smile")
    screen = await remixed(yuki, await say_picture(yuki, png.encode(PIXELS, parameters=recipe)))
    assert rating(screen) == ([], ["safe"])
    no = await refusal_of(yuki, await yuki.press(screen, control(screen, "Draw")))
    assert "`explicit` is not allowed here" in no


@pytest.mark.parametrize("gone", [False, True], ids=["kept", "after retention"])
async def test_of_several_pictures_one_is_chosen(studio, yuki, mio, gone):
    """Privately, those without a recipe named; the choice outlives the bot, and ends in a sentence where it is gone."""
    files = [
        png.encode(PIXELS, parameters=ours(seed=41)),
        png.encode(PIXELS),
        png.encode(PIXELS, parameters=ours(seed=43)),
    ]
    uploads = [await yuki.upload(f"{number}.png", data) for number, data in enumerate(files)]
    message = await yuki.say(yuki.channel("general"), "look", attachments=uploads)
    asked = await remixed(mio, message)
    assert "Picture 2 has no recipe" in words(asked)
    [menu] = controls(asked)
    assert [option["label"] for option in menu["options"]] == ["Picture 1", "Picture 3"]
    assert "seed 43" in menu["options"][1]["description"]
    await studio.kill("bot")
    if gone:
        with closing(sqlite3.connect(studio.folder / "data" / "eshi.sqlite3")) as base, base:
            base.execute("DELETE FROM forms")
    await studio.start_bot()
    chosen = await mio.choose(asked, menu["custom_id"], menu["options"][1]["value"])
    if gone:
        assert "open for too long" in await refusal_of(mio, chosen)
        return
    screen = await mio.answer(chosen)
    assert "**Seed** 43" in words(screen)
    assert "seed 43 " in words(await result_of(mio, await mio.press(screen, control(screen, "Draw"))))


async def test_where_one_of_several_pictures_has_a_recipe_it_is_taken_and_said(yuki):
    files = [png.encode(PIXELS), png.encode(PIXELS, parameters=ours(seed=43))]
    uploads = [await yuki.upload(f"{number}.png", data) for number, data in enumerate(files)]
    screen = await remixed(yuki, await yuki.say(yuki.channel("general"), "look", attachments=uploads))
    assert "**Seed** 43" in words(screen)
    assert "only number 2 has a recipe" in words(screen)


async def test_where_none_of_several_pictures_has_a_recipe_that_is_said(yuki):
    uploads = [await yuki.upload(f"{number}.png", png.encode(PIXELS)) for number in range(2)]
    message = await yuki.say(yuki.channel("general"), "look", attachments=uploads)
    assert "no recipe in this picture" in await refusal_of(yuki, await yuki.context_menu(message, "Remix"))


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("plain.png", png.encode(PIXELS), "no recipe in this picture"),
        ("empty.png", png.encode(PIXELS, parameters=" "), "no recipe in this picture"),
        ("broken.png", png.encode(PIXELS, parameters=ours())[:40], "no recipe in this picture"),
        ("fake.png", b"GIF89a", "I can read PNG, WebP and JPEG"),
        ("notes.txt", b"1girl", "There is no picture here"),
        ("long.png", png.encode(PIXELS, parameters="a" * 20_001), "20,001 characters long"),
    ],
)
async def test_what_cannot_be_read_is_a_kind_sentence(yuki, name, data, said):
    """From the command and from the menu alike."""
    upload = await yuki.upload(name, data)
    assert said in await refusal_of(yuki, await yuki.slash(yuki.channel("general"), "remix", picture=upload))
    assert said in await refusal_of(yuki, await yuki.context_menu(await say_picture(yuki, data, name), "Remix"))


async def test_a_message_without_a_picture_is_a_kind_sentence(yuki):
    message = await yuki.say(yuki.channel("general"), "hello")
    assert "There is no picture here" in await refusal_of(yuki, await yuki.context_menu(message, "Remix"))

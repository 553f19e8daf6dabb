"""Anybody's picture becomes a form with its recipe, and the form becomes the sender's own picture."""

import io
import signal

import numpy as np
import pytest
from PIL import Image

from bot.picture.write import Opened
from engine import infotext, png
from engine.wire import SamplingParams
from tests.bot.fake_engine import colour
from tests.journey.people import gallery, refusal_of, result_of, words

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


def fields(form):
    """What the form was opened with, by custom_id; the rating as it is preselected."""
    found = {}
    for label in form["components"]:
        if (field := label.get("component")) is None:
            continue
        chosen = [option["value"] for option in field.get("options", ()) if option.get("default")]
        found[field["custom_id"]] = chosen[0] if chosen else field.get("value", "")
    return found


def notes(form):
    """What is said above the fields."""
    return "\n".join(one["content"] for one in form["components"] if one["type"] == 10)


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
    form = await mio.modal(await mio.context_menu(message, "Remix"))
    assert fields(form) == {"tags": "smile, night", "negative": "hat", "subject": "1girl", "rating": "safe"}
    assert notes(form) == ""
    result = await result_of(mio, await mio.submit(form, **fields(form) | {"rating": ["safe"]}))
    assert f"<@{mio.id}>" in words(result)
    for said in ("seed 41 ", "1024×1024", "3 steps"):
        assert said in words(result)
    picture = Image.open(io.BytesIO(await mio.fetch(gallery(result)[0]["media"]["url"])))
    assert picture.getpixel((0, 0)) == colour(ours().splitlines()[0], 41)


async def test_what_has_no_counterpart_is_said_in_the_form(yuki):
    """What WebUI can and this bot cannot is named to the one who asked; the rest is drawn."""
    upload = await yuki.upload("webui.png", png.encode(PIXELS, parameters=WEBUI))
    form = await yuki.modal(await yuki.slash(yuki.channel("general"), "remix", picture=upload))
    assert fields(form) == {"tags": "smile, (night:1.2)", "negative": "hat", "subject": "1boy", "rating": "safe"}
    for said in ("lora:detail", "1000×1000", "Restart", "somebody's mix", "Denoising strength", "120 steps"):
        assert said in notes(form)
    changed = fields(form) | {"tags": "frown", "rating": ["safe"]}
    assert "frown" in words(await result_of(yuki, await yuki.submit(form, **changed)))


async def test_a_form_outlives_the_bot(studio, yuki):
    """Opened before a restart and sent after it, it is drawn with all that it did not show."""
    message = await say_picture(yuki, png.encode(PIXELS, parameters=ours()))
    form = await yuki.modal(await yuki.context_menu(message, "Remix"))
    assert await studio.kill("bot", signal.SIGTERM) == 0
    await studio.start_bot()
    result = await result_of(yuki, await yuki.submit(form, **fields(form) | {"rating": ["safe"]}))
    assert "3 steps" in words(result)


async def test_a_rating_over_the_channels_is_not_offered(yuki):
    """The recipe's is not preselected then, and the sender has to choose."""
    recipe = ours(prompt="1girl, explicit, smile")
    form = await yuki.modal(
        await yuki.context_menu(await say_picture(yuki, png.encode(PIXELS, parameters=recipe)), "Remix")
    )
    assert fields(form)["rating"] == ""
    [offered] = [
        [option["value"] for option in one["component"]["options"]]
        for one in form["components"]
        if one.get("component", {}).get("custom_id") == "rating"
    ]
    assert offered == ["safe"]


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

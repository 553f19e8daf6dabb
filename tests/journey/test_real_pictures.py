"""With the real engine: what arrives is what diffusers draws, and outlives both processes."""

import io
import os

import numpy as np
import pytest
import torch
from diffusers import EulerAncestralDiscreteScheduler, StableDiffusionXLPipeline
from PIL import Image

from bot.sandbox.people.driver import control
from engine.conditioning import encode
from engine.config import Engine
from engine.loading import load
from engine.placing import place
from tests.journey.people import draw_form, gallery, result_of, words

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEGATIVE = (
    "nsfw, explicit, nude, nipples, underwear, cleavage, "
    "lowres, bad anatomy, bad hands, text, error, missing finger, extra digits, fewer digits, cropped, worst quality, "
    "low quality, low score, bad score, average score, signature, watermark, username, blurry"
)


async def pixels(person, message, number=0):
    png = await person.fetch(gallery(message)[number]["media"]["url"])
    assert png.startswith(b"\x89PNG")
    return np.asarray(Image.open(io.BytesIO(png)))


@pytest.fixture(scope="module")
def stock(tiny_checkpoint):
    """Draw what diffusers' own pipeline draws from the same embeddings."""
    torch.set_num_threads(int(os.environ["OMP_NUM_THREADS"]))  # as the engine's process: rounding depends on it
    pipeline = StableDiffusionXLPipeline.from_pretrained(tiny_checkpoint, local_files_only=True)
    for network in (pipeline.unet, pipeline.vae, pipeline.text_encoder, pipeline.text_encoder_2):
        place(network, torch.device("cpu"), torch.float32)
    pipeline.set_progress_bar_config(disable=True)
    pipeline.scheduler = EulerAncestralDiscreteScheduler.from_config(pipeline.scheduler.config)
    model = load(Engine(model=str(tiny_checkpoint), offline=True, device="cpu"), lambda _stage: None)

    def draw(prompt, *, seed, steps, width=832, height=1216, guidance=5.0):
        with torch.inference_mode():
            both = encode(model, prompt, NEGATIVE, width=width, height=height)
        negative, positive = both.prompt_embeds.clone().split(1)
        negative_pooled, pooled = both.pooled_prompt_embeds.clone().split(1)
        picture = pipeline(
            prompt_embeds=positive,
            negative_prompt_embeds=negative,
            pooled_prompt_embeds=pooled,
            negative_pooled_prompt_embeds=negative_pooled,
            width=width,
            height=height,
            guidance_scale=guidance,
            num_inference_steps=steps,
            generator=torch.Generator().manual_seed(seed),
        ).images[0]
        return np.asarray(picture)

    return draw


async def test_a_request_becomes_exactly_the_picture_that_diffusers_draws(drawing_studio, stock):
    """From /imagine to the PNG in the channel not one bit differs from StableDiffusionXLPipeline."""
    async with drawing_studio.person("yuki") as yuki:
        sent = await yuki.slash(yuki.channel("general"), "imagine", subject="1girl", prompt="smile", seed=7, steps=3)
        drawn = await pixels(yuki, await result_of(yuki, sent))
    prompt = "1girl, safe, smile, masterpiece, high score, great score, absurdres"
    assert np.array_equal(drawn, stock(prompt, seed=7, steps=3))


async def test_an_old_button_draws_after_bot_and_engine_were_killed(drawing_studio):
    """Reroll under a picture from before gives another one, and the recipe and an open form are still good."""
    async with drawing_studio.person("yuki") as yuki:
        sent = await yuki.slash(yuki.channel("general"), "imagine", subject="1girl", prompt="smile", seed=5, steps=2)
        result = await result_of(yuki, sent)
        form = await yuki.modal(await yuki.press(result, control(result, "Edit")))
        await drawing_studio.kill("bot")
        await drawing_studio.kill("engine")
        await drawing_studio.start_engine()
        await drawing_studio.start_bot()
        again = await result_of(yuki, await yuki.press(result, control(result, "Reroll")))
        assert not np.array_equal(await pixels(yuki, result), await pixels(yuki, again))
        recipe = await yuki.answer(await yuki.press(result, control(result, "Recipe")))
        assert "1girl, safe, smile" in recipe["content"]
        changed = await draw_form(yuki, form, tags="frown", negative="", subject="1girl", rating="safe")
        assert "frown" in words(await result_of(yuki, changed))


async def test_a_preview_is_shown_on_the_way(drawing_studio):
    """While it is drawn, the message shows what the picture is going to be; the result shows it no more."""
    async with drawing_studio.person("yuki") as yuki:
        sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl", steps=12)
        first = await yuki.answer(sent)
        shown = await yuki.wait_for(lambda m: m["id"] == first["id"] and gallery(m) and "step " in words(m))
        assert [item["description"] for item in gallery(shown)] == ["An unfinished preview."]
        assert (await yuki.fetch(gallery(shown)[0]["media"]["url"])).startswith(b"\x89PNG")
        assert len((await result_of(yuki, sent))["attachments"]) == 1

"""A preview shows everything and draws nothing, until somebody presses Draw."""

import itertools
import re

import pytest

from bot.sandbox.people.driver import control
from tests.journey.people import gallery, refusal_of, result_of, words

pytestmark = pytest.mark.asyncio(loop_scope="session")

WEBUI = (
    "1girl, hatsune miku, vocaloid, safe, smile, (night:1.2), <lora:ink:0.8> "
    "Negative prompt: lowres, bad anatomy "
    "Steps: 20, Sampler: Euler a, CFG scale: 6.5, Seed: 11, Size: 1024x1024, Model: another, Hires upscale: 2"
)


async def preview(person, command="prompt preview", **options):
    return await person.answer(await person.slash(person.channel("general"), command, **options))


async def test_a_preview_is_private_and_says_what_became_of_the_words(yuki, mio):
    """Prompt, negative, what was moved, dropped and escaped, tokens, the place in line; and no job."""
    message = await preview(
        yuki, character="hatsune miku", prompt="masterpiece, smile, smile, firefly_(honkai:_star_rail)"
    )
    said = words(message)
    assert message["flags"] & 64
    assert message["id"] not in [m["id"] for m in await mio.messages(mio.channel("general"))]
    assert r"1girl, hatsune miku, vocaloid, safe, smile, firefly \(honkai: star rail\), masterpiece" in said
    assert "lowres, bad anatomy" in said
    for note in ("Dropped: “smile” is there already", "Escaped: The brackets in “firefly", "Dropped: “masterpiece”"):
        assert note in said
    assert "tokenizers are not here" in said
    assert "**Wait** Next in the queue." in said


async def test_a_preview_asks_about_words_that_nobody_knows(yuki):
    """Each once, and an option that wins over the prompt, too."""
    said = words(await preview(yuki, prompt="hatsune miku, nihgt, blu hair", character="hatsune mikuu"))
    assert said.count("nihgt: night?") == said.count("blu hair: blue hair?") == 1
    assert "I know no character “hatsune mikuu”: did you mean “hatsune miku”?" in said
    assert "You filled in `character`, so “hatsune miku” in the prompt is drawn only as words" in said


async def test_a_note_is_shown_as_it_is_written_and_only_once(yuki):
    """Code stays code, what somebody typed stays text, and a tag that stands there often is dropped in one line."""
    said = words(await preview(yuki, prompt="smile, smile, smile, smile, hatsune miku", character="frieren"))
    assert said.count("“smile” is there already") == 1
    assert "You filled in `character`, so" in said
    said = words(await preview(yuki, prompt="smile, @nobody"))
    assert r"“\@nobody" in said
    assert "`/me favourite save` saves your first." in said


async def test_what_contradicts_itself_is_told_unasked(yuki):
    """Drawn as it stands, with a private line beside it."""
    sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="2girls, smile", subject="1girl", steps=1)
    await yuki.wait_for(lambda m: "“1girl” and “2girls” contradict each other." in words(m))
    await result_of(yuki, sent)


async def test_draw_draws_what_was_shown_and_survives_a_restart(yuki, studio):
    """The choices of dynamic prompts stay; the picture is public."""
    message = await preview(yuki, prompt="{red|green|blue|white|black} hair, __eyes__", quality="none")
    prompt = words(message).split("```")[1].strip()
    await studio.kill("bot")
    await studio.start_bot()
    result = await result_of(yuki, await yuki.press(message, control(message, "Draw")))
    assert not result["flags"] & 64
    assert len(gallery(result)) == 1
    recipe = await yuki.answer(await yuki.press(result, control(result, "Recipe")))
    assert prompt in recipe["content"]


async def test_what_would_be_refused_is_refused_at_once(yuki):
    """The same sentence as from /imagine, and nothing to press."""
    channel = yuki.channel("general")
    for command in ("prompt preview", "imagine"):
        no = await refusal_of(yuki, await yuki.slash(channel, command, prompt="1girl", rating="sensitive"))
        assert "`sensitive` is not allowed here" in no
    assert "Say what to draw" in await refusal_of(yuki, await yuki.slash(channel, "prompt preview", prompt=" , "))


async def test_a_pasted_text_says_what_works_here(yuki):
    """On one line, as Discord makes it of a paste; what has no place here has a sentence each."""
    message = await preview(yuki, "prompt check", text=WEBUI)
    said = words(message).replace("\\", "")
    assert "1girl, hatsune miku, vocaloid, safe, smile, (night:1.2)" in said
    assert "character hatsune miku; vocaloid" in said
    for setting in ("steps 20", "guidance 6.5", "sampler euler_a", "seed 11", "1024×1024"):
        assert setting in said
    for left_out in ("<lora:ink:0.8>", "another model, “another”", "Hires fix (“Hires upscale: 2”) is not done here"):
        assert left_out in said
    result = await result_of(yuki, await yuki.press(message, control(message, "Draw")))
    assert "seed 11 " in words(result)


async def test_a_recipe_that_is_pasted_as_the_prompt_counts_as_options(yuki):
    """Its settings are never drawn as words, and what was filled in besides wins."""
    said = words(await preview(yuki, prompt=WEBUI, negative="cloud"))
    assert "The prompt holds a whole recipe, so its settings count like options." in said
    assert "1girl, hatsune miku, vocaloid, safe, smile, (night:1.2)\n" in said
    assert "1024×1024, 20 steps, seed 11" in said
    assert ", cloud\n" in said
    assert "lowres" not in said
    assert "Hires fix (“Hires upscale: 2”) is not done here" in said


async def test_a_prompt_alone_can_be_checked(yuki):
    said = words(await preview(yuki, "prompt check", text="smile, 1boy"))
    assert "1boy, safe, smile" in said


async def test_the_longest_preview_fits_into_a_message(yuki):
    """What is cut stands whole in a file."""
    tags = ", ".join(f"`` ``` thing_{number} ```" for number in range(85))
    message = await preview(yuki, subject="1girl", prompt=tags, negative="x, " * 500)
    [file] = message["attachments"]
    text = (await yuki.fetch(file["url"])).decode()
    assert "thing 84" in text
    assert len(words(message)) <= 4000


async def test_suggestions_come_in_previews_too(yuki):
    choices = await yuki.autocomplete(yuki.channel("general"), "prompt preview", "character", character="hatsu")
    assert "hatsune miku" in [choice["value"] for choice in choices]


async def test_chunks_are_counted_with_the_model_s_tokenizers(drawing_studio):
    """Where they are at hand: for each encoder, prompt and negative."""
    async with drawing_studio.person("yuki") as yuki:
        things = itertools.product(
            ("red", "blue", "green", "white", "black"), ("hat", "flower", "sky", "chair", "door")
        )
        said = words(await preview(yuki, subject="1girl", prompt=", ".join(map(" ".join, things))))
    assert "**Tokens, first encoder** prompt " in said
    assert "**Tokens, second encoder** prompt " in said
    assert " chunks (" in said


def expected_at(message):
    """The Unix time of "Expected", which Discord shows as what is left."""
    return int(re.search(r"Expected <t:(\d+):R>\.", words(message))[1])


async def test_the_wait_is_estimated_from_what_was_measured(yuki, studio):
    """As a time that counts down by itself, never earlier behind others; test_pace has how much later."""
    channel = yuki.channel("general")
    await result_of(yuki, await yuki.slash(channel, "imagine", prompt="1girl", steps=10))
    alone = await yuki.answer(await yuki.slash(channel, "prompt preview", prompt="1girl"))
    assert "**Wait** Next in the queue. Expected <t:" in words(alone)
    with studio.still():
        sent = [await yuki.slash(channel, "imagine", prompt="1girl", steps=40) for _ in range(3)]
        waiting = [await yuki.answer(one) for one in sent]
        assert "in the queue. Expected <t:" in words(waiting[-1])
        behind = await yuki.answer(await yuki.slash(channel, "prompt preview", prompt="1girl"))
    assert expected_at(behind) >= expected_at(alone)
    for one in sent:
        await result_of(yuki, one)

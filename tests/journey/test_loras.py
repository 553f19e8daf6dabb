"""LoRAs through all processes: offered by name, drawn with, and named wherever a picture is told of."""

import pytest

from tests.journey.people import gallery, refusal_of, result_of, use, words

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_lora_is_offered_drawn_with_and_named(yuki):
    """While it is typed, in the preview, in the recipe and under Edit."""
    general = yuki.channel("general")
    for typed, value in (("wa", "wash:1"), ("wash:", "wash:0.8")):
        offered = await yuki.autocomplete(general, "imagine", "lora", prompt="1girl", lora=typed)
        assert value in [one["value"] for one in offered]
    shown = await yuki.answer(await yuki.slash(general, "prompt preview", prompt="1girl, smile", lora="wash:0.8"))
    assert "<lora:wash:0.8>" in words(shown)
    message = await result_of(yuki, await yuki.slash(general, "imagine", prompt="1girl, smile", lora="wash:0.8"))
    assert gallery(message)
    recipe = await yuki.answer(await use(yuki, message, "Recipe"))
    assert "<lora:wash:0.8>" in recipe["content"]


async def test_one_that_is_not_there_is_refused_in_a_sentence(yuki):
    general = yuki.channel("general")
    gone = await refusal_of(yuki, await yuki.slash(general, "imagine", prompt="1girl", lora="nobody"))
    assert "There is no LoRA “nobody”" in gone

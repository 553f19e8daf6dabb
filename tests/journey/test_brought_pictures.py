"""Pictures that people bring: drawn over, looked at first, and safe for ever."""

import io

import pytest
from PIL import Image

from tests.journey.people import gallery, refusal_of, result_of, shown, words

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
        sent = await yuki.slash(channel, "imagine", prompt="hat", image=green, rating="sensitive")
        assert "is drawn at `safe` only" in await refusal_of(yuki, sent)
        sent = await yuki.slash(channel, "imagine", prompt="hat", image=red)
        assert gallery(await ended(yuki, sent, "it is not `safe`")) == []


async def test_a_picture_is_described_as_a_form(rating_studio):
    """Its tags in the model card's order; nothing is drawn."""
    async with rating_studio.person("yuki") as yuki:
        upload = await yuki.upload("a.png", file("green"))
        screen = await shown(yuki, await yuki.slash(yuki.channel("general"), "describe", picture=upload))
        assert "red hair" in words(screen)
        assert "1girl" in words(screen)

"""A member's words become a picture in the channel, and the buttons under it never die."""

import io

import pytest
from PIL import Image

from bot.sandbox.people.driver import control
from tests.bot.fake_engine import colour
from tests.journey.people import delete, draw_form, fields, gallery, job_of, labels, refusal_of, result_of, use, words

pytestmark = pytest.mark.asyncio(loop_scope="session")

NEGATIVE = (
    "lowres, bad anatomy, bad hands, text, error, missing finger, extra digits, fewer digits, cropped, worst quality, "
    "low quality, low score, bad score, average score, signature, watermark, username, blurry"
)


async def colours(person, message):
    """What each picture of a result is filled with, in order."""
    files = [await person.fetch(item["media"]["url"]) for item in gallery(message)]
    return [Image.open(io.BytesIO(file)).getpixel((0, 0)) for file in files]


async def test_the_result_says_who_what_and_how(yuki):
    """Gallery with alt text from the tags, who asked, seed, time taken, and the row of buttons."""
    sent = await yuki.slash(yuki.channel("general"), "imagine", subject="1girl", prompt="(smile:1.2), night", seed=7)
    result = await result_of(yuki, sent)
    assert labels(result) == [
        "Reroll",
        "Edit",
        "Recipe",
        "Vary …",
        "Enlarge …",
        "Extend …",
        "Detail …",
        "Again exactly",
        "Spoiler",
        "Report",
        "Delete",
    ]
    assert [item["description"] for item in gallery(result)] == ["An anime picture drawn by AI: 1girl; smile, night."]
    assert f"<@{yuki.id}>" in words(result)
    assert "seed 7 " in words(result)
    assert "\N{NO-BREAK SPACE}s\n" in words(result), "number and unit stay on one line"


async def test_one_message_tells_the_story(yuki, let_go):
    """The message that acknowledges is the message that becomes the result."""
    channel = yuki.channel("general")
    sent = await yuki.slash(channel, "imagine", prompt="1girl", steps=10)
    first = await yuki.answer(sent)
    assert "in the queue" in words(first)
    assert labels(first) == ["Cancel"]
    await yuki.wait_for(lambda m: m["id"] == first["id"] and "step " in words(m))
    let_go()
    result = await result_of(yuki, sent)
    assert result["id"] == first["id"]
    seen = [e["data"] for e in yuki.events if e["event"] == "message.update" and e["data"]["id"] == first["id"]]
    assert any("step " in words(message) for message in seen)


async def test_reroll_draws_another_as_the_pressers_own(yuki, mio):
    """Anybody may reroll; the new picture is theirs and differs."""
    sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl", seed=7)
    result = await result_of(yuki, sent)
    again = await result_of(mio, await mio.press(result, control(result, "Reroll")))
    assert again["id"] != result["id"]
    assert f"<@{mio.id}>" in words(again)
    assert await colours(yuki, result) != await colours(mio, again)


async def test_four_pictures_have_four_seeds(yuki):
    """Picture i uses (seed + i) mod 2³²."""
    sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl", count=4, seed=2**32 - 2)
    prompt = "1girl, safe, masterpiece, high score, great score, absurdres"
    seeds = (2**32 - 2, 2**32 - 1, 0, 1)
    assert await colours(yuki, await result_of(yuki, sent)) == [colour(prompt, seed) for seed in seeds]


async def test_edit_opens_with_what_was_asked_and_draws_what_was_changed(yuki):
    """The form is pre-filled with all words, the private message shows the rest; its result is a new message."""
    sent = await yuki.slash(yuki.channel("general"), "imagine", subject="1girl", prompt="smile", negative="hat")
    result = await result_of(yuki, sent)
    form = await yuki.modal(await yuki.press(result, control(result, "Edit")))
    assert fields(form) == {"subject": "1girl", "character": "", "series": "", "tags": "smile", "negative": "hat"}
    edited = await result_of(yuki, await draw_form(yuki, form, tags="frown,\nnight", subject="1boy"))
    assert "1boy" in words(edited)
    recipe = await yuki.answer(await yuki.press(edited, control(edited, "Recipe")))
    assert "1boy, safe, frown, night, masterpiece" in recipe["content"]


async def test_the_recipe_is_private_and_whole(yuki, mio):
    """Recipe shows the presser, and nobody else, prompt, negative, settings and seed."""
    sent = await yuki.slash(yuki.channel("general"), "imagine", subject="1girl", prompt="smile", seed=11)
    result = await result_of(yuki, sent)
    recipe = await mio.answer(await mio.press(result, control(result, "Recipe")))
    assert recipe["flags"] & 64
    for part in ("1girl, safe, smile, masterpiece, high score, great score, absurdres", NEGATIVE, "832×1216", "11"):
        assert part in recipe["content"]


async def test_only_the_owner_or_a_moderator_deletes(yuki, mio, studio):
    """A stranger's press is a kind no; a moderator's removes the message."""
    sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl")
    result = await result_of(yuki, sent)
    async with studio.person("nico") as nico:
        no = await refusal_of(nico, await use(nico, result, "Delete"))
        assert "Only" in no
    await delete(mio, result)
    await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == result["id"])
    kept = [path.name for path in (studio.folder / "data" / "spool").iterdir()]
    assert not [name for name in kept if name.startswith(job_of(result))]


@pytest.mark.usefixtures("let_go")
async def test_cancel_works_in_line_and_while_drawing(yuki):
    """Both jobs end as cancelled, and neither becomes a picture."""
    channel = yuki.channel("general")
    sent = [await yuki.slash(channel, "imagine", prompt="1girl", steps=50) for _ in range(3)]
    firsts = [await yuki.answer(one) for one in sent]
    await yuki.wait_for(lambda m: m["id"] == firsts[0]["id"] and "step " in words(m))
    for message in firsts[::-1]:
        await yuki.press(message, control(message, "Cancel"))
    for message in firsts:
        await yuki.wait_for(lambda m, wanted=message["id"]: m["id"] == wanted and "Cancelled." in words(m))
    assert not [
        e
        for e in yuki.events
        if e["event"] == "message.update" and gallery(e["data"]) and "Recipe" in labels(e["data"])
    ]


async def test_a_private_request_is_seen_by_its_asker_alone(yuki, mio):
    """`private` answers ephemerally, result included."""
    channel = yuki.channel("general")
    sent = await yuki.slash(channel, "imagine", prompt="1girl", private=True)
    result = await result_of(yuki, sent)
    assert result["flags"] & 64
    assert result["id"] not in [message["id"] for message in await mio.messages(channel)]


async def test_nobody_is_pinged_through_a_prompt(yuki, mio):
    """Mentions in tags are words: on the answer, on every edit and in the result."""
    tags = f"<@{mio.id}>, @everyone, @here"
    sent = await yuki.slash(yuki.channel("general"), "imagine", subject="1girl", prompt=tags)
    result = await result_of(yuki, sent)
    assert "@" in words(result)
    assert (result["mentions"], result["mention_everyone"]) == ([], False)
    assert not [event for event in mio.events if event["event"] == "ping"]


async def test_help_explains_with_examples(yuki):
    """/help is private, shows how a request is typed, and its commands can be pressed."""
    message = await yuki.answer(await yuki.slash(yuki.channel("general"), "help"))
    assert message["flags"] & 64
    assert "/imagine prompt:1girl" in words(message)
    ids = {one["name"]: one["id"] for one in await yuki.commands(yuki.channel("general"))}
    assert f"</imagine:{ids['imagine']}>" in words(message)
    assert f"</me favourite save:{ids['me']}>" in words(message)

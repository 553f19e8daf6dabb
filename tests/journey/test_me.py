"""What people keep changes what their words mean, for them alone."""

import pytest

from bot.sandbox.people.driver import control
from tests.journey.people import gallery, refusal_of, result_of, words
from tests.markdown import seen

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def me(person, command, **options):
    """The private answer of one of the sub-commands of /me."""
    answer = await person.answer(await person.slash(person.channel("general"), f"me {command}", **options))
    assert answer["flags"] & 64
    return words(answer)


async def draws(person, channel="general", **options):
    """The result of a request, and its recipe."""
    result = await result_of(
        person, await person.slash(person.channel(channel), "imagine", **{"prompt": "1girl", **options})
    )
    recipe = await person.answer(await person.press(result, control(result, "Recipe")))
    return result, recipe["content"]


async def test_defaults_stand_where_an_option_is_left_out(yuki, mio):
    """Set, shown, overridden, reset; nobody else's requests change."""
    try:
        said = await me(yuki, "defaults set", shape="square 1:1", quality="none", style="pastel", steps=3, count=2)
        assert said == await me(yuki, "defaults show")
        for part in ("**shape**: square 1:1", "**style**: pastel", "**steps**: 3", "**count**: 2"):
            assert part in said
        result, recipe = await draws(yuki)
        assert len(gallery(result)) == 2
        for part in ("1024×1024", "3 steps", "pastel colors"):
            assert part in recipe
        assert "masterpiece" not in recipe
        result, recipe = await draws(yuki, steps=4, count=1, quality="standard", style="none")
        assert len(gallery(result)) == 1
        assert "4 steps" in recipe
        assert "masterpiece" in recipe
        assert "pastel" not in recipe
        _, recipe = await draws(mio)
        assert "832×1216" in recipe
        assert "**shape**" not in await me(yuki, "defaults reset", what="shape")
        assert "832×1216" in (await draws(yuki, count=1))[1]
    finally:
        assert "no defaults of your own" in await me(yuki, "defaults reset")
    assert "masterpiece" in (await draws(yuki))[1]


async def test_a_default_that_cannot_be_had_is_not_set(yuki):
    """Nothing of what came with it is either."""
    assert "Choose at least one" in await me(yuki, "defaults set")
    assert "no defaults" in await me(yuki, "defaults show")


async def test_a_default_that_is_no_longer_allowed_falls_back_with_a_note(studio, yuki):
    """The operator lowered the limits: the picture is drawn all the same, and its asker is told."""
    assert "**steps**: 40" in await me(yuki, "defaults set", steps=40)
    config = studio.config.read_text()
    try:
        await studio.kill("bot")
        studio.config.write_text(f"{config}\n[bot.limits]\nmax_steps = 20\n")
        await studio.start_bot()
        result, recipe = await draws(yuki)
        assert "2 steps" in recipe
        note = await yuki.wait_for(lambda message: "is no longer available here" in message["content"])
        assert note["flags"] & 64
        assert "40 steps" in note["content"]
        assert gallery(result)
    finally:
        await me(yuki, "defaults reset")
        await studio.kill("bot")
        studio.config.write_text(config)
        await studio.start_bot()


async def test_a_favourite_stands_for_its_tags(yuki, mio):
    """Saved, completed, drawn with its choices, changed, listed and deleted; and nobody else's."""
    channel = yuki.channel("general")
    assert "`@night-city`" in await me(
        yuki, "favourite save", name="@Night-City", text="(night:1.2), {rain|rain}, city"
    )
    choices = await yuki.autocomplete(channel, "imagine", "prompt", prompt="smile, @ni")
    assert [choice["value"] for choice in choices] == ["smile, @ni", "smile, @night-city"]
    _, recipe = await draws(yuki, prompt="smile, @night-city")
    assert "smile, (night:1.2), rain, city" in recipe
    assert "@night-city" in (await draws(mio, prompt="@night-city"))[1]
    await mio.wait_for(lambda message: "no favourites yet, so “\\@night-city” was read as words" in message["content"])
    assert [one["value"] for one in await mio.autocomplete(channel, "imagine", "prompt", prompt="@ni")] == ["@ni"]
    await me(yuki, "favourite save", name="night-city", text="dawn")
    assert "`@night-city` dawn" in await me(yuki, "favourite list")
    names = await yuki.autocomplete(channel, "me favourite delete", "name", name="city")
    assert [choice["value"] for choice in names] == ["@night-city"]
    assert "Deleted" in await me(yuki, "favourite delete", name="@night-city")
    assert "no favourites yet" in await me(yuki, "favourite list")


async def test_the_gate_reads_what_a_favourite_stands_for(yuki):
    """A name hides no rating."""
    await me(yuki, "favourite save", name="hidden", text="nsfw, smile")
    try:
        sent = await yuki.slash(yuki.channel("general"), "imagine", subject="1girl", prompt="@hidden")
        assert "`nsfw` is not allowed here" in await refusal_of(yuki, sent)
    finally:
        await me(yuki, "favourite delete", name="hidden")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("two words", "smile", "A name has at most 32"),
        ("a" * 33, "smile", "A name has at most 32"),
        ("a", "x" * 501, "This favourite has 501 characters; at most 500"),
        ("a", " , ", "needs at least one tag"),
        ("a", "{red|blue", "has no }"),
        ("a", "smile\nSteps: 1", "line break"),
        ("a", "(smile:9)", "may be from 0 to 2"),
    ],
)
async def test_what_cannot_be_drawn_is_not_kept(yuki, name, text, said):
    assert said in await me(yuki, "favourite save", name=name, text=text)
    assert "no favourites yet" in await me(yuki, "favourite list")


async def test_the_number_of_favourites_is_bounded(yuki):
    """The list of as many as may be, of the greatest length, can still be shown."""
    for number in range(25):
        await me(yuki, "favourite save", name=f"{number:02}{'_' * 29}a", text="_^_, " * 100)
    try:
        assert "which is the maximum" in await me(yuki, "favourite save", name="more", text="smile")
        assert "Saved" in await me(yuki, "favourite save", name=f"00{'_' * 29}a", text="smile")
        assert (await me(yuki, "favourite list")).count("`@") == 25
    finally:
        for number in range(25):
            await me(yuki, "favourite delete", name=f"{number:02}{'_' * 29}a")


async def test_a_name_that_is_none_is_told_to_who_keeps_some(yuki):
    """Drawn as it was typed, with a private note."""
    await me(yuki, "favourite save", name="sunset", text="orange sky")
    try:
        _, recipe = await draws(yuki, prompt="@sunsets")
        assert "@sunsets" in recipe
        note = await yuki.wait_for(lambda message: "no favourite “@sunsets”" in seen(message["content"]))
        assert "did you mean “sunset”?" in note["content"]
        assert "You have no favourite “@x”" in seen(await me(yuki, "favourite delete", name="x"))
    finally:
        await me(yuki, "favourite delete", name="sunset")

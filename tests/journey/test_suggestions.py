"""Picking beats typing: the options of /imagine offer what the model knows and the place allows."""

import pytest

from bot.sandbox.people.driver import control
from tests.journey.people import result_of

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def offered(person, focused, **options):
    """Name and value of every choice."""
    choices = await person.autocomplete(person.channel("general"), "imagine", focused, **options)
    return {choice["name"]: choice["value"] for choice in choices}


async def recipe_of(person, sent):
    """The text of the private recipe of what was asked for."""
    result = await result_of(person, sent)
    return (await person.answer(await person.press(result, control(result, "Recipe"))))["content"]


@pytest.mark.parametrize(
    ("option", "typed", "name", "value"),
    [
        ("subject", "2g", "2girls", "2girls"),
        ("character", "hatsu", "Hatsune Miku · Vocaloid", "hatsune miku"),
        ("series", "star rail", "Honkai: Star Rail", "honkai: star rail"),
        ("prompt", "smile, long h", "smile, long hair", "smile, long hair"),
        ("more_tags", "looking at v", "looking at viewer", "looking at viewer"),
        ("negative", "hat, glas", "hat, glasses", "hat, glasses"),
        ("quality", "best", "best quality · The second of the four quality tags, alone", "best quality"),
        ("style", "", None, "pastel"),
    ],
)
async def test_every_text_option_offers_what_fits(yuki, option, typed, name, value):
    """Shown as a person reads it, taken as the option has it."""
    found = await offered(yuki, option, **{option: typed})
    assert 0 < len(found) <= 25
    assert value in found.values()
    assert name is None or found[name] == value


@pytest.mark.parametrize("option", ["character", "prompt"])
async def test_nobody_is_offered_who_would_be_refused(yuki, option):
    """A character who is a child is drawn at `safe` only, wherever a higher rating was named."""
    child, typed = "anya (spy x family)", {option: "anya"}
    for safe in ({}, {"rating": "safe"}):
        assert child in (await offered(yuki, option, **typed, **safe)).values()
    for higher in ({"rating": "sensitive"}, {"more_tags": "smile, (nsfw:1.1)"}, {"more_tags": "{safe|explicit}"}):
        assert child not in (await offered(yuki, option, **typed, **higher)).values()


@pytest.mark.parametrize("typed", ["", " ", ";;;", "(" * 500, "\\" * 99, "{a|", "🍵", "x" * 3000, "__", "a\u0000b"])
@pytest.mark.parametrize("option", ["subject", "character", "prompt", "negative", "style"])
async def test_whatever_is_typed_gets_an_answer(yuki, option, typed):
    """At most 25 choices of at most 100 characters, and never an error."""
    found = await offered(yuki, option, **{option: typed})
    assert len(found) <= 25
    assert all(0 < len(text) <= 100 for pair in found.items() for text in pair)


async def test_a_chosen_character_brings_series_and_subject(yuki):
    """Also when somebody went on typing behind the label that Discord keeps in the option."""
    labels = "Hatsune Miku · Vocaloid; Megurine Luka · Vocaloid"
    sent = await yuki.slash(yuki.channel("general"), "imagine", character=labels, prompt="smile")
    assert "2girls, hatsune miku, megurine luka, vocaloid, safe, smile, masterpiece" in await recipe_of(yuki, sent)


async def test_what_was_given_is_not_filled_in(yuki):
    sent = await yuki.slash(
        yuki.channel("general"), "imagine", prompt="hatsune miku", subject="2girls", series="project sekai"
    )
    assert "2girls, hatsune miku, project sekai, safe, masterpiece" in await recipe_of(yuki, sent)

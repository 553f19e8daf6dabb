"""Every door × every kind of place × every rating, against one table: nothing gets round the gate."""

import asyncio
import json
import sqlite3
from contextlib import closing
from typing import NamedTuple

import numpy as np
import pytest
import pytest_asyncio

from bot.job import row_key
from bot.sandbox.people.driver import control, controls
from engine import infotext, png
from engine.wire import SamplingParams
from tests.journey.people import (
    choose,
    gallery,
    labels,
    result_of,
    send_report,
    settings,
    shown,
    use,
    words,
    words_form,
)
from tests.patience import PATIENCE_S

pytestmark = pytest.mark.asyncio(loop_scope="session")

RATINGS = ("safe", "sensitive", "nsfw", "explicit")

PLACES = {
    "general": 2,
    "first sketches": 2,  # a thread of it
    "after-dark": 4,
    "night studies": 4,  # a thread of it
    "hands, again": 2,  # a post in a forum
    "announcements": 1,
    "direct message": 1,
}
"""How many of the ratings, from safe on, each place has at most; the admins of this server gave it all they can."""


class Scene(NamedTuple):
    """A place, who is in it, and an old picture there whose record can be changed."""

    studio: object
    person: object
    moderator: object
    name: str
    channel: str
    picture: dict

    @property
    def allowed(self):
        return PLACES[self.name]

    def change(self, sql, *values):
        with closing(sqlite3.connect(self.studio.folder / "data" / "eshi.sqlite3", timeout=10)) as base, base:
            base.execute(sql, values)

    def asked(self, rating):
        """Make it a picture that was asked for at this rating, when that was still allowed."""
        self.change("UPDATE jobs SET request = json_set(request, '$.rating', ?) WHERE key = ?", rating, self.key)

    def measured(self, rating):
        """Make it a picture that shows this."""
        self.change("UPDATE pictures SET rating = ? WHERE job = ?", rating, self.key)

    @property
    def key(self):
        return row_key(control(self.picture, "Reroll").split(":")[1])

    async def slash(self, command, **options):
        return await self.person.slash(self.channel, command, **options)

    async def press(self, label):
        return await use(self.person, self.picture, label)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def scenes(_rated):
    """All places, in a server whose admins allow as much as anybody can."""
    studio = _rated
    async with studio.person("ada") as ada, studio.person("mio") as mio, studio.person("yuki") as yuki:
        announcements = ada.channel("announcements")
        overwrite = f"/channels/{announcements}/overwrites/{ada.guild}"
        await ada.call("PUT", overwrite, {"allow": str(1 << 11), "deny": "0"})  # everybody may write there
        async with settings(ada) as screen:
            await choose(ada, screen, "open_limit", "sensitive")
            await choose(ada, screen, "age_restricted_limit", "explicit")
            for rating in RATINGS:
                await yuki.answer(await yuki.slash(yuki.direct_message, "me favourite save", name=rating, text=rating))
            found = []
            for name in PLACES:
                channel = yuki.direct_message if name == "direct message" else yuki.channel(name)
                picture = await result_of(yuki, await yuki.slash(channel, "imagine", prompt="1girl", steps=1))
                found.append(Scene(studio, yuki, mio, name, channel, picture))
            yield found
        await ada.call("PUT", overwrite, {"allow": "0", "deny": str(1 << 11)})


# Doors that ask for a picture: each gives the id of the interaction that draws, or says no.


async def command(scene, rating):
    return await scene.slash("imagine", prompt="1girl", rating=rating, steps=1)


async def rating_among_the_tags(scene, rating):
    return await scene.slash("imagine", subject="1girl", prompt=f"smile, ({rating}:0.5)", steps=1)


async def drawn_by_lot(scene, rating):
    return await scene.slash("imagine", subject="1girl", prompt=f"{{{rating}|{rating}}}", steps=1)


async def favourite(scene, rating):
    return await scene.slash("imagine", subject="1girl", prompt=f"@{rating}", steps=1)


async def draw_button(scene, rating):
    """What was previewed when more was allowed."""
    preview = await scene.person.answer(await scene.slash("prompt preview", prompt="1girl"))
    scene.change("UPDATE drafts SET request = json_set(request, '$.rating', ?)", rating)
    return await scene.person.press(preview, control(preview, "Draw"))


async def pasted(scene, rating):
    sent = await scene.slash("prompt check", text=f"1girl, {rating}, smile")
    answer = await scene.person.answer(sent)
    return await scene.person.press(answer, control(answer, "Draw")) if "Draw" in _buttons(answer) else sent


async def reroll(scene, rating):
    scene.asked(rating)
    return await scene.press("Reroll")


async def edit_form(scene, rating):
    """The form offers what the place has; what is typed into it counts, too."""
    scene.asked("safe")
    form = await scene.person.modal(await scene.press("Edit"))
    return await _submit(scene, form, rating)


async def remix_command(scene, rating):
    upload = await scene.person.upload("a.png", recipe("safe"))
    return await _remixed(scene, await scene.slash("remix", picture=upload), rating)


async def remix_menu(scene, rating):
    upload = await scene.person.upload("a.png", recipe("safe"))
    message = await scene.person.say(scene.channel, "look", attachments=[upload])
    return await _remixed(scene, await scene.person.context_menu(message, "Remix"), rating)


async def _remixed(scene, sent, rating):
    form = await words_form(scene.person, await scene.person.answer(sent))
    return await _submit(scene, form, rating)


async def _submit(scene, form, rating):
    allowed = rating in RATINGS[: scene.allowed]
    tags = "smile" if allowed else f"smile, {rating}"
    screen = await scene.person.answer(await scene.person.submit(form, subject="1girl", tags=tags, negative=""))
    [menu] = [one for one in controls(screen) if one["custom_id"].endswith(":rating")]
    offered = [option["value"] for option in menu["options"]]
    assert offered == list(RATINGS[: scene.allowed]), (scene.name, offered)
    chosen = rating if allowed else "safe"
    screen = await scene.person.answer(await scene.person.choose(screen, menu["custom_id"], chosen))
    return await scene.person.press(screen, control(screen, "Draw"))


ASKING = (
    command,
    rating_among_the_tags,
    drawn_by_lot,
    favourite,
    draw_button,
    pasted,
    reroll,
    edit_form,
    remix_command,
    remix_menu,
)


@pytest.mark.parametrize("door", ASKING, ids=lambda door: door.__name__)
async def test_nothing_above_the_limit_is_begun(scenes, rating_studio, door):
    """What is allowed is drawn, everything else is one private sentence."""
    del rating_studio  # lent: afterwards Discord had nothing to complain about
    for scene in scenes:
        drawn = []
        for number, rating in enumerate(RATINGS):
            sent = await door(scene, rating)
            answer = await scene.person.answer(sent)
            case = (scene.name, rating, words(answer))
            if number < scene.allowed:
                assert not answer["flags"] & 64, case
                drawn.append(result_of(scene.person, sent))
            else:
                assert answer["flags"] & 64, case
                assert f"`{rating}` is not allowed here" in answer["content"], case
        for result in await asyncio.gather(*drawn):
            assert gallery(result), scene.name
        scene.asked("safe")


async def test_nothing_above_the_limit_is_shown_whatever_was_asked_for(scenes, rating_studio):
    """The pictures show by themselves what they are, and what is above the limit is not even kept."""
    spool = rating_studio.folder / "data" / "spool"
    for scene in scenes:
        for number, rating in enumerate(RATINGS):
            sent = await scene.slash("imagine", subject="1girl", prompt=f"shows {number}", steps=1)
            message = await _over(scene.person, sent)
            case = (scene.name, rating, words(message))
            assert bool(gallery(message)) is (number < scene.allowed), case
            kept = list(spool.glob(f"{control(message, 'Reroll').split(':')[1]}*"))
            assert bool(kept) is (number < scene.allowed), case


async def test_a_recipe_is_read_where_its_picture_could_be_shown(scenes, rating_studio):
    """By the higher of what was asked for and what it shows."""
    del rating_studio
    for scene in scenes:
        for change in (scene.asked, scene.measured):
            for number, rating in enumerate(RATINGS):
                change(rating)
                said = (await shown(scene.person, await scene.press("Recipe")))["content"]
                assert ("**Prompt**" in said) is (number < scene.allowed), (scene.name, rating, said)
                assert ("is not allowed here" in said) is (number >= scene.allowed), (scene.name, rating, said)
            change("safe")


async def test_a_picture_is_brought_back_only_where_it_could_be_shown(scenes, rating_studio):
    """By `/show`, to wherever its owner is; wherever it came from, what counts is the place where it is shown."""
    del rating_studio
    for scene in (scenes[0], scenes[-1]):
        for change in (scene.asked, scene.measured):
            for number, rating in enumerate(RATINGS):
                change(rating)
                job = control(scene.picture, "Reroll").split(":")[1]
                for place in scenes:
                    said = await shown(scene.person, await place.slash("show", picture=job))
                    case = (scene.name, place.name, rating, words(said))
                    assert bool(gallery(said)) is (number < place.allowed), case
                    assert ("is not allowed here" in words(said)) is (number >= place.allowed), case
            change("safe")


async def test_moderators_look_at_and_restore_only_what_may_be_shown(scenes, rating_studio):
    """From the most daring rating down: what is above the limit stays hidden, and the first that may be comes back."""
    del rating_studio
    for place in scenes:
        if place.name == "direct message":  # where nobody moderates
            continue
        picture = await result_of(place.person, await place.slash("imagine", prompt="1girl", steps=1))
        scene = place._replace(picture=picture)
        scene.change("DELETE FROM reports")  # or so many rejected ones would stop hiding
        await send_report(scene.person, scene.picture)
        hidden = await scene.moderator.wait_for(
            lambda m, of=picture: m["id"] == of["id"] and "was reported" in words(m)
        )
        for change in (scene.asked, scene.measured):
            for number, rating in reversed(list(enumerate(RATINGS))):
                change(rating)
                allowed = number < scene.allowed
                for label in ("Look",) if allowed else ("Look", "Restore"):
                    said = await _told_alone(scene.moderator, hidden, label)
                    assert bool(gallery(said)) is allowed, (scene.name, rating, label)
                    assert ("is not allowed here" in words(said)) is not allowed, (scene.name, rating, label)
                    assert ("It stays hidden." in words(said)) is (label == "Restore"), (scene.name, rating, label)
            change("safe")
        scene.measured(RATINGS[scene.allowed - 1])
        before = len(scene.moderator.events)
        await scene.moderator.press(hidden, control(hidden, "Restore"))
        back = await _later(
            scene.moderator, before, lambda m, of=picture: m["id"] == of["id"] and "Recipe" in labels(m)
        )
        assert [item["spoiler"] for item in gallery(back)] == [scene.allowed > 1], "by what it shows"


@pytest.mark.parametrize("rating", RATINGS)
async def test_only_what_may_be_drawn_is_offered(scenes, rating_studio, rating):
    """A character comes up whatever the words in the name are, one who is a child at `safe` alone."""
    del rating_studio
    for scene in scenes:
        for name, expected in (("panty (psg)", True), ("anya (spy x family)", rating == "safe")):
            options = {"character": name, "rating": rating}
            choices = await scene.person.autocomplete(scene.channel, "imagine", "character", **options)
            found = [one["value"] for one in choices]
            assert (name in found) is expected, (scene.name, rating, found)


async def test_why_says_what_the_doors_do(scenes, rating_studio):
    """The explanation for admins is the verdict itself."""
    async with rating_studio.person("ada") as ada:
        for scene in scenes:
            if scene.name == "direct message":  # no server's
                continue
            for number, rating in enumerate(RATINGS):
                options = {"member": scene.person.id, "channel": scene.channel, "rating": rating}
                body = {"command": "settings why", "options": options}
                sent = await ada.call("POST", f"/channels/{ada.channel('general')}/slash", body)
                said = (await shown(ada, sent["interaction_id"]))["content"]
                assert ("> is allowed." in said) is (number < scene.allowed), said


def recipe(rating):
    """A picture with a recipe inside."""
    text = infotext.write(
        prompt=f"1girl, {rating}, smile, masterpiece",
        negative_prompt="hat",
        sampling=SamplingParams(num_inference_steps=1, guidance_scale=6.0, width=1024, height=1024),
        seed=41,
        model_name="flat colours",
        model_hash="",
        version="0.1.0",
    )
    return png.encode(np.zeros((64, 64, 3), np.uint8), parameters=text)


def _buttons(message):
    return json.dumps(message["components"])


async def _over(person, sent):
    """The message of a job once it came to its end."""
    first = await person.answer(sent)
    return await person.wait_for(lambda m: m["id"] == first["id"] and "Reroll" in labels(m))


async def _told_alone(person, message, label):
    """What somebody alone reads after a press."""
    before = len(person.events)
    await person.press(message, control(message, label))
    return await _later(person, before, lambda m: m["flags"] & 64 and (m["content"] or gallery(m)))


async def _later(person, start, fits):
    """The first state of a message that fits, after so many events."""
    event = await person._first(
        lambda e: e["event"] in {"message.create", "message.update"} and fits(e["data"]),
        timeout_s=PATIENCE_S,
        start=start,
    )
    return event["data"]

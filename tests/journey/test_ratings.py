"""Where pictures are rated, what they show decides, besides what was asked for."""

import pytest

from bot.sandbox.people.driver import control
from tests.journey.people import choose, gallery, labels, refusal_of, result_of, settings, use, words

pytestmark = pytest.mark.asyncio(loop_scope="session")


def spooled(studio):
    return sorted(path.name for path in (studio.folder / "data" / "spool").iterdir())


async def ended(person, interaction_id, sentence):
    """The job's message once it says this."""
    first = await person.answer(interaction_id)
    return await person.wait_for(lambda m: m["id"] == first["id"] and sentence in words(m))


@pytest.mark.parametrize(
    ("channel", "rating", "tags", "shown"),
    [
        ("general", "safe", "shows 0", True),
        ("general", "safe", "shows 1", False),
        ("general", "safe", "shows 3", False),
        ("after-dark", "safe", "shows 1", True),
        ("after-dark", "sensitive", "shows 0", True),
        ("after-dark", "sensitive", "shows 2", False),
    ],
)
async def test_a_picture_is_shown_by_what_it_shows(rating_studio, channel, rating, tags, shown):
    """Above what its place allows it is neither shown nor kept, and its owner is told; milder than asked is no harm."""
    async with rating_studio.person("yuki") as yuki:
        before = spooled(rating_studio)
        sent = await yuki.slash(yuki.channel(channel), "imagine", subject="1girl", prompt=tags, rating=rating)
        if shown:
            assert gallery(await result_of(yuki, sent))
            return
        message = await ended(yuki, sent, "The picture came out above the rating that is allowed here")
        assert (gallery(message), message["attachments"]) == ([], [])
        assert labels(message) == ["Reroll", "Edit", "Delete"]
        assert spooled(rating_studio) == before


async def test_of_several_pictures_the_allowed_ones_are_shown(rating_studio):
    """And the message says how many are not."""
    async with rating_studio.person("yuki") as yuki:
        before = len(spooled(rating_studio))
        sent = await yuki.slash(yuki.channel("general"), "imagine", subject="1girl", prompt="shows last 2", count=3)
        result = await result_of(yuki, sent)
        assert len(gallery(result)) == len(result["attachments"]) == 2
        assert "One picture came out above the rating that is allowed here" in words(result)
        assert len(spooled(rating_studio)) == before + 2 * 2, "each with its latents"


async def test_what_nobody_may_see_ends_its_job(rating_studio):
    """Nothing arrives, nothing is kept, and the operator's log says which job."""
    async with rating_studio.person("yuki") as yuki:
        before = len(spooled(rating_studio))
        sent = await yuki.slash(yuki.channel("after-dark"), "imagine", subject="1girl", prompt="withhold", count=2)
        message = await ended(yuki, sent, "may not be shown to anybody")
        assert (gallery(message), message["attachments"]) == ([], [])
        assert len(spooled(rating_studio)) == before
    assert "withheld: as it was told" in rating_studio.log.read_text()


async def test_moderators_read_of_every_picture_that_was_stopped(rating_studio):
    """Whose it was, where, by which rule, and of which job; never the words, unless the server asked for them."""
    async with rating_studio.person("ada") as ada, rating_studio.person("yuki") as yuki, settings(ada) as screen:
        log, channel = ada.channel("gallery"), yuki.channel("general")
        await choose(ada, screen, "log_channel", log)
        for tags, rule, detail in (
            ("quiet words, shows 1", "server", "picture 1, seen as sensitive"),
            ("quiet words, shows last 3", "place", "picture 2, seen as explicit"),
            ("quiet words, withhold", "withheld", "as it was told"),
        ):
            sent = await yuki.slash(channel, "imagine", subject="1girl", prompt=tags, count=2 if "last" in tags else 1)
            first = await yuki.answer(sent)
            job = control(first, "Cancel").split(":")[1]
            heard = await ada.wait_for(lambda m, job=job: m["channel_id"] == log and f"job {job}" in m["content"])
            told = next(line for line in heard["content"].splitlines() if f"job {job}" in line)
            for part in (f"**Refused**: <@{yuki.id}> in <#{channel}>", f"rule `{rule}`", f"job {job}, {detail}"):
                assert part in told
            assert "quiet words" not in told
            await yuki.wait_for(lambda m, first=first: m["id"] == first["id"] and "Reroll" in labels(m))


async def test_a_picture_is_behind_a_spoiler_by_what_it_shows(rating_studio):
    """Where the admins want that from sensitive on, its owner cannot take it away either."""
    async with rating_studio.person("yuki") as yuki:
        for tags, spoiled in (("shows 0", False), ("shows last 1", True)):
            wish = {"subject": "1girl", "prompt": tags, "count": 2, "steps": 50}
            sent = await yuki.slash(yuki.channel("after-dark"), "imagine", **wish)
            result = await result_of(yuki, sent)
            assert [item["spoiler"] for item in gallery(result)] == [spoiled, spoiled]
            on_the_way = [e["data"] for e in yuki.events if e["event"] == "message.update"]
            unfinished = [m for m in on_the_way if m["id"] == result["id"] and "step " in words(m) and gallery(m)]
            assert {item["spoiler"] for item in gallery(unfinished[-1])} == {spoiled}
            if spoiled:
                no = await refusal_of(yuki, await use(yuki, result, "Spoiler"))
                assert no == "In this server `sensitive` pictures stay behind a spoiler."


async def test_a_preview_is_shown_by_what_it_shows(rating_studio):
    """Rated, it may be of a job that is not safe; one above the place's limit is never seen."""
    async with rating_studio.person("yuki") as yuki:
        for tags, seen in (("shows 1", True), ("shows 2", False)):
            wish = {"subject": "1girl", "prompt": tags, "rating": "sensitive", "steps": 50}
            sent = await yuki.slash(yuki.channel("after-dark"), "imagine", **wish)
            first = await yuki.answer(sent)
            await (result_of(yuki, sent) if seen else ended(yuki, sent, "came out above"))
            on_the_way = [e["data"] for e in yuki.events if e["event"] == "message.update"]
            unfinished = [m for m in on_the_way if m["id"] == first["id"] and "step " in words(m) and gallery(m)]
            assert bool(unfinished) is seen


async def test_previews_of_a_refused_job_are_taken_away(rating_studio):
    """The place is no longer age-restricted while it is drawn: its message shows nothing any more."""
    async with rating_studio.person("ada") as ada:
        channel = ada.channel("after-dark")
        wish = {"subject": "1girl", "prompt": "shows 1", "rating": "sensitive", "steps": 50}
        first = await ada.answer(await ada.slash(channel, "imagine", **wish))
        try:
            await ada.wait_for(lambda m: m["id"] == first["id"] and "step " in words(m) and gallery(m))
            await ada.call("PATCH", f"/channels/{channel}", {"nsfw": False})
            message = await ada.wait_for(lambda m: m["id"] == first["id"] and "not allowed here" in words(m))
            assert (gallery(message), message["attachments"]) == ([], [])
        finally:
            await ada.call("PATCH", f"/channels/{channel}", {"nsfw": True})


async def test_with_a_tagger_the_admins_limit_counts(rating_studio):
    """Without one everything above sensitive is refused by that rule; here the server's own limit is in the way."""
    async with rating_studio.person("yuki") as yuki:
        sent = await yuki.slash(yuki.channel("after-dark"), "imagine", prompt="1girl", rating="nsfw")
        assert "the highest rating of this server is `sensitive`" in await refusal_of(yuki, sent)


async def test_an_engine_that_does_not_rate_shows_nothing(rating_studio):
    """Pictures are rated by the configuration and not by the engine that was started: an error, and no picture."""
    async with rating_studio.person("yuki") as yuki:
        await rating_studio.another_engine(rates=False)
        try:
            sent = await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl")
            message = await ended(yuki, sent, "The picture filter did not answer, so nothing is shown.")
            assert (gallery(message), message["attachments"]) == ([], [])
            assert "ERROR" in rating_studio.log.read_text()
            assert "The engine does not rate its pictures" in rating_studio.log.read_text()
        finally:
            await rating_studio.another_engine()
            assert gallery(await result_of(yuki, await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl")))

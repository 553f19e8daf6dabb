"""Moderators decide about a reported picture and its author, wherever they are told."""

import pytest

from bot.sandbox.people.driver import control, controls
from tests.journey.people import accept_terms, gallery, labels, refusal_of, result_of, words
from tests.journey.reports.conftest import buttons, database, draw, hidden, hurt, notice, report, shown_again, spool

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_moderator_looks_and_restores_after_a_restart(studio, yuki, nico, mio, log_channel):
    """From the log channel: the picture is looked at privately, and then back in its message with its buttons."""
    result = await draw(yuki, seed=3)
    original = await yuki.fetch(gallery(result)[0]["media"]["url"])
    await report(nico, result)
    await hidden(yuki, result)
    await studio.kill("bot")
    await studio.start_bot()
    told = await notice(mio, log_channel)
    look = await mio.answer(await mio.press(told, control(told, "Look")))
    assert look["flags"] & 64
    assert await mio.fetch(gallery(look)[0]["media"]["url"]) == original
    seen = list(yuki.events)
    await mio.press(told, control(told, "Restore"))
    back = await shown_again(yuki, result, after=seen)
    assert await yuki.fetch(gallery(back)[0]["media"]["url"]) == original
    assert labels(back) == labels(result)
    decided = await mio.wait_for(lambda m: m["id"] == told["id"] and "Restored" in words(m))
    assert f"<@{mio.id}>" in words(decided)
    assert buttons(decided) == ["Delete"]


async def test_a_look_shows_what_was_asked_for_and_why_it_was_reported_and_decides(studio, yuki, nico, mio):
    """Words of strangers are only words there; decided, the look holds no pictures and nothing to press any more."""
    for label, ended in (("Restore", "shown again"), ("Delete", "is deleted")):
        result = await draw(yuki, subject="1girl", prompt="a quiet lake", negative="boats")
        await report(nico, result, "person", "**my** sister <@1>, https://example.com/a")
        covered = await hidden(yuki, result)
        look = await mio.answer(await mio.press(covered, control(covered, "Look")))
        assert "1girl\na quiet lake\nNegative prompt: boats" in words(look)
        assert "a real person" in words(look)
        assert "**my**" not in words(look)
        assert "\\<\\@1>" in words(look)
        assert "https://" not in words(look)
        assert buttons(look) == ["Restore", "Delete"]
        await mio.press(look, control(look, label))
        over = await mio.wait_for(lambda m, of=look, said=ended: m["id"] == of["id"] and said in words(m))
        assert (gallery(over), controls(over)) == ([], [])
    await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == result["id"])
    assert spool(studio, result) == []


async def test_a_moderator_deletes_from_the_log_channel(studio, yuki, nico, mio, log_channel):
    """Message and files go."""
    result = await draw(yuki)
    await report(nico, result)
    await hidden(yuki, result)
    told = await notice(mio, log_channel)
    await mio.press(told, control(told, "Delete"))
    await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == result["id"])
    assert spool(studio, result) == []
    decided = await mio.wait_for(lambda m: m["id"] == told["id"] and "Deleted" in words(m))
    assert buttons(decided) == []


async def test_what_was_damaged_since_can_only_be_deleted(studio, yuki, nico, mio, log_channel):
    """Neither looked at nor restored; the report stays open until somebody decides what can be done."""
    result = await draw(yuki)
    await report(nico, result)
    await hidden(yuki, result)
    hurt(studio, result)
    told = await notice(mio, log_channel)
    for label in ("Look", "Restore"):
        mio.events.clear()
        await mio.press(told, control(told, label))
        await mio.wait_for(lambda m: "damaged on my disk" in words(m) or "damaged on my disk" in m["content"])
    open_still = next(m for m in await mio.messages(log_channel) if m["id"] == told["id"])
    assert buttons(open_still) == ["Look", "Restore", "Delete"]
    await mio.press(told, control(told, "Delete"))
    await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == result["id"])


@pytest.mark.parametrize("label", ["Look", "Restore", "Delete"])
async def test_only_moderators_decide(yuki, nico, label):
    """Neither the author nor a stranger; without a log channel the message itself has the buttons."""
    result = await draw(yuki)
    await report(nico, result)
    covered = await hidden(yuki, result)
    for person in (yuki, nico):
        no = await refusal_of(person, await person.press(covered, control(covered, label)))
        assert "Only a moderator" in no
    assert not gallery(next(m for m in await yuki.messages(result["channel_id"]) if m["id"] == result["id"]))


async def test_restore_asks_the_place_as_it_is_now(yuki, ada, mio):
    """The age restriction went meanwhile: the picture stays hidden, and the moderator reads why."""
    channel = ada.channel("after-dark")
    result = await draw(ada, "after-dark", rating="sensitive")
    await report(yuki, result)
    covered = await hidden(ada, result)
    try:
        await ada.call("PATCH", f"/channels/{channel}", {"nsfw": False})
        sent = await mio.press(covered, control(covered, "Restore"))
        await mio.outcome(sent)
        no = await mio.wait_for(lambda m: m["flags"] & 64 and "stays hidden" in m["content"])
        assert "`sensitive` is not allowed here" in no["content"]
        look = await refusal_of(mio, await mio.press(covered, control(covered, "Look")))
        assert "`sensitive` is not allowed here" in look
    finally:
        await ada.call("PATCH", f"/channels/{channel}", {"nsfw": True})
    seen = list(ada.events)
    await mio.press(covered, control(covered, "Restore"))
    assert gallery(await shown_again(ada, result, after=seen))


async def test_a_moderator_times_the_author_out_and_lets_them_back(yuki, nico, mio, log_channel):
    """In this server, from the notice: their next request is a private no until it is over."""
    result = await draw(yuki)
    await report(nico, result)
    told = await notice(mio, log_channel)
    menu = next(one["custom_id"] for one in controls(told) if "label" not in one)
    await mio.choose(told, menu, "86400")
    await mio.wait_for(lambda m: m["id"] == told["id"] and "cannot draw here until" in words(m))
    no = await refusal_of(yuki, await yuki.slash(yuki.channel("general"), "imagine", prompt="1girl"))
    assert "can draw again" in no
    assert gallery(await result_of(yuki, await yuki.slash(yuki.direct_message, "imagine", prompt="1girl")))
    await mio.choose(told, menu, "0")
    await mio.wait_for(lambda m: m["flags"] & 64 and "can draw here again" in m["content"])
    assert gallery(await draw(yuki))


async def test_a_moderator_does_not_end_their_own_time_out(ada, yuki, mio, log_channel):
    """Nor make it shorter by choosing another: somebody else's picture is theirs to decide about, not their own."""
    result = await draw(mio)
    await report(yuki, result)
    told = await notice(mio, log_channel)
    menu = next(one["custom_id"] for one in controls(told) if "label" not in one)
    await ada.choose(told, menu, "86400")
    await ada.wait_for(lambda m: m["id"] == told["id"] and "cannot draw here until" in words(m))
    for length in ("0", "3600"):
        no = await refusal_of(mio, await mio.choose(told, menu, length))
        assert no == "Nobody can end or change their own lock. Please ask somebody else."
    no = await refusal_of(mio, await mio.slash(mio.channel("general"), "imagine", prompt="1girl"))
    assert "You are locked out." in no


async def test_the_end_of_a_time_out_promises_no_more_than_it_does(yuki, nico, mio, log_channel):
    """Refused words lock out by themselves: that is said, and who can end it."""
    result = await draw(yuki)
    await report(nico, result)
    told = await notice(mio, log_channel)
    menu = next(one["custom_id"] for one in controls(told) if "label" not in one)
    for _ in range(3):
        await refusal_of(yuki, await yuki.slash(yuki.channel("general"), "imagine", subject="1girl", prompt="nude"))
    await mio.choose(told, menu, "0")
    said = await mio.wait_for(lambda m: m["flags"] & 64 and "The time-out is over." in m["content"])
    assert f"Refused words still keep <@{yuki.id}> from drawing" in said["content"]
    assert "`/settings unlock`" in said["content"]


async def test_a_server_without_a_log_channel_can_time_people_out(studio, yuki, nico, mio):
    """The menu comes with the look at the picture."""
    result = await draw(yuki)
    await report(nico, result)
    covered = await hidden(yuki, result)
    look = await mio.answer(await mio.press(covered, control(covered, "Look")))
    [menu] = [one["custom_id"] for one in controls(look) if "label" not in one]
    await mio.choose(look, menu, "3600")
    await mio.wait_for(lambda m: m["flags"] & 64 and "cannot draw here until" in m["content"])
    with database(studio) as opened:
        assert opened.execute("SELECT count(*) FROM locks").fetchone() == (1,)


async def test_a_moderator_of_one_channel_does_not_decide_about_another(ada, yuki, nico, mio, log_channel):
    """Manage Messages in the log channel alone opens nothing: the picture was posted elsewhere."""
    result = await draw(yuki)
    await report(ada, result)
    told = await notice(mio, log_channel)
    path = f"/channels/{log_channel}/overwrites/{nico.id}"
    await ada.call("PUT", path, {"allow": str(1 << 13), "deny": "0"})
    try:
        for label in ("Look", "Restore", "Delete"):
            assert "Only a moderator" in await refusal_of(nico, await nico.press(told, control(told, label)))
        menu = next(one["custom_id"] for one in controls(told) if "label" not in one)
        assert "Only a moderator" in await refusal_of(nico, await nico.choose(told, menu, "3600"))
    finally:
        await ada.call("PUT", path, {"allow": "0", "deny": "0"})


async def test_an_author_who_is_forgotten_does_not_escape(yuki, nico, mio, log_channel):
    """What was hidden goes for good, and the moderators can still time its author out, by a hash."""
    result = await draw(nico)
    await report(yuki, result)
    await hidden(yuki, result)
    told = await notice(mio, log_channel)
    menu = next(one["custom_id"] for one in controls(told) if "label" not in one)
    asked = await nico.answer(await nico.slash(nico.channel("general"), "me forget"))
    await nico.press(asked, control(asked, "Forget me"))
    await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == result["id"])
    decided = await mio.wait_for(lambda m: m["id"] == told["id"] and "Deleted" in words(m))
    assert buttons(decided) == []
    await nico.wait_for(lambda m: m["id"] == asked["id"] and "Done." in words(m))
    await accept_terms(nico)
    await mio.choose(decided, menu, "3600")
    await mio.wait_for(lambda m: m["flags"] & 64 and "Its author cannot draw here until" in m["content"])
    no = await refusal_of(nico, await nico.slash(nico.channel("general"), "imagine", prompt="1girl"))
    assert "can draw again" in no

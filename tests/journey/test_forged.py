"""Presses, choices and forms that no client of Discord's would send: none reaches what its sender may not have."""

import re
import sqlite3
from contextlib import closing, contextmanager

import pytest

from bot.job import row_key
from bot.sandbox.people.driver import control, controls
from tests.journey.people import (
    delete,
    fields,
    gallery,
    import_settings,
    job_of,
    refusal_of,
    result_of,
    send_report,
    settings,
    shown,
    use,
    words,
)

pytestmark = pytest.mark.asyncio(loop_scope="session")

ACTIONS = (
    *("reroll", "edit", "recipe", "spoiler", "delete", "cancel", "tell", "show"),
    *("report", "look", "restore", "remove"),
    *("vary", "enlarge", "exactly", "redraw", "subtle:0", "strong:0", "larger:0", "double:0"),
    *("extend", "detail", "extend_out:0", "extend_left:0", "extend_right:0", "extend_up:0", "extend_down:0"),
    *("detail_face:0", "detail_centre:0", "detail_top:0", "detail_bottom:0"),
)


def database(studio):
    return closing(sqlite3.connect(studio.folder / "data" / "eshi.sqlite3", timeout=10))


@contextmanager
def moved(studio, picture, where, value):
    """Say of a picture's job that it is elsewhere, for as long as this lasts."""
    key = row_key(job_of(picture))
    with database(studio) as opened, opened:
        (before,) = opened.execute(f"SELECT {where} FROM jobs WHERE key = ?", (key,)).fetchone()  # noqa: S608  a column
        opened.execute(f"UPDATE jobs SET {where} = ? WHERE key = ?", (value, key))  # noqa: S608
    try:
        yield
    finally:
        with database(studio) as opened, opened:
            opened.execute(f"UPDATE jobs SET {where} = ? WHERE key = ?", (before, key))  # noqa: S608


async def forge(studio, person, message, type_, data):
    """Send this data as it is, below a message that there is."""
    body = {"user_id": person.id, "channel_id": message["channel_id"], "message_id": message["id"]}
    answer = await studio.developer("POST", "/interactions", body | {"type": type_, "data": data})
    return answer["interaction_id"]


async def press(studio, person, message, custom_id):
    return await forge(studio, person, message, 3, {"custom_id": custom_id, "component_type": 2, "id": 1})


async def message_now(person, message):
    return next(m for m in await person.messages(message["channel_id"]) if m["id"] == message["id"])


async def draw(person, channel="general", **options):
    asked = {"prompt": "1girl", "steps": 1, **options}
    return await result_of(person, await person.slash(person.channel(channel), "imagine", **asked))


async def test_a_button_of_another_message_does_nothing(studio, yuki, nico):
    """Neither with the id of a stranger's private picture, nor with that of another one; every action is tried."""
    own, other = await draw(nico), await draw(yuki, private=True)
    for action in ACTIONS:
        answer = await refusal_of(nico, await press(studio, nico, own, f"v1:{job_of(other)}:{action}"))
        assert answer == "You may not use this here.", action
    for person, message in ((nico, own), (yuki, other)):
        now = await message_now(person, message)
        assert words(now) == words(message)
        for before, after in zip(gallery(message), gallery(now), strict=True):
            assert (after["media"]["id"], after["spoiler"]) == (before["media"]["id"], before["spoiler"])


async def test_the_spoiler_is_that_of_the_message_s_own_picture(studio, yuki):
    """A picture of one's own that may be shown opens no other one."""
    open_one, hidden = await draw(yuki), await draw(yuki, "after-dark", rating="sensitive")
    assert [item["spoiler"] for item in gallery(hidden)] == [True]
    await refusal_of(yuki, await press(studio, yuki, hidden, f"v1:{job_of(open_one)}:spoiler"))
    assert [item["spoiler"] for item in gallery(await message_now(yuki, hidden))] == [True]
    no = await refusal_of(yuki, await use(yuki, hidden, "Spoiler"))
    assert "stay behind a spoiler" in no


@pytest.mark.parametrize("elsewhere", [1, None], ids=["another server", "a direct message"])
async def test_rights_are_asked_for_where_the_picture_is(studio, yuki, mio, elsewhere):
    """A moderator here decides nothing about what was drawn in another server, or in private."""
    picture = await draw(yuki)
    with moved(studio, picture, "guild_id", elsewhere):
        for label in ("Spoiler", "Delete"):
            no = await refusal_of(mio, await use(mio, picture, label))
            assert f"Only <@{yuki.id}> or a moderator may" in no, label
    assert gallery(await message_now(yuki, picture))
    with database(studio) as opened:
        query = "SELECT sum(deleted) FROM pictures WHERE job = ?"
        assert opened.execute(query, (row_key(job_of(picture)),)).fetchone() == (0,)


async def test_a_moderator_of_one_channel_deletes_nothing_of_another(studio, ada, yuki, nico):
    """Manage Messages where a copy stands counts for nothing where the picture was drawn."""
    here = yuki.channel("gallery")
    path = f"/channels/{here}/overwrites/{nico.id}"
    await ada.call("PUT", path, {"allow": str(1 << 13), "deny": "0"})
    try:
        picture = await draw(yuki, "gallery")
        with moved(studio, picture, "channel_id", int(yuki.channel("general"))):
            no = await refusal_of(nico, await use(nico, picture, "Delete"))
            assert f"Only <@{yuki.id}> or a moderator may delete this." in no
        await delete(nico, picture)
        await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == picture["id"])
    finally:
        await ada.call("PUT", path, {"allow": "0", "deny": "0"})


async def test_a_time_out_has_a_length_of_the_menu(studio, yuki, nico, mio):
    """It is looked up before anything is written: its author draws on."""
    picture = await draw(yuki)
    await nico.outcome(await send_report(nico, picture))
    covered = await yuki.wait_for(lambda m: m["id"] == picture["id"] and "was reported" in words(m))
    look = await shown(mio, await mio.press(covered, control(covered, "Look")))
    [menu] = [one["custom_id"] for one in controls(look) if one["custom_id"].endswith(":lock")]
    for values in (["-5"], ["abc"], ["1000000000"], ["²"], [""], []):
        chosen = {"custom_id": menu, "component_type": 3, "id": 1, "values": values}
        no = await refusal_of(mio, await forge(studio, mio, look, 3, chosen))
        assert ("cannot be chosen" in no) == (not values), no
        assert ("may not use this here" in no) == bool(values), no
    with database(studio) as opened, opened:
        assert opened.execute("SELECT count(*) FROM locks").fetchone() == (0,)
        opened.execute("DELETE FROM reports")
    assert gallery(await draw(yuki))


async def _sent(studio, person, picture, fields):
    """The private message of Edit after its form of words was sent with these fields."""
    form = await person.modal(await person.press(picture, control(picture, "Edit")))
    rows = [
        {"type": 18, "id": number, "component": {"id": 90 + number, "custom_id": name, **_value(value)}}
        for number, (name, value) in enumerate(fields.items(), start=1)
    ]
    return await shown(
        person, await forge(studio, person, picture, 5, {"custom_id": form["custom_id"], "components": rows})
    )


def _value(value):
    return {"type": 3, "values": value} if isinstance(value, list) else {"type": 4, "value": value}


async def test_a_forged_form_has_no_more_than_fits(studio, yuki):
    screen = await _sent(studio, yuki, await draw(yuki), {"tags": "a" * 6000})
    assert "6,000 characters in the tags" in words(screen)


async def test_a_rating_in_a_forged_form_is_judged_as_any_other(studio, yuki):
    """Forms of an earlier version had one."""
    screen = await _sent(studio, yuki, await draw(yuki), {"rating": ["explicit"]})
    no = await refusal_of(yuki, await yuki.press(screen, control(screen, "Draw")))
    assert "`explicit` is not allowed here" in no


@pytest.mark.parametrize("sent_fields", [{"rating": ["lewd"]}, {"tags": "smile", "steps": "50", "": "x"}, {}])
async def test_what_a_form_never_had_is_not_looked_at(studio, yuki, sent_fields):
    screen = await _sent(studio, yuki, await draw(yuki), sent_fields)
    result = await result_of(yuki, await yuki.press(screen, control(screen, "Draw")))
    recipe = await shown(yuki, await yuki.press(result, control(result, "Recipe")))
    assert re.search(r"^(1girl, )?safe, ", recipe["content"], re.MULTILINE)
    assert "1 step, guidance" in recipe["content"]


@pytest.mark.parametrize("rating", ["explicit", "lewd", ""])
async def test_a_rating_that_edit_does_not_offer_is_not_taken(studio, yuki, rating):
    """Its menu has those that may be drawn in this channel."""
    screen = await _edit_screen(yuki, await draw(yuki))
    menu = {"custom_id": _rating(screen)["custom_id"], "component_type": 3, "id": 1, "values": [rating]}
    assert "may not use this here" in await refusal_of(yuki, await forge(studio, yuki, screen, 3, menu))


async def _edit_screen(person, picture):
    """The private message of Edit, with all that is kept."""
    form = await person.modal(await person.press(picture, control(picture, "Edit")))
    return await shown(person, await person.submit(form, **fields(form)))


def _rating(screen):
    return next(one for one in controls(screen) if one.get("custom_id", "").endswith(":rating"))


async def test_a_stranger_s_private_picture_is_no_form(studio, yuki, nico):
    """Its form was opened by its owner alone."""
    private, own = await draw(yuki, private=True), await draw(nico)
    await nico.modal(await nico.press(own, control(own, "Edit")))
    sent = await forge(studio, nico, own, 5, {"custom_id": f"v1:{job_of(private)}:edited", "components": []})
    assert "no longer have the record" in await refusal_of(nico, sent)


async def test_a_form_of_the_settings_changes_nothing_for_a_member(studio, yuki, ada):
    """The right is asked for when it is sent, too."""
    picture = await draw(yuki)
    await yuki.modal(await yuki.press(picture, control(picture, "Edit")))
    rows = [{"type": 18, "id": 1, "component": {"type": 4, "id": 2, "custom_id": "added", "value": "smile"}}]
    sent = await forge(studio, yuki, picture, 5, {"custom_id": "v1:set:denied", "components": rows})
    await refusal_of(yuki, sent)
    assert gallery(await draw(ada, prompt="1girl, smile"))


@pytest.mark.parametrize(
    "option",
    [
        {"name": "steps", "type": 4, "value": 0},
        {"name": "steps", "type": 4, "value": 2**40},
        {"name": "count", "type": 4, "value": 99},
        {"name": "seed", "type": 4, "value": -1},
        {"name": "guidance", "type": 10, "value": 1e300},
        {"name": "shape", "type": 3, "value": "800x600"},
        {"name": "rating", "type": 3, "value": "lewd"},
        {"name": "sampler", "type": 3, "value": "dreams"},
        {"name": "more_tags", "type": 3, "value": "\u202e" * 50 + "smile\0"},
    ],
    ids=lambda option: f"{option['name']} {option['value']!r:.12}",
)
async def test_options_are_held_to_their_bounds_by_the_bot_too(studio, yuki, option):
    """What Discord's own check would have stopped is a private sentence."""
    [command] = [one for one in await yuki.commands(yuki.channel("general")) if one["name"] == "imagine"]
    data = {"id": command["id"], "name": "imagine", "type": 1}
    prompt = {"name": "prompt", "type": 3, "value": "1girl"}
    body = {"user_id": yuki.id, "channel_id": yuki.channel("general"), "type": 2}
    answer = await studio.developer("POST", "/interactions", body | {"data": data | {"options": [prompt, option]}})
    assert await refusal_of(yuki, answer["interaction_id"])


async def test_edit_and_recipe_are_refused_together(ada, yuki, nico):
    """Where the age restriction was taken away, and to whose role the admins gave less."""
    picture = await draw(yuki, "after-dark", rating="sensitive")
    channel = ada.channel("after-dark")
    await ada.call("PATCH", f"/channels/{channel}", {"nsfw": False})
    try:
        await _refused_words(nico, picture)
    finally:
        await ada.call("PATCH", f"/channels/{channel}", {"nsfw": True})
    async with settings(ada):
        await import_settings(ada, f'[role_limits]\n{ada.guild} = "safe"\n'.encode())
        await _refused_words(nico, picture)


async def _refused_words(person, picture):
    for label in ("Edit", "Recipe"):
        said = await refusal_of(person, await person.press(picture, control(picture, label)))
        assert "`sensitive` is not allowed here" in said, label


async def test_a_channel_that_asks_before_it_opens_is_not_age_restricted(ada, yuki):
    """Discord's spoiler flag raises nothing: neither what may be asked for nor what is offered."""
    channel = ada.channel("general")
    await ada.call("PATCH", f"/channels/{channel}", {"spoiler": True})
    try:
        sent = await yuki.slash(channel, "imagine", prompt="1girl", rating="sensitive")
        assert "`sensitive` is not allowed here" in await refusal_of(yuki, sent)
        screen = await _edit_screen(yuki, await draw(yuki))
        assert [option["value"] for option in _rating(screen)["options"]] == ["safe"]
    finally:
        await ada.call("PATCH", f"/channels/{channel}", {"spoiler": False})


OPERATING = ("show", "pause", "resume", "drain", "open", "reload", "announce", "block", "unblock")
FORMS_OF_THE_OPERATOR = ("announce", "block", "unblock")


async def test_nobody_else_presses_what_is_the_operator_s(studio, ada, yuki):
    """Neither below their own message nor on the owner's page, nor with a form; it obeys its owner after a restart."""
    page, own = await shown(ada, await ada.slash(ada.channel("general"), "operator")), await draw(yuki)
    filled = (("notice", "hello"), ("id", yuki.guild), ("kind", ["server"]))
    rows = [
        {"type": 18, "id": number, "component": {"id": 90 + number, "custom_id": name, **_value(value)}}
        for number, (name, value) in enumerate(filled, start=1)
    ]
    for act in OPERATING:
        no = await refusal_of(yuki, await press(studio, yuki, own, f"v1:op:{act}"))
        assert no == "You may not use this here.", act
    for act in {*OPERATING} & {one["custom_id"].removeprefix("v1:op:") for one in controls(page)}:
        no = await refusal_of(yuki, await press(studio, yuki, page, f"v1:op:{act}"))
        assert "Only whoever runs this bot" in no, act
    for act in FORMS_OF_THE_OPERATOR:
        await yuki.modal(await yuki.press(own, control(own, "Edit")))
        form = {"custom_id": f"v1:op:{act}", "components": rows}
        assert "Only whoever runs this bot" in await refusal_of(yuki, await forge(studio, yuki, own, 5, form)), act
    with database(studio) as opened:
        assert opened.execute("SELECT count(*) FROM blocked_servers").fetchone() == (0,)
    await studio.kill("bot")
    await studio.start_bot()
    assert "Only whoever runs this bot" in await refusal_of(yuki, await press(studio, yuki, page, "v1:op:pause"))
    page = await shown(ada, await use(ada, page, "Drain"))
    assert "Draining" in words(page)
    assert "Draining" not in words(await shown(ada, await use(ada, page, "Take new requests")))

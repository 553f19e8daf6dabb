"""What Discord refuses is refused here, with its status, its code and its tree of errors."""

import aiohttp
import pytest

from bot.sandbox.server import Sandbox
from tests.bot.sandbox.conftest import PING

GENERAL = "general"
MIB = 1024 * 1024


def code(answer):
    status, body = answer
    return status, body["code"]


async def test_a_wrong_token_is_401(api):
    """A call without the bot's token does nothing."""
    assert code(await api.call("GET", "/users/@me", token="wrong"))  # noqa: S106 - no secret == (401, 0)


async def test_an_unknown_route_is_404_and_loud(api, sandbox):
    """A route that is not built is not silently fine."""
    assert code(await api.call("GET", "/nothing/here")) == (404, 0)
    assert [one["rule"] for one in sandbox.violations] == ["UNKNOWN_ROUTE"]


async def test_json_that_is_none_is_50109(api, yuki):
    """A body that cannot be read says so."""
    path = f"/channels/{yuki.channel(GENERAL)}/messages"
    assert code(await api.call("POST", path, headers={"Content-Type": "application/json"})) == (400, 50109)


async def test_errors_are_nested_by_place(api, yuki):
    """The tree of errors follows the body's own structure."""
    rows = [{"type": 1, "components": [{"type": 2, "style": 1, "label": "no id"}]}]
    body = {"content": "a", "components": rows}
    _, answer = await api.call("POST", f"/channels/{yuki.channel(GENERAL)}/messages", body)
    leaf = answer["errors"]["components"]["0"]["components"]["0"]["custom_id"]["_errors"][0]
    assert leaf == {"code": "BASE_TYPE_REQUIRED", "message": "This field is required"}


async def test_the_first_answer_has_three_seconds(api, asked, sandbox, yuki):
    """After three seconds the interaction is unknown, and its person reads that the bot did not respond."""
    sandbox.advance(3.0)
    assert code(await api.answer(asked, {"type": 5})) == (404, 10062)
    failed = await yuki.wait_for_event("interaction.failed")
    assert failed["message"] == "bot did not respond in time."
    assert code(await api.call("GET", api.webhook(asked, "/messages/@original"))) == (404, 10015)


async def test_an_answer_just_in_time_counts(api, asked, sandbox, yuki):
    """Within three seconds all is well, and nothing fails afterwards."""
    sandbox.advance(2.0)
    assert (await api.answer(asked, {"type": 5}))[0] == 200
    sandbox.advance(60.0)
    await yuki.say(yuki.channel(GENERAL), "later")
    await yuki.wait_for(lambda message: message["content"] == "later")
    assert not [one for one in yuki.events if one["event"] == "interaction.failed"]


async def test_a_second_answer_is_40060(api, asked):
    """An interaction is acknowledged once."""
    await api.answer(asked, {"type": 5})
    assert code(await api.answer(asked, {"type": 4, "data": {"content": "again"}})) == (400, 40060)


async def test_a_token_lives_fifteen_minutes(api, asked, sandbox):
    """Up to a quarter of an hour the token edits; then it is 50027."""
    await api.answer(asked, {"type": 5})
    sandbox.advance(15 * 60 - 2)
    assert (await api.call("PATCH", api.webhook(asked, "/messages/@original"), {"content": "late"}))[0] == 200
    sandbox.advance(2)
    for method, rest in (("GET", "/messages/@original"), ("PATCH", "/messages/@original"), ("POST", "")):
        assert code(await api.call(method, api.webhook(asked, rest), {"content": "later"})) == (401, 50027)


async def test_after_the_token_the_bot_still_edits_its_message(api, asked, sandbox):
    """The message outlives the token: the bot's own token edits it as a channel message."""
    _, body = await api.answer(asked, {"type": 4, "data": {"content": "first"}})
    sandbox.advance(3600)
    message = body["resource"]["message"]
    path = f"/channels/{message['channel_id']}/messages/{message['id']}"
    assert (await api.call("PATCH", path, {"content": "second"}))[1]["content"] == "second"


async def test_nothing_is_edited_in_an_archived_thread(api, sandbox, yuki, ada):
    """Neither by a token nor by the bot's own right, until somebody writes there again."""
    await api.call("POST", f"/applications/{sandbox.world.application_id}/commands", PING)
    thread = yuki.channel("first sketches")
    asked = sandbox.world.interactions[int(await yuki.slash(thread, "ping"))]
    _, body = await api.answer(asked, {"type": 4, "data": {"content": "first"}})
    await ada.call("PATCH", f"/channels/{thread}", {"archived": True})
    by_right = f"/channels/{thread}/messages/{body['resource']['message']['id']}"
    for path in (api.webhook(asked, "/messages/@original"), by_right):
        assert code(await api.call("PATCH", path, {"content": "second"})) == (400, 50083)
    await yuki.say(thread, "Is anybody here?")
    assert (await api.call("PATCH", by_right, {"content": "second"}))[0] == 200


async def test_an_unknown_token_is_10015(api, asked):
    """Nobody's token is an unknown webhook; so is one that was never acknowledged."""
    assert code(await api.call("POST", api.webhook(asked), {"content": "early"})) == (404, 10015)
    other = api.webhook(asked).rsplit("/", 1)[0] + "/another"
    assert code(await api.call("POST", other, {"content": "lost"})) == (404, 10015)


async def test_a_deleted_original_is_10008(api, asked):
    """What was deleted is an unknown message, for good."""
    await api.answer(asked, {"type": 4, "data": {"content": "soon gone"}})
    original = api.webhook(asked, "/messages/@original")
    assert (await api.call("DELETE", original))[0] == 204
    assert code(await api.call("PATCH", original, {"content": "back?"})) == (404, 10008)


async def test_a_deleted_channel_is_10003(api, asked, ada):
    """In a channel that is gone nothing can be said or edited."""
    await api.answer(asked, {"type": 5})
    await ada.call("DELETE", f"/channels/{asked.channel.id}")
    assert code(await api.call("PATCH", api.webhook(asked, "/messages/@original"), {"content": "a"})) == (404, 10003)
    assert code(await api.call("POST", f"/channels/{asked.channel.id}/messages", {"content": "a"})) == (404, 10003)
    assert code(await api.call("GET", f"/channels/{asked.channel.id}")) == (404, 10003)


async def test_an_empty_message_is_50006(api, yuki):
    """A message says or shows something."""
    assert code(await api.call("POST", f"/channels/{yuki.channel(GENERAL)}/messages", {})) == (400, 50006)


@pytest.mark.parametrize("kind", [1, 6, 7, 8, 10, 12, 99])
async def test_a_command_is_not_answered_with_what_does_not_fit(api, asked, kind):
    """Pong, updates of no message, choices, premium and activities do not answer a command."""
    status, body = await api.answer(asked, {"type": kind, "data": {"choices": []}})
    assert (status, body["code"]) == (400, 50035)
    assert (await api.answer(asked, {"type": 5}))[0] == 200, "after a refusal the interaction still waits"


async def test_a_message_answer_needs_data(api, asked):
    """Type 4 with nothing in it is refused."""
    status, body = await api.answer(asked, {"type": 4})
    assert (status, body["errors"]["data"]["_errors"][0]["code"]) == (400, "BASE_TYPE_REQUIRED")


async def test_a_file_over_ten_mebibytes_is_40005(api, yuki, asked):
    """The limit holds for one file, in a channel and in an answer, and nothing is posted."""
    path, files = f"/channels/{yuki.channel(GENERAL)}/messages", [("big.png", b"0" * (10 * MIB + 1))]
    assert code(await api.call("POST", path, {"content": "big"}, files=files)) == (413, 40005)
    assert code(await api.answer(asked, {"type": 4, "data": {"content": "big"}}, files=files)) == (413, 40005)
    assert await yuki.messages(yuki.channel(GENERAL)) == []


async def test_a_request_over_25_mebibytes_is_40005(api, yuki):
    """Three files, each within its limit, are too much together."""
    files = [(f"{number}.bin", b"0" * (9 * MIB)) for number in range(3)]
    path = f"/channels/{yuki.channel(GENERAL)}/messages"
    assert code(await api.call("POST", path, {"content": "heavy"}, files=files)) == (413, 40005)


async def test_eleven_files_are_50035(api, yuki):
    """A message carries ten attachments at most."""
    files = [(f"{number}.txt", b"a") for number in range(11)]
    answer = await api.call("POST", f"/channels/{yuki.channel(GENERAL)}/messages", {"content": "many"}, files=files)
    assert code(answer) == (400, 50035)


async def test_a_message_by_somebody_else_is_not_edited(api, yuki):
    """The bot edits its own messages alone."""
    message = await yuki.say(yuki.channel(GENERAL), "mine")
    path = f"/channels/{message['channel_id']}/messages/{message['id']}"
    assert code(await api.call("PATCH", path, {"content": "yours"})) == (403, 50005)
    assert code(await api.call("DELETE", path)) == (403, 50013)


async def test_no_permission_is_50013_and_no_sight_is_50001(api, yuki, ada, sandbox):
    """Writing, attaching and reading need their rights; a hidden channel is no access at all."""
    quiet = f"/channels/{yuki.channel('no-pictures')}/messages"
    assert (await api.call("POST", quiet, {"content": "words"}))[0] == 200
    assert code(await api.call("POST", quiet, {"content": "a"}, files=[("a.png", b"a")])) == (403, 50013)
    assert code(await api.call("POST", f"/channels/{yuki.channel('announcements')}/messages", {"content": "a"})) == (
        403,
        50013,
    )
    general = yuki.channel(GENERAL)
    deny = {"deny": str(1 << 10)}
    await ada.call("PUT", f"/channels/{general}/overwrites/{sandbox.world.bot.id}", deny)
    assert code(await api.call("POST", f"/channels/{general}/messages", {"content": "a"})) == (403, 50001)
    assert code(await api.call("GET", f"/channels/{general}")) == (403, 50001)


async def test_a_bot_that_was_kicked_has_no_access(api, ada, yuki, sandbox):
    """Without membership every channel is closed; invited again, they open."""
    path = f"/channels/{yuki.channel(GENERAL)}/messages"
    await ada.call("DELETE", f"/guilds/{ada.guild}/members/{sandbox.world.bot.id}")
    assert code(await api.call("POST", path, {"content": "a"})) == (403, 50001)
    assert code(await api.call("GET", f"/guilds/{ada.guild}")) == (403, 50001)
    await ada.call("PUT", f"/guilds/{ada.guild}/members/{sandbox.world.bot.id}")
    assert (await api.call("POST", path, {"content": "a"}))[0] == 200


async def test_a_forum_takes_no_messages_but_posts(api, yuki):
    """In a forum one opens a thread with a first message."""
    forum = yuki.channel("critique")
    assert code(await api.call("POST", f"/channels/{forum}/messages", {"content": "a"})) == (400, 50008)
    body = {"name": "A post", "message": {"content": "First."}}
    status, thread = await api.call("POST", f"/channels/{forum}/threads", body)
    assert (status, thread["type"], thread["message"]["content"]) == (201, 11, "First.")


async def test_a_webhook_never_reaches_what_is_not_its_own(api, asked, yuki):
    """An interaction's token edits the messages that it wrote, and no others."""
    await api.answer(asked, {"type": 5})
    other = await yuki.say(yuki.channel(GENERAL), "hands off")
    assert code(await api.call("PATCH", api.webhook(asked, f"/messages/{other['id']}"), {"content": "a"})) == (
        404,
        10008,
    )


async def test_an_ephemeral_message_is_unknown_to_the_channel(api, asked):
    """By the bot's token an ephemeral message does not exist; by its interaction it does."""
    _, body = await api.answer(asked, {"type": 4, "data": {"content": "secret", "flags": 64}})
    message = body["resource"]["message"]
    path = f"/channels/{message['channel_id']}/messages/{message['id']}"
    assert code(await api.call("GET", path)) == (404, 10008)
    assert (await api.call("GET", path.rsplit("/", 1)[0]))[1] == []
    assert (await api.call("GET", api.webhook(asked, "/messages/@original")))[1]["content"] == "secret"


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"content": 5}, "content"),
        ({"content": "a", "embeds": {}}, "embeds"),
        ({"content": "a", "flags": "64"}, "flags"),
        ({"content": "a", "attachments": [{"filename": "a.png"}]}, "attachments"),
        ({"content": "a", "message_reference": {}}, "message_reference"),
    ],
)
async def test_malformed_bodies_are_50035_without_the_description_too(body, place):
    """Where Discord's description is not at hand, a wrong type is still a refusal and no accident."""
    async with Sandbox.serve() as sandbox, aiohttp.ClientSession() as session:
        channel = next(one.id for one in sandbox.world.channels.values() if one.name == GENERAL)
        headers = {"Authorization": f"Bot {sandbox.token}"}
        url = f"{sandbox.api_url}/channels/{channel}/messages"
        async with session.post(url, json=body, headers=headers) as response:
            assert (response.status, list((await response.json())["errors"])) == (400, [place])
        async with session.get(url, params={"limit": "many"}, headers=headers) as response:
            assert (response.status, (await response.json())["code"]) == (400, 50035)

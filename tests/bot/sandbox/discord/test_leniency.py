"""What Discord takes is taken; what it only reads past is said to the bot's author, and nothing else happens."""

import json

import aiohttp
import pytest

from bot.sandbox.discord import unread
from bot.sandbox.discord.rest import ROUTES

BY_NAME = {route.name: route for route in ROUTES}
CREATE = "POST /channels/{channel_id}/messages"
EDIT = "PATCH /channels/{channel_id}/messages/{message_id}"
FOLLOW_UP = "POST /webhooks/{webhook_id}/{webhook_token}"
ANSWER = "POST /interactions/{interaction_id}/{interaction_token}/callback"
THREAD_FROM = "POST /channels/{channel_id}/messages/{message_id}/threads"
THREAD = "POST /channels/{channel_id}/threads"
COMMANDS = "PUT /applications/{application_id}/commands"
COMMAND = "POST /applications/{application_id}/guilds/{guild_id}/commands"
BUTTON = {"type": 2, "style": 1, "label": "A", "custom_id": "a"}
UNKNOWN = "UNKNOWN_FIELD"


def passed_over(route, body):
    _, found = unread.without(BY_NAME[route], body)
    return [(".".join(map(str, path)), rule) for path, rule, _ in found]


@pytest.mark.parametrize(
    ("route", "body", "where"),
    [
        (CREATE, {"content": "a", "colour": 1}, "colour"),
        (CREATE, {"embeds": [{"title": "a", "colour": 1}]}, "embeds.0.colour"),
        (CREATE, {"embeds": [{"footer": {"txt": "a"}}]}, "embeds.0.footer.txt"),
        (CREATE, {"allowed_mentions": {"parse": [], "everyone": True}}, "allowed_mentions.everyone"),
        (CREATE, {"components": [{"type": 1, "components": [BUTTON | {"hint": 1}]}]}, "components.0.components.0.hint"),
        (EDIT, {"content": "a", "enforce_nonce": True}, "enforce_nonce"),
        (FOLLOW_UP, {"content": "a", "username": "b"}, "username"),
        (FOLLOW_UP, {"content": "a", "thread_name": "b"}, "thread_name"),
        (CREATE, {"content": "a", "username": "b"}, "username"),
        (ANSWER, {"type": 4, "data": {"content": "a", "enforce_nonce": False}}, "data.enforce_nonce"),
        (ANSWER, {"type": 4, "data": {}, "colour": 1}, "colour"),
        (ANSWER, {"type": 8, "data": {"choices": [{"name": "a", "value": "a", "hint": 1}]}}, "data.choices.0.hint"),
        (
            ANSWER,
            {
                "type": 9,
                "data": {
                    "custom_id": "a",
                    "title": "b",
                    "components": [
                        {"type": 18, "label": "c", "component": {"type": 4, "custom_id": "d", "style": 1, "e": 1}}
                    ],
                },
            },
            "data.components.0.component.e",
        ),
        (THREAD_FROM, {"name": "a", "type": 11}, "type"),
        (THREAD, {"name": "a", "message": {"content": "b", "colour": 1}}, "message.colour"),
        (COMMANDS, [{"name": "a", "description": "b", "colour": 1}], "0.colour"),
        (COMMAND, {"name": "a", "options": [{"type": 1, "options": [{"hint": 1}]}]}, "options.0.options.0.hint"),
    ],
)
def test_what_discord_has_no_field_for_is_named(route, body, where):
    """Each unknown key is found at its place, and only there; the body that came stays as it is."""
    before = json.dumps(body)
    assert passed_over(route, body) == [(where, UNKNOWN)]
    assert json.dumps(body) == before


@pytest.mark.parametrize(
    ("route", "body"),
    [
        (CREATE, {"content": "a", "enforce_nonce": True, "nonce": "1", "sticker_ids": [], "poll": None}),
        (CREATE, {"content": "a", "attachments": [{"id": 0, "spoiler": True}]}),
        (THREAD, {"name": "a", "applied_tags": [], "message": {"content": "b", "sticker_ids": []}}),
        (COMMAND, {"name": "a", "description": "b", "default_permission": True, "dm_permission": None}),
        (ANSWER, {"type": 5}),
        (CREATE, {"components": [{"type": 98, "whatever": 1}]}),  # its rules refuse it
        (CREATE, "no object"),
    ],
)
def test_what_discord_documents_is_no_matter(route, body):
    """A documented key is in order, whether or not the stand-in does anything with it."""
    assert passed_over(route, body) == []


async def test_an_unknown_key_is_recorded_and_the_call_goes_on(api, sandbox, yuki):
    """The message is there, the violation too, and the feed shows what was really sent."""
    general = yuki.channel("general")
    status, _ = await api.call("POST", f"/channels/{general}/messages", {"content": "a", "colour": 1})
    assert status == 200
    assert [one["content"] for one in await yuki.messages(general)] == ["a"]
    assert [(one["rule"], one["side"]) for one in sandbox.violations] == [(UNKNOWN, "request")]
    assert sandbox.feed.entries()[-1]["request"] == {"content": "a", "colour": 1}


async def test_an_edit_cannot_make_a_message_ephemeral_and_may_say_so(api, sandbox, yuki):
    """Flag 64 of an edit is read past, of a message's own token and of a button's answer."""
    general = yuki.channel("general")
    _, message = await api.call("POST", f"/channels/{general}/messages", {"content": "a"})
    status, edited = await api.call("PATCH", f"/channels/{general}/messages/{message['id']}", {"flags": 64 | 4})
    assert (status, edited["flags"]) == (200, 4)
    assert [one["rule"] for one in sandbox.violations] == ["MESSAGE_FLAGS_INVALID"]
    assert passed_over(ANSWER, {"type": 7, "data": {"flags": 64}}) == [("data.flags", "MESSAGE_FLAGS_INVALID")]
    assert passed_over(ANSWER, {"type": 4, "data": {"flags": 64}}) == []


@pytest.mark.usefixtures("judged")
async def test_a_form_may_be_urlencoded(sandbox, yuki):
    """`payload_json` alone, as a client without files sends it, is in order."""
    url = f"{sandbox.api_url}/channels/{yuki.channel('general')}/messages"
    form = {"payload_json": json.dumps({"content": "ä & b"})}
    headers = {"Authorization": f"Bot {sandbox.token}"}
    async with aiohttp.ClientSession() as session, session.post(url, data=form, headers=headers) as response:
        assert (response.status, (await response.json())["content"]) == (200, "ä & b")


async def test_a_part_of_another_name_is_named(sandbox, yuki):
    """A file that is not called files[n] is no attachment, which its author should know."""
    form = aiohttp.FormData(quote_fields=False)
    form.add_field("payload_json", '{"content": "a"}')
    form.add_field("picture", b"a", filename="a.png")
    path = f"{sandbox.api_url}/channels/{yuki.channel('general')}/messages"
    headers = {"Authorization": f"Bot {sandbox.token}"}
    async with aiohttp.ClientSession() as session, session.post(path, data=form, headers=headers) as response:
        assert (await response.json())["attachments"] == []
    assert [one["rule"] for one in sandbox.violations] == [UNKNOWN]


@pytest.mark.usefixtures("judged")
@pytest.mark.parametrize("rights", ["32", 32])
async def test_rights_are_a_string_or_a_number(api, sandbox, rights):
    """The documentation says string, the description integer; Discord takes both and answers with a string."""
    body = {"name": "a", "description": "b", "default_member_permissions": rights}
    status, made = await api.call("POST", f"/applications/{sandbox.world.application_id}/commands", body)
    assert (status, made["default_member_permissions"]) == (201, "32")


@pytest.mark.usefixtures("judged")
async def test_an_answer_may_be_a_file_and_nothing_else(api, asked):
    """`data` is there and empty, as Eris sends it."""
    body = {"type": 4, "data": {}}
    status, answer = await api.answer(asked, body, files=[("a.txt", b"hello")])
    assert (status, [one["filename"] for one in answer["resource"]["message"]["attachments"]]) == (200, ["a.txt"])


async def test_an_answer_of_nothing_at_all_is_refused(api, asked):
    """No data is no answer, and empty data without a file is an empty message."""
    _, refused = await api.answer(asked, {"type": 4})
    assert refused["errors"]["data"]["_errors"][0]["code"] == "BASE_TYPE_REQUIRED"
    assert (await api.answer(asked, {"type": 4, "data": {}}))[1]["code"] == 50006

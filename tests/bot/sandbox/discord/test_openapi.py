"""Discord's own description judges the stand-in: what it accepts, what it answers, and where it stays silent."""

import pytest

from bot.sandbox.discord import rest
from bot.sandbox.rules.schema import describe


@pytest.fixture
def description(openapi_path):
    return describe(openapi_path)


def test_every_route_is_in_the_description(description):
    """Nothing is built that Discord does not have; what its description lacks is named."""
    undescribed = {"POST /attachments/refresh-urls", "GET /applications/{application_id}/skus"}
    assert {one.name for one in rest.ROUTES if not one.described} == undescribed
    for route in (one for one in rest.ROUTES if one.described):
        assert description.answer(route.method, route.template, 404, {"message": "", "code": 0}) == [], route.name


@pytest.mark.parametrize(
    ("method", "template", "body", "path"),
    [
        ("POST", "/channels/{channel_id}/messages", {"content": "x" * 4001}, ("content",)),
        ("POST", "/channels/{channel_id}/messages", {"content": 5}, ("content",)),
        ("POST", "/channels/{channel_id}/messages", {"embeds": [{"title": "x" * 257}]}, ("embeds", 0, "title")),
        (
            "POST",
            "/channels/{channel_id}/messages",
            {"components": [{"type": 1, "components": [{"type": 2, "style": 1, "label": "x" * 81}]}]},
            ("components", 0, "components", 0, "label"),
        ),
        (
            "POST",
            "/interactions/{interaction_id}/{interaction_token}/callback",
            {"type": 8, "data": {"choices": [{"name": "a", "value": "a"}] * 26}},
            ("data", "choices"),
        ),
        (
            "POST",
            "/interactions/{interaction_id}/{interaction_token}/callback",
            {"type": 9, "data": {"title": "x" * 46, "custom_id": "a", "components": []}},
            ("data", "title"),
        ),
        ("PUT", "/applications/{application_id}/commands", [{"name": "a" * 33, "description": "a"}], (0, "name")),
    ],
)
def test_what_the_description_catches_is_placed(description, method, template, body, path):
    """Of a union the branch that was meant is reported, at the exact place."""
    assert path in [where for where, _, _ in description.request(method, template, body)]


def test_findings_do_not_repeat_what_was_written(description):
    """They are logged, and the words of people are not."""
    body = {"content": "secret" * 1000}
    ((_, code, words),) = description.request("POST", "/channels/{channel_id}/messages", body)
    assert code == "BASE_TYPE_MAX_LENGTH"
    assert "secret" not in words


def test_numbers_are_taken_for_snowflakes_in_requests_only(description):
    """Clients send ids as numbers; Discord answers with strings."""
    assert description.request("POST", "/users/@me/channels", {"recipient_id": 5}) == []
    assert description.answer("GET", "/gateway", 200, {"url": "ws://a"}) == []
    assert description.answer("GET", "/users/@me", 200, {"id": 5}) != []


def test_an_answer_that_discord_would_not_give_is_found(description):
    """A status, a body or an emptiness that is not described is reported."""
    assert description.answer("GET", "/users/@me", 302, None)[0][1] == "UNKNOWN_STATUS"
    assert (
        description.answer("DELETE", "/channels/{channel_id}/messages/{message_id}", 204, {"a": 1})[0][1] == "NOT_EMPTY"
    )
    assert description.answer("GET", "/nowhere", 200, {})[0][1] == "UNKNOWN_ROUTE"
    assert description.answer("GET", "/users/@me", 502, {"message": "a fault"}) == []


def test_a_limit_may_be_answered_without_a_code(description):
    """Only some limits have one (documentation, "Rate Limit Response Structure"); the rest of the answer is needed."""
    limited = {"message": "You are being rate limited.", "retry_after": 0.5, "global": False}
    assert description.answer("GET", "/users/@me", 429, limited) == []
    assert description.answer("GET", "/users/@me", 429, {"message": "a"}) != []


READS = (
    "/users/@me",
    "/users/@me/guilds",
    "/users/{user}",
    "/applications/@me",
    "/oauth2/applications/@me",
    "/applications/{application}/emojis",
    "/applications/{application}/commands",
    "/gateway",
    "/gateway/bot",
    "/guilds/{guild}",
    "/guilds/{guild}?with_counts=true",
    "/guilds/{guild}/channels",
    "/guilds/{guild}/threads/active",
    "/guilds/{guild}/roles",
    "/guilds/{guild}/members?limit=10",
    "/guilds/{guild}/members/{user}",
    "/channels/{channel}",
    "/channels/{thread}",
    "/channels/{forum}",
    "/channels/{direct}",
    "/channels/{channel}/messages",
)


@pytest.mark.usefixtures("description", "judged", "asked")
async def test_every_reading_route_answers_as_described(api, sandbox, yuki):
    """All that can be read has Discord's shape; `judged` asks the description."""
    names = {
        "user": yuki.id,
        "application": sandbox.world.application_id,
        "guild": yuki.guild,
        "channel": yuki.channel("general"),
        "thread": yuki.channel("first sketches"),
        "forum": yuki.channel("critique"),
        "direct": yuki.direct_message,
    }
    await yuki.say(yuki.channel("general"), "a message")
    for path in READS:
        status, _ = await api.call("GET", path.format(**names))
        assert status == 200, path


@pytest.mark.usefixtures("description", "judged")
async def test_commands_through_their_whole_life(api, sandbox, yuki):
    """Create, edit, read, list and delete, everywhere and in a guild, answered as described."""
    application = f"/applications/{sandbox.world.application_id}"
    for path in (f"{application}/commands", f"{application}/guilds/{yuki.guild}/commands"):
        status, made = await api.call("POST", path, {"name": "a", "description": "b", "default_member_permissions": 8})
        assert (status, made["default_member_permissions"]) == (201, "8")
        status, same = await api.call("POST", path, {"name": "a", "description": "c"})
        assert (status, same["id"], same["version"] > made["version"]) == (200, made["id"], True)
        status, edited = await api.call("PATCH", f"{path}/{made['id']}", {"name": "renamed"})
        assert (status, edited["id"], edited["name"], edited["description"]) == (200, made["id"], "renamed", "c")
        assert [one["name"] for one in (await api.call("GET", path))[1]] == ["renamed"]
        assert (await api.call("DELETE", f"{path}/{made['id']}"))[0] == 204
        assert (await api.call("GET", f"{path}/{made['id']}"))[1]["code"] == 10063

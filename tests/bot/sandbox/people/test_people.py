"""What people may see and do: the contract of the page, held over HTTP."""

import asyncio

import aiohttp
import pytest

from bot.sandbox.people.driver import ActRefused, Visitor, control
from bot.sandbox.server import Sandbox
from bot.sandbox.world import blueprint
from bot.sandbox.world.blueprint import PlannedChannel, PlannedGuild, PlannedUser, PlannedWorld
from tests.patience import PATIENCE_S

ADULT = {"name": "adult", "description": "For adults.", "nsfw": True}
TAKE = {
    "name": "take",
    "description": "Takes.",
    "options": [
        {"type": 3, "name": "text", "description": "A text.", "required": True, "max_length": 5},
        {"type": 4, "name": "seed", "description": "A number.", "min_value": 0, "max_value": 4294967295},
        {"type": 3, "name": "shape", "description": "A shape.", "choices": [{"name": "square", "value": "1:1"}]},
        {"type": 5, "name": "yes", "description": "Yes or no."},
        {"type": 6, "name": "who", "description": "A person."},
        {"type": 11, "name": "image", "description": "A picture."},
    ],
}


@pytest.fixture
async def commands(api, sandbox):
    """Register commands by hand."""

    async def put(*bodies):
        path = f"/applications/{sandbox.world.application_id}/commands"
        status, answer = await api.call("PUT", path, list(bodies))
        assert status == 200, answer

    return put


async def refusal(awaitable):
    with pytest.raises(ActRefused) as caught:
        await awaitable
    return caught.value


async def test_the_state_is_what_this_person_sees(sandbox, yuki, ada):
    """Channels, threads, members with their rights, the direct message; nobody else's."""
    guild = yuki.state["guilds"][0]
    assert {one["name"] for one in guild["channels"]} >= {"general", "after-dark", "first sketches", "critique"}
    rights = {one["user"]["username"]: int(one["permissions"]) for one in guild["members"]}
    assert rights["ada"] & 8
    assert not rights["yuki"] & 8
    assert [one["username"] for one in yuki.state["direct_messages"][0]["recipients"]] == ["bot"]
    assert ada.state["direct_messages"] == []
    assert yuki.state["bot"]["online"] is False
    assert yuki.state["bot"]["application_id"] == str(sandbox.world.application_id)


@pytest.mark.parametrize(
    ("options", "fault"),
    [
        ({}, {"text": "This option is required."}),
        ({"text": "abcdef"}, {"text": "At most 5 characters."}),
        ({"text": 1}, {"text": "Type a text."}),
        ({"text": "a", "seed": -1}, {"seed": "At least 0."}),
        ({"text": "a", "seed": 2**32}, {"seed": "At most 4,294,967,295."}),
        ({"text": "a", "seed": 1.5}, {"seed": "Type a whole number."}),
        ({"text": "a", "shape": "2:1"}, {"shape": "Choose one of the choices."}),
        ({"text": "a", "yes": "true"}, {"yes": "Choose true or false."}),
        ({"text": "a", "who": "1"}, {"who": "Choose a member."}),
        ({"text": "a", "image": "1"}, {"image": "Attach a file."}),
        ({"text": "a", "other": 1}, {"other": "This command has no such option."}),
        ({"seed": -1}, {"text": "This option is required.", "seed": "At least 0."}),
    ],
)
async def test_options_are_checked_like_in_the_client(commands, yuki, sandbox, options, fault):
    """A wrong value is a sentence beside its field, and the bot hears nothing."""
    await commands(TAKE)
    caught = await refusal(yuki.slash(yuki.channel("general"), "take", **options))
    assert (caught.code, caught.fields) == ("invalid_options", fault)
    assert sandbox.world.interactions == {}


async def test_an_age_restricted_command_has_its_places(commands, yuki, ada):
    """Only restricted channels, their threads, and the direct messages of who allowed it."""
    await commands(ADULT)
    assert (await refusal(yuki.slash(yuki.channel("general"), "adult"))).code == "age_restricted"
    for place in ("after-dark", "night studies"):
        await yuki.slash(yuki.channel(place), "adult")
    assert await yuki.commands(yuki.direct_message) == []
    direct = (await ada.call("POST", "/direct-messages", {"recipient_id": ada.state["bot"]["user"]["id"]}))["channel"]
    assert [one["name"] for one in await ada.commands(direct["id"])] == ["adult"]


async def test_contexts_and_guild_commands(commands, api, sandbox, yuki):
    """A command for servers is not offered in direct messages; a guild's own hides the global one of its name."""
    await commands({"name": "here", "description": "global", "contexts": [0]}, {"name": "both", "description": "b"})
    path = f"/applications/{sandbox.world.application_id}/guilds/{yuki.guild}/commands"
    await api.call("POST", path, {"name": "here", "description": "own"})
    assert {one["name"] for one in await yuki.commands(yuki.direct_message)} == {"both"}
    offered = {one["name"]: one["description"] for one in await yuki.commands(yuki.channel("general"))}
    assert offered == {"here": "own", "both": "b"}


async def test_sub_commands_by_their_full_name(commands, yuki, sandbox):
    """Group and sub-command are part of the name; the bare command is not enough."""
    limit = {"type": 3, "name": "limit", "description": "l"}
    inner = {"type": 1, "name": "set", "description": "s", "options": [limit]}
    await commands(
        {
            "name": "settings",
            "description": "s",
            "options": [{"type": 2, "name": "rating", "description": "r", "options": [inner]}],
        }
    )
    general = yuki.channel("general")
    number = await yuki.slash(general, "settings rating set", limit="safe")
    data = sandbox.world.interactions[int(number)].payload["data"]
    assert data["options"][0]["options"][0]["options"] == [{"name": "limit", "type": 3, "value": "safe"}]
    assert (await refusal(yuki.slash(general, "settings rating"))).code == "unknown_command"
    assert (await refusal(yuki.slash(general, "nothing"))).code == "unknown_command"


async def test_who_may_not_write_may_not_command(commands, yuki):
    await commands(TAKE)
    assert (await refusal(yuki.slash(yuki.channel("announcements"), "take", text="a"))).code == "forbidden"
    assert (await refusal(yuki.say(yuki.channel("announcements"), "a"))).code == "forbidden"


async def test_autocomplete_without_a_bot_is_504(commands, yuki, sandbox):
    """Nobody answers: the wait ends with the three seconds."""
    await commands(
        {
            "name": "find",
            "description": "f",
            "options": [{"type": 3, "name": "q", "description": "q", "autocomplete": True}],
        }
    )
    waiting = asyncio.create_task(yuki.autocomplete(yuki.channel("general"), "find", "q", q="a"))
    await yuki.wait_for_event("interaction.create")
    sandbox.advance(3)
    assert (await refusal(waiting)).status == 504


async def test_only_what_is_there_can_be_pressed(api, asked, yuki):
    """A disabled or missing button, or a button as a menu, is no control."""
    buttons = [
        {"type": 2, "style": 1, "label": "On", "custom_id": "on"},
        {"type": 2, "style": 1, "label": "Off", "custom_id": "off", "disabled": True},
    ]
    rows = [{"type": 1, "components": buttons}]
    _, body = await api.answer(asked, {"type": 4, "data": {"content": "a", "components": rows}})
    message = body["resource"]["message"]
    assert control(message, "On") == "on"
    for custom_id in ("off", "missing"):
        assert (await refusal(yuki.press(message, custom_id))).code == "unknown_component"
    assert (await refusal(yuki.choose(message, "on", "a"))).code == "unknown_component"
    pressed = await yuki.press(message, "on")
    assert (await yuki.wait_for_event("interaction.create", lambda one: one["kind"] == "press")) == {
        "interaction_id": pressed,
        "channel_id": message["channel_id"],
        "kind": "press",
        "message_id": message["id"],
    }


async def test_deleting_is_for_the_author_and_for_moderators(sandbox, yuki, ada):
    general = yuki.channel("general")
    message = await ada.say(general, "mine")
    assert (await refusal(yuki.delete(message))).code == "forbidden"
    async with Visitor.visit(sandbox.page_url, "mio") as mio:
        await mio.delete(message)
    await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == message["id"])
    own = await yuki.say(general, "own")
    await yuki.delete(own)
    assert await yuki.messages(general) == []


async def test_administration_asks_for_the_right(yuki, ada):
    """What a member may not, an admin may, and everybody hears of it."""
    general = yuki.channel("general")
    for method, path, body in (
        ("PATCH", f"/channels/{general}", {"nsfw": True}),
        ("DELETE", f"/channels/{general}", None),
        ("POST", f"/guilds/{yuki.guild}/channels", {"name": "new"}),
        ("PUT", f"/channels/{general}/overwrites/{yuki.guild}", {"deny": "2048"}),
        ("DELETE", f"/guilds/{yuki.guild}/members/{ada.id}", None),
    ):
        assert (await refusal(yuki.call(method, path, body))).code == "forbidden"
    await ada.call("PATCH", f"/channels/{general}", {"nsfw": True})
    changed = await yuki.wait_for_event("channel.update", lambda channel: channel["id"] == general)
    assert changed["nsfw"] is True
    thread = yuki.channel("first sketches")
    assert (await refusal(ada.call("PATCH", f"/channels/{thread}", {"nsfw": True}))).code == "forbidden"


async def test_a_hidden_channel_disappears_and_comes_back(yuki, ada):
    """Overwrites take a channel out of somebody's sight and bring it back, live."""
    general = yuki.channel("general")
    path = f"/channels/{general}/overwrites/{yuki.id}"
    await ada.call("PUT", path, {"deny": str(1 << 10)})
    await yuki.wait_for_event("channel.delete", lambda gone: gone["id"] == general)
    assert (await refusal(yuki.messages(general))).code == "unknown_channel"
    await ada.call("DELETE", path)
    await yuki.wait_for_event("channel.create", lambda back: back["id"] == general)
    assert await yuki.messages(general) == []


async def test_roles_change_rights(sandbox, yuki, ada):
    guild = sandbox.world.guilds[int(yuki.guild)]
    role = next(one.id for one in guild.roles.values() if one.name == "moderator")
    await ada.call("PUT", f"/guilds/{guild.id}/members/{yuki.id}/roles/{role}")
    seen = await yuki.wait_for_event("guild.update")
    assert int(seen["permissions"]) & (1 << 13)
    await ada.call("DELETE", f"/guilds/{guild.id}/members/{yuki.id}/roles/{role}")
    assert role not in guild.members[int(yuki.id)].roles


async def test_threads_and_posts(yuki):
    """A thread from a message, a post in a forum with its first words."""
    general = yuki.channel("general")
    message = await yuki.say(general, "start")
    made = await yuki.call("POST", f"/channels/{general}/threads", {"name": "t", "message_id": message["id"]})
    assert (made["channel"]["id"], made["channel"]["parent_id"]) == (message["id"], general)
    forum = f"/channels/{yuki.channel('critique')}/threads"
    assert (await refusal(yuki.call("POST", forum, {"name": "p"}))).code == "invalid_body"
    post = await yuki.call("POST", forum, {"name": "p", "content": "first"})
    assert [one["content"] for one in await yuki.messages(post["channel"]["id"])] == ["first"]


async def test_the_feed_tells_one_messages_story(api, asked, sandbox):
    """REST calls and gateway events can be asked for by message and by interaction."""
    _, body = await api.answer(asked, {"type": 4, "data": {"content": "a"}})
    message = body["resource"]["message"]["id"]
    async with aiohttp.ClientSession(sandbox.page_url) as session:
        async with session.get("/developer/feed", params={"message_id": message}) as response:
            (entry,) = (await response.json())["entries"]
        assert entry["route"] == "POST /interactions/{interaction_id}/{interaction_token}/callback"
        assert "<token>" in entry["path"]
        async with session.get("/developer/violations") as response:
            assert await response.json() == {"violations": []}
        async with session.ws_connect("/developer/events") as events:
            await api.call("GET", "/users/@me")
            assert (await events.receive_json(timeout=PATIENCE_S))["route"] == "GET /users/@me"


async def test_the_clock_is_moved_over_http(sandbox, yuki):
    async with (
        aiohttp.ClientSession(sandbox.page_url) as session,
        session.post("/developer/clock", json={"advance_s": 900}) as response,
    ):
        assert (await response.json())["advanced_s"] == 900
    assert (await yuki.wait_for_event("clock"))["advanced_s"] == 900


@pytest.mark.parametrize("headers", [{"Host": "evil.example"}, {"Origin": "https://evil.example"}])
async def test_strangers_pages_are_refused(sandbox, headers):
    """A web page from elsewhere cannot act here, whatever name it resolves to loopback."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"{sandbox.page_url}/people", headers=headers) as response,
    ):
        assert response.status == 403


async def test_a_world_of_ones_own():
    """A test plans its own world; a wrong name in a plan is an error at once."""
    plan = PlannedWorld(
        users=(PlannedUser("zoe"),),
        guilds=(
            PlannedGuild("A", "zoe", {"zoe": ()}, (PlannedChannel("one"),), max_file_bytes=1000),
            PlannedGuild("B", "zoe", {"zoe": ()}, (PlannedChannel("two"),), bot_permissions=None),
        ),
        bot_name="painter",
    )
    async with Sandbox.serve(plan=plan) as sandbox, Visitor.visit(sandbox.page_url, "zoe") as zoe:
        assert [one["name"] for one in zoe.state["guilds"]] == ["A", "B"]
        assert zoe.state["bot"]["user"]["username"] == "painter"
        with pytest.raises(LookupError):
            zoe.channel("three")
    with pytest.raises(KeyError):
        async with Sandbox.serve(plan=PlannedWorld(users=(), guilds=(PlannedGuild("A", "nobody", {}, ()),))):
            pass


def test_the_starter_world_is_the_same_every_time():
    """Planned ids do not change between runs."""
    assert blueprint.starter() == blueprint.starter()


async def test_the_oldest_files_go_when_they_are_too_many(sandbox, yuki, monkeypatch):
    """Half a gibibyte of attachments is kept; then the oldest links die."""
    monkeypatch.setattr("bot.sandbox.world.state.MOST_KEPT_BYTES", 10)
    first, second = [await yuki.upload(f"{number}.bin", b"12345678") for number in range(2)]
    assert int(first) not in sandbox.world.attachments
    assert int(second) in sandbox.world.attachments


async def test_whoever_is_kicked_learns_it(yuki, ada):
    """Out of the guild its channels are unknown."""
    await ada.call("DELETE", f"/guilds/{ada.guild}/members/{yuki.id}")
    assert await yuki.wait_for_event("guild.delete") == {"id": yuki.guild}
    assert (await refusal(yuki.messages(yuki.channel("general")))).code == "unknown_channel"


async def test_words_that_are_too_many_are_told_in_a_sentence(yuki):
    """What the rules of messages refuse is a sentence to the person."""
    caught = await refusal(yuki.say(yuki.channel("general"), "x" * 2001))
    assert (caught.code, str(caught)) == ("invalid_body", "400 invalid_body: Must be 2000 or fewer in length.")
    assert "Cannot send an empty message." in str(await refusal(yuki.say(yuki.channel("general"), "")))

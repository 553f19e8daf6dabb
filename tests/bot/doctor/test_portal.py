"""What a check says of the portal, of the token and of the channels, asked from a Discord."""

import base64
import time

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from msgspec.structs import replace

from bot.doctor import places, portal
from bot.sandbox.server import Sandbox
from bot.sandbox.world.blueprint import PlannedOverwrite, starter

ID = "123456789012345678"
TOKEN = f"{base64.b64encode(ID.encode()).decode().rstrip('=')}.abc.{'x' * 27}"
GOOD = {
    "/users/@me": {"id": ID, "username": "Eshi"},
    "/gateway": {"url": "ws://x"},
    "/applications/@me": {"id": ID, "bot_public": True, "flags": 0, "approximate_guild_count": 3},
    "/gateway/bot": {"shards": 1, "session_start_limit": {"total": 1000, "remaining": 999, "reset_after": 0}},
    f"/applications/{ID}/commands": [{"name": name} for name in portal.COMMANDS],
}


async def rows(answers, *, token=TOKEN, now=time.time):
    """Every row about the portal, by its id, where Discord answers so."""

    async def answer(request):
        found = answers.get(request.path)
        return web.json_response(found) if found is not None else web.Response(status=401)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    async with TestServer(app) as server, aiohttp.ClientSession() as session:
        api = portal.Api(session, str(server.make_url("")).rstrip("/"), token, now)
        return {row.id: row async for row in portal.look(api, token)}


async def test_everything_in_order_is_a_row_each():
    """And none asks for anything."""
    found = await rows(GOOD)
    assert {row.level for row in found.values()} == {"ok"}
    assert [row.do for row in found.values() if row.do] == []


@pytest.mark.parametrize(
    ("wrong", "id_", "level", "said"),
    [
        ({"interactions_endpoint_url": "https://x.example"}, "interactions-url", "error", "none reaches this bot"),
        ({"bot_require_code_grant": True}, "code-grant", "error", "nobody can invite the bot"),
        ({"bot_public": False}, "public-bot", "ok", "only you may invite"),
        ({"flags": 1 << 19 | 1 << 14}, "intents", "warning", "members, message content"),
    ],
)
async def test_what_the_portal_has_wrong_is_named(wrong, id_, level, said):
    """With what it means for people."""
    row = (await rows(GOOD | {"/applications/@me": GOOD["/applications/@me"] | wrong}))[id_]
    assert (row.level, said in row.says) == (level, True)


async def test_few_sessions_are_a_warning_with_their_time():
    """1,000 of them in a day, and Discord resets the token."""
    limit = {"total": 1000, "remaining": 12, "reset_after": 7_200_000}
    row = (await rows(GOOD | {"/gateway/bot": {"shards": 1, "session_start_limit": limit}}))["sessions"]
    assert (row.level, "only 12 of 1000 connections are left for 2.0 h" in row.says) == ("warning", True)


@pytest.mark.parametrize(("off", "level"), [(0, "ok"), (10, "warning"), (-100, "error")])
async def test_the_clock_is_compared_with_discord_s(off, level):
    """Discord writes the time to the second, so two are none."""
    assert (await rows(GOOD, now=lambda: time.time() + off))["clock"].level == level


def test_the_middle_of_five_answers_is_what_counts():
    """One slow one is nobody's trouble; a slow network eats the three seconds that Discord waits."""
    assert portal.latency([0.1, 0.1, 0.2, 0.1, 9.0]).level == "ok"
    row = portal.latency([1.5, 1.4, 0.1, 1.6, 1.5])
    assert (row.level, "1500 ms" in row.says) == ("warning", True)


@pytest.mark.parametrize(
    ("pasted", "said"),
    [
        (ID, "this is an id"),
        ("0123456789abcdef" * 4, "public key"),
        ("aB3_" * 8, "client secret"),
        ("hunter2", "not the form of a bot token"),
        ("x.y.z", "not the form of a bot token"),
    ],
)
async def test_what_is_no_token_is_told_apart_without_asking_anybody(pasted, said):
    """Nothing of it is repeated: it may be another secret."""
    row = (await rows({}, token=pasted))["token"]
    assert (row.level, said in row.says, pasted in row.says) == ("error", True, False)


async def test_a_token_that_discord_refuses_ends_the_questions():
    """Every further one would be one more invalid request."""
    assert [*(await rows({})).values()] == [(await rows({}))["token"]]


async def test_a_discord_that_stumbles_is_no_discord_in_order():
    """What it did not answer is named, row by row, and never left out."""
    whole = await rows(GOOD)
    for path in ("/applications/@me", "/gateway/bot"):
        found = await rows({name: answer for name, answer in GOOD.items() if name != path})
        lost = {id_ for id_, row in found.items() if row.level == "unchecked"}
        assert (found.keys(), lost >= {"sessions"} or lost >= {"interactions-url"}) == (whole.keys(), True)
    found = await rows(GOOD | {"/users/@me": []})
    assert {id_: row.level for id_, row in found.items()} == {"token": "unchecked", "discord": "error"}


async def test_nobody_answers():
    """The network is named, and nothing is said of the token."""
    async with aiohttp.ClientSession() as session:
        api = portal.Api(session, "http://127.0.0.1:9", TOKEN)
        assert [(row.id, row.level) async for row in portal.look(api, TOKEN)] == [("discord", "error")]


async def test_commands_of_another_program_are_a_warning():
    """Two programs with one application take each other's commands away."""
    strange = [{"name": "play"}]
    row = (await rows(GOOD | {f"/applications/{ID}/commands": strange}))["commands"]
    assert (row.level, "play" in row.says) == ("warning", True)
    assert (await rows(GOOD | {f"/applications/{ID}/commands": []}))["commands"].level == "unchecked"


async def test_the_local_discord_is_in_order(tmp_path):
    """It answers every question that is asked."""
    async with Sandbox.serve() as sandbox, aiohttp.ClientSession() as session:
        api = portal.Api(session, sandbox.api_url, sandbox.token)
        found = {row.id: row.level async for row in portal.look(api, sandbox.token)}
        assert set(found.values()) <= {"ok", "unchecked"}
        named = places.named_channels(tmp_path / "eshi.sqlite3")
        assert (await places.look(api, str(sandbox.world.bot.id), named)).level == "ok"


def closed(plan, *names, deny="SEND_MESSAGES"):
    """A plan in whose first guild the bot may not write into some channels; none named: into any."""
    [guild, *others] = plan.guilds
    channels = tuple(
        replace(one, overwrites=(*one.overwrites, PlannedOverwrite(of="@bot", deny=(deny,))))
        if not names or one.name in names
        else one
        for one in guild.channels
    )
    return replace(plan, guilds=(replace(guild, channels=channels), *others))


async def permissions(plan, channels=()):
    async with Sandbox.serve(plan=plan) as sandbox, aiohttp.ClientSession() as session:
        api = portal.Api(session, sandbox.api_url, sandbox.token)
        [guild] = sandbox.world.guilds.values()
        ids = tuple(str(one.id) for one in guild.channels.values() if one.name in channels)
        return await places.look(api, str(sandbox.world.bot.id), {str(guild.id): places.Named(channels=ids)})


async def test_a_channel_that_admins_named_and_the_bot_cannot_use_is_a_warning():
    """By its name, with the right that is missing; one that nobody named is nobody's trouble."""
    row = await permissions(closed(starter(), "general"), ("general",))
    assert (row.level, "#general" in row.says, "Send Messages" in row.says) == ("warning", True, True)
    assert (await permissions(closed(starter(), "general"))).level == "ok"
    assert (await permissions(closed(starter()))).level == "warning"


async def test_a_channel_to_draw_in_includes_its_threads():
    """Whoever draws there draws in its threads, too; where nothing was named, they are nobody's trouble."""
    plan = closed(starter(), "general", deny="SEND_MESSAGES_IN_THREADS")
    row = await permissions(plan, ("general",))
    assert (row.level, "(Send Messages in Threads)" in row.says) == ("warning", True)
    assert (await permissions(plan)).level == "ok"


def test_permissions_are_worked_out_in_discord_s_order():
    """Everyone's, then the roles' together, then the member's own; an administrator may everything."""
    everyone, role, me = "1", "2", "3"
    view, send = 1 << 10, 1 << 11
    overwrites = [
        {"id": everyone, "allow": "0", "deny": str(view | send)},
        {"id": role, "allow": str(view | send), "deny": "0"},
        {"id": me, "allow": "0", "deny": str(send)},
    ]
    assert places.permissions(view | send, overwrites, {everyone, role}, me, everyone) == view
    assert places.permissions(view | send, overwrites[:1], {everyone}, me, everyone) == 0
    assert places.missing(places.permissions(1 << 3, overwrites, {everyone}, me, everyone)) == ()
    assert places.missing(view) == ("Send Messages", "Attach Files")
    assert places.missing(view, places.NEEDED_IN_THREADS) == ("Send Messages in Threads", "Attach Files")

"""Faults on demand happen as ordered, as often as ordered, and reach the real client as Discord's would."""

import asyncio
import io

import aiohttp
import discord
import pytest

from bot.sandbox.world.faults import Answer, Delay, Lose, Reset

MESSAGES = "POST /channels/*/messages"


async def test_an_ordered_502_comes_as_often_as_ordered(api, yuki, sandbox):
    """Two calls fail, the third does not, and other routes never did."""
    sandbox.fault(Answer(route=MESSAGES, status=502, times=2))
    path = f"/channels/{yuki.channel('general')}/messages"
    assert (await api.call("GET", path))[0] == 200
    assert [(await api.call("POST", path, {"content": "a"}))[0] for _ in range(3)] == [502, 502, 200]
    assert len((await api.call("GET", path))[1]) == 1


async def test_a_429_carries_its_headers(api, yuki, sandbox):
    """With Via it is a limit that clients wait for, without it is taken for a ban."""
    path = f"/channels/{yuki.channel('general')}/messages"
    for via in (True, False):
        sandbox.fault(Answer(route="*", status=429, retry_after_s=0.25, via=via))
        status, body = await api.call("POST", path, {"content": "a"})
        assert (status, body["retry_after"], body["global"]) == (429, 0.25, False)
        assert ("Via" in api.headers) is via
        assert api.headers["Retry-After"] == "1"


async def test_the_client_waits_for_a_429_and_sends_again(connected, bot, sandbox, yuki):
    """discord.py sleeps through an ordered limit, and the message is posted once."""
    async with connected(bot):
        sandbox.fault(Answer(route=MESSAGES, status=429, retry_after_s=0.05))
        await bot.get_channel(int(yuki.channel("general"))).send("patient")
    assert [one["content"] for one in await yuki.messages(yuki.channel("general"))] == ["patient"]


async def test_a_reset_while_the_upload_runs(connected, bot, sandbox, yuki):
    """The connection breaks in the middle: the client sees an error and nothing was posted."""
    async with connected(bot):
        channel = bot.get_channel(int(yuki.channel("general")))
        sandbox.fault(Reset(route=MESSAGES, after_bytes=4096))
        with pytest.raises((aiohttp.ClientError, OSError)):
            await channel.send(file=discord.File(io.BytesIO(b"0" * 3_000_000), "a.bin"))
        assert await yuki.messages(yuki.channel("general")) == []
        await channel.send(file=discord.File(io.BytesIO(b"0" * 3_000_000), "a.bin"))
        assert len(await yuki.messages(yuki.channel("general"))) == 1


async def test_a_lost_answer_was_carried_out(connected, bot, sandbox, yuki):
    """The worst case for whoever must not post twice: done, but the caller heard nothing."""
    async with connected(bot):
        channel = bot.get_channel(int(yuki.channel("general")))
        sandbox.fault(Lose(route=MESSAGES))
        with pytest.raises((aiohttp.ClientError, OSError)):
            await channel.send("did it arrive?")
    assert [one["content"] for one in await yuki.messages(yuki.channel("general"))] == ["did it arrive?"]


async def test_the_same_nonce_posts_once(api, yuki, sandbox):
    """With enforce_nonce a repeated call gives the first message instead of a second."""
    path = f"/channels/{yuki.channel('general')}/messages"
    body = {"content": "once", "nonce": "n1", "enforce_nonce": True}
    answers = [(await api.call("POST", path, body))[1]["id"] for _ in range(2)]
    assert answers[0] == answers[1]
    sandbox.advance(600)
    assert (await api.call("POST", path, body))[1]["id"] != answers[0]


async def test_a_delay_passes(api, sandbox):
    """A slow call is slow and otherwise well."""
    sandbox.fault(Delay(route="GET /users/@me", delay_s=0.05))
    started = asyncio.get_running_loop().time()
    assert (await api.call("GET", "/users/@me"))[0] == 200
    assert asyncio.get_running_loop().time() - started >= 0.05


async def test_faults_over_http(api, sandbox):
    """Another process orders, lists and withdraws faults; a wrong one is refused with a reason."""
    async with aiohttp.ClientSession(sandbox.page_url) as session:
        order = {"fault": "answer", "route": "GET /users/@me", "status": 503, "times": 3}
        async with session.post("/developer/faults", json=order) as response:
            number = (await response.json())["id"]
        assert (await api.call("GET", "/users/@me"))[0] == 503
        async with session.get("/developer/faults") as response:
            (waiting,) = (await response.json())["faults"]
        assert (waiting["id"], waiting["left"], waiting["status"]) == (number, 2, 503)
        async with session.delete(f"/developer/faults/{number}") as response:
            assert response.status == 204
        assert (await api.call("GET", "/users/@me"))[0] == 200
        async with session.post("/developer/faults", json={"fault": "explode"}) as response:
            assert response.status == 400
            assert "explode" in (await response.json())["error"]["message"]


async def test_every_token_can_be_made_to_expire(api, asked, sandbox):
    """ "expire tokens" turns living tokens into 50027 and waiting interactions into 10062."""
    async with aiohttp.ClientSession(sandbox.page_url) as session:
        await api.answer(asked, {"type": 5})
        async with session.post("/developer/faults", json={"fault": "expire"}) as response:
            assert response.status == 200
    status, body = await api.call("PATCH", api.webhook(asked, "/messages/@original"), {"content": "a"})
    assert (status, body["code"]) == (401, 50027)


ORIGINAL = "PATCH /webhooks/*/*/messages/@original"


@pytest.mark.parametrize(
    "wanted",
    [
        (403, 50013, "Missing Permissions"),
        (403, 50001, "Missing Access"),
        (400, 20009, "Explicit content cannot be sent to the desired recipient(s)"),
        (404, 10015, "Unknown Webhook"),
        (413, 40005, "Request entity too large"),
        (429, 30046, "Maximum number of edits to messages older than 1 hour reached. Try again later"),
        (503, 130000, "API resource is currently overloaded. Try again a little later"),
    ],
)
async def test_an_ordered_refusal_has_discords_code_and_words(api, asked, sandbox, wanted):
    """Any code can be ordered for a call by token, and comes with the words that Discord has for it."""
    await api.answer(asked, {"type": 5})
    sandbox.fault(Answer(route=ORIGINAL, status=wanted[0], code=wanted[1]))
    status, body = await api.call("PATCH", api.webhook(asked, "/messages/@original"), {"content": "a"})
    assert (status, body["code"], body["message"]) == wanted
    assert (await api.call("PATCH", api.webhook(asked, "/messages/@original"), {"content": "a"}))[0] == 200


async def test_other_words_can_be_ordered(api, sandbox):
    sandbox.fault(Answer(route="*", status=400, code=50035, message="Something new"))
    assert await api.call("GET", "/users/@me") == (400, {"message": "Something new", "code": 50035})


@pytest.mark.parametrize("scope", ["user", "global", "shared"])
async def test_a_429_says_whose_limit_it_is(api, sandbox, scope):
    """The scope is in its header, and only the global one is called global."""
    sandbox.fault(Answer(route="*", status=429, scope=scope, retry_after_s=0.5))
    status, body = await api.call("GET", "/users/@me")
    assert (status, body["retry_after"], body["global"]) == (429, 0.5, scope == "global")
    assert (api.headers["X-RateLimit-Scope"], "X-RateLimit-Global" in api.headers) == (scope, scope == "global")


@pytest.mark.parametrize("status", [413, 429, 502, 520])
async def test_the_edge_answers_in_html(sandbox, status):
    """What the edge of the network refuses never reached Discord: a page, not JSON, and no Via."""
    url = sandbox.api_url + "/users/@me"
    async with aiohttp.ClientSession() as session:
        for html, text in ((True, str(status)), ("<p>away", "<p>away")):
            sandbox.fault(Answer(route="*", status=status, html=html))
            async with session.get(url, headers={"Authorization": f"Bot {sandbox.token}"}) as response:
                assert (response.status, response.content_type, "Via" in response.headers) == (
                    status,
                    "text/html",
                    False,
                )
                assert text in await response.text()


async def test_the_real_client_meets_html(connected, bot, sandbox, yuki):
    """discord.py tries a 502 again whatever it looks like, and gives a 413 to the bot."""
    async with connected(bot):
        channel = bot.get_channel(int(yuki.channel("general")))
        sandbox.fault(Answer(route=MESSAGES, status=413, html=True))
        with pytest.raises(discord.HTTPException) as caught:
            await channel.send("large")
        assert (caught.value.status, caught.value.code) == (413, 0)
    assert await yuki.messages(yuki.channel("general")) == []


async def test_tokens_can_vanish_before_their_time(api, asked, sandbox):
    """ "expire" with 10015 makes living tokens unknown, as Discord now and then does."""
    await api.answer(asked, {"type": 5})
    async with aiohttp.ClientSession(sandbox.page_url) as session:
        async with session.post("/developer/faults", json={"fault": "expire", "code": 10015}) as response:
            assert response.status == 200
        async with session.post("/developer/faults", json={"fault": "expire", "code": 1}) as response:
            assert response.status == 400
    status, body = await api.call("PATCH", api.webhook(asked, "/messages/@original"), {"content": "a"})
    assert (status, body["code"]) == (404, 10015)

"""What Discord says at the gateway is a sentence for the operator, and no connection is spent in vain."""

import asyncio
import logging
from itertools import pairwise

import discord
import pytest

from bot.app import Eshi
from bot.delivery.budget import EditBudget
from bot.delivery.traffic import Traffic
from bot.errors import ConfigError
from bot.gateway import CLOSED, RESERVE, FairWebSocket, SessionStarts, connected, first, take_turns, why_closed
from bot.measures import BotMeasures
from bot.sandbox.rules.protocol import CloseCode


def test_every_close_code_has_a_sentence():
    """All that Discord documents, and all that the local Discord closes with."""
    assert set(CLOSED) == {*range(4000, 4006), *range(4007, 4015)}
    assert set(CloseCode) <= set(CLOSED)
    assert all(len(one.split()) <= 25 for text in CLOSED.values() for one in text.split(". "))
    assert why_closed(4099) == "Discord closed the connection with 4099; the bot connects again"


class Socket:
    close_code = None


@pytest.mark.parametrize("code", [4004, 4010, 4011, 4012, 4013, 4014])
async def test_a_close_for_good_ends_the_bot_with_its_sentence(code):
    """A process that is started again and again would spend a connection each time."""

    async def closed():
        if code == 4014:
            raise discord.PrivilegedIntentsRequired(0)
        raise discord.ConnectionClosed(Socket(), shard_id=0, code=code)

    with pytest.raises(ConfigError) as told:
        await connected(closed())
    assert str(told.value) == CLOSED[code]


def test_of_what_went_wrong_together_the_first_is_told():
    one, two = ConfigError("one"), ConfigError("two")
    assert first(ExceptionGroup("", [ExceptionGroup("", [one]), two])) is one


def limits(remaining, reset_after=7_200_000):
    return discord.SessionStartLimits(total=1000, remaining=remaining, reset_after=reset_after, max_concurrency=1)


async def test_the_last_connections_are_not_spent(caplog):
    """It waits until Discord allows more, and says for how long: behind the last one the token is reset."""
    answers, slept = [limits(RESERVE), limits(RESERVE + 1)], []

    async def ask():
        return answers.pop(0)

    async def sleep(seconds):
        slept.append(seconds)

    with caplog.at_level(logging.ERROR):
        await SessionStarts(ask, sleep=sleep).allow()
    assert slept == [7200.0]
    assert "Only 5 of 1000 connections are left" in caplog.text
    assert "waiting 2.0 h" in caplog.text


async def test_where_discord_does_not_say_the_connection_is_tried():
    async def ask():
        raise discord.GatewayNotFound

    await SessionStarts(ask).allow()


async def test_others_have_their_turn_between_two_messages(monkeypatch):
    """A thousand servers that have come in one piece hold nobody up for longer than one of them takes."""
    read, seen = [], []

    async def received_message(_self, _message):
        read.append(len(read))

    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "received_message", received_message)
    monkeypatch.setattr(discord.shard, "DiscordWebSocket", discord.gateway.DiscordWebSocket)
    take_turns()
    assert discord.shard.DiscordWebSocket is FairWebSocket
    socket = FairWebSocket.__new__(FairWebSocket)

    async def work():
        for _ in range(100):
            await socket.received_message("{}")

    async def look():
        while len(read) < 100:
            seen.append(len(read))
            await asyncio.sleep(0)

    await asyncio.gather(work(), look())
    assert max(after - before for before, after in pairwise(seen)) == 1


async def test_a_shard_s_servers_are_left_out_of_the_search_for_garbage_once(monkeypatch):
    """Each time whatever is garbage just then stays for good, and a session may be made anew every day."""
    left_out = []
    monkeypatch.setattr("bot.app.gc.freeze", lambda: left_out.append(None))
    async with Eshi(EditBudget(), Traffic(BotMeasures())) as client:
        for shard in (0, 1, 0, 1):
            await client.on_shard_ready(shard)
    assert len(left_out) == 2

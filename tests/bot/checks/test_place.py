"""What a channel is, as far as anybody can tell: everything but an explicit yes is a no."""

import discord
import pytest

from bot.checks.place import spot_of
from bot.safety.gate import Place
from tests.bot.checks.http_errors import http_error


class Guild:
    def __init__(self, *channels):
        self.id = 7
        self._known = {channel.id: channel for channel in channels}

    def get_channel_or_thread(self, channel_id):
        return self._known.get(channel_id)


class Client:
    """Discord as the bot knows it, and what it answers about what the bot does not know."""

    def __init__(self, guild, answer=None):
        self._guild, self._answer = guild, answer

    def get_guild(self, _guild_id):
        return self._guild

    async def fetch_channel(self, _channel_id):
        if isinstance(self._answer, Exception):
            raise self._answer
        return self._answer


def channel(**more):
    data = {"id": "70", "type": 0, "name": "here", "position": 0, "permission_overwrites": [], **more}
    return discord.TextChannel(state=None, guild=Guild(), data=data)


@pytest.mark.parametrize(
    ("payload", "place"),
    [
        ({"nsfw": True}, Place.AGE_RESTRICTED),
        ({"nsfw": False}, Place.OPEN),
        ({}, Place.OPEN),
        ({"nsfw": True, "type": 5}, Place.ANNOUNCEMENT),
    ],
)
async def test_a_label_counts_only_when_it_is_there(payload, place):
    """A channel whose payload lacks the field is not age-restricted; its category goes along."""
    spot = await spot_of(Client(Guild(channel(parent_id="5", **payload))), 7, 70)
    assert spot == (place, (70, 5))


@pytest.mark.parametrize(
    ("answer", "place"),
    [
        (http_error(discord.NotFound, 404), Place.GONE),
        (http_error(discord.Forbidden, 403), Place.GONE),
        (http_error(discord.DiscordServerError, 503), Place.UNKNOWN),
        (TimeoutError(), Place.UNKNOWN),
    ],
)
async def test_what_cannot_be_found_out_is_no_yes(answer, place):
    """A channel that is gone has nothing; one that Discord does not tell about has what everybody may see."""
    assert (await spot_of(Client(Guild(), answer), 7, 70)).place is place


async def test_direct_messages_and_strange_servers_are_safe():
    """There is nobody who could allow more."""
    assert (await spot_of(Client(None), None, 70)).place is Place.DIRECT
    assert (await spot_of(Client(None), 7, 70)).place is Place.UNKNOWN

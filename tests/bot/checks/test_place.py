"""What a channel is, as far as anybody can tell: everything but an explicit yes is a no."""

import discord
import pytest

from bot.checks.place import spot_of
from bot.safety.gate import Place
from tests.bot.checks.http_errors import http_error

SOMETIME = "2026-01-01T00:00:00Z"
SPOILER_CHANNEL = 1 << 21
"""Discord's flag of a channel that asks before it opens; nobody's age is checked for it."""


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
        ({"nsfw": False, "flags": SPOILER_CHANNEL}, Place.OPEN),
        ({"flags": SPOILER_CHANNEL}, Place.OPEN),
        ({"nsfw": True, "flags": SPOILER_CHANNEL}, Place.AGE_RESTRICTED),
        ({"nsfw": True, "type": 5, "flags": SPOILER_CHANNEL}, Place.ANNOUNCEMENT),
    ],
)
async def test_a_label_counts_only_when_it_is_there(payload, place):
    """A channel whose payload lacks the field is not age-restricted; its category goes along."""
    spot = await spot_of(Client(Guild(channel(parent_id="5", **payload))), 7, 70)
    assert spot == (place, (70, 5))


@pytest.mark.parametrize("kind", [discord.VoiceChannel, discord.StageChannel, discord.ForumChannel])
async def test_a_channel_that_asks_before_it_opens_is_not_age_restricted(kind):
    """The spoiler flag is of every kind of channel, and never counts as a yes."""
    data = {"id": "70", "type": 0, "name": "here", "position": 0, "flags": SPOILER_CHANNEL}
    more = {"bitrate": 64_000, "user_limit": 0, "available_tags": [], "permission_overwrites": []}
    found = kind(state=None, guild=Guild(), data=data | more)
    assert (await spot_of(Client(Guild(found)), 7, 70)).place is not Place.AGE_RESTRICTED


async def test_a_thread_takes_nothing_but_its_parent_s_restriction():
    """A flag of its own opens nothing."""
    parent = channel(nsfw=False, flags=SPOILER_CHANNEL)
    guild = Guild(parent)
    guild.get_channel = guild.get_channel_or_thread
    data = {
        "id": "71",
        "type": 11,
        "guild_id": "7",
        "parent_id": "70",
        "owner_id": "1",
        "name": "thread",
        "message_count": 0,
        "member_count": 0,
        "flags": SPOILER_CHANNEL,
        "thread_metadata": {"archived": False, "auto_archive_duration": 60, "archive_timestamp": SOMETIME},
    }
    guild._known[71] = discord.Thread(guild=guild, state=None, data=data)
    assert await spot_of(Client(guild), 7, 71) == (Place.OPEN, (71, 70))


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

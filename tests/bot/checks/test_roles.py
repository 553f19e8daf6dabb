"""Whose roles nobody can tell has none that help."""

import aiohttp
import discord
import pytest

from bot.checks.roles import Roles
from tests.bot.checks.http_errors import http_error


class Guild:
    """Discord's answers, one after the other."""

    def __init__(self, *answers):
        self.answers = list(answers)

    async def fetch_member(self, _user_id):
        answer = self.answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer


class Client:
    def __init__(self, guild):
        self._guild = guild

    def get_guild(self, _guild_id):
        return self._guild


class Time:
    """Passes at once."""

    def __init__(self):
        self.slept = []

    async def sleep(self, seconds):
        self.slept.append(seconds)


def member(*roles):
    """As much of a member as has roles."""
    found = discord.Member.__new__(discord.Member)
    found.guild = discord.Guild.__new__(discord.Guild)
    found.guild.id = 7
    found.guild._roles = {
        one: discord.Role(guild=found.guild, state=None, data={"id": one, "name": str(one)}) for one in (7, *roles)
    }
    found._roles = discord.utils.SnowflakeList(roles)
    return found


async def test_an_outage_is_waited_out():
    """A job is neither refused nor let through because Discord was away for a moment."""
    time = Time()
    guild = Guild(
        http_error(discord.DiscordServerError, 503), aiohttp.ClientConnectionError("reset"), TimeoutError(), member(9)
    )
    assert await Roles(Client(guild), sleep=time.sleep).of(7, 5) == {7, 9}
    assert time.slept == [1.0, 2.0, 4.0]


@pytest.mark.parametrize(("kind", "status"), [(discord.NotFound, 404), (discord.Forbidden, 403)])
async def test_who_left_has_no_roles_that_are_known(kind, status):
    """So the strictest limit of any role counts."""
    time = Time()
    assert await Roles(Client(Guild(http_error(kind, status))), sleep=time.sleep).of(7, 5) is None
    assert await Roles(Client(None), sleep=time.sleep).of(7, 5) is None


async def test_a_role_that_was_taken_away_counts_no_more():
    """Every time it is asked again."""
    roles = Roles(Client(Guild(member(9), member())))
    assert await roles.of(7, 5) == {7, 9}
    assert await roles.of(7, 5) == {7}

"""Whose bot it is: the owner or the team, as Discord says at that moment."""

from types import SimpleNamespace

import discord
import pytest

from bot.checks.owners import Owners, owners_of
from bot.errors import InvalidRequest, NotYours

ACCEPTED, INVITED = discord.TeamMembershipState.accepted, discord.TeamMembershipState.invited
ADMIN, DEVELOPER, READ_ONLY = (
    discord.TeamMemberRole.admin,
    discord.TeamMemberRole.developer,
    discord.TeamMemberRole.read_only,
)


def member(number, role, state=ACCEPTED):
    return SimpleNamespace(id=number, role=role, membership_state=state)


def team(*members, owner_id=1):
    return SimpleNamespace(owner=SimpleNamespace(id=99), team=SimpleNamespace(owner_id=owner_id, members=members))


class Client:
    """Says whose application it is, or why not."""

    def __init__(self, info):
        self.info = info

    async def application_info(self):
        if isinstance(self.info, Exception):
            raise self.info
        return self.info


def by(number):
    return SimpleNamespace(user=SimpleNamespace(id=number))


async def test_an_application_of_one_person_is_theirs():
    """And nobody else's, whatever rights they have in a server."""
    owners = Owners(Client(SimpleNamespace(owner=SimpleNamespace(id=7), team=None)))
    await owners.require(by(7))
    with pytest.raises(NotYours):
        await owners.require(by(8))


def test_of_a_team_it_is_those_who_may_change_it():
    """Not whoever only reads, nor whoever has not accepted; nor the account that stands for the team."""
    info = team(member(1, ADMIN), member(2, DEVELOPER), member(3, READ_ONLY), member(4, ADMIN, INVITED))
    assert {*owners_of(info)} == {1, 2}


async def test_who_left_the_team_is_refused_at_the_next_press():
    """Nothing is remembered."""
    client = Client(team(member(1, ADMIN), member(2, DEVELOPER)))
    owners = Owners(client)
    await owners.require(by(2))
    client.info = team(member(1, ADMIN))
    with pytest.raises(NotYours):
        await owners.require(by(2))


@pytest.mark.parametrize(
    "error", [OSError(), TimeoutError(), discord.ConnectionClosed(SimpleNamespace(close_code=1), shard_id=0)]
)
async def test_where_discord_does_not_say_it_is_nobody_s(error):
    """Also not the one who was it a moment ago."""
    with pytest.raises(InvalidRequest):
        await Owners(Client(error)).require(by(7))

"""Rights are computed as Discord's documentation says, for people and for the bot."""

import pytest

from bot.sandbox.rules.protocol import EVERY_PERMISSION, ChannelType, Permission
from bot.sandbox.rules.refusal import Refusal
from bot.sandbox.world import permissions
from bot.sandbox.world.state import Channel, Guild, Member, Overwrite, Role, User

VIEW, SEND, ATTACH = Permission.VIEW_CHANNEL, Permission.SEND_MESSAGES, Permission.ATTACH_FILES
BASE = int(VIEW | SEND)
OWNER, USER, ROLE, GUILD = 1, 2, 20, 100


def channel(*overwrites, everyone=BASE, role=0, kind=ChannelType.TEXT, **more):
    guild = Guild(GUILD, "g", OWNER)
    guild.roles = {GUILD: Role(GUILD, "@everyone", everyone), ROLE: Role(ROLE, "r", role)}
    for number, roles in ((OWNER, []), (USER, [ROLE])):
        guild.members[number] = Member(User(number, str(number)), roles, 0.0)
    rules = {one.id: one for one in overwrites}
    return Channel(5, kind, guild, "c", overwrites=rules, **more)


def user(number=USER):
    return User(number, str(number))


def of_role(allow=0, deny=0):
    return Overwrite(ROLE, of_member=False, allow=int(allow), deny=int(deny))


def of_everyone(allow=0, deny=0):
    return Overwrite(GUILD, of_member=False, allow=int(allow), deny=int(deny))


def of_user(allow=0, deny=0):
    return Overwrite(USER, of_member=True, allow=int(allow), deny=int(deny))


@pytest.mark.parametrize(
    ("place", "expected"),
    [
        (channel(), BASE),
        (channel(role=int(ATTACH)), BASE | ATTACH),
        (channel(role=int(Permission.ADMINISTRATOR)), EVERY_PERMISSION),
        (channel(of_everyone(deny=VIEW), role=int(Permission.ADMINISTRATOR)), EVERY_PERMISSION),
        (channel(of_everyone(deny=SEND)), int(VIEW)),
        (channel(of_everyone(deny=SEND), of_role(allow=SEND)), BASE),
        (channel(of_role(allow=SEND), of_user(deny=SEND)), int(VIEW)),
        (channel(of_role(deny=SEND), of_user(allow=SEND)), BASE),
        (channel(of_everyone(deny=VIEW)), 0),
        (channel(of_everyone(deny=SEND), role=int(ATTACH)), int(VIEW)),
    ],
)
def test_guild_then_everyone_then_roles_then_member(place, expected):
    """Later overwrites win; without sight there is nothing; without sending nothing can be attached."""
    assert permissions.in_channel(user(), place) == expected


def test_the_owner_may_everything_and_a_stranger_nothing():
    place = channel(of_everyone(deny=VIEW))
    assert permissions.in_channel(user(OWNER), place) == EVERY_PERMISSION
    assert permissions.in_channel(user(99), place) == 0


def test_a_thread_takes_its_parents_rights_with_its_own_word_for_sending():
    """What counts in a thread is Send Messages in Threads."""
    parent = channel(of_user(allow=ATTACH))
    thread = Channel(6, ChannelType.PUBLIC_THREAD, parent.guild, "t", parent=parent)
    assert not permissions.may(user(), thread, ATTACH)
    parent.overwrites[USER].allow |= Permission.SEND_MESSAGES_IN_THREADS
    assert permissions.may(user(), thread, ATTACH)


def test_a_private_thread_is_for_those_in_it():
    parent = channel()
    thread = Channel(6, ChannelType.PRIVATE_THREAD, parent.guild, "t", parent=parent)
    assert not permissions.sees(user(), thread)
    thread.members[USER] = 0.0
    assert permissions.sees(user(), thread)


def test_age_restriction_is_the_parents():
    """A thread is as age-restricted as its channel, whenever that changes."""
    parent = channel()
    thread = Channel(6, ChannelType.PUBLIC_THREAD, parent.guild, "t", parent=parent)
    assert not thread.age_restricted
    parent.nsfw = True
    assert thread.age_restricted


def test_a_refusal_says_whether_the_place_is_hidden():
    """No sight is 50001, no right is 50013."""
    for place, number in ((channel(of_everyone(deny=VIEW)), 50001), (channel(), 50013)):
        with pytest.raises(Refusal) as refusal:
            permissions.require(user(), place, ATTACH)
        assert refusal.value.code == number

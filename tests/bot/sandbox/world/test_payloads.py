"""What captures of the real Discord show in its objects, and what they do not show."""

import pytest

from bot.sandbox.discord.routes import empty
from bot.sandbox.rules.protocol import Permission

pytestmark = pytest.mark.usefixtures("judged")

_PROFILE = {"banner", "accent_color", "flags"}


async def test_an_interaction_says_who_acted_and_no_more(asked):
    """The member's own fields are there, those of a profile and of the channel's overwrites are not."""
    body = asked.payload
    assert body["entitlement_sku_ids"] == []
    assert body["member"]["unusual_dm_activity_until"] is None
    user = body["member"]["user"]
    assert not _PROFILE & user.keys()
    assert "bot" not in user, "of a person nothing is said"
    assert {"clan", "display_name_styles"} <= user.keys()
    assert "permission_overwrites" not in body["channel"]
    assert {"icon_emoji", "theme_color", "permissions"} <= body["channel"].keys()


async def test_an_interaction_in_a_direct_message(api, sandbox, yuki):
    """There is a user, no member, and the channel of two people has no name."""
    await api.call("POST", f"/applications/{sandbox.world.application_id}/commands", {"name": "a", "description": "b"})
    number = await yuki.slash(yuki.direct_message, "a")
    body = sandbox.world.interactions[int(number)].payload
    assert not (_PROFILE | {"bot"}) & body["user"].keys()
    assert (body["channel"]["name"], body["channel"]["recipient_flags"]) == (None, 0)
    assert "entitlement_sku_ids" not in body
    assert "member" not in body


async def test_a_followup_names_the_first_answer(api, asked):
    """`original_response_message_id` stands on followups alone."""
    _, first = await api.answer(asked, {"type": 4, "data": {"content": "first"}})
    _, second = await api.call("POST", api.webhook(asked), {"content": "second"})
    original = first["resource"]["message"]
    assert "original_response_message_id" not in original["interaction_metadata"]
    assert second["interaction_metadata"]["original_response_message_id"] == original["id"]


async def test_a_user_menu_names_its_target(api, sandbox, yuki, ada):
    """The message that a user menu led to says of whom, and is of a menu's type."""
    await api.call("POST", f"/applications/{sandbox.world.application_id}/commands", {"name": "Wave", "type": 2})
    number = await yuki.user_menu(yuki.channel("general"), ada.id, "Wave")
    _, answer = await api.answer(sandbox.world.interactions[int(number)], {"type": 4, "data": {"content": "o/"}})
    message = answer["resource"]["message"]
    assert message["interaction_metadata"]["target_user"]["username"] == "ada"
    assert message["type"] == 23


async def test_what_libraries_read_of_bot_and_guild(api, yuki):
    """A summary that is always empty, a number behind the bot's name, a hub that the guild is not."""
    assert (await api.call("GET", "/applications/@me"))[1]["summary"] == ""
    bot = (await api.call("GET", "/users/@me"))[1]
    assert bot["discriminator"] not in {"0", "0000"}, "the one is a person's, the other a webhook's"
    assert (await api.call("GET", f"/guilds/{yuki.guild}"))[1]["hub_type"] is None


async def test_lists_of_what_there_is_nothing_of(api, sandbox, yuki):
    """Every list that a client may ask for is answered, or refused where its right is missing."""
    world = sandbox.world
    names = {
        "guild_id": yuki.guild,
        "channel_id": yuki.channel("general"),
        "application_id": world.application_id,
    }
    guarded = {f"/guilds/{yuki.guild}/{name}" for name, right, _ in empty._OF_GUILDS if right} | {
        f"/channels/{names['channel_id']}/{name}" for name, _ in empty._OF_CHANNELS
    }
    paths = [route.template.format(**names) for route in empty.ROUTES]
    assert guarded < set(paths)
    for path in paths:
        assert (await api.call("GET", path))[0] == (403 if path in guarded else 200), path
    role = next(one for one in world.guilds[int(yuki.guild)].roles.values() if one.managed)
    role.permissions |= Permission.ADMINISTRATOR
    for path in paths:
        assert (await api.call("GET", path))[0] == 200, path

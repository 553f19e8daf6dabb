"""User installs: a person brings the bot along, to servers without it and to private channels."""

import pytest
from discord import app_commands

from bot.sandbox.people.driver import ActRefused, Visitor, control
from bot.sandbox.rules.protocol import Permission
from bot.sandbox.server import Sandbox
from bot.sandbox.world.blueprint import PlannedChannel, PlannedGuild, PlannedUser, PlannedWorld
from tests.bot.sandbox.conftest import Counter, file, layout, openapi

EVERYWHERE = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True)


@pytest.fixture
async def sandbox():
    """A server with the bot, one without, and three kinds of private channels; yuki has installed the bot."""
    users = (
        PlannedUser("ada", adult_in_dms=True),
        PlannedUser("yuki", installs_bot=True),
        PlannedUser("nico"),
    )
    members = {"ada": (), "yuki": (), "nico": ()}
    plan = PlannedWorld(
        users,
        (
            PlannedGuild("Home", "ada", members, (PlannedChannel("general"),)),
            PlannedGuild("Abroad", "ada", members, (PlannedChannel("foreign"),), bot_permissions=None),
        ),
        direct_messages=("yuki",),
        private_channels=(("yuki", "nico"), ("yuki", "nico", "ada")),
    )
    async with Sandbox.serve(plan=plan, openapi=openapi(), rate_limits=False) as served:
        yield served
        assert served.violations == []


@pytest.fixture
async def nico(sandbox):
    async with Visitor.visit(sandbox.page_url, "nico") as person:
        yield person


@pytest.fixture
def heard(bot):
    """What a command for both kinds of installation met, and one for each alone."""
    met = []

    @bot.tree.command(description="Both.")
    @app_commands.allowed_installs(guilds=True, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def both(interaction):
        met.append(interaction)
        await interaction.response.send_message("here")

    @bot.tree.command(description="Persons.")
    @app_commands.allowed_installs(guilds=False, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def personal(interaction):
        met.append(interaction)
        await interaction.response.defer()
        await interaction.followup.send("filled", file=file())

    @bot.tree.command(description="Servers.")
    @app_commands.allowed_installs(guilds=True, users=False)
    async def usual(interaction): ...

    return met


@pytest.fixture
def at_work(connected, bot):
    """The bot, connected, its commands registered."""
    return connected(bot)


def private(person, kind):
    return next(
        one["id"]
        for one in person.state["direct_messages"]
        if one["type"] == kind and all(not it["bot"] for it in one["recipients"])
    )


async def test_a_command_is_offered_where_it_is_installed(at_work, heard, yuki, nico):
    """By the server in it, by the person everywhere; and nothing to whom neither holds."""
    async with at_work:
        offered = {}
        for person in (yuki, nico):
            places = {"home": person.channel("general"), "abroad": person.channel("foreign")}
            places |= {"two": private(person, 1), "group": private(person, 3)}
            for name, place in places.items():
                offered[person.state["me"]["username"], name] = {one["name"] for one in await person.commands(place)}
        assert offered == {
            ("yuki", "home"): {"both", "personal", "usual"},
            ("yuki", "abroad"): {"both", "personal"},
            ("yuki", "two"): {"both", "personal"},
            ("yuki", "group"): {"both", "personal"},
            ("nico", "home"): {"both", "usual"},
            ("nico", "abroad"): set(),
            ("nico", "two"): set(),
            ("nico", "group"): set(),
        }
        assert {one["name"] for one in await yuki.commands(yuki.direct_message)} == {"both", "personal", "usual"}
        with pytest.raises(ActRefused) as caught:
            await nico.slash(nico.channel("foreign"), "both")
        assert caught.value.code == "unknown_command"
    assert heard == []


async def test_an_interaction_says_who_answers_for_it(at_work, heard, yuki):
    """Context and owners, place by place, as discord.py reads them."""
    guilds = {one["name"]: one["id"] for one in yuki.state["guilds"]}
    async with at_work:
        for place, context, guild, user in (
            (yuki.channel("general"), "guild", int(guilds["Home"]), True),
            (yuki.channel("foreign"), "guild", None, True),
            (yuki.direct_message, "dm_channel", 0, True),
            (private(yuki, 1), "private_channel", None, True),
            (private(yuki, 3), "private_channel", None, True),
        ):
            await yuki.answer(await yuki.slash(place, "both"))
            interaction = heard.pop()
            assert getattr(interaction.context, context) is True
            assert (interaction._integration_owners.get(0), interaction._integration_owners.get(1)) == (
                guild,
                int(yuki.id) if user else None,
            )
            assert interaction.is_user_integration() is True
            assert interaction.is_guild_integration() is (place == yuki.channel("general"))


async def test_a_guest_may_little(at_work, heard, yuki, ada):
    """Of the server's rights a guest has those of its person that matter to answers; in private channels three."""
    async with at_work:
        await yuki.answer(await yuki.slash(yuki.channel("foreign"), "both"))
        assert heard.pop().app_permissions.value == 0
        rights = str(int(Permission.ATTACH_FILES | Permission.EMBED_LINKS | Permission.MANAGE_MESSAGES))
        foreign = yuki.channel("foreign")
        guild = next(one["id"] for one in ada.state["guilds"] if one["name"] == "Abroad")
        await ada.call("PUT", f"/channels/{foreign}/overwrites/{guild}", {"allow": rights})
        await yuki.answer(await yuki.slash(foreign, "both"))
        allowed = heard.pop().app_permissions
        assert (allowed.attach_files, allowed.embed_links, allowed.manage_messages) == (True, True, False)
        await yuki.answer(await yuki.slash(private(yuki, 1), "both"))
        allowed = heard.pop().app_permissions
        assert (allowed.attach_files, allowed.mention_everyone, allowed.external_emojis) == (True, True, False)


@pytest.mark.usefixtures("heard")
async def test_a_guest_answers_by_its_token_alone(at_work, api, yuki, nico):
    """Everybody there sees the answer; the bot itself sees the channel with no right of its own."""
    async with at_work:
        for place in (yuki.channel("foreign"), private(yuki, 1), private(yuki, 3)):
            message = await yuki.answer(await yuki.slash(place, "personal"))
            assert (message["content"], message["attachments"][0]["filename"]) == ("filled", "a.png")
            assert [one["content"] for one in await nico.messages(place)] == ["filled"]
            assert message["interaction_metadata"]["authorizing_integration_owners"] == {"1": yuki.id}
            for method, path in (("GET", ""), ("GET", "/messages"), ("GET", f"/messages/{message['id']}")):
                status, body = await api.call(method, f"/channels/{place}{path}")
                assert (status, body["code"]) == (403, 50001)
            status, body = await api.call("POST", f"/channels/{place}/messages", {"content": "own"})
            assert (status, body["code"]) == (403, 50001)


async def test_a_button_belongs_to_whoever_brought_the_bot(at_work, bot, yuki, nico):
    """Another member may press it; the interaction goes on naming the one who installed it."""
    seen = []

    @bot.tree.command(description="Counts.")
    @app_commands.allowed_installs(guilds=False, users=True)
    @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
    async def count(interaction):
        await interaction.response.send_message(view=layout(1))

    async def on_interaction(interaction):
        seen.append(interaction)

    bot.on_interaction = on_interaction
    bot.add_dynamic_items(Counter)
    async with at_work:
        message = await yuki.answer(await yuki.slash(private(yuki, 1), "count"))
        pressed = await nico.press(message, control(message, "Count"))
        after = await nico.answer(pressed)
        assert after["components"][0]["components"][0]["content"] == "number 2"
        assert seen[-1].user.name == "nico"
        assert seen[-1]._integration_owners == {1: int(yuki.id)}


@pytest.mark.usefixtures("heard")
async def test_where_members_may_not_bring_apps_answers_are_for_the_asker(at_work, yuki, nico, ada):
    """Without Use External Apps a guest's every answer is ephemeral, whatever it asked for; at home nothing changes."""
    foreign, denied = yuki.channel("foreign"), {"deny": str(int(Permission.USE_EXTERNAL_APPS))}
    for channel, name in ((foreign, "Abroad"), (yuki.channel("general"), "Home")):
        guild = next(one["id"] for one in ada.state["guilds"] if one["name"] == name)
        await ada.call("PUT", f"/channels/{channel}/overwrites/{guild}", denied)
    async with at_work:
        for command in ("both", "personal"):
            assert (await yuki.answer(await yuki.slash(foreign, command)))["flags"] & 64
        assert await nico.messages(foreign) == []
        assert not (await yuki.answer(await yuki.slash(yuki.channel("general"), "both")))["flags"] & 64


@pytest.mark.usefixtures("heard")
async def test_people_install_and_uninstall(at_work, nico, api):
    """What one has installed one is offered at once, and no longer once it is gone."""
    async with at_work:
        await nico.call("PUT", "/installation")
        assert {one["name"] for one in await nico.commands(nico.channel("foreign"))} == {"both", "personal"}
        assert (await api.call("GET", "/applications/@me"))[1]["approximate_user_install_count"] == 2
        await nico.call("DELETE", "/installation")
        assert await nico.commands(nico.channel("foreign")) == []


async def test_private_channels_are_opened_by_people(sandbox, yuki, nico, ada):
    """With one other it is the same channel again, with more a group; strangers to it see nothing."""
    for person, other in ((nico, yuki), (yuki, nico)):
        opened = (await person.call("POST", "/direct-messages", {"recipient_id": other.id}))["channel"]
        assert opened["id"] == private(yuki, 1)
    group = (await nico.call("POST", "/direct-messages", {"recipient_ids": [yuki.id, ada.id]}))["channel"]
    assert group["type"] == 3
    await nico.say(opened["id"], "between us")
    with pytest.raises(ActRefused):
        await ada.messages(opened["id"])
    for wrong in ({"recipient_id": "1"}, {"recipient_ids": [nico.id]}, {}):
        with pytest.raises(ActRefused):
            await nico.call("POST", "/direct-messages", wrong)
    told = [one["t"] for one in sandbox.feed.entries() if one["kind"] == "gateway" and one["direction"] == "sent"]
    assert "MESSAGE_CREATE" not in told


async def test_the_bot_opens_its_own_direct_message(api, sandbox, nico):
    """A channel of two people is never taken for the bot's with one of them."""
    status, body = await api.call("POST", "/users/@me/channels", {"recipient_id": nico.id})
    assert status == 200
    assert sandbox.world.bot in sandbox.world.channels[int(body["id"])].recipients

"""The real discord.py client against the stand-in, over real sockets: what a slash-command bot does all day."""

import discord
import pytest
from discord import app_commands, ui

from bot.sandbox.people.driver import ActRefused
from tests.bot.sandbox.conftest import file, layout, png

pytestmark = pytest.mark.usefixtures("judged")


async def test_commands_are_registered_and_seen(connected, bot, sandbox, yuki):
    """What the bot syncs is what people are offered, options and all."""

    @bot.tree.command(description="Draws.")
    @app_commands.describe(count="How many.")
    @app_commands.choices(shape=[app_commands.Choice(name="square", value="1:1")])
    async def draw(interaction, count: app_commands.Range[int, 1, 4], shape: str = "1:1"): ...

    @bot.tree.command(description="For adults.", nsfw=True)
    async def adult(interaction): ...

    @bot.tree.command(description="For admins.")
    @app_commands.default_permissions()
    async def settings(interaction): ...

    async with connected(bot):
        general = await yuki.commands(yuki.channel("general"))
        assert [one["name"] for one in general] == ["draw"]
        assert general[0]["options"][0] == {
            "type": 4,
            "name": "count",
            "description": "How many.",
            "required": True,
            "min_value": 1,
            "max_value": 4,
        }
        assert [one["name"] for one in await yuki.commands(yuki.channel("after-dark"))] == ["draw", "adult"]
        assert [one["name"] for one in await yuki.commands(yuki.channel("night studies"))] == ["draw", "adult"]
        assert [one["name"] for one in await yuki.commands(yuki.direct_message)] == ["draw", "settings"]
        again = await bot.tree.sync()
        assert [one.id for one in again] == [command.id for command in sandbox.world.commands.values()]


async def test_options_of_every_type_arrive(connected, bot, sandbox, yuki):
    """Text, numbers, truth, people, places, roles and files reach the handler as discord.py's own objects."""
    heard = {}

    @bot.tree.command(description="Takes all.")
    async def take(  # noqa: PLR0917 - an option of every type
        interaction,
        text: str,
        number: int,
        ratio: float,
        yes: bool,
        who: discord.Member,
        where: discord.TextChannel,
        role: discord.Role,
        image: discord.Attachment,
    ):
        heard.update(text=text, number=number, ratio=ratio, yes=yes, who=who.name, where=where.name, role=role.name)
        heard["image"] = await image.read()
        heard["rights"] = interaction.app_permissions.attach_files
        heard["limit"] = interaction.filesize_limit
        await interaction.response.send_message("taken")

    async with connected(bot):
        guild = sandbox.world.guilds[int(yuki.guild)]
        role = next(one for one in guild.roles.values() if one.name == "member")
        options = {"text": "a", "number": 7, "ratio": 0.5, "yes": True, "role": str(role.id)}
        options |= {"who": yuki.id, "where": yuki.channel("gallery"), "image": await yuki.upload("in.png", png())}
        await yuki.answer(await yuki.slash(yuki.channel("general"), "take", **options))
    assert heard.pop("image") == png()
    assert heard == {
        "text": "a",
        "number": 7,
        "ratio": 0.5,
        "yes": True,
        "who": "yuki",
        "where": "gallery",
        "role": "member",
        "rights": True,
        "limit": 10 * 1024 * 1024,
    }


async def test_defer_then_edit_with_pictures(connected, bot, yuki):
    """A deferred answer thinks, then becomes a layout whose pictures can be fetched."""

    @bot.tree.command(description="Draws.")
    async def draw(interaction):
        await interaction.response.defer(thinking=True)
        assert interaction.channel.name == "general"
        gallery = ui.MediaGallery(discord.MediaGalleryItem("attachment://a.png", description="red", spoiler=True))
        message = await interaction.edit_original_response(view=layout(1, gallery), attachments=[file()])
        assert message.flags.components_v2
        assert [one.filename for one in message.attachments] == ["a.png"]

    async with connected(bot):
        number = await yuki.slash(yuki.channel("general"), "draw")
        thinking = await yuki.wait_for(lambda message: message["flags"] == 128)
        message = await yuki.answer(number)
        assert message["id"] == thinking["id"]
        assert message["flags"] == 32768
        assert message["edited_timestamp"] is None
        item = message["components"][0]["components"][2]["items"][0]
        assert (item["description"], item["spoiler"], item["media"]["width"]) == ("red", True, 6)
        assert await yuki.fetch(item["media"]["url"]) == png()
        assert await yuki.fetch(message["attachments"][0]["url"]) == png()


async def test_the_first_followup_after_a_deferral_fills_it(connected, bot, yuki):
    """Right after a deferral a followup edits the deferred answer; the next one is a message of its own."""

    @bot.tree.command(description="Talks.")
    async def talk(interaction):
        await interaction.response.defer()
        await interaction.followup.send("first", ephemeral=True)
        await interaction.followup.send("second", file=file())

    async with connected(bot):
        await yuki.slash(yuki.channel("general"), "talk")
        await yuki.wait_for(lambda message: message["content"] == "second")
        first, second = await yuki.messages(yuki.channel("general"))
        assert (first["content"], first["flags"]) == ("first", 0), "the deferral decided that it is public"
        assert second["attachments"][0]["filename"] == "a.png"


async def test_autocomplete_gives_choices(connected, bot, yuki):
    """What is typed reaches the handler with the other options, and its choices come back."""

    @bot.tree.command(description="Finds.")
    async def find(interaction, series: str, character: str): ...

    @find.autocomplete("character")
    async def suggest(interaction, current):
        return [app_commands.Choice(name=f"{current} of {interaction.namespace.series}", value=current)]

    async with connected(bot):
        general = yuki.channel("general")
        choices = await yuki.autocomplete(general, "find", "character", series="honkai", character="fire")
        assert choices == [{"name": "fire of honkai", "value": "fire"}]
        with pytest.raises(ActRefused) as refusal:
            await yuki.autocomplete(general, "find", "series", series="h")
        assert refusal.value.code == "invalid_options"


async def test_an_ephemeral_answer_is_for_one_person(connected, bot, yuki, ada):
    """Nobody else sees it, not even an admin; its person may dismiss it."""

    @bot.tree.command(description="Whispers.")
    async def whisper(interaction):
        await interaction.response.send_message("psst", ephemeral=True)

    async with connected(bot):
        general = yuki.channel("general")
        message = await yuki.answer(await yuki.slash(general, "whisper"))
        assert message["flags"] == 64
        await yuki.say(general, "loud")
        await ada.wait_for(lambda seen: seen["content"] == "loud")
        assert [one["content"] for one in await ada.messages(general)] == ["loud"]
        assert [one["content"] for one in await yuki.messages(general)] == ["psst", "loud"]
        await yuki.delete(message)
        assert [one["content"] for one in await yuki.messages(general)] == ["loud"]


async def test_nobody_is_pinged_without_leave(connected, bot, yuki, ada):
    """A mention notifies only whom ``allowed_mentions`` allows, in text and in layouts."""

    @bot.tree.command(description="Mentions.")
    async def mention(interaction, loud: bool):
        allowed = discord.AllowedMentions(users=True) if loud else discord.AllowedMentions.none()
        view = ui.LayoutView().add_item(ui.TextDisplay(f"<@{ada.id}> @everyone <@&{yuki.guild}>"))
        await interaction.response.send_message(view=view, allowed_mentions=allowed)

    async with connected(bot):
        general = yuki.channel("general")
        quiet = await yuki.answer(await yuki.slash(general, "mention", loud=False))
        assert (quiet["mentions"], quiet["mention_everyone"]) == ([], False)
        loud = await yuki.answer(await yuki.slash(general, "mention", loud=True))
        assert [one["username"] for one in loud["mentions"]] == ["ada"]
        ping = await ada.wait_for_event("ping")
        assert ping["message_id"] == loud["id"]

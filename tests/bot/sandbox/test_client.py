"""The real discord.py client against the stand-in, over real sockets: what a slash-command bot does all day."""

import asyncio
import io
import re

import discord
import pytest
from discord import app_commands, ui
from PIL import Image

from bot.sandbox.driver import Refused

pytestmark = pytest.mark.usefixtures("judged")


def png(colour="red", size=(6, 4)):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def file(name="a.png", **more):
    return discord.File(io.BytesIO(png()), name, **more)


class Counter(ui.DynamicItem[ui.Button], template=r"count:(?P<number>\d+)"):
    def __init__(self, number):
        self.number = number
        super().__init__(ui.Button(label="Count", custom_id=f"count:{number}"))

    @classmethod
    async def from_custom_id(cls, _interaction, _item, match: re.Match):
        return cls(int(match["number"]))

    async def callback(self, interaction):
        await interaction.response.edit_message(view=layout(self.number + 1))


def layout(number, *extra):
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay(f"number {number}"), ui.ActionRow(Counter(number)), *extra))
    return view


def text_of(message):
    return message["components"][0]["components"][0]["content"]


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


async def test_buttons_are_dynamic_and_edit_their_message(connected, bot, yuki):
    """A DynamicItem in a layout is found by its custom_id and edits its own message, as often as it is pressed."""

    @bot.tree.command(description="Counts.")
    async def count(interaction):
        await interaction.response.send_message(view=layout(0))

    bot.add_dynamic_items(Counter)
    async with connected(bot):
        message = await yuki.answer(await yuki.slash(yuki.channel("general"), "count"))
        for number in range(3):
            await yuki.press(message, f"count:{number}")
            message = await yuki.wait_for(lambda seen, number=number: text_of(seen) == f"number {number + 1}")
        assert message["edited_timestamp"] is not None


async def test_a_button_works_after_the_bot_was_restarted(connected, make_bot, yuki):
    """The message is the state: another process answers the old button."""
    first = make_bot()

    @first.tree.command(description="Counts.")
    async def count(interaction):
        await interaction.response.send_message(view=layout(0))

    async with connected(first):
        message = await yuki.answer(await yuki.slash(yuki.channel("general"), "count"))
    second = make_bot()
    second.add_dynamic_items(Counter)
    async with connected(second):
        await yuki.press(message, "count:0")
        assert text_of(await yuki.wait_for(lambda seen: bool(seen["components"]) and text_of(seen) == "number 1"))


async def test_modals_carry_every_kind_of_field(connected, bot, yuki):
    """A modal opens with its defaults, is checked like a form, and arrives with texts, choices and files."""
    heard = {}

    class Form(ui.Modal, title="Edit"):
        tags = ui.Label(text="Tags", component=ui.TextInput(custom_id="tags", default="smile", max_length=20))
        rating = ui.Label(
            text="Rating",
            component=ui.Select(
                custom_id="rating", options=[discord.SelectOption(label="safe"), discord.SelectOption(label="nsfw")]
            ),
        )
        sketch = ui.Label(text="Sketch", component=ui.FileUpload(custom_id="sketch", required=False))

        async def on_submit(self, interaction):
            heard.update(
                tags=self.tags.component.value,
                rating=self.rating.component.values,
                files=[await one.read() for one in self.sketch.component.values],
            )
            await interaction.response.send_message("noted", ephemeral=True)

    @bot.tree.command(description="Edits.")
    async def edit(interaction):
        await interaction.response.send_modal(Form(timeout=60))

    async with connected(bot):
        modal = await yuki.modal(await yuki.slash(yuki.channel("general"), "edit"))
        assert (modal["title"], len(modal["components"])) == ("Edit", 3)
        with pytest.raises(Refused) as refusal:
            await yuki.submit(modal, tags="x" * 21)
        assert set(refusal.value.fields) == {"tags", "rating"}
        sketch = await yuki.upload("s.png", png())
        await yuki.answer(await yuki.submit(modal, rating=["safe"], sketch=[sketch]))
        assert heard == {"tags": "smile", "rating": ["safe"], "files": [png()]}
        with pytest.raises(Refused) as closed:
            await yuki.submit(modal, rating=["safe"])
        assert closed.value.code == "unknown_modal"


async def test_a_modal_from_a_button_updates_the_message(connected, bot, yuki):
    """Submitting what a button opened may edit the button's message."""

    class Form(ui.Modal, title="Edit"):
        words = ui.TextInput(label="Words", custom_id="words")

        async def on_submit(self, interaction):
            await interaction.response.edit_message(content=self.words.value)

    class Opener(ui.View):
        @ui.button(label="Open", custom_id="open")
        async def open(self, interaction, _button):
            await interaction.response.send_modal(Form(timeout=60))

    @bot.tree.command(description="Opens.")
    async def start(interaction):
        await interaction.response.send_message("before", view=Opener(timeout=60))

    async with connected(bot):
        message = await yuki.answer(await yuki.slash(yuki.channel("general"), "start"))
        modal = await yuki.modal(await yuki.press(message, "open"))
        edited = await yuki.answer(await yuki.submit(modal, words="after"))
        assert (edited["id"], edited["content"]) == (message["id"], "after")


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
        with pytest.raises(Refused) as refusal:
            await yuki.autocomplete(general, "find", "series", series="h")
        assert refusal.value.code == "invalid_options"


async def test_menus_of_choices_and_of_messages_and_people(connected, bot, sandbox, yuki):
    """A select, a message's context menu and a user's context menu bring what they are about."""

    class Picker(ui.View):
        @ui.select(custom_id="pick", options=[discord.SelectOption(label="a"), discord.SelectOption(label="b")])
        async def pick(self, interaction, select):
            await interaction.response.send_message(f"picked {select.values[0]}", ephemeral=True)

    @bot.tree.command(description="Picks.")
    async def pick(interaction):
        await interaction.response.send_message("choose", view=Picker(timeout=60))

    @bot.tree.context_menu(name="Quote")
    async def quote(interaction, message: discord.Message):
        await interaction.response.send_message(f"{message.author.name} said {message.content}", ephemeral=True)

    @bot.tree.context_menu(name="Greet")
    async def greet(interaction, member: discord.Member):
        await interaction.response.send_message(f"hello {member.display_name}", ephemeral=True)

    async with connected(bot):
        general = yuki.channel("general")
        message = await yuki.answer(await yuki.slash(general, "pick"))
        assert (await yuki.answer(await yuki.choose(message, "pick", "b")))["content"] == "picked b"
        with pytest.raises(Refused):
            await yuki.choose(message, "pick", "c")
        said = await yuki.say(general, "so it is")
        assert (await yuki.answer(await yuki.context_menu(said, "Quote")))["content"] == "yuki said so it is"
        mio = next(one for one in sandbox.world.users.values() if one.username == "mio")
        assert (await yuki.answer(await yuki.user_menu(general, str(mio.id), "Greet")))["content"] == "hello Mio"


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


async def test_direct_messages_and_threads(connected, bot, yuki):
    """A command works in a direct message and in a thread, which takes its parent's age restriction."""
    heard = []

    @bot.tree.command(description="Where am I?")
    async def where(interaction):
        heard.append((type(interaction.channel).__name__, interaction.context.dm_channel))
        if isinstance(interaction.channel, discord.Thread):
            heard.append(interaction.channel.is_nsfw())
        await interaction.response.send_message("here")

    async with connected(bot):
        for channel in (yuki.direct_message, yuki.channel("first sketches"), yuki.channel("night studies")):
            await yuki.answer(await yuki.slash(channel, "where"))
        assert heard == [("DMChannel", True), ("Thread", False), False, ("Thread", False), True]
        user = await bot.fetch_user(int(yuki.id))
        await user.send("a word in private")
        await yuki.wait_for(lambda message: message["content"] == "a word in private")


async def test_channel_messages_by_the_bots_token(connected, bot, yuki):
    """Send, fetch, edit with the attachments that stay, delete: all by the bot's own token."""
    async with connected(bot):
        channel = bot.get_channel(int(yuki.channel("general")))
        async with channel.typing():
            sent = await channel.send("one", files=[file("a.png"), file("b.png", spoiler=True)])
        assert [one.filename for one in sent.attachments] == ["a.png", "SPOILER_b.png"]
        again = await channel.fetch_message(sent.id)
        edited = await again.edit(content="two", attachments=[again.attachments[0], file("c.png")])
        assert [one.filename for one in edited.attachments] == ["a.png", "c.png"]
        assert [message.content async for message in channel.history()] == ["two"]
        await edited.delete()
        await yuki.wait_for_event("message.delete", lambda gone: gone["id"] == str(sent.id))
        with pytest.raises(discord.NotFound):
            await channel.fetch_message(sent.id)


async def test_threads_are_made_and_seen(connected, bot, yuki, ada):
    """A thread made by the bot needs the right to make one, and appears to everybody."""
    async with connected(bot):
        channel = bot.get_channel(int(yuki.channel("general")))
        message = await channel.send("start here")
        with pytest.raises(discord.Forbidden):
            await message.create_thread(name="sketches")
        right = str(1 << 35)
        await ada.call("PUT", f"/channels/{channel.id}/overwrites/{bot.user.id}", {"allow": right})
        thread = await message.create_thread(name="sketches")
        await yuki.wait_for_event("channel.create", lambda made: made["id"] == str(thread.id))
        await thread.send("inside")
        assert [one["content"] for one in await yuki.messages(str(thread.id))] == ["inside"]


async def test_a_channels_changes_reach_the_client(connected, bot, yuki, ada):
    """An age restriction switched on, and a channel deleted, are known to the client at once."""
    async with connected(bot):
        general = bot.get_channel(int(yuki.channel("general")))
        for nsfw in (True, False):
            changed = asyncio.create_task(bot.wait_for("guild_channel_update", timeout=10))
            await asyncio.sleep(0)
            await ada.call("PATCH", f"/channels/{general.id}", {"nsfw": nsfw})
            await changed
            assert general.is_nsfw() is nsfw
        gone = asyncio.create_task(bot.wait_for("guild_channel_delete", timeout=10))
        await asyncio.sleep(0)
        await ada.call("DELETE", f"/channels/{general.id}")
        await gone
        assert bot.get_channel(general.id) is None


async def test_a_kick_and_an_invitation_reach_the_client(connected, bot, ada):
    """Removed from the guild the client forgets it; invited again it knows it again."""
    async with connected(bot):
        guild = bot.guilds[0]
        for method, event in (("DELETE", "guild_remove"), ("PUT", "guild_join")):
            heard = asyncio.create_task(bot.wait_for(event, timeout=10))
            await asyncio.sleep(0)
            await ada.call(method, f"/guilds/{guild.id}/members/{bot.user.id}")
            await heard
        assert [one.name for one in bot.guilds] == ["Atelier"]


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

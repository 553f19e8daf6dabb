"""Buttons, selects, modals and context menus of the real discord.py client, over real sockets."""

import discord
import pytest
from discord import ui

from bot.sandbox.people.driver import ActRefused
from tests.bot.sandbox.conftest import Counter, layout, png

pytestmark = pytest.mark.usefixtures("judged")


def text_of(message):
    return message["components"][0]["components"][0]["content"]


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
        with pytest.raises(ActRefused) as refusal:
            await yuki.submit(modal, tags="x" * 21)
        assert set(refusal.value.fields) == {"tags", "rating"}
        sketch = await yuki.upload("s.png", png())
        await yuki.answer(await yuki.submit(modal, rating=["safe"], sketch=[sketch]))
        assert heard == {"tags": "smile", "rating": ["safe"], "files": [png()]}
        with pytest.raises(ActRefused) as closed:
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
        with pytest.raises(ActRefused):
            await yuki.choose(message, "pick", "c")
        said = await yuki.say(general, "so it is")
        assert (await yuki.answer(await yuki.context_menu(said, "Quote")))["content"] == "yuki said so it is"
        mio = next(one for one in sandbox.world.users.values() if one.username == "mio")
        assert (await yuki.answer(await yuki.user_menu(general, str(mio.id), "Greet")))["content"] == "hello Mio"

"""Another library's client against the stand-in, unpatched: what it speaks must be Discord's, not discord.py's."""

import asyncio
import io

import hikari
import pytest
from PIL import Image

pytestmark = pytest.mark.usefixtures("judged")


def png():
    buffer = io.BytesIO()
    Image.new("RGB", (6, 4), "red").save(buffer, "PNG")
    return buffer.getvalue()


@pytest.fixture
async def hikari_bot(sandbox):
    bot = hikari.GatewayBot(
        sandbox.token, rest_url=sandbox.api_url, intents=hikari.Intents.GUILDS, banner=None, logs=None
    )
    await bot.start(check_for_updates=False)
    yield bot
    await bot.close()


async def test_another_library_defers_and_edits_with_a_file(hikari_bot, sandbox, yuki):
    """Identify, a slash command with options, a deferred answer, and an edit that brings a picture."""
    heard = asyncio.get_running_loop().create_future()

    @hikari_bot.listen()
    async def on_interaction(event: hikari.CommandInteractionCreateEvent):
        interaction = event.interaction
        await interaction.create_initial_response(hikari.ResponseType.DEFERRED_MESSAGE_CREATE)
        message = await interaction.edit_initial_response(
            "drawn", attachment=hikari.Bytes(png(), "a.png"), component=_row(hikari_bot)
        )
        heard.set_result((interaction, message))

    application = await hikari_bot.rest.fetch_application()
    command = hikari_bot.rest.slash_command_builder("draw", "Draws.").add_option(
        hikari.CommandOption(type=hikari.OptionType.INTEGER, name="count", description="How many.", is_required=True)
    )
    await hikari_bot.rest.set_application_commands(application.id, [command])

    sent = await yuki.slash(yuki.channel("general"), "draw", count=2)
    interaction, edited = await asyncio.wait_for(heard, 10)
    seen = await yuki.wait_for(lambda message: message["content"] == "drawn")
    assert (interaction.user.username, interaction.options[0].value) == ("yuki", 2)
    assert interaction.channel_id == int(yuki.channel("general"))
    assert [one.filename for one in edited.attachments] == ["a.png"]
    assert seen["id"] == str(edited.id)
    assert (await yuki.outcome(sent))["event"] == "interaction.answer"
    assert hikari_bot.is_alive
    assert hikari_bot.get_me().username == sandbox.world.bot.username


async def test_another_library_hears_a_button(hikari_bot, yuki):
    """A press reaches it with the custom id that it gave, and its answer edits the message."""

    @hikari_bot.listen()
    async def on_interaction(event: hikari.ComponentInteractionCreateEvent):
        await event.interaction.create_initial_response(
            hikari.ResponseType.MESSAGE_UPDATE, f"heard {event.interaction.custom_id}", components=[]
        )

    await hikari_bot.rest.create_message(int(yuki.channel("general")), "press", component=_row(hikari_bot))
    message = await yuki.wait_for(lambda one: one["content"] == "press")
    await yuki.press(message, "again:7")
    await yuki.wait_for(lambda one: one["content"] == "heard again:7")


def _row(bot):
    return bot.rest.build_message_action_row().add_interactive_button(
        hikari.ButtonStyle.PRIMARY, "again:7", label="Again"
    )

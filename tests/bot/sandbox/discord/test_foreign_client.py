"""Other libraries' clients against the stand-in, unpatched: what it speaks must be Discord's, not discord.py's."""

import asyncio
import io
import shutil

import hikari
import pytest
from PIL import Image

from tests.bot.sandbox.conftest import openapi
from tests.clients import environments
from tests.clients.acts import ACTS, GATEWAY
from tests.clients.clients import CLIENTS
from tests.clients.run import attempt
from tests.clients.stage import on_stage


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


@pytest.mark.usefixtures("judged")
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


@pytest.mark.usefixtures("judged")
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


WAITING = {*GATEWAY, "burst of 8", "429 user", "429 global"}
QUICK = [name for name in ACTS if name not in WAITING]
"""The acts that wait for no limit and no new connection; `make clients` does the others."""


async def test_a_library_of_another_language_works_here():
    """discord.js, which knows nothing of Python, registers, answers and asks, and is answered as Discord answers."""
    client = next(one for one in CLIENTS if one.name == "discord.js")
    if shutil.which("node") is None or not environments.installed(client):
        pytest.skip("Node or its packages are not at hand (`make clients` brings the packages)")
    async with on_stage(client, openapi=openapi(), rate_limits=False) as stage:
        assert {name: why for name in QUICK if (why := await attempt(ACTS[name], stage))} == {}
        assert [one for one in stage.sandbox.violations if one["side"] == "response"] == []

"""The common commands, written with hikari alone, which leaves the choice of a command framework to its users."""

import asyncio
import os

import hikari
from hikari import OptionType, ResponseType

GUILD = int(os.environ["GUILD"])

# The address is an argument; nothing of hikari is changed.
bot = hikari.GatewayBot(os.environ["TOKEN"], rest_url=os.environ["API"], intents=hikari.Intents.GUILDS, banner=None)


async def say(interaction, content=hikari.UNDEFINED, **more):
    await interaction.create_initial_response(ResponseType.MESSAGE_CREATE, content, **more)


async def now(interaction):
    await say(interaction, "now")


async def local(interaction):
    await say(interaction, "local")


async def later(interaction):
    await interaction.create_initial_response(ResponseType.DEFERRED_MESSAGE_CREATE)
    await interaction.edit_initial_response("later")


async def quiet(interaction):
    await say(interaction, "quiet", flags=hikari.MessageFlag.EPHEMERAL)


async def twice(interaction):
    await say(interaction, "first")
    await interaction.execute("second")


async def file(interaction):
    await say(interaction, attachment=hikari.Bytes(b"hello", "hello.txt"))


async def layout(interaction):
    container = hikari.impl.ContainerComponentBuilder()
    container.add_text_display("laid out").add_separator()
    await say(interaction, component=container, flags=hikari.MessageFlag.IS_COMPONENTS_V2)


async def take(interaction):
    values = [
        str(one.value).lower() if isinstance(one.value, bool) else str(one.value) for one in interaction.options[:-1]
    ]
    (image,) = interaction.resolved.attachments.values()
    await say(interaction, f"took {' '.join(values)} {image.filename}")


async def pick(interaction):
    await say(interaction, f"picked {interaction.options[0].value}")


async def find(interaction):
    await say(interaction, f"found {interaction.options[0].value}")


async def deep(interaction):
    await say(interaction, f"deep {interaction.options[0].options[0].options[0].value}")


async def form_text(interaction):
    row = bot.rest.build_modal_action_row()
    row.add_text_input("words", "Words", style=hikari.TextInputStyle.PARAGRAPH)
    await interaction.create_modal_response("A form", "form-text", component=row)


async def with_controls(interaction):
    press = bot.rest.build_message_action_row().add_interactive_button(
        hikari.ButtonStyle.PRIMARY, "press", label="Press"
    )
    choose = bot.rest.build_message_action_row()
    menu = choose.add_text_menu("choose")
    for one in "ab":
        menu.add_option(one, one)
    who = bot.rest.build_message_action_row().add_select_menu(hikari.ComponentType.USER_SELECT_MENU, "who")
    await say(interaction, "controls", components=[press, choose, who])


async def wave(interaction):
    (user,) = interaction.resolved.users.values()
    await say(interaction, f"waved {user.username}")


async def quote(interaction):
    (message,) = interaction.resolved.messages.values()
    await say(interaction, f"quote {message.content}")


async def fetch(interaction):
    await interaction.create_initial_response(ResponseType.DEFERRED_MESSAGE_CREATE)
    rest = bot.rest
    await rest.fetch_application()
    me = await rest.fetch_user(bot.get_me())
    guild = await rest.fetch_guild(interaction.guild_id)
    member = await rest.fetch_member(guild, interaction.user)
    channel = await rest.fetch_channel(interaction.channel_id)
    await rest.fetch_guild_channels(guild)
    await rest.fetch_roles(guild)
    await rest.fetch_messages(channel).limit(5)
    await rest.fetch_message(channel, await interaction.fetch_initial_response())
    await interaction.edit_initial_response(f"fetched {me.username} {member.username} {guild.name} {channel.name}")


async def dm(interaction):
    await say(interaction, "dm")
    channel = await bot.rest.create_dm_channel(interaction.user)
    await bot.rest.create_message(channel, "by message")


async def thread(interaction):
    await say(interaction, "thread")
    start = await bot.rest.create_message(interaction.channel_id, "start")
    strand = await bot.rest.create_message_thread(interaction.channel_id, start, "strand")
    await bot.rest.create_message(strand, "in the thread")


async def react(interaction):
    await say(interaction, "react")
    message = await bot.rest.create_message(interaction.channel_id, "react to this")
    await bot.rest.add_reaction(interaction.channel_id, message, "✅")


async def burst(interaction):
    await say(interaction, "burst")
    messages = (bot.rest.create_message(interaction.channel_id, f"burst {number}") for number in range(1, 9))
    await asyncio.gather(*messages)


COMMANDS = {
    "now": now,
    "local": local,
    "later": later,
    "quiet": quiet,
    "twice": twice,
    "file": file,
    "layout": layout,
    "take": take,
    "pick": pick,
    "find": find,
    "set": deep,
    "form-text": form_text,
    "controls": with_controls,
    "Wave": wave,
    "Quote": quote,
    "fetch": fetch,
    "dm": dm,
    "thread": thread,
    "react": react,
    "burst": burst,
}


def option(kind, name, **more):
    return hikari.CommandOption(type=kind, name=name, description="An option.", **more)


def needed(kind, name, **more):
    return option(kind, name, is_required=True, **more)


OPTIONS = {
    "take": [
        needed(OptionType.STRING, "text", min_length=1, max_length=20),
        needed(OptionType.INTEGER, "number", min_value=1, max_value=9),
        needed(OptionType.FLOAT, "ratio"),
        needed(OptionType.BOOLEAN, "yes"),
        needed(OptionType.USER, "who"),
        needed(OptionType.CHANNEL, "where", channel_types=[hikari.ChannelType.GUILD_TEXT]),
        needed(OptionType.ROLE, "role"),
        needed(OptionType.MENTIONABLE, "whom"),
        needed(OptionType.ATTACHMENT, "image"),
    ],
    "pick": [
        needed(
            OptionType.STRING,
            "shape",
            name_localizations={hikari.Locale.DE: "form"},
            choices=[
                hikari.CommandChoice(name="square", value="1:1", name_localizations={hikari.Locale.DE: "Quadrat"}),
                hikari.CommandChoice(name="wide", value="16:9"),
            ],
        )
    ],
    "find": [needed(OptionType.STRING, "word", autocomplete=True)],
    "set": [
        option(
            OptionType.SUB_COMMAND_GROUP,
            "colour",
            options=[option(OptionType.SUB_COMMAND, "deep", options=[needed(OptionType.STRING, "value")])],
        )
    ],
}


def built(name):
    if name[0].isupper():
        kind = hikari.CommandType.USER if name == "Wave" else hikari.CommandType.MESSAGE
        return bot.rest.context_menu_command_builder(kind, name)
    command = bot.rest.slash_command_builder(name, "A command.")
    for one in OPTIONS.get(name, ()):
        command.add_option(one)
    if name == "pick":
        command.set_name_localizations({hikari.Locale.DE: "waehle"})
        command.set_description_localizations({hikari.Locale.DE: "Waehlt."})
    return command


@bot.listen()
async def on_started(_event: hikari.StartedEvent):
    application = await bot.rest.fetch_application()
    await bot.rest.set_application_commands(application, [built(name) for name in COMMANDS if name != "local"])
    await bot.rest.set_application_commands(application, [built("local")], guild=GUILD)
    print("ready", flush=True)


@bot.listen()
async def on_command(event: hikari.CommandInteractionCreateEvent):
    await COMMANDS[event.interaction.command_name](event.interaction)


@bot.listen()
async def on_autocomplete(event: hikari.AutocompleteInteractionCreateEvent):
    word = f"{event.interaction.options[0].value}!"
    await event.interaction.create_response([hikari.impl.AutocompleteChoiceBuilder(word, word)])


@bot.listen()
async def on_component(event: hikari.ComponentInteractionCreateEvent):
    interaction = event.interaction
    if interaction.custom_id == "press":
        await interaction.create_initial_response(ResponseType.MESSAGE_UPDATE, "pressed")
    elif interaction.custom_id == "choose":
        await say(interaction, f"chose {interaction.values[0]}")
    else:
        (user,) = interaction.resolved.users.values()
        await say(interaction, f"who {user.id}")


@bot.listen()
async def on_modal(event: hikari.ModalInteractionCreateEvent):
    await say(event.interaction, f"text {event.interaction.components[0][0].value}")


bot.run(check_for_updates=False)

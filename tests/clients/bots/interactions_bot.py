"""The common commands, written with interactions.py, whose forms have no other fields than texts."""

import asyncio
import io
import os

import interactions
from interactions import (
    Client,
    File,
    LocalisedDesc,
    LocalisedName,
    Modal,
    OptionType,
    ParagraphText,
    SlashCommandChoice,
    component_callback,
    listen,
    message_context_menu,
    modal_callback,
    slash_command,
    slash_option,
    user_context_menu,
)
from interactions.api.events import Startup
from interactions.api.http.route import Route
from interactions.models.internal.localisation import LocalisedField

GUILD = int(os.environ["GUILD"])
Route.BASE = os.environ["API"]  # this is all that points interactions.py at the stand-in

bot = Client(token=os.environ["TOKEN"], intents=interactions.Intents.GUILDS)


@listen(Startup)
async def on_startup():
    print("ready", flush=True)


@slash_command("now", description="Answers.")
async def now(ctx):
    await ctx.send("now")


@slash_command("local", description="Answers.", scopes=[GUILD])
async def local(ctx):
    await ctx.send("local")


@slash_command("later", description="Answers later.")
async def later(ctx):
    await ctx.defer()
    await ctx.send("later")


@slash_command("quiet", description="Answers one person.")
async def quiet(ctx):
    await ctx.send("quiet", ephemeral=True)


@slash_command("twice", description="Answers twice.")
async def twice(ctx):
    await ctx.send("first")
    await ctx.send("second")


@slash_command("file", description="Answers with a file.")
async def file(ctx):
    await ctx.send(file=File(io.BytesIO(b"hello"), file_name="hello.txt"))


@slash_command("layout", description="Answers with a layout.")
async def layout(ctx):
    await ctx.send(
        components=[
            interactions.ContainerComponent(
                interactions.TextDisplayComponent(content="laid out"), interactions.SeparatorComponent()
            )
        ]
    )


def option(name, kind, **more):
    return slash_option(name, "An option.", opt_type=kind, required=True, **more)


@slash_command("take", description="Takes all.")
@option("text", OptionType.STRING, min_length=1, max_length=20)
@option("number", OptionType.INTEGER, min_value=1, max_value=9)
@option("ratio", OptionType.NUMBER)
@option("yes", OptionType.BOOLEAN)
@option("who", OptionType.USER)
@option("where", OptionType.CHANNEL, channel_types=[interactions.ChannelType.GUILD_TEXT])
@option("role", OptionType.ROLE)
@option("whom", OptionType.MENTIONABLE)
@option("image", OptionType.ATTACHMENT)
async def take(ctx, text, number, ratio, yes, who, where, role, whom, image):  # noqa: PLR0917 - an option of every type
    said = f"{text} {number} {ratio} {str(yes).lower()} {who.id} {where.id} {role.id} {whom.id} {image.filename}"
    await ctx.send(f"took {said}")


@slash_command(
    LocalisedName(english_us="pick", german="waehle"), description=LocalisedDesc(english_us="Picks.", german="Waehlt.")
)
@option(
    LocalisedName(english_us="shape", german="form"),
    OptionType.STRING,
    argument_name="shape",
    choices=[
        SlashCommandChoice(LocalisedField(english_us="square", german="Quadrat"), "1:1"),
        SlashCommandChoice("wide", "16:9"),
    ],
)
async def pick(ctx, shape):
    await ctx.send(f"picked {shape}")


@slash_command("find", description="Finds.")
@option("word", OptionType.STRING, autocomplete=True)
async def find(ctx, word):
    await ctx.send(f"found {word}")


@find.autocomplete("word")
async def suggest(ctx):
    await ctx.send([f"{ctx.input_text}!"])


@slash_command(
    "set",
    description="Sets.",
    group_name="colour",
    group_description="Sets a colour.",
    sub_cmd_name="deep",
    sub_cmd_description="Sets a deep colour.",
)
@option("value", OptionType.STRING)
async def deep(ctx, value):
    await ctx.send(f"deep {value}")


@slash_command("form-text", description="Opens a form.")
async def form_text(ctx):
    await ctx.send_modal(Modal(ParagraphText(label="Words", custom_id="words"), title="A form", custom_id="form-text"))


@modal_callback("form-text")
async def filled(ctx, words):
    await ctx.send(f"text {words}")


@slash_command("controls", description="Answers with controls.")
async def with_controls(ctx):
    rows = [
        interactions.ActionRow(one)
        for one in (
            interactions.Button(style=interactions.ButtonStyle.PRIMARY, label="Press", custom_id="press"),
            interactions.StringSelectMenu("a", "b", custom_id="choose"),
            interactions.UserSelectMenu(custom_id="who"),
        )
    ]
    await ctx.send("controls", components=rows)


@component_callback("press")
async def press(ctx):
    await ctx.edit_origin(content="pressed")


@component_callback("choose")
async def choose(ctx):
    await ctx.send(f"chose {ctx.values[0]}")


@component_callback("who")
async def who_is_it(ctx):
    await ctx.send(f"who {ctx.values[0].id}")


@user_context_menu("Wave")
async def wave(ctx):
    await ctx.send(f"waved {ctx.target.username}")


@message_context_menu("Quote")
async def quote(ctx):
    await ctx.send(f"quote {ctx.target.content}")


@slash_command("fetch", description="Fetches.")
async def fetch(ctx):
    await ctx.defer()
    await bot.http.get_current_bot_information()
    me = await bot.fetch_user(bot.user.id, force=True)
    guild = await bot.fetch_guild(ctx.guild_id, force=True)
    member = await guild.fetch_member(ctx.author_id, force=True)
    channel = await bot.fetch_channel(ctx.channel_id, force=True)
    await guild.fetch_channels()
    await bot.http.get_roles(ctx.guild_id)
    await channel.fetch_messages(limit=5)
    await ctx.send(f"fetched {me.username} {member.username} {guild.name} {channel.name}")


@slash_command("dm", description="Writes a direct message.")
async def dm(ctx):
    await ctx.send("dm")
    await ctx.author.send("by message")


@slash_command("thread", description="Opens a thread.")
async def thread(ctx):
    await ctx.send("thread")
    start = await ctx.channel.send("start")
    strand = await start.create_thread("strand")
    await strand.send("in the thread")


@slash_command("react", description="Reacts.")
async def react(ctx):
    await ctx.send("react")
    message = await ctx.channel.send("react to this")
    await message.add_reaction("✅")


@slash_command("burst", description="Writes eight messages.")
async def burst(ctx):
    await ctx.send("burst")
    await asyncio.gather(*(ctx.channel.send(f"burst {number}") for number in range(1, 9)))


bot.start()

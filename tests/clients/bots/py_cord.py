"""The common commands, written with py-cord."""

import asyncio
import io
import os

import discord
from discord import ui

GUILD = int(os.environ["GUILD"])
discord.http.Route.API_BASE_URL = os.environ["API"]  # this is all that points py-cord at the stand-in

bot = discord.Bot(intents=discord.Intents(guilds=True))


@bot.event
async def on_ready():
    print("ready", flush=True)


@bot.slash_command(description="Answers.")
async def now(ctx):
    await ctx.respond("now")


@bot.slash_command(description="Answers.", guild_ids=[GUILD])
async def local(ctx):
    await ctx.respond("local")


@bot.slash_command(description="Answers later.")
async def later(ctx):
    await ctx.defer()
    await ctx.edit(content="later")


@bot.slash_command(description="Answers one person.")
async def quiet(ctx):
    await ctx.respond("quiet", ephemeral=True)


@bot.slash_command(description="Answers twice.")
async def twice(ctx):
    await ctx.respond("first")
    await ctx.followup.send("second")


@bot.slash_command(description="Answers with a file.")
async def file(ctx):
    await ctx.respond(file=discord.File(io.BytesIO(b"hello"), "hello.txt"))


@bot.slash_command(description="Answers with a layout.")
async def layout(ctx):
    await ctx.respond(view=ui.DesignerView(ui.Container(ui.TextDisplay("laid out"), ui.Separator())))


def option(kind, name, **more):
    return discord.option(name, kind, **more)


@bot.slash_command(description="Takes all.")
@option(str, "text", min_length=1, max_length=20)
@option(int, "number", min_value=1, max_value=9)
@option(float, "ratio")
@option(bool, "yes")
@option(discord.SlashCommandOptionType.user, "who")
@option(discord.TextChannel, "where")
@option(discord.Role, "role")
@option(discord.SlashCommandOptionType.mentionable, "whom")
@option(discord.Attachment, "image")
async def take(ctx, text, number, ratio, yes, who, where, role, whom, image):  # noqa: PLR0917 - an option of every type
    said = f"{text} {number} {ratio} {str(yes).lower()} {who.id} {where.id} {role.id} {whom.id} {image.filename}"
    await ctx.respond(f"took {said}")


@bot.slash_command(
    description="Picks.", name_localizations={"de": "waehle"}, description_localizations={"de": "Waehlt."}
)
@option(
    str,
    "shape",
    name_localizations={"de": "form"},
    choices=[
        discord.OptionChoice("square", "1:1", name_localizations={"de": "Quadrat"}),
        discord.OptionChoice("wide", "16:9"),
    ],
)
async def pick(ctx, shape):
    await ctx.respond(f"picked {shape}")


async def suggest(ctx):
    return [f"{ctx.value}!"]


@bot.slash_command(description="Finds.")
@option(str, "word", autocomplete=suggest)
async def find(ctx, word):
    await ctx.respond(f"found {word}")


settings = bot.create_group("set", "Sets.")
colour = settings.create_subgroup("colour", "Sets a colour.")


@colour.command(description="Sets a deep colour.")
@option(str, "value")
async def deep(ctx, value):
    await ctx.respond(f"deep {value}")


def options(kind):
    return [kind(label=one, value=one) for one in "ab"]


FORMS = {
    "form-text": (
        lambda: ui.InputText(custom_id="words", style=discord.InputTextStyle.long),
        lambda field: f"text {field.value}",
    ),
    "form-select": (
        lambda: ui.Select(custom_id="choice", options=options(discord.SelectOption)),
        lambda field: f"select {field.values[0]}",
    ),
    "form-file": (lambda: ui.FileUpload(custom_id="files"), lambda field: f"file {field.values[0].filename}"),
    "form-radio": (
        lambda: ui.RadioGroup(custom_id="radio", options=options(discord.RadioGroupOption)),
        lambda field: f"radio {field.value}",
    ),
    "form-checkbox": (lambda: ui.Checkbox(custom_id="check"), lambda field: f"check {str(field.value).lower()}"),
}


class Form(ui.DesignerModal):
    def __init__(self, field, said):
        self.field, self.said = field, said
        super().__init__(ui.Label("Field", field), title="A form")

    async def callback(self, interaction):
        await interaction.response.send_message(self.said(self.field))


def form(name):
    """Register a command that opens a form of one field."""

    @bot.slash_command(name=name, description="Opens a form.")
    async def opens(ctx):
        field, said = FORMS[name]
        await ctx.send_modal(Form(field(), said))


for one in FORMS:
    form(one)


class Controls(ui.View):
    @ui.button(label="Press", custom_id="press")
    async def press(self, _button, interaction):
        await interaction.response.edit_message(content="pressed")

    @ui.string_select(custom_id="choose", options=options(discord.SelectOption))
    async def choose(self, select, interaction):
        await interaction.response.send_message(f"chose {select.values[0]}")

    @ui.user_select(custom_id="who")
    async def who(self, select, interaction):
        await interaction.response.send_message(f"who {select.values[0].id}")


@bot.slash_command(name="controls", description="Answers with controls.")
async def with_controls(ctx):
    await ctx.respond("controls", view=Controls())


@bot.user_command(name="Wave")
async def wave(ctx, member):
    await ctx.respond(f"waved {member.name}")


@bot.message_command(name="Quote")
async def quote(ctx, message):
    await ctx.respond(f"quote {message.content}")


@bot.slash_command(description="Fetches.")
async def fetch(ctx):
    await ctx.defer()
    await bot.application_info()
    me = await bot.fetch_user(bot.user.id)
    guild = await bot.fetch_guild(ctx.guild_id)
    member = await guild.fetch_member(ctx.user.id)
    channel = await bot.fetch_channel(ctx.channel_id)
    await guild.fetch_channels()
    await guild.fetch_roles()
    [_ async for _ in channel.history(limit=5)]
    await channel.fetch_message((await ctx.interaction.original_response()).id)
    await ctx.edit(content=f"fetched {me.name} {member.name} {guild.name} {channel.name}")


@bot.slash_command(description="Writes a direct message.")
async def dm(ctx):
    await ctx.respond("dm")
    await ctx.user.send("by message")


@bot.slash_command(description="Opens a thread.")
async def thread(ctx):
    await ctx.respond("thread")
    start = await ctx.channel.send("start")
    strand = await start.create_thread(name="strand")
    await strand.send("in the thread")


@bot.slash_command(description="Reacts.")
async def react(ctx):
    await ctx.respond("react")
    message = await ctx.channel.send("react to this")
    await message.add_reaction("✅")


@bot.slash_command(description="Writes eight messages.")
async def burst(ctx):
    await ctx.respond("burst")
    await asyncio.gather(*(ctx.channel.send(f"burst {number}") for number in range(1, 9)))


bot.run(os.environ["TOKEN"])

"""The common commands, written with disnake."""

import asyncio
import io
import os

import disnake
from disnake import ui
from disnake.ext import commands
from disnake.i18n import Localized

GUILD = int(os.environ["GUILD"])
disnake.http.Route.BASE = os.environ["API"]  # this is all that points disnake at the stand-in

bot = commands.InteractionBot(intents=disnake.Intents(guilds=True))


@bot.event
async def on_ready():
    print("ready", flush=True)


@bot.slash_command(description="Answers.")
async def now(inter):
    await inter.response.send_message("now")


@bot.slash_command(description="Answers.", guild_ids=[GUILD])
async def local(inter):
    await inter.response.send_message("local")


@bot.slash_command(description="Answers later.")
async def later(inter):
    await inter.response.defer()
    await inter.edit_original_response(content="later")


@bot.slash_command(description="Answers one person.")
async def quiet(inter):
    await inter.response.send_message("quiet", ephemeral=True)


@bot.slash_command(description="Answers twice.")
async def twice(inter):
    await inter.response.send_message("first")
    await inter.followup.send("second")


@bot.slash_command(description="Answers with a file.")
async def file(inter):
    await inter.response.send_message(file=disnake.File(io.BytesIO(b"hello"), "hello.txt"))


@bot.slash_command(description="Answers with a layout.")
async def layout(inter):
    await inter.response.send_message(components=[ui.Container(ui.TextDisplay("laid out"), ui.Separator())])


@bot.slash_command(description="Takes all.")
async def take(  # noqa: PLR0917 - an option of every type
    inter,
    text: commands.String[str, 1, 20],
    number: commands.Range[int, 1, 9],
    ratio: float,
    yes: bool,
    who: disnake.User,
    where: disnake.TextChannel,
    role: disnake.Role,
    whom: disnake.Member | disnake.Role,
    image: disnake.Attachment,
):
    said = f"{text} {number} {ratio} {str(yes).lower()} {who.id} {where.id} {role.id} {whom.id} {image.filename}"
    await inter.response.send_message(f"took {said}")


SHAPES = [
    disnake.OptionChoice(Localized("square", data={"de": "Quadrat"}), "1:1"),
    disnake.OptionChoice("wide", "16:9"),
]


@bot.slash_command(
    name=Localized("pick", data={"de": "waehle"}), description=Localized("Picks.", data={"de": "Waehlt."})
)
async def pick(
    inter,
    shape: str = commands.Param(name=Localized("shape", data={"de": "form"}), description="A shape.", choices=SHAPES),
):
    await inter.response.send_message(f"picked {shape}")


async def suggest(_inter, current: str):
    return [f"{current}!"]


@bot.slash_command(description="Finds.")
async def find(inter, word: str = commands.Param(autocomplete=suggest)):
    await inter.response.send_message(f"found {word}")


@bot.slash_command(name="set", description="Sets.")
async def settings(inter): ...


@settings.sub_command_group()
async def colour(inter): ...


@colour.sub_command(description="Sets a deep colour.")
async def deep(inter, value: str):
    await inter.response.send_message(f"deep {value}")


FORMS = {
    "form-text": (
        ui.TextInput(custom_id="words", style=disnake.TextInputStyle.long),
        lambda values: f"text {values['words']}",
    ),
    "form-select": (
        ui.StringSelect(custom_id="choice", options=["a", "b"]),
        lambda values: f"select {values['choice'][0]}",
    ),
    "form-file": (ui.FileUpload(custom_id="files"), lambda values: f"file {values['files'][0].filename}"),
    "form-radio": (
        ui.RadioGroup(custom_id="radio", options=["a", "b"]),
        lambda values: f"radio {values['radio']}",
    ),
    "form-checkbox": (ui.Checkbox(custom_id="check"), lambda values: f"check {str(values['check']).lower()}"),
}


def form(name):
    """Register a command that opens a form of one field."""

    @bot.slash_command(name=name, description="Opens a form.")
    async def opens(inter):
        field, _ = FORMS[name]
        await inter.response.send_modal(title="A form", custom_id=name, components=[ui.Label("Field", field)])


for one in FORMS:
    form(one)


@bot.event
async def on_modal_submit(inter):
    _, said = FORMS[inter.custom_id]
    await inter.response.send_message(said(inter.resolved_values))


@bot.slash_command(name="controls", description="Answers with controls.")
async def with_controls(inter):
    rows = [
        ui.Button(label="Press", custom_id="press"),
        ui.StringSelect(custom_id="choose", options=["a", "b"]),
        ui.UserSelect(custom_id="who"),
    ]
    await inter.response.send_message("controls", components=rows)


@bot.event
async def on_button_click(inter):
    await inter.response.edit_message("pressed")


@bot.event
async def on_dropdown(inter):
    if inter.component.custom_id == "choose":
        await inter.response.send_message(f"chose {inter.values[0]}")
    else:
        await inter.response.send_message(f"who {inter.resolved_values[0].id}")


@bot.user_command(name="Wave")
async def wave(inter):
    await inter.response.send_message(f"waved {inter.target.name}")


@bot.message_command(name="Quote")
async def quote(inter):
    await inter.response.send_message(f"quote {inter.target.content}")


@bot.slash_command(description="Fetches.")
async def fetch(inter):
    await inter.response.defer()
    await bot.application_info()
    me = await bot.fetch_user(bot.user.id)
    guild = await bot.fetch_guild(inter.guild_id)
    member = await guild.fetch_member(inter.author.id)
    channel = await bot.fetch_channel(inter.channel_id)
    await guild.fetch_channels()
    await guild.fetch_roles()
    [_ async for _ in channel.history(limit=5)]
    await channel.fetch_message((await inter.original_response()).id)
    await inter.edit_original_response(content=f"fetched {me.name} {member.name} {guild.name} {channel.name}")


@bot.slash_command(description="Writes a direct message.")
async def dm(inter):
    await inter.response.send_message("dm")
    await inter.author.send("by message")


@bot.slash_command(description="Opens a thread.")
async def thread(inter):
    await inter.response.send_message("thread")
    start = await inter.channel.send("start")
    strand = await start.create_thread(name="strand")
    await strand.send("in the thread")


@bot.slash_command(description="Reacts.")
async def react(inter):
    await inter.response.send_message("react")
    message = await inter.channel.send("react to this")
    await message.add_reaction("✅")


@bot.slash_command(description="Writes eight messages.")
async def burst(inter):
    await inter.response.send_message("burst")
    await asyncio.gather(*(inter.channel.send(f"burst {number}") for number in range(1, 9)))


bot.run(os.environ["TOKEN"])

"""The common commands, written with discord.py."""

import asyncio
import io
import os

import discord
import yarl
from discord import app_commands, ui
from discord.app_commands import locale_str

GUILD = discord.Object(int(os.environ["GUILD"]))
# These two point discord.py at the stand-in.
discord.http.Route.BASE = os.environ["API"]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["GATEWAY"])


class German(app_commands.Translator):
    words = {"pick": "waehle", "Picks.": "Waehlt.", "shape": "form", "square": "Quadrat"}  # noqa: RUF012

    async def translate(self, string, locale, _context):
        return self.words.get(string.message) if locale is discord.Locale.german else None


class Bot(discord.Client):
    def __init__(self):
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self):
        await self.tree.set_translator(German())
        await self.tree.sync()
        await self.tree.sync(guild=GUILD)

    async def on_ready(self):
        print("ready", flush=True)


bot = Bot()
tree = bot.tree


@tree.command(description="Answers.")
async def now(interaction):
    await interaction.response.send_message("now")


@tree.command(description="Answers.", guild=GUILD)
async def local(interaction):
    await interaction.response.send_message("local")


@tree.command(description="Answers later.")
async def later(interaction):
    await interaction.response.defer(thinking=True)
    await interaction.edit_original_response(content="later")


@tree.command(description="Answers one person.")
async def quiet(interaction):
    await interaction.response.send_message("quiet", ephemeral=True)


@tree.command(description="Answers twice.")
async def twice(interaction):
    await interaction.response.send_message("first")
    await interaction.followup.send("second")


@tree.command(description="Answers with a file.")
async def file(interaction):
    await interaction.response.send_message(file=discord.File(io.BytesIO(b"hello"), "hello.txt"))


@tree.command(description="Answers with a layout.")
async def layout(interaction):
    view = ui.LayoutView()
    view.add_item(ui.Container(ui.TextDisplay("laid out"), ui.Separator()))
    await interaction.response.send_message(view=view)


@tree.command(description="Takes all.")
async def take(  # noqa: PLR0917 - an option of every type
    interaction,
    text: app_commands.Range[str, 1, 20],
    number: app_commands.Range[int, 1, 9],
    ratio: float,
    yes: bool,
    who: discord.User,
    where: discord.TextChannel,
    role: discord.Role,
    whom: discord.Role | discord.Member,
    image: discord.Attachment,
):
    said = f"{text} {number} {ratio} {str(yes).lower()} {who.id} {where.id} {role.id} {whom.id} {image.filename}"
    await interaction.response.send_message(f"took {said}")


@tree.command(name=locale_str("pick"), description=locale_str("Picks."))
@app_commands.rename(shape=locale_str("shape"))
@app_commands.choices(
    shape=[
        app_commands.Choice(name=locale_str("square"), value="1:1"),
        app_commands.Choice(name=locale_str("wide"), value="16:9"),
    ]
)
async def pick(interaction, shape: str):
    await interaction.response.send_message(f"picked {shape}")


@tree.command(description="Finds.")
async def find(interaction, word: str):
    await interaction.response.send_message(f"found {word}")


@find.autocomplete("word")
async def suggest(_interaction, current):
    return [app_commands.Choice(name=f"{current}!", value=f"{current}!")]


settings = app_commands.Group(name="set", description="Sets.")
colour = app_commands.Group(name="colour", description="Sets a colour.", parent=settings)
tree.add_command(settings)


@colour.command(description="Sets a deep colour.")
async def deep(interaction, value: str):
    await interaction.response.send_message(f"deep {value}")


def form(name, label, component, said):
    """Register a command that opens a form of one field."""

    class Form(ui.Modal, title="A form"):
        field = ui.Label(text=label, component=component())

        async def on_submit(self, interaction):
            await interaction.response.send_message(said(self.field.component))

    @tree.command(name=name, description="Opens a form.")
    async def opens(interaction):
        await interaction.response.send_modal(Form())


def options(kind):
    return [kind(label=one, value=one) for one in "ab"]


form(
    "form-text",
    "Words",
    lambda: ui.TextInput(custom_id="words", style=discord.TextStyle.long),
    lambda field: f"text {field.value}",
)
form(
    "form-select",
    "Choice",
    lambda: ui.Select(custom_id="choice", options=options(discord.SelectOption)),
    lambda field: f"select {field.values[0]}",
)
form("form-file", "Files", lambda: ui.FileUpload(custom_id="files"), lambda field: f"file {field.values[0].filename}")
form(
    "form-radio",
    "Radio",
    lambda: ui.RadioGroup(custom_id="radio", options=options(discord.RadioGroupOption)),
    lambda field: f"radio {field.value}",
)
form(
    "form-checkbox",
    "Check",
    lambda: ui.Checkbox(custom_id="check"),
    lambda field: f"check {str(field.value).lower()}",
)


class Controls(ui.View):
    @ui.button(label="Press", custom_id="press")
    async def press(self, interaction, _button):
        await interaction.response.edit_message(content="pressed")

    @ui.select(custom_id="choose", options=options(discord.SelectOption))
    async def choose(self, interaction, select):
        await interaction.response.send_message(f"chose {select.values[0]}")

    @ui.select(cls=ui.UserSelect, custom_id="who")
    async def who(self, interaction, select):
        await interaction.response.send_message(f"who {select.values[0].id}")


@tree.command(name="controls", description="Answers with controls.")
async def with_controls(interaction):
    await interaction.response.send_message("controls", view=Controls())


@tree.context_menu(name="Wave")
async def wave(interaction, user: discord.Member):
    await interaction.response.send_message(f"waved {user.name}")


@tree.context_menu(name="Quote")
async def quote(interaction, message: discord.Message):
    await interaction.response.send_message(f"quote {message.content}")


@tree.command(description="Fetches.")
async def fetch(interaction):
    await interaction.response.defer()
    await bot.application_info()
    me = await bot.fetch_user(bot.user.id)
    guild = await bot.fetch_guild(interaction.guild_id)
    member = await guild.fetch_member(interaction.user.id)
    channel = await bot.fetch_channel(interaction.channel_id)
    await guild.fetch_channels()
    await guild.fetch_roles()
    [_ async for _ in channel.history(limit=5)]
    await channel.fetch_message((await interaction.original_response()).id)
    await interaction.edit_original_response(content=f"fetched {me.name} {member.name} {guild.name} {channel.name}")


@tree.command(description="Writes a direct message.")
async def dm(interaction):
    await interaction.response.send_message("dm")
    await interaction.user.send("by message")


@tree.command(description="Opens a thread.")
async def thread(interaction):
    await interaction.response.send_message("thread")
    start = await interaction.channel.send("start")
    strand = await start.create_thread(name="strand")
    await strand.send("in the thread")


@tree.command(description="Reacts.")
async def react(interaction):
    await interaction.response.send_message("react")
    message = await interaction.channel.send("react to this")
    await message.add_reaction("✅")


@tree.command(description="Writes eight messages.")
async def burst(interaction):
    await interaction.response.send_message("burst")
    await asyncio.gather(*(interaction.channel.send(f"burst {number}") for number in range(1, 9)))


bot.run(os.environ["TOKEN"])

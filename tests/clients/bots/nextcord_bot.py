"""The common commands, written with nextcord, which has neither layouts nor other form fields than texts."""

import asyncio
import io
import os

import nextcord
from nextcord import Locale, SlashOption, ui
from nextcord.ext import commands

GUILD = int(os.environ["GUILD"])
nextcord.http.Route.BASE = os.environ["API"]  # this is all that points nextcord at the stand-in

bot = commands.Bot(intents=nextcord.Intents(guilds=True))


@bot.event
async def on_ready():
    await bot.sync_all_application_commands()
    print("ready", flush=True)


@bot.slash_command(description="Answers.")
async def now(interaction):
    await interaction.response.send_message("now")


@bot.slash_command(description="Answers.", guild_ids=[GUILD])
async def local(interaction):
    await interaction.response.send_message("local")


@bot.slash_command(description="Answers later.")
async def later(interaction):
    await interaction.response.defer()
    await interaction.edit_original_message(content="later")


@bot.slash_command(description="Answers one person.")
async def quiet(interaction):
    await interaction.response.send_message("quiet", ephemeral=True)


@bot.slash_command(description="Answers twice.")
async def twice(interaction):
    await interaction.response.send_message("first")
    await interaction.followup.send("second")


@bot.slash_command(description="Answers with a file.")
async def file(interaction):
    await interaction.response.send_message(file=nextcord.File(io.BytesIO(b"hello"), "hello.txt"))


@bot.slash_command(description="Takes all.")
async def take(  # noqa: PLR0917 - an option of every type
    interaction,
    text: str = SlashOption(min_length=1, max_length=20),
    number: int = SlashOption(min_value=1, max_value=9),
    ratio: float = SlashOption(),
    yes: bool = SlashOption(),
    who: nextcord.User = SlashOption(),
    where: nextcord.TextChannel = SlashOption(),
    role: nextcord.Role = SlashOption(),
    whom: nextcord.Mentionable = SlashOption(),
    image: nextcord.Attachment = SlashOption(),
):
    said = f"{text} {number} {ratio} {str(yes).lower()} {who.id} {where.id} {role.id} {whom.id} {image.filename}"
    await interaction.response.send_message(f"took {said}")


@bot.slash_command(
    description="Picks.",
    name_localizations={Locale.de: "waehle"},
    description_localizations={Locale.de: "Waehlt."},
)
async def pick(
    interaction,
    shape: str = SlashOption(
        choices={"square": "1:1", "wide": "16:9"},
        name_localizations={Locale.de: "form"},
        choice_localizations={"square": {Locale.de: "Quadrat"}},
    ),
):
    await interaction.response.send_message(f"picked {shape}")


@bot.slash_command(description="Finds.")
async def find(interaction, word: str = SlashOption()):
    await interaction.response.send_message(f"found {word}")


@find.on_autocomplete("word")
async def suggest(interaction, current):
    await interaction.response.send_autocomplete([f"{current}!"])


@bot.slash_command(name="set", description="Sets.")
async def settings(interaction): ...


@settings.subcommand(description="Sets a colour.")
async def colour(interaction): ...


@colour.subcommand(description="Sets a deep colour.")
async def deep(interaction, value: str):
    await interaction.response.send_message(f"deep {value}")


class Form(ui.Modal):
    def __init__(self):
        super().__init__("A form")
        self.words = ui.TextInput("Words", custom_id="words", style=nextcord.TextInputStyle.paragraph)
        self.add_item(self.words)

    async def callback(self, interaction):
        await interaction.response.send_message(f"text {self.words.value}")


@bot.slash_command(name="form-text", description="Opens a form.")
async def form_text(interaction):
    await interaction.response.send_modal(Form())


class Controls(ui.View):
    @ui.button(label="Press", custom_id="press")
    async def press(self, _button, interaction):
        await interaction.response.edit_message(content="pressed")

    @ui.string_select(custom_id="choose", options=[nextcord.SelectOption(label=one) for one in "ab"])
    async def choose(self, select, interaction):
        await interaction.response.send_message(f"chose {select.values[0]}")

    @ui.user_select(custom_id="who")
    async def who(self, select, interaction):
        await interaction.response.send_message(f"who {select.values[0].id}")


@bot.slash_command(name="controls", description="Answers with controls.")
async def with_controls(interaction):
    await interaction.response.send_message("controls", view=Controls())


@bot.user_command(name="Wave")
async def wave(interaction, member: nextcord.Member):
    await interaction.response.send_message(f"waved {member.name}")


@bot.message_command(name="Quote")
async def quote(interaction, message: nextcord.Message):
    await interaction.response.send_message(f"quote {message.content}")


@bot.slash_command(description="Fetches.")
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
    await channel.fetch_message((await interaction.original_message()).id)
    await interaction.edit_original_message(content=f"fetched {me.name} {member.name} {guild.name} {channel.name}")


@bot.slash_command(description="Writes a direct message.")
async def dm(interaction):
    await interaction.response.send_message("dm")
    await interaction.user.send("by message")


@bot.slash_command(description="Opens a thread.")
async def thread(interaction):
    await interaction.response.send_message("thread")
    start = await interaction.channel.send("start")
    strand = await start.create_thread(name="strand")
    await strand.send("in the thread")


@bot.slash_command(description="Reacts.")
async def react(interaction):
    await interaction.response.send_message("react")
    message = await interaction.channel.send("react to this")
    await message.add_reaction("✅")


@bot.slash_command(description="Writes eight messages.")
async def burst(interaction):
    await interaction.response.send_message("burst")
    await asyncio.gather(*(interaction.channel.send(f"burst {number}") for number in range(1, 9)))


bot.run(os.environ["TOKEN"])

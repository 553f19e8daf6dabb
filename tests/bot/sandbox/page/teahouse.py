"""A foreign bot for the page's tests: a tea house on plain discord.py, which sends one of everything."""

import asyncio
import io

import discord
from discord import app_commands, ui
from PIL import Image

TEAS = ("assam", "darjeeling", "earl grey", "genmaicha", "gyokuro", "hojicha", "keemun", "lapsang souchong", "oolong")

HOSTILE = (
    "<script>window.pwned = 1</script><img src=x onerror='window.pwned = 1'>",
    "[click](javascript:window.pwned=1) <javascript:window.pwned=1>",
    "</p></div><iframe srcdoc='<script>parent.pwned = 1</script>'></iframe>",
    "\u202egnp.exe " + "W" * 300,
)


def picture(colour: str, size: tuple[int, int] = (320, 240)) -> io.BytesIO:
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    buffer.seek(0)
    return buffer


COLOURS = ("seagreen", "peru", "slateblue", "indianred", "goldenrod", "teal", "orchid", "olive", "sienna", "gray")


class Order(ui.LayoutView):
    """Cups on a tray: a container with text, a gallery, buttons and a menu."""

    def __init__(self, tea: str, cups: int, *, covered: bool = False) -> None:
        super().__init__(timeout=None)
        gallery = ui.MediaGallery(
            *(
                discord.MediaGalleryItem(
                    f"attachment://cup{at}.png", description=f"cup {at + 1} of {tea}", spoiler=covered
                )
                for at in range(cups)
            )
        )
        again = ui.Button(label="Again", style=discord.ButtonStyle.primary, custom_id="again", emoji="🔁")
        change = ui.Button(label="Change", style=discord.ButtonStyle.secondary, custom_id="change")
        pay = ui.Button(label="Pay", style=discord.ButtonStyle.success, custom_id="pay", disabled=True)
        spill = ui.Button(label="Spill", style=discord.ButtonStyle.danger, custom_id="spill")
        card = ui.Button(label="The card", url="https://example.com/teas")
        milk = ui.Select(
            custom_id="milk",
            placeholder="Something in it?",
            max_values=2,
            options=[
                discord.SelectOption(label="Milk", value="milk", description="From the village", emoji="🥛"),
                discord.SelectOption(label="Sugar", value="sugar"),
                discord.SelectOption(label="Lemon", value="lemon"),
            ],
        )
        again.callback = self.again
        change.callback = self.change
        spill.callback = self.spill
        milk.callback = self.milk
        self.tea = tea
        self.choice = milk
        self.add_item(
            ui.Container(
                ui.TextDisplay(f"## {tea.title()}\nServed **hot**, brewed <t:1700000000:R>. ||It is decaffeinated.||"),
                gallery,
                ui.TextDisplay(f"-# {cups} {'cup' if cups == 1 else 'cups'} · `seed 42`"),
                ui.Separator(),
                ui.ActionRow(again, change, pay, spill, card),
                ui.ActionRow(milk),
                accent_colour=discord.Colour.dark_teal(),
            )
        )

    async def again(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"Another {self.tea} is on its way, {interaction.user.mention}.")

    async def change(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(Change(self.tea))

    async def spill(self, interaction: discord.Interaction) -> None:
        """Says nothing, so that the press fails."""

    async def milk(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"With {' and '.join(self.choice.values)}.", ephemeral=True)


class Change(ui.Modal):
    """One of every field."""

    def __init__(self, tea: str) -> None:
        super().__init__(title="Change the order", timeout=60, custom_id="change")
        self.tea = ui.TextInput(min_length=3, max_length=20, default=tea, custom_id="tea")
        self.note = ui.TextInput(style=discord.TextStyle.paragraph, required=False, max_length=100, custom_id="note")
        self.size = ui.RadioGroup(
            custom_id="size",
            options=[
                discord.RadioGroupOption(label="Small", value="small"),
                discord.RadioGroupOption(label="Large", value="large", description="A pot"),
            ],
        )
        self.extras = ui.CheckboxGroup(
            custom_id="extras",
            required=False,
            min_values=0,
            options=[
                discord.CheckboxGroupOption(label="Biscuit", value="biscuit"),
                discord.CheckboxGroupOption(label="Cake", value="cake"),
            ],
        )
        self.guest = ui.UserSelect(custom_id="guest", required=False, placeholder="Nobody", min_values=0)
        self.add_item(ui.Label(text="Tea", description="Three letters or more.", component=self.tea))
        self.add_item(ui.Label(text="Note", component=self.note))
        self.add_item(ui.Label(text="Size", component=self.size))
        self.add_item(ui.Label(text="With it", component=self.extras))
        self.add_item(ui.Label(text="Guest", component=self.guest))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        extras = ", ".join(self.extras.values) or "nothing"
        await interaction.response.send_message(f"Changed to {self.size.value} {self.tea.value} with {extras}.")


class Letter(ui.Modal):
    """A file and a yes."""

    def __init__(self) -> None:
        super().__init__(title="A letter", timeout=60, custom_id="letter")
        self.files = ui.FileUpload(custom_id="files", max_values=2)
        self.agree = ui.Checkbox(custom_id="agree")
        self.add_item(ui.Label(text="Enclosed", component=self.files))
        self.add_item(ui.Label(text="I agree", component=self.agree))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        names = ", ".join(file.filename for file in self.files.values)
        await interaction.response.send_message(f"Received {names}; agreed: {self.agree.value}.", ephemeral=True)


class Teahouse(discord.AutoShardedClient):
    """Keeps the last interaction of every command, for tests that go on from there."""

    def __init__(self) -> None:
        # The library waits this long after the last server for one more; here there is one.
        super().__init__(intents=discord.Intents(guilds=True), guild_ready_timeout=0)
        self.tree = app_commands.CommandTree(self)
        self.connected = asyncio.Event()
        self.asked: list[str] = []
        self.last: dict[str, discord.Interaction] = {}
        self.wrong: list[BaseException] = []
        self._add_commands()

    async def on_ready(self) -> None:
        self.connected.set()

    def _add_commands(self) -> None:
        @self.tree.command(description="Brew a tea and bring it.")
        @app_commands.describe(
            tea="What to brew.",
            cups="How many.",
            strength="From 0.5 to 3.",
            way="How to serve it.",
            sweet="With honey?",
            friend="Who drinks it as well.",
            room="Where to bring it.",
            leaf="A picture of the leaf.",
            covered="Behind a cover.",
        )
        @app_commands.choices(
            way=[app_commands.Choice(name="In a pot", value="pot"), app_commands.Choice(name="In a bowl", value="bowl")]
        )
        async def brew(  # noqa: PLR0917 - discord.py reads the options from the parameters
            interaction: discord.Interaction,
            tea: app_commands.Range[str, 2, 40],
            cups: app_commands.Range[int, 1, 10] = 1,
            strength: app_commands.Range[float, 0.5, 3.0] = 1.0,
            way: str = "pot",
            sweet: bool = False,
            friend: discord.Member | None = None,
            room: discord.TextChannel | None = None,
            leaf: discord.Attachment | None = None,
            covered: bool = False,
        ) -> None:
            self.last["brew"] = interaction
            self.asked.append(f"{tea} {cups} {strength} {way} {sweet} {friend} {room} {leaf and leaf.filename}")
            await interaction.response.defer()
            files = [discord.File(picture(COLOURS[at]), f"cup{at}.png") for at in range(cups)]
            await interaction.edit_original_response(view=Order(tea, cups, covered=covered), attachments=files)

        @brew.autocomplete("tea")
        async def teas(_: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
            self.asked.append(f"?{current}")
            return [app_commands.Choice(name=tea, value=tea) for tea in TEAS if current.lower() in tea]

        @self.tree.command(description="Say something to you alone.")
        async def whisper(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("The jasmine is *not* fresh today.", ephemeral=True)

        @self.tree.command(description="Write something down.")
        @app_commands.describe(note="What to write.", shelf="Where to put it.")
        async def jot(interaction: discord.Interaction, note: str = "", shelf: int = 1) -> None:
            await interaction.response.send_message(f"Noted: {note} ({shelf})")

        @self.tree.command(description="Think, until told otherwise.")
        async def ponder(interaction: discord.Interaction) -> None:
            self.last["ponder"] = interaction
            await interaction.response.defer()

        @self.tree.command(description="Never answer.")
        async def ignore(_interaction: discord.Interaction) -> None: ...

        @self.tree.command(description="Ask for a letter.")
        async def letter(interaction: discord.Interaction) -> None:
            await interaction.response.send_modal(Letter())

        @self.tree.command(description="Show the card of the house.")
        async def card(interaction: discord.Interaction) -> None:
            card = discord.Embed(
                title="The card", url="https://example.com/", description="- green\n- black", colour=0xB5542B
            )
            card.add_field(name="Open", value="from 9").add_field(name="Closed", value="from 18").set_footer(
                text="Cash"
            )
            file = discord.File(io.BytesIO(b"assam 3\n"), "prices.txt")
            buttons = ui.View(timeout=None).add_item(ui.Button(label="Visit", url="https://example.com/"))
            await interaction.response.send_message("Here you are:", embed=card, file=file, view=buttons)

        @self.tree.command(description="Repeat what a villain said.")
        async def villain(interaction: discord.Interaction) -> None:
            text = "\n".join(HOSTILE)
            embed = discord.Embed(title=HOSTILE[0], description=HOSTILE[1]).add_field(name=HOSTILE[2], value=HOSTILE[0])
            button = ui.Button(label=HOSTILE[0][:80], custom_id="<b>x</b>")
            file = discord.File(picture("black"), "<img src=x onerror=pwned=1>.png", description=HOSTILE[0])
            await interaction.response.send_message(text, embed=embed, view=ui.View().add_item(button), file=file)

        @self.tree.command(description="For grown-ups.", nsfw=True)
        async def cellar(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("Down the stairs.")

        house = app_commands.Group(name="house", description="The house rules.")

        @house.command(description="Read them.")
        async def rules(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("> No shouting.\n```text\nNo spilling.\n```")

        @house.command(description="Where it comes from.")
        async def history(interaction: discord.Interaction) -> None:
            await interaction.response.send_message("### Before\n# Then\n## First\n### Later\n## Second\n# Now")

        self.tree.add_command(house)

        @self.tree.command(description="Draw a cup.")
        async def sketch(interaction: discord.Interaction) -> None:
            file = discord.File(picture("teal"), "cup.png", description="A sketch of a cup.")
            await interaction.response.send_message(file=file)

        @self.tree.context_menu(name="Quote")
        async def quote(interaction: discord.Interaction, message: discord.Message) -> None:
            await interaction.response.send_message(f"{message.author.mention} said it.", ephemeral=True)

        @self.tree.context_menu(name="Greet")
        async def greet(interaction: discord.Interaction, member: discord.Member) -> None:
            await interaction.response.send_message(f"Welcome, {member.mention}!")

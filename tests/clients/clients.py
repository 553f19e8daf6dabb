"""The clients that run against the local Discord: what is installed of each, and what it has no words for."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Client:
    name: str
    package: str
    version: str
    bot: str
    """The bot written with it, a file in `bots`."""
    lacks: dict[str, str] = field(default_factory=dict)
    """Acts that the library itself cannot do, each with the reason."""

    ready: str = "ready"
    """How the line begins by which its bot says that it is there."""

    @property
    def node(self):
        return self.bot.endswith(".js")

    @property
    def prefix_bot(self):
        """Whether it is a finished bot with commands of its own, which answers messages."""
        return self.name == "Red"


_TEXT_ONLY = {
    f"modal: {part}": "its modals know text inputs alone" for part in ("select", "file upload", "radio", "checkbox")
}
_NO_LAYOUTS = {"Components V2": "it has no Components V2"}
_NO_RETRY = {"reset": "it hands a connection reset to the bot instead of trying again"}  # discord.py: on Linux

CLIENTS = (
    Client("discord.py", "discord.py", "2.7.1", "discord_py.py", _NO_RETRY),
    Client("py-cord", "py-cord", "2.8.1", "py_cord.py", _NO_RETRY),
    Client("disnake", "disnake", "2.12.2", "disnake_bot.py"),
    Client("nextcord", "nextcord", "2.6.0", "nextcord_bot.py", _TEXT_ONLY | _NO_LAYOUTS | _NO_RETRY),
    Client("interactions.py", "discord-py-interactions", "5.16.0", "interactions_bot.py", _TEXT_ONLY | _NO_RETRY),
    Client("hikari", "hikari", "2.7.0", "hikari_bot.py", _TEXT_ONLY),
    Client("discord.js", "discord.js", "14.28.1", "discord_js.js"),
    Client("Oceanic", "oceanic.js", "1.15.0", "oceanic.js", _NO_RETRY),
    Client("Eris", "eris", "0.18.0", "eris.js", _TEXT_ONLY | _NO_LAYOUTS | _NO_RETRY),
    Client("Red", "Red-DiscordBot", "3.5.24", "red.py", ready="Invite URL:"),
)
"""py-cord and discord.py are the same package to Python, so every Python library has an environment of its own."""

"""Red as its makers ship it, told where the stand-in is; it keeps its data in a temporary folder of its own."""

import os
import sys

import discord
import yarl

# These two point discord.py, which Red is made with, at the stand-in.
discord.http.Route.BASE = os.environ["API"]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(os.environ["GATEWAY"])

from redbot.__main__ import main  # noqa: E402 - it must find the addresses changed

sys.argv = ["redbot", "--no-instance", "--no-prompt", "--token", os.environ["TOKEN"], "--prefix", "!"]
sys.argv += ["--owner", os.environ["OWNER"], "--no-cogs"]
main()

"""A real discord.py client and a stand-in, connected over real sockets."""

import asyncio
import io
import json
import os
import re
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import discord
import pytest
import yarl
from discord import app_commands, ui
from msgspec.structs import replace
from PIL import Image

from bot.sandbox.people.driver import Visitor
from bot.sandbox.server import Sandbox
from bot.sandbox.world.blueprint import INVITED_WITH, starter
from tests.patience import PATIENCE_S

ROOT = Path(__file__).resolve().parents[3]


def openapi():
    """Discord's description, where this machine has it."""
    named = os.environ.get("DISCORD_OPENAPI")
    path = Path(named) if named else ROOT.parent / "shared/data/discord-openapi.json"
    return path if path.is_file() else None


class Bot(discord.AutoShardedClient):
    """A bot with a command tree, and a record of what its handlers met."""

    def __init__(self, **options):
        super().__init__(intents=discord.Intents(guilds=True), guild_ready_timeout=0, **options)
        self.tree = app_commands.CommandTree(self)
        self.connected = asyncio.Event()
        self.resumed = asyncio.Event()

    async def on_ready(self):
        self.connected.set()

    async def on_shard_resumed(self, _shard):
        self.resumed.set()


@asynccontextmanager
async def running(sandbox, bot):
    """Run a bot against the stand-in until the block is left."""
    discord.http.Route.BASE = sandbox.api_url
    discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(sandbox.local.gateway_url())
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(bot.start(sandbox.token))
        async with asyncio.timeout(PATIENCE_S):
            await bot.connected.wait()
        try:
            await bot.tree.sync()
            yield bot
        finally:
            await bot.close()


def png(colour="red", size=(6, 4)):
    buffer = io.BytesIO()
    Image.new("RGB", size, colour).save(buffer, "PNG")
    return buffer.getvalue()


def file(name="a.png", **more):
    return discord.File(io.BytesIO(png()), name, **more)


class Counter(ui.DynamicItem[ui.Button], template=r"count:(?P<number>\d+)"):
    def __init__(self, number):
        self.number = number
        super().__init__(ui.Button(label="Count", custom_id=f"count:{number}"))

    @classmethod
    async def from_custom_id(cls, _interaction, _item, match: re.Match):
        return cls(int(match["number"]))

    async def callback(self, interaction):
        await interaction.response.edit_message(view=layout(self.number + 1))


def layout(number, *extra):
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay(f"number {number}"), ui.ActionRow(Counter(number)), *extra))
    return view


@pytest.fixture
def openapi_path():
    found = openapi()
    if found is None:
        pytest.skip("Discord's OpenAPI description is not at hand (DISCORD_OPENAPI names it)")
    return found


@pytest.fixture
async def sandbox():
    """The starter's world, where the bot may embed links too: these tests send everything that there is."""
    plan = starter()
    guilds = tuple(replace(guild, bot_permissions=INVITED_WITH) for guild in plan.guilds)
    async with Sandbox.serve(plan=replace(plan, guilds=guilds), openapi=openapi(), rate_limits=False) as served:
        yield served


@pytest.fixture
def make_bot():
    return Bot


@pytest.fixture
def bot():
    return Bot()


@pytest.fixture
def connected(sandbox):
    """Connect a bot, its commands registered, until the block is left."""
    return lambda bot: running(sandbox, bot)


@pytest.fixture
async def yuki(sandbox):
    async with Visitor.visit(sandbox.page_url, "yuki") as person:
        yield person


@pytest.fixture
async def ada(sandbox):
    async with Visitor.visit(sandbox.page_url, "ada") as person:
        yield person


class Api:
    """The REST API by hand, as a bot of no library."""

    def __init__(self, session, sandbox):
        self._session = session
        self._sandbox = sandbox

    async def call(self, method, path, body=None, *, files=None, token=None, headers=None):
        """Give status and JSON of an answer."""
        sent = {"Authorization": f"Bot {token or self._sandbox.token}"} | (headers or {})
        content = {"json": body} if body is not None else {}
        if files:
            form = aiohttp.FormData(quote_fields=False)
            if body is not None:
                form.add_field("payload_json", json.dumps(body))
            for number, (name, data) in enumerate(files):
                form.add_field(f"files[{number}]", io.BytesIO(data), filename=name)
            content = {"data": form}
        url = self._sandbox.api_url + path
        async with self._session.request(method, url, headers=sent, **content) as response:
            self.headers = response.headers
            text = await response.text()
            return response.status, json.loads(text) if text else None

    async def answer(self, interaction, body, **more):
        path = f"/interactions/{interaction.id}/{interaction.token}/callback?with_response=1"
        return await self.call("POST", path, body, **more)

    def webhook(self, interaction, rest=""):
        return f"/webhooks/{self._sandbox.world.application_id}/{interaction.token}{rest}"


@pytest.fixture
async def api(sandbox):
    async with aiohttp.ClientSession() as session:
        yield Api(session, sandbox)


PING = {"name": "ping", "description": "Answers."}


@pytest.fixture
async def asked(sandbox, api, yuki):
    """Yuki's /ping, which nobody has answered yet."""
    await api.call("POST", f"/applications/{sandbox.world.application_id}/commands", PING)
    number = await yuki.slash(yuki.channel("general"), "ping")
    return sandbox.world.interactions[int(number)]


@pytest.fixture
def judged(sandbox):
    """Ask at the end that nobody sent what Discord would not accept."""
    yield
    assert sandbox.violations == []

"""One client on a local Discord of its own, with the people who use it and the faults that it lives through."""

import asyncio
import os
from contextlib import asynccontextmanager

from msgspec.structs import replace

from bot.sandbox.people.driver import Visitor
from bot.sandbox.server import Sandbox
from bot.sandbox.world.blueprint import INVITED_WITH, starter
from tests.clients import environments

READY_S = 60.0
IDENTIFY_EVERY_S = 5.0
"""Discord lets a bot begin one session in this time; what a client does at such a refusal is not asked here."""
PATIENCE_S = 20.0
"""For one answer; a library may wait some seconds before it tries again or connects anew."""
_RIGHTS = (*INVITED_WITH, "ADD_REACTIONS", "CREATE_PUBLIC_THREADS", "MANAGE_MESSAGES")
_NAMES = {2: "IDENTIFY", 6: "RESUME"}


class DidNotStart(Exception):
    """The bot ended or said nothing before it was ready."""


class Stage:
    def __init__(self, sandbox, yuki, ada):
        self.sandbox = sandbox
        self.yuki = yuki
        self.ada = ada
        self.general = yuki.channel("general")

    async def registered(self):
        """Wait for the commands: some libraries register them in a task of their own."""

        def both(_event):
            return {"now", "local"} <= {one.name for one in self.sandbox.world.commands.values()}

        await self.yuki.wait_for_event("commands", both, timeout_s=READY_S)

    async def ask(self, command, *, channel=None, **options):
        """Let yuki use a command; give the message that came of it."""
        number = await self.yuki.slash(channel or self.general, command, **options)
        return await self.yuki.answer(number, timeout_s=PATIENCE_S)

    async def says(self, content):
        """Wait for a message of these words, wherever yuki sees it."""
        return await self.yuki.wait_for(lambda message: message["content"] == content, timeout_s=PATIENCE_S)

    async def fill(self, command, **values):
        """Let yuki open the form of a command and send it; give the message that came of it."""
        modal = await self.yuki.modal(await self.yuki.slash(self.general, command), timeout_s=PATIENCE_S)
        return await self.yuki.answer(await self.yuki.submit(modal, **values), timeout_s=PATIENCE_S)

    async def back(self, fault):
        """Break the gateway's connection, wait until the client is back, and give how: IDENTIFY or RESUME."""
        entries = asyncio.Queue()
        self.sandbox.feed.listeners.append(entries.put_nowait)
        how = None
        self.sandbox.advance(IDENTIFY_EVERY_S)
        try:
            self.sandbox.fault(fault)
            async with asyncio.timeout(2 * PATIENCE_S):
                while True:
                    entry = await entries.get()
                    if entry["kind"] != "gateway":
                        continue
                    if entry["direction"] == "received" and entry["op"] in _NAMES:
                        how = _NAMES[entry["op"]]
                    if entry["direction"] == "sent" and entry["t"] in {"READY", "RESUMED"}:
                        return how
        finally:
            self.sandbox.feed.listeners.remove(entries.put_nowait)


def _world():
    """The starter's world, where the bot may do what the acts ask of it."""
    plan = starter()
    guilds = tuple(replace(guild, bot_permissions=_RIGHTS) for guild in plan.guilds)
    return replace(plan, guilds=guilds, privileged_intents=("GUILD_MEMBERS", "GUILD_PRESENCES", "MESSAGE_CONTENT"))


@asynccontextmanager
async def on_stage(client, *, openapi=None, rate_limits=True):
    """Run a client's bot until the block is left.

    Raises:
        DidNotStart: With the last lines that the bot wrote.
    """
    async with (
        Sandbox.serve(plan=_world(), openapi=openapi, rate_limits=rate_limits) as sandbox,
        Visitor.visit(sandbox.page_url, "yuki") as yuki,
        Visitor.visit(sandbox.page_url, "ada") as ada,
        _running(client, sandbox, guild=yuki.guild, owner=ada.id),
    ):
        stage = Stage(sandbox, yuki, ada)
        if not client.prefix_bot:
            await stage.registered()
        yield stage


@asynccontextmanager
async def _running(client, sandbox, *, guild, owner):
    told = {"API": sandbox.api_url, "GATEWAY": sandbox.gateway_url, "TOKEN": sandbox.token}
    told |= {"GUILD": guild, "OWNER": owner}
    process = await asyncio.create_subprocess_exec(
        *environments.command(client),
        env={**os.environ, **environments.environment(client), **told, "PYTHONUNBUFFERED": "1"},
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    ready = asyncio.Event()
    lines = []
    log = environments.FOLDER / f"{client.name}.log"
    reader = asyncio.create_task(_read(process.stdout, log, lines, client.ready, ready))
    try:
        waiting = asyncio.create_task(ready.wait())
        await asyncio.wait([waiting, reader], timeout=READY_S, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if not ready.is_set():
            raise DidNotStart(" ".join(lines[-3:]) or "it said nothing")
        yield
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
        await reader


async def _read(stream, log, lines, welcome, ready):
    """Keep what a bot writes in a file beside its environment, and see when it says that it is there."""
    with log.open("w") as file:
        async for raw in stream:
            line = raw.decode(errors="replace").rstrip()
            lines.append(line)
            file.write(line + "\n")
            file.flush()
            if line.startswith(welcome):
                ready.set()

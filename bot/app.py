"""Builds every object of the bot once, hands each what it needs, and runs the Discord client."""

from __future__ import annotations

import asyncio
import hashlib
import logging
import time
from functools import partial
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.answer import answering, explain
from bot.attachments import Attachments
from bot.audit import Audit
from bot.bulletin import Bulletin
from bot.commands import about as about_command
from bot.commands import help as help_command
from bot.commands import imagine, me
from bot.commands import prompt as prompt_commands
from bot.commands import remix as remix_command
from bot.commands import settings as settings_commands
from bot.commands import terms as terms_command
from bot.delivery import Delivery
from bot.door import Door
from bot.engine_client import EngineClient
from bot.errors import ConfigError
from bot.flow import Flow
from bot.keepsakes import Keepsakes
from bot.lockouts import Lockouts
from bot.moderation import Moderation
from bot.own_data import OwnData
from bot.post import Post
from bot.previews import Previews
from bot.prompt.tokens import Tokens, folders
from bot.queue import Queue
from bot.remixes import Remixes
from bot.reporting import Reporting
from bot.retention import Retention
from bot.roles import Roles
from bot.safety.gate import WITHOUT_TAGGER
from bot.safety.policy import OperatorPolicy
from bot.safety.ratings import exceeds
from bot.safety.text.tokens import decoder
from bot.safety.wish import wish
from bot.safety.wording import TextFilter
from bot.scribe import Scribe, draw_seed
from bot.settings import Settings
from bot.sieve import Sieve
from bot.stopping import Stop
from bot.store import Store
from bot.terms import Terms
from bot.views.about import Facts
from bot.views.buttons import DraftButton, JobButton
from bot.views.edit import CUSTOM_ID as FORM
from bot.views.own_data import ForgetButton
from bot.views.presses import Presses
from bot.views.reported import LockSelect
from bot.views.settings import DENIED_FORM, SettingControl
from bot.views.terms import AcceptButton
from bot.wishes import Wishes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from bot.config import Config
    from bot.watchdog import Watchdog

    Command = app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu

log = logging.getLogger(__name__)

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # no voice here, so no advice about it

REACH_DELAYS_S = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Waits for Discord's first answer at start-up, the last one repeating."""


class Tree(app_commands.CommandTree["Eshi"]):
    """The command tree, with the hook that answers whoever ran into an error."""

    async def on_error(self, interaction: discord.Interaction[Eshi], error: app_commands.AppCommandError) -> None:
        await explain(interaction, error)


class Eshi(discord.AutoShardedClient):
    """The Discord client; it knows where things are, not how they work.

    Sharded automatically, also because `discord.Client` dies when its first connection is refused (discord.py
    issue 10520) while this one tries again.
    """

    def __init__(self) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True),  # the channels' age restriction; interactions need none
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.tree = Tree(self)
        self.door: Door
        self.flow: Flow
        self.scribe: Scribe
        self.words: TextFilter
        self.wishes: Wishes
        self.keepsakes: Keepsakes
        self.presses: Presses
        self.previews: Previews
        self.remixes: Remixes
        self.settings: Settings
        self.terms: Terms
        self.moderation: Moderation
        self.own_data: OwnData
        self.facts: Callable[[], Facts]

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Take what discord.py has no memory of after a restart: a form, known by its custom_id."""
        if interaction.type is not discord.InteractionType.modal_submit:
            return
        data: Any = interaction.data
        if match := FORM.fullmatch(data["custom_id"]):
            submit = self.presses.submit_edit if match["action"] == "edited" else self.remixes.submit
            await answering(interaction, submit(interaction, match["id"]))
        elif DENIED_FORM.fullmatch(data["custom_id"]):
            await answering(interaction, self.settings.submit_denied(interaction))

    async def sync_commands(self, remembered: Path) -> None:
        """Tell Discord about the commands, only when they changed: it allows 200 creations a day."""
        commands = [command.to_dict(self.tree) for command in self.tree.get_commands()]
        described = f"{self.application_id} {commands!r}"
        digest = hashlib.sha256(described.encode()).hexdigest()
        if await asyncio.to_thread(_read, remembered) == digest:
            return
        await self.tree.sync()
        try:
            await asyncio.to_thread(remembered.write_text, digest)
        except OSError as error:
            log.warning("%s: cannot be written, so the next start tells Discord again: %s", remembered, error.strerror)
        log.info("told Discord about %d commands", len(commands))


def _read(path: Path) -> str:
    return path.read_text() if path.exists() else ""


async def run(config: Config, token: str, *, watchdog: Watchdog, now: Callable[[], float] = time.time) -> None:
    """Be the bot until SIGINT or SIGTERM, whenever that comes; once it is at work, the first one lets it end in order.

    Raises:
        ConfigError, StoreError: Start-up: something that the operator set cannot be used.
    """
    me = asyncio.current_task()
    assert me is not None  # noqa: S101  a coroutine runs in a task
    stop = Stop(me)
    stop.on_signals()
    try:
        await _serve(config, token, now, stop, watchdog)
    except asyncio.CancelledError:
        log.info("stopped")


async def _serve(config: Config, token: str, now: Callable[[], float], stop: Stop, watchdog: Watchdog) -> None:
    Route.BASE = config.bot.discord.api  # read whenever a route is built; nothing was built before
    rates = config.rates
    if exceeds(config.bot.ratings.highest, WITHOUT_TAGGER) and not rates:
        log.error(
            'bot.ratings.highest is "%s" and engine.rating.by is "none": nothing above "%s" is drawn unrated',
            config.bot.ratings.highest,
            WITHOUT_TAGGER,
        )
    scribe = await asyncio.to_thread(Scribe.load, config)
    async with (
        Store.open(config.data_dir) as store,
        EngineClient.from_config(config) as engine,
        Eshi() as client,
        aiohttp.ClientSession() as session,
    ):
        limits = config.bot.limits
        client.words = await asyncio.to_thread(_words, config, scribe)
        audit = Audit(client, store)
        door = Door(
            client=client,
            operator=OperatorPolicy.of(config.bot.ratings, tagger=rates),
            policies=store.policies,
            roles=Roles(client),
            lockouts=Lockouts(store.strikes, config.bot.strikes, now),
            audit=audit,
            compose=scribe.compose,
            wish=partial(wish, presets=scribe.presets),
            words=client.words,
            hides=store.reports.hidden,
            now=now,
        )
        lasting = store.patient()
        sieve = Sieve(door, lasting.pictures, rates=rates)
        engine.listen(sieve.heard)
        client.terms = Terms(store, config.bot.terms, now=now)
        post = Post(client, now=now)
        attachments = Attachments(session, config.bot.discord.api)
        bulletin = Bulletin(client=client, store=store, audit=audit, now=now)
        reporting = Reporting(store=store, post=post, bulletin=bulletin, attachments=attachments, now=now)
        client.moderation = Moderation(client=client, door=door, store=store, post=post, bulletin=bulletin, now=now)
        flow = Flow(
            client=client,
            door=door,
            terms=client.terms,
            store=store,
            queue=Queue(max_jobs=limits.max_queue, max_jobs_per_person=limits.max_queue_per_person),
            engine=engine,
            post=post,
            delivery=Delivery(client=client, store=lasting, post=post, door=door, sieve=sieve, now=now),
            sieve=sieve,
            now=now,
        )
        client.door = door
        client.flow = flow
        client.scribe = scribe
        client.own_data = OwnData(store, flow, client.moderation, now=now)
        client.facts = lambda: Facts(
            model=flow.model_name,
            tagger=door.operator.tagger,
            contact=config.bot.about.contact,
            privacy=config.bot.about.privacy,
            retention=config.bot.retention,
        )
        retention = Retention(store, config.bot.retention, config.bot.strikes, now=now)
        wishes = Wishes(flow=flow, store=store, limits=limits, presets=scribe.presets, complete=scribe.complete)
        client.wishes = wishes
        client.keepsakes = Keepsakes(store, scribe.complete)
        client.remixes = Remixes(
            door=door,
            flow=flow,
            store=store,
            scribe=scribe,
            wishes=wishes,
            attachments=attachments,
            now=now,
        )
        client.presses = Presses(
            door=door,
            flow=flow,
            store=store,
            wishes=wishes,
            remixes=client.remixes,
            reporting=reporting,
            moderation=client.moderation,
            draw_seed=draw_seed,
        )
        client.previews = Previews(
            door=door, flow=flow, store=store, scribe=scribe, wishes=wishes, tokens=Tokens(config), now=now
        )
        client.settings = Settings(
            door=door, policies=store.policies, audit=audit, attachments=attachments, words=client.words, now=now
        )
        client.add_dynamic_items(JobButton, DraftButton, SettingControl, AcceptButton, LockSelect, ForgetButton)
        for command in _commands(config, scribe):
            client.tree.add_command(command)
        await _log_in(client, config, token)
        await client.sync_commands(config.data_dir / "commands.sha256")
        await flow.recover()
        try:
            with stop.in_order(), watchdog.watching():
                async with asyncio.TaskGroup() as works:
                    tasks = [
                        works.create_task(client.connect(), name="gateway"),
                        works.create_task(flow.work(), name="flow"),
                        works.create_task(retention.work(), name="retention"),
                    ]
                    await stop.asked()
                    await flow.drain(config.bot.drain_s)
                    for task in tasks:
                        task.cancel()
            log.info("stopped")
        finally:
            await flow.close()
            await audit.close()


def _commands(config: Config, scribe: Scribe) -> Iterator[Command]:
    yield imagine.command(config.bot.limits)
    yield from remix_command.commands()
    yield me.group(config.bot.limits, scribe.presets)
    yield prompt_commands.group()
    yield settings_commands.group()
    yield help_command.command()
    yield terms_command.command()
    yield about_command.command()


def _words(config: Config, scribe: Scribe) -> TextFilter:
    """Make the text filter; where the tokenizer's files are at hand, it reads what the model receives too."""
    found = folders(config)
    return TextFilter(scribe.vocabulary, decoder(found[0].parent) if found else None)


async def _log_in(client: Eshi, config: Config, token: str) -> None:
    # Where discord.py goes back to when a session is lost for good; a local Discord is not at its usual address.
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(await _gateway(config.bot.discord.api))
    try:
        await client.login(token)
    except discord.LoginFailure as error:
        raise ConfigError(
            "Discord does not accept the bot token; the portal's page of the bot gives a new one"
        ) from error


async def _gateway(api: str) -> str:
    """Ask where the gateway is, for as long as it takes: a machine may boot before its network."""
    delays = iter(REACH_DELAYS_S)
    delay = 0.0
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{api}/gateway", raise_for_status=True) as answer:
                    return str((await answer.json())["url"])
            except (aiohttp.ClientError, OSError) as error:
                reason = error
            delay = next(delays, delay)
            log.warning("Discord does not answer at %s (%s); again in %.0f s", api, reason, delay)
            await asyncio.sleep(delay)

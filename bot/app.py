"""The Discord client, from the first connection to the end in order."""

from __future__ import annotations

import asyncio
import gc
import hashlib
import logging
import time
from contextlib import AsyncExitStack
from typing import TYPE_CHECKING, Any

import aiohttp
import discord
import msgspec
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.answer import HowToAsk, answering, explain
from bot.assembly import assemble, read_text_filter
from bot.delivery.budget import EditBudget
from bot.delivery.traffic import Traffic
from bot.engine.engines import Engines
from bot.errors import ConfigError
from bot.gateway import CLOSED, SessionStarts, connected, first, take_turns
from bot.measures import BotMeasures
from bot.operating.page import served
from bot.operating.reload import Live
from bot.operating.service import Service
from bot.parts import Given
from bot.prompt.prompt_writer import PromptWriter
from bot.reading.reading import Reading
from bot.refusals import Refusals
from bot.retrying import repeating
from bot.routes import Routes
from bot.safety.gate import WITHOUT_TAGGER
from bot.safety.ratings import exceeds
from bot.stopping import Stop
from bot.store import Store
from bot.views.licence import of_the_model
from engine import textfile
from engine.systemd import Systemd

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path
    from typing import NoReturn

    from bot.assembly import Works
    from bot.config import Config
    from bot.operating.reload import ConfigReload
    from bot.routes import Feature
    from bot.watchdog import Watchdog

log = logging.getLogger(__name__)

discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False  # no voice here, so no advice about it

REACH_DELAYS_S = (1.0, 2.0, 5.0, 10.0, 30.0)
"""Waits for Discord's first answer at start-up, the last one repeating."""


class Tree(app_commands.CommandTree["Eshi"]):
    """The command tree, with the hook that answers whoever ran into an error."""

    async def on_error(self, interaction: discord.Interaction[Eshi], error: app_commands.AppCommandError) -> None:
        await explain(interaction, error)


class Eshi(discord.AutoShardedClient):
    """The Discord client: a connection, a command tree and a table of routes; it knows none of the bot's parts.

    Sharded automatically, also because `discord.Client` dies when its first connection is refused (discord.py
    issue 10520) while this one tries again.
    """

    def __init__(self, budget: EditBudget, traffic: Traffic) -> None:
        """Be a client, and let the budget of edits see what Discord says of its limits."""
        super().__init__(
            http_trace=traffic.watch(budget.trace()),
            # the channels' age restriction, and that somebody wrote in private; interactions need none
            intents=discord.Intents(guilds=True, dm_messages=True),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            allowed_mentions=discord.AllowedMentions.none(),
        )
        self.tree = Tree(self)
        self.refusals = Refusals()
        self._routes = Routes()
        self._traffic = traffic
        self._how_to_ask = HowToAsk(time.monotonic)
        self._starts = SessionStarts(self.fetch_session_start_limits)
        self._settled: set[int] = set()

    def offer(self, features: Iterable[Feature]) -> None:
        """Take what features hand in: what people can type, and what can be pressed under messages of any age."""
        for feature in features:
            for command in feature.commands:
                self.tree.add_command(command)
            self._routes.add(feature.routes)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Answer what discord.py has no memory of after a restart: whatever is known by its custom id.

        Where somebody does something, what was refused before is tried again.
        """
        if interaction.type is not discord.InteractionType.autocomplete:
            self.refusals.asked(interaction.channel_id)
            self._traffic.asked(interaction.id)
        if (handling := self._routes.handling(interaction)) is not None:
            await answering(interaction, handling)

    async def on_message(self, message: discord.Message) -> None:
        """Say how to ask; without other intents only what is written in private comes here."""
        await self._how_to_ask.tell(message)

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Wait as Discord wants it between two shards, and for as long as no more connections may be made."""
        await self._starts.allow()
        await super().before_identify_hook(shard_id, initial=initial)

    async def on_shard_ready(self, shard_id: int) -> None:
        """Leave a shard's servers, which stay, out of later searches for garbage: one takes 0.1 s with five thousand.

        Once for each: whatever is garbage at that moment is left out too, and a bot connects anew for years.
        """
        if shard_id not in self._settled:
            self._settled.add(shard_id)
            gc.freeze()

    async def on_ready(self) -> None:
        """Say how large it is."""
        log.info("ready: in %d servers, over %d connections", len(self.guilds), len(self.shards))

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Say why Discord closed a connection, where it says so."""
        shard = self.get_shard(shard_id)
        code = None if shard is None else shard._parent.ws.socket.close_code  # noqa: SLF001  # pyright: ignore[reportPrivateUsage] -- it is given nowhere else
        if code in CLOSED:
            log.warning("shard %d: %s (%d)", shard_id, CLOSED[code], code)

    # Whatever may have changed what the bot may do in a server.

    async def on_guild_join(self, guild: discord.Guild) -> None:
        self.refusals.changed(guild.id)

    async def on_guild_update(self, _before: discord.Guild, after: discord.Guild) -> None:
        self.refusals.changed(after.id)

    async def on_guild_channel_update(self, _before: object, after: discord.abc.GuildChannel) -> None:
        self.refusals.changed(after.guild.id)

    async def on_raw_thread_update(self, payload: discord.RawThreadUpdateEvent) -> None:
        self.refusals.changed(payload.guild_id)

    async def on_guild_role_update(self, _before: object, after: discord.Role) -> None:
        self.refusals.changed(after.guild.id)

    async def on_member_update(self, _before: object, after: discord.Member) -> None:
        """Heed the bot's own roles; without the members' intent nobody else is told of."""
        self.refusals.changed(after.guild.id)

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
    """Read what was remembered; "" where that cannot be known, for telling Discord again does no harm."""
    try:
        return textfile.read(path)
    except textfile.TextFileError:
        return ""


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
    _warn_of_unrated(config)
    prompt_writer = await asyncio.to_thread(PromptWriter.load, config)
    measures, live = BotMeasures(), Live(config)
    traffic = Traffic(measures)
    budget = EditBudget(left_out=traffic.left_out)
    async with (
        Store.open(config.data_dir, backups=config.backup_dir) as store,
        Engines.from_config(config, restarted=measures.restarts.add) as engines,
        Eshi(budget, traffic) as client,
        aiohttp.ClientSession() as session,
        Reading() as reading,
        AsyncExitStack() as running,
    ):
        await store.lengthen_log()
        text_filter = await asyncio.to_thread(read_text_filter, config, prompt_writer)
        licence = await asyncio.to_thread(of_the_model, config)
        if not config.rates:
            prompt_writer = prompt_writer.leaving_out(text_filter.unknown_words)
        given = Given(
            client=client,
            fetch_commands=client.tree.fetch_commands,
            config=config,
            live=live,
            prompt_writer=prompt_writer,
            text_filter=text_filter,
            licence=licence,
            store=store,
            engines=engines,
            session=session,
            reading=reading,
            refusals=client.refusals,
            measures=measures,
            budget=budget,
            now=now,
        )
        works, features = assemble(given)
        client.offer(features)
        operating = works.operating
        running.enter_context(operating.recent.listening())
        await running.enter_async_context(served(config, operating.overview))
        service = Service(Systemd(), operating.overview)
        await _log_in(client, config, token)
        await client.sync_commands(config.data_dir / "commands.sha256")
        await operating.steering.restore()
        await works.recovery.recover()
        _freeze()
        try:
            with stop.in_order(), watchdog.watching():
                await _work(client, works, service, stop, live)
            log.info("stopped")
        except BaseExceptionGroup as group:
            if (unusable := group.subgroup(ConfigError)) is None:
                raise
            raise first(unusable) from None
        finally:
            await works.journeys.close()
            await works.audit.close()


async def _work(client: Eshi, works: Works, service: Service, stop: Stop, live: Live) -> None:
    """Do what lasts until the bot is asked to stop, and let what is being drawn finish then."""
    async with asyncio.TaskGroup() as tasks:
        lasting = [
            tasks.create_task(connected(client.connect()), name="gateway"),
            tasks.create_task(works.dispatch.work(), name="dispatch"),
            tasks.create_task(works.delivery.keep_promises(), name="promises"),
            tasks.create_task(works.retention.work(), name="retention"),
            tasks.create_task(service.work(), name="service"),
            tasks.create_task(works.operating.presence.work(), name="presence"),
            tasks.create_task(_read_again(stop, works.operating.reload), name="reload"),
        ]
        if works.lora_rules is not None:
            lasting.append(tasks.create_task(works.lora_rules.work(), name="rules of LoRAs"))
        await stop.asked()
        service.stopping()
        await works.dispatch.drain(live.config.bot.drain_s)
        for task in lasting:
            task.cancel()


def _freeze() -> None:
    """Never look for garbage again in what is here now, which stays: the vocabulary, the word lists, the queue.

    That would stop the event loop for a tenth of a second each time.
    """
    gc.collect()
    gc.freeze()


def _warn_of_unrated(config: Config) -> None:
    """Tell an operator who allows more than is drawn without a tagger."""
    if exceeds(config.bot.ratings.highest, WITHOUT_TAGGER) and not config.rates:
        log.error(
            'bot.ratings.highest is "%s" and engine.rating.by is "none": nothing above "%s" is drawn unrated',
            config.bot.ratings.highest,
            WITHOUT_TAGGER,
        )


async def _read_again(stop: Stop, reload: ConfigReload) -> NoReturn:
    """Read the configuration again at every SIGHUP."""
    while True:
        await stop.hangup.wait()
        stop.hangup.clear()
        await reload.again()


async def _log_in(client: Eshi, config: Config, token: str) -> None:
    # Where discord.py goes back to when a session is lost for good; a local Discord is not at its usual address.
    take_turns()
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(await _gateway(config.bot.discord.api))
    try:
        await client.login(token)
    except discord.LoginFailure as error:
        raise ConfigError(
            "Discord does not accept the bot token; the portal's page of the bot gives a new one"
        ) from error


class _Gateway(msgspec.Struct, frozen=True):
    """What counts here of Get Gateway's answer."""

    url: str


async def _gateway(api: str) -> str:
    """Ask where the gateway is, for as long as it takes: a machine may boot before its network."""
    delays = repeating(REACH_DELAYS_S)
    async with aiohttp.ClientSession() as session:
        while True:
            try:
                async with session.get(f"{api}/gateway", raise_for_status=True) as answer:
                    return msgspec.json.decode(await answer.read(), type=_Gateway).url
            except (aiohttp.ClientError, OSError) as error:
                reason = error
            except (msgspec.DecodeError, UnicodeDecodeError) as error:
                reason = f"what answers there is not Discord: {error}"
            delay = next(delays)
            log.warning("Discord does not answer at %s (%s); again in %.0f s", api, reason, delay)
            await asyncio.sleep(delay)

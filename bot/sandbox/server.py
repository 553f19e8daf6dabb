"""The local Discord as a whole: every part built once, served on loopback."""

from __future__ import annotations

import base64
import logging
import secrets
import time
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from aiohttp import web

from bot.sandbox.discord import cdn
from bot.sandbox.discord.gateway import Gateway
from bot.sandbox.discord.rate_limits import RateLimits
from bot.sandbox.discord.rest import PREFIX, Rest
from bot.sandbox.people import api as people_api
from bot.sandbox.people import developer, developer_world, forging
from bot.sandbox.rules.protocol import Opcode
from bot.sandbox.rules.refusal import Reason
from bot.sandbox.rules.schema import describe
from bot.sandbox.world import blueprint
from bot.sandbox.world.allowances import Allowances
from bot.sandbox.world.broadcast import Broadcast
from bot.sandbox.world.clock import Clock
from bot.sandbox.world.controls import WorldControls
from bot.sandbox.world.crowd import Crowd
from bot.sandbox.world.faults import Drop, Expire, Faults, Invalidate
from bot.sandbox.world.feed import EventFeed
from bot.sandbox.world.interactions import Interactions
from bot.sandbox.world.local_discord import LocalDiscord
from bot.sandbox.world.messages import Messages
from bot.sandbox.world.places import PlaceChanges
from bot.sandbox.world.reactions import Reactions
from bot.sandbox.world.sessions import Sessions
from bot.sandbox.world.state import World

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Sequence

    from bot.sandbox.people.developer import Switch
    from bot.sandbox.rules.protocol import Json
    from bot.sandbox.world.blueprint import PlannedWorld
    from bot.sandbox.world.faults import Fault, Immediate

log = logging.getLogger(__name__)

PAGE = Path(__file__).with_name("page")
_LOOPBACK = {"127.0.0.1", "localhost", "::1", None}


@dataclass(frozen=True)
class Sandbox:
    """A running stand-in; for tests also its insides."""

    token: str
    """The bot's."""
    page_url: str
    """``http://127.0.0.1:PORT``; the page, the people's and the developers' API."""
    world: World
    feed: EventFeed
    faults: Faults
    sessions: Sessions
    local: LocalDiscord
    controls: WorldControls
    """What Discord itself decides, not the bot and no member."""

    @property
    def api_url(self) -> str:
        """What a client takes for ``https://discord.com/api/v10``."""
        return self.page_url + PREFIX

    @property
    def gateway_url(self) -> str:
        """What a client connects to; most ask the REST API for it, discord.py holds the first one fixed."""
        return self.local.gateway_url()

    @property
    def allowances(self) -> Allowances:
        """How many session starts, invalid requests and new commands were counted."""
        return self.local.allowances

    @property
    def violations(self) -> list[Json]:
        return self.feed.violations

    def fault(self, fault: Fault) -> str:
        """Arrange a fault; give the id by which it can be withdrawn."""
        return self.faults.post(fault)

    def advance(self, seconds: float) -> None:
        """Move the clock; what falls due happens before this returns."""
        self.world.clock.advance(seconds)
        self.local.broadcast.clock_moved()

    @classmethod
    @asynccontextmanager
    async def serve(
        cls,
        *,
        plan: PlannedWorld | None = None,
        token: str | None = None,
        port: int = 0,
        openapi: Path | None = None,
        rate_limits: bool = True,
        switches: Sequence[Switch] = (),
        time_source: Callable[[], float] = time.time,
    ) -> AsyncGenerator[Sandbox]:
        """Serve on 127.0.0.1 until the block is left.

        Args:
            plan: What there is at first; by default the starter world.
            token: The bot's; by default drawn.
            port: 0 takes a free one.
            openapi: Discord's description, to judge requests and answers by; None judges by the own rules alone.
            rate_limits: Whether calls, IDENTIFYs and new commands are limited; without, only ordered 429s happen and
                a bot may come back at once.
            switches: What the program around offers to developers.
            time_source: Seconds since 1970.

        Raises:
            OSError: The port is taken, or the description cannot be read.
        """
        clock = Clock(time_source)
        world = World(clock)
        blueprint.build(plan or blueprint.starter(), world)
        token = token or _draw_token(world.application_id)
        feed = EventFeed(clock)
        faults = Faults(feed)
        sessions = Sessions(feed)
        crowd = Crowd(world)
        broadcast = Broadcast(world, sessions, crowd)
        messages = Messages(world, broadcast)
        reactions = Reactions(world, broadcast)
        interactions = Interactions(world, broadcast, messages)
        places = PlaceChanges(world, broadcast, crowd)
        allowances = Allowances(clock, enforced=rate_limits)
        gateway = Gateway(world, sessions, faults, feed, allowances=allowances, token=token)
        description = None if openapi is None else describe(openapi)
        app = web.Application(middlewares=[_only_loopback], client_max_size=1 << 26)
        local = LocalDiscord(
            world, sessions, broadcast, messages, reactions, places, interactions, allowances, lambda: gateway.url
        )
        limits = RateLimits(time.monotonic, clock.now) if rate_limits else None
        Rest(local, feed, faults, limits=limits, description=description, token=token).add_to(app)
        app.router.add_get("/gateway", gateway.handle)
        app.router.add_get("/gateway/", gateway.handle)
        cdn.add_to(app, world)
        people_api.add_to(app, local, crowd, feed)
        developer.add_to(app, local, feed, faults, switches)
        controls = WorldControls(world, broadcast)
        developer_world.add_to(app, world, controls, allowances)
        forging.add_to(app, local)
        if PAGE.is_dir():
            app.router.add_get("/", _index)
            app.router.add_static("/", PAGE)
        faults.at_once = lambda fault: _carry_out(fault, sessions, interactions)
        media = web.Application(middlewares=[_only_loopback])
        cdn.add_to(media, world)
        async with _site(app, port) as page, _site(media) as media_host:
            page_url = world.links.cdn_url = f"http://{page}"
            world.links.proxy_url = f"http://{media_host}"
            gateway.url = f"ws://{page}/gateway"
            try:
                yield cls(token, page_url, world, feed, faults, sessions, local, controls)
            finally:
                clock.close()
                for session in sessions.living:
                    if session.close is not None:
                        session.close(1001)


@asynccontextmanager
async def _site(app: web.Application, port: int = 0) -> AsyncGenerator[str]:
    """Serve on loopback; give host and port."""
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1.0)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", port).start()
        host, bound = runner.addresses[0][:2]
        yield f"{host}:{bound}"
    finally:
        await runner.cleanup()


def _carry_out(fault: Immediate, sessions: Sessions, interactions: Interactions) -> None:
    if isinstance(fault, Expire):
        interactions.expire_all(vanish=fault.code == Reason.UNKNOWN_WEBHOOK.value[1])
        return
    for session in sessions.living:
        match fault:
            case Drop(code=code):
                if session.close is not None:
                    session.close(code)
            case Invalidate(resumable=resumable):
                sessions.invalidate(session, resumable=resumable)
                if not resumable:
                    sessions.forget(session)
            case _:
                sessions.command(session, Opcode.RECONNECT, None)


def _draw_token(bot_id: int) -> str:
    """Draw a token in Discord's form, because libraries read the bot's id out of its first part."""
    return f"{base64.b64encode(str(bot_id).encode()).decode().rstrip('=')}.local.{secrets.token_urlsafe(24)}"


async def _index(_request: web.Request) -> web.FileResponse:
    return web.FileResponse(PAGE / "index.html")


@web.middleware
async def _only_loopback(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Keep strangers' web pages out: a name that is not loopback's, or another page's origin, is refused."""
    origin = request.headers.get("Origin")
    if urlsplit(f"//{request.host}").hostname not in _LOOPBACK or (origin and urlsplit(origin).netloc != request.host):
        raise web.HTTPForbidden(text="This is a local stand-in; it answers only its own page on loopback.")
    return await handler(request)

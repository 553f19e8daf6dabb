"""The world's controls and the bot's allowances over HTTP; the contract is in `bot.sandbox.people.api`."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

import msgspec
from aiohttp import web

from bot.sandbox.rules import json_body
from bot.sandbox.rules.protocol import number
from bot.sandbox.rules.refusal import Refusal
from bot.sandbox.world import payloads

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from bot.sandbox.rules.protocol import Json
    from bot.sandbox.world.allowances import Allowances
    from bot.sandbox.world.controls import WorldControls
    from bot.sandbox.world.state import World

    Handler = Callable[[web.Request], Awaitable[Json | None]]


class _Body(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What is posted; the fields are described in `bot.sandbox.people.api`."""


class SetApplication(_Body, frozen=True):
    privileged_intents: list[str] | None = None


class SetGuild(_Body, frozen=True):
    unavailable: bool | None = None
    premium_tier: int | None = None


class SetUser(_Body, frozen=True):
    premium_type: int | None = None


class Spend(_Body, frozen=True):
    session_starts: int = 0
    invalid_requests: int = 0
    command_creates: int = 0


B = TypeVar("B", bound=_Body)


def add_to(app: web.Application, world: World, controls: WorldControls, allowances: Allowances) -> None:
    developer = _Developer(world, controls, allowances)
    for method, path, handler in (
        ("GET", "/limits", developer.limits),
        ("POST", "/limits", developer.spend),
        ("PATCH", r"/guilds/{guild:\d+}", developer.change_guild),
        ("PATCH", r"/users/{user:\d+}", developer.change_user),
        ("PATCH", "/application", developer.change_application),
    ):
        app.router.add_route(method, f"/developer{path}", _answering(handler))


class _Developer:
    def __init__(self, world: World, controls: WorldControls, allowances: Allowances) -> None:
        self._world = world
        self._controls = controls
        self._allowances = allowances

    async def limits(self, _request: web.Request) -> Json:
        return self._allowances.view()

    async def spend(self, request: web.Request) -> Json:
        body = await _read(request, Spend)
        self._allowances.spend(
            session_starts=body.session_starts,
            invalid_requests=body.invalid_requests,
            command_creates=body.command_creates,
        )
        return self._allowances.view()

    async def change_application(self, request: web.Request) -> Json:
        body = await _read(request, SetApplication)
        if body.privileged_intents is not None:
            self._controls.grant_intents(body.privileged_intents)
        return payloads.application(self._world)

    async def change_guild(self, request: web.Request) -> Json:
        guild, body = self._controls.guild(number(request.match_info["guild"])), await _read(request, SetGuild)
        if body.premium_tier is not None:
            self._controls.boost(guild, body.premium_tier)
        if body.unavailable is not None:
            (self._controls.begin_outage if body.unavailable else self._controls.end_outage)(guild)
        return payloads.guild(guild) | {"unavailable": guild.unavailable}

    async def change_user(self, request: web.Request) -> Json:
        user, body = self._controls.user(number(request.match_info["user"])), await _read(request, SetUser)
        if body.premium_type is not None:
            self._controls.give_nitro(user, body.premium_type)
        return payloads.own_user(user)


async def _read(request: web.Request, form: type[B]) -> B:
    return msgspec.convert(json_body.decode(await request.read() or b"{}"), type=form)


def _answering(handler: Handler) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def answer(request: web.Request) -> web.Response:
        try:
            body = await handler(request)
        except (msgspec.ValidationError, Refusal, ValueError) as error:
            return web.json_response({"error": {"code": "invalid_body", "message": str(error)}}, status=400)
        except LookupError as error:
            return web.json_response({"error": {"code": "unknown", "message": str(error.args[0])}}, status=404)
        return web.Response(status=204) if body is None else web.json_response(body)

    return answer

"""The REST API's front door: faults, token, rate limit, body, description, handler, and the answer judged as well."""

from __future__ import annotations

import asyncio
import json
import logging
import socket
import struct
import time
from typing import TYPE_CHECKING, Any, cast

from aiohttp import web

from bot.sandbox.discord import routing, unread
from bot.sandbox.discord.ordered_answer import BAN_S, BANNED, ordered_answer
from bot.sandbox.discord.rate_limits import UNCOUNTED, limited_headers
from bot.sandbox.discord.routes import attachments, channels, commands, empty, guilds, identity, interactions, reactions
from bot.sandbox.discord.routing import Call, Reply
from bot.sandbox.rules import bodies, forms
from bot.sandbox.rules.fields import check_fields
from bot.sandbox.rules.refusal import Problems, Reason, Refusal, leaves
from bot.sandbox.world.faults import Answer, Delay, Lose, Reset

if TYPE_CHECKING:
    from bot.sandbox.discord.rate_limits import RateLimits, RateVerdict
    from bot.sandbox.discord.routing import RestRoute
    from bot.sandbox.rules.protocol import Json
    from bot.sandbox.rules.schema import Description
    from bot.sandbox.world.faults import Faults
    from bot.sandbox.world.feed import EventFeed
    from bot.sandbox.world.local_discord import LocalDiscord

log = logging.getLogger(__name__)

PREFIX = "/api/v10"
ROUTES: tuple[RestRoute, ...] = (
    *identity.ROUTES,
    *commands.ROUTES,
    *interactions.ROUTES,
    *reactions.ROUTES,  # before the channels', because pins stand where a message's id may
    *channels.ROUTES,
    *guilds.ROUTES,
    *empty.ROUTES,
    *attachments.ROUTES,
)
_MAJOR = ("webhook_token", "interaction_token", "channel_id", "guild_id")
"""What a rate limit's bucket is for, beside the route."""
_MOST_SHOWN = 1 << 18
"""Bytes of JSON that the feed keeps of one request; of larger ones it keeps the size."""
_INVALID = {401, 403, 429}
_SECRET = ("webhook_token", "interaction_token")
_OWN_FAULT = {Reason.INVALID_FORM, Reason.EMPTY_MESSAGE, Reason.UNREADABLE}
"""Refusals that a correct bot never meets: they are recorded as violations."""


class Rest:
    def __init__(
        self,
        local: LocalDiscord,
        feed: EventFeed,
        faults: Faults,
        *,
        limits: RateLimits | None,
        description: Description | None,
        token: str,
    ) -> None:
        self._local = local
        self._feed = feed
        self._faults = faults
        self._limits = limits
        self._description = description
        self._authorization = f"Bot {token}"

    def add_to(self, app: web.Application) -> None:
        for route in ROUTES:
            app.router.add_route(route.method, PREFIX + route.template, self._handler(route))
        app.router.add_route("*", "/api/{rest:.*}", self._unknown)

    def _handler(self, route: RestRoute) -> Any:
        async def handle(request: web.Request) -> web.StreamResponse:
            return await self._serve(route, request)

        return handle

    async def _unknown(self, request: web.Request) -> web.Response:
        name = f"{request.method} {request.path}"
        log.warning("Unknown route: %s", name)
        found = self._feed.violation(name, "request", "UNKNOWN_ROUTE", "This stand-in has no such route.")
        refusal = Refusal(Reason.NOT_FOUND)
        self._feed.add(
            "rest",
            method=request.method,
            path=request.path,
            route=name,
            status=refusal.status,
            duration_ms=0.0,
            request=None,
            files=[],
            response=refusal.body(),
            channel_id=None,
            message_id=None,
            interaction_id=None,
            violations=[found],
        )
        return _response(Reply(refusal.body(), refusal.status), {})

    async def _serve(self, route: RestRoute, request: web.Request) -> web.StreamResponse:
        """Carry a call out, or let happen to it what was ordered."""
        started = time.perf_counter()
        params = dict(request.match_info)
        path = request.path.removeprefix(PREFIX)
        fault = self._faults.next_for(request.method, path)
        call = Call(params, request.query)
        violations: list[Json] = []
        if isinstance(fault, Delay):
            await asyncio.sleep(fault.delay_s)
        if isinstance(fault, Reset):
            await _read_some(request, fault.after_bytes)
            return _cut(request)
        headers: dict[str, str] = {}
        try:
            body = await forms.read(request)
            if self._local.allowances.banned:
                reply, headers = BANNED, {"Retry-After": str(BAN_S)}
            elif isinstance(fault, Answer):
                reply, headers = ordered_answer(fault)
            else:
                verdict = self._admit(route, request, params)
                headers = verdict.headers
                reply = (
                    self._carry_out(route, request, call, body, violations)
                    if verdict.retry_after_s is None
                    else Reply(verdict.body(), 429)
                )
        except Refusal as refusal:
            reply = Reply(refusal.body(), refusal.status)
            if refusal.retry_after_s is not None:
                headers = headers | limited_headers(refusal.retry_after_s, scope="user")
            if refusal.reason in _OWN_FAULT:
                violations += self._own_fault(route, refusal)
        self._count_invalid(reply, headers)
        if reply.text_type is None and not isinstance(fault, Answer):
            violations += self._judge(route, reply)
        for secret in _SECRET:
            path = path.replace(params.get(secret, "\0"), "<token>")
        took_ms = round((time.perf_counter() - started) * 1000, 2)
        self._record(route, call, reply, path=path, duration_ms=took_ms, violations=violations)
        return _cut(request) if isinstance(fault, Lose) else _response(reply, headers)

    def _count_invalid(self, reply: Reply, headers: dict[str, str]) -> None:
        """Count what Discord counts of an address (documentation, "Invalid Request Limit")."""
        if reply.status in _INVALID and reply is not BANNED and headers.get("X-RateLimit-Scope") != "shared":
            self._local.allowances.invalid_requests.count()

    def _carry_out(
        self, route: RestRoute, request: web.Request, call: Call, body: bytes, violations: list[Json]
    ) -> Reply:
        form = forms.parse(request.headers.get("Content-Type", ""), body)
        call.sent, call.files = form.payload, form.files
        call.body, passed_over = unread.without(route, call.sent)
        violations += self._note(route, [*form.unread, *passed_over])
        call.size = len(body) - sum(len(one.data) for one in call.files.values())
        self._check(route, call)
        return route.handler(self._local, call)

    def _admit(self, route: RestRoute, request: web.Request, params: dict[str, str]) -> RateVerdict:
        """Check the token and count the call.

        Raises:
            Refusal: 401.
        """
        if route.of_bot and request.headers.get("Authorization") != self._authorization:
            raise Refusal(Reason.UNAUTHORIZED)
        if self._limits is None:
            return UNCOUNTED
        major = next((params[name] for name in _MAJOR if name in params), "")
        return self._limits.take(route.name, major, of_bot=route.of_bot)

    def _check(self, route: RestRoute, call: Call) -> None:
        """Refuse what is out of its bounds or of another type, and what Discord's description does not allow beside.

        Raises:
            Refusal: 50035 or 50109.
        """
        fields, problems = Problems(), Problems()
        body: Any = call.body
        if route.fields is not None:
            if not isinstance(body, dict):
                raise Refusal(Reason.UNREADABLE)
            check_fields(cast("Json", body), route.fields, fields)
        problems.add_from(bodies.check(route.name, call.sent, call.query))
        problems.add_from(fields.found)
        if not problems.found:
            body = call.body = bodies.trimmed(route.name, body)
        if self._description is not None and route.described and route.method in {"POST", "PUT", "PATCH"}:
            problems.add_from(self._description.request(route.method, route.template, cast("Any", body)))
        problems.refuse()

    def _own_fault(self, route: RestRoute, refusal: Refusal) -> list[Json]:
        places = leaves(refusal.errors or {}) or [("", str(refusal.code), refusal.words)]
        return self._recorded(route, places, "refuses")

    def _note(self, route: RestRoute, passed_over: list[unread.Finding]) -> list[Json]:
        """Record what Discord takes no notice of: the call goes on, but its author meant something by it."""
        places = [(".".join(map(str, where)), code, words) for where, code, words in passed_over]
        return self._recorded(route, places, "does not read")

    def _recorded(self, route: RestRoute, places: list[tuple[str, str, str]], what: str) -> list[Json]:
        found = [
            self._feed.violation(route.name, "request", code, f"{where}: {words}" if where else words)
            for where, code, words in places
        ]
        for one in found:
            log.warning("The bot sent what Discord %s: %s: %s %s", what, route.name, one["rule"], one["message"])
        return found

    def _judge(self, route: RestRoute, reply: Reply) -> list[Json]:
        if self._description is None or not route.described:
            return []
        body: Any = reply.body
        found = [
            self._feed.violation(route.name, "response", code, f"{'.'.join(map(str, where))}: {words}")
            for where, code, words in self._description.answer(route.method, route.template, reply.status, body)
        ]
        for one in found:
            log.error("The stand-in answers what Discord does not: %s: %s", route.name, one["message"])
        return found

    def _record(
        self, route: RestRoute, call: Call, reply: Reply, *, path: str, duration_ms: float, violations: list[Json]
    ) -> None:
        about = {"channel_id": None, "message_id": None, "interaction_id": None} | call.about
        body: Any = reply.body
        if isinstance(body, dict) and about["message_id"] is None:
            about["message_id"] = routing.message_id_of(cast("Json", body))
        self._feed.add(
            "rest",
            method=route.method,
            path=path,
            route=route.name,
            status=reply.status,
            duration_ms=duration_ms,
            request=call.sent if call.size <= _MOST_SHOWN else {"size": call.size},
            files=[{"filename": one.filename, "size": len(one.data)} for one in call.files.values()],
            response=body,
            **about,
            violations=violations,
        )


def _response(reply: Reply, headers: dict[str, str]) -> web.Response:
    """Answer with ``application/json`` and not a letter more: clients compare the header."""
    answer: Any = reply.body
    if reply.text_type is not None:
        return web.Response(text=answer, status=reply.status, headers={"Content-Type": reply.text_type, **headers})
    if answer is None:
        return web.Response(status=reply.status if reply.status != 200 else 204, headers=headers)  # noqa: PLR2004
    body = json.dumps(answer).encode()
    return web.Response(body=body, status=reply.status, headers={"Content-Type": "application/json", **headers})


async def _read_some(request: web.Request, at_least: int) -> None:
    size = 0
    async for chunk in request.content.iter_any():
        size += len(chunk)
        if size >= at_least:
            return


def _cut(request: web.Request) -> web.Response:
    """End the connection with a reset instead of an answer."""
    transport = request.transport
    if transport is not None:
        raw = transport.get_extra_info("socket")
        if raw is not None:
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        transport.abort()
    return web.Response(status=502)

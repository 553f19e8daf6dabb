"""Attachments served back, under signed links that run out as Discord's do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.rules.protocol import number

if TYPE_CHECKING:
    from bot.sandbox.world.state import World

_GONE = "This content is no longer available."
"""Discord's words for all three: unknown, badly signed and run out."""


def add_to(app: web.Application, world: World) -> None:
    async def serve(request: web.Request) -> web.Response:
        attachment = world.attachments.get(number(request.match_info["id"]))
        if attachment is None or not world.links.good(request.path, request.query):
            raise web.HTTPNotFound(text=_GONE)
        return web.Response(
            body=attachment.data,
            headers={
                "Content-Type": attachment.content_type or "application/octet-stream",
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox",
            },
        )

    for kind in ("attachments", "ephemeral-attachments"):
        app.router.add_get(rf"/{kind}/{{channel:\d+}}/{{id:\d+}}/{{filename}}", serve)

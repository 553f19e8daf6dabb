"""Attachments served back, under links that run out as Discord's do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from aiohttp import web

from bot.sandbox.protocol import number

if TYPE_CHECKING:
    from bot.sandbox.state import World


def add_to(app: web.Application, world: World) -> None:
    async def serve(request: web.Request) -> web.Response:
        attachment = world.attachments.get(number(request.match_info["id"]))
        if attachment is None or attachment.filename != request.match_info["filename"]:
            raise web.HTTPNotFound(text="This content is no longer available.")
        if _until(request.query.get("ex", "")) < world.clock.now():
            raise web.HTTPNotFound(text="This link has run out.")
        return web.Response(
            body=attachment.data,
            headers={
                "Content-Type": attachment.content_type or "application/octet-stream",
                "X-Content-Type-Options": "nosniff",
                "Content-Security-Policy": "default-src 'none'; sandbox",
            },
        )

    app.router.add_get(r"/attachments/{channel:\d+}/{id:\d+}/{filename}", serve)


def _until(text: str) -> int:
    try:
        return int(text, 16)
    except ValueError:
        return 0

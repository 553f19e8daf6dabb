"""Attachment links made anew by the bot's own token."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bot.sandbox.discord.routing import Call, Reply, RestRoute
from bot.sandbox.rules.refusal import Problems

if TYPE_CHECKING:
    from bot.sandbox.rules.protocol import Json
    from bot.sandbox.world.local_discord import LocalDiscord

_MOST_LINKS = 50
"""Of one request (Discord's OpenAPI description)."""


def _refresh(local: LocalDiscord, call: Call) -> Reply:
    urls: list[Any] = call.body.get("attachment_urls") or []
    problems = Problems()
    if not 1 <= len(urls) <= _MOST_LINKS:
        problems.add(("attachment_urls",), "BASE_TYPE_BAD_LENGTH", f"Must be between 1 and {_MOST_LINKS} in length.")
    for index, url in enumerate(urls[:_MOST_LINKS]):
        if not isinstance(url, str) or not url.startswith(("http://", "https://")):
            problems.add(("attachment_urls", index), "URL_TYPE_INVALID_URL", "Not a well formed URL.")
    problems.refuse()
    return Reply({"refreshed_urls": [_one(local, url) for url in urls]})


def _one(local: LocalDiscord, url: str) -> Json:
    """Give the same address with a fresh signature; of what is no attachment here there is none."""
    world = local.world
    attachment = world.attachments.get(world.links.attachment_id(url) or 0)
    if attachment is None:
        return {"original": url, "refreshed": None}
    cdn, proxy = world.links.sign(attachment)
    return {"original": url, "refreshed": proxy if url.startswith(world.links.proxy_url) else cdn}


ROUTES = (RestRoute("POST", "/attachments/refresh-urls", _refresh, {"attachment_urls": list}, described=False),)

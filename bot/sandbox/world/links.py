"""Addresses of attachments as Discord signs them: until when they are good, since when, and a seal on both."""

from __future__ import annotations

import hmac
import re
import secrets
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

    from bot.sandbox.world.attachment import Attachment
    from bot.sandbox.world.clock import Clock

LINK_LIFE_S = 24 * 3600
"""Attachment links run out (documentation, "Signed Attachment CDN URLs"); Discord's do after a day."""
_PATH = re.compile(r"/(?:ephemeral-)?attachments/\d+/(\d{1,20})/[^/]+")


class Links:
    """Signs and checks; `cdn_url` and `proxy_url` are two origins, as Discord's cdn and media hosts are."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._secret = secrets.token_bytes(32)
        self.cdn_url = ""
        self.proxy_url = ""
        """Both without a slash at their end."""

    def path(self, of: Attachment) -> str:
        """Give ``/attachments/CHANNEL/ID/NAME?ex=…&is=…&hm=…&``; the last ``&`` is Discord's as well."""
        kind = "ephemeral-attachments" if of.ephemeral else "attachments"
        path = f"/{kind}/{of.channel_id}/{of.id}/{quote(of.filename)}"
        since = int(self._clock.now())
        until, since_hex = f"{since + LINK_LIFE_S:x}", f"{since:x}"
        return f"{path}?ex={until}&is={since_hex}&hm={self._seal(path, until, since_hex)}&"

    def sign(self, of: Attachment) -> tuple[str, str]:
        """Give ``url`` and ``proxy_url``, good for a day from now."""
        path = self.path(of)
        return self.cdn_url + path, self.proxy_url + path

    def good(self, path: str, query: Mapping[str, str]) -> bool:
        """Whether Discord would still serve a link: sealed by us and not run out."""
        until, since = query.get("ex", ""), query.get("is", "")
        seal = self._seal(path, until, since)
        if not hmac.compare_digest(seal.encode(), query.get("hm", "").encode()):
            return False
        return int(until, 16) > self._clock.now()

    def attachment_id(self, url: str) -> int | None:
        """Say which attachment an address is of, whether or not its link is still good; None of any other address."""
        parts = urlsplit(url)
        found = _PATH.fullmatch(parts.path)
        return int(found[1]) if found and f"{parts.scheme}://{parts.netloc}" in {self.cdn_url, self.proxy_url} else None

    def _seal(self, path: str, until: str, since: str) -> str:
        return hmac.digest(self._secret, f"{path} {until} {since}".encode(), "sha256").hex()

"""An answer on demand, as Discord writes it or as the edge of its network does, which speaks HTML."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from bot.sandbox.discord.rate_limits import limited_body, limited_headers
from bot.sandbox.discord.routing import Reply
from bot.sandbox.rules.refusal import WORDS

if TYPE_CHECKING:
    from bot.sandbox.world.faults import Answer

_TOO_MANY = HTTPStatus.TOO_MANY_REQUESTS
BANNED = Reply("error code: 1015", _TOO_MANY, "text/plain; charset=UTF-8")
"""What the edge says to an address that it has banned for its many invalid requests."""
BAN_S = 600
"""What it asks to wait; here the ban ends once fewer than 10,000 of them are in the last ten minutes."""


def ordered_answer(fault: Answer) -> tuple[Reply, dict[str, str]]:
    """Give the answer and its headers.

    A 429 has what clients wait by; one whose `via` is false, or that is HTML, did not come from Discord itself.
    """
    status, limited = fault.status, fault.status == _TOO_MANY
    scope = "global" if fault.is_global else fault.scope
    headers = limited_headers(fault.retry_after_s, scope=scope, via=fault.via and not fault.html) if limited else {}
    if fault.html:
        return Reply(fault.html if isinstance(fault.html, str) else _page(status), status, "text/html"), headers
    words = fault.message or WORDS.get(fault.code)
    if limited:
        body = limited_body(fault.retry_after_s, is_global=scope == "global")
        if fault.code:
            body["code"] = fault.code
        return Reply(body | ({"message": words} if words else {}), status), headers
    return Reply({"message": words or f"{status}: a fault on demand", "code": fault.code}, status), headers


def _page(status: int) -> str:
    title = f"{status} {HTTPStatus(status).phrase}" if status in list(HTTPStatus) else str(status)
    return f"<html>\r\n<head><title>{title}</title></head>\r\n<body><center><h1>{title}</h1></center></body>\r\n</html>"

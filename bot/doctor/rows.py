"""The rows of a check by their ids, in the order in which they are shown; ids never change their meaning."""

from __future__ import annotations

import sys
from pathlib import Path

from engine.finding import IDS_OF_THE_ENGINE

OF_THE_CONFIGURATION = ("configuration", "filled-in", "contact")
OF_DISCORD = (
    "token",
    "discord",
    "clock",
    "latency",
    "interactions-url",
    "code-grant",
    "public-bot",
    "intents",
    "sessions",
    "servers",
    "commands",
    "permissions",
)
OF_THE_MACHINE = ("python", "disk", "file-system", "database", "socket", "wire-secret")
OF_THE_ENGINE = ("engine", *IDS_OF_THE_ENGINE)
"""The first is whether it could be asked."""

IDS = (*OF_THE_CONFIGURATION, *OF_DISCORD, *OF_THE_MACHINE, *OF_THE_ENGINE, "drawing")

_PAGE = Path("docs", "troubleshooting.md")
_CHECKOUT = Path(__file__).parents[2]


def link(id_: str, checkout: Path = _CHECKOUT) -> str:
    """Give where the page says more of a row: in the checkout, or where a wheel puts the pages."""
    page = _PAGE if (checkout / _PAGE).is_file() else Path(sys.prefix) / "share" / "eshi" / _PAGE
    return f"{page.as_posix()}#{id_}"

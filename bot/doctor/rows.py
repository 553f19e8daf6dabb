"""The rows of a check by their ids, in the order in which they are shown; ids never change their meaning."""

from __future__ import annotations

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
OF_THE_ENGINE = (
    "engine",
    "packages",
    "card",
    "driver",
    "device-files",
    "torch",
    "cuda",
    "architecture",
    "modes",
    "memory",
    "checkpoint",
    "tagger",
)
"""The first is whether it could be asked; the others are `engine.check.IDS`."""

IDS = (*OF_THE_CONFIGURATION, *OF_DISCORD, *OF_THE_MACHINE, *OF_THE_ENGINE, "drawing")

PAGE = "docs/troubleshooting.md"


def link(id_: str) -> str:
    """Give where the page says more of a row."""
    return f"{PAGE}#{id_}"

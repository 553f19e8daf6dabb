"""A slash command for servers and for direct messages with the bot; a user install is not offered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from discord import app_commands

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

INSTALLS = app_commands.AppInstallationType(guild=True, user=False)
CONTEXTS = app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=False)


def slash(
    name: str, description: str, callback: Callable[..., Coroutine[Any, Any, None]]
) -> app_commands.Command[Any, ..., None]:
    """Make the command that calls this; its options are the callback's parameters."""
    return app_commands.Command(
        name=name, description=description, callback=callback, allowed_installs=INSTALLS, allowed_contexts=CONTEXTS
    )

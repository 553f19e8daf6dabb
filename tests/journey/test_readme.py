"""The README's table of commands, beside those that Discord was told about."""

import re

import pytest

from tests.documents import README, code, column

pytestmark = pytest.mark.asyncio(loop_scope="session")

SUBCOMMANDS = {1, 2}
"""The types of options that are commands of a group (developer documentation, Application Commands)."""


def names(command):
    """A command by its full name, or those that are in it."""
    inside = [name for option in command.get("options", []) if option["type"] in SUBCOMMANDS for name in names(option)]
    return [f"{command['name']} {name}" for name in inside] or [command["name"]]


async def test_every_command_is_in_the_table_and_no_other(ada):
    """Slash commands by their full names, menus by theirs."""
    commands = await ada.commands(ada.channel("general"))
    slash = {f"/{name}" for command in commands if command["type"] == 1 for name in names(command)}
    menus = {f"Apps → {command['name']}" for command in commands if command["type"] != 1}
    cells = [*column(README, "command")]
    assert {text for cell in cells for text in code(cell) if text.startswith("/")} == slash
    assert {name for cell in cells for name in re.findall(r"\*\*(Apps → .+?)\*\*", cell)} == menus

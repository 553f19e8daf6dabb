"""Two processes, one arrow: who may import whom, held by running it."""

import subprocess
import sys

import pytest


def modules_after(statement):
    """What is imported in a fresh interpreter after this statement."""
    program = f"{statement}\nimport sys\nprint(*sys.modules)"
    return subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True).stdout.split()  # noqa: S603


PURE = {
    "engine.card",
    "engine.card_room",
    "engine.config",
    "engine.cost",
    "engine.downloads",
    "engine.extending",
    "engine.finding",
    "engine.grammar",
    "engine.logs",
    "engine.marking",
    "engine.measures",
    "engine.metrics",
    "engine.regions",
    "engine.samplers",
    "engine.silence_timeout",
    "engine.systemd",
    "engine.terminal",
    "engine.textfile",
    "engine.wire",
    "engine.working_picture",
}

BENEATH = {
    "engine.picture_size",
    "engine.wire_commands",
    "engine.wire_events",
    "engine.wire_limits",
    "engine.wire_values",
}
"""What these are made of, and the bot does not ask for by name."""


@pytest.mark.parametrize("module", sorted(PURE))
def test_the_pure_modules_between_the_processes_bring_nothing_heavy(module):
    """What the bot takes from the engine imports neither torch nor discord nor any other part of the engine."""
    loaded = modules_after(f"import {module}")
    assert not {"torch", "diffusers", "transformers", "discord", "aiohttp"} & set(loaded)
    assert {name for name in loaded if name.startswith("engine.")} <= PURE | BENEATH


def test_the_command_line_starts_without_discord():
    """`python -m bot prompt` answers at once and where discord.py is not needed."""
    loaded = modules_after("import bot.__main__")
    assert not {"torch", "diffusers", "discord", "aiohttp", "sqlite3"} & set(loaded)


def test_the_local_discord_is_light():
    """Its page says what it needs: for other bots' authors neither discord.py nor anything of this bot."""
    loaded = modules_after("import bot.sandbox.__main__, bot.sandbox.people.driver")
    assert not {"torch", "discord", "jsonschema_rs", "psutil", "rapidfuzz", "aiosqlite", "numpy"} & set(loaded)
    own = {name for name in loaded if name.partition(".")[0] in {"bot", "engine"}}
    assert {name for name in own if not name.startswith("bot.sandbox")} <= {"bot"}


def test_the_whole_bot_brings_no_model_stack():
    """Everything that `python -m bot run` builds is imported without torch and its company."""
    loaded = modules_after("import bot.app, bot.demo")
    assert not {"torch", "diffusers", "transformers", "accelerate", "peft", "safetensors"} & set(loaded)

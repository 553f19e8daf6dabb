"""What Discord is told of the options of `/imagine` and `/prompt preview`."""

from types import SimpleNamespace

import pytest

from bot.commands import imagine, prompt
from bot.commands.suggestions import Suggestions
from bot.config import Limits
from bot.safety.policy import OperatorPolicy

LIMITS = Limits(max_prompt_chars=1234)

MOST_OPTIONS = 25
"""Of one command (developer documentation, Application Commands)."""


class _NoRoutes:
    def routes(self):
        return []


@pytest.fixture(scope="module")
def commands():
    """Both as Discord gets them, by their names."""
    gatekeeper = SimpleNamespace(operator=OperatorPolicy())
    suggestions = Suggestions(gatekeeper=gatekeeper, imagine=None, vocabulary=None, presets=None, text_filter=None)
    features = (
        imagine.feature(None, suggestions, LIMITS),
        prompt.feature(_NoRoutes(), suggestions, LIMITS),
    )
    made = [command for feature in features for command in feature.commands]
    [drawing, group] = made
    preview = group.get_command("preview")
    return {one.name: one.parameters for one in (drawing, preview)}


@pytest.mark.parametrize("command", ["imagine", "preview"])
def test_the_prompt_comes_first_and_is_all_that_must_be_there(commands, command):
    """As long as the operator allows, with suggestions."""
    first, *others = commands[command]
    assert (first.name, first.required, first.max_value) == ("prompt", True, LIMITS.max_prompt_chars)
    assert first.autocomplete
    assert not any(option.required for option in others)
    assert "tags" not in {option.name for option in others}


@pytest.mark.parametrize("command", ["imagine", "preview"])
def test_no_command_has_more_options_than_discord_takes(commands, command):
    assert len(commands[command]) <= MOST_OPTIONS

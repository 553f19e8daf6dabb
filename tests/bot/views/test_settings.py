"""What the settings screen offers: no rating that the operator's bot does not draw."""

import pytest
from discord import ui

from bot.queue.bounds import NO_LIMITS
from bot.safety.gate import drawable
from bot.safety.policy import OperatorPolicy, ServerPolicy
from bot.views.import_question import import_question, mark_of
from bot.views.settings import screen

SHOWN = [
    (OperatorPolicy(highest="safe"), ["safe"]),
    (OperatorPolicy(highest="explicit"), ["safe", "sensitive"]),
    (OperatorPolicy(highest="nsfw", tagger=True), ["safe", "sensitive", "nsfw"]),
]


def items(page, policy, operator, *, chosen=""):
    view = screen(page, policy, operator, limits=NO_LIMITS, known=(), chosen=chosen)
    return {item.custom_id: item for item in view.walk_children() if getattr(item, "custom_id", None)}


@pytest.mark.parametrize(("operator", "ratings"), SHOWN)
def test_only_ratings_that_are_drawn_are_offered(operator, ratings):
    """As limits of channels and roles, and on the page of who may ask."""
    assert list(drawable(operator)) == ratings
    asked = [one for one in items("who", ServerPolicy(), operator) if one.startswith("v1:set:needed:")]
    assert asked == [f"v1:set:needed:{rating}" for rating in ratings]
    for page, act in (("channels", "channel_limit"), ("roles", "role_limit")):
        menu = items(page, ServerPolicy(), operator, chosen="5")[f"v1:set:{act}:5"]
        assert [option.value for option in menu.options] == ["none", *ratings]


def test_a_rule_that_is_there_is_shown_whatever_is_drawn():
    """It came from a file, or from a time when more was drawn: an admin must be able to take it away."""
    policy = ServerPolicy(needed_roles={"explicit": ()}, channel_limits={"5": "explicit"})
    operator = OperatorPolicy(highest="safe")
    assert "v1:set:needed:explicit" in items("who", policy, operator)
    menu = items("channels", policy, operator, chosen="5")["v1:set:channel_limit:5"]
    assert [option.value for option in menu.options if option.default] == ["safe"]


async def test_the_question_under_a_file_is_about_two_policies():
    """Another one that holds by then, or another file, has another mark."""
    before, after = ServerPolicy(), ServerPolicy(spoilers=False)
    assert mark_of(before, after) != mark_of(after, before)
    ids = [one.custom_id for one in import_question(mark_of(before, after)).children if isinstance(one, ui.Button)]
    assert ids == [f"v1:set:import:{mark_of(before, after)}", "v1:set:leave"]


def test_models_have_a_page_where_there_are_several():
    """The usual one, and which are offered; both as they are now."""
    policy = ServerPolicy(model="Pony", models=("Pony", "gone"))
    how = {"limits": NO_LIMITS, "known": ()}
    view = screen("models", policy, OperatorPolicy(), models=("standard", "Pony", "NoobAI"), **how)
    found = {item.custom_id: item for item in view.walk_children() if getattr(item, "custom_id", None)}
    assert [one.value for one in found["v1:set:model"].options if one.default] == ["Pony"]
    assert [one.value for one in found["v1:set:models"].options if one.default] == ["Pony"]
    assert found["v1:set:models"].min_values == 0
    assert "v1:set:page:models" in found
    alone = screen("models", policy, OperatorPolicy(), models=("standard",), **how)
    assert not [item for item in alone.walk_children() if "models" in (getattr(item, "custom_id", None) or "")]

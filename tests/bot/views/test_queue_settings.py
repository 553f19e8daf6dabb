"""The page about the line says what holds, whose it is, and never more than a message may have."""

import pytest
from discord import ui

from bot.queue.allowance import Allowance
from bot.queue.bounds import NO_LIMITS
from bot.safety.policy import MAX_PRIORITY_ROLES, MOST, OperatorPolicy, ServerPolicy
from bot.sentences.rendering import render
from bot.sentences.settings import BY_FILE
from bot.views.queue_settings import touched
from bot.views.settings import PAGES, screen


def shown(policy, *, limits=NO_LIMITS, known=(), chosen=""):
    view = screen("line", policy, OperatorPolicy(), limits=limits, known=known, chosen=chosen)
    return "\n".join(item.content for item in view.walk_children() if isinstance(item, ui.TextDisplay))


@pytest.mark.parametrize(
    ("own", "operators", "held"),
    [
        (None, None, "no limit"),
        (None, 250, "at most 250, the operator's limit"),
        (1000, None, "at most 1,000"),
        (3, 250, "at most 3 (the operator's limit is 250)"),
        (300, 250, "at most 250, the operator's limit (this server's own is 300)"),
    ],
)
def test_the_narrower_limit_is_said_to_hold(own, operators, held):
    """With the other one beside it, where there is one."""
    told = shown(ServerPolicy(max_queue=own), limits=Allowance(waiting_per_server=operators))
    assert f"- Requests waiting: {held}\n" in told


def test_a_role_that_is_gone_stays_to_be_seen():
    """A menu cannot show it; a file takes it away."""
    policy = ServerPolicy(priority_roles={"1": 2.0, "2": 1.25})
    assert render(BY_FILE) in shown(policy, known=("1",))
    told = shown(policy, known=("1", "2"))
    assert render(BY_FILE) not in told
    assert "<@&1>: 2 × the usual share\n- <@&2>: 1.25 × the usual share" in told


def test_a_weight_of_a_file_is_in_the_menu():
    """In its place among the others, and chosen."""
    view = screen(
        "line",
        ServerPolicy(priority_roles={"1": 2.5}),
        OperatorPolicy(),
        limits=NO_LIMITS,
        known=("1",),
        chosen="1",
    )
    menu = next(item for item in view.walk_children() if getattr(item, "custom_id", "") == "v1:set:priority:1")
    options = menu.options
    assert [one.value for one in options] == ["none", "1.5", "2", "2.5", "3", "5", "10"]
    assert [one.value for one in options if one.default] == ["2.5"]


def test_a_message_takes_the_fullest_page():
    """4,000 characters in 40 components, of which five in a row of buttons."""
    roles = [str(10**19 + number) for number in range(MAX_PRIORITY_ROLES)]
    policy = ServerPolicy(max_queue=MOST, priority_roles=dict.fromkeys(roles, 1.2345))
    view = screen("line", policy, OperatorPolicy(), limits=Allowance(waiting_per_server=2), known=(), chosen=roles[0])
    assert view.content_length() <= 4000
    assert view.total_children_count <= 40
    assert len(PAGES) <= 5


def test_a_field_that_nobody_touched_is_not_sent():
    """An admin who left it alone undoes nothing of another's; an emptied one is meant."""
    sent = {"max_queue:20": "20", "max_running:": " ", "max_pictures_per_day:5": "", "max_queue_per_person:": " 3 "}
    assert touched(sent) == {"max_pictures_per_day": "", "max_queue_per_person": "3"}

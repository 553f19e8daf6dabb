"""The page of the settings screen about the line: how much may wait and be drawn, and whose share is larger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import ui

from bot.safety.changes import LIMITS, Scope
from bot.safety.policy import MOST
from bot.sentences import settings as says
from bot.sentences.rendering import render
from bot.views.edit import TIMEOUT_S
from bot.views.setting_controls import NONE, button, choice, fits, roles_menu, text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.queue.allowance import Allowance
    from bot.safety.policy import ServerPolicy
    from bot.sentences.sentence import Sentence

WEIGHTS: dict[str, float | None] = {NONE: None, "1.5": 1.5, "2": 2.0, "3": 3.0, "5": 5.0, "10": 10.0}
"""What can be chosen for a priority role, as the menu names it; a file can name any from 1 to 10."""

_TITLES: dict[Scope, Sentence] = {"server": says.SERVER_LIMITS, "person": says.PERSON_LIMITS}

_OPERATORS = {
    "max_queue": "waiting_per_server",
    "max_queue_per_person": "waiting_per_person",
    "max_running": "running_per_server",
    "max_running_per_person": "running_per_person",
    "max_pictures_per_day": "pictures_per_server",
    "max_pictures_per_person_per_day": "pictures_per_person",
}
"""Fields of a policy, and those of an `Allowance` by which the operator bounds the same."""


def line_page(
    policy: ServerPolicy, operator: Allowance, known: Collection[str], chosen: str
) -> list[ui.Item[ui.LayoutView]]:
    """Show what holds in the line.

    Args:
        policy: What the admins decided.
        operator: What bounds it.
        known: The ids of the roles that menus can show.
        chosen: The role whose weight is about to be changed; "" is none.
    """
    items: list[ui.Item[ui.LayoutView]] = [text(says.LINE_HEAD)]
    for scope, title in _TITLES.items():
        lines = [
            says.holds(field, getattr(policy, field), getattr(operator, _OPERATORS[field])) for field in LIMITS[scope]
        ]
        told = text(says.limits_title(title), *lines)
        items.append(ui.Section(told, accessory=button(f"limits:{scope}", says.CHANGE)))
    items += [text(says.ABOUT_LIMITS), text(says.ABOUT_PRIORITY, *(_shares(policy) or [says.NONE_THERE]))]
    if not fits(policy.priority_roles, known):
        items.append(text(says.BY_FILE))
    items.append(roles_menu("pick_priority", [chosen] if chosen else [], most=1, hint=says.CHOOSE_ROLE))
    if chosen:
        weight = policy.priority_roles.get(chosen)
        items.append(text(says.gives(chosen)))
        items.append(choice(f"priority:{chosen}", _offered(weight), NONE if weight is None else f"{weight:g}"))
    return items


class LimitsForm(ui.Modal):
    """Numbers for the whole server, or for each person in it.

    A field's custom_id says what it was opened with, so that one that nobody touched undoes nothing of another
    admin's. Sending it is handled from the custom_id alone, so that it outlives a restart.
    """

    def __init__(self, scope: Scope, policy: ServerPolicy, operator: Allowance) -> None:
        """Fill in what holds now.

        Args:
            scope: A key of `LIMITS`.
            policy: What the admins decided.
            operator: What bounds it.
        """
        super().__init__(title=render(_TITLES[scope]), custom_id=f"v1:set:limits:{scope}", timeout=TIMEOUT_S)
        for field in LIMITS[scope]:
            own, theirs = getattr(policy, field), getattr(operator, _OPERATORS[field])
            opened = "" if own is None else str(own)
            number = ui.TextInput[ui.LayoutView](
                custom_id=f"{field}:{opened}",
                default=opened or None,
                required=False,
                max_length=len(str(MOST)),
            )
            label, empty = render(says.counted(field)), render(says.empty_is(theirs))
            self.add_item(ui.Label(text=label, description=empty, component=number))


def touched(sent: Mapping[str, str]) -> dict[str, str]:
    """Give what was typed into a sent form, by the fields of a policy, where it is not what stood there before."""
    fields = ((*custom_id.partition(":"), typed.strip()) for custom_id, typed in sent.items())
    return {field: typed for field, _, opened, typed in fields if typed != opened}


def _shares(policy: ServerPolicy) -> list[Sentence]:
    return [says.share_of(role, weight) for role, weight in policy.priority_roles.items()]


def _offered(current: float | None) -> dict[str, Sentence]:
    """Name what can be chosen, and what a file chose."""
    weights = sorted({weight for weight in (*WEIGHTS.values(), current) if weight is not None})
    return {NONE: says.USUAL_SHARE, **{f"{weight:g}": says.shares(weight) for weight in weights}}

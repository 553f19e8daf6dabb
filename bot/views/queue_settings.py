"""The page of the settings screen about the line: how much may wait and be drawn, and whose share is larger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from discord import ui

from bot.safety.changes import LIMITS
from bot.safety.policy import MOST
from bot.views.edit import TIMEOUT_S
from bot.views.setting_controls import BY_FILE, NONE, button, choice, fits, roles_menu, text

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping

    from bot.queue.allowance import Allowance
    from bot.safety.policy import ServerPolicy

WEIGHTS: dict[str, float | None] = {NONE: None, "1.5": 1.5, "2": 2.0, "3": 3.0, "5": 5.0, "10": 10.0}
"""What can be chosen for a priority role, as the menu names it; a file can name any from 1 to 10."""

_TITLES = {"server": "Limits of the whole server", "person": "Limits of each person"}

_ABOUT_LIMITS = """\
-# A change holds at once and takes nothing out of the line. None of it goes beyond the operator's limits, which count \
a person in all servers together."""

_ABOUT_PRIORITY = """\
**Priority roles** give a larger share of this server's turns, never all of it: at 3 somebody has three turns while \
everybody else has one. Of several roles the largest counts; a change counts from the next request on."""

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
    items: list[ui.Item[ui.LayoutView]] = [text("## The line of this server")]
    for scope, title in _TITLES.items():
        lines = [
            f"- {label.capitalize()}: {_held(getattr(policy, field), getattr(operator, _OPERATORS[field]))}"
            for field, label in LIMITS[scope].items()
        ]
        items.append(
            ui.Section(text("\n".join([f"**{title}**", *lines])), accessory=button(f"limits:{scope}", "Change…"))
        )
    items += [text(_ABOUT_LIMITS), text("\n".join([_ABOUT_PRIORITY, *(_shares(policy) or ["There are none."])]))]
    if not fits(policy.priority_roles, known):
        items.append(text(BY_FILE))
    items.append(roles_menu("pick_priority", [chosen] if chosen else [], most=1, hint="Choose a role"))
    if chosen:
        weight = policy.priority_roles.get(chosen)
        items.append(text(f"<@&{chosen}> gives"))
        items.append(choice(f"priority:{chosen}", _offered(weight), NONE if weight is None else f"{weight:g}"))
    return items


class LimitsForm(ui.Modal):
    """Numbers for the whole server, or for each person in it.

    A field's custom_id says what it was opened with, so that one that nobody touched undoes nothing of another
    admin's. Sending it is handled from the custom_id alone, so that it outlives a restart.
    """

    def __init__(self, scope: str, policy: ServerPolicy, operator: Allowance) -> None:
        """Fill in what holds now.

        Args:
            scope: A key of `LIMITS`.
            policy: What the admins decided.
            operator: What bounds it.
        """
        super().__init__(title=_TITLES[scope], custom_id=f"v1:set:limits:{scope}", timeout=TIMEOUT_S)
        for field, label in LIMITS[scope].items():
            own, theirs = getattr(policy, field), getattr(operator, _OPERATORS[field])
            opened = "" if own is None else str(own)
            number = ui.TextInput[ui.LayoutView](
                custom_id=f"{field}:{opened}",
                default=opened or None,
                required=False,
                max_length=len(str(MOST)),
            )
            empty = "Empty: no limit." if theirs is None else f"Empty: the operator's limit, {theirs:,}."
            self.add_item(ui.Label(text=label.capitalize(), description=empty, component=number))


def touched(sent: Mapping[str, str]) -> dict[str, str]:
    """Give what was typed into a sent form, by the fields of a policy, where it is not what stood there before."""
    fields = ((*custom_id.partition(":"), typed.strip()) for custom_id, typed in sent.items())
    return {field: typed for field, _, opened, typed in fields if typed != opened}


def _held(own: int | None, operators: int | None) -> str:
    """Say what holds, and whose it is."""
    if operators is None:
        return "no limit" if own is None else f"at most {own:,}"
    if own is None:
        return f"at most {operators:,}, the operator's limit"
    if own < operators:
        return f"at most {own:,} (the operator's limit is {operators:,})"
    return f"at most {operators:,}, the operator's limit (this server's own is {own:,})"


def _shares(policy: ServerPolicy) -> list[str]:
    return [f"- <@&{role}>: {weight:g} × the usual share" for role, weight in policy.priority_roles.items()]


def _offered(current: float | None) -> dict[str, str]:
    """Name what can be chosen, and what a file chose."""
    weights = sorted({weight for weight in (*WEIGHTS.values(), current) if weight is not None})
    return {NONE: "the usual share", **{f"{weight:g}": f"{weight:g} × the usual share" for weight in weights}}

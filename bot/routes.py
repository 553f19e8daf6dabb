"""Which handler a press, a choice or a sent form goes to, by its custom id; it knows no handler by name.

All state of a button, a menu or a form is in its custom id and in the database, so those of old messages work after any
restart. A route's pattern is a promise: a message that carries such an id may be years old.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

import discord

from bot.errors import InvalidRequest
from bot.job import ID_PATTERN
from bot.sentences import answer as says

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from discord import app_commands

    Command = app_commands.Command[Any, ..., Any] | app_commands.Group | app_commands.ContextMenu

Handler = Callable[..., Awaitable[None]]
"""Called with the interaction, and with the named groups of the pattern by keyword: strings, "" for what is absent."""

Kind = Literal["component", "form"]
"""A button or menu of a message, or a form that was sent: the same custom id may stand for one of each."""

_KINDS: dict[discord.InteractionType, Kind] = {
    discord.InteractionType.component: "component",
    discord.InteractionType.modal_submit: "form",
}


MENU = re.compile(rf"v1:(?P<job_id>{ID_PATTERN}):more")
"""A menu under a job's message; its entries are called as the buttons of that job are."""


class Route(NamedTuple):
    """One kind of custom id, and what it leads to."""

    kind: Kind
    pattern: re.Pattern[str]
    handler: Handler


@dataclass(frozen=True, kw_only=True)
class Feature:
    """What one feature hands in: its commands, and the routes of what it puts under messages."""

    commands: Sequence[Command] = ()
    routes: Sequence[Route] = ()


class Routes:
    """The one table from a custom id to its handler."""

    def __init__(self) -> None:
        self._routes: list[Route] = [on_press(MENU, self.choose)]

    def __iter__(self) -> Iterator[Route]:
        return iter(self._routes)

    def add(self, routes: Iterable[Route]) -> None:
        self._routes.extend(routes)

    def handling(self, interaction: discord.Interaction[Any]) -> Awaitable[None] | None:
        """Give what answers an interaction; None: it is a command's, or nobody's.

        A press of what the message does not show is answered with a no, whatever its custom id says.
        """
        kind = _KINDS.get(interaction.type)
        if kind is None:
            return None
        data: Any = interaction.data
        custom_id: str = data["custom_id"]
        work = self._found(kind, custom_id)
        if work is None:
            return None
        if kind == "component" and not _shows(interaction.message, custom_id, chosen(interaction)):
            return _refused()
        return work(interaction)

    async def choose(self, interaction: discord.Interaction[Any], job_id: str) -> None:
        """Do what was chosen in a menu, as if its button had been pressed."""
        entry = "".join(chosen(interaction)[:1])
        work = self._found("component", f"v1:{job_id}:{entry}") if entry else None
        if work is None:  # emptied
            await interaction.response.defer()
        else:
            await work(interaction)

    def _found(self, kind: Kind, custom_id: str) -> Handler | None:
        for route in self._routes:
            if route.kind == kind and (match := route.pattern.fullmatch(custom_id)):
                return partial(route.handler, **match.groupdict(default=""))
        return None


def _shows(message: discord.Message | None, custom_id: str, values: Sequence[str]) -> bool:
    """Tell whether a message has such a control and entries: Discord sends no others, and nobody else is believed."""
    if message is None:
        return False
    shown = (one for one in controls(message.components) if getattr(one, "custom_id", None) == custom_id)
    return any(not (offered := _entries(one)) or offered.issuperset(values) for one in shown)


def _entries(control: object) -> set[str]:
    """Give what a menu offers; nothing for a button, and for menus of people, roles and channels."""
    return {option.value for option in getattr(control, "options", ())}


def controls(components: Iterable[object]) -> Iterator[object]:
    """Give what is in a message's components, whatever stands around it."""
    for one in components:
        yield one
        yield from controls(getattr(one, "children", ()))
        if (accessory := getattr(one, "accessory", None)) is not None:
            yield from controls((accessory,))


async def _refused() -> None:
    raise InvalidRequest(says.NOT_HERE)


def on_press(pattern: re.Pattern[str] | str, handler: Handler) -> Route:
    """Lead the presses of a button, or the choices in a menu, to a handler."""
    return Route("component", re.compile(pattern), handler)


def on_form(pattern: re.Pattern[str] | str, handler: Handler) -> Route:
    """Lead forms that are sent to a handler."""
    return Route("form", re.compile(pattern), handler)


def chosen(interaction: discord.Interaction[Any]) -> Sequence[str]:
    """Give what was chosen in a menu; nothing for a button, and for a menu that was emptied."""
    data: Any = interaction.data
    return data.get("values", [])

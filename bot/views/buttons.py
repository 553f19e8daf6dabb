"""The buttons under a job's message: all state is in the custom_id and the database, so they never die."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import ButtonStyle, ui

from bot.answer import answering
from bot.job import ID_PATTERN

if TYPE_CHECKING:
    import re

    from bot.app import Eshi


@dataclass(frozen=True, slots=True)
class _Look:
    label: str
    style: ButtonStyle = ButtonStyle.secondary


LOOKS = {
    "reroll": _Look("Reroll", ButtonStyle.primary),
    "edit": _Look("Edit"),
    "recipe": _Look("Recipe"),
    "spoiler": _Look("Spoiler"),
    "delete": _Look("Delete"),
    "cancel": _Look("Cancel"),
    "show": _Look("Show", ButtonStyle.primary),
    "tell": _Look("Tell me when done"),
    "report": _Look("Report"),
    "look": _Look("Look"),
    "restore": _Look("Restore"),
    "remove": _Look("Delete", ButtonStyle.danger),
}


class JobButton(
    ui.DynamicItem[ui.Button[ui.LayoutView]],
    template=rf"v1:(?P<job>{ID_PATTERN}):(?P<action>{'|'.join(LOOKS)})",
):
    """One action on one job.

    Never put one into a view that also holds an ordinary item: when such a view times out, discord.py 2.7 forgets
    the pattern for the whole process, and every old message's buttons go dead.
    """

    def __init__(self, action: str, job_id: str) -> None:
        look = LOOKS[action]
        super().__init__(ui.Button(label=look.label, style=look.style, custom_id=f"v1:{job_id}:{action}"))
        self.action = action
        self.job_id = job_id

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["action"], match["job"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        client: Eshi = interaction.client
        await answering(interaction, client.result_buttons.by_action[self.action](interaction, self.job_id))


def row(job_id: str, *actions: str) -> ui.ActionRow[Any]:
    return ui.ActionRow[Any](*(JobButton(action, job_id) for action in actions))


class DraftButton(ui.DynamicItem[ui.Button[ui.LayoutView]], template=rf"v1:draft:(?P<draft>{ID_PATTERN})"):
    """Draws what a preview showed; as with `JobButton`, never beside an ordinary item."""

    def __init__(self, draft_id: str) -> None:
        super().__init__(ui.Button(label="Draw", style=ButtonStyle.primary, custom_id=f"v1:draft:{draft_id}"))
        self.draft_id = draft_id

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(match["draft"])

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        client: Eshi = interaction.client
        await answering(interaction, client.previews.draw(interaction, self.draft_id))

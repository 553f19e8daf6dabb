"""What `/me export` and `/me forget` say, and the button that confirms the latter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import discord
from discord import ButtonStyle, ui

from bot.answer import answering
from bot.views.card import DONE, ENDED

if TYPE_CHECKING:
    import re

    from bot.app import Eshi

EXPORTED = "This is everything that I store about you. The pictures themselves are in their messages."

_CONFIRM = """\
## Forget me
This cannot be undone. I stop what I am drawing for you, and delete your requests with their prompts, your pictures \
on my disk, your previews, defaults and favourites, and your acceptance of the terms. In the audit log your name goes.

Pictures that were posted stay in their channels: if they should go too, delete them first, for then I no longer know \
that they are yours. Strikes and time-outs last until they are over; they name nobody, but they know you again."""


def confirm(user_id: int) -> ui.LayoutView:
    return _framed(ENDED, ui.TextDisplay(_CONFIRM), ui.ActionRow[Any](ForgetButton(user_id)))


def forgotten(jobs: int) -> ui.LayoutView:
    """Say that it is done, and for how many jobs."""
    requests = "1 request" if jobs == 1 else f"{jobs} requests"
    return _framed(DONE, ui.TextDisplay(f"Done. I have forgotten you, and {requests} of yours."))


def _framed(colour: discord.Colour, *items: ui.Item[ui.LayoutView]) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(*items, accent_colour=colour))
    return view


class ForgetButton(ui.DynamicItem[ui.Button[ui.LayoutView]], template=r"v1:forget:(?P<user>[0-9]{1,20})"):
    """Forgets whom it names; as with `JobButton`, never beside an ordinary item."""

    def __init__(self, user_id: int) -> None:
        custom_id = f"v1:forget:{user_id}"
        super().__init__(ui.Button(label="Forget me", style=ButtonStyle.danger, custom_id=custom_id))
        self.user_id = user_id

    @classmethod
    async def from_custom_id(
        cls, _interaction: discord.Interaction[Any], _item: ui.Item[Any], match: re.Match[str], /
    ) -> Self:
        return cls(int(match["user"]))

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        client: Eshi = interaction.client
        await answering(interaction, client.own_data.forget(interaction, self.user_id))

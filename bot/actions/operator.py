"""`/operator`: what whoever runs the bot sees and decides; whose bot it is, is asked at every press and form."""

from __future__ import annotations

import asyncio
import io
import logging
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import discord

from bot.answer import NO_PINGS
from bot.errors import InvalidRequest
from bot.picture.chart import chart
from bot.routes import Route, on_form, on_press
from bot.sentences import operator as says
from bot.views.edit import sent_texts
from bot.views.operator import CHART, PRESS, SENT, AnnounceForm, BlockForm, OperatorPage, page

if TYPE_CHECKING:
    from collections.abc import Sequence

    from bot.checks.audit import Audit
    from bot.checks.owners import Owners
    from bot.operating.overview import Overview
    from bot.operating.presence import Presence
    from bot.operating.recent import RecentErrors
    from bot.operating.reload import ConfigReload, Reloaded
    from bot.operating.steering import Steering
    from bot.sentences.sentence import Sentence

log = logging.getLogger(__name__)

MINUTES = 60


@dataclass(kw_only=True, eq=False)
class Operator:
    """Everything is private, and nothing of it names a person."""

    owners: Owners
    overview: Overview
    steering: Steering
    presence: Presence
    reload: ConfigReload
    recent: RecentErrors
    audit: Audit

    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Show how the bot is.

        Raises:
            Refused: It is not theirs.
        """
        await self.owners.require(interaction)
        view, files = await self._page()
        await interaction.response.send_message(view=view, files=files, ephemeral=True, allowed_mentions=NO_PINGS)

    def routes(self) -> list[Route]:
        """Hand in the buttons of the page, and the forms behind some of them."""
        return [on_press(PRESS, self.press), on_form(SENT, self.sent)]

    async def press(self, interaction: discord.Interaction[Any], act: str) -> None:
        """Do what a button says, and show how it is then.

        Raises:
            Refused: It is not theirs.
        """
        await self.owners.require(interaction)
        if act == "announce":
            await interaction.response.send_modal(AnnounceForm())
        elif act in {"block", "unblock"}:
            await interaction.response.send_modal(BlockForm(act))
        else:
            await interaction.response.defer()
            await self._answer(interaction, await self._done(interaction.user.id, act))

    async def sent(self, interaction: discord.Interaction[Any], act: str) -> None:
        """Do what a form says.

        Raises:
            Refused: It is not theirs, or what was typed is no id.
        """
        await self.owners.require(interaction)
        fields = sent_texts(interaction)
        if act == "announce":
            await interaction.response.defer()
            told = await self.audit.announce(says.announcement(fields.get("notice", "").strip()))
            log.warning("the operator announced something to %d log channels", told)
            await self._answer(interaction, says.announced(told))
            return
        number = fields.get("id", "").strip()
        if not (number.isascii() and number.isdecimal()) or not 0 < int(number) < 2**63:
            raise InvalidRequest(says.NO_ID)
        await interaction.response.defer()
        blocked, who = act == "block", interaction.user.id
        if fields.get("kind") == "server":
            await self.steering.block_server(who, int(number), blocked=blocked)
            said = says.blocked(says.A_SERVER, number, blocked)
        else:
            await self.steering.block_person(who, int(number), blocked=blocked)
            said = says.blocked(says.A_PERSON, number, blocked)
        await self._answer(interaction, said)

    async def _done(self, user_id: int, act: str) -> Sentence | None:
        match act:
            case "pause" | "resume":
                await self.steering.steer(user_id, paused=act == "pause")
            case "drain" | "open":
                await self.steering.steer(user_id, closed=act == "drain")
            case "reload":
                return _said(await self.reload.again(user_id))
            case _:
                pass
        return None

    async def _answer(self, interaction: discord.Interaction[Any], said: Sentence | None) -> None:
        view, files = await self._page(said)
        await interaction.edit_original_response(view=view, attachments=files, allowed_mentions=NO_PINGS)

    async def _page(self, said: Sentence | None = None) -> tuple[discord.ui.LayoutView, Sequence[discord.File]]:
        shown = OperatorPage(
            line=await self.overview.status(),
            servers=len(self.overview.client.guilds),
            decided=self.steering.decided,
            errors=tuple(self.recent.lines),
            said=said,
        )
        drawn = await asyncio.to_thread(chart, tuple(self.presence.waiting), most=MINUTES)
        return page(shown), [discord.File(io.BytesIO(drawn), CHART)]


def _said(reloaded: Reloaded) -> Sentence:
    if reloaded.error:
        return says.not_reloaded(reloaded.error)
    if not reloaded.changed and not reloaded.restart:
        return says.RELOADED
    return says.reloaded(_named(reloaded.changed), _named(reloaded.restart))


def _named(keys: Sequence[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)

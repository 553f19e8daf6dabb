"""The terms that everybody accepts once before anything is drawn for them, and the request that waits meanwhile."""

from __future__ import annotations

import logging
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from bot.answer import NO_PINGS
from bot.retrying import NOT_DONE
from bot.routes import Route, on_press
from bot.views import terms as view

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping

    import discord

    from bot import config
    from bot.request import Request
    from bot.store import Store
    from bot.views.licence import Licence

    Ask = Callable[[discord.Interaction[Any], Request], Awaitable[None]]

log = logging.getLogger(__name__)

SHOWN = 1000
"""Messages with terms whose interaction is remembered: it is what edits them, for a quarter of an hour."""


class Terms:
    """Whatever draws asks here first, and only the person's own Accept opens it."""

    def __init__(
        self,
        store: Store,
        licence: Licence,
        configured: config.TermsSettings,
        *,
        now: Callable[[], float],
        of_models: Mapping[str, Licence] = MappingProxyType({}),
    ) -> None:
        """Ask for one licence, and for others before the first picture with their checkpoint.

        Args:
            store: Remembers who accepted what.
            licence: Of every checkpoint that has none of its own.
            configured: What the operator adds.
            now: Unix time.
            of_models: The checkpoints that have one of their own, by their name in requests.
        """
        self._store = store
        self.licence = licence
        self._additions = configured.additions
        self._now = now
        self._shown: dict[int, discord.Interaction[Any]] = {}  # by person, the latest last
        self.version = f"{view.VERSION}.{configured.version}"
        """Of the whole text: ours, and the operator's."""
        self._of_models = of_models

    def licence_of(self, model: str) -> Licence:
        """Give the licence of a checkpoint, by its name in requests."""
        return self._of_models.get(model, self.licence)

    def version_of(self, licence: Licence) -> str:
        """Name what is accepted with a licence."""
        return self.version if licence is self.licence else f"{self.version}-{licence.mark}"

    def routes(self, ask: Ask) -> list[Route]:
        """Hand in Accept; `ask` draws what waited for it."""
        return [on_press(view.ACCEPT, partial(self.accept, ask=ask))]

    async def accepted(self, interaction: discord.Interaction[Any], request: Request) -> bool:
        """Tell whether this person may go on; if not, show the terms, whose Accept goes on with this request."""
        person = interaction.user.id
        licence = self.licence_of(request.model)
        if self.version_of(licence) in await self._store.acceptances.of(person):
            return True
        await self._show(interaction, await self._store.drafts.keep(person, request, now=self._now()), licence)
        return False

    async def accepted_any(self, interaction: discord.Interaction[Any]) -> bool:
        """Tell whether this person may draw with some checkpoint; if not, show the terms, for which nothing waits."""
        accepted = await self._store.acceptances.of(interaction.user.id)
        if any(self.version_of(one) in accepted for one in (self.licence, *self._of_models.values())):
            return True
        await self.show(interaction)
        return False

    async def show(self, interaction: discord.Interaction[Any]) -> None:
        """Show the terms to somebody who wants to read them, and may accept them now."""
        await self._show(interaction, None, self.licence)

    async def accept(
        self,
        interaction: discord.Interaction[Any],
        version: str,
        draft_id: str,
        *,
        ask: Ask,
    ) -> None:
        """Remember that the terms were accepted, and go straight on with what was asked for.

        Args:
            interaction: The press of Accept.
            version: What was shown with it.
            draft_id: The request that waits; "" where nothing was asked for yet.
            ask: Draws it.

        Raises:
            Refused: The terms are accepted, but the request is not drawn; the message says why.
        """
        person = interaction.user.id
        waiting = await self._store.drafts.take(draft_id, person) if draft_id else None
        licence = self.licence if waiting is None else self.licence_of(waiting.model)
        known = {self.version_of(one) for one in (licence, self.licence, *self._of_models.values())}
        if version not in known:  # the terms changed while somebody was reading
            again = waiting and await self._store.drafts.keep(person, waiting, now=self._now())
            await self._show(interaction, again or None, licence)
            return
        await self._store.acceptances.add(person, version, now=self._now())
        if waiting is None:
            over = view.thanks(asked=bool(draft_id))  # a second press of what is answered already
            await interaction.response.edit_message(view=over, attachments=[], allowed_mentions=NO_PINGS)
            return
        try:
            await ask(interaction, waiting)
        finally:
            await self._close(interaction)

    async def _close(self, interaction: discord.Interaction[Any]) -> None:
        """Put a line in the place of the terms, which nothing is left to press under; the answer is a message already.

        Only what showed them can edit them then. After a restart nobody knows it any more, and the next press does it.
        """
        if (shown := self._shown.pop(interaction.user.id, None)) is None:
            return
        try:
            await shown.edit_original_response(view=view.thanks(asked=True), attachments=[], allowed_mentions=NO_PINGS)
        except NOT_DONE as error:
            log.info("interaction %s: the terms stay where they are: %s", interaction.id, error)

    async def _show(self, interaction: discord.Interaction[Any], draft_id: str | None, licence: Licence) -> None:
        version = self.version_of(licence)
        accepted = (await self._store.acceptances.of(interaction.user.id)).get(version)
        others = [] if draft_id else [(name, one) for name, one in self._of_models.items() if one != licence]
        shown, file = view.terms(licence, version, self._additions, draft_id, accepted_at=accepted, others=others)
        await interaction.response.send_message(view=shown, file=file, ephemeral=True, allowed_mentions=NO_PINGS)
        self._shown.pop(interaction.user.id, None)
        self._shown[interaction.user.id] = interaction
        if len(self._shown) > SHOWN:
            del self._shown[next(iter(self._shown))]

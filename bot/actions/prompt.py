"""What shows a prompt and draws nothing, and the button that draws it after all."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.answer import NO_PINGS
from bot.errors import InvalidRequest
from bot.long_texts import worked_on
from bot.picture.recipes import pasted
from bot.queue.ticket import Ticket
from bot.routes import Route, on_press
from bot.sentences import preview as says
from bot.views.buttons import DRAFT
from bot.views.preview import PromptPreview, preview

if TYPE_CHECKING:
    from collections.abc import Callable

    import discord

    from bot.actions.imagine import RequestBuilder
    from bot.checks.gatekeeper import Gatekeeper
    from bot.flow.places import Places
    from bot.prompt.lora_pictures import LoraPictures
    from bot.prompt.prompt_writer import PromptWriter
    from bot.prompt.remix import Mapped
    from bot.prompt.tokens import Tokens
    from bot.request import Options
    from bot.store import Store


@dataclass(kw_only=True, eq=False)
class PromptPreviews:
    """Everything is private, and nothing here costs the engine anything before Draw is pressed."""

    gatekeeper: Gatekeeper
    places: Places
    model_name: Callable[[], str | None]
    """What the engine draws with; None before it is ready."""
    model_hash: Callable[[], str]
    """The first digits of its SHA-256; "" where nobody knows."""
    store: Store
    prompt_writer: PromptWriter
    imagine: RequestBuilder
    tokens: Tokens
    lora_pictures: LoraPictures
    now: Callable[[], float]

    def routes(self) -> list[Route]:
        """Hand in the button that draws what a preview showed."""
        return [on_press(DRAFT, self.draw)]

    async def preview(self, interaction: discord.Interaction[Any], options: Options) -> None:
        """Show what `/imagine` would send for these options.

        Raises:
            Refused: They are no request, or one that is not drawn here.
        """
        await self._show(interaction, options)

    async def check(self, interaction: discord.Interaction[Any], text: str) -> None:
        """Show what of a pasted text works here, and what does not.

        Raises:
            Refused: It holds no request, or one that is not drawn here.
        """
        writer = self.prompt_writer
        read = partial(
            pasted.read,
            text,
            writer.config.limits,
            writer.presets,
            self.model_name(),
            writer.vocabulary.kind,
            model_hash=self.model_hash(),
            usual_sampler=writer.config.defaults.sampler,
            is_lora=writer.loras.has,
            models=writer.models,
        )
        mapped = await worked_on(len(text), read)
        await self._show(interaction, mapped.options, mapped)

    async def draw(self, interaction: discord.Interaction[Any], draft_id: str) -> None:
        """Draw exactly what a preview showed, as the presser's own.

        Raises:
            Refused: It is no longer kept, or not drawn here any more.
        """
        request = await self.store.drafts.get(draft_id)
        if request is None:
            raise InvalidRequest(says.NO_DRAFT)
        await self.imagine.ask_again(interaction, request)

    async def _show(
        self, interaction: discord.Interaction[Any], options: Options, mapped: Mapped | None = None
    ) -> None:
        request, notes = await self.imagine.request(interaction.user.id, options, guild_id=interaction.guild_id)
        composed = await self.gatekeeper.check(interaction, request)
        new = Ticket.of_new(request, user_id=interaction.user.id, guild_id=interaction.guild_id)
        shown = PromptPreview(
            request=request,
            composed=composed,
            chunks=await asyncio.to_thread(self.tokens.count, composed.prompt, composed.negative_prompt),
            wait=self.places.wait_of_new(new),
            engine=self.places.engine_sentence,
            mapped=mapped,
            said=notes,
            loras=await asyncio.to_thread(self.lora_pictures.of, request),
        )
        draft_id = await self.store.drafts.keep(interaction.user.id, request, now=self.now())
        view, files = preview(draft_id, shown)
        await interaction.response.send_message(view=view, files=files, ephemeral=True, allowed_mentions=NO_PINGS)
